"""Rows of an aligned table to tasks."""

import re
from itertools import groupby

from govopen_analytics.base.remarks import Remark
from govopen_analytics.base.text import fold
from govopen_analytics.plans.columns import Column
from govopen_analytics.plans.deadlines import deadline_of_cell
from govopen_analytics.plans.draft import Draft, Ledger, heading_name
from govopen_analytics.plans.flattened import Table
from govopen_analytics.plans.grid import Row, Token, align, ordinal_of
from govopen_analytics.plans.numbering import HEADING_KINDS, leading_number
from govopen_analytics.plans.outline import paragraphs
from govopen_analytics.plans.prose import prose_tasks
from govopen_analytics.plans.rows import ROLE_OF_CELL, RowReader, TableState
from govopen_analytics.plans.units import parse_responsibility
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("tables")

_LONGEST_NAME = 30  # characters; what is longer says what is to be done


def table_tasks(
    table: Table, source: str, year: int | None, ledger: Ledger
) -> tuple[list[Draft], list[Remark]]:
    """Read the tasks of a table."""
    for token in table.header:
        ledger.add(token.start, token.end, "table_header")
    for token in table.above:
        ledger.add(token.start, token.end, "heading")
    if _is_emptied(table.tokens):
        for token in table.tokens:
            ledger.add(token.start, token.end, "heading")
        return [], []
    columns, rows = align(table.tokens, table.columns)
    fields = {**_group_fields(columns, rows), **_text_fields(columns, rows)}
    numbered = _is_numbered(columns, rows, fields)
    restarts = _restarts(rows, fields)
    counted = _counts_in_digits(columns, rows)
    broken = {table.tokens[i].start for i in table.page_breaks if i < len(table.tokens)}
    state, tasks, remarks = _state_below(table.above), [], []
    for row in rows:
        if _is_aside(row, columns, counted, state, ledger):
            continue
        after_break = min(t.start for cell in row for t in cell) in broken
        reader = RowReader(
            row, columns, fields, source, year, units_below=table.style == "lines"
        )
        if told := _told_in_prose(reader, ledger):
            for draft in told:
                draft.chapter, draft.section = state.chapter, state.section
            tasks += told
            continue
        _read_headings(reader, state, ledger)
        if not reader.holds_task:
            if tasks and reader.rest:
                _continue(tasks[-1], reader, ledger)
            continue
        is_open = tasks and numbered and reader.ordinal is None
        if is_open and reader.continues(tasks[-1], after_break):
            _continue(tasks[-1], reader, ledger)
            continue
        drafts = reader.drafts(state, tasks[-1] if tasks else None, split=not restarts)
        if state.awaiting and state.awaiting[-1] is _OPEN:
            state.awaiting[-1:] = [*drafts, _OPEN]
        tasks += drafts
        remarks += reader.remarks(len(tasks))
    _fill_from_below(tasks)
    remarks += _carried(tasks)
    inherited = sum(draft.inherited_title is not None for draft in tasks)
    if inherited:
        remarks.append(Remark("title_carried", {"n": inherited}))
    if all(draft.chapter is None for draft in tasks):
        for draft in tasks:
            draft.chapter, draft.section = draft.section, None
    return tasks, remarks


def _is_aside(
    row: Row, columns: list[Column], counted: bool, state: TableState, ledger: Ledger
) -> bool:
    """Enter a row that is empty, a total, a note or the heading of a chapter."""
    tokens = [t for cell in row for t in cell if t.text]
    if not tokens:
        return True
    role = "notes" if _is_note(tokens, state) else "heading"
    if role == "heading":
        heading = _chapter_row(row, columns, counted)
        if heading is None:
            return False
        _enter_chapter(state, *heading)
    for token in tokens:
        ledger.add(token.start, token.end, role)
    return True


def _is_note(tokens: list[Token], state: TableState) -> bool:
    """Whether a row is a total, a note, or stands unnumbered below a head of notes."""
    first = fold(tokens[0].text).strip()
    # A merged cell is given once a column.
    is_alone = len({t.start for t in tokens}) == 1
    state.in_notes &= ordinal_of(first) is None
    state.in_notes |= is_alone and FORMS.notes_follow.fullmatch(first) is not None
    is_note = is_alone and FORMS.note.fullmatch(first) is not None
    return is_note or state.in_notes or FORMS.total.fullmatch(first) is not None


def _counts_in_digits(columns: list[Column], rows: list[Row]) -> bool:
    """Whether rows are numbered 1, 2, 3, so that 一 numbers a chapter."""
    places = [j for j, column in enumerate(columns) if column.role == "ordinal"]
    texts = [t.text for row in rows for j in places for t in row[j] if t.text]
    return sum(fold(text)[:1].isdigit() for text in texts) > 0.5 * len(texts)


def _chapter_row(
    row: Row, columns: list[Column], counted: bool
) -> tuple[str, int | None] | None:
    """Name and number of a chapter whose row holds them and nothing else."""
    filled = [(j, t) for j, cell in enumerate(row) for t in cell if t.text]
    if not counted or len(filled) != 2 or columns[filled[0][0]].role != "ordinal":
        return None
    value = ordinal_of(filled[0][1].text)
    is_chinese = not re.search(r"[\d①-⑳]", fold(filled[0][1].text))
    if value is None or not is_chinese or len(filled[1][1].text) > _LONGEST_NAME:
        return None
    return heading_name(filled[1][1].text, 0), value


def _carried(tasks: list[Draft]) -> list[Remark]:
    """Say which tasks have a unit or a deadline of a neighbouring row."""
    found = []
    for fields, code in (
        ({"lead_units", "support_units"}, "lead_unit_carried"),
        ({"deadline"}, "deadline_carried"),
    ):
        found += [
            Remark(code, {"task": n}, draft.start)
            for n, draft in enumerate(tasks, start=1)
            if fields & set(draft.carried)
        ]
    return found


def _told_in_prose(reader: RowReader, ledger: Ledger) -> list[Draft]:
    """Read numbered sentences between tables: items no table holds."""
    if not reader.headings or reader.holds_task or reader.rest:
        return []
    are_items = [
        number is not None and number.kind == "arabic" and token.text.endswith("。")
        for token, number, _ in reader.headings
    ]
    if not all(are_items):
        return []
    start, end = reader.headings[0][0].start, reader.headings[-1][0].end
    nodes = paragraphs(reader.source, start, end)
    return prose_tasks(nodes, reader.source, reader.year, ledger)[0]


def _state_below(headings: tuple[Token, ...]) -> TableState:
    """What the headings above a table leave to its rows."""
    state = TableState()
    for token in headings:
        if (number := token.number) is None:
            continue
        name = heading_name(token.text, number.end)
        enter = _enter_section if number.kind == "paren" else _enter_chapter
        enter(state, name, number.value)
    return state


_OPEN = Draft()  # marks that tasks to come await the name of their chapter


def _is_emptied(tokens: list[Token]) -> bool:
    """Whether a table lost the texts of its cells and kept its headings only."""
    filled = [token for token in tokens if token.text]
    if len(filled) >= 0.3 * len(tokens):
        return False
    kinds = [token.number.kind if token.number else "" for token in filled]
    return sum(kind in HEADING_KINDS for kind in kinds) >= 0.7 * len(filled)


def _fill_from_below(tasks: list[Draft]) -> None:
    """Give items of one cell the units that are printed behind the last of them."""
    for i in range(len(tasks) - 2, -1, -1):
        below = tasks[i + 1]
        if tasks[i].awaits_units and below.lead:
            tasks[i].take_units(below)
            if tasks[i].deadline is None:
                tasks[i].take_deadline(below)


def _text_fields(columns: list[Column], rows: list[Row]) -> dict[int, str]:
    """Decide which text column holds content, and which names groups."""
    used = [
        j
        for j, column in enumerate(columns)
        if column.is_text and any(t.text for row in rows for t in row[j])
    ]
    if not used:
        return {}
    fields = {used[-1]: "content"}
    if len(used) == 1:
        under_heading = any(row[-1] for row in rows)
        lengths = sorted(len(t.text) for row in rows for t in row[used[0]] if t.text)
        is_long = lengths[len(lengths) // 2] > _LONGEST_NAME
        is_content = columns[used[0]].role == "content" or under_heading or is_long
        fields[used[0]] = "content" if is_content else "title"
        return fields
    before = used[:-1]
    while len(before) > 1 and columns[before[-1]].role == "content":
        if not _says_what_to_do(rows, before[-1]):
            break
        fields[before.pop()] = "content"
    for j in before:
        fields[j] = "heading"
    group, task = fold(columns[before[-1]].name), fold(columns[used[-1]].name)
    if not (FORMS.of_groups.search(group) and FORMS.of_tasks.search(task)):
        fields[before[-1]] = "title"
    return fields


def _group_fields(columns: list[Column], rows: list[Row]) -> dict[int, str]:
    """Find columns of classes, left of the tasks, that hold chapters.

    A cell stands for several rows, or its class is printed in each of them; a
    class that comes back further down is a property of a task.
    """
    first = next((j for j, column in enumerate(columns) if column.is_text), 0)
    fields = {}
    for j, column in enumerate(columns[:first]):
        if column.role != "category" or not FORMS.class_columns.fullmatch(
            fold(column.name)
        ):
            continue
        texts = [token.text for row in rows for token in row[j] if token.text]
        classes = [text for text, _ in groupby(texts)]
        if len(set(classes)) == len(classes) < len(rows):
            fields[j] = "heading"
    return fields


def _says_what_to_do(rows: list[Row], place: int) -> bool:
    """Whether a column holds requirements, row by row, and not names of groups."""
    lengths = [len(t.text) for row in rows for t in row[place] if t.text]
    return len(lengths) > 0.7 * len(rows) and sum(lengths) > 15 * len(lengths)


def _is_numbered(
    columns: list[Column], rows: list[Row], fields: dict[int, str]
) -> bool:
    """Whether most rows carry a number of their own."""
    places = [j for j, c in enumerate(columns) if c.role == "ordinal"]
    places += [j for j, name in fields.items() if name == "content"]
    count = sum(
        any(
            t.text and (ordinal_of(t.text) or leading_number(t.folded, bare=True))
            for j in places
            for t in row[j]
        )
        for row in rows
    )
    return count >= 0.5 * len(rows)


def _restarts(rows: list[Row], fields: dict[int, str]) -> bool:
    """Whether cells number their own points from 1, each anew."""
    places = [j for j, name in fields.items() if name == "content"]
    cells = [[t for j in places for t in row[j] if t.text] for row in rows]
    numbers = [cell[0].number for cell in cells if cell]
    firsts = [
        i
        for i, number in enumerate(numbers)
        if number is not None and number.rank >= 3 and number.value == 1
    ]
    return len(firsts) > 1 or firsts[:1] > [0]


def _read_headings(reader: RowReader, state: TableState, ledger: Ledger) -> None:
    """Take over the chapter and section that a row prints."""
    for token, number, place in reader.headings:
        raw = reader.source[token.start : token.end]
        if not token.is_merged:
            ledger.add(token.start, token.end, "heading")
        printed = leading_number(fold(raw)) if number else None
        name = heading_name(raw, printed.end if printed else 0)
        value = number.value if number else None
        is_section = number is not None and number.kind == "paren"
        if is_section or (
            number is None
            and place == "heading"
            and state.chapter
            and _second_heading(reader, token)
        ):
            _enter_section(state, name, value)
        elif name != state.chapter:
            _enter_chapter(state, name, value)


def _second_heading(reader: RowReader, token: Token) -> bool:
    return bool(reader.headings) and reader.headings[0][0] is not token


def _enter_section(state: TableState, name: str, value: int | None) -> None:
    """Open a section; one that restarts at 1 opens the next chapter too.

    Its name may stand only on the next page: the tasks until then wait for it.
    """
    restarts = value == 1 and (state.section_number or 0) > 1
    if restarts and state.chapter is not None and name != state.section:
        state.awaiting = [_OPEN]
    if name != state.section:
        state.title = None
    state.section, state.section_number = name, value


def _enter_chapter(state: TableState, name: str, value: int | None) -> None:
    waiting = [draft for draft in state.awaiting if draft is not _OPEN]
    follows = value is not None and value == (state.chapter_number or 0) + 1
    if waiting and follows:
        for draft in waiting:
            draft.chapter = name
    else:
        state.section = state.section_number = None
    state.awaiting = []
    state.title = None
    state.chapter, state.chapter_number = name, value


def _continue(draft: Draft, reader: RowReader, ledger: Ledger) -> None:
    """Append a row that goes on with the one above."""
    for token in reader.content:
        start = token.start + _overlap(draft, token, reader.source)
        ledger.add(token.start, start, "repeated")
        draft.add("content", start, token.end)
    for role, tokens in reader.rest.items():
        for token in tokens:
            draft.add(ROLE_OF_CELL.get(role, role), token.start, token.end)
    if reader.rest.get("lead"):
        stretches = draft.stretches["lead_units"]
        printed = "".join(reader.source[a:b].strip() for a, b in stretches)
        found = parse_responsibility(printed, reader.year)
        if found:
            draft.lead, draft.support = list(found.lead), list(found.support)
    if reader.rest.get("deadline") and draft.deadline is None:
        draft.deadline = deadline_of_cell(reader.rest["deadline"][0].text, reader.year)


def _overlap(draft: Draft, token: Token, source: str) -> int:
    """Characters a page break printed twice: 委员会 at its end, 员会 after it."""
    before = (draft.text("content", source) or "")[-12:]
    after = source[token.start : token.end]
    for length in range(min(len(before), len(after)), 1, -1):
        if before.endswith(after[:length]):
            return length
    return 0
