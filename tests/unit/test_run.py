import hashlib
import json
import os

import nbformat
import pytest

from govopen_analytics.datapackage import write_datapackage
from govopen_analytics.errors import RunError, SourceError
from govopen_analytics.run import (
    Parameter,
    assign_parameters,
    find_notebooks,
    notebook_parameters,
    point_latest,
    run_report,
)

DECLARED = """years: list[int] = []  # years shown
lang: str = "zh"  # language
share: float = 0.5
processed_dir: str = "x"
output_dir: str = ""
"""
GOOD = """from pathlib import Path
Path(output_dir, "tables").mkdir(exist_ok=True)
Path(output_dir, "tables", "findings_good.csv").write_text(
    f"topic,finding\\ncorpus,{lang} {years} {Path(processed_dir).is_dir()}\\n"
)"""


def write_notebook(path, *cells, parameters=DECLARED, title="# 标题：问题？"):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_markdown_cell(title)]
    if parameters is not None:
        tagged = nbformat.v4.new_code_cell(parameters)
        tagged.metadata["tags"] = ["parameters"]
        notebook.cells.append(tagged)
    notebook.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def record_of(folder):
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


@pytest.fixture
def run(tmp_path, tables):
    """Run notebooks made of the given cells, and return the run's folder."""
    write_datapackage(
        tables, tmp_path / "processed", details={"codebook": {"version": "1"}}
    )

    def start(cells_by_name, **options):
        notebooks = [
            write_notebook(tmp_path / "notebooks" / f"{name}.ipynb", *cells)
            for name, cells in cells_by_name.items()
        ]
        folder, _ = run_report(
            notebooks,
            processed_dir=tmp_path / "processed",
            reports_dir=tmp_path / "reports",
            **options,
        )
        return folder

    return start


def test_parameters_are_read_with_type_default_and_comment(tmp_path):
    path = write_notebook(tmp_path / "01_a.ipynb")
    found = notebook_parameters(path)
    assert list(found) == ["years", "lang", "share", "processed_dir", "output_dir"]
    assert found["years"] == Parameter("years", "list[int]", [], "years shown")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (None, "found 0 cells tagged 'parameters', expected exactly one"),
        ("lang = 'zh'", "found `lang = 'zh'`, expected a literal"),
        ("lang: str", "found `lang: str`, expected a literal"),
        ("n: int = 1 + n", "found `n: int = 1 \\+ n`, expected a literal"),
        ("when: date = 1", "expected a literal of one of the types str, int"),
        ("n: int = 'a'", "parameter 'n': found 'a', expected int"),
        ("n: int =", "cell 'parameters', line 1"),
        ("import os", "found `import os`"),
    ],
)
def test_a_notebook_is_refused(tmp_path, parameters, message):
    path = write_notebook(tmp_path / "01_a.ipynb", parameters=parameters)
    with pytest.raises(RunError, match=message) as caught:
        notebook_parameters(path)
    assert caught.value.notebook == "01_a"


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"cells": 1'])
def test_a_file_that_is_no_notebook_is_refused(tmp_path, content):
    path = tmp_path / "01_a.ipynb"
    path.write_text(content)
    with pytest.raises(RunError, match="cannot be read as a notebook"):
        notebook_parameters(path)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"langs": "en"}, "found 'langs', expected one of: .*did you mean lang"),
        ({"output_dir": "/"}, "found 'output_dir', expected one of"),
        ({"lang": "fr"}, "found 'fr', expected one of: zh, en"),
        ({"lang": 1}, "Parameter 'lang': found 1"),
        ({"years": 2022}, "parameter 'years': found 2022, expected list\\[int\\]"),
        ({"years": ["a"]}, "parameter 'years': found \\['a'\\]"),
        ({"years": [True]}, "parameter 'years': found \\[True\\]"),
        ({"share": "a"}, "parameter 'share': found 'a', expected float"),
    ],
)
def test_parameters_are_refused_before_anything_runs(run, tmp_path, values, message):
    with pytest.raises(RunError, match=message):
        run({"01_a": [GOOD]}, parameters=values)
    assert not (tmp_path / "reports").exists()


def test_each_notebook_gets_what_it_declares(tmp_path):
    first = write_notebook(tmp_path / "01_a.ipynb")
    second = write_notebook(tmp_path / "02_b.ipynb", parameters='lang: str = "zh"')
    given = assign_parameters([first, second], {"years": [2022], "lang": "en"})
    assert given == {first: {"years": [2022], "lang": "en"}, second: {"lang": "en"}}


def test_a_whole_number_is_a_fitting_float(tmp_path):
    path = write_notebook(tmp_path / "01_a.ipynb")
    assert assign_parameters([path], {"share": 1}) == {path: {"share": 1}}


def test_a_good_run(run, tmp_path):
    folder = run({"01_good": [GOOD]}, parameters={"years": [2022], "lang": "en"})
    record = record_of(folder)
    assert record["status"] == "complete"
    assert record["parameters"] == {"years": [2022], "lang": "en"}
    assert record["codebook_version"] == "1"
    assert {"tasks.csv", "notebooks/01_good.ipynb"} <= set(record["inputs"])
    assert {"python", "pandas", "papermill"} <= set(record["packages"])
    assert record["notebooks"][0]["seconds"] > 0
    # The kernel listens on no port, so it has nothing to warn of.
    assert record["warnings"] == []
    found = (folder / "tables" / "findings_good.csv").read_text()
    assert found == "topic,finding\ncorpus,en [2022] True\n"
    assert (tmp_path / "reports" / "latest").resolve() == folder.resolve()
    assert list((tmp_path / "reports").glob(".*")) == []


def test_outputs_are_listed_with_their_hashes(run):
    folder = run({"01_good": [GOOD]})
    outputs = record_of(folder)["outputs"]
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "run.json"
    }
    digests = {
        name: f"sha256:{hashlib.sha256(content).hexdigest()}"
        for name, content in found.items()
    }
    assert outputs == digests
    assert {"index.html", "01_good.html", "notebooks/01_good.ipynb"} <= set(outputs)


def test_a_failing_notebook_fails_the_run_and_nothing_else(run, tmp_path):
    good = run({"01_good": [GOOD]})
    folder = run({"01_bad": ["1", "raise ValueError('<b>no</b>')"], "02_good": [GOOD]})
    record = record_of(folder)
    assert record["status"] == "failed"
    assert [(n["status"], n["error"]) for n in record["notebooks"]] == [
        ("failed", "ValueError: <b>no</b>"),
        ("complete", ""),
    ]
    assert "ValueError" in (folder / "01_bad.html").read_text(encoding="utf-8")
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert "运行失败" in index and "ValueError: &lt;b&gt;no&lt;/b&gt;" in index
    assert (tmp_path / "reports" / "latest").resolve() == good.resolve()


def test_the_failing_cell_is_counted_as_in_the_notebook_itself(run, tmp_path):
    folder = run({"01_bad": ["1", "1 / 0"]})
    cell = record_of(folder)["notebooks"][0]["cell"]
    source = nbformat.read(tmp_path / "notebooks" / "01_bad.ipynb", as_version=4)
    assert source.cells[cell - 1].source == "1 / 0"
    assert "An Exception was" not in (folder / "01_bad.html").read_text()


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("import os; os._exit(1)", "DeadKernelError"),
        ("import time; time.sleep(60)", "CellTimeoutError"),
        ("raise SystemExit(1)", "SystemExit"),
    ],
)
def test_no_way_to_fail_looks_like_success(run, cell, error):
    folder = run({"01_bad": [cell]}, seconds_each=3)
    record = record_of(folder)
    assert record["status"] == "failed"
    assert error in record["notebooks"][0]["error"]


def test_what_a_notebook_warns_of_is_recorded(run):
    folder = run({"01_a": ["import sys; print('odd', file=sys.stderr)"]})
    (warning,) = record_of(folder)["warnings"]
    assert warning.startswith("01_a, cell ") and warning.endswith(": odd")


def test_no_path_of_the_machine_in_what_a_notebook_was_given(run, tmp_path):
    folder = run({"01_a": ["processed_dir, output_dir"]})
    text = (folder / "notebooks" / "01_a.ipynb").read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    assert str(tmp_path) not in json.dumps(cells)
    assert "../../processed" in text


def test_without_tables_nothing_runs(tmp_path):
    path = write_notebook(tmp_path / "01_a.ipynb")
    with pytest.raises(SourceError, match="run `govopen build`"):
        run_report([path], processed_dir=tmp_path, reports_dir=tmp_path / "reports")
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize("n_runs", [1, 3])
def test_latest_names_the_last_run(tmp_path, n_runs):
    for number in range(n_runs):
        (tmp_path / f"run{number}").mkdir()
        point_latest(tmp_path, f"run{number}")
    assert os.readlink(tmp_path / "latest") == f"run{n_runs - 1}"
    assert list(tmp_path.glob(".*")) == []


def test_without_symbolic_links_a_file_names_the_last_run(tmp_path, monkeypatch):
    def refuse(*args, **options):
        raise OSError("no symbolic links here")

    monkeypatch.setattr(os, "symlink", refuse)
    point_latest(tmp_path, "run1")
    assert (tmp_path / "latest.txt").read_text(encoding="utf-8") == "run1\n"
    assert list(tmp_path.glob(".*")) == []


def test_find_notebooks_takes_numbered_ones_in_order(tmp_path):
    for name in ("02_b", "01_a", "_template", "notes"):
        write_notebook(tmp_path / f"{name}.ipynb")
    assert [path.stem for path in find_notebooks(tmp_path)] == ["01_a", "02_b"]


def test_a_folder_without_notebooks_is_refused(tmp_path):
    with pytest.raises(RunError, match="found no notebook"):
        find_notebooks(tmp_path)
