"""What stands around a plan's tasks: title, covering letter, notes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from govopen_analytics.plans.lines import SIGNED_TAIL, Line, lines_of
from govopen_analytics.plans.metadata import agency_in_title, place_in_title
from govopen_analytics.plans.titles import is_plan_title
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("frontmatter")


@dataclass(frozen=True)
class Frame:
    """Where a plan begins and ends within its source."""

    body_start: int  # offsets of the stretch that may hold tasks
    body_end: int
    title: str | None  # the title line right above the body
    has_letter: bool  # a covering letter stands above the title
    # Offset of the line that hands on a document (现将《…》印发给你们), if neither a
    # date nor 附件 stands between it and the body.
    handed_on: int | None


def closing_at(source: str, start: int) -> int | None:
    """Find the signature that closes a document, behind an offset.

    It is the last line that repeats an agency named before `start` and has a date
    below it, where nothing but notes and furniture follows.
    """
    lines = lines_of(source)
    above = "".join(source[:start].split())
    for i in range(len(lines) - 1, 0, -1):
        line, below = lines[i - 1], lines[i]
        if line.start < start:
            return None
        if below.is_date and line.could_sign:
            name = re.sub(FORMS.body, "", "".join(line.text.split()))
            return line.start if name in above else None
        if not below.is_rest:
            return None
    return None


def find_frame(source: str, limit: int | None = None) -> Frame:
    """Find where the plan's own text begins and ends, before the table at `limit`.

    A date standing alone closes a covering letter; the title of a plan behind
    it opens the plan. Without such a letter the body begins behind the title,
    or at the first number.
    """
    lines = [line for line in lines_of(source) if limit is None or line.start < limit]
    titles = [
        i
        for i, line in enumerate(lines)
        if (
            not line.is_furniture if line.is_title else i and _joins(lines[i - 1], line)
        )
    ]
    signed = [i for i, line in enumerate(lines) if line.is_date]
    numbered = [i for i, one in enumerate(lines) if one.number and one.number.rank <= 3]
    firsts = [i for i in numbered if (n := lines[i].number) and n.value == 1]
    handing = [i for i, line in enumerate(lines[:60]) if line.hands_on]
    of_plan = [i for i in numbered if not any(i > j for j in handing)]
    after = _title_behind_letter(lines, titles, signed, of_plan, limit is not None)
    title: str | None = None
    has_letter = after is not None
    if after is not None:
        start, title = lines[after].end, _whole_title(lines, after)
    else:
        first = [*firsts, *numbered, len(lines)][0]
        above = [i for i in titles if i < first]
        start = 0
        if above:
            start, title = lines[above[-1]].end, _whole_title(lines, above[-1])
    if limit is not None:
        start = min(start, limit)
    if not titles:
        handing += [
            i for i, one in enumerate(lines[:20]) if FORMS.notice.match(one.folded)
        ]
    last = handing[-1] if handing else 0
    first_below = next((i for i in numbered if i > last), len(lines))
    is_closed = any(last < i < first_below for i in (*signed, *titles))
    is_letter = bool(handing) and not has_letter and not is_closed
    handed_on = lines[last].start if is_letter else None
    return Frame(start, end_of_body(lines, start), title, has_letter, handed_on)


def _joins(above: Line, below: Line) -> bool:
    """Whether two lines are one title: an agency's name, then what it plans."""
    return (
        len(above.text) < 40
        and below.row - above.row < 3
        and FORMS.opens_title.search(above.text) is not None
        and not above.is_title
        and not re.search("[。:：;；|()（）]", above.text + below.text)
        and is_plan_title(above.text + below.text)
    )


def _whole_title(lines: list[Line], i: int) -> str:
    text = lines[i].text
    names_nobody = agency_in_title(text) is None and place_in_title(text) is None
    if i > 0 and names_nobody and _joins(lines[i - 1], lines[i]):
        return lines[i - 1].text + text
    return text


def _title_behind_letter(
    lines: list[Line],
    titles: list[int],
    signed: list[int],
    numbered: list[int],
    has_table: bool,
) -> int | None:
    """Index of the plan's title below a covering letter's date or 附件."""
    attached = [
        i for i, one in enumerate(lines) if FORMS.attached.fullmatch(one.folded)
    ]
    closings = [*signed, *attached]
    for i in titles:
        others = [t for t in titles if lines[t].text != lines[i].text]
        if any(t < n < i for t in others for n in numbered):
            return None  # a plan in running text stands above already
        more = has_table or any(j > i for j in numbered) or i + 1 < len(lines)
        if more and any(i - 12 < j < i for j in closings):
            while i + 1 in titles or i + 2 in titles:  # printed twice
                i = i + 1 if i + 1 in titles else i + 2
            return i
    return None


def end_of_body(lines: Sequence[Line], start: int) -> int:
    """Offset behind the last line that is not a note or furniture."""
    inside = [line for line in lines if line.start >= start]
    inside = inside[: _annex_at(inside)]
    inside = inside[: _page_end_at(inside)]
    while inside and (
        (last := inside[-1]).is_rest
        or last.is_date
        or last.is_signature
        or last.is_title
    ):
        inside.pop()
    if not inside:
        return start
    for tail in [*SIGNED_TAIL.finditer(last.folded)][-1:]:
        rest = last.folded[tail.end() :].strip()
        if not rest or Line(0, len(rest), rest).is_furniture:
            return last.start + tail.start()
    return last.end


def _annex_at(lines: list[Line]) -> int:
    """Index of the line that closes the plan: a list of annexes, a signature.

    It counts only below a numbered paragraph and above no other plan.
    """
    begun = False
    for i, line in enumerate(lines):
        begun = begun or line.number is not None
        is_signed = i + 1 < len(lines) and lines[i + 1].is_date and line.could_sign
        ends = begun and (is_signed or FORMS.annexes.match(line.folded))
        if ends and not any(one.is_title for one in lines[i + 1 :]):
            return i
    return len(lines)


def _page_end_at(lines: list[Line]) -> int:
    """Index of the first line of the page's footer.

    It is page furniture, and nothing below it is numbered, says what to do or who
    does it. What stands between such lines belongs to the footer, whatever it is.
    """
    end = len(lines)
    for i in reversed(range(len(lines))):
        line = lines[i]
        if line.is_furniture:
            end = i
        elif line.number is not None or line.acts or line.is_label:
            break
    return end
