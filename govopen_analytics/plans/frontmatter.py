"""What stands around a plan's tasks: furniture, title, covering letter, notes."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from govopen_analytics.base.text import fold
from govopen_analytics.plans.metadata import agency_in_title, is_date, is_plan_title
from govopen_analytics.plans.numbering import leading_number

# Page furniture is told by its form: a path of pages, an address, a notice of
# rights, a label with its value, buttons, or a line of nothing but menu entries.
_MENU = (
    r"首页|网站首页|返回(?:首页|顶部|上一?页|列表)?|打印(?:本页|此页|文章|页面)?|关闭(?:本页|窗口|此页|页面)?|"
    r"分享(?:到|至)?|收藏(?:本页)?|(?:微信|微博|手机)(?:扫码)?(?:分享|阅读|浏览)?|新浪微博|QQ(?:空间|好友)?|"
    r"无障碍(?:阅读|浏览|版)?|长者(?:版|模式|专区)|适老版|(?:用户)?登录|注册|设为首页|加入收藏|纠错|我要纠错|"
    r"网站(?:地图|声明|帮助)|联系我们|关于我们|联系方式|技术支持|智能问答|站内搜索|搜索|繁体(?:中文)?|繁体版|简体(?:中文)?|简体版|"
    r"English|TOP|下载(?:文档|附件|全文)?|全文下载|预览|珍藏版|当前文档|视力保护色?|[大中小]|字体|字号|"
    r"上一[篇条页]|下一[篇条页]|相关(?:链接|文档|文章|信息|新闻|附件|阅读|推荐|稿件|解读)|政务服务|互动交流|"
    r"政民互动|走进.{1,6}|新闻中心|更多|查看更多|展开|收起|点击(?:下载|查看|收听)?|语音(?:播报|朗读)|播放|"
    r"有效|现行有效|全文有效|失效"
)
_FURNITURE = re.compile(
    # a path of pages; an address; a notice of rights
    r"首页\s*>|>\s*(?:正文|详情|内容)\s*$|^[^。]{0,40}>[^。]{0,40}>|^.?(?:https?://|www\.)|版权所有|(?:ICP|icp)备|公网安备|"
    r"网站标识码|^\s*(?:©|Copyright)|"
    # a label with its value
    r"^[\s\[(【|]*(?:您?(?:当前|现在)?(?:的|所在)?(?:的)?位置|来\s*源|作者|编辑|责任编辑|责编|审核|信息来源|"
    r"(?:发布|更新|上传|公开|录入)(?:时间|日期)|(?:浏览|点击|阅读|访问)(?:次数|人次|数量?|量|率)?|访问量|"
    r"字\s*[体号](?:大小|显示)?|文档编号|文章编号|页数|格式|大小|主办(?:单位)?|承办(?:单位)?|主管单位|技术支持|"
    r"网站支持|上一[篇条]|下一[篇条]|打印|分享到?|下载|附件下载|相关(?:链接|文档|文章|信息|新闻|附件|阅读|推荐|稿件))"
    r"\s*[\])】]?\s*[:>]|【\s*(?:字|大|打印|关闭|我要|收藏|分享|纠错)|"
    r"^[\s\[(]*\d*\s*(?:微信)?扫[一码描].{0,20}$|^字体大?小?\s*[:【\[]?\s*大|"
    r"^\s*欢迎(?:访问|光临|浏览).{0,30}$|.{0,12}(?:文库|会员).{0,8}(?:网|下载|登录|专享|开通)|"
    # the number of a page
    r"^\W*(?:第\s*\d{1,3}\s*页\W*(?:共\s*\d{1,3}\s*页)?|共\s*\d{1,3}\s*页|[—–-]+\s*\d{1,3}\s*[—–-]+|"
    r"\d{1,3}\s*/\s*\d{1,3}|[Pp]age\s*\d+.{0,8})\W*$|"
    # buttons and menu entries, and nothing else
    rf"^[\s|\[\]()·•/,、<>《》【】-]*(?:(?:{_MENU})[\s|\[\]()·•/,、<>《》【】:-]*)+$|^\s*\|?\s*$"
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
_NOTICE = re.compile(r"^[^。《]{0,30}(?:关于)?印发[^。]{4,60}的?通知$")


@dataclass(frozen=True)
class Line:
    """A line of the source that is not blank."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Frame:
    """Where a plan begins and ends within its source.

    Attributes
    ----------
    body_start, body_end : int
        Offsets of the stretch that may hold tasks.
    title : str or None
        The title line right above the body.
    has_letter : bool
        Whether a covering letter stands above the title.
    handed_on : int or None
        Offset of the line that hands on a document (现将《…》印发给你们), if
        neither a date nor 附件 stands between it and the body.
    """

    body_start: int
    body_end: int
    title: str | None
    has_letter: bool
    handed_on: int | None


@lru_cache(maxsize=4)  # every step asks for the lines of the same source
def lines_of(source: str) -> tuple[Line, ...]:
    """Split a source into its lines, blank ones left out."""
    lines, at = [], 0
    for raw in source.split("\n"):
        for first, last in _stretches(raw):
            text = raw[first:last].strip(_EDGES)
            if text:
                start = at + raw.index(text, first)
                lines.append(Line(start, start + len(text), text))
        at += len(raw) + 1
    return tuple(lines)


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
# An agency's name and a date behind the last sentence.
_SIGNED_TAIL = re.compile(
    r"(?<=[。;)])\s*[\u3400-\u9fff()]{3,28}?(?:局|厅|委|委员会|办公?室|府|部|院|校|学|中心|处|公司|会|镇|乡|街道|所|站)"
    r"\s*(?:20\d\d|二[〇○零][〇○零一二三四五六七八九]{2})\s*年.{1,3}月(?:.{1,3}日)?"
)
# What stands below a document on its page, on the same line.
_PAGE_TAIL = re.compile(
    r"(?<=[\s。;)日\]】])(?=[\[(【]?(?:打印(?!机|[和与、])|关闭(?:窗口|页面|本页)|分享(?:到|至)|上一[篇条]|下一[篇条]|相关(?:链接|文档|阅读|新闻|附件)|"
    r"附件(?:下载|\d?\s*:)|抄送:|主办:|主办单位:|承办单位:|版权所有|(?:责任)?编辑:|责编:|扫[一码描]|网站地图|来源:|联系我们|返回顶部))"
)
_EDGES = " \t\u3000#*"  # white space, and the marks of Markdown


def _stretches(raw: str) -> list[tuple[int, int]]:
    """The line itself; of one that holds a whole document, its parts."""
    if len(raw) < _LONG_LINE:
        return [(0, len(raw))]
    folded = fold(raw)
    cuts = sorted(
        {0, len(raw)}
        | {m.start() for m in _SEAM.finditer(folded)}
        | {at for m in _SIGNED_TAIL.finditer(folded) for at in m.span()}
        | {m.start() for m in _PAGE_TAIL.finditer(folded)}
    )
    return list(pairwise(cuts))


def is_furniture(text: str) -> bool:
    """Tell whether a line belongs to the page and not to the document.

    Its form decides, not a word in it: a numbered item never belongs to the
    page, nor does a sentence.
    """
    folded = fold(text)
    if len(folded) >= 200 or leading_number(folded) is not None:
        return False
    if len(folded) >= 12 and folded.rstrip().endswith(("。", "。)", "负责)")):
        return False
    return bool(_FURNITURE.search(folded))


def is_line_of_links(text: str) -> bool:
    """Tell whether a line at the end of a page holds short names parted by bars.

    A row of a table may have the same form: ask only behind the last task.
    """
    return _LINKS.fullmatch(fold(text).strip()) is not None


def closing_at(source: str, start: int) -> int | None:
    """Find the signature that closes a document.

    Parameters
    ----------
    source : str
        Text of the source.
    start : int
        Offset behind which it is looked for.

    Returns
    -------
    int or None
        Offset of the last line that repeats an agency named before `start` and
        has a date below it, where nothing but notes and furniture follows.
    """
    lines = lines_of(source)
    above = re.sub(r"\s+", "", source[:start])
    for i in range(len(lines) - 1, 0, -1):
        line, below = lines[i - 1], lines[i]
        if line.start < start:
            return None
        if _is_date(below.text) and _is_signature(line.text, is_dated=True):
            is_named = re.sub(r"\s+", "", line.text) in above
            return line.start if is_named else None
        is_rest = is_furniture(below.text) or is_line_of_links(below.text)
        if not is_rest and not _is_note(below.text):
            return None
    return None


def find_frame(source: str, limit: int | None = None) -> Frame:
    """Find where the plan's own text begins and ends.

    A date standing alone closes a covering letter; the title of a plan behind
    it opens the plan. Without such a letter the body begins behind the title,
    or at the first number.

    Parameters
    ----------
    source : str
        Text of the source.
    limit : int, optional
        Offset at which a table begins; the frame is looked for before it.

    Returns
    -------
    Frame
    """
    lines = [line for line in lines_of(source) if limit is None or line.start < limit]
    titles = [i for i, line in enumerate(lines) if _is_title(lines, i)]
    signed = [i for i, line in enumerate(lines) if _is_date(line.text)]
    numbered = [
        i
        for i, line in enumerate(lines)
        if (number := leading_number(fold(line.text))) and number.rank <= 3
    ]
    firsts = [i for i in numbered if leading_number(fold(lines[i].text)).value == 1]
    handing = [
        i for i, one in enumerate(lines[:60]) if _HANDS_ON.search(fold(one.text))
    ]
    own = [i for i in numbered if not any(i > j for j in handing)]
    after = _title_behind_letter(lines, titles, signed, own, limit is not None)
    if after is not None:
        start = lines[after].end
        title, has_letter = _whole_title(lines, after), True
    else:
        first = firsts[0] if firsts else (numbered[0] if numbered else len(lines))
        above = [i for i in titles if i < first]
        start = lines[above[-1]].end if above else 0
        title = _whole_title(lines, above[-1]) if above else None
        has_letter = False
    if limit is not None:
        start = min(start, limit)
    if not titles:
        handing += [
            i for i, one in enumerate(lines[:20]) if _NOTICE.match(fold(one.text))
        ]
    last = handing[-1] if handing else 0
    first_below = next((i for i in numbered if i > last), len(lines))
    is_closed = any(last < i < first_below for i in (*signed, *titles))
    is_letter = bool(handing) and not has_letter and not is_closed
    handed_on = lines[last].start if is_letter else None
    return Frame(start, _body_end(lines, start, source), title, has_letter, handed_on)


def _is_title(lines: list[Line], i: int) -> bool:
    text = lines[i].text
    if is_plan_title(text):
        return not is_furniture(text)
    return i > 0 and _joins(lines[i - 1], lines[i])


def _joins(above: Line, below: Line) -> bool:
    """Whether two lines are one title: an agency's name, then what it plans."""
    opens = re.search(
        r"(?:[局厅委府部院署办室]|[省市县区乡镇]|通知》?|落实.{2,30})$", above.text
    )
    return (
        opens is not None
        and not is_plan_title(above.text)
        and below.start - above.end < 6
        and len(above.text) < 40
        and not re.search("[。:：;；|()（）]", above.text + below.text)
        and is_plan_title(above.text + below.text)
    )


def _whole_title(lines: list[Line], i: int) -> str:
    text = lines[i].text
    if i > 0 and agency_in_title(text) is None and _joins(lines[i - 1], lines[i]):
        return lines[i - 1].text + text
    return text


def _is_date(text: str) -> bool:
    bare = re.sub(r"\s+", "", fold(text)).strip("()").removesuffix("印发")
    return is_date(bare) or bool(
        re.fullmatch(
            r"[\u3400-\u9fff]{2,20}(?:局|厅|委|室|府|部)20\d\d年\d{1,2}月\d{1,2}日",
            bare,
        )
    )


def _title_behind_letter(
    lines: list[Line],
    titles: list[int],
    signed: list[int],
    numbered: list[int],
    has_table: bool,
) -> int | None:
    """Index of the plan's title below a covering letter's date or 附件."""
    attached = [
        i
        for i, line in enumerate(lines)
        if re.fullmatch(r"附\s*[件表]?\s*[\d一二三]?\s*[:：]?", line.text)
    ]
    closings = [*signed, *attached]
    for i in titles:
        others = [t for t in titles if lines[t].text != lines[i].text]
        if any(t < n < i for t in others for n in numbered):
            return None  # a plan in running text stands above already
        behind = any(j < i for j in closings)
        more = has_table or any(j > i for j in numbered) or i + 1 < len(lines)
        if behind and more and any(j < i for j in closings if i - j < 12):
            while i + 1 in titles or i + 2 in titles:  # printed twice
                i = i + 1 if i + 1 in titles else i + 2
            return i
    return None


def _body_end(lines: list[Line], start: int, source: str) -> int:
    """Offset behind the last line that is not a note or furniture."""
    inside = [line for line in lines if line.start >= start]
    inside = inside[: _annex_at(inside)]
    while inside and (
        is_furniture(inside[-1].text)
        or is_line_of_links(inside[-1].text)
        or _is_note(inside[-1].text)
        or _is_date(inside[-1].text)
        or _is_signature(inside[-1].text)
        or is_plan_title(inside[-1].text)
    ):
        inside.pop()
    if not inside:
        return min(start, len(source))
    folded = fold(inside[-1].text)
    for tail in [*_SIGNED_TAIL.finditer(folded)][-1:]:
        rest = folded[tail.end() :].strip()
        if not rest or is_furniture(rest):
            return inside[-1].start + tail.start()
    return inside[-1].end


def end_of_body(source: str, start: int) -> int:
    """Find where running text that begins somewhere ends.

    Parameters
    ----------
    source : str
        Text of the source.
    start : int
        Offset.

    Returns
    -------
    int
        Offset behind the last line that is not a note or furniture.
    """
    return _body_end(list(lines_of(source)), start, source)


def _annex_at(lines: list[Line]) -> int:
    """Index of the line that closes the plan: a list of annexes, a signature.

    It counts only below a numbered paragraph and above no other plan.
    """
    begun = False
    for i, line in enumerate(lines):
        folded = fold(line.text)
        begun = begun or leading_number(folded) is not None
        is_annex = re.match(
            r"附\s*件\s*\d*\s*(?::|$)|附\s*[表]?\s*\d*\s*:|相关(?:文章|链接|文档|阅读|新闻|信息)\s*:?$",
            folded,
        )
        is_signed = (
            i + 1 < len(lines)
            and _is_date(lines[i + 1].text)
            and _is_signature(line.text, is_dated=True)
        )
        ends = begun and (is_annex or is_signed)
        if ends and not any(is_plan_title(one.text) for one in lines[i + 1 :]):
            return i
    return len(lines)


def _is_note(text: str) -> bool:
    folded = fold(text)
    is_short = len(folded) < 200 and leading_number(folded) is None
    return is_short and bool(_TRAILING.search(folded) or _REPORT_BACK.search(folded))


def _is_signature(text: str, *, is_dated: bool = False) -> bool:
    """Whether a line is an agency's name; any body's, where a date follows."""
    bare = re.sub(r"\s+", "", fold(text))
    return len(bare) <= 26 and bool(
        re.fullmatch(
            r"[\u3400-\u9fff()]{2,24}(?:局|厅|委员会|办公室|办公厅|人民政府|委|部|管委会|"
            r"办事处|医院|学院|大学|学校|中学|小学|公司|集团|领导小组)",
            bare,
        )
        or (is_dated and _ANY_BODY.fullmatch(bare))
    )


def role_of_line(text: str, *, is_letter: bool) -> str:
    """Name what a line outside the body is.

    Parameters
    ----------
    text : str
    is_letter : bool
        Whether the line stands within a covering letter.

    Returns
    -------
    str
        ``furniture``, ``metadata``, ``covering_letter``, ``notes`` or
        ``preamble``.
    """
    folded = fold(text)
    if is_plan_title(text) or _is_date(text) or _is_signature(text):
        return "metadata"
    if re.search(r"20\d\d[)\]]\s*\d+\s*号\s*$", folded) and len(folded) < 40:
        return "metadata"
    if is_furniture(text):
        return "furniture"
    if _is_note(text):
        return "notes"
    if is_letter or _ADDRESSEE.match(folded) or _HANDS_ON.search(folded):
        return "covering_letter"
    return "preamble"
