"""PDF: wrapped lines, ruled tables, page breaks, what cannot be read."""

import pytest
from plan_writer import plan_items, printed_rows, source_items, write_pdf, write_scan

from govopen_analytics.base.errors import ReadError, UnsupportedFormatError
from govopen_analytics.readers import read_bytes
from govopen_analytics.readers.printed_lines import (
    Line,
    Margins,
    continues_paragraph,
    find_margins,
    gather_lines,
    join_texts,
    was_wrapped,
)
from govopen_analytics.readers.printed_tables import (
    LaidOutTable,
    RuledCell,
    RuledTable,
    merge_edges,
)

SENTENCE = "深入推进决策、执行、管理、服务和结果公开，主动回应社会关切，接受群众监督。"


def line(text: str, x0: float = 0, top: float = 0, size: float = 10) -> Line:
    width = sum(size if ord(c) > 255 else size / 2 for c in text)
    return Line(text, x0, x0 + width, top, top + size, size)


def character(text: str, x0: float, top: float = 0, size: float = 10) -> dict:
    width = size if ord(text) > 255 else size / 2
    return {
        "text": text,
        "x0": x0,
        "x1": x0 + width,
        "top": top,
        "bottom": top + size,
        "size": size,
    }


@pytest.mark.parametrize(
    ("characters", "expected"),
    [
        ([character("政", 0), character("务", 10)], ["政务"]),
        ([character("务", 10), character("政", 0)], ["政务"]),
        ([character("政", 0), character("务", 13)], ["政务"]),
        ([character("政", 0), character("务", 25)], ["政 务"]),
        ([character("a", 0), character("b", 9)], ["a b"]),
        ([character("政", 0), character("务", 0, 14)], ["政", "务"]),
        ([character("政", 0), character("2", 10, -3, 6)], ["政2"]),
        ([character(" ", 0), character("政", 5), character(" ", 15)], ["政"]),
        ([character("⼀", 0), character("⻓", 10)], ["一长"]),
        ([], []),
    ],
)
def test_characters_become_lines(characters, expected):
    assert [found.text for found in gather_lines(characters)] == expected


@pytest.mark.parametrize(
    ("text", "following", "right", "expected"),
    [
        ("政务公开", "平台", 40, True),
        ("政务公开", "平台", 49, True),
        ("政务公开", "平台", 60, False),
        ("政务公开", "台。建", 60, True),
        ("政务公开", "2023年", 60, True),
        ("政务公开", "2年", 60, False),
    ],
)
def test_wrapped_lines(text, following, right, expected):
    assert was_wrapped(line(text), line(following), right) is expected


@pytest.mark.parametrize(
    ("following", "is_new_page", "expected"),
    [
        (line("公开", 0, 15), False, True),
        (line("公开", 20, 15), False, False),
        (line("公开", 0, 15, size=14), False, False),
        (line("公开", 0, 60), False, False),
        (line("公开", 0, 60), True, True),
    ],
)
def test_lines_that_continue(following, is_new_page, expected):
    full = line("政务政务政务政务")
    margins = Margins(0, 80)
    found = continues_paragraph(full, following, margins, is_new_page=is_new_page)
    assert found is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("政务", "公开", "政务公开"),
        ("open", "data", "open data"),
        ("2023", "年", "2023年"),
        ("", "a", "a"),
    ],
)
def test_joined_texts(before, after, expected):
    assert join_texts(before, after) == expected


def test_margins():
    full = [line("政" * 40, 70), line("政" * 40, 70), line("政" * 39, 70)]
    title = line("要点", 200)
    hanging = line("政" * 40 + "。", 70)
    assert find_margins([title, *full, full[0], hanging], 600) == Margins(70, 470)
    assert find_margins([title, line("政" * 10, 90)], 600) == Margins(90, 500)
    assert find_margins([], 600) == Margins(0, 600)


def test_edges_drawn_twice_are_one():
    assert merge_edges([10, 0, 11.5, 30, 0.4]) == [0, 10, 30]


def cell(c: int, r: int, text: str, columns: int = 1, rows: int = 1) -> RuledCell:
    return RuledCell(50 * c, 20 * r, 50 * (c + columns), 20 * (r + rows), text)


def page(*texts: str) -> RuledTable:
    return RuledTable(
        [cell(c, r, text) for r, row in enumerate(texts) for c, text in enumerate(row)]
    )


def test_merged_cells_of_a_ruled_table():
    table = RuledTable(
        [cell(0, 0, "a", 2), cell(2, 0, "b", 1, 2), cell(0, 1, "c"), cell(1, 1, "d")]
    )
    laid_out = table.lay_out()
    assert laid_out.grid == [["a", (0, 0), "b"], ["c", "d", (0, 2)]]
    assert laid_out.first_rows == []


def test_pages_of_one_table():
    first = page(["序号", "任务"], ["1", "x"])
    second = page(["2", "y"], ["3", "z"])
    assert first.goes_on_in(second)
    first.append_page(second)
    first.append_page(page(["4", "u"]))
    laid_out = first.lay_out()
    assert laid_out.grid == [
        ["序号", "任务"],
        ["1", "x"],
        ["2", "y"],
        ["3", "z"],
        ["4", "u"],
    ]
    assert laid_out.first_rows == [2, 4]


def test_tables_of_other_width_are_others():
    assert not page(["a", "b"]).goes_on_in(page(["a", "b", "c"]))


HEADER = ["序号", "任务", "单位"]


@pytest.mark.parametrize(
    ("rows", "first_rows", "expected"),
    [
        (
            [HEADER, ["1", "a", "u"], ["2", "b", "v"], ["", "c", ""], ["3", "d", "w"]],
            [3],
            [HEADER, ["1", "a", "u"], ["2", "b c", "v"], ["3", "d", "w"]],
        ),
        (
            [HEADER, ["1", "a", "u"], ["2", "b。", "v"], HEADER, ["", "c", "w"]],
            [3],
            [HEADER, ["1", "a", "u"], ["2", "b。\nc", "v w"], HEADER],
        ),
        (
            [HEADER, ["1", "a", "u"], ["2", "b", "v"], ["3", "", "w"]],
            [3],
            [HEADER, ["1", "a", "u"], ["2", "b", "v"], ["3", "", "w"]],
        ),
        (
            [HEADER, ["1", "a", "u"], ["2", "b", "v"], ["", "c", ""], ["", "d", ""]],
            [3, 4],
            [HEADER, ["1", "a", "u"], ["2", "b c d", "v"]],
        ),
        (
            [
                HEADER,
                ["1", "a", "u"],
                ["2", "b", "v"],
                ["", "c", ""],
                [(3, 0), "d", ""],
            ],
            [3],
            [HEADER, ["1", "a", "u"], ["2", "b c", "v"], [(2, 0), "d", ""]],
        ),
    ],
)
def test_rows_cut_by_a_page_break(rows, first_rows, expected):
    table = LaidOutTable([list(row) for row in rows], first_rows)
    n_joined = table.join_broken_rows()
    assert table.grid == expected
    assert n_joined == len(rows) - len(expected)


@pytest.mark.parametrize(
    ("before", "rest", "room", "expected"),
    [
        (["甲", "开头"], ["", "结尾"], 25, [["x", "y"], ["甲", "开头结尾"]]),
        (["甲", "开头"], ["", "结尾"], 35, [["x", "y"], ["甲", "开头"], ["", "结尾"]]),
        (["甲", "开头"], ["乙", "结"], 25, [["x", "y"], ["甲", "开头"], ["乙", "结"]]),
        (["", "开头"], ["", "结尾"], 25, [["x", "y"], ["", "开头结尾"]]),
    ],
)
def test_rows_without_numbers_are_joined_where_lines_were_full(
    before, rest, room, expected
):
    cells = {
        (r, c): RuledCell(0, 0, 0, 0, text, line(text), line(text), room)
        for r, row in ((1, before), (2, rest))
        for c, text in enumerate(row)
        if text
    }
    table = LaidOutTable([["x", "y"], before, rest], [2], cells)
    table.join_broken_rows()
    assert table.grid == expected


def test_long_plan_comes_back_whole():
    header = ["序号", "工作任务", "责任单位"]
    body = [[str(n), SENTENCE * (n % 9 + 1), "办公室\n法规处"] for n in range(1, 60)]
    items = ["某局政务公开工作要点", SENTENCE * 8, [header, *body], "附注。"]
    source = read_bytes(write_pdf(items), "a.pdf")
    assert printed_rows(source_items(source)) == printed_rows(items)
    assert source.remarks[1].code == "rows_joined"


def test_paragraphs_run_over_page_breaks():
    items = [f"（{n}）" + SENTENCE * 6 for n in range(40)]
    source = read_bytes(write_pdf(items), "a.pdf")
    assert printed_rows(source_items(source)) == printed_rows(items)
    (remark,) = source.remarks
    assert remark.code == "page_numbers_left_out"
    assert str(remark.values["numbers"]).startswith("— 1 —, — 2 —")


def test_lines_broken_on_purpose_stay_broken():
    items = [[["1", "办公室\n法规处\n" + SENTENCE * 3], ["2", "x"]]]
    source = read_bytes(write_pdf(items), "a.pdf")
    assert source_items(source)[0][0][1] == items[0][0][1]


def test_scan_is_refused():
    with pytest.raises(UnsupportedFormatError, match="no text layer, so it is a scan"):
        read_bytes(write_scan(), "a.pdf")


def test_password_is_asked_for():
    with pytest.raises(ReadError, match="encrypted"):
        read_bytes(write_pdf(["x"], password="secret"), "a.pdf")


def test_metadata():
    source = read_bytes(write_pdf(["文本"]), "a.pdf")
    assert source.metadata["Producer"].startswith("ReportLab")


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9])
def test_cut_off_pdf(share):
    content = write_pdf([SENTENCE] * 30)
    with pytest.raises(ReadError, match=r"^a\.pdf: "):
        read_bytes(content[: int(share * len(content))], "a.pdf")


def test_plan_items_finds_flattened_tables():
    text = "标题\n\t1\n\t甲\n乙\n\n\t2\n\t丙\na\tb\nc"
    assert plan_items(text) == [
        "标题",
        [["1", "甲\n乙"], ["2", "丙"], ["a", "b"]],
        "c",
    ]
