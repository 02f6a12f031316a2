"""``govopen init`` writes a folder to work in, and replaces nothing."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from govopen_analytics.base.errors import SourceError
from govopen_analytics.base.provenance import MANIFEST_COLUMNS, raw_files, read_manifest
from govopen_analytics.cli import app
from govopen_analytics.run.project import write_project

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize(("with_example", "n_plans"), [(False, 0), (True, 5)])
def test_a_project_holds_what_a_report_needs(tmp_path, with_example, n_plans):
    folder = tmp_path / "new" / "project"
    written = write_project(folder, with_example=with_example)
    assert sorted(path.name for path in folder.glob("notebooks/*")) == NOTEBOOKS
    assert len(raw_files(folder / "data" / "raw")) == n_plans
    manifest = read_manifest(folder / "data" / "raw")
    assert (len(manifest.rows), manifest.failures) == (n_plans, [])
    found = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    assert found == written


def test_the_empty_manifest_has_every_column(tmp_path):
    write_project(tmp_path)
    table = (tmp_path / "data" / "raw" / "manifest.csv").read_text("utf-8")
    assert table == ",".join(MANIFEST_COLUMNS) + "\n"


def test_plans_that_are_there_already_stay_beside_the_new_manifest(tmp_path):
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    (raw / "plan.txt").write_text("x")
    write_project(tmp_path)
    assert raw_files(raw) == ["plan.txt"]


@pytest.mark.parametrize("name", ["README.md", "notebooks/01_corpus.ipynb"])
def test_nothing_is_replaced_and_nothing_written_beside(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    with pytest.raises(SourceError, match=rf"1 .* there already .{name}"):
        write_project(tmp_path)
    assert [p.read_text() for p in tmp_path.rglob("*") if p.is_file()] == ["mine"]


def test_a_folder_that_is_a_file_is_one_plain_line(tmp_path):
    (tmp_path / "a").write_text("")
    result = CliRunner().invoke(app, ["init", str(tmp_path / "a")])
    assert result.exit_code == 1
    assert result.output.startswith("错误 · error: ")
    assert len(result.output.splitlines()) == 1


def test_the_command_says_what_comes_next(tmp_path):
    result = CliRunner().invoke(app, ["init", str(tmp_path), "--example"])
    assert result.exit_code == 0
    assert "next: govopen report" in result.output
