"""Tasks told as blocks of labels: 任务：…, 措施：…, 责任：…, 时限：….

A block is a row of a table whose columns are the labels; it begins where the
label that opened the first block, or any that the block has already, comes again.
"""

from collections import Counter

from govopen_analytics.plans.columns import TEXT_ROLES, Column, column_role, one_lead
from govopen_analytics.plans.flattened import Table
from govopen_analytics.plans.grid import Token, tidied
from govopen_analytics.plans.lines import Line, raw_lines
from govopen_analytics.plans.numbering import HEADING_KINDS
from govopen_analytics.plans.obligations import says_what_to_do
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("labelled")

_LEAST_BLOCKS = 2
_LEAST_ACTING, _LEAST_ACTING_CARDS = 0.5, 0.2  # shares of the blocks
_LONGEST_HEADING = 40
_NEAR = 12  # characters between a heading and the label right below it
_Field = tuple[str, str, int, int, int]  # role, name, label start and end, value end


def labelled_table(text: str) -> Table | None:
    """Read blocks of labels as the rows of a table.

    None where fewer than two blocks name a task and who does it, or when.
    """
    fields, headings, numbered = _fields(text)
    n_titles = sum(one[0] == "title" and not one[1] for one in fields)
    is_labelled = any(one[0] == "title" and one[1] for one in fields)
    if is_labelled or n_titles < 0.5 * len(_blocks(fields)):
        fields = [one for one in fields if one[0] != "title" or one[1]]
    blocks = _blocks(fields)
    whole = [block for block in blocks if _is_task(block)]
    if len(whole) < _LEAST_BLOCKS or len(whole) < 0.7 * len(blocks):
        return None
    blocks = whole
    if blocks[1][0][0] in TEXT_ROLES:  # 编制时间 above the first task is the list's
        is_text = [one[0] in TEXT_ROLES for one in blocks[0]]
        blocks[0] = blocks[0][is_text.index(True) :]
    starts = {block[0][2] for block in blocks}
    n_items = sum(any(0 < at - end < _NEAR for at in starts) for end in numbered)
    if n_items > 0.7 * len(blocks):  # numbered tasks with labels below them
        return None
    counts = Counter((one[0], one[1]) for block in blocks for one in block)
    names = [key for key in counts if counts[key] > 0.2 * len(blocks)]
    usual = {key[0] for key in counts if counts[key] > 0.5 * len(blocks)}
    acting = sum(_says_what_to_do(block, text) for block in blocks)
    # Labels for the task, for who does it and by when say enough of most blocks.
    is_card = is_labelled and {"lead", "deadline"} <= usual
    least = _LEAST_ACTING_CARDS if is_card else _LEAST_ACTING
    if not _is_complete(usual) or acting < least * len(blocks):
        return None
    header: list[Token] = []
    tokens: list[Token] = []
    at = blocks[0][0][2]
    for block in blocks:
        start = block[0][2]
        for a, b in headings:
            if at <= a < start and tokens:
                tokens.append(tidied(a, b, text, opens_row=True, spans_row=True))
        at = start
        held = {(one[0], one[1]): one for one in block}
        header += [tidied(one[2], one[3], text) for one in block]
        for place, key in enumerate(names):
            _, _, _, first_char, end = held.get(key, ("", "", start, start, start))
            tokens.append(tidied(first_char, end, text, opens_row=place == 0))
    above = [tidied(a, b, text) for a, b in headings if b <= blocks[0][0][2]][-1:]
    columns = one_lead([Column(role, name) for role, name in names])
    return Table(columns, header, tokens, frozenset(), "labels", tuple(above))


def _fields(text: str) -> tuple[list[_Field], list[tuple[int, int]], list[int]]:
    """Labels with their values, headings, and where other numbered lines end."""
    fields: list[_Field] = []
    headings: list[tuple[int, int]] = []
    numbered: list[int] = []
    goes_on = False
    above: tuple[int, int] | None = None  # a line that may name the block below it
    for line in raw_lines(text):
        stretch = _ends(line)
        n_blank, number = stretch[0] - line.start, line.number
        skip = number.end if number else n_blank
        marks = _labels(line.folded, skip)
        if not line.text.strip():
            goes_on = False
        elif marks and marks[0][2] - skip <= 2:
            if above and not goes_on and (not fields or marks[0][0] != "title"):
                fields.append(("title", "", above[0], *above))
            stops = [*(mark[2] for mark in marks[1:]), stretch[1] - line.start]
            for (role, name, a, b), stop in zip(marks, stops, strict=True):
                value = line.text[b:stop].rstrip(" \t\u3000;；|｜")
                at = line.start + b
                fields.append((role, name, line.start + a, at, at + len(value)))
            above, goes_on = None, True
        elif (
            number
            and number.kind in HEADING_KINDS
            and len(line.text) < _LONGEST_HEADING
        ):
            headings.append(stretch)
            above, goes_on = None, False
        elif goes_on and number is None and line.role == "preamble":
            fields[-1] = (*fields[-1][:4], stretch[1])
        else:
            is_short = len(line.text.strip()) <= _LONGEST_HEADING
            is_name = number is None and is_short and line.bare[-1:] != "。"
            above = stretch if is_name else None
            goes_on = False
        if number and not marks:
            numbered.append(stretch[1])
    return fields, headings, numbered


def _ends(line: Line) -> tuple[int, int]:
    """Offsets of a line without the white space at its ends."""
    n_before = len(line.text) - len(line.text.lstrip())
    return line.start + n_before, line.start + len(line.text.rstrip())


def _labels(folded: str, skip: int) -> list[tuple[str, str, int, int]]:
    """Role, name, start and end of the labels on a line."""
    found = []
    for match in FORMS.label.finditer(folded[skip:]):
        role = column_role(match["name"])
        if match["blank"] and (
            match.start() or not (match["n"] or len(match["name"]) > 3)
        ):
            continue  # 责任单位 甲局: no mark but a blank, at the head of a line
        if role is not None and role != "ordinal":
            a, b = match.span()
            found.append((role, match["name"], skip + a, skip + b))
    return found


def _blocks(fields: list[_Field]) -> list[list[_Field]]:
    """Part labels into tasks; a label that stands before the last one opens one."""
    blocks: list[list[_Field]] = []
    order: dict[tuple[str, str], int] = {}
    for one in fields:
        key = (one[0], one[1])
        order.setdefault(key, len(order))
        is_back = bool(blocks) and order[key] <= order[blocks[-1][-1][:2]]
        held = {other[:2] for other in blocks[-1]} if blocks else set()
        opens = not blocks or key in held or key == ("title", "")
        if opens or (is_back and _is_task(blocks[-1])):
            blocks.append([])
        blocks[-1].append(one)
    return blocks


def _says_what_to_do(block: list[_Field], text: str) -> bool:
    parts = [text[one[3] : one[4]] for one in block if one[0] in TEXT_ROLES]
    return says_what_to_do("。".join(parts))


def _is_task(block: list[_Field]) -> bool:
    return _is_complete({one[0] for one in block})


def _is_complete(roles: set[str]) -> bool:
    return bool(roles & set(TEXT_ROLES) and roles & {"lead", "support", "deadline"})
