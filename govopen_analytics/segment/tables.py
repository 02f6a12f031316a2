"""Rows of an aligned table to tasks."""

import re
from dataclasses import dataclass, field

from govopen_analytics.segment.columns import Column
from govopen_analytics.segment.deadlines import Deadline, deadline_of_cell
from govopen_analytics.segment.draft import Draft, Ledger, heading_name
from govopen_analytics.segment.flattened import Table
from govopen_analytics.segment.grid import Row, Token, align, ordinal_of
from govopen_analytics.segment.numbering import Number, leading_number
from govopen_analytics.segment.units import parse_responsibility, split_units
from govopen_analytics.text import fold, tidy

_TOTAL = re.compile(r"合\s*计|总\s*计|小\s*计")
_STATUS = re.compile(
    r"(?:已|未|正在|基本|部分|尚未)?(?:完成|落实|办结|推进|启动|进行)(?:中|。)?|进行中|推进中"
)
_LONGEST_NAME = 30  # characters; what is longer says what is to be done
_HEADING_KINDS = ("part", "section", "chapter", "paren")
_ITEM = re.compile(r"(?:^|(?<=[。;\s]))(\d{1,3})[.、](?!\d)")
_ROLE_OF_CELL = {
    "lead": "lead_units",
    "support": "support_units",
    "ordinal": "ordinal",
    "deadline": "deadline",
    "progress": "progress",
}


@dataclass
class _State:
    """What rows further down may inherit."""

    chapter: str | None = None
    chapter_number: int | None = None
    section: str | None = None
    section_number: int | None = None
    title: str | None = None
    awaiting: list[Draft] = field(default_factory=list)


def table_tasks(
    table: Table, source: str, year: int | None, ledger: Ledger
) -> tuple[list[Draft], list[str]]:
    """Read the tasks of a table.

    Parameters
    ----------
    table : Table
        The table, not yet aligned.
    source : str
        Text of the source.
    year : int or None
        Year of the plan.
    ledger : Ledger
        Takes the cells that belong to no task.

    Returns
    -------
    tasks : list of Draft
    warnings : list of str
    """
    for token in table.header:
        ledger.add(token.start, token.end, "table_header")
    if _is_emptied(table.tokens):
        for token in table.tokens:
            ledger.add(token.start, token.end, "heading")
        return [], []
    columns, rows = align(table.tokens, table.columns)
    fields = _text_fields(columns, rows)
    numbered = _is_numbered(columns, rows, fields)
    restarts = _restarts(rows, fields)
    broken = {table.tokens[i].start for i in table.page_breaks if i < len(table.tokens)}
    state, tasks, warnings = _State(), [], []
    for row in rows:
        tokens = [t for cell in row for t in cell if t.text]
        if not tokens:
            continue
        if _TOTAL.fullmatch(tokens[0].text):
            for token in tokens:
                ledger.add(token.start, token.end, "notes")
            continue
        after_break = min(t.start for cell in row for t in cell) in broken
        reader = _RowReader(row, columns, fields, source, year)
        _read_headings(reader, state, ledger)
        if not reader.holds_task:
            if tasks and reader.rest:
                _continue(tasks[-1], reader, ledger)
            continue
        is_number = reader.ordinal is not None
        if (
            tasks
            and numbered
            and not is_number
            and reader.continues(tasks[-1], after_break)
        ):
            _continue(tasks[-1], reader, ledger)
            continue
        drafts = reader.drafts(state, tasks[-1] if tasks else None, split=not restarts)
        if state.awaiting and state.awaiting[-1] is _OPEN:
            state.awaiting[-1:] = [*drafts, _OPEN]
        tasks += drafts
        warnings += reader.warnings(len(tasks))
    _fill_from_below(tasks)
    if all(draft.chapter is None for draft in tasks):
        for draft in tasks:
            draft.chapter, draft.section = draft.section, None
    return tasks, warnings


_OPEN = Draft()  # marks that tasks to come await the name of their chapter


def _is_emptied(tokens: list[Token]) -> bool:
    """Whether a table lost the texts of its cells and kept its headings only."""
    texts = [token.text for token in tokens if token.text]
    kinds = [leading_number(fold(text)) for text in texts]
    headings = sum(n is not None and n.kind in _HEADING_KINDS for n in kinds)
    return len(texts) < 0.3 * len(tokens) and headings >= 0.7 * len(texts)


def _fill_from_below(tasks: list[Draft]) -> None:
    """Give items of one cell the units that are printed behind the last of them."""
    for i in range(len(tasks) - 2, -1, -1):
        below = tasks[i + 1]
        if tasks[i].awaits_units and below.lead:
            tasks[i].lead, tasks[i].support = list(below.lead), list(below.support)
            tasks[i].deadline = tasks[i].deadline or below.deadline


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
    fields[before[-1]] = "title"
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
            t.text and (ordinal_of(t.text) or leading_number(fold(t.text), bare=True))
            for j in places
            for t in row[j]
        )
        for row in rows
    )
    return count >= 0.5 * len(rows)


def _restarts(rows: list[Row], fields: dict[int, str]) -> bool:
    """Whether cells number their own points from 1, each anew."""
    places = [j for j, name in fields.items() if name == "content"]
    firsts = 0
    for row in rows:
        cell = [t for j in places for t in row[j] if t.text]
        number = leading_number(fold(cell[0].text)) if cell else None
        firsts += number is not None and number.rank >= 3 and number.value == 1
    return firsts > 1


class _RowReader:
    """One row of a table, read by the columns it stands in."""

    def __init__(
        self,
        row: Row,
        columns: list[Column],
        fields: dict[int, str],
        source: str,
        year: int | None,
    ) -> None:
        self.source, self.year, self.columns, self.row = source, year, columns, row
        self.headings: list[tuple[Token, Number | None, str]] = []
        self.title: list[Token] = []
        self.content: list[Token] = []
        self.ordinal: int | None = None
        self.rest: dict[str, list[Token]] = {}
        has_title = "title" in fields.values()
        for j, cell in enumerate(row):
            for token in cell:
                if token.text:
                    self._place(token, j, columns, fields, has_title)

    def _place(
        self,
        token: Token,
        j: int,
        columns: list[Column],
        fields: dict[int, str],
        has_title: bool,
    ) -> None:
        number = leading_number(fold(token.text))
        if j == len(columns):
            self.headings.append((token, number, "span"))
            return
        name = fields.get(j)
        if name in ("heading", "title"):
            is_name = number is not None and number.kind in _HEADING_KINDS
            if name == "title" and not (is_name and "content" in fields.values()):
                self.title.append(token)
            else:
                self.headings.append((token, number, name))
        elif name == "content":
            self.content.append(token)
            bare = leading_number(fold(token.text), bare=True)
            if bare and bare.rank >= 3 and self.ordinal is None:
                self.ordinal = bare.value
        else:
            role = columns[j].role
            self.rest.setdefault(role, []).append(token)
            if role == "ordinal":
                self.ordinal = ordinal_of(token.text)

    @property
    def holds_task(self) -> bool:
        """Whether the row says what is to be done."""
        return bool(self.content or self.title)

    def raw(self, tokens: list[Token]) -> str:
        """Return cells as printed, a line each."""
        return "\n".join(self.source[t.start : t.end] for t in tokens)

    def continues(self, previous: Draft, after_break: bool) -> bool:
        """Whether a row without a number goes on with the row above."""
        if self.title and not all(t.is_merged for t in self.title):
            return False
        if not self.content:
            return True
        text = previous.text("content", self.source) or ""
        is_open = not re.search(r"[。；;!！?？]$", text)
        has_own = bool(self.rest.get("deadline"))
        return is_open and not has_own and (after_break or not self.rest)

    def drafts(
        self, state: _State, previous: Draft | None, *, split: bool
    ) -> list[Draft]:
        """Make a task of the row; several, if its cell numbers several."""
        first = self._draft(state, previous)
        found = [first]
        if not split:
            return found
        for start, end in _further_items(self.content, self.source):
            number = re.match(r"\D*\d+\W?\s*", self.source[start:end]).end()
            item = Draft(
                chapter=first.chapter,
                section=first.section,
                inherited_title=first.title(self.source),
                lead=list(first.lead),
                support=list(first.support),
                deadline=first.deadline,
            )
            item.add("ordinal", start, start + number)
            item.add("content", start + number, end)
            _take_away(first, start, end)
            found.append(item)
        return found

    def _draft(self, state: _State, previous: Draft | None) -> Draft:
        draft = Draft(chapter=state.chapter, section=state.section)
        own_title = [t for t in self.title if not t.is_merged]
        for role, tokens in (("title", own_title), ("content", self.content)):
            for token in tokens:
                if token.is_merged:
                    continue
                skip = _number_length(token, self.source)
                draft.add("ordinal", token.start, token.start + skip)
                draft.add(role, token.start + skip, token.end)
        if own_title:
            state.title = draft.text("title", self.source)
        elif "title" in {c.role for c in self.columns} or self.title:
            draft.inherited_title = state.title
        for role, tokens in self.rest.items():
            for token in tokens:
                if not token.is_merged:
                    draft.add(_ROLE_OF_CELL.get(role, role), token.start, token.end)
        self._responsibility(draft, previous)
        self._deadline(draft, previous)
        return draft

    def _vanished(self, role: str) -> bool:
        """Whether the row has no cell for a column, not even an empty one."""
        places = [j for j, c in enumerate(self.columns) if c.role == role]
        n_cells = sum(len(cell) for cell in self.row)
        return (
            bool(places)
            and n_cells < len(self.columns)
            and not any(self.row[j] for j in places)
        )

    def _responsibility(self, draft: Draft, previous: Draft | None) -> None:
        lead = self.rest.get("lead", [])
        support = self.rest.get("support", [])
        if lead and (found := parse_responsibility(self.raw(lead), self.year)):
            draft.lead, draft.support = list(found.lead), list(found.support)
            draft.deadline = found.deadline
        if support:
            raw = self.raw(support)
            found = parse_responsibility(raw, self.year)
            named = [*found.lead, *found.support] if found else split_units(raw)
            draft.support += [unit for unit in named if unit not in draft.support]
        if previous is None:
            return
        if not lead and self._vanished("lead"):
            group = (draft.chapter, draft.section, draft.title(self.source))
            above = (previous.chapter, previous.section, previous.title(self.source))
            if group != above or previous.awaits_units:
                draft.awaits_units = True
                return
            draft.lead = list(previous.lead)
            if not support:
                draft.support = list(previous.support)
        elif not support and self._vanished("support") and self._vanished("lead"):
            draft.support = list(previous.support)

    def _deadline(self, draft: Draft, previous: Draft | None) -> None:
        for token in self.rest.get("note", []):
            if _STATUS.fullmatch(fold(token.text)) and not token.is_merged:
                draft.stretches["note"].remove((token.start, token.end))
                draft.add("progress", token.start, token.end)
        for role in ("deadline", "note"):
            tokens = self.rest.get(role, [])
            if not tokens:
                continue
            raw = " ".join(t.text for t in tokens)
            found = deadline_of_cell(raw, self.year)
            if role == "deadline" and found is None and len(raw) <= 60:
                found = Deadline(tidy(raw), None, None)
            if found is not None and (role == "deadline" or found.kind):
                draft.deadline = found
                return
        is_carried = previous is not None and self._vanished("deadline")
        if draft.deadline is None and is_carried:
            draft.deadline = previous.deadline

    def warnings(self, ordinal: int) -> list[str]:
        """Say what a person should look at in this row."""
        n_cells = sum(len(cell) for cell in self.row)
        found = []
        if n_cells > len(self.columns):
            found.append(
                f"Task {ordinal}: the row has {n_cells} cells for "
                f"{len(self.columns)} columns; compare it with the source."
            )
        if not self.rest.get("lead") and self._vanished("lead"):
            found.append(
                f"Task {ordinal}: no cell for the responsible unit; "
                "that of a neighbouring row was taken."
            )
        return found


def _further_items(content: list[Token], source: str) -> list[tuple[int, int]]:
    """Stretches of the second and later items that one cell numbers: 4.… 5.…"""
    if not content:
        return []
    first = leading_number(fold(content[0].text), bare=True)
    if first is None or first.rank < 3:
        return []
    value, starts = first.value, []
    for token in content:
        folded = fold(source[token.start : token.end])
        for match in _ITEM.finditer(folded):
            if int(match[1]) == value + 1:
                starts.append(token.start + match.start(1))
                value += 1
    return list(zip(starts, [*starts[1:], content[-1].end], strict=False))


def _take_away(draft: Draft, start: int, end: int) -> None:
    """Cut a stretch out of a task's content."""
    for role in ("content", "ordinal"):
        kept = []
        for a, b in draft.stretches.get(role, []):
            if b <= start or a >= end:
                kept.append((a, b))
            elif a < start:
                kept.append((a, start))
        draft.stretches[role] = kept


def _number_length(token: Token, source: str) -> int:
    """Length of the number a cell begins with, 0 if it has none."""
    folded = fold(source[token.start : token.end])
    number = leading_number(folded, bare=True)
    if number is None or number.kind == "inline":
        return 0
    return number.end


def _read_headings(reader: _RowReader, state: _State, ledger: Ledger) -> None:
    """Take over the chapter and section that a row prints."""
    for token, number, place in reader.headings:
        raw = reader.source[token.start : token.end]
        if not token.is_merged:
            ledger.add(token.start, token.end, "heading")
        end = leading_number(fold(raw)).end if number else 0
        name, value = heading_name(raw, end), number.value if number else None
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


def _second_heading(reader: _RowReader, token: Token) -> bool:
    return reader.headings and reader.headings[0][0] is not token


def _enter_section(state: _State, name: str, value: int | None) -> None:
    """Open a section; one that restarts at 1 opens the next chapter too.

    Its name may stand only on the next page: the tasks until then wait for it.
    """
    restarts = value == 1 and (state.section_number or 0) > 1
    if restarts and state.chapter is not None and name != state.section:
        state.awaiting = [_OPEN]
    if name != state.section:
        state.title = None
    state.section, state.section_number = name, value


def _enter_chapter(state: _State, name: str, value: int | None) -> None:
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


def _continue(draft: Draft, reader: _RowReader, ledger: Ledger) -> None:
    """Append a row that goes on with the one above."""
    for token in reader.content:
        start = token.start + _overlap(draft, token, reader.source)
        ledger.add(token.start, start, "repeated")
        draft.add("content", start, token.end)
    for role, tokens in reader.rest.items():
        for token in tokens:
            draft.add(_ROLE_OF_CELL.get(role, role), token.start, token.end)
    spans = {
        role: draft.stretches.get(role, []) for role in ("lead_units", "support_units")
    }
    text = {
        role: "".join(reader.source[a:b].strip() for a, b in found)
        for role, found in spans.items()
    }
    if reader.rest.get("lead"):
        found = parse_responsibility(text["lead_units"], reader.year)
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
