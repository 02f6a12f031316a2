"""Plan or not: a table of weighted evidence for and against."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from govopen_analytics.base.text import fold
from govopen_analytics.plans.draft import Draft
from govopen_analytics.plans.lines import Line, raw_lines
from govopen_analytics.plans.obligations import says_what_to_do, says_what_was_done
from govopen_analytics.plans.titles import SUBJECT, title_name
from govopen_analytics.plans.vocabulary import Forms, section

FORMS = Forms("plan_or_not")

_LONGEST, _OPENING = 40, 600  # characters of a heading, and of what opens a text
NO_OBLIGATION = "few tasks say what to do"


@dataclass(frozen=True)
class Evidence:
    """What speaks for a plan (weight above 0) or against one."""

    name: str  # of evidence against, the kind of document it speaks for
    weight: float  # added to the sum that decides
    place: str  # which texts are looked at: see judge
    pattern: re.Pattern[str]  # what one of them must hold
    at_least: int = 1  # matches needed; different ones, where distinct
    share: float = 0.0  # least share of the texts that must match (0-1)
    distinct: bool = False  # the same match counts once


@dataclass(frozen=True)
class Found:
    """Evidence that a document holds, and what it was found in."""

    evidence: Evidence
    count: int
    example: str


TABLE: tuple[Evidence, ...] = tuple(
    Evidence(**row | {"pattern": re.compile(row["pattern"])})
    for row in section("evidence")
)


@dataclass(frozen=True)
class Judgement:
    """Whether a document is a plan, and what decided it."""

    is_plan: bool
    score: float  # sum of the weights; above 0 for a plan
    found: tuple[Found, ...]  # in the order of the table
    kind: str | None  # what the document is instead; None for a plan


def judge(
    title: str | None,
    headlines: Iterable[str],
    columns: Iterable[str],
    has_task_table: bool,
    source: str,
    tasks: Sequence[Draft],
) -> Judgement:
    """Weigh what speaks for a plan against what speaks for something else.

    Words of a task's own text are never evidence against a document whose title
    names a plan: only its title, its columns and what its tasks are made of is.
    """
    name = title_name(title or "")
    others = [title_name(line) for line in headlines]
    others = [other for other in others if other.kind not in (None, "plan", "notice")]
    if name.kind not in ("plan", "notice"):
        name, others = next((one for one in (name, *others) if one.kind), name), []
    tasks_of_plan = tasks if name.kind == "plan" else []
    lines = _lines(source, [(task.start, task.end) for task in tasks_of_plan])
    opening = re.sub(r"\s+", "", fold(source[:_OPENING]))
    headings = [line.behind_number for line in lines if len(line.text) <= _LONGEST]
    articles = [line.folded for line in lines if FORMS.article.match(line.folded)]
    return _weigh(
        {
            "title": [name.bare] if name.bare else [],
            "title kind": [name.kind] if name.kind else [],
            "headline": [o.kind for o in others if o.kind and name.bare in o.bare],
            "columns": ["task table"] if has_task_table else [],
            "column name": [re.sub(r"\s|\(.*\)", "", fold(text)) for text in columns],
            "opening": [] if name.kind == "plan" else [opening],
            "line": [line.folded for line in lines],
            "heading": ["".join(text.split()).strip("。;:,.") for text in headings],
            "article": [re.sub(r"^第.{1,4}条\s*", "", text) for text in articles],
            "task": [_signs(task, source) for task in tasks],
        }
    )


def _weigh(places: dict[str, list[str]]) -> Judgement:
    """Sum the evidence that is found in texts of each place."""
    found = [
        one
        for evidence in TABLE
        if (one := _look_for(evidence, places[evidence.place]))
    ]
    score = sum(one.evidence.weight for one in found)
    kind = None
    if score <= 0:
        against = [one for one in found if one.evidence.weight < 0]
        strongest = min(against, key=lambda f: f.evidence.weight, default=None)
        kind = "no list of obligations"
        if strongest and strongest.evidence.place == "headline":
            kind = strongest.example
        elif strongest and strongest.evidence.name != NO_OBLIGATION:
            kind = strongest.evidence.name
    return Judgement(score > 0, score, tuple(found), kind)


def _look_for(evidence: Evidence, texts: list[str]) -> Found | None:
    matches = [match for match in map(evidence.pattern.search, texts) if match]
    words = [match.group() for match in matches]
    count = len(set(words)) if evidence.distinct else len(words)
    if count < evidence.at_least or count < evidence.share * len(texts):
        return None
    return Found(evidence, count, matches[0].string[:60])


def _lines(source: str, tasks: Sequence[tuple[int, int]]) -> list[Line]:
    """Lines of the source; those that begin within a task left out."""
    lines, i = [], 0
    for line in raw_lines(source):
        while i < len(tasks) and tasks[i][1] <= line.start:
            i += 1
        is_task = i < len(tasks) and line.end > tasks[i][0]
        if not is_task and line.inner.text:
            lines.append(line.inner)
    return lines


def _signs(task: Draft, source: str) -> str:
    """Signs of one task as words, which the patterns of the table ask for."""
    text = task.sentence(source)
    acts = says_what_to_do(text)
    is_past = says_what_was_done(text) and not task.lead
    asks = re.search(r"[?？]|吗$|如何|什么|哪些", fold(text)[:40]) is not None
    signs = {
        "to do": acts and not is_past,
        "no obligation": not acts,
        "past": is_past,
        "units": task.lead,
        "deadline": task.deadline,
        "number": "ordinal" in task.stretches,
        "question": asks and not task.lead,
    }
    return ", ".join(sign for sign, holds in signs.items() if holds)


def subject_of(title: str | None, texts: list[str]) -> str:
    """Tell whether a plan is about ``open_government`` or ``other``.

    A title that names a side of open government decides; else the share of tasks
    that speak of one: half of them where the title names a plan of something, a
    fifth where it does not.
    """
    name = title_name(title or "")
    if name.is_on_subject:
        return "open_government"
    about = sum(SUBJECT.search(fold(text)) is not None for text in texts)
    least = 0.5 if name.kind == "plan" else 0.2
    return "open_government" if about >= least * max(len(texts), 1) else "other"
