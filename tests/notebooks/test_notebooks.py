"""Every notebook runs on a small corpus, with other than its default parameters."""

import csv
import json
from pathlib import Path

import pytest

from govopen_analytics.datapackage import write_datapackage
from govopen_analytics.run import run_report

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FIRST_TWO = [NOTEBOOKS / "01_corpus.ipynb", NOTEBOOKS / "02_theme_coverage.ipynb"]
PARAMETERS = {"agencies": ["甲市民政局"], "years": [2022], "lang": "en"}


def rows(folder, name):
    path = folder / "tables" / f"{name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def start(tmp_path, tables, notebooks, parameters):
    processed = tmp_path / "data" / "processed"
    write_datapackage(tables, processed, details={"codebook": {"version": "1"}})
    return run_report(
        notebooks,
        processed_dir=processed,
        reports_dir=tmp_path / "reports",
        parameters=parameters,
    )


def test_notebooks_with_parameters(tmp_path, tables, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", "/no/such/browser")
    folder, record = start(tmp_path, tables, FIRST_TWO, PARAMETERS)
    assert [n["error"] for n in record["notebooks"]] == ["", ""]
    shares = {row["theme_id"]: row for row in rows(folder, "theme_shares")}
    # One of four tasks is explain alone, one explain and answer, one answer.
    assert float(shares["explain"]["share"]) == pytest.approx(0.375)
    assert float(shares["answer"]["share"]) == pytest.approx(0.375)
    assert shares["channels"]["is_observed"] == "false"
    assert {row["agency"] for row in rows(folder, "documents")} == {"甲市民政局"}
    assert [row["task_id"] for row in rows(folder, "unclassified_tasks")] == ["first-4"]
    assert rows(folder, "theme_tasks")[1]["content"] == "'=cmd()"
    page = (folder / "02_theme_coverage.html").read_text(encoding="utf-8")
    assert "not observed in 4 tasks" in page and "<script>alert" not in page
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in index and "38% of 4 tasks each" in index
    assert ["apt-get install" in text for text in record["warnings"]] == [True]


def test_two_agencies_in_two_years_are_called_confounded(tmp_path, tables, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", "/no/such/browser")
    notebook = NOTEBOOKS / "02_theme_coverage.ipynb"
    folder, _ = start(tmp_path, tables, [notebook], {"themes": ["依申请公开"]})
    assert "机构与年份混淆" in rows(folder, "findings_03_confounding")[0]["finding"]
    assert [row["theme_id"] for row in rows(folder, "theme_shares")] == ["answer"] * 2
    page = (folder / "02_theme_coverage.html").read_text(encoding="utf-8")
    assert "2 项任务中未见" in page


def test_an_unknown_agency_fails_with_the_known_ones(tmp_path, tables):
    notebook = NOTEBOOKS / "01_corpus.ipynb"
    folder, record = start(tmp_path, tables, [notebook], {"agencies": ["甲市民政"]})
    assert record["status"] == "failed"
    assert "did you mean 甲市民政局" in record["notebooks"][0]["error"]
    assert json.loads((folder / "run.json").read_text())["status"] == "failed"


def test_the_template_runs(tmp_path, tables):
    folder, record = start(tmp_path, tables, [NOTEBOOKS / "_template.ipynb"], {})
    assert record["notebooks"][0]["error"] == ""
    assert len(rows(folder, "themes")) == 3
