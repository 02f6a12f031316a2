"""Every notebook runs on a small corpus, with other than its default parameters."""

import papermill
import pytest
from conftest import NASTY
from in_process import BY_NUMBER, run, shown_html, table_rows

from govopen_analytics.base.errors import SelectionError
from govopen_analytics.run.report import run_report
from govopen_analytics.run.sets import Options, ReportSet

PARAMETERS = {"agencies": ["甲市民政局"], "years": [2022], "lang": "en"}


def test_notebooks_with_parameters(tmp_path, processed_dir, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", "/no/such/browser")
    folder, record = run_report(
        [BY_NUMBER["01"], BY_NUMBER["02"]],
        processed_dir=processed_dir,
        reports_dir=tmp_path / "reports",
        report_set=ReportSet().with_parameters(PARAMETERS),
        options=Options(n_workers=1),  # each worker loads every library
    )
    assert [n["error"] for n in record["notebooks"]] == ["", ""]
    shares = {row["theme_id"]: row for row in table_rows(folder, "theme_shares")}
    # One of four tasks is explain alone, one explain and answer, one answer.
    assert float(shares["explain"]["share"]) == pytest.approx(0.375)
    assert float(shares["answer"]["share"]) == pytest.approx(0.375)
    assert shares["channels"]["is_observed"] == "false"
    assert {row["agency"] for row in table_rows(folder, "documents")} == {"甲市民政局"}
    assert [row["task_id"] for row in table_rows(folder, "unclassified_tasks")] == [
        "first-4"
    ]
    assert table_rows(folder, "theme_tasks")[1]["content"] == "'=cmd()"
    page = (folder / "02_theme_coverage.html").read_text(encoding="utf-8")
    assert "not observed in 4 tasks" in page and "<script>alert" not in page
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in index and "38% each (n = 4, " in index
    assert [warning["code"] for warning in record["warnings"]] == ["no_browser"]


def test_papermill_runs_a_notebook_unchanged(tmp_path, processed_dir):
    own = {"processed_dir": str(processed_dir), "output_dir": str(tmp_path)}
    papermill.execute_notebook(
        BY_NUMBER["05"],
        tmp_path / "05.ipynb",
        parameters={**own, "theme": "Answering", "lang": "en"},
        kernel_name="python3",
        progress_bar=False,
    )
    themes = {row["theme"] for row in table_rows(tmp_path, "theme_ranking")}
    assert themes == {"Answering"}


def test_two_agencies_in_two_years_are_called_confounded(processed_dir, tmp_path):
    names = run("02", processed_dir, tmp_path, themes=["依申请公开"])
    found = table_rows(tmp_path, "findings_02_theme_coverage")
    (caution,) = [row for row in found if row["key"] == "confounded"]
    assert "机构差别与年份差别分不开" in caution["finding"]
    assert shown_html(names).count("机构差别与年份差别分不开") == 1
    shares = table_rows(tmp_path, "theme_shares")
    assert [row["theme_id"] for row in shares] == ["answer"] * 2
    assert "2 项任务中未见" in shown_html(names)


@pytest.mark.parametrize("number", ["01", "02"])
def test_an_unknown_agency_fails_with_the_known_ones(processed_dir, number):
    with pytest.raises(SelectionError, match="did you mean 甲市民政局"):
        run(number, processed_dir, agencies=["甲市民政"])


def test_the_template_runs(processed_dir, tmp_path):
    run("template", processed_dir, tmp_path)
    assert len(table_rows(tmp_path, "themes")) == 3


@pytest.mark.parametrize(("lang", "words"), [("zh", "政策解读"), ("en", "Explaining")])
def test_the_page_for_exploring_runs(processed_dir, lang, words):
    names = run("00", processed_dir, lang=lang)
    html = shown_html(names)
    assert words in html and "first-1" in html and NASTY not in html
    assert names["wide"].shape == (3, 2)
    assert {"themes_before", "themes_after"} <= {*names["moved"].table}
    assert names["found"].counts["n_true"].sum() == 1
