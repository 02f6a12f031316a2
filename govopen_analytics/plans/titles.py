"""What a title names: a plan, or another kind of document.

A Chinese title is a noun phrase whose last noun says what the document is:
…工作要点 is a plan, …工作要点解读 explains one. What wraps the name (关于印发《…》
的通知), the number of the document and remarks in brackets are taken off first.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from govopen_analytics.base.text import fold
from govopen_analytics.plans.vocabulary import one_of, section

YEAR = r"(?:20\d\d|二[〇○零]二?[〇○零一二三四五六七八九]{1,2})\s*(?:年|-)"
#: Sides of open government: disclosure, its channels, explaining, answering.
SUBJECT = re.compile(
    r"政务公开|(?:政府)?信息公开|公开工作|阳光政务|"
    r"公开(?!招[聘标录考]|选[聘拔调]|遴选|竞[聘争]|比选|询价|课|赛|征集|募)|"
    r"(?:政府|门户|部门|政务)?网站|新媒体|公众号|政策解读|回应关切|政务舆情|舆情回应|"
    r"政民互动|政府公报|政府开放日|(?:公共|政府)数据开放|透明度|[村厂校院党]务公开"
)
_NUMBER_OF_DOCUMENT = re.compile(
    r"\s*[-—_(]*\s*[\u3400-\u9fff]{1,14}(?:\([\u3400-\u9fff]{1,4}\))?\s*[(\[]\s*20\d\d\s*[)\]]"
    r"\s*第?\s*\d{1,4}\s*号\s*\)?\s*$"
)
_TITLE_END = re.compile(r"通知|意见|要点|方案|安排|计划|表|台[账帐]|清单|的函|分工")
_TITLE_LABEL = (
    r"(?:名\s*称|标\s*题|题\s*名|文\s*件\s*名\s*称?"
    r"|信\s*息\s*名\s*称|文\s*件\s*标\s*题)"
)
_LABEL = re.compile(
    rf"^\s*(?:附?表\s*\d*[\s:]\s*|[\[(【]\s*{_TITLE_LABEL}\s*[\])】]\s*[:|]?|{_TITLE_LABEL}\s*[:|])\s*"
)
_REMARK = re.compile(r"\((?![\u3400-\u9fff]{0,2}(?:解读|图解|问答))[^()]{0,20}\)$")
_WRAPPED = re.compile(
    r"^.{0,60}?(?:关于)?(?:印发|转发|下发|公布|发布|批转)(?P<name>.+?)的?(?:通知|函|公告)$"
)
_NOTICE = re.compile(r"^.{0,60}?关于(?P<name>.+?)的(?:紧急)?(?:通知|函)$")

# Kind, form of the bare name; the first that fits decides. A kind other than
# "plan" is the name of what the document is.
_KINDS = [
    (kind, re.compile(pattern.replace("{tasks}", f"(?:{one_of('title_tasks')})")))
    for kind, pattern in section("title_kinds")
]
# A headline is a sentence: somebody has done something.
_HEADLINE = re.compile(
    r"召开|举办|举行|参加|出席|调研|督导|强调|指出|圆满|顺利|荣获|获[评得]|[来赴]我|"
    r"走进|开讲|开展.{0,12}(?:培训|活动|调研|检查)(?:会|班)?$|"
    r"^(?!.*关于)[\u3400-\u9fff]{2,16}(?:印发|出台|发布|制定|公布|下发)"
    r"(?!.*(?:通知|函|公告)$)"
)
PLAN_WORDS = re.compile(
    r"工作要点|任务分解|责任分解|任务分工|分工方案|责任分工|工作台[账帐]|任务台[账帐]|重点工作|重点任务|"
    r"实施方案|工作方案|工作安排|任务清单|工作清单|工作计划|行动方案|落实方案|任务分配|工作任务|"
    r"公开计划|任务表|一览表|推进方案|实施意见|责任清单|分解表|台[账帐]"
)


NAMED_SUBJECT = re.compile(r"政务公开|(?:政府)?信息公开|公开工作|阳光政务")
_NO_TITLE = re.compile(
    r"[。;|>]|^附件\d*:|^《|^标题|\.\w{3,4}$|^[(\[]|[,:](?!.*年)|的通知$|的函$|"
    r"^[(\[]?[一二三四五六七八九十\d]+[)、.](?!\d)|"
    r"^(?:根据|按照|依据|为|对照|结合|参照|围绕|请|现将|经|制定|印发|落实好|附表?|见)"
)
_OPENS_WITH_PLACE = re.compile(
    r"^(?:20\d\d年度?)?[\u3400-\u9fff]{1,20}?(?:[省市县区州盟旗镇乡局厅委办部院校]|中心|街道|公司|集团|医院)"
)
_YEARS = re.compile(r"(?<!\d)20[0-3]\d(?!\d)|二[〇○零][〇○零一二三四五六七八九]{2}年")


@dataclass(frozen=True)
class TitleName:
    """What a title names.

    Attributes
    ----------
    bare : str
        The name without its wrapping, folded and without white space.
    kind : str or None
        ``"plan"``, ``"notice"`` (关于做好…的通知), the name of another kind of
        document, or None where the last noun tells nothing.
    """

    bare: str
    kind: str | None

    @property
    def is_on_subject(self) -> bool:
        """Whether the title names a side of open government."""
        return SUBJECT.search(self.bare) is not None


def without_label(line: str) -> str:
    """A line without the label (名 称：) that may stand before a title."""
    match = _LABEL.match(fold(line))
    return line[match.end() :] if match else line


def without_number(title: str) -> str:
    """A title without the number of the document (文号) behind it."""
    match = _NUMBER_OF_DOCUMENT.search(fold(title))
    if match is None:
        return title
    # Characters of the number and of the title's end may run into each other.
    opening = max(fold(title).rfind(mark, 0, match.end()) for mark in "([")
    ends = [m.end() for m in _TITLE_END.finditer(fold(title), 0, opening)]
    start = max(match.start(), ends[-1] if ends else 0)
    return title[:start].rstrip(" \t\u3000(（-—_") or title


@lru_cache(maxsize=4096)
def title_name(title: str) -> TitleName:
    """Read what kind of document a title names."""
    bare = re.sub(r"\s+", "", fold(without_number(without_label(title))))
    bare = _REMARK.sub("", bare).strip("。;,、:")
    is_notice = False
    for _ in range(2):  # a notice may hand on another one
        wrapped = _WRAPPED.match(bare)
        notice = None if wrapped else _NOTICE.match(bare)
        found = wrapped or notice
        if found is None:
            break
        is_notice = is_notice or notice is not None
        bare = found["name"]
    bare = _REMARK.sub("", re.sub("[《》〈〉]", "", bare))
    for kind, pattern in _KINDS:
        if not pattern.search(bare):
            continue
        if kind == "plan" and not is_notice and _HEADLINE.search(bare):
            return TitleName(bare, "news")
        return TitleName(bare, kind)
    if is_notice:
        return TitleName(bare, "notice")
    return TitleName(bare, "news" if _HEADLINE.search(bare) else None)


def is_plan_title(line: str) -> bool:
    """Tell whether a line could be the title of a plan."""
    folded = re.sub(r"\s+", "", fold(without_number(line)))
    if not 6 <= len(folded) <= 70 or _NO_TITLE.search(folded):
        return False
    if not PLAN_WORDS.search(folded):
        return title_name(line).kind == "plan" and bool(_YEARS.search(folded))
    if NAMED_SUBJECT.search(folded):
        return True
    name = title_name(line)
    if name.kind != "plan":
        return False
    has_year = _YEARS.search(folded) is not None
    return has_year or (opens_with_place(folded) and name.is_on_subject)


def opens_with_place(folded: str) -> bool:
    """Tell whether a folded line begins with the name of a place or an agency."""
    return _OPENS_WITH_PLACE.match(folded) is not None


def is_notice_title(line: str) -> bool:
    """Tell whether a line is the title of a notice of a plan or of work."""
    folded = re.sub(r"\s+", "", fold(without_number(line)))
    if not 10 <= len(folded) <= 90 or re.search(r"[。;|>]|^[《(\[]", folded):
        return False
    if not re.search(r"(?:关于|印发|转发).*(?:通知|意见|函)$", folded):
        return False
    name = title_name(line)
    return name.kind == "plan" or (name.kind == "notice" and name.is_on_subject)
