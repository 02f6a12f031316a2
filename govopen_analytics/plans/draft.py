"""A task while it is being put together: stretches of the source per field."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from govopen_analytics.base.text import fold, tidy
from govopen_analytics.plans.deadlines import Deadline
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("draft")

Stretch = tuple[int, int]

#: What stands between cells.
MARKS = FORMS.marks


@dataclass
class Draft:
    """One task, as stretches of the source and what was read from them.

    Attributes
    ----------
    stretches : dict of str to list of (int, int)
        For each role the stretches of the source that hold it, in order.
    chapter, section : str or None
        Headings the task stands under.
    inherited_title : str or None
        A title carried down from an earlier row.
    lead, support : list of str
        Units.
    deadline : Deadline or None
        When it is due.
    awaits_units : bool
        Whether its cell of units is merged with one below.
    carried : list of str
        Fields that were taken from a neighbouring row.
    """

    stretches: dict[str, list[Stretch]] = field(default_factory=dict)
    chapter: str | None = None
    section: str | None = None
    inherited_title: str | None = None
    lead: list[str] = field(default_factory=list)
    support: list[str] = field(default_factory=list)
    deadline: Deadline | None = None
    awaits_units: bool = False
    carried: list[str] = field(default_factory=list)

    def add(self, role: str, start: int, end: int) -> None:
        """Give a stretch of the source a role in this task."""
        if end > start:
            self.stretches.setdefault(role, []).append((start, end))

    def take_units(
        self, neighbour: "Draft", *, lead: bool = True, support: bool = True
    ) -> None:
        """Take over the units of a neighbouring row, and mark them as carried."""
        if lead and neighbour.lead:
            self.lead = list(neighbour.lead)
            self.carried.append("lead_units")
        if support and neighbour.support:
            self.support = list(neighbour.support)
            self.carried.append("support_units")

    def take_deadline(self, neighbour: "Draft") -> None:
        """Take over the deadline of a neighbouring row, and mark it as carried."""
        if neighbour.deadline is not None:
            self.deadline = neighbour.deadline
            self.carried.append("deadline")

    def text(self, role: str, source: str) -> str | None:
        """Return the text of a role, tidied; None if there is none."""
        return join_stretches(self.stretches.get(role, []), source)

    def title(self, source: str) -> str | None:
        """Return the title, its own or the inherited one."""
        return self.text("title", source) or self.inherited_title

    @property
    def start(self) -> int:
        """Offset of the first character."""
        return min(a for spans in self.stretches.values() for a, _ in spans)

    @property
    def end(self) -> int:
        """Offset behind the last character."""
        return max(b for spans in self.stretches.values() for _, b in spans)


def join_stretches(stretches: list[Stretch], source: str) -> str | None:
    """Join stretches of the source to one tidy text.

    Where a stretch ends in the characters the next one begins with, as tables
    broken over a page have it, they are taken once.
    """
    joined = ""
    for start, end in stretches:
        piece = source[start:end].strip()
        if joined and re.match(r"[A-Za-z0-9]", piece) and joined[-1:].isalnum():
            joined += " "
        joined += piece
    return tidy(joined) or None


def heading_name(text: str, number_end: int) -> str:
    """Strip a heading of its number and of the stop behind it."""
    return tidy(text[number_end:]).rstrip("。.;；:：,，、 ")


@dataclass
class Ledger:
    """What every character of a source is: stretches with a role and a task."""

    entries: list[tuple[int, int, str, int | None]] = field(default_factory=list)

    def add(self, start: int, end: int, role: str, task: int | None = None) -> None:
        """Enter a stretch."""
        if end > start:
            self.entries.append((start, end, role, task))

    def settle(self, source: str) -> list[tuple[int, int, str, int | None]]:
        """Return stretches that do not overlap and cover all but white space.

        Of two entries for a character the earlier one holds. What has no entry
        is ``delimiter`` where it is only the marks between cells, and
        ``unrecognised`` otherwise.
        """
        import numpy as np

        owner = np.full(len(source), -1, dtype=np.int64)
        for i in range(len(self.entries) - 1, -1, -1):
            owner[self.entries[i][0] : self.entries[i][1]] = i
        cuts = [0, *(np.flatnonzero(np.diff(owner)) + 1).tolist(), len(source)]
        settled: list[tuple[int, int, str, int | None]] = []
        for start, end in pairwise(cuts):
            raw = source[start:end]
            start += len(raw) - len(raw.lstrip())
            end -= len(raw) - len(raw.rstrip())
            if end <= start:
                continue
            role, task = "unrecognised", None
            if owner[start] >= 0:
                _, _, role, task = self.entries[owner[start]]
            if task is None and MARKS.fullmatch(fold(source[start:end])):
                role = "delimiter"
            settled.append((start, end, role, task))
        return settled
