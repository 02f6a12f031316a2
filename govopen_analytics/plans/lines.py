"""Lines of a source, each read once into a record that the rules ask."""

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Generic, TypeVar

from govopen_analytics.base.text import fold, tidy
from govopen_analytics.plans.deadlines import is_date
from govopen_analytics.plans.duties import is_label_line
from govopen_analytics.plans.numbering import Number, leading_number
from govopen_analytics.plans.obligations import says_what_to_do
from govopen_analytics.plans.titles import TitleName, is_plan_title, title_name
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("lines")

_LONG_LINE = 300
#: An agency's name and a date behind the last sentence.
SIGNED_TAIL = FORMS.signed_tail
_EDGES = " \t\u3000#*"  # white space, and the marks of Markdown

Answer = TypeVar("Answer")


class asked_once(Generic[Answer]):
    """A property that is worked out once; without the lock of ``cached_property``."""

    def __init__(self, work: Callable[["Line"], Answer]) -> None:
        self._work, self.__doc__ = work, work.__doc__

    def __get__(self, line: "Line", owner: type["Line"]) -> Answer:
        answer = line.__dict__[self._work.__name__] = self._work(line)
        return answer


class Line:
    """A line of a source, or a stretch that stands for one.

    What kind of line it is, is worked out when a rule first asks, and kept.

    Attributes
    ----------
    start, end : int
        Offsets into the source.
    text, folded : str
        What stands there, as printed and folded.
    row : int
        Number of the line in its source, from 1.
    """

    def __init__(
        self,
        start: int,
        end: int,
        text: str,
        folded: str | None = None,
        row: int = 0,
    ) -> None:
        self.start, self.end, self.text, self.row = start, end, text, row
        self.folded = fold(text) if folded is None else folded

    @asked_once
    def bare(self) -> str:
        """The text, folded and without white space."""
        return "".join(self.folded.split())

    @asked_once
    def number(self) -> Number | None:
        """The number it begins with."""
        return leading_number(self.folded)

    @asked_once
    def inner(self) -> "Line":
        """The line without white space, Markdown and bars at its ends."""
        text = self.text.strip(_EDGES + "|｜")
        return (
            self
            if len(text) == len(self.text)
            else self.part(self.text.index(text), text)
        )

    def part(self, at: int, text: str) -> "Line":
        """Return a stretch of the line that begins at a place in it."""
        start, end = self.start + at, self.start + at + len(text)
        return Line(start, end, text, self.folded[at : at + len(text)], self.row)

    @property
    def behind_number(self) -> str:
        """The folded text behind the number."""
        return self.folded[self.number.end :] if self.number else self.folded

    @asked_once
    def name(self) -> TitleName:
        """What it would name as a title."""
        return title_name(self.text)

    @asked_once
    def is_title(self) -> bool:
        """Whether it could be the title of a plan."""
        return is_plan_title(self.text)

    @asked_once
    def is_date(self) -> bool:
        """Whether it is a date alone, or one behind an agency's name."""
        bare = self.bare.strip("()").removesuffix("印发")
        return is_date(bare) or FORMS.dated_name.fullmatch(bare) is not None

    @asked_once
    def is_signature(self) -> bool:
        """Whether it is an agency's name."""
        return len(self.bare) <= 26 and FORMS.signature.fullmatch(self.bare) is not None

    @property
    def could_sign(self) -> bool:
        """Whether it is a name that signs where a date stands below it."""
        is_body = (
            len(self.bare) <= 26 and FORMS.any_body.fullmatch(self.bare) is not None
        )
        return self.is_signature or is_body

    @asked_once
    def is_furniture(self) -> bool:
        """Whether it belongs to the page and not to the document.

        Its form decides, not a word in it: a numbered item never belongs to the
        page, nor does a sentence.
        """
        if len(self.text) >= 200 or self.number is not None:
            return False
        ends = self.folded.rstrip().endswith(("。", "。)", "负责)"))
        return not (ends and len(self.text) >= 12) and bool(
            FORMS.page_furniture.search(self.folded)
        )

    @asked_once
    def is_links(self) -> bool:
        """Whether it holds short names parted by bars.

        A row of a table may have the same form: ask only behind the last task.
        """
        return FORMS.links.fullmatch(self.folded.strip()) is not None

    @asked_once
    def is_note(self) -> bool:
        """Whether it is a note below the plan: annexes, whom to call, to whom sent."""
        is_short = len(self.text) < 200 and self.number is None
        return is_short and bool(
            FORMS.trailing.search(self.folded) or FORMS.report_back.search(self.folded)
        )

    @property
    def is_rest(self) -> bool:
        """Whether nothing of the document can follow such a line."""
        return self.is_furniture or self.is_links or self.is_note

    @asked_once
    def hands_on(self) -> bool:
        """Whether it hands on a document: 现将《…》印发给你们."""
        return FORMS.hands_on.search(self.folded) is not None

    @asked_once
    def is_label(self) -> bool:
        """Whether it is nothing but labels such as 责任单位：甲."""
        return is_label_line(self.text)

    @asked_once
    def acts(self) -> bool:
        """Whether it says what is to be done."""
        return says_what_to_do(self.text)

    @asked_once
    def role(self) -> str:
        """What it is outside the body: one of the remainders, or ``metadata``."""
        if self.is_title or self.is_date or self.is_signature:
            return "metadata"
        if len(self.text) < 40 and FORMS.ends_in_number.search(self.folded):
            return "metadata"
        if self.is_furniture:
            return "furniture"
        if self.is_note:
            return "notes"
        if FORMS.addressee.match(self.folded) or self.hands_on:
            return "covering_letter"
        return "preamble"


@lru_cache(maxsize=8)
def raw_lines(source: str) -> tuple[Line, ...]:
    """Split a source at its line ends; blank lines and blanks are kept."""
    lines, at = [], 0
    pairs = zip(source.split("\n"), fold(source).split("\n"), strict=True)
    for row, (raw, folded) in enumerate(pairs, start=1):
        lines.append(Line(at, at + len(raw), raw, folded, row))
        at += len(raw) + 1
    return tuple(lines)


@lru_cache(maxsize=8)  # every step asks for the lines of the same source
def lines_of(source: str) -> tuple[Line, ...]:
    """Split a source into its lines, blank ones left out.

    A line that holds a whole document is parted where a title, a date or a
    signature ends.
    """
    lines = []
    for raw in raw_lines(source):
        for first, last in _stretches(raw.text):
            if text := raw.text[first:last].strip(_EDGES):
                is_whole = len(text) == len(raw.text)
                at = raw.text.index(text, first)
                lines.append(raw if is_whole else raw.part(at, text))
    return tuple(lines)


def _stretches(raw: str) -> list[tuple[int, int]]:
    """The line itself; of one that holds a whole document, its parts."""
    if len(raw) < _LONG_LINE:
        return [(0, len(raw))]
    folded = fold(raw)
    cuts = sorted(
        {0, len(raw)}
        | {m.start() for m in FORMS.seam.finditer(folded)}
        | {at for m in SIGNED_TAIL.finditer(folded) for at in m.span()}
        | {m.start() for m in FORMS.page_tail.finditer(folded)}
    )
    return list(pairwise(cuts))


def is_formality(text: str) -> bool:
    """Tell whether an item says when a plan takes effect, or why there is one."""
    return FORMS.formality.match(fold(text)) is not None


def is_preamble(text: str) -> bool:
    """Tell whether a heading, without number, opens general remarks (指导思想)."""
    return FORMS.preamble.match(fold(heading_name(text, 0))) is not None


def heading_name(text: str, number_end: int) -> str:
    """Strip a heading of its number and of the stop behind it."""
    return tidy(text[number_end:]).rstrip("。.;；:：,，、 ")
