"""Rows of an aligned table to tasks."""

import re
from dataclasses import dataclass, field
from itertools import groupby

from govopen_analytics.base.remarks import Remark
from govopen_analytics.base.text import fold, tidy
from govopen_analytics.plans.cells import (
    ROLE_OF_CELL,
    Column,
    Row,
    Table,
    Token,
    ordinal_of,
)
from govopen_analytics.plans.deadlines import Deadline, deadline_of_cell
from govopen_analytics.plans.draft import Draft
from govopen_analytics.plans.grid import align
from govopen_analytics.plans.ledger import Ledger
from govopen_analytics.plans.lines import heading_name
from govopen_analytics.plans.numbering import HEADING_KINDS, Number, leading_number
from govopen_analytics.plans.outline import paragraphs
from govopen_analytics.plans.prose import prose_tasks
from govopen_analytics.plans.units import parse_responsibility, split_units
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("tables")

_LONGEST_NAME = 30  # characters; what is longer says what is to be done
_OPEN = Draft()  # marks that tasks to come await the name of their chapter


def table_tasks(
    table: Table, source: str, year: int | None, ledger: Ledger
) -> tuple[list[Draft], list[Remark]]:
    """Read the tasks of a table."""
    ledger.enter("table_header", table.header)
    ledger.enter("heading", table.above)
    if _is_emptied(table.tokens):
        ledger.enter("heading", table.tokens)
        return [], []
    reader = _TableReader(table, source, year, ledger)
    for cells in reader.rows:
        reader.read(cells)
    tasks = reader.tasks
    _fill_from_below(tasks)
    remarks = [*reader.remarks, *_carried(tasks)]
    inherited = sum(draft.inherited_title is not None for draft in tasks)
    if inherited:
        remarks.append(Remark("title_carried", {"n": inherited}))
    if all(draft.chapter is None for draft in tasks):
        for draft in tasks:
            draft.chapter, draft.section = draft.section, None
    return tasks, remarks


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


def _carried(tasks: list[Draft]) -> list[Remark]:
    """Say which tasks have a unit or a deadline of a neighbouring row."""
    codes = {
        "lead_unit_carried": {"lead_units", "support_units"},
        "deadline_carried": {"deadline"},
    }
    return [
        Remark(code, {"task": n}, draft.start)
        for code, fields in codes.items()
        for n, draft in enumerate(tasks, start=1)
        if fields & set(draft.carried)
    ]


@dataclass
class _Headings:
    """The headings that rows further down stand under."""

    chapter: str | None = None
    chapter_number: int | None = None
    section: str | None = None
    section_number: int | None = None
    title: str | None = None
    awaiting: list[Draft] = field(default_factory=list)

    def enter_section(self, name: str, value: int | None) -> None:
        """Open a section; one that restarts at 1 opens the next chapter too.

        Its name may stand only on the next page: the tasks until then wait for it.
        """
        restarts = value == 1 and (self.section_number or 0) > 1
        if restarts and self.chapter is not None and name != self.section:
            self.awaiting = [_OPEN]
        if name != self.section:
            self.title = None
        self.section, self.section_number = name, value

    def enter_chapter(self, name: str, value: int | None) -> None:
        """Open a chapter; tasks that wait for the name of the next one get it."""
        waiting = [draft for draft in self.awaiting if draft is not _OPEN]
        follows = value is not None and value == (self.chapter_number or 0) + 1
        if waiting and follows:
            for draft in waiting:
                draft.chapter = name
        else:
            self.section = self.section_number = None
        self.awaiting = []
        self.title = None
        self.chapter, self.chapter_number = name, value


class _TableReader:
    """Reads a table row by row; a heading holds for the rows below it."""

    def __init__(
        self, table: Table, source: str, year: int | None, ledger: Ledger
    ) -> None:
        self.source, self.year, self.ledger = source, year, ledger
        self.columns, self.rows = align(table.tokens, table.columns)
        groups = _group_fields(self.columns, self.rows)
        self.fields = {**groups, **_text_fields(self.columns, self.rows)}
        self.has_titles = "title" in {column.role for column in self.columns}
        self.units_below = table.style == "lines"
        self.tasks: list[Draft] = []
        self.remarks: list[Remark] = []
        self.above = _Headings()
        for token in table.above:
            if (number := token.number) is not None:
                name = heading_name(token.text, number.end)
                is_section = number.kind == "paren"
                self._enter(name, number.value, is_section=is_section)
        self._in_notes = False
        self._broken = {
            table.tokens[i].start for i in table.page_breaks if i < len(table.tokens)
        }
        ordinals = [j for j, c in enumerate(self.columns) if c.role == "ordinal"]
        contents = [j for j, name in self.fields.items() if name == "content"]
        # Rows are numbered 1, 2, 3, so that 一 numbers a chapter.
        texts = [token.text for token in _filled(self.rows, ordinals)]
        in_digits = sum(fold(text)[:1].isdigit() for text in texts)
        self._counts_in_digits = in_digits > 0.5 * len(texts)
        numbered = sum(
            any(
                ordinal_of(t.text) or leading_number(t.folded, bare=True)
                for t in _filled([row], [*ordinals, *contents])
            )
            for row in self.rows
        )
        self._is_numbered = numbered >= 0.5 * len(self.rows)
        self.splits_cells = not _restarts(self.rows, contents)

    def read(self, cells: Row) -> None:
        """Read a row: an aside, headings, the rest of the task above, or tasks."""
        if self._is_aside(cells):
            return
        row = _Row(cells, self)
        if items := self._items_between_tables(row):
            for draft in items:
                draft.chapter, draft.section = self.above.chapter, self.above.section
            self.tasks += items
            return
        self._read_headings(row)
        if not row.holds_task:
            if self.tasks and row.rest:
                self._continue(row)
            return
        is_open = self.tasks and self._is_numbered and row.ordinal is None
        after_break = row.start in self._broken
        if is_open and row.continues(self.tasks[-1], after_break):
            self._continue(row)
            return
        drafts = row.drafts(self.tasks[-1] if self.tasks else None)
        # A row of merged cells alone repeats what stands above.
        drafts = [draft for draft in drafts if any(draft.stretches.values())]
        if self.above.awaiting and self.above.awaiting[-1] is _OPEN:
            self.above.awaiting[-1:] = [*drafts, _OPEN]
        self.tasks += drafts
        if any(sum(bool(t.text) for t in cell) > 1 for cell in cells):
            values = {"task": len(self.tasks)}
            self.remarks.append(Remark("crowded_row", values, row.start))

    def _enter(self, name: str, value: int | None, *, is_section: bool) -> None:
        enter = self.above.enter_section if is_section else self.above.enter_chapter
        enter(name, value)

    def _is_aside(self, cells: Row) -> bool:
        """Enter a row that is empty, a total, a note or the heading of a chapter."""
        filled = [(j, token) for j, cell in enumerate(cells) for token in cell]
        filled = [(j, token) for j, token in filled if token.text]
        if not filled:
            return True
        role = "notes"
        if not self._is_note([token for _, token in filled]):
            role = "heading"
            chapter = self._chapter_row(filled)
            if chapter is None:
                return False
            self.above.enter_chapter(*chapter)
        self.ledger.enter(role, [token for _, token in filled])
        return True

    def _is_note(self, tokens: list[Token]) -> bool:
        """Whether a row is a total, a note, or unnumbered below a head of notes."""
        first = fold(tokens[0].text).strip()
        # A merged cell is given once a column.
        is_alone = len({t.start for t in tokens}) == 1
        self._in_notes &= ordinal_of(first) is None
        self._in_notes |= is_alone and FORMS.notes_follow.fullmatch(first) is not None
        is_note = is_alone and FORMS.note.fullmatch(first) is not None
        return is_note or self._in_notes or FORMS.total.fullmatch(first) is not None

    def _chapter_row(
        self, filled: list[tuple[int, Token]]
    ) -> tuple[str, int | None] | None:
        """Name and number of a chapter whose row holds them and nothing else."""
        if not self._counts_in_digits or len(filled) != 2:
            return None
        (place, first), (_, name) = filled
        if self.columns[place].role != "ordinal":
            return None
        value = ordinal_of(first.text)
        is_chinese = not re.search(r"[\d①-⑳]", fold(first.text))
        if value is None or not is_chinese or len(name.text) > _LONGEST_NAME:
            return None
        return heading_name(name.text, 0), value

    def _items_between_tables(self, row: "_Row") -> list[Draft]:
        """Read numbered sentences between tables: items no table holds."""
        if not row.headings or row.holds_task or row.rest:
            return []
        are_items = all(
            number is not None and number.kind == "arabic" and token.text.endswith("。")
            for token, number, _ in row.headings
        )
        if not are_items:
            return []
        start, end = row.headings[0][0].start, row.headings[-1][0].end
        nodes = paragraphs(self.source, start, end)
        return prose_tasks(nodes, self.source, self.year, self.ledger)[0]

    def _read_headings(self, row: "_Row") -> None:
        """Take over the chapter and section that a row prints."""
        for place, (token, number, kind) in enumerate(row.headings):
            raw = self.source[token.start : token.end]
            if not token.is_merged:
                self.ledger.add(token.start, token.end, "heading")
            printed = leading_number(fold(raw)) if number else None
            name = heading_name(raw, printed.end if printed else 0)
            is_second = place > 0 and kind == "heading" and bool(self.above.chapter)
            is_section = number.kind == "paren" if number else is_second
            if is_section or name != self.above.chapter:
                value = number.value if number else None
                self._enter(name, value, is_section=is_section)

    def _continue(self, row: "_Row") -> None:
        """Append a row that goes on with the one above."""
        draft = self.tasks[-1]
        for token in row.content:
            start = token.start + _overlap(draft, token, self.source)
            self.ledger.add(token.start, start, "repeated")
            draft.add("content", start, token.end)
        for role, tokens in row.rest.items():
            for token in tokens:
                draft.add(ROLE_OF_CELL.get(role, role), token.start, token.end)
        if row.rest.get("lead"):
            stretches = draft.stretches["lead_units"]
            printed = "".join(self.source[a:b].strip() for a, b in stretches)
            if duty := parse_responsibility(printed, self.year):
                draft.lead, draft.support = list(duty.lead), list(duty.support)
        if row.rest.get("deadline") and draft.deadline is None:
            draft.deadline = deadline_of_cell(row.rest["deadline"][0].text, self.year)


def _overlap(draft: Draft, token: Token, source: str) -> int:
    """Characters a page break printed twice: 委员会 at its end, 员会 after it."""
    before = (draft.text("content", source) or "")[-12:]
    after = source[token.start : token.end]
    for length in range(min(len(before), len(after)), 1, -1):
        if before.endswith(after[:length]):
            return length
    return 0


class _Row:
    """One row of a table, read by the columns it stands in."""

    def __init__(self, cells: Row, table: _TableReader) -> None:
        self.cells, self.table = cells, table
        self.start = min(t.start for cell in cells for t in cell)
        self.headings: list[tuple[Token, Number | None, str]] = []
        self.title: list[Token] = []
        self.content: list[Token] = []
        self.ordinal: int | None = None
        self.rest: dict[str, list[Token]] = {}
        for j, cell in enumerate(cells):
            for token in cell:
                if token.text:
                    self._place(token, j)

    def _place(self, token: Token, j: int) -> None:
        columns, fields, number = self.table.columns, self.table.fields, token.number
        role = columns[j].role if j < len(columns) else ""
        is_name = number is not None and number.kind in HEADING_KINDS
        is_alone = number is None or not token.text[number.end :]
        if not role or (role == "ordinal" and is_name and not is_alone):
            self.headings.append((token, number, "span"))
            return
        kind = fields.get(j)
        if kind == "title" and not (is_name and "content" in fields.values()):
            self.title.append(token)
        elif kind in ("heading", "title"):
            self.headings.append((token, number, kind))
        elif kind == "content":
            self.content.append(token)
            bare = leading_number(token.folded, bare=True)
            if bare and bare.rank >= 3 and self.ordinal is None:
                self.ordinal = bare.value
        else:
            self.rest.setdefault(role, []).append(token)
            if role == "ordinal":
                self.ordinal = ordinal_of(token.text)

    @property
    def holds_task(self) -> bool:
        """Whether the row says what is to be done."""
        return bool(self.content or self.title)

    def continues(self, previous: Draft, after_break: bool) -> bool:
        """Whether a row without a number goes on with the row above."""
        if self.title and not all(t.is_merged for t in self.title):
            return False
        if not self.content:
            return True
        text = previous.text("content", self.table.source) or ""
        is_open = not re.search(r"[。；;!！?？]$", text)
        has_deadline = bool(self.rest.get("deadline"))
        return is_open and not has_deadline and (after_break or not self.rest)

    def drafts(self, previous: Draft | None) -> list[Draft]:
        """Make a task of the row; several, if its cell numbers several."""
        source = self.table.source
        further = _further_items(self.content, source)
        splits = self.table.splits_cells
        first = self._draft(previous, is_list=bool(further) and not splits)
        drafts = [first]
        for start, end in further if splits else []:
            text = re.sub(r"^\d+\W?\s*", "", source[start:end])
            item = Draft(
                chapter=first.chapter,
                section=first.section,
                inherited_title=first.title(source),
                lead=list(first.lead),
                support=list(first.support),
                deadline=first.deadline,
            )
            item.add("ordinal", start, end - len(text))
            item.add("content", end - len(text), end)
            _take_away(first, start, end)
            drafts.append(item)
        return drafts

    def _draft(self, previous: Draft | None, *, is_list: bool) -> Draft:
        """Make a task of the row; a cell that is a list keeps its first number."""
        source, above = self.table.source, self.table.above
        draft = Draft(chapter=above.chapter, section=above.section)
        titles = [t for t in self.title if not t.is_merged]
        for role, tokens in (("title", titles), ("content", self.content)):
            for token in tokens:
                if token.is_merged:
                    continue
                keeps = is_list and role == "content" and token is self.content[0]
                skip = 0 if keeps else _number_length(token, source)
                draft.add("ordinal", token.start, token.start + skip)
                draft.add(role, token.start + skip, token.end)
        if titles:
            above.title = draft.text("title", source)
        elif self.table.has_titles or self.title:
            draft.inherited_title = above.title
        for role, tokens in self.rest.items():
            for token in tokens:
                if not token.is_merged:
                    draft.add(ROLE_OF_CELL.get(role, role), token.start, token.end)
        self._responsibility(draft, previous)
        self._deadline(draft, previous)
        return draft

    def _vanished(self, role: str) -> bool:
        """Whether a merge with a row above left a column without its text.

        A flattened table prints a merged cell once; below it the cell is empty
        or not there at all. Support may be empty by itself.
        """
        columns = self.table.columns
        cells = [self.cells[j] for j, c in enumerate(columns) if c.role == role]
        if not cells or any(token.text for cell in cells for token in cell):
            return False
        n_cells = sum(len(cell) for cell in self.cells)
        is_blank = role != "support" and any(cells)
        return is_blank or (not any(cells) and n_cells < len(columns))

    def _responsibility(self, draft: Draft, previous: Draft | None) -> None:
        source, year = self.table.source, self.table.year
        lead, support = self.rest.get("lead", []), self.rest.get("support", [])
        raw = {
            role: "\n".join(source[t.start : t.end] for t in self.rest.get(role, []))
            for role in ("lead", "support")
        }
        if previous is not None and _is_ditto(lead):
            draft.lead = list(previous.lead)
        elif lead and (duty := parse_responsibility(raw["lead"], year)):
            draft.lead, draft.support = list(duty.lead), list(duty.support)
            draft.deadline = duty.deadline
        if previous is not None and _is_ditto(support):
            draft.support = list(previous.support)
        elif support:
            duty = parse_responsibility(raw["support"], year)
            units = [*duty.lead, *duty.support] if duty else split_units(raw["support"])
            draft.support += [unit for unit in units if unit not in draft.support]
        if previous is None:
            return
        if not lead and self._vanished("lead"):
            group = (draft.chapter, draft.section, draft.title(source))
            above = (previous.chapter, previous.section, previous.title(source))
            is_new = group != above or previous.awaits_units
            if is_new and self.table.units_below:
                draft.awaits_units = True
                return
            draft.take_units(previous, support=not support)
        elif not support and self._vanished("support") and self._vanished("lead"):
            draft.take_units(previous, lead=False)

    def _deadline(self, draft: Draft, previous: Draft | None) -> None:
        for token in self.rest.get("note", []):
            if FORMS.status.fullmatch(token.folded) and not token.is_merged:
                draft.stretches["note"].remove((token.start, token.end))
                draft.add("progress", token.start, token.end)
        for role in ("deadline", "note"):
            tokens = self.rest.get(role, [])
            if not tokens:
                continue
            if previous is not None and _is_ditto(tokens):
                draft.deadline = previous.deadline
                return
            raw = " ".join(t.text for t in tokens)
            deadline = deadline_of_cell(raw, self.table.year)
            if role == "deadline" and deadline is None and len(raw) <= 60:
                deadline = Deadline(tidy(raw), None, None)
            if deadline is not None and (role == "deadline" or deadline.kind):
                draft.deadline = deadline
                return
        if draft.deadline is None and previous and self._vanished("deadline"):
            draft.take_deadline(previous)


def _is_ditto(tokens: list[Token]) -> bool:
    """Whether a cell says that it repeats the one above."""
    return len(tokens) == 1 and bool(FORMS.ditto.fullmatch(tokens[0].folded))


def _further_items(content: list[Token], source: str) -> list[tuple[int, int]]:
    """Stretches of the second and later items that one cell numbers: 4.… 5.…"""
    first = leading_number(content[0].folded, bare=True) if content else None
    if first is None or first.rank < 3:
        return []
    value, starts = first.value, []
    for token in content:
        folded = fold(source[token.start : token.end])
        for match in FORMS.item.finditer(folded):
            if int(match[1]) == value + 1:
                starts.append(token.start + match.start(1))
                value += 1
    return list(zip(starts, [*starts[1:], content[-1].end], strict=False))


def _take_away(draft: Draft, start: int, end: int) -> None:
    """Cut a stretch, and what lies behind its start in it, out of a task's content."""
    for role in ("content", "ordinal"):
        draft.stretches[role] = [
            (a, b if b <= start or a >= end else start)
            for a, b in draft.stretches.get(role, [])
            if b <= start or a >= end or a < start
        ]


def _number_length(token: Token, source: str) -> int:
    """Length of the number a cell begins with, 0 if it has none."""
    number = leading_number(fold(source[token.start : token.end]), bare=True)
    return 0 if number is None or number.kind == "inline" else number.end


def _filled(rows: list[Row], places: list[int]) -> list[Token]:
    """Cells of some columns that hold a text, row by row."""
    return [t for row in rows for j in places for t in row[j] if t.text]


def _text_fields(columns: list[Column], rows: list[Row]) -> dict[int, str]:
    """Decide which text column holds content, and which names groups."""
    texts = [j for j, column in enumerate(columns) if column.is_text]
    used = [j for j in texts if _filled(rows, [j])]
    if not used:
        return {}
    *before, last = used
    if not before:
        under_heading = any(row[-1] for row in rows)
        lengths = sorted(len(token.text) for token in _filled(rows, used))
        is_long = lengths[len(lengths) // 2] > _LONGEST_NAME
        is_content = columns[last].role == "content" or under_heading or is_long
        return {last: "content" if is_content else "title"}
    fields = {last: "content"}
    while len(before) > 1 and columns[before[-1]].role == "content":
        if not _says_what_to_do(rows, before[-1]):
            break
        fields[before.pop()] = "content"
    fields |= dict.fromkeys(before, "heading")
    group, task = fold(columns[before[-1]].name), fold(columns[last].name)
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
        name = fold(column.name)
        if column.role != "category" or not FORMS.class_columns.fullmatch(name):
            continue
        classes = [text for text, _ in groupby(t.text for t in _filled(rows, [j]))]
        if len(set(classes)) == len(classes) < len(rows):
            fields[j] = "heading"
    return fields


def _says_what_to_do(rows: list[Row], place: int) -> bool:
    """Whether a column holds requirements, row by row, and not names of groups."""
    lengths = [len(token.text) for token in _filled(rows, [place])]
    return len(lengths) > 0.7 * len(rows) and sum(lengths) > 15 * len(lengths)


def _restarts(rows: list[Row], contents: list[int]) -> bool:
    """Whether cells number their own points from 1, each anew."""
    cells = [_filled([row], contents) for row in rows]
    numbers = [cell[0].number for cell in cells if cell]
    firsts = [
        i
        for i, number in enumerate(numbers)
        if number is not None and number.rank >= 3 and number.value == 1
    ]
    return len(firsts) > 1 or firsts[:1] > [0]
