"""Plans added: shown first, written when agreed to, never twice."""

import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from govopen_analytics.base.errors import (
    GovOpenError,
    ReadError,
    RunError,
    SelectionError,
    SourceError,
)
from govopen_analytics.cli import app
from govopen_analytics.corpus import load_corpus
from govopen_analytics.explore.adding import GIVEN_COLUMNS, read_addition
from govopen_analytics.plans.corpus import read_plans
from govopen_analytics.run.project import lab_command, write_lab

ROOT = Path(__file__).parents[2]
TEXT = (
    "某市民政局2024年政务公开工作要点\n一、加强公开\n"
    "（一）做好政策解读。（责任单位：办公室）\n"
    "（二）受理依申请公开。（责任单位：法规科）\n"
)
WITHOUT_AGENCY = TEXT.replace("某市民政局2024年", "")
ADDRESS = "https://www.example.cn/plan.html"


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "old.txt").write_text(TEXT.replace("2024", "2023"), encoding="utf-8")
    (folder / "manifest.csv").write_text(
        "document_id,file,agency,year,地区\nold,old.txt,某市民政局,2023,沿海\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "new plan.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def state(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_plan_is_shown_and_then_written(raw, plan):
    before = state(raw)
    addition = read_addition(plan, raw, {"agency_series": "某市民政", "note": "="})
    assert (addition.n_tasks, addition.missing) == (2, ())
    assert addition.row["agency"] == "某市民政局" and addition.row["year"] == "2024"
    assert "（读自正文）" in repr(addition) and ".save()" in repr(addition)
    assert state(raw) == before
    assert "govopen build" in addition.save()
    tables = read_plans(raw)
    rows = tables.documents.set_index("document_id")
    assert rows.loc["new plan", ["agency", "agency_series", "year"]].tolist() == [
        "某市民政局",
        "某市民政",
        2024,
    ]
    assert rows.loc["old", "地区"] == "沿海" and tables.failures.empty
    assert (raw / "new plan.txt").read_bytes() == plan.read_bytes()


@pytest.mark.parametrize(
    "again", [TEXT, f"{ADDRESS}\n{TEXT}", TEXT.replace("\n", "\n\n  ")]
)
def test_a_plan_is_never_added_twice(raw, plan, again):
    first = read_addition(plan, raw)
    first.save()
    before = state(raw)
    with pytest.raises(SourceError, match=r"holds this plan already, as new plan\.txt"):
        read_addition(again, raw)
    with pytest.raises(SourceError, match="already"):
        first.save()
    assert state(raw) == before


def test_a_pasted_page_keeps_its_address(raw):
    addition = read_addition(f"{ADDRESS}\n{TEXT}", raw, lang="en")
    assert addition.row["source_url"] == ADDRESS
    assert addition.file == "某市民政局_2024.txt"
    assert "2 tasks were read" in addition.lines()[0]


def test_what_is_missing_is_asked_for(raw):
    addition = read_addition(WITHOUT_AGENCY, raw, lang="en")
    assert addition.missing == ("agency", "year")
    assert "Agency: not found in the text; please say it (agency)" in repr(addition)
    with pytest.raises(SelectionError, match="agency, year missing"):
        addition.save()
    given = {"agency": "乙市民政局", "year": 2024}
    assert read_addition(WITHOUT_AGENCY, raw, given).missing == ()


@pytest.mark.parametrize(
    ("what", "given", "error", "told"),
    [
        (ADDRESS, {}, SelectionError, "nothing is fetched from the network"),
        ("no/such/file.txt", {}, ReadError, "cannot be opened"),
        ("今天天气很好。\n明天也好。\n", {}, GovOpenError, "not|nothing"),
        (TEXT, {"agencies": "x"}, SelectionError, "did you mean agency"),
        (TEXT, {"year": "24"}, SelectionError, "four digits"),
        (TEXT, {"level": "village"}, SelectionError, "level: found 'village'"),
        (
            TEXT,
            {"subject": "x"},
            SelectionError,
            r"one of: open_government \(政务公开\), other",
        ),
    ],
)
def test_what_cannot_be_added(raw, what, given, error, told):
    before = state(raw)
    with pytest.raises(error, match=told):
        read_addition(what, raw, given)
    assert state(raw) == before


def test_a_folder_that_cannot_be_written(raw, plan, monkeypatch):
    addition = read_addition(plan, raw, lang="en")
    before, real = state(raw), os.replace

    def refused(source, target):
        if Path(target).name == "manifest.csv":
            raise OSError(30, "Read-only file system")
        real(source, target)

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(RunError, match=r"the disk is read-only.*Nothing was written"):
        addition.save()
    assert state(raw) == before


@pytest.mark.parametrize(
    ("answer", "options", "n_files"),
    [("n\n", [], 2), ("y\n", [], 3), ("", ["--yes"], 3), ("", [], 2)],
)
def test_the_command_asks_before_it_writes(raw, plan, answer, options, n_files):
    command = ["add", str(plan), "--raw", str(raw), "--lang", "en", *options]
    result = CliRunner().invoke(app, command, input=answer)
    assert "2 tasks were read" in result.output
    assert len(state(raw)) == n_files
    assert ("add --yes" in result.output) == (not answer and not options)
    assert "Aborted" not in result.output and "open_government" not in result.output


def test_every_column_of_the_manifest_can_be_given(raw, plan):
    given = {
        "agency": "己县民政局",
        "agency_series": "甲",
        "year": "2025",
        "note": "乙",
    }
    given |= {"province": "丁省", "city": "戊市", "county": "己县", "level": "县级"}
    given |= {"subject": "政务公开", "title": "丙", "source_url": ADDRESS}
    assert set(given) == set(GIVEN_COLUMNS)
    options = [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
    command = ["add", str(plan), "--raw", str(raw), "--yes", *options]
    assert CliRunner().invoke(app, command).exit_code == 0
    row = read_plans(raw).documents.set_index("document_id").loc["new plan"]
    kept = given | {"level": "county", "subject": "open_government", "year": 2025}
    assert {name: row[name] for name in kept if name != "note"} == {
        name: value for name, value in kept.items() if name != "note"
    }


def test_a_plan_of_another_field_is_told_apart(raw):
    title = "某市2024年乡村振兴重点工作任务分解表\n"
    text = f"{title}一、产业\n（一）建设农田。\n（二）修建道路。\n"
    given = {"agency": "某市民政局"}
    assert "left out of comparisons" in repr(read_addition(text, raw, given, lang="en"))
    given["subject"] = "open_government"
    assert "comparisons" not in repr(read_addition(text, raw, given, lang="en"))


def test_a_column_of_ones_own_can_be_given(raw):
    read_addition(TEXT, raw, {"地区": "内陆"}).save()
    assert set(read_plans(raw).documents["地区"]) == {"沿海", "内陆"}


def test_an_agency_is_followed_over_a_renaming(raw, plan):
    read_addition(
        plan, raw, {"agency": "某市社会局", "agency_series": "某市民政局"}
    ).save()
    corpus = load_corpus(raw, lang="en")
    assert corpus.documents["agency_series"].tolist() == ["某市民政局", "某市民政局"]
    assert set(corpus.change().table["agency_series"]) == {"某市民政局"}
    # A column added to the manifest is enough to compare by.
    assert set(corpus.theme_shares(by="地区").table["地区"].dropna()) == {"沿海"}


# JupyterLab --------------------------------------------------------------------------


def test_the_lab_opens_one_language_and_keeps_what_was_changed(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        write_lab(tmp_path, "en")
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    path = write_lab(tmp_path, "en")
    text = path.read_text(encoding="utf-8")
    assert (
        "lang-zh" not in text and "lang-en" in text and 'lang: str = \\"en\\"' in text
    )
    path.write_text("changed", encoding="utf-8")
    assert write_lab(tmp_path, "en").read_text(encoding="utf-8") == "changed"
    command = lab_command(tmp_path, path, ["--no-browser"])
    assert "--LabApp.default_url=/lab/tree/lab/explore_en.ipynb" in command
    assert command[-1] == "--no-browser"
    with pytest.raises(SelectionError, match="lang: found 'fr'"):
        write_lab(tmp_path, "fr")
