"""Plan or not: a table of weighted evidence for and against."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from govopen_analytics.base.text import fold
from govopen_analytics.plans.lines import Line, raw_lines
from govopen_analytics.plans.obligations import says_what_to_do, says_what_was_done
from govopen_analytics.plans.titles import SUBJECT, TitleName, title_name
from govopen_analytics.plans.vocabulary import Forms, section

FORMS = Forms("plan_or_not")

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


TABLE: tuple[Evidence, ...] = tuple(
    Evidence(**row | {"pattern": re.compile(row["pattern"])})
    for row in section("evidence")
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


@dataclass(frozen=True)
class TaskSigns:
    """What of a task bears on whether its document is a plan."""

    text: str
    start: int
    end: int
    has_units: bool
    has_deadline: bool
    has_number: bool


def judge(
    title: str | None,
    headlines: Iterable[str],
    columns: Iterable[str],
    has_task_table: bool,
    source: str,
    tasks: Sequence[TaskSigns],
) -> Judgement:
    """Weigh what speaks for a plan against what speaks for something else.

    Words of a task's own text are never evidence against a document whose title
    names a plan: only its title, its columns and what its tasks are made of is.
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
    tasks: Sequence[TaskSigns],
) -> dict[str, list[str]]:
    """Bring together the texts that the evidence is looked for in."""
    others = [title_name(line) for line in headlines]
    others = [one for one in others if one.kind not in (None, "plan", "notice")]
    if name.kind not in ("plan", "notice"):
        name, others = next((one for one in (name, *others) if one.kind), name), []
    lines = _lines(source, tasks if name.kind == "plan" else [])
    folded = fold(source[:_OPENING])
    headings = [line for line in lines if len(line.text) <= _LONGEST_HEADING]
    articles = [line.folded for line in lines if FORMS.article.match(line.folded)]
    return {
        "title": [name.bare] if name.bare else [],
        "title kind": [name.kind] if name.kind else [],
        "headline": [one.kind for one in others if one.kind and name.bare in one.bare],
        "columns": ["task table"] if has_task_table else [],
        "column name": [re.sub(r"\s|\(.*\)", "", fold(one)) for one in columns],
        "opening": [] if name.kind == "plan" else [re.sub(r"\s+", "", folded)],
        "line": [line.folded for line in lines],
        "heading": [
            "".join(line.behind_number.split()).strip("。;:,.") for line in headings
        ],
        "article": [re.sub(r"^第.{1,4}条\s*", "", text) for text in articles],
        "task": [_signs(task) for task in tasks],
    }


def _lines(source: str, tasks: Sequence[TaskSigns]) -> list[Line]:
    """Lines of the source; those that begin within a task left out."""
    lines, i = [], 0
    for line in raw_lines(source):
        while i < len(tasks) and tasks[i].end <= line.start:
            i += 1
        is_task = i < len(tasks) and line.end > tasks[i].start
        if not is_task and line.inner.text:
            lines.append(line.inner)
    return lines


def _signs(task: TaskSigns) -> str:
    """Signs of one task as words, which the patterns of the table ask for."""
    acts = says_what_to_do(task.text)
    is_past = says_what_was_done(task.text) and not task.has_units
    asks = re.search(r"[?？]|吗$|如何|什么|哪些", fold(task.text)[:40]) is not None
    signs = {
        "to do": acts and not is_past,
        "no obligation": not acts,
        "past": is_past,
        "units": task.has_units,
        "deadline": task.has_deadline,
        "number": task.has_number,
        "question": asks and not task.has_units,
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
