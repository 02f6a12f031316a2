"""Lines that look like obligations and stand in no task."""

from bisect import bisect_left
from dataclasses import dataclass

from govopen_analytics.base.text import fold, tidy
from govopen_analytics.plans.duties import find_duties, is_label_line
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

    Parameters
    ----------
    source : str
        Text of the source.
    spans : list of (int, int, str, int or None)
        Settled stretches of the source.

    Returns
    -------
    list of UnreadLine
        In reading order.
    """
    starts = [span[0] for span in spans]
    firsts = [start for start, _, _, task in spans if task is not None]
    first_task = min(firsts, default=len(source))
    found, at = [], 0
    for n, raw in enumerate(source.split("\n"), start=1):
        end = at + len(raw)
        i = bisect_left(starts, at)
        inside = spans[i : bisect_left(starts, end, lo=i)]
        if i and spans[i - 1][1] > at:
            inside = [spans[i - 1], *inside]
        roles = [role for _, _, role, task in inside if role != "delimiter"]
        is_outside = roles and all(task is None for *_, task in inside)
        if is_outside and len(raw.strip()) >= _SHORTEST:
            is_lost = (
                roles[0] in _REMAINDERS
                and _looks_like_obligation(raw, is_behind=at > first_task)
            ) or (
                roles[0] == "heading"
                and (_is_childless(source, spans, i) or _says_more(raw))
            )
            if is_lost:
                found.append(UnreadLine(n, roles[0], tidy(raw)))
        at = end + 1
    return found


def _looks_like_obligation(raw: str, *, is_behind: bool) -> bool:
    text = raw.strip(" \t\u3000#*|｜")
    folded = fold(text)
    number = leading_number(folded)
    said = folded[number.end :] if number else folded
    if is_formality(said) or (number is not None and is_preamble(said)):
        return False
    if number is not None and says_what_to_do(said):
        return True
    if is_label_line(text) or find_duties(text, 0, len(text), None):
        return True
    return is_behind and opens_with_duty(folded) and not folded.endswith(":")


def _says_more(raw: str) -> bool:
    """Whether a heading names units, or goes on with what is to be done."""
    if find_duties(raw, 0, len(raw), None):
        return True
    _, stop, rest = fold(raw).strip().rstrip("。;").partition("。")
    return bool(stop) and len(rest) >= _SHORTEST and says_what_to_do(rest)


def _is_childless(source: str, spans: list[Span], i: int) -> bool:
    """Whether nothing stands below a numbered heading but one of its own level."""
    own = leading_number(fold(source[spans[i][0] : spans[i][1]]))
    if own is None:
        return False
    for below in spans[i + 1 :]:
        if below[3] is not None or below[2] in ("table_header", "repeated"):
            return False
        if below[2] == "heading":
            break
    else:
        return True
    number = leading_number(fold(source[below[0] : below[1]]))
    return number is not None and number.rank <= own.rank
