"""The account of a source: what each character is, and what reached no task."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from govopen_analytics.base.remarks import Remark
from govopen_analytics.base.text import fold, tidy
from govopen_analytics.plans.cells import Token
from govopen_analytics.plans.draft import Stretch
from govopen_analytics.plans.duties import find_duties
from govopen_analytics.plans.frontmatter import Frame
from govopen_analytics.plans.lines import (
    Line,
    is_formality,
    is_preamble,
    lines_of,
    raw_lines,
)
from govopen_analytics.plans.numbering import leading_number
from govopen_analytics.plans.obligations import opens_with_duty, says_what_to_do
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("ledger")

Span = tuple[int, int, str, int | None]

# Roles that a lost task may have been given.
_REMAINDERS = ("preamble", "notes", "covering_letter", "unrecognised")
_SHORTEST, _SHOWN = 6, 80  # characters of a line
#: What stands between cells.
MARKS = FORMS.marks


@dataclass
class Ledger:
    """What every character of a source is: stretches with a role and a task."""

    entries: list[Span] = field(default_factory=list)

    def add(self, start: int, end: int, role: str, task: int | None = None) -> None:
        """Enter a stretch."""
        if end > start:
            self.entries.append((start, end, role, task))

    def enter(self, role: str, pieces: Iterable[Line | Token]) -> None:
        """Enter cells or lines that stand in no task."""
        for piece in pieces:
            self.add(piece.start, piece.end, role)

    def settle(self, source: str) -> list[Span]:
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
        settled: list[Span] = []
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


def accounted_share(spans: list[Span]) -> float:
    """Share of the characters whose role is known (0-1); 1 for white space alone."""
    total = sum(end - start for start, end, *_ in spans)
    lost = sum(end - start for start, end, role, _ in spans if role == "unrecognised")
    return 1 - lost / total if total else 1.0


def task_share(spans: list[Span]) -> float:
    """Share of the characters that stand in a task (0-1); 0 for white space alone."""
    total = sum(end - start for start, end, *_ in spans)
    inside = sum(end - start for start, end, _, task in spans if task is not None)
    return inside / total if total else 0.0


def lines_in_no_task(source: str, spans: list[Span]) -> list[Remark]:
    """Find the lines that look like obligations and stand in no task.

    A line looks like one where it is numbered and says what is to be done, where
    it names who is responsible, or where it stands behind the first task and
    opens with a verb. A numbered heading with nothing below it counts too, and one
    that goes on with a sentence that says what to do.
    """
    starts = [span[0] for span in spans]
    firsts = [start for start, _, _, task in spans if task is not None]
    first_task = min(firsts, default=len(source))
    remarks = []
    for line in raw_lines(source):
        i = bisect_left(starts, line.start)
        inside = spans[i : bisect_left(starts, line.end, lo=i)]
        if i and spans[i - 1][1] > line.start:
            inside = [spans[i - 1], *inside]
        roles = [role for _, _, role, _ in inside if role != "delimiter"]
        is_outside = roles and all(task is None for *_, task in inside)
        if not is_outside or len(line.text.strip()) < _SHORTEST:
            continue
        if roles[0] == "heading":
            is_lost = _is_childless(source, spans, i) or _says_more(line)
        else:
            is_behind = line.start > first_task
            is_lost = roles[0] in _REMAINDERS and _is_obligation(line.inner, is_behind)
        if is_lost:
            values = {"line": line.row, "text": tidy(line.text)[:_SHOWN]}
            remarks.append(Remark("line_in_no_task", values))
    return remarks


def _is_obligation(line: Line, is_behind: bool) -> bool:
    behind = line.behind_number
    if is_formality(behind) or (line.number is not None and is_preamble(behind)):
        return False
    if line.number is not None and says_what_to_do(behind):
        return True
    if line.is_label or find_duties(line.text, 0, len(line.text), None):
        return True
    return is_behind and opens_with_duty(line.folded) and line.folded[-1:] != ":"


def _says_more(line: Line) -> bool:
    """Whether a heading names units, or goes on with what is to be done."""
    if find_duties(line.text, 0, len(line.text), None):
        return True
    _, stop, rest = line.folded.strip().rstrip("。;").partition("。")
    return bool(stop) and len(rest) >= _SHORTEST and says_what_to_do(rest)


def _is_childless(source: str, spans: list[Span], i: int) -> bool:
    """Whether nothing stands below a numbered heading but one of its own level."""
    heading = leading_number(fold(source[spans[i][0] : spans[i][1]]))
    if heading is None:
        return False
    for start, end, role, task in spans[i + 1 :]:
        if task is not None or role in ("table_header", "repeated"):
            return False
        if role == "heading":
            number = leading_number(fold(source[start:end]))
            return number is not None and number.rank <= heading.rank
    return True


def _is_accounted(line: Line, is_named: bytearray) -> bool:
    """Whether what has no role on a line is nothing but marks between cells."""
    at = is_named.find(0, line.start, line.end)
    while at >= 0 and MARKS.match(line.folded, at - line.start):
        at = is_named.find(0, at + 1, line.end)
    return at < 0


def enter_rest(
    ledger: Ledger, labels: list[Stretch], frame: Frame, text: str, *, has_tasks: bool
) -> None:
    """Name what is left: title and labels, letter, preamble, furniture, notes."""
    for start, end in labels:
        ledger.add(start, end, "metadata")
    in_tasks = [entry for entry in ledger.entries if entry[3] is not None]
    start = min((entry[0] for entry in in_tasks), default=len(text))
    last = max((entry[1] for entry in in_tasks), default=0)
    is_named = bytearray(len(text))
    for a, b, *_ in ledger.entries:
        is_named[a:b] = b"\x01" * (b - a)
    for line in lines_of(text):
        if _is_accounted(line, is_named):
            continue
        role = line.role
        if role == "preamble" and frame.has_letter and line.end <= frame.body_start:
            role = "covering_letter"
        if role == "preamble" and has_tasks:
            if start < line.start < last:
                continue
            if line.start >= last:
                role = "furniture" if line.is_links else "notes"
        ledger.add(line.start, line.end, role)
