"""What tables are made of: cells, and columns whose names say what they hold."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from govopen_analytics.base.text import fold, tidy
from govopen_analytics.plans.numbering import Number, leading_number, number_alone
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("cells")

# In the order they are tried; the name has no white space and no brackets.
COLUMN_ROLES: list[tuple[str, re.Pattern[str]]] = FORMS.table("columns")

_LONGEST_NAME = 20  # characters

#: What a cell gives a task, where it is not named like the column.
ROLE_OF_CELL = {"lead": "lead_units", "support": "support_units"}
TEXT_ROLES = ("title", "content", "text")


@dataclass(frozen=True)
class Column:
    """One column of a table: the printed name and the role it gives."""

    role: str
    name: str

    @property
    def is_text(self) -> bool:
        """Whether the column holds what is to be done."""
        return self.role in TEXT_ROLES


@lru_cache(maxsize=16384)
def column_role(name: str) -> str | None:
    """Tell what a column of this name holds; None if the text is no column name."""
    bare = "".join(name.split()).strip(":：。*")
    if not 0 < len(bare) <= _LONGEST_NAME or leading_number(folded := fold(bare)):
        return None
    bare = FORMS.brackets.sub("", folded) or folded
    for role, pattern in COLUMN_ROLES:
        if pattern.fullmatch(bare):
            return role
    return None


def read_header(names: list[str], *, is_row: bool = True) -> list[Column] | None:
    """Read a row of cells as a table header: a column a cell, None if it is none.

    A blank cell between names is a ``text`` column, blank cells at the end are
    dropped. Where the cells may be no row (`is_row` is False), an unknown name may
    stand between others only.
    """
    while names and not names[-1].strip():
        names = names[:-1]
    roles: list[str | None] = []
    for name in names:
        role = column_role(name) if name.strip() else "text"
        if role is None and not _may_name(name):
            return None
        roles.append(role)
    named = [role for role in roles if role not in (None, "text")]
    if len(named) < max(2, 3 * roles.count(None)):
        return None
    if not is_row and (roles[0] in (None, "text") or roles[-1] is None):
        return None
    if not {"title", "content"} & set(named):
        return None
    if sum(re.fullmatch(FORMS.period, name.strip()) is not None for name in names) == 1:
        return None  # a row that says when, no names of four columns
    if len(set(named)) < 2:
        return None
    return one_lead(
        [
            Column(role or "text", name.strip())
            for role, name in zip(roles, names, strict=True)
        ]
    )


def _may_name(text: str) -> bool:
    """Whether a text could be a column name that the list does not have."""
    return len(text) <= 12 and not re.search(r"[。；;，,、\d]|的", text)


def one_lead(columns: list[Column]) -> list[Column]:
    """Of two columns that name who is responsible, let one lead.

    Beside 牵头单位, a column 责任单位 holds those who follow; a column of
    persons (责任领导) beside one of units is a remark.
    """
    leads = [column for column in columns if column.role == "lead"]
    if len(leads) < 2:
        return columns
    for others in ("领导|联系人|责任人|人员", "^[国省市县区上].{0,2}[级里上]"):
        notes = [c for c in leads if re.search(others, fold(c.name))]
        if notes and len(notes) < len(leads):
            leads = [c for c in leads if c not in notes]
            columns = [Column("note", c.name) if c in notes else c for c in columns]
    heads = [one for one in leads if re.search("牵头|主办|主责", fold(one.name))]
    first = (heads or leads)[0]
    return [
        Column("support", c.name) if c.role == "lead" and c is not first else c
        for c in columns
    ]


@dataclass(frozen=True)
class Token:
    """A cell as met in reading order."""

    start: int
    end: int
    text: str  # tidied
    opens_row: bool | None = None  # None where the source does not show it
    is_merged: bool = False  # a merge carries the text here from an earlier cell
    spans_row: bool = False  # it is known to be all of its row

    @cached_property
    def folded(self) -> str:
        """The text, folded."""
        return fold(self.text)

    @cached_property
    def number(self) -> Number | None:
        """The number it begins with."""
        return leading_number(self.folded)


Row = list[list[Token]]


def ordinal_of(text: str) -> int | None:
    """Read an ordinal cell; of several numbers (36,37) the first."""
    folded = fold(text).strip()
    if FORMS.numbers.fullmatch(folded) is None:
        return None
    return number_alone(re.split("[,、;及和/-]", folded)[0])


def tidied(start: int, end: int, source: str, **marks: Any) -> Token:
    """Make a token of a stretch of the source; marks are fields of the token."""
    raw = source[start:end]
    start += len(raw) - len(raw.lstrip())
    end -= len(raw) - len(raw.rstrip())
    return Token(start, max(start, end), tidy(raw), **marks)


@dataclass(frozen=True)
class Table:
    """A table found in a source, not yet aligned."""

    columns: list[Column]  # the header
    header: list[Token]  # cells of the header and of its repetitions
    tokens: list[Token]  # all other cells, in reading order
    page_breaks: frozenset[int]  # places in tokens where the header was repeated
    style: str  # how cells were parted, for the layout's name
    above: tuple[Token, ...] = ()  # numbered headings right above: chapter and section

    @property
    def start(self) -> int:
        """Offset of its first cell."""
        cells = (*self.above, *self.header, *self.tokens)
        return min(token.start for token in cells)

    @property
    def end(self) -> int:
        """Offset behind its last cell."""
        return max(token.end for token in (*self.header, *self.tokens))
