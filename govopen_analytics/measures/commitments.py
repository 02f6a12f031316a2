"""Commitments: quantities in a task, what could be checked, what was done."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from govopen_analytics.base.text import read_number
from govopen_analytics.measures.responsibility import (
    DUE_KINDS,
    is_collective,
    named_units,
)

ELEMENTS = ("has_named_output", "has_quantity", "has_lead_unit", "has_deadline")
# From least to most complete; None where the plan reports nothing.
COMPLETION = ("not_started", "limited", "substantial", "completed")
NO_EVIDENCE = "no_evidence"

_WRITING = (
    r"(?:制定|制订|编制|编写|编印|编发|出台|修订|印发|形成|汇编|制作|撰写"
    r"|发布(?!会)|公布|更新)"
)
_WRITTEN = (
    r"(?:目录|清单|报告|年报|方案|办法|细则|指引|指南|制度|规程|台账|规划|图解|视频|手册|汇编"
    r"|服务包|二维码|案例集|问答|解答库)"
)
_BUILDING = r"(?:建立|建成|建设|新建|开设|设立|增设|推出|上线|开通|打造|设置)"
_BUILT = (
    r"(?:专栏|专题|专区|栏目|平台|数据库|文件库|解答库|热线|公开栏|查阅点"
    r"|功能|机制|示范点)"
)
_HOLDING = r"(?:举办|召开|组织|开展|举行)"
_HELD = (
    r"(?:新闻发布会|开放日|开放月|培训|培训班|听证会|座谈会|调查|评估|演练"
    r"|检查|抽查|活动|“回头看”)"
)
# The thing made ends its phrase: in 公开目录建设 the 目录 only says of what.
_PHRASE_END = r"(?=[，,。；;、：:）)“”\s]|$|并|等|和|及|与|不少于|不低于|至少)"


def _made(verbs: str, things: str) -> str:
    """Match a verb, at most a phrase without a second such verb, and a thing."""
    return rf"{verbs}(?:(?!{verbs})[^，,。；;：:\n]){{0,24}}?{things}{_PHRASE_END}"


_NAMED_OUTPUT = re.compile(
    rf"{_WRITING}《[^》]{{2,60}}》|{_made(_WRITING, _WRITTEN)}"
    rf"|{_made(_BUILDING, _BUILT)}|{_made(_HOLDING, _HELD)}"
)

_NOT_STARTED = re.compile(
    r"尚未(?:开展|启动|开始|实施)|未(?:开展|启动|开始)|暂未|待启动"
)
_OPEN = re.compile(
    r"正在(?:推进|开展|制定|编制|修订|研究|起草|筹备|建设|办理|进行)|试运行|征求意见阶段"
    r"|初步|起草阶段|筹备中|推进中|进行中|部分完成|尚未完成|尚未|下一步|有待|将于|拟于"
)
_MOSTLY = re.compile(
    r"基本(?:完成|建成|实现|形成)|大部分|绝大多数|完成率?[6-9]\d(?:\.\d+)?[%％]"
)
_ALL_DONE = re.compile(
    r"(?:已|已经|全部|全面|均已|按时|如期|顺利|圆满)(?:全部|全面|如期|按时)?"
    r"(?:完成|办结|建成|上线|印发|发布|出台|公开|开通|制作|实现)|全覆盖|完成率?(?:达到?)?100[%％]"
)
_DEED = re.compile(
    r"(?:召开|举办|组织|开展|发布|公开|印发|制定|修订|编制|建立|设置|推出|制作|发放|答复|办理|更新)"
    r"了|(?:共|累计|截至|截止).{0,20}\d|已"
)
# What says that the plan, not the task, was made: 制定了政务公开工作要点.
_PLAN_ITSELF = re.compile(
    r"(?:制定|印发|出台|下发|编制|发布|形成)了?[^，,。；;]{0,30}?"
    r"(?:工作要点|要点分工|工作计划|工作方案|实施方案|任务分解|分工方案|工作安排)》?[^，,。；;]{0,8}"
)
_TITLE = re.compile(r"《[^》]{2,60}》")
_RESULT = re.compile(r"已[^，,。；;]{0,8}?(?:公开|公布|发布|印发|上线|执行|实施|备案)")
_DATE = re.compile(r"(?<!\d)\d{1,2}月(?:\d{1,2}日|底|初)?")
_COUNT = re.compile(
    r"\d[\d,.]*[多余万亿]*(?:件|次|场|期|条|份|篇|个|项|人|户|家|部|类|批|名)"
)


def verifiability(tasks: pd.DataFrame) -> pd.DataFrame:
    """Say which elements of a verifiable commitment each task has.

    A commitment can be checked by an outsider if it names what will be there in
    the end, how much of it, who answers for it, and by when [1]_. Rules on the
    text find them; a reader may find more.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        A valid ``tasks`` table.

    Returns
    -------
    DataFrame, shape (n_tasks, 9)
        ``task_id``, ``document_id``, ``has_named_output``, ``has_quantity`` (a
        number with its unit, in the text), ``has_lead_unit`` (one by its name),
        ``has_deadline`` (a day to be done by: neither 全年 nor 持续推进),
        ``n_elements`` (0-4), ``named_output`` (the words that name it; empty
        where none do) and ``has_generic_lead`` (the lead is 各处室, 相关处室 or
        the like and nobody by name: counted apart).

    References
    ----------
    .. [1] Open Government Partnership, Independent Reporting Mechanism. IRM
       Procedures Manual and glossary: verifiability.
    """
    outputs = [_NAMED_OUTPUT.search(text) for text in tasks["text"]]
    has_name = [has_named_lead(cell) for cell in tasks["lead_units"]]
    has_lead = [bool(named_units(cell)) for cell in tasks["lead_units"]]
    rows = tasks[["task_id", "document_id"]].reset_index(drop=True)
    rows["has_named_output"] = [hit is not None for hit in outputs]
    rows["has_quantity"] = [bool(parse_quantities(text)) for text in tasks["text"]]
    rows["has_lead_unit"] = has_name
    rows["has_deadline"] = tasks["deadline_kind"].isin(DUE_KINDS).to_numpy(dtype=bool)
    rows["n_elements"] = rows[list(ELEMENTS)].sum(axis=1)
    rows["named_output"] = [hit and hit[0] for hit in outputs]
    rows["has_generic_lead"] = np.array(has_lead, bool) & ~np.array(has_name, bool)
    return rows.astype({"named_output": "string"})


def has_named_lead(cell: object) -> bool:
    """Tell whether a cell of ``lead_units`` holds a unit by its name."""
    return any(not is_collective(unit) for unit in named_units(cell))


def completion(tasks: pd.DataFrame) -> pd.DataFrame:
    """Read from progress reports how far each task got, in five points.

    The points are those of the Independent Reporting Mechanism [1]_: no evidence
    available, not started, limited, substantial, completed. It is the agency's
    own word, read by rules from several signs: that something is open, mostly
    done, all done or done; a quantity, a date, a titled document or a published
    result that came of it; the output that the task itself names. A task is
    "completed" only where words of completion and another sign stand together
    and nothing is open, or where the deed repeats the task's own output. A report
    that only says that the plan was drawn up, or that something was done without
    any of this, is "no_evidence": how far the task got cannot be seen. All words
    that count stand beside the judgement for a reader to check.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        A valid ``tasks`` table.

    Returns
    -------
    DataFrame, shape (n_tasks, 7)
        ``task_id``, ``document_id``, ``has_progress`` (the plan reports on the
        task), ``completion`` ("no_evidence", "not_started", "limited",
        "substantial", "completed"), ``completion_rank`` (0-3 from "not_started";
        empty without evidence), ``evidence`` (the words that decided, joined by
        " … ") and ``n_signs`` (count of those).

    References
    ----------
    .. [1] Open Government Partnership, Independent Reporting Mechanism. IRM
       Procedures Manual and glossary: completion.
    """
    reports = [text if isinstance(text, str) else "" for text in tasks["progress"]]
    outputs = [_output_words(text) for text in tasks["text"]]
    judged = [_judge(*pair) for pair in zip(reports, outputs, strict=True)]
    ranks = {point: rank for rank, point in enumerate(COMPLETION)}
    rows = tasks[["task_id", "document_id"]].reset_index(drop=True)
    rows["has_progress"] = [bool(report.strip()) for report in reports]
    rows["completion"] = [point for point, _ in judged]
    rows["completion_rank"] = [ranks.get(point) for point, _ in judged]
    rows["evidence"] = [" … ".join(words) or None for _, words in judged]
    rows["n_signs"] = [len(words) for _, words in judged]
    return rows.astype({"completion_rank": "Int64", "evidence": "string"})


def _output_words(text: str) -> str | None:
    """Return the thing that a task is to make: the end of what names its output."""
    hit = _NAMED_OUTPUT.search(text)
    if hit is None:
        return None
    title = _TITLE.search(hit[0])
    if title is not None:
        return title[0]
    thing = _THING.search(_VERB.split(hit[0])[-1])
    return thing[0] if thing is not None else None


def _judge(report: str, output: str | None) -> tuple[str, list[str]]:
    """Return the point and the words that decided it."""
    for point, pattern in (("not_started", _NOT_STARTED), ("limited", _OPEN)):
        hit = pattern.search(report)
        if hit is not None:
            return point, [hit[0]]
    # That the plan was drawn up says nothing of its tasks.
    report = _PLAN_ITSELF.sub("", report)
    mostly, all_done, deed = (
        pattern.search(report) for pattern in (_MOSTLY, _ALL_DONE, _DEED)
    )
    if mostly is not None:
        return "substantial", [mostly[0]]
    again = output if output is not None and output in report else None
    others = [again] if again else []
    signs = (_TITLE, _DATE, _COUNT)
    others += [hit[0] for hit in (sign.search(report) for sign in signs) if hit]
    if all_done is not None:
        rest = report[: all_done.start()] + "。" + report[all_done.end() :]
        others += [hit[0] for hit in [_RESULT.search(rest)] if hit]
    others = list(dict.fromkeys(others))
    if all_done is not None and others:
        return "completed", [all_done[0], *others]
    if deed is not None and again:
        return "completed", [deed[0], *others]
    if deed is not None and others:
        return "limited", [deed[0], *others]
    return NO_EVIDENCE, [hit[0] for hit in (all_done or deed,) if hit is not None]


# The end of a made thing with what stands before it: 养老服务专栏.
_THING = re.compile(rf"[^，,。；;、：:\s]{{0,4}}?(?:{_WRITTEN}|{_BUILT}|{_HELD})$")
_VERB = re.compile(rf"{_WRITING}|{_BUILDING}|{_HOLDING}")


# Quantities ---------------------------------------------------------------------------

# 二 alone is an ordinal before a measure word (二次解读): two of them are 两.
_NUMBER = (
    r"(?:\d+(?:\.\d+)?|(?!二[^一二两三四五六七八九十百])[一二两三四五六七八九十百]+)"
)
_TIME = r"(?:个?工作日|个?自然日|个月|个?小时|分钟|天|日|周)"
_COUNTED = r"(?:次|遍|篇|场|期|轮|批|个|件|项|条|份|家|名|人|套|部|处|户|例|%|％)"
_EVENT = r"(?:次|遍|场|期|轮|篇|批)"
_PERIOD = rf"每(?:个?季度|半年|个?月|[年季周日]|{_NUMBER}个?[年月周日])"
# A clause: what a comparator may reach over to find its number.
_CLAUSE = r"[^，,。；;：:（）()\n]"
_AT_LEAST = r"(?:不得?少于|不得?低于|至少|最少|不小于)"
_AT_MOST = r"(?:不得?超过|不得?多于|不得?高于|至多|最多(?!跑)|不晚于|不迟于)"
_DEAL = (
    r"(?:完成|办结|办理|答复|回复|反馈|回应|审核|受理|公开|发布|更新|报送|整改|处理)"
)
_HOLD = (
    r"(?:开展|组织|举办|举行|召开|听取|发布|推出|开设|编发|编印|制作|报送|更新|公布"
    r"|培训|轮训|检查|巡查|普查|评估|抽查|通报|调研|征集|邀请|投稿|刊发)"
)
_MAKE = (
    r"(?:新增|新建|建设|建成|打造|制定|出台|编制|公开|培育|遴选|选树|推广|完成|梳理)"
)

# The first pattern that matches at a place wins, so the particular stand first.
_PATTERNS = [
    ("<=", rf"{_AT_MOST}(?P<n>{_NUMBER})(?P<unit>{_TIME})(?:以内|之内|内)?"),
    (
        ">=",
        rf"(?P<per>{_PERIOD})?{_AT_LEAST}(?:(?P<per2>{_PERIOD})|{_CLAUSE}{{0,60}}?)"
        rf"(?P<n>{_NUMBER})(?P<unit>{_TIME}|{_COUNTED})",
    ),
    (
        "<=",
        rf"(?P<per>{_PERIOD})?{_AT_MOST}{_CLAUSE}{{0,10}}?"
        rf"(?P<n>{_NUMBER})(?P<unit>{_COUNTED})",
    ),
    (
        "=",
        rf"用(?P<per>{_NUMBER}个?[年月])(?:时间|之内|内)?{_CLAUSE}{{0,30}}?"
        rf"(?P<n>{_NUMBER})(?P<unit>{_EVENT})",
    ),
    (
        "=",
        rf"(?P<per>{_PERIOD}){_CLAUSE}{{0,10}}?(?P<n>{_NUMBER})(?P<unit>{_EVENT})",
    ),
    (">=", r"(?:达到|达|超过)(?P<n>\d+(?:\.\d+)?)(?P<unit>[%％])(?:以上)?"),
    (">=", rf"(?P<n>{_NUMBER})(?P<unit>{_COUNTED})以上"),
    ("<=", rf"(?P<n>{_NUMBER})(?P<unit>{_TIME})(?:以内|之内|内)"),
    ("<=", rf"(?P<n>{_NUMBER})(?P<unit>个?工作日)(?={_DEAL})"),
    ("=", rf"{_HOLD}(?P<n>{_NUMBER})(?P<unit>{_EVENT})(?![性办])"),
    (">=", rf"{_MAKE}(?P<n>{_NUMBER})(?P<unit>{_COUNTED})以上"),
    ("=", rf"{_MAKE}(?P<n>\d+)(?P<unit>{_COUNTED})"),
    ("=", r"(?P<n>\d+(?:\.\d+)?)(?P<unit>[%％])"),
]
_QUANTITIES = [(comparator, re.compile(p)) for comparator, p in _PATTERNS]
# A number that belongs to a date, a document number, an ordinal or a name.
_PART_OF_DATE = re.compile(r"[月年第]$|\d[.\-/号]?$")
_QUOTED = re.compile(r"《[^》]*》|〔[^〕]*〕")


def parse_quantities(text: str) -> list[dict[str, object]]:
    """Find the quantities a task's text commits to.

    A quantity is a number with a unit that limits or counts a deed: a time limit
    (3个工作日内), a least or greatest number (不少于2次), a number of deeds
    (开展1次), a percentage. Numbers in titles of documents, dates, ordinals,
    telephone numbers and set phrases are none.

    Parameters
    ----------
    text : str
        Text of a task.

    Returns
    -------
    list of dict
        In order: ``raw`` (verbatim), ``start_char``, ``end_char`` (offsets in
        `text`), ``value`` (number), ``unit`` (个工作日 as 工作日), ``comparator``
        ("<=", ">=" or "=") and ``per`` (the period it recurs in, such as 年 or
        2年; None where it does not).
    """
    hidden = _QUOTED.sub(lambda title: "《" * len(title[0]), text)
    quantities = []
    position = 0
    while (match := _first_match(hidden, position)) is not None:
        comparator, hit = match
        position = hit.end()
        groups = hit.groupdict()
        quantities.append(
            {
                "raw": text[hit.start() : hit.end()],
                "start_char": hit.start(),
                "end_char": hit.end(),
                "value": _value(groups["n"]),
                "unit": _unit(groups["unit"]),
                "comparator": comparator,
                "per": _period(groups.get("per") or groups.get("per2")),
            }
        )
    return quantities


def task_quantities(tasks: pd.DataFrame) -> pd.DataFrame:
    """Find the quantities of all tasks.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        ``task_id``, ``document_id`` and ``text``.

    Returns
    -------
    DataFrame, shape (n_quantities, 9)
        ``task_id``, ``document_id`` and the keys of ``parse_quantities``.
    """
    rows = [
        {"task_id": task, "document_id": document, **quantity}
        for task, document, text in zip(
            tasks["task_id"], tasks["document_id"], tasks["text"], strict=True
        )
        for quantity in parse_quantities(text)
    ]
    columns = ["task_id", "document_id", *parse_quantities("开展1次")[0]]
    return pd.DataFrame(rows, columns=columns).astype({"per": "string"})


def _first_match(text: str, position: int) -> tuple[str, re.Match[str]] | None:
    """Return the leftmost match; of several at one place, the first pattern's."""
    hits = [
        (hit.start(), order, comparator, hit)
        for order, (comparator, pattern) in enumerate(_QUANTITIES)
        for hit in _matches(pattern, text, position)
    ]
    if not hits:
        return None
    _, _, comparator, hit = min(hits, key=lambda hit: hit[:2])
    return comparator, hit


def _matches(
    pattern: re.Pattern[str], text: str, position: int
) -> Iterator[re.Match[str]]:
    """Yield the first match whose number stands for itself."""
    while (hit := pattern.search(text, position)) is not None:
        before = text[: hit.start("n")]
        starts_with_number = hit.start() == hit.start("n")
        if not (starts_with_number and _PART_OF_DATE.search(before[-2:])):
            yield hit
            return
        position = hit.start() + 1


def _value(number: str) -> float | int | None:
    if number[0].isdigit():
        return float(number) if "." in number else int(number)
    return read_number(number)


def _unit(unit: str) -> str:
    unit = unit.replace("％", "%")
    # 个 counts days and months; on its own it is the unit.
    return unit.removeprefix("个") if len(unit) > 1 else unit


def _period(period: str | None) -> str | None:
    if period is None:
        return None
    period = period.removeprefix("每")
    number = re.match(_NUMBER, period)
    if number is None:
        return period.removeprefix("个")
    return f"{_value(number[0])}{period[number.end() :].removeprefix('个')}"
