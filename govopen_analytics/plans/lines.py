"""Lines of a source, each read once into a record that the rules ask."""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Generic, TypeVar

from govopen_analytics.base.text import fold
from govopen_analytics.plans.deadlines import is_date
from govopen_analytics.plans.duties import is_label_line
from govopen_analytics.plans.numbering import Number, leading_number
from govopen_analytics.plans.obligations import says_what_to_do
from govopen_analytics.plans.titles import TitleName, is_plan_title, title_name
from govopen_analytics.plans.vocabulary import one_of

# Page furniture is told by its form: a path of pages, an address, a notice of
# rights, a label with its value, buttons, or a line of nothing but menu entries.
_FURNITURE = re.compile(
    one_of("page_furniture").replace("{menu}", one_of("menu")),
)
# Links parted by bars; only where nothing of the plan follows.
_LINKS = re.compile(
    r"(?:[\u3400-\u9fffA-Za-z]{2,8}\s*[|│┃]\s*)+[\u3400-\u9fffA-Za-z]{2,8}"
)
_TRAILING = re.compile(
    r"(?:附件|附表?)\s*\d*\s*[:.]|^附件\s*\d*$|抄送|主送|印发$|^\(?此件|联\s*系\s*人|联系电话|^附\s*则|"
    r"本(?:方案|要点|台账|办法)自.*(?:施行|执行|实施)|(?:办公室|厅|局)\s*\d{4}年\d{1,2}月\d{1,2}日印发"
)
_REPORT_BACK = re.compile(
    r"请(?:各.{0,14})?于.{2,16}前.*(?:报送|报至|报[市县省区局厅]|反馈)"
)
_ADDRESSEE = re.compile(r"^[^。]{2,200}[:：]\s*$")
_HANDS_ON = re.compile(
    r"(?:现(?:将|把)?|已经?[^。]{0,40}(?:同意|通过|审定)[^。]{0,6})[^。]{0,80}?(?:印发|转发|下发|发)给?(?:你们|各|给)|"
    r"现(?:予)?(?:印发|公布)|印发给你们|现(?:将|把)[^。]{0,60}[》〉][^。]{0,20}(?:印发|转发|下发)"
)

_ANY_BODY = re.compile(
    r"[\u3400-\u9fff()]{2,24}(?:中心|镇|乡|街道|站|所|队|社区|村|银行|海关|处|馆|院|会)"
)
_SIGNATURE = re.compile(
    r"[\u3400-\u9fff()]{2,24}(?:局|厅|委员会|办公室|办公厅|人民政府|委|部|管委会|"
    r"办事处|医院|学院|大学|学校|中学|小学|公司|集团|领导小组)"
)
_DATED_NAME = re.compile(
    r"[\u3400-\u9fff]{2,20}(?:局|厅|委|室|府|部)20\d\d年\d{1,2}月\d{1,2}日"
)
_ENDS_IN_NUMBER = re.compile(r"20\d\d[)\]]\s*\d+\s*号\s*$")
# In a document on one line: where a date, a notice's title, those addressed, or
# the plan's title ends, and where the numbers begin.
_SEAM = re.compile(
    r"(?<=日)(?=[\u3400-\u9fff]{2,20}20\d\d年)|(?<=20\d\d年\d月\d日)|"
    r"(?<=20\d\d年\d\d月\d日)|(?<=20\d\d年\d月\d\d日)|(?<=20\d\d年\d\d月\d\d日)|"
    r"(?<=的通知)(?=[^》〉。,、])|(?<=各单位:)|(?<=各直属机构:)|(?<=有关单位:)|(?<=各科室:)|"
    r"(?<=工作要点|任务分工|实施方案|工作方案|工作安排|任务台账)(?=[为根按]|20\d\d年|一、)|"
    r"(?<=\s)(?=[\u3400-\u9fff]{2,24}20\d\d年[\u3400-\u9fff]{2,24}(?:要点|方案|分工|安排|台账|分解表|计划)\s)|"
    r"(?<=工作要点|任务分工|实施方案|工作方案|工作安排|任务台账|任务清单|工作计划)(?=\s)|(?<=分解表)(?=\s)|(?<=台账)(?=[为根]|一、)|"
    r"(?=[一二三四五六七八九十]、[\u3400-\u9fff])"
)
_LONG_LINE = 300
#: An agency's name and a date behind the last sentence.
SIGNED_TAIL = re.compile(
    r"(?<=[。;)])\s*[\u3400-\u9fff()]{3,28}?(?:局|厅|委|委员会|办公?室|府|部|院|校|学|中心|处|公司|会|镇|乡|街道|所|站)"
    r"\s*(?:20\d\d|二[〇○零][〇○零一二三四五六七八九]{2})\s*年.{1,3}月(?:.{1,3}日)?"
)
# What stands below a document on its page, on the same line.
_PAGE_TAIL = re.compile(
    r"(?<=[\s。;)日\]】])(?=[\[(【]?(?:打印(?!机|[和与、])|关闭(?:窗口|页面|本页)|分享(?:到|至)|上一[篇条]|下一[篇条]|相关(?:链接|文档|阅读|新闻|附件)|"
    r"附件(?:下载|\d?\s*:)|抄送:|主办:|主办单位:|承办单位:|版权所有|(?:责任)?编辑:|责编:|扫[一码描]|网站地图|来源:|联系我们|返回顶部))"
)
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
        return is_date(bare) or _DATED_NAME.fullmatch(bare) is not None

    @asked_once
    def is_signature(self) -> bool:
        """Whether it is an agency's name."""
        return len(self.bare) <= 26 and _SIGNATURE.fullmatch(self.bare) is not None

    @property
    def could_sign(self) -> bool:
        """Whether it is a name that signs where a date stands below it."""
        is_body = len(self.bare) <= 26 and _ANY_BODY.fullmatch(self.bare) is not None
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
            _FURNITURE.search(self.folded)
        )

    @asked_once
    def is_links(self) -> bool:
        """Whether it holds short names parted by bars.

        A row of a table may have the same form: ask only behind the last task.
        """
        return _LINKS.fullmatch(self.folded.strip()) is not None

    @asked_once
    def is_note(self) -> bool:
        """Whether it is a note below the plan: annexes, whom to call, to whom sent."""
        is_short = len(self.text) < 200 and self.number is None
        return is_short and bool(
            _TRAILING.search(self.folded) or _REPORT_BACK.search(self.folded)
        )

    @property
    def is_rest(self) -> bool:
        """Whether nothing of the document can follow such a line."""
        return self.is_furniture or self.is_links or self.is_note

    @asked_once
    def hands_on(self) -> bool:
        """Whether it hands on a document: 现将《…》印发给你们."""
        return _HANDS_ON.search(self.folded) is not None

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
        if len(self.text) < 40 and _ENDS_IN_NUMBER.search(self.folded):
            return "metadata"
        if self.is_furniture:
            return "furniture"
        if self.is_note:
            return "notes"
        if _ADDRESSEE.match(self.folded) or self.hands_on:
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
        | {m.start() for m in _SEAM.finditer(folded)}
        | {at for m in SIGNED_TAIL.finditer(folded) for at in m.span()}
        | {m.start() for m in _PAGE_TAIL.finditer(folded)}
    )
    return list(pairwise(cuts))
