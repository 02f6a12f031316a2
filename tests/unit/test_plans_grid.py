"""Headers, and cells that find their rows and columns again."""

import re
import sys
from collections import Counter
from dataclasses import replace

import pytest

from govopen_analytics.plans.cells import Token, column_role, ordinal_of, read_header
from govopen_analytics.plans.document import segment_document
from govopen_analytics.plans.flattened import glued_tokens
from govopen_analytics.plans.grid import align, infer_columns
from govopen_analytics.readers.source import Block, Cell, Source, SourceBuilder


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("序号", "ordinal"),
        ("序 号", "ordinal"),
        ("工作任务", "title"),
        ("具体要求", "content"),
        ("责任部门（单位）", "lead"),
        ("牵头单位", "lead"),
        ("协助处室", "support"),
        ("完成时限", "deadline"),
        ("時間節點", "deadline"),
        ("工作进展", "progress"),
        ("备注", "note"),
        ("一、推进政策公开", None),
        ("对政策文件开展多种形式的解读，做到应解读尽解读", None),
    ],
)
def test_column_role(name, role):
    assert column_role(name) == role


@pytest.mark.parametrize(
    ("names", "roles"),
    [
        ("序号 重点任务 完成时限", ["ordinal", "title", "deadline"]),
        (
            "工作任务 工作要求 牵头单位 责任单位",
            ["title", "content", "lead", "support"],
        ),
        ("任务 要求 责任领导 责任科室", ["title", "content", "note", "lead"]),
        ("任务 要求 市级牵头单位 责任单位", ["title", "content", "note", "lead"]),
        ("索引号 11370 公开方式 主动公开", None),
        ("责任单位 完成时限", None),
    ],
)
def test_read_header(names, roles):
    columns = read_header(names.split())
    assert ([c.role for c in columns] if columns else None) == roles


@pytest.mark.parametrize(
    ("text", "ordinal"),
    [
        ("3", 3),
        ("36,37", 36),
        ("38、40", 38),
        ("（二）", 2),
        ("公开", None),
        ("3月", None),
    ],
)
def test_ordinal_of(text, ordinal):
    assert ordinal_of(text) == ordinal


def cells(texts, opens=None):
    return [Token(i, i + 1, text, opens_row=opens) for i, text in enumerate(texts)]


HEADER = read_header(["工作任务", "具体要求", "责任单位", "完成时限"])
LONG = "对规范性文件开展解读，采用图解和视频等多种形式，讲明背景和依据。"


def placed(rows):
    return [["/".join(t.text for t in cell) for cell in row] for row in rows]


def test_a_merged_cell_that_vanished_on_the_left_is_found():
    texts = ["做好解读", LONG, "办公室", "年底前", LONG, "法规科", "6月底前"]
    _, rows = align(cells(texts), HEADER)
    assert placed(rows) == [
        ["做好解读", LONG, "办公室", "年底前", ""],
        ["", LONG, "法规科", "6月底前", ""],
    ]


def test_a_column_of_numbers_without_a_name_is_found():
    texts = []
    for n in range(1, 5):
        texts += [f"任务名称{n}", str(n), LONG, "办公室", "年底前"]
    columns, rows = align(cells(texts), HEADER)
    assert [c.role for c in columns] == [
        "title",
        "ordinal",
        "content",
        "lead",
        "deadline",
    ]
    assert len(rows) == 4


def test_a_chapter_fills_its_row_alone():
    texts = ["一、推进政策公开", "做好解读", LONG, "办公室", "年底前"]
    _, rows = align(cells(texts), HEADER)
    assert placed(rows)[0] == ["", "", "", "", "一、推进政策公开"]
    assert placed(rows)[1] == ["做好解读", LONG, "办公室", "年底前", ""]


def test_rows_that_are_whole_are_taken_as_they_are():
    tokens = []
    for n in range(3):
        row = cells([f"任务{n}", "要求", "办公室", "全年"], opens=False)
        tokens += [Token(0, 1, row[0].text, opens_row=True), *row[1:]]
    columns, rows = align(tokens, HEADER)
    assert columns == HEADER
    assert placed(rows)[2] == ["任务2", "要求", "办公室", "全年", ""]


def test_columns_are_inferred_where_the_header_is_missing():
    rows = [[str(n), "公开预算", LONG, "财务科", "年底前"] for n in range(1, 4)]
    roles = [column.role for column in infer_columns(rows)]
    assert roles == ["ordinal", "text", "text", "lead", "deadline"]


def test_glued_cells_are_split_below_a_glued_header():
    text = "序号具体要求责任科室时限要求\n1公开部门预算。规划科、办公室3月底前\n"
    assert [token.text for token in glued_tokens(text)] == [
        "序号",
        "具体要求",
        "责任科室",
        "时限要求",
        "1",
        "公开部门预算。",
        "规划科、办公室",
        "3月底前",
    ]


def test_without_a_glued_header_nothing_is_split():
    assert glued_tokens("1公开部门预算。规划科3月底前\n") == []


def _plan_of(n: int) -> Source:
    """A table of n tasks."""
    builder = SourceBuilder()
    builder.paragraph("某市2024年政务公开任务分解表")
    rows = [
        [str(i), f"公开第{i}批决算信息", f"第{i % 90}科", "2024年6月底前"]
        for i in range(1, n + 1)
    ]
    builder.table([["序号", "工作任务", "责任单位", "完成时限"], *rows])
    return builder.build()


def test_the_work_for_a_row_is_the_same_in_a_long_table():
    def n_calls(n: int) -> int:
        calls = Counter()
        sys.setprofile(lambda frame, event, argument: calls.update([event]))
        try:
            segment_document(_plan_of(n))
        finally:
            sys.setprofile(None)
        return calls["call"] + calls["c_call"]

    segment_document(_plan_of(10))  # tables and patterns are loaded once
    assert n_calls(800) < 4.4 * n_calls(200)


def test_an_ordinal_may_have_more_than_four_digits():
    assert ordinal_of("10000") == 10_000


def test_a_row_of_merged_cells_alone_is_no_task():
    rows = ["序号\t工作内容\t责任单位", "1\t解读政策文件。\t办公室", "\t合计三项\t"]
    text = "\n".join(rows)
    ends = [len("\n".join(rows[: n + 1])) for n in range(len(rows))]
    blocks = []
    for row, end in zip(rows, ends, strict=True):
        start = end - len(row)
        places = [(m.start(), m.end()) for m in re.finditer(r"[^\t]+", row)]
        cells = tuple(Cell(start + a, start + b) for a, b in places)
        if row == rows[-1]:
            cells = (Cell(start, start), *[replace(cells[0], is_merged=True)] * 2)
        blocks.append(Block(start, end, cells, table=0))
    source = Source(text, tuple(blocks), "html")
    assert [task.text("content", text) for task in segment_document(source).tasks] == [
        "解读政策文件。"
    ]
