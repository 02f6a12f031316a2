"""Lines that look like obligations and stand in no task."""

from bisect import bisect_left
from dataclasses import dataclass

from govopen_analytics.base.text import fold, tidy
from govopen_analytics.plans.duties import find_duties
from govopen_analytics.plans.lines import Line, raw_lines
from govopen_analytics.plans.numbering import leading_number
from govopen_analytics.plans.obligations import opens_with_duty, says_what_to_do
from govopen_analytics.plans.prose import is_formality, is_preamble

Span = tuple[int, int, str, int | None]

# Roles that a lost task may have been given.
_REMAINDERS = ("preamble", "notes", "covering_letter", "unrecognised")
_SHORTEST = 6  # characters


@dataclass(frozen=True)
class UnreadLine:
    """A line outside every task.

    Attributes
    ----------
    line : int
        Its number in the stored text, from 1.
    role : str
        What its characters were taken for.
    text : str
        What stands there.
    """

    line: int
    role: str
    text: str


def lines_in_no_task(source: str, spans: list[Span]) -> list[UnreadLine]:
    """Find the lines that look like obligations and stand in no task.

    A line looks like one where it is numbered and says what is to be done, where
    it names who is responsible, or where it stands behind the first task and
    opens with a verb. A numbered heading with nothing below it counts too, and one
    that goes on with a sentence that says what to do.
    """
    starts = [span[0] for span in spans]
    firsts = [start for start, _, _, task in spans if task is not None]
    first_task = min(firsts, default=len(source))
    found = []
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
            found.append(UnreadLine(line.row, roles[0], tidy(line.text)))
    return found


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
    own = leading_number(fold(source[spans[i][0] : spans[i][1]]))
    if own is None:
        return False
    for start, end, role, task in spans[i + 1 :]:
        if task is not None or role in ("table_header", "repeated"):
            return False
        if role == "heading":
            number = leading_number(fold(source[start:end]))
            return number is not None and number.rank <= own.rank
    return True
