"""Tasks told as blocks of labels: 任务：…, 措施：…, 责任：…, 时限：….

A block is a row of a table whose columns are the labels; it begins where the
label that opened the first block, or any that the block has already, comes again.
"""

from collections import Counter
from typing import NamedTuple

from govopen_analytics.plans.cells import (
    TEXT_ROLES,
    Column,
    Table,
    Token,
    column_role,
    one_lead,
    tidied,
)
from govopen_analytics.plans.lines import Line, raw_lines
from govopen_analytics.plans.numbering import HEADING_KINDS
from govopen_analytics.plans.obligations import says_what_to_do
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("labelled")

_LEAST_BLOCKS = 2
_LEAST_ACTING, _LEAST_ACTING_CARDS = 0.5, 0.2  # shares of the blocks
_LONGEST_HEADING = 40
_NEAR = 12  # characters between a heading and the label right below it


class _Label(NamedTuple):
    """A label, and the offsets of its start, its end and the end of its value."""

    column: Column
    start: int
    at: int
    end: int


# A line above a block that names its task without a label.
_NAME = Column("title", "")


def labelled_table(text: str) -> Table | None:
    """Read blocks of labels as the rows of a table.

    None where fewer than two blocks name a task and who does it, or when.
    """
    labels, headings, numbered = _labels(text)
    columns = [label.column for label in labels]
    is_labelled = any(column.role == "title" and column.name for column in columns)
    if is_labelled or columns.count(_NAME) < 0.5 * len(_blocks(labels)):
        labels = [label for label in labels if label.column != _NAME]
    all_blocks = _blocks(labels)
    blocks = [block for block in all_blocks if _is_task(block)]
    if len(blocks) < _LEAST_BLOCKS or len(blocks) < 0.7 * len(all_blocks):
        return None
    if blocks[1][0].column.is_text:  # 编制时间 above the first task is the list's
        is_text = [label.column.is_text for label in blocks[0]]
        blocks[0] = blocks[0][is_text.index(True) :]
    starts = {block[0].start for block in blocks}
    n_items = sum(any(0 < at - end < _NEAR for at in starts) for end in numbered)
    if n_items > 0.7 * len(blocks):  # numbered tasks with labels below them
        return None
    counts = Counter(label.column for block in blocks for label in block)
    columns = [column for column in counts if counts[column] > 0.2 * len(blocks)]
    usual = {c.role for c in counts if counts[c] > 0.5 * len(blocks)}
    texts = [
        "。".join(text[one.at : one.end] for one in block if one.column.is_text)
        for block in blocks
    ]
    acting = sum(map(says_what_to_do, texts))
    # Labels for the task, for who does it and by when say enough of most blocks.
    is_card = is_labelled and {"lead", "deadline"} <= usual
    least = _LEAST_ACTING_CARDS if is_card else _LEAST_ACTING
    if not _is_complete(usual) or acting < least * len(blocks):
        return None
    header: list[Token] = []
    tokens: list[Token] = []
    first = at = blocks[0][0].start
    for block in blocks:
        start = block[0].start
        for a, b in headings:
            if at <= a < start and tokens:
                tokens.append(tidied(a, b, text, opens_row=True, spans_row=True))
        at = start
        values = {label.column: (label.at, label.end) for label in block}
        header += [tidied(label.start, label.at, text) for label in block]
        for place, column in enumerate(columns):
            a, b = values.get(column, (start, start))
            tokens.append(tidied(a, b, text, opens_row=place == 0))
    above = [tidied(a, b, text) for a, b in headings if b <= first][-1:]
    return Table(one_lead(columns), header, tokens, frozenset(), "labels", tuple(above))


def _labels(text: str) -> tuple[list[_Label], list[tuple[int, int]], list[int]]:
    """Labels with their values, headings, and where other numbered lines end."""
    labels: list[_Label] = []
    headings: list[tuple[int, int]] = []
    numbered: list[int] = []
    goes_on = False
    above: tuple[int, int] | None = None  # a line that may name the block below it
    for line in raw_lines(text):
        n_blank, number = len(line.text) - len(line.text.lstrip()), line.number
        stretch = line.start + n_blank, line.start + len(line.text.rstrip())
        skip = number.end if number else n_blank
        marks = _labels_on(line, skip)
        if not line.text.strip():
            goes_on = False
        elif marks and marks[0].start - line.start - skip <= 2:
            is_title = marks[0].column.role == "title"
            if above and not goes_on and (not labels or not is_title):
                labels.append(_Label(_NAME, above[0], *above))
            stops = [*(mark.start for mark in marks[1:]), stretch[1]]
            for mark, stop in zip(marks, stops, strict=True):
                value = text[mark.at : stop].rstrip(" \t\u3000;；|｜")
                labels.append(mark._replace(end=mark.at + len(value)))
            above, goes_on = None, True
        elif (
            number
            and number.kind in HEADING_KINDS
            and len(line.text) < _LONGEST_HEADING
        ):
            headings.append(stretch)
            above, goes_on = None, False
        elif goes_on and number is None and line.role == "preamble":
            labels[-1] = labels[-1]._replace(end=stretch[1])
        else:
            is_short = len(line.text.strip()) <= _LONGEST_HEADING
            is_name = number is None and is_short and line.bare[-1:] != "。"
            above = stretch if is_name else None
            goes_on = False
        if number and not marks:
            numbered.append(stretch[1])
    return labels, headings, numbered


def _labels_on(line: Line, skip: int) -> list[_Label]:
    """The labels of a line, behind its number or its blanks."""
    labels = []
    for match in FORMS.label.finditer(line.folded[skip:]):
        role = column_role(match["name"])
        if match["blank"] and (
            match.start() or not (match["n"] or len(match["name"]) > 3)
        ):
            continue  # 责任单位 甲局: no mark but a blank, at the head of a line
        if role is not None and role != "ordinal":
            first, at = (line.start + skip + place for place in match.span())
            labels.append(_Label(Column(role, match["name"]), first, at, at))
    return labels


def _blocks(labels: list[_Label]) -> list[list[_Label]]:
    """Part labels into tasks; a label that stands before the last one opens one."""
    blocks: list[list[_Label]] = []
    order: dict[Column, int] = {}
    for label in labels:
        column, block = label.column, blocks[-1] if blocks else []
        order.setdefault(column, len(order))
        opens = not block or column == _NAME or column in {one.column for one in block}
        is_back = opens or order[column] <= order[block[-1].column]
        if opens or (is_back and _is_task(block)):
            blocks.append([])
        blocks[-1].append(label)
    return blocks


def _is_task(block: list[_Label]) -> bool:
    return _is_complete({label.column.role for label in block})


def _is_complete(roles: set[str]) -> bool:
    return bool(roles & set(TEXT_ROLES) and roles & {"lead", "support", "deadline"})
