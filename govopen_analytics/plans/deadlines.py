"""Deadlines: an expression such as 9月底前 to its kind and its last day."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

from govopen_analytics.base.text import fold, read_number, tidy
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("deadlines")
# Kind, form; the first that fits the whole expression decides.
_KINDS: list[tuple[str, re.Pattern[str]]] = FORMS.table("kinds")

_THIRD_ENDS = {"上": 10, "中": 20}  # the last day of a third of a month


@dataclass(frozen=True)
class Deadline:
    """A deadline as printed, its kind, and its last day where it has one."""

    raw: str
    kind: str | None
    date: dt.date | None


@lru_cache(maxsize=4096)
def parse_deadline(raw: str, year: int | None) -> Deadline | None:
    """Read an expression that is a deadline and nothing else, such as 9月底前.

    Without the year of the plan, one that names no year has a kind and no date.
    """
    if len(raw) > _LONGEST and len("".join(raw.split())) > _LONGEST:
        return None
    folded = _in_digits("".join(fold(raw).split()))
    if not folded or not FORMS.of_time.search(folded):
        return None
    folded = _end_of_span(folded)
    for candidate in dict.fromkeys(
        (folded, FORMS.trim.sub("", FORMS.trim.sub("", folded)))
    ):
        for kind, pattern in _KINDS:
            match = pattern.fullmatch(candidate) if candidate else None
            if match:
                parts = match.groupdict()
                date = _last_day(kind, parts, year)
                if date is None and kind in ("date", "month_end") and year:
                    continue
                return Deadline(tidy(raw), kind, date)
    return _first_of_several(folded, raw, year)


_LONGEST = 30  # characters of an expression


def _end_of_span(folded: str) -> str:
    """Write 2025年3月1日至3月20日 as its last day, with the year."""
    span = FORMS.span.fullmatch(folded)
    if span is None:
        return folded
    year = f"{span['year']}年" if span["year"] else ""
    month = span["last_month"] or f"{span['month']}月"
    return (span["last_year"] or year) + month + span["rest"]


def _in_digits(folded: str) -> str:
    """Write years, months and days in Chinese figures as digits."""
    if not FORMS.figures.search(folded):
        return folded
    folded = FORMS.year_in_figures.sub(lambda m: m.group().translate(DIGITS), folded)
    return FORMS.figure.sub(lambda m: str(read_number(m.group()) or m.group()), folded)


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
    if FORMS.in_prose.search(fold(title)):
        sentences = title + "。" + sentences
    folded = fold(sentences)
    for match in FORMS.in_prose.finditer(folded):
        clause = re.split("[。;]", folded[match.end() :], maxsplit=1)[0]
        in_title = match.end() <= len(title)
        if FORMS.period.match(folded[match.start() :]):
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
    if re.search("[。;](?=.)", folded.rstrip()) or FORMS.how_often.search(folded):
        return None
    deadline = None
    for match in FORMS.in_prose.finditer(folded):
        behind = folded[match.end() :]
        is_of_task = not FORMS.period.match(folded[match.start() :])
        if is_of_task and not FORMS.of_a_thing.match(behind):
            raw = sentence[match.start() : match.end()]
            deadline = parse_deadline(raw, year) or deadline
    for done in FORMS.when_done.finditer(folded) if deadline is None else ():
        deadline = parse_deadline(sentence[slice(*done.span("when"))], year) or deadline
    return deadline


def limit_of_heading(heading: str, year: int | None) -> Deadline | None:
    """Read a heading that says when what stands below it is due: 一季度重点工作."""
    bare = FORMS.of_heading.sub("", fold(heading).strip())
    is_part_of_year = re.search("季度|半年|月", bare) is not None
    return parse_deadline(bare if is_part_of_year else heading, year)


def limit_of_clause(clause: str, year: int | None) -> Deadline | None:
    """Read a clause that opens with a deadline: 6月底前和11月底前各1次."""
    whole = parse_deadline(clause, year)
    if whole is not None or len(clause) > _LONGEST:
        return whole
    opening = FORMS.in_prose.match(_in_digits(fold(clause).strip()))
    return deadline_of_cell(clause, year) if opening else None


def _share_run(title: str, clause: str, length: int = 5) -> bool:
    title = FORMS.mere_vocabulary.sub("|", fold(title))
    return any(
        "|" not in title[i : i + length] and title[i : i + length] in clause
        for i in range(len(title) - length + 1)
    )


@lru_cache(maxsize=4096)  # cells of one text come again and again
def deadline_of_cell(raw: str, year: int | None) -> Deadline | None:
    """Read a cell that holds a deadline, perhaps among other words.

    The last date governs: 2021年2月公布预算,8月公布决算. The whole cell is its `raw`.
    """
    whole = parse_deadline(raw, year)
    if whole is not None or len(raw) > 80:
        return whole
    read = []
    for match in FORMS.in_cell.finditer(re.sub(r"\s+", "", fold(raw))):
        if (one := parse_deadline(match.group(), year)) is not None:
            year = one.date.year if one.date else year
            read.append(one)
    if not read:
        return None
    last = max(read, key=lambda one: one.date or dt.date.min)
    return Deadline(tidy(raw), last.kind, last.date)


DATE = FORMS.date


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
