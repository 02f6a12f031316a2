"""A task while it is being put together: stretches of the source per field."""

import re
from dataclasses import dataclass, field

from govopen_analytics.base.text import tidy
from govopen_analytics.plans.deadlines import Deadline

Stretch = tuple[int, int]


@dataclass
class Draft:
    """One task, as stretches of the source and what was read from them."""

    # By role, in order.
    stretches: dict[str, list[Stretch]] = field(default_factory=dict)
    # The headings it stands under.
    chapter: str | None = None
    section: str | None = None
    inherited_title: str | None = None  # carried down from an earlier row
    lead: list[str] = field(default_factory=list)
    support: list[str] = field(default_factory=list)
    deadline: Deadline | None = None
    awaits_units: bool = False  # its cell of units is merged with one below
    # Fields that were taken from a neighbouring row.
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

    def sentence(self, source: str) -> str:
        """Return title and content as one text with a stop between them."""
        return f"{self.title(source) or ''}。{self.text('content', source) or ''}"

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
