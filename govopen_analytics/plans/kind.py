"""Plan or not: a table of weighted evidence for and against."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from govopen_analytics.base.text import fold
from govopen_analytics.plans.numbering import leading_number
from govopen_analytics.plans.obligations import says_what_to_do, says_what_was_done
from govopen_analytics.plans.titles import SUBJECT, TitleName, title_name

_LONGEST_HEADING = 40
_OPENING = 600  # characters
NO_OBLIGATION = "few tasks say what to do"


@dataclass(frozen=True)
class Evidence:
    """What speaks for a plan (weight above 0) or against one.

    Attributes
    ----------
    name : str
        Short name; of evidence against, the kind of document it speaks for.
    weight : float
        Added to the sum that decides.
    place : str
        Which texts are looked at: see ``_places``.
    pattern : re.Pattern
        What one of them must hold.
    at_least : int
        How many matches make the evidence; different ones, where `distinct`.
    share : float
        Least share of the texts that must match (0-1).
    distinct : bool
        Whether the same match counts once.
    """

    name: str
    weight: float
    place: str
    pattern: re.Pattern[str]
    at_least: int = 1
    share: float = 0.0
    distinct: bool = False


@dataclass(frozen=True)
class Found:
    """Evidence that a document holds, and what it was found in."""

    evidence: Evidence
    count: int
    example: str


def _e(
    name: str,
    weight: float,
    place: str,
    pattern: str,
    at_least: int = 1,
    share: float = 0.0,
    *,
    distinct: bool = False,
) -> Evidence:
    compiled = re.compile(pattern)
    return Evidence(name, weight, place, compiled, at_least, share, distinct)


# Places whose names begin with "task" hold a word for each task: see _places.
TABLE: tuple[Evidence, ...] = (
    _e("the title names a plan", 8, "title kind", "plan"),
    _e("the title is that of a notice of work", 2, "title kind", "notice"),
    _e("the title names a year", 1, "title", r"20\d\d|二[〇○零]"),
    _e("tasks say what to do", 2, "task", "to do", 1, 0.4),
    _e("several tasks say what to do", 2, "task", "to do", 2, 0.4),
    _e("tasks name who is responsible", 3, "task", "units", 2, 0.2),
    _e("tasks have deadlines", 2, "task", "deadline", 2, 0.2),
    _e("tasks are numbered", 1, "task", "number", 2, 0.5),
    _e("a table has columns for tasks and for who or when", 4, "columns", "task table"),
    _e("annual report", -20, "title kind", "annual report"),
    _e("interpretation", -20, "title kind", "interpretation"),
    _e("summary", -20, "title kind", "summary"),
    _e("notice of results", -20, "title kind", "notice of results"),
    _e("assessment scheme", -10, "title kind", "assessment scheme"),
    _e("meeting notes", -20, "title kind", "meeting notes"),
    _e("speech", -20, "title kind", "speech"),
    _e("work rules", -20, "title kind", "work rules"),
    _e("catalogue", -20, "title kind", "catalogue"),
    _e("announcement", -20, "title kind", "announcement"),
    _e("news", -8, "title kind", "news"),
    _e("a headline names another kind", -9, "headline", ""),
    _e(NO_OBLIGATION, -5, "task", "no obligation", 1, 0.8),
    _e(NO_OBLIGATION, -3, "task", "no obligation", 1, 0.5),
    _e("summary", -5, "task", "past", 2, 0.4),
    _e(
        "catalogue",
        -5,
        "column name",
        r"公开(?:时限|方式|主体|渠道|依据|对象|载体|范围|形式|层级)",
        2,
        distinct=True,
    ),
    _e(
        "catalogue",
        -6,
        "column name",
        r"公开(?:时限|方式|主体|渠道|依据|对象|载体|范围|形式|层级)",
        4,
        distinct=True,
    ),
    _e(
        "catalogue",
        -6,
        "column name",
        r"(?:设定|实施|法律|法定|办理|收费)依据|事项(?:类型|类别|编码|名称)|"
        r"(?:办理|承诺|法定)时限|收费标准|行使层级|实施主体|申请条件|申请材料",
        2,
        distinct=True,
    ),
    _e(
        "catalogue",
        -5,
        "column name",
        r"[一二三]级(?:目录|事项|栏目)",
        2,
        distinct=True,
    ),
    _e(
        "annual report",
        -9,
        "heading",
        r"主动公开政府信息(?:的)?情况|收到和处理政府信息公开申请情况|政府信息管理情况|"
        r"存在的(?:主要)?问题(?:及|和)改进|收[取费].*信息处理费|数据统计期限|统计期限自|"
        r"^本(?:年报|报告)(?:根据|由|按照|电子版|中)|依申请公开(?:政府信息)?情况|^主动公开情况|"
        r"投诉情况|下一步(?:工作)?打算|行政复议.*情况|因政府信息公开工作被申请|本年度(?:未|没有|共)|"
        r"其他需要报告的事项",
        2,
        distinct=True,
    ),
    _e(
        "summary",
        -7,
        "heading",
        r"(?:主要|具体)做法|工作成效|主要成效|(?:总体|基本|工作|检查|抽查|运行|监管)情况$|"
        r"(?:存在|突出|主要|发现)的?(?:主要)?(?:问题|不足|困难)|下一步(?:工作|打算|计划|整改|安排|措施)|"
        r"(?:工作|经验)(?:亮点|做法|体会)|取得的?成[效绩]",
        2,
        distinct=True,
    ),
    _e(
        "announcement",
        -6,
        "heading",
        r"^[\u3400-\u9fff]{2,4}(?:时间|地点|内容|方式|范围|对象|人员|条件|程序|办法)$",
        2,
        distinct=True,
    ),
    _e(
        "notice of results",
        -5,
        "opening",
        r"现(?:将|就|对)[^。]{0,60}(?:情况|结果)[^。]{0,20}(?:通报|公布|公示|报告|汇报)(?:如下)?|"
        r"(?:通报|总结|报告|汇报|公示)如下",
    ),
    _e(
        "interpretation",
        -6,
        "heading",
        r"(?:起草|出台|制定|编制|政策|文件)的?(?:背景|过程|依据|目的|意义)|主要内容|解读(?:机关|单位|人)",
        2,
        distinct=True,
    ),
    _e(
        "interpretation",
        -5,
        "opening",
        r"(?:作|做)?解读如下|《[^》]{2,40}》(?:共|分为?).{0,6}部分",
    ),
    _e("questions and answers", -12, "line", r"^[问Qq]\d*[:、.]|^\d*[.、]?问[:：]", 2),
    _e("questions and answers", -6, "task", "question", 2, 0.3),
    _e("work rules", -4, "line", r"^第[一二三四五六七八九十百\d]+条", 3),
    _e(
        "work rules",
        -6,
        "article",
        r"(?:本|此)(?:制度|办法|规定|细则|规则|规范|条例|指南|规程)(?:所称|适用|由|自|中的?)|^为(?:了)?[^。]{4,80}制定本",
    ),
    _e(
        "leading group",
        -9,
        "line",
        r"领导小组(?:组成|成员|及其职责)|组\s*长:|成\s*员:",
        2,
    ),
    _e(
        "assessment scheme",
        -7,
        "line",
        r"得\s*分|扣\s*\d*\.?\d*\s*分|\(\s*\d+\s*分\s*\)|\|\s*\d+分",
        3,
    ),
    _e(
        "a request for reports",
        -5,
        "opening",
        r"(?:报送|上报).{0,40}(?:情况|总结|材料|报告|数据)(?:的|有关事项|工作)*的?(?:紧急)?通知",
    ),
    _e(
        "news",
        -7,
        "opening",
        r"(?:会议|培训|活动)(?:要求|指出|强调|认为|中|现场)|"
        r"(?:日|近日|日前|近期)(?:[上下]午)?,[^。]{0,40}(?:召开|组织|举办|举行|开展|印发|出台|发布|走进|来到|赴)|"
        r"(?:^|[。;,])《[^》]{2,4}》(?:提出|指出|要求|明确|强调)|记者(?:从|获悉)|通讯员",
    ),
)


@dataclass(frozen=True)
class Judgement:
    """Whether a document is a plan, and what decided it.

    Attributes
    ----------
    is_plan : bool
    score : float
        Sum of the weights; above 0 for a plan.
    found : tuple of Found
        The evidence, in the order of the table.
    kind : str or None
        What the document is instead; None for a plan.
    """

    is_plan: bool
    score: float
    found: tuple[Found, ...]
    kind: str | None


def judge(
    title: str | None,
    headlines: Iterable[str],
    columns: Iterable[str],
    has_task_table: bool,
    source: str,
    tasks: Sequence[Mapping[str, object]],
) -> Judgement:
    """Weigh what speaks for a plan against what speaks for something else.

    Words of a task's own text are never evidence against a document whose title
    names a plan: only its title, its columns and what its tasks are made of is.

    Parameters
    ----------
    title : str or None
        Title of the document.
    headlines : iterable of str
        Lines above the title that could name the document.
    columns : iterable of str
        Names of the columns of its tables.
    has_task_table : bool
        Whether a table has a column of tasks and one of units or deadlines.
    source : str
        Text of the source.
    tasks : list of mapping
        For each task ``text`` (str), ``start``, ``end`` (int) and the booleans
        ``has_units``, ``has_deadline``, ``has_number``.

    Returns
    -------
    Judgement
    """
    name = title_name(title or "")
    places = _places(name, headlines, columns, has_task_table, source, tasks)
    looked = (_look_for(evidence, places[evidence.place]) for evidence in TABLE)
    found = [one for one in looked if one is not None]
    score = sum(one.evidence.weight for one in found)
    against = [one for one in found if one.evidence.weight < 0]
    kind = None
    if score <= 0:
        strongest = min(against, key=lambda f: f.evidence.weight, default=None)
        kind = "no list of obligations"
        if strongest and strongest.evidence.place == "headline":
            kind = strongest.example
        elif strongest and strongest.evidence.name != NO_OBLIGATION:
            kind = strongest.evidence.name
    return Judgement(score > 0, score, tuple(found), kind)


def _look_for(evidence: Evidence, texts: list[str]) -> Found | None:
    matches = [
        match for match in map(evidence.pattern.search, texts) if match is not None
    ]
    words = [match.group() for match in matches]
    count = len(set(words)) if evidence.distinct else len(words)
    if count < evidence.at_least or count < evidence.share * len(texts):
        return None
    return Found(evidence, count, matches[0].string[:60])


def _places(
    name: TitleName,
    headlines: Iterable[str],
    columns: Iterable[str],
    has_task_table: bool,
    source: str,
    tasks: Sequence[Mapping[str, object]],
) -> dict[str, list[str]]:
    """Bring together the texts that the evidence is looked for in."""
    others = [title_name(line) for line in headlines]
    others = [one for one in others if one.kind not in (None, "plan", "notice")]
    if name.kind not in ("plan", "notice"):
        name, others = next((one for one in (name, *others) if one.kind), name), []
    lines = _lines(source, tasks if name.kind == "plan" else [])
    folded = fold(source[:_OPENING])
    headings = [line for line in lines if len(line) <= _LONGEST_HEADING]
    articles = [
        line for line in lines if re.match(r"第[一二三四五六七八九十百\d]+条", line)
    ]
    articles = [re.sub(r"^第.{1,4}条\s*", "", line) for line in articles]
    return {
        "title": [name.bare] if name.bare else [],
        "title kind": [name.kind] if name.kind else [],
        "headline": [one.kind for one in others if name.bare in one.bare],
        "columns": ["task table"] if has_task_table else [],
        "column name": [re.sub(r"\s|\(.*\)", "", fold(one)) for one in columns],
        "opening": [] if name.kind == "plan" else [re.sub(r"\s+", "", folded)],
        "line": lines,
        "heading": [_without_number(line) for line in headings],
        "article": articles,
        "task": [_signs(task) for task in tasks],
    }


def _lines(source: str, tasks: Sequence[Mapping[str, object]]) -> list[str]:
    """Lines of the source, folded; those that begin within a task left out."""
    inside = [(int(task["start"]), int(task["end"])) for task in tasks]
    lines, at, i = [], 0, 0
    for raw in source.split("\n"):
        text = raw.strip(" \t\u3000|｜#*")
        while i < len(inside) and inside[i][1] <= at:
            i += 1
        is_task = i < len(inside) and at + len(raw) > inside[i][0]
        if text and not is_task:
            lines.append(fold(text))
        at += len(raw) + 1
    return lines


def _without_number(line: str) -> str:
    number = leading_number(line)
    text = line[number.end :] if number else line
    return re.sub(r"\s+", "", text).strip("。;:,.")


def _signs(task: Mapping[str, object]) -> str:
    """Signs of one task as words, which the patterns of the table ask for."""
    text = str(task["text"])
    acts = says_what_to_do(text)
    past = says_what_was_done(text)
    signs = {
        "to do": acts and not (past and not task["has_units"]),
        "no obligation": not acts,
        "past": past and not task["has_units"],
        "units": task["has_units"],
        "deadline": task["has_deadline"],
        "number": task["has_number"],
        "question": re.search(r"[?？]|吗$|如何|什么|哪些", fold(text)[:40]) is not None
        and not task["has_units"],
    }
    return ", ".join(sign for sign, holds in signs.items() if holds)


def subject_of(title: str | None, texts: list[str]) -> str:
    """Tell whether a plan is about open government.

    Parameters
    ----------
    title : str or None
        Its title.
    texts : list of str
        Texts of its tasks.

    Returns
    -------
    str
        ``"open_government"`` or ``"other"``: a title that names a side of open
        government decides; else the share of tasks that speak of one, half of
        them where the title names a plan of something, a fifth where it does not.
    """
    name = title_name(title or "")
    if name.is_on_subject:
        return "open_government"
    about = sum(SUBJECT.search(fold(text)) is not None for text in texts)
    least = 0.5 if name.kind == "plan" else 0.2
    return "open_government" if about >= least * max(len(texts), 1) else "other"
