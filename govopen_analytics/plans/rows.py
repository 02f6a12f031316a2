"""One row of an aligned table, read by the columns it stands in."""

import re
from dataclasses import dataclass, field

from govopen_analytics.base.remarks import Remark
from govopen_analytics.base.text import fold, tidy
from govopen_analytics.plans.columns import Column
from govopen_analytics.plans.deadlines import Deadline, deadline_of_cell
from govopen_analytics.plans.draft import Draft
from govopen_analytics.plans.grid import Row, Token, ordinal_of
from govopen_analytics.plans.numbering import HEADING_KINDS, Number, leading_number
from govopen_analytics.plans.units import parse_responsibility, split_units
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("rows")

ROLE_OF_CELL = {
    "lead": "lead_units",
    "support": "support_units",
    "ordinal": "ordinal",
    "deadline": "deadline",
    "progress": "progress",
}


@dataclass
class TableState:
    """What rows further down may inherit."""

    chapter: str | None = None
    chapter_number: int | None = None
    section: str | None = None
    section_number: int | None = None
    title: str | None = None
    awaiting: list[Draft] = field(default_factory=list)
    in_notes: bool = False


class RowReader:
    """One row of a table, read by the columns it stands in."""

    def __init__(
        self,
        row: Row,
        columns: list[Column],
        fields: dict[int, str],
        source: str,
        year: int | None,
        *,
        units_below: bool = False,
    ) -> None:
        self.source, self.year, self.columns, self.row = source, year, columns, row
        self.units_below = units_below
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
        number = token.number
        if j == len(columns):
            self.headings.append((token, number, "span"))
            return
        is_name = number is not None and number.kind in HEADING_KINDS
        is_alone = number is None or not token.text[number.end :]
        if columns[j].role == "ordinal" and is_name and not is_alone:
            self.headings.append((token, number, "span"))
            return
        name = fields.get(j)
        if name in ("heading", "title"):
            if name == "title" and not (is_name and "content" in fields.values()):
                self.title.append(token)
            else:
                self.headings.append((token, number, name))
        elif name == "content":
            self.content.append(token)
            bare = leading_number(token.folded, bare=True)
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
        self, state: TableState, previous: Draft | None, *, split: bool
    ) -> list[Draft]:
        """Make a task of the row; several, if its cell numbers several."""
        further = _further_items(self.content, self.source)
        first = self._draft(state, previous, is_list=bool(further) and not split)
        found = [first]
        for start, end in further if split else []:
            text = re.sub(r"^\d+\W?\s*", "", self.source[start:end])
            item = Draft(
                chapter=first.chapter,
                section=first.section,
                inherited_title=first.title(self.source),
                lead=list(first.lead),
                support=list(first.support),
                deadline=first.deadline,
            )
            item.add("ordinal", start, end - len(text))
            item.add("content", end - len(text), end)
            _take_away(first, start, end)
            found.append(item)
        return found

    def _draft(
        self, state: TableState, previous: Draft | None, *, is_list: bool
    ) -> Draft:
        """Make a task of the row; a cell that is a list keeps its first number."""
        draft = Draft(chapter=state.chapter, section=state.section)
        own_title = [t for t in self.title if not t.is_merged]
        for role, tokens in (("title", own_title), ("content", self.content)):
            for token in tokens:
                if token.is_merged:
                    continue
                keeps = is_list and role == "content" and token is self.content[0]
                skip = 0 if keeps else _number_length(token, self.source)
                draft.add("ordinal", token.start, token.start + skip)
                draft.add(role, token.start + skip, token.end)
        if own_title:
            state.title = draft.text("title", self.source)
        elif "title" in {c.role for c in self.columns} or self.title:
            draft.inherited_title = state.title
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
        cells = [self.row[j] for j, c in enumerate(self.columns) if c.role == role]
        if not cells or any(token.text for cell in cells for token in cell):
            return False
        n_cells = sum(len(cell) for cell in self.row)
        is_blank = role != "support" and any(cells)
        return is_blank or (not any(cells) and n_cells < len(self.columns))

    def _responsibility(self, draft: Draft, previous: Draft | None) -> None:
        lead = self.rest.get("lead", [])
        support = self.rest.get("support", [])
        if previous is not None and _is_ditto(lead):
            draft.lead = list(previous.lead)
        elif lead and (found := parse_responsibility(self.raw(lead), self.year)):
            draft.lead, draft.support = list(found.lead), list(found.support)
            draft.deadline = found.deadline
        if previous is not None and _is_ditto(support):
            draft.support = list(previous.support)
        elif support:
            raw = self.raw(support)
            found = parse_responsibility(raw, self.year)
            named = [*found.lead, *found.support] if found else split_units(raw)
            draft.support += [unit for unit in named if unit not in draft.support]
        if previous is None:
            return
        if not lead and self._vanished("lead"):
            group = (draft.chapter, draft.section, draft.title(self.source))
            above = (previous.chapter, previous.section, previous.title(self.source))
            is_new = group != above or previous.awaits_units
            if is_new and self.units_below:
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
            found = deadline_of_cell(raw, self.year)
            if role == "deadline" and found is None and len(raw) <= 60:
                found = Deadline(tidy(raw), None, None)
            if found is not None and (role == "deadline" or found.kind):
                draft.deadline = found
                return
        if draft.deadline is None and previous and self._vanished("deadline"):
            draft.take_deadline(previous)

    def remarks(self, ordinal: int) -> list[Remark]:
        """Say what a person should look at in this row."""
        crowded = [cell for cell in self.row if sum(bool(t.text) for t in cell) > 1]
        start = min(t.start for cell in self.row for t in cell)
        found = []
        if crowded:
            found.append(Remark("crowded_row", {"task": ordinal}, start))
        return found


def _is_ditto(tokens: list[Token]) -> bool:
    """Whether a cell says that it repeats the one above."""
    return len(tokens) == 1 and bool(FORMS.ditto.fullmatch(tokens[0].folded))


def _further_items(content: list[Token], source: str) -> list[tuple[int, int]]:
    """Stretches of the second and later items that one cell numbers: 4.… 5.…"""
    if not content:
        return []
    first = leading_number(content[0].folded, bare=True)
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
