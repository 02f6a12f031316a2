"""Deadlines: an expression such as 9月底前 to its kind and its last day."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

from govopen_analytics.base.text import fold, read_number, tidy
from govopen_analytics.plans.obligations import VERB

_CN = "[一二三四五六七八九十]{1,3}"
_N = rf"(?:\d{{1,2}}|{_CN})"
_CN_YEAR = r"二[〇○零O][〇○零O一二三四五六七八九]{2}"
_Y = rf"(?:20\d\d|{_CN_YEAR})"
_THIRD_ENDS = {"上": 10, "中": 20}  # the last day of a third of a month
_YEAR = (
    r"(?:(?P<year>20\d\d)年?|今年|当年|本年度?|(?P<next>次年|明年|下一?年)|每年)?度?"
)
_BEFORE = r"(?:之?前|以前|内|为止|止|完成|前完成|底前完成|公开|发布)*"

_ONGOING = (
    r"持续(?:推进|开展|实施|落实|做好|进行|更新|优化|加强|完善|深化|改进|提升)?|"
    r"长期(?:坚持|推进|开展|实施|落实|任务)?|常年|"
    r"(?:常态化|经常性)(?:开展|推进|实施|落实|公开|更新|进行)?|常态|日常(?:工作|更新)?|"
    r"(?:适时|及时|实时|随时|动态|定期|即时)(?:公开|更新|推进|发布|开展|调整|完成|落实)?|"
    r"(?:贯穿|坚持)全年|立行立改|立即|按(?:照)?(?:要求|规定|时限|时间节点|上级要求|职责|需|月度?|季度?|季|年度)"
    r"(?:要求)?(?:时限)?(?:完成|推进|开展|公开|落实|更新)?|"
    r"(?:\d{1,2}月份?[-—至到~]\d{1,2}月份?)?每(?:年度?|个?月|季度?|周|日|半年)(?:月底|月末|末|底|初|\d{1,2}日)?(?:前|更新|公开|一次|至少一次)?|"
    r"(?:月|季|周)度?(?:更新|公开)|季度?末|每季度?(?:首|末|第[一二三])个?月(?:\d{1,2}日|底)?前?|每(?:个?月|季度?|年)\d{1,2}[次场期篇]|根据(?:工作|实际)(?:需要|进度|情况)(?:推进|开展)?"
)

# kind, pattern; the first that matches the whole expression decides.
_PATTERNS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("ongoing", rf"(?:{_ONGOING})+(?:[,;、](?:{_ONGOING}))*"),
        (
            "whole_year",
            rf"{_YEAR}(?:全年度?|年度|常年|整年|1-12月|1月-12月|1月至12月)(?:工作|推进|任务|持续推进|开展|完成|实施|长期坚持)?",
        ),
        (
            "date",
            rf"{_YEAR}(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})[日号]?{_BEFORE}",
        ),
        (
            "date",
            rf"(?P<year>20\d\d)[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_BEFORE}",
        ),
        (
            "date",
            rf"{_YEAR}(?:\d{{1,2}}月?(?:[上中下]旬)?[-—至到~])?(?P<month>\d{{1,2}})月份?的?"
            rf"(?P<third>[上中])旬{_BEFORE}",
        ),
        (
            "month_end",
            rf"{_YEAR}(?:\d{{1,2}}月?(?:[上中下]旬)?[-—至到~])?(?P<month>\d{{1,2}})月份?(?:月?[底末]|的?下旬|初)?{_BEFORE}",
        ),
        ("month_end", r"(?P<year>20\d\d)[-/.](?P<month>\d{1,2})"),
        (
            "month_end",
            rf"{_YEAR}第?(?P<quarter>[一二三四1-4])季度(?:[底末])?{_BEFORE}",
        ),
        ("month_end", rf"{_YEAR}(?P<half>上半年|年中|下半年)[底末]?{_BEFORE}"),
        ("year_end", rf"{_YEAR}(?:年?[底末终]|年内|岁末)之?{_BEFORE}"),
        ("year_end", r"(?P<year>20\d\d)年?度?(?:内|前|以前|完成)"),
        ("whole_year", r"(?P<year>20\d\d)年度?"),
    )
)
_TRIM = re.compile(
    r"^(?:于|在|到|至|截至|力争|争取|确保|原则上|预计|计划|务必|应)+|(?:完成|实施|推进|落实)+$|[。;,、]+$"
)

# Where a deadline stands within a sentence; always closed by 前, 内 or 底.
_IN_PROSE = re.compile(
    rf"(?:(?:{_Y}年?|今年|当年|本年度?|(?:次年|明年|下一?年)|每年)?度?"
    rf"(?:{_N}月{_N}日|{_N}月(?:份|[底末]|份?的?[上中下]旬)?|"
    r"第?[一二三四]季度[底末]?|上半年|年?[底末])(?:之?前|以前)|"
    rf"(?:今年|本年度?|年度?|{_Y}年)内|{_Y}年(?:年)?底前?)"
)
_IN_CELL = re.compile(
    rf"(?:{_Y}年)?{_N}月(?:{_N}日|[底末]|份?的?[上中下]旬)?(?:之?前|以前)?|"
    rf"(?:{_Y}年)?第?[一二三四]季度[底末]?前?|{_Y}?年[底末](?:之?前)?|年内|全年|"
    r"持续推进|长期坚持|常态化开展|长期"
)
# What a date says of a thing, not when it is due: 2020年底前出台的文件.
_OF_A_THING = re.compile(
    r"(?:已|尚未|未|到期|出台|制[定发]|形成|印发|产生|生成|成立|失效|发布|公布)[^,。;]{0,8}的"
)
_PERIOD = re.compile(r"个?(?:工作)?[日天]内|小时|分钟")
# How often something is done: a date beside it limits another part of the task.
_HOW_OFTEN = re.compile(
    r"每(?!个?[人部单科处股局项件条])|按(?:半?年|季|月|周|旬)|定期|全年|常年|长期"
)
# When a clause says that something is done: 11月中旬开展测评, 三季度完成; not
# 三季度完成情况.
_WHEN_DONE = re.compile(
    rf"(?:^|(?<=[,。;]))(?:力争|争取|确保|计划|预计)?(?:在|于)?(?P<when>(?:{_Y}年|今年)?"
    rf"(?:{_N}月(?:{_N}日|份?的?[上中下]旬|份|[底末])?|第?[一二三四]季度[底末]?|[上下]半年))"
    rf"{VERB}(?!情况|进度|的)"
)
# What a heading says besides the time.
_OF_HEADING = re.compile(
    "(?:(?:主要|重点)?(?:工作|任务)(?:任务|安排|计划)?|部分|阶段)$"
)
# From a first to a last day; the last may leave out the year and the month.
_SPAN = re.compile(
    r"(?:(?P<year>20\d\d)年)?(?P<month>\d{1,2})月(?:\d{1,2}[日号]?)?[-—–~至到]+"
    r"(?P<last_year>20\d\d年)?(?P<last_month>\d{1,2}月)?(?P<rest>\d{1,2}[日号].*)"
)


@dataclass(frozen=True)
class Deadline:
    """A deadline as printed, its kind, and its last day where it has one."""

    raw: str
    kind: str | None
    date: dt.date | None


@lru_cache(maxsize=4096)
def parse_deadline(raw: str, year: int | None) -> Deadline | None:
    """Read an expression that is a deadline and nothing else.

    Parameters
    ----------
    raw : str
        Such as ``"9月底前"`` or ``"长期推进"``.
    year : int or None
        Year of the plan; without one an expression that names no year has a
        kind and no date.

    Returns
    -------
    Deadline or None
        None if `raw` is no deadline.
    """
    if len(raw) > _LONGEST and len("".join(raw.split())) > _LONGEST:
        return None
    folded = _in_digits("".join(fold(raw).split()))
    if not folded or not _OF_TIME.search(folded):
        return None
    folded = _end_of_span(folded)
    for candidate in dict.fromkeys((folded, _TRIM.sub("", _TRIM.sub("", folded)))):
        for kind, pattern in _PATTERNS:
            match = pattern.fullmatch(candidate) if candidate else None
            if match:
                parts = match.groupdict()
                date = _last_day(kind, parts, year)
                if date is None and kind in ("date", "month_end") and year:
                    continue
                return Deadline(tidy(raw), kind, date)
    return _first_of_several(folded, raw, year)


_LONGEST = 30  # characters of an expression
# Every deadline has one of these.
_OF_TIME = re.compile("[年月日季周时期常续坚动定即立按每根半内]|\\d[-/.]\\d")


def _end_of_span(folded: str) -> str:
    """Write 2025年3月1日至3月20日 as its last day, with the year."""
    span = _SPAN.fullmatch(folded)
    if span is None:
        return folded
    year = f"{span['year']}年" if span["year"] else ""
    month = span["last_month"] or f"{span['month']}月"
    return (span["last_year"] or year) + month + span["rest"]


def _in_digits(folded: str) -> str:
    """Write years, months and days in Chinese figures as digits."""
    if not _FIGURES.search(folded):
        return folded
    folded = re.sub(
        f"{_CN_YEAR}(?=年)", lambda match: match.group().translate(DIGITS), folded
    )
    return re.sub(
        f"(?<!第){_CN}(?=个?月(?!度)|[日号](?!常))",
        lambda match: str(read_number(match.group()) or match.group()),
        folded,
    )


_FIGURES = re.compile("[〇○零一二三四五六七八九十](?:年|月|日|号|个月)")
DIGITS = str.maketrans("〇○零O一二三四五六七八九", "0000123456789")


def _first_of_several(folded: str, raw: str, year: int | None) -> Deadline | None:
    """Read 6月底前、11月底前: the last of several deadlines governs."""
    parts = [part for part in re.split(r"[,;、和及]", folded) if part]
    if len(parts) < 2:
        return None
    read = []
    for part in parts:
        one = parse_deadline(part, year)
        if one is None:
            return None
        read.append(one)
    last = max(read, key=lambda one: (one.date or dt.date.min, one.kind))
    return Deadline(tidy(raw), last.kind, last.date)


def _last_day(kind: str, parts: dict, year: int | None) -> dt.date | None:
    if parts.get("year"):
        year = int(parts["year"])
    if year is None or kind == "ongoing":
        return None
    if parts.get("next"):
        year += 1
    if kind in ("year_end", "whole_year"):
        return dt.date(year, 12, 31)
    if parts.get("quarter"):
        month = 3 * (read_number(parts["quarter"]) or 0)
    elif parts.get("half"):
        month = 12 if parts["half"] == "下半年" else 6
    else:
        month = read_number(parts["month"]) or 0
    if not 1 <= month <= 12:
        return None
    last = calendar.monthrange(year, month)[1]
    day = int(parts["day"]) if parts.get("day") else last
    day = _THIRD_ENDS.get(parts.get("third") or "", day)
    return dt.date(year, month, day) if 1 <= day <= last else None


def governing_deadline(title: str, sentences: str, year: int | None) -> Deadline | None:
    """Find the deadline in running text that governs what the title names.

    A deadline inside a clause binds that clause. It is the task's own only
    where the rest of its sentence names the deliverable of the title, which is
    taken to be so when the two share a run of five characters or more that is
    not mere vocabulary of open government.
    """
    if _IN_PROSE.search(fold(title)):
        sentences = title + "。" + sentences
    folded = fold(sentences)
    for match in _IN_PROSE.finditer(folded):
        clause = re.split("[。;]", folded[match.end() :], maxsplit=1)[0]
        in_title = match.end() <= len(title)
        if _PERIOD.match(folded[match.start() :]):
            continue
        if not in_title and not _share_run(title, clause):
            continue
        raw = sentences[match.start() : match.end()]
        if (deadline := parse_deadline(raw, year)) is not None:
            return deadline
    return None


def only_deadline(sentence: str, year: int | None) -> Deadline | None:
    """Find the deadline in the only sentence of a task.

    There is nothing else that it could govern, unless the sentence also says how
    often something is done. The last one counts.
    """
    folded = fold(sentence)
    if re.search("[。;](?=.)", folded.rstrip()) or _HOW_OFTEN.search(folded):
        return None
    found = None
    for match in _IN_PROSE.finditer(folded):
        behind = folded[match.end() :]
        is_of_task = not _PERIOD.match(folded[match.start() :])
        if is_of_task and not _OF_A_THING.match(behind):
            raw = sentence[match.start() : match.end()]
            found = parse_deadline(raw, year) or found
    for done in _WHEN_DONE.finditer(folded) if found is None else ():
        found = parse_deadline(sentence[slice(*done.span("when"))], year) or found
    return found


def limit_of_heading(heading: str, year: int | None) -> Deadline | None:
    """Read a heading that says when what stands below it is due: 一季度重点工作."""
    bare = _OF_HEADING.sub("", fold(heading).strip())
    is_part_of_year = re.search("季度|半年|月", bare) is not None
    return parse_deadline(bare if is_part_of_year else heading, year)


def limit_of_clause(clause: str, year: int | None) -> Deadline | None:
    """Read a clause that opens with a deadline: 6月底前和11月底前各1次."""
    whole = parse_deadline(clause, year)
    if whole is not None or len(clause) > _LONGEST:
        return whole
    opening = _IN_PROSE.match(_in_digits(fold(clause).strip()))
    return deadline_of_cell(clause, year) if opening else None


def _share_run(title: str, clause: str, length: int = 5) -> bool:
    vocabulary = re.compile("政务公开|(?:政府)?信息公开|工作|政府信息")
    title = vocabulary.sub("|", fold(title))
    return any(
        "|" not in title[i : i + length] and title[i : i + length] in clause
        for i in range(len(title) - length + 1)
    )


@lru_cache(maxsize=4096)  # cells of one text come again and again
def deadline_of_cell(raw: str, year: int | None) -> Deadline | None:
    """Read a cell that holds a deadline, perhaps among other words.

    Parameters
    ----------
    raw : str
        Such as ``"2021年2月公布预算,8月公布决算"``; the last date governs.
    year : int or None
        Year of the plan.

    Returns
    -------
    Deadline or None
        Its `raw` is the whole cell.
    """
    whole = parse_deadline(raw, year)
    if whole is not None or len(raw) > 80:
        return whole
    read = []
    for match in _IN_CELL.finditer(re.sub(r"\s+", "", fold(raw))):
        if (one := parse_deadline(match.group(), year)) is not None:
            year = one.date.year if one.date else year
            read.append(one)
    if not read:
        return None
    last = max(read, key=lambda one: one.date or dt.date.min)
    return Deadline(tidy(raw), last.kind, last.date)


DATE = re.compile(
    r"(?P<y>(?:19|20)\d\d|[二〇○零一]{2}[〇○零一二三四五六七八九]{2})\s*[年\-/.]\s*"
    r"(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})\s*[月\-/.]\s*"
    r"(?P<d>\d{1,2}|[一二三四五六七八九十]{1,3})\s*日?"
)


def is_date(text: str) -> bool:
    """Tell whether a text is a full date and nothing else."""
    is_short = len(text) <= _LONGEST
    return is_short and bool(DATE.fullmatch(fold(text))) and read_date(text) is not None


def read_date(text: str) -> dt.date | None:
    """Read the first full date of a text, in Arabic or Chinese figures."""
    match = DATE.search(fold(text))
    if not match:
        return None
    year = int(match["y"].translate(DIGITS))
    month, day = read_number(match["m"]) or 0, read_number(match["d"]) or 0
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
