import io
from datetime import UTC, date, datetime

import openpyxl
import pandas as pd
import pytest
from export_cases import write_run

from govopen_analytics.base.datapackage import to_csv
from govopen_analytics.base.errors import ExportError
from govopen_analytics.base.schemas import column_meaning, table_meaning
from govopen_analytics.office import read_chart
from govopen_analytics.office.xlsx import (
    MOST_CHARACTERS,
    chart_sheet,
    read_sheet,
    workbook_bytes,
)

WHEN = datetime(2026, 1, 31, tzinfo=UTC)
RECORD = {"run": "r1", "status": "complete", "codebook_version": "7"}


def sheet_of(tmp_path, df, name="made", lang="zh"):
    to_csv(df, tmp_path / f"{name}.csv")
    return read_sheet({"": tmp_path / f"{name}.csv"}, lang)


def book_of(sheets, lang="zh", sources=("n = 6",)):
    blob = workbook_bytes(sheets, record=RECORD, sources=sources, lang=lang, when=WHEN)
    return openpyxl.load_workbook(io.BytesIO(blob))


@pytest.mark.parametrize(
    ("name", "values", "expected", "form"),
    [
        ("n_tasks", [4, 1200], [4, 1200], "#,##0"),
        ("year", [2022], [2022], "0"),
        ("share", [0.375], [0.375], "0.0%"),
        ("share_upper", [0.7], [0.7], "0.0%"),
        ("share_from", [0.7], [0.7], "0.0%"),
        ("change_per_year", [-0.1], [-0.1], "0.0%"),
        ("touching_share_elsewhere", [0.1], [0.1], "0.0%"),
        ("error", [4.5], [4.5], "0.000"),
        ("value", [-1.25], [-1.25], "0.000"),
        (
            "issued_date",
            [pd.Timestamp(2024, 3, 5)],
            [datetime(2024, 3, 5)],
            "yyyy-mm-dd",
        ),
        ("first_day", ["2024-03-05"], [datetime(2024, 3, 5)], "yyyy-mm-dd"),
        ("is_observed", [True, False], [True, False], "General"),
        ("task_id", ["12"], ["12"], "@"),
        ("code", ["007"], ["007"], "@"),
        ("doc_number", ["12"], ["12"], "@"),
        ("n_tasks", [4, None], [4, None], "#,##0"),
    ],
)
def test_cells_have_their_types(tmp_path, name, values, expected, form):
    book = book_of([sheet_of(tmp_path, pd.DataFrame({name: values}))])
    cells = [row[0] for row in book["made"].iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == expected
    assert cells[0].number_format == form


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=cmd()", "'=cmd()"),
        ("+1", "'+1"),
        ("@x", "'@x"),
        ("-甲", "'-甲"),
        ("＝1", "'＝1"),
        ("#REF!", "#REF!"),
        ("https://example.org", "https://example.org"),
        ("坏\x0b字", "坏\ufffd字"),
    ],
)
def test_text_stays_text(tmp_path, text, expected):
    book = book_of([sheet_of(tmp_path, pd.DataFrame({"title": [text, "甲"]}))])
    cell = book["made"]["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (expected, "s", None)


def test_a_head_is_no_formula_either(tmp_path):
    book = book_of([sheet_of(tmp_path, pd.DataFrame({"=cmd()": ["甲"]}))])
    assert book["made"]["A1"].data_type == "s"


def test_long_text_is_cut_and_said_so(tmp_path):
    sheet = sheet_of(tmp_path, pd.DataFrame({"text": ["字" * 40_000]}))
    book = book_of([sheet])
    assert len(book["made"]["A2"].value) == MOST_CHARACTERS
    assert len(sheet.warnings) == 1 and "“made”第 2 行“text”列" in sheet.warnings[0]
    notes = [cell.value for cell in book["说明"]["B"]]
    assert sheet.warnings[0] in notes


def test_a_character_no_cell_holds_is_told_of(tmp_path):
    sheet = sheet_of(tmp_path, pd.DataFrame({"text": ["甲\x00乙", "甲\u3000乙"]}))
    assert [row[0] for row in sheet.rows] == ["甲\ufffd乙", "甲\u3000乙"]
    assert len(sheet.warnings) == 1 and "第 2 行“text”列" in sheet.warnings[0]


def test_parts_of_a_table_stand_below_each_other(tmp_path):
    parts = {"甲": tmp_path / "a" / "t.csv", "乙": tmp_path / "b" / "t.csv"}
    for path, df in zip(
        parts.values(),
        (pd.DataFrame({"n": [1]}), pd.DataFrame({"remark": ["合成"], "n": [2]})),
        strict=True,
    ):
        path.parent.mkdir()
        to_csv(df, path)
    sheet = read_sheet(parts, "zh")
    assert (sheet.name, sheet.columns) == ("t", ("report_of", "n", "remark"))
    assert sheet.rows == [["甲", 1, None], ["乙", 2, "合成"]]


def test_heads_are_frozen_and_columns_have_widths(tmp_path):
    book = book_of([sheet_of(tmp_path, pd.DataFrame({"title": ["字" * 20]}))])
    page = book["made"]
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:A2")
    assert 40 < page.column_dimensions["A"].width <= 60


@pytest.mark.parametrize(("lang", "notes"), [("zh", "说明"), ("en", "Notes")])
def test_the_first_sheet_explains_the_others(tmp_path, lang, notes):
    df = pd.DataFrame({"share": [0.5], "agency": ["甲"]})
    book = book_of([sheet_of(tmp_path, df, "theme_shares", lang)], lang)
    assert book.sheetnames == [notes, "theme_shares"]
    rows = [[cell.value for cell in row] for row in book[notes].iter_rows()]
    flat = [value for row in rows for value in row]
    assert "r1" in flat and "7" in flat and "n = 6" in flat
    assert ["theme_shares", table_meaning("theme_shares", lang), 1, None] in rows
    described = [row for row in rows if row[1] == "agency"]
    assert described[0][3] == column_meaning("theme_shares", "agency", lang) != ""


def test_names_of_sheets_are_short_and_apart(tmp_path):
    names = ["a" * 40, "a" * 41, "x/y", "说明", "History"]
    sheets = [
        sheet_of(tmp_path, pd.DataFrame({"n": [1]}), name.replace("/", "-"))
        for name in names
    ]
    found = book_of(sheets).sheetnames
    assert found == ["说明", "a" * 31, "a" * 29 + "_2", "x-y", "说明_2", "History_2"]


def test_a_table_without_rows_keeps_its_heads(tmp_path):
    book = book_of([sheet_of(tmp_path, pd.DataFrame({"title": [], "n": []}))])
    assert [cell.value for cell in book["made"][1]] == ["title", "n"]


def test_an_unreadable_table_is_refused(tmp_path):
    path = tmp_path / "bad.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ExportError, match=r"bad.csv: cannot be read as CSV"):
        read_sheet({"": path}, "zh")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "theme_dot_plot",
            [
                "政策解读",
                "甲市民政局 2022 年，n = 4",
                "政策解读",
                None,
                0.375,
                0.1,
                0.7,
                "38%",
            ],
        ),
        (
            "theme_heat_map",
            [
                None,
                "甲市民政局 2022 年，n = 4",
                "政策解读",
                None,
                0.375,
                None,
                None,
                "38%",
            ],
        ),
    ],
)
def test_a_charts_data_are_a_table(tmp_path, tables, shares, name, expected):
    run = write_run(tmp_path / "run", tables, shares)
    sheet = chart_sheet(read_chart(run / "figures" / f"{name}.json"), "zh")
    book = book_of([sheet])
    assert [cell.value for cell in book[name][2]] == expected


def test_equal_tables_give_equal_bytes(tmp_path):
    sheet = sheet_of(tmp_path, pd.DataFrame({"day": [date(2024, 1, 2)]}))
    blobs = [
        workbook_bytes([sheet], record=RECORD, sources=[], lang="zh", when=WHEN)
        for _ in range(2)
    ]
    assert blobs[0] == blobs[1]
    book = openpyxl.load_workbook(io.BytesIO(blobs[0]))
    assert book.properties.modified == datetime(2026, 1, 31)
