"""Quantities: what a task's text promises in numbers."""

import re
from collections.abc import Iterator

import pandas as pd

from govopen_analytics.base.text import read_number

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
_COMPILED = [(comparator, re.compile(p)) for comparator, p in _PATTERNS]
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
        for order, (comparator, pattern) in enumerate(_COMPILED)
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
