"""Commands about the coding: validate, review, explain."""

import re
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from packages import write_datapackage
from typer.testing import CliRunner

from govopen_analytics.base.schemas import to_schema
from govopen_analytics.cli import app
from govopen_analytics.coding.assign import assign_themes
from govopen_analytics.coding.codebook import load_codebook
from govopen_analytics.review import current_reviews, read_reviews, read_samples
from govopen_analytics.review.workbook import column_label

TEXTS = ["解读惠民政策，制作图解", "按时答复公开申请", "维护网站栏目", "笼统工作"]


@pytest.fixture
def govopen(tmp_path, monkeypatch, tables):
    """Call the commands in a folder with four built tasks."""
    rows = tables["tasks"].head(4).assign(title=pd.NA, content=TEXTS, text=TEXTS)
    own = to_schema(rows, "tasks")
    book = load_codebook()
    write_datapackage(
        {
            "documents": tables["documents"].head(1),
            "tasks": own,
            "themes": book.themes,
            "theme_assignments": assign_themes(own, book),
        },
        tmp_path / "data" / "processed",
    )
    monkeypatch.chdir(tmp_path)
    return lambda *args: CliRunner().invoke(app, args)


def fill(path, cells, rows=None):
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    places = {cell.value: cell.column for cell in sheet[1]}
    for row in rows or range(2, sheet.max_row + 1):
        for column, value in cells.items():
            sheet.cell(row, places[column_label(column, "zh")], value)
    book.save(path)


GOOD = {"primary": "政策解读", "coder": "张三", "reviewed_date": "2024-05-31"}


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ["主要主题：政策解读", "图解"]), ("en", ["Primary theme: Policy inter"])],
)
def test_explain_answers_in_one_call(govopen, lang, words):
    result = govopen("explain", "first-1", "--lang", lang)
    assert result.exit_code == 0
    assert all(word in result.output for word in words)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["explain", "first-9"], "unknown task_id: found 'first-9'"),
        (["explain", "first-1", "--lang", "fr"], "found 'fr'"),
        (["review", "import", "none.xlsx"], "none.xlsx: cannot be opened"),
        (["review", "export", "--random", "9"], "from 1 to 4"),
        (["validate", "--lang", "fr"], "found 'fr'"),
    ],
)
def test_an_error_is_one_plain_line(govopen, args, expected):
    result = govopen(*args)
    assert result.exit_code == 1
    assert result.output.startswith("错误 · error: ") and expected in result.output


def test_a_random_sample_makes_the_round_trip_and_corrects(govopen, tmp_path):
    result = govopen("review", "export", "sample.xlsx", "--random", "4")
    assert result.exit_code == 0 and "4 项任务" in result.output
    assert len(read_samples("data/reviews")) == 4
    fill("sample.xlsx", GOOD)
    result = govopen("review", "export", "sample.xlsx")
    assert result.exit_code == 1 and "sample.xlsx: there is a file" in result.output
    result = govopen("review", "import", "sample.xlsx")
    assert result.exit_code == 0 and "4 项判断" in result.output
    reviews = read_reviews("data/reviews")
    assert set(reviews["primary_theme_id"]) == {"policy_interpretation"}
    told = govopen("explain", "first-2").output.splitlines()[0]
    assert told == "张三 于 2024-05-31 判断（优先于机器）：政策解读"
    result = govopen("validate", "--out", "out", "--draws", "100")
    assert result.exit_code == 0 and "macro F1" in result.output
    rows = pd.read_csv("out/corrected_shares.csv").set_index("theme_id")
    assert rows.loc["policy_interpretation", "share_corrected"] == pytest.approx(1)
    assert rows.loc["policy_interpretation", "share"] < 1


def test_a_bad_row_is_told_and_nothing_is_written(govopen):
    govopen("review", "export", "sample.xlsx", "--random", "4")
    fill("sample.xlsx", GOOD)
    fill("sample.xlsx", {"primary": "解读"}, rows=[3])
    result = govopen("review", "import", "sample.xlsx")
    assert result.exit_code == 1
    assert "row 3, 主要主题（必填）: found '解读'" in result.output
    assert read_reviews("data/reviews").empty
    result = govopen("review", "import", "sample.xlsx", "--partial")
    assert result.exit_code == 0 and len(read_reviews("data/reviews")) == 3


def test_reviewed_tasks_are_not_exported_again(govopen):
    first = govopen("review", "export", "picked.xlsx").output
    fill("picked.xlsx", GOOD, rows=[2])
    govopen("review", "import", "picked.xlsx")
    n = int(first.split(" ")[0])
    assert n > 0
    again = govopen("review", "export", "more.xlsx").output
    assert int(again.split(" ")[0]) == n - 1
    everything = govopen("review", "export", "all.xlsx", "--again").output
    assert int(everything.split(" ")[0]) == n


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--task", "first-2"], ["first-2"]),
        (["--task", "first-4", "--task", "first-2"], ["first-2", "first-4"]),
        (["--agency", "甲市民政局"], ["first-1", "first-2", "first-3", "first-4"]),
        (["--theme", "政策解读"], ["first-1"]),
        (["--agency", "甲市民政局", "--theme", "Policy interpretation"], ["first-1"]),
    ],
)
def test_tasks_that_are_asked_for_are_exported(govopen, options, expected):
    assert govopen("review", "export", "asked.xlsx", *options).exit_code == 0
    rows = pd.read_excel("asked.xlsx")
    assert sorted(rows.iloc[:, 0]) == expected
    assert rows.iloc[:, 1].str.contains("指定").all()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--task", "first-9"], "did you mean first-"),
        (["--theme", "政策读"], "one of: .*政策解读"),
        (["--task", "first-1", "--random", "2"], "--random draws from all tasks"),
    ],
)
def test_what_cannot_be_exported(govopen, options, expected):
    result = govopen("review", "export", "asked.xlsx", *options)
    assert result.exit_code > 0 and re.search(expected, result.output)
    assert not Path("asked.xlsx").exists()


def test_reviews_stand_beside_the_tables_wherever_these_are(govopen):
    shutil.copytree("data/processed", "elsewhere/processed")
    there = ("--processed", "elsewhere/processed")
    govopen("review", "export", "sample.xlsx", "--random", "2", *there)
    fill("sample.xlsx", GOOD)
    assert govopen("review", "import", "sample.xlsx", *there).exit_code == 0
    assert len(read_reviews("elsewhere/reviews")) == 2
    assert read_reviews("data/reviews").empty


def test_reviews_hold_for_the_tasks_as_they_are(govopen):
    govopen("review", "export", "sample.xlsx", "--random", "2")
    fill("sample.xlsx", GOOD)
    govopen("review", "import", "sample.xlsx")
    reviews = read_reviews("data/reviews")
    tasks = pd.DataFrame({"task_id": reviews["task_id"], "text": "换了"})
    assert current_reviews(reviews, tasks, load_codebook()).empty
