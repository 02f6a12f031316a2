"""XLSX, XLS and CSV: used range, merged ranges, values as they are printed."""

import datetime
import io
import zipfile

import openpyxl
import pytest
import xlwt

from govopen_analytics.base.errors import ReadError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers import read_bytes
from govopen_analytics.readers.csv import find_delimiter
from govopen_analytics.readers.sheets import Sheet, builtin_format, format_value
from govopen_analytics.readers.xlsx import cell_place

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def workbook(sheet: str, **parts: str) -> bytes:
    """Return a workbook whose only sheet holds the given rows."""
    target = io.BytesIO()
    files = {
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="s" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        '<Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}>{sheet}</worksheet>",
        **{f"xl/{name}.xml": content for name, content in parts.items()},
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    return target.getvalue()


def saved(book) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def rows(source) -> list[list[str]]:
    return [
        [source.text[cell.start : cell.end] for cell in block.cells]
        for block in source.blocks
    ]


def merged(source) -> list[list[bool]]:
    return [[cell.is_merged for cell in block.cells] for block in source.blocks]


def small_book() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["B2"] = "标题"
    sheet.merge_cells("B2:E2")
    for column, text in zip("BCDE", ("序号", "任务", "时限", "比例"), strict=True):
        sheet[f"{column}4"] = text
    sheet["B5"], sheet["C5"] = 1, "甲\n乙"
    sheet["D5"], sheet["E5"] = datetime.datetime(2023, 8, 31), 0.25
    sheet["D5"].number_format = 'yyyy"年"m"月"d"日"'
    sheet["E5"].number_format = "0%"
    sheet["B6"], sheet["E6"] = 2, True
    sheet.merge_cells("C5:C6")
    sheet.row_dimensions[5].hidden = True
    return book


EXPECTED_ROWS = [
    ["标题"] * 4,
    ["序号", "任务", "时限", "比例"],
    ["1", "甲\n乙", "2023年8月31日", "25%"],
    ["2", "甲\n乙", "", "TRUE"],
]
EXPECTED_MERGES = [
    [False, True, True, True],
    [False] * 4,
    [False] * 4,
    [False, True, False, False],
]


def test_workbook():
    source = read_bytes(saved(small_book()), "a.xlsx")
    assert rows(source) == EXPECTED_ROWS
    assert merged(source) == EXPECTED_MERGES
    assert source.metadata == {"sheets": "Sheet"}
    assert source.remarks == (Remark("rows_hidden", {"sheet": "Sheet", "rows": "5"}),)


def test_old_workbook():
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("plan")
    sheet.write_merge(1, 1, 1, 4, "标题")
    for column, text in enumerate(("序号", "任务", "时限", "比例"), 1):
        sheet.write(3, column, text)
    day = xlwt.easyxf(num_format_str='yyyy"年"m"月"d"日"')
    sheet.write(4, 1, 1)
    sheet.write_merge(4, 5, 2, 2, "甲\n乙")
    sheet.write(4, 3, datetime.date(2023, 8, 31), day)
    sheet.write(4, 4, 0.25, xlwt.easyxf(num_format_str="0%"))
    sheet.write(5, 1, 2)
    sheet.write(5, 4, True)
    hidden = book.add_sheet("hidden")
    hidden.write(0, 0, "x")
    hidden.visibility = 1
    source = read_bytes(saved(book), "a.xls")
    assert rows(source) == EXPECTED_ROWS
    assert merged(source) == EXPECTED_MERGES
    assert source.remarks == (Remark("sheet_hidden", {"sheet": "hidden"}),)


def test_sheets_follow_each_other_and_hidden_ones_are_named():
    book = openpyxl.Workbook()
    for name, state in (("b", "visible"), ("c", "hidden"), ("d", "visible")):
        sheet = book.create_sheet(name)
        sheet["A1"], sheet["B1"] = name, "x"
        sheet.sheet_state = state
    source = read_bytes(saved(book), "a.xlsx")
    assert rows(source) == [["b", "x"], ["d", "x"]]
    assert [block.table for block in source.blocks] == [0, 1]
    assert source.remarks == (Remark("sheet_hidden", {"sheet": "c"}),)


def test_hidden_rows_and_columns_are_read_and_told():
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ("序号", "任务", "单位"),
        ("1", "公开预算", "甲"),
        ("2", "公开决算", "乙"),
    ):
        sheet.append(row)
    for row in (3, 9):  # the ninth holds nothing
        sheet.row_dimensions[row].hidden = True
    sheet.column_dimensions["B"].hidden = True
    source = read_bytes(saved(book), "a.xlsx")
    assert len(rows(source)) == 3
    assert source.remarks == (
        Remark("rows_hidden", {"sheet": "Sheet", "rows": "3"}),
        Remark("columns_hidden", {"sheet": "Sheet", "columns": "B"}),
    )


def test_hidden_rows_and_columns_of_an_old_workbook_are_told():
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("plan")
    for row in range(3):
        for column in range(28):
            sheet.write(row, column, "x")
    sheet.row(1).hidden = True
    sheet.col(27).hidden = True
    source = read_bytes(saved(book), "a.xls")
    assert len(rows(source)) == 3
    assert source.remarks == (
        Remark("rows_hidden", {"sheet": "plan", "rows": "2"}),
        Remark("columns_hidden", {"sheet": "plan", "columns": "AB"}),
    )


def test_formula_gives_its_stored_value():
    sheet = (
        '<sheetData><row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>1+2</f></c>'
        '<c r="C1" t="str"><f>x</f><v>三</v></c><c r="D1" t="e"><v>#REF!</v></c></row>'
        "</sheetData>"
    )
    source = read_bytes(workbook(sheet), "a.xlsx")
    assert rows(source) == [["2", "三", "#REF!"]]
    values = {"sheet": "s", "n": 1}
    assert source.remarks == (Remark("formulas_without_value", values),)


def test_strings_lose_their_phonetic_guides():
    strings = (
        f"<sst {MAIN}><si><r><t>政务</t></r><r><t>公开</t></r>"
        "<rPh><t>zw</t></rPh></si></sst>"
    )
    sheet = (
        '<sheetData><row><c t="s"><v>0</v></c><c t="s"><v>9</v></c>'
        '<c t="inlineStr"><is><t>a_x000D_b</t></is></c></row></sheetData>'
    )
    source = read_bytes(workbook(sheet, sharedStrings=strings), "a.xlsx")
    assert rows(source) == [["政务公开", "a\nb"]]


def test_million_empty_rows():
    empty = "".join(
        f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(3, 200_000)
    )
    last = '<row r="1048576"><c r="B1048576"><v>2</v></c></row>'
    first = '<row r="1"><c r="A1"><v>1</v></c></row>'
    source = read_bytes(
        workbook(f"<sheetData>{first}{empty}{last}</sheetData>"), "a.xlsx"
    )
    assert rows(source) == [["1", ""], ["", "2"]]


def test_too_many_columns():
    cells = "<c><v>1</v></c>" * 501
    with pytest.raises(ReadError, match="501 columns in a sheet, the limit is 500"):
        read_bytes(workbook(f"<sheetData><row>{cells}</row></sheetData>"), "a.xlsx")


def test_merges_that_cover_the_sheet_many_times():
    cells = {row: {0: "a", 1: "b"} for row in range(1000)}
    with pytest.raises(ReadError, match="merged cells in a sheet"):
        Sheet("a", cells, [(0, 10**6, 0, 10**4)] * 2000).grid()


@pytest.mark.parametrize(
    ("merge", "expected"),
    [
        ((0, 1, 0, 0), [["a", "b"], [(0, 0), "d"]]),
        ((0, 0, 0, 9), [["a", (0, 0)], ["c", "d"]]),
        ((0, 9, 3, 3), [["a", "b"], ["c", (0, 1)]]),
        ((1, 4, 0, 0), [["a", "b"], ["c", "d"]]),
        ((0, 0, 2, 2), [["a", "b"], ["c", "d"]]),
    ],
)
def test_merged_ranges_on_the_used_range(merge, expected):
    cells = {0: {0: "a", 3: "b"}, 4: {0: "c", 3: "d"}}
    if merge == (0, 1, 0, 0):
        merge = (0, 4, 0, 0)
    assert Sheet("a", cells, [merge]).grid() == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("A1", (0, 0)),
        ("$B$12", (11, 1)),
        ("XFD1048576", (1048575, 16383)),
        ("A0", None),
        ("1A", None),
        ("", None),
    ],
)
def test_cell_references(reference, expected):
    assert cell_place(reference) == expected


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (3.0, "General", "3"),
        (0.30000000000000004, "General", "0.3"),
        (11370800004312.0, "General", "11370800004312"),
        (7.0, "000", "007"),
        (1234.5, "#,##0.00", "1,234.50"),
        (-3.0, "0_);(0)", "(3)"),
        (0.125, "0.0%", "12.5%"),
        (1.5, "0.##", "1.5"),
        (2.0, "0.##", "2"),
        (3.0, '"第"0"季度"', "第3季度"),
        (5.0, "0\\月", "5月"),
        (12.0, "0.00E+00", "12"),
        (45000.0, "yyyy-mm-dd", "2023-03-15"),
        (45000.5, "yyyy/m/d h:mm", "2023/3/15 12:00"),
        (45000.0, '[$-804]yyyy"年"m"月"d"日";@', "2023年3月15日"),
        (45000.0, 'm"月"', "3月"),
        (0.75, "上午/下午h:mm", "下午18:00"),
        (45000.0, "yyyy-m-d aaaa", "2023-3-15 星期三"),
        (-1.0, "yyyy-mm-dd", "-1"),
        (1e300, "yyyy-mm-dd", "1e+300"),
    ],
)
def test_values_are_printed_by_their_format(value, code, expected):
    assert format_value(value, code) == expected


def test_days_counted_from_1904():
    assert format_value(1.0, "yyyy-mm-dd", is_1904=True) == "1904-01-02"


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "General"), (9, "0%"), (14, "yyyy/m/d"), (31, 'yyyy"年"m"月"d"日"')],
)
def test_builtin_formats_are_the_chinese_ones(number, expected):
    assert builtin_format(number) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,2\n", ","),
        ("a\tb,c\n1\t2\n", "\t"),
        ("a;b;c\n1;2;3\n4;5;6", ";"),
        ("序号|任务，其他\n1|甲，乙，丙\n", "|"),
        ("one\ntwo\n", ","),
        ('a,"x;y;z"\n1,"u;v;w"\n', ","),
    ],
)
def test_delimiters(text, expected):
    assert find_delimiter(text) == expected


def test_delimited_text():
    text = '序号,任务\r\n1,"甲,乙\r\n丙"\r\n,\r\n2,"x""y"\r\n'
    source = read_bytes(text.encode("gbk"), "a.csv")
    assert rows(source) == [["序号", "任务"], ["1", "甲,乙\n丙"], ["2", 'x"y']]
    assert source.encoding == "gb18030"


def test_quotation_mark_never_closed():
    source = read_bytes(('a,b\n1,"x\n' + "2,y\n" * 200).encode(), "a.csv")
    assert len(source.blocks) == 202
    assert source.remarks == (Remark("quotation_open"),)


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_cut_off_workbooks(name, share):
    if name == "a.xlsx":
        content = saved(small_book())
    else:
        book = xlwt.Workbook()
        book.add_sheet("s").write(0, 0, "x" * 20000)
        content = saved(book)
    with pytest.raises(ReadError, match=rf"^{name}: "):
        read_bytes(content[: int(share * len(content))], name)
