"""Where running text says who does a task: brackets, labels, glued units."""

import re
from dataclasses import dataclass

from govopen_analytics.base.text import fold, read_number
from govopen_analytics.plans.deadlines import deadline_of_cell, limit_of_clause
from govopen_analytics.plans.draft import Draft
from govopen_analytics.plans.obligations import says_what_to_do
from govopen_analytics.plans.units import (
    Responsibility,
    is_labelled,
    looks_like_units,
    parse_responsibility,
    split_units,
)
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("duties")

_STOPS_AND_BLANKS = " \t\n\u3000。;；"
_LONGEST_LABEL = 200


@dataclass(frozen=True)
class Duty:
    """A stretch of the source that says who does a task, and what it says."""

    start: int
    end: int
    responsibility: Responsibility


def find_duties(source: str, start: int, end: int, year: int | None) -> list[Duty]:
    """Find the brackets and closing labels that say who is responsible."""
    text = source[start:end]
    folded = fold(text)
    brackets = list(FORMS.bracket.finditer(folded))
    tail = FORMS.open_bracket.search(folded)
    if tail and all(match.start() != tail.start() for match in brackets):
        brackets.append(tail)
    places = [(m.start(), m.end(), m.start(1), m.end(1)) for m in brackets]
    places = [place for place in places if _names_units(text, folded, *place)]
    labels = FORMS.labels_at_end.search(folded)
    if labels and is_labelled(text[labels.start(1) :]):
        at = labels.start(1)
        if not any(m.start() <= at < m.end() for m in brackets):
            places.append((at, len(text), at, len(text)))
    sentence = FORMS.last_sentence.search(folded)
    if not places and sentence and _says_who_only(sentence[1]):
        at = sentence.start(1)
        inner = len(text) - len(FORMS.about_it.sub("", folded[at:]))
        places.append((at, len(text), inner, len(text)))
    duties = []
    for first, last, inner, inner_end in places:
        duty = parse_responsibility(text[inner:inner_end], year)
        if duty is not None:
            duties.append(Duty(start + first, start + last, duty))
    return duties


def _says_who_only(sentence: str) -> bool:
    """Whether a sentence says who does a task, by when, and nothing else."""
    clauses = [one for one in re.split("[,;]", FORMS.about_it.sub("", sentence)) if one]
    limits = [one for one in clauses if limit_of_clause(one, None)]
    duties = [one for one in clauses if one not in limits]
    if any(map(says_what_to_do, limits)):
        return False
    return bool(duties) and all(
        FORMS.duty_clause.search(one) and "由" not in one and looks_like_units(one)
        for one in duties
    )


def _names_units(text: str, folded: str, first: int, last: int, a: int, b: int) -> bool:
    """Whether a bracket names units, and is not a remark of the sentence."""
    inner = text[a:b]
    if FORMS.duty_word.search(folded[a:b]) and (is_labelled(inner) or _is_duty(inner)):
        return True
    closes = not folded[last:].strip(" 。;,")
    follows_stop = folded[:first].rstrip()[-1:] in "。;,"
    return (closes or follows_stop) and _is_units_and_limit(inner)


def _is_units_and_limit(inner: str) -> bool:
    """Whether a bracket holds units, with a deadline behind them or not."""
    if looks_like_units(inner):
        return True
    clauses = [one for one in re.split("[,，;；]", inner) if one.strip()]
    limits = [one for one in clauses if limit_of_clause(one, None) or is_labelled(one)]
    units = [one for one in clauses if one not in limits]
    return bool(limits and units) and all(map(looks_like_units, units))


def _is_duty(inner: str) -> bool:
    """Whether a bracket with a word of duty in it is about who does what."""
    folded = fold(inner)
    clauses = [clause for clause in re.split("[,;。]", folded) if clause.strip()]
    if len(folded) > 300 or not clauses or folded.startswith(("以下", "即", "指")):
        return False
    if looks_like_units(clauses[0]) and any(map(is_labelled, clauses)):
        return True
    about = sum(
        looks_like_units(clause)
        or limit_of_clause(clause, None) is not None
        or FORMS.duty_clause.search(clause) is not None
        for clause in clauses
    )
    return about >= 0.6 * len(clauses)


def is_label_line(text: str) -> bool:
    """Tell whether a paragraph is nothing but a label such as 责任单位：甲."""
    bare = _without_brackets(text)
    return len(bare) < _LONGEST_LABEL and is_labelled(bare)


def _without_brackets(text: str) -> str:
    """A line without the brackets around all of it; those of names stay."""
    bare = text.lstrip("-–•●·* ").strip(_STOPS_AND_BLANKS)
    while fold(bare)[:1] in ("(", "["):
        bare = bare[1:].strip(_STOPS_AND_BLANKS)
    folded = fold(bare)
    for opens, closes in ("()", "[]"):
        if folded.endswith(closes) and folded.count(closes) > folded.count(opens):
            return bare[:-1].strip(_STOPS_AND_BLANKS)
    return bare


def read_label_lines(lines: list[str], year: int | None) -> Responsibility | None:
    """Read label lines that stand below one another as one statement.

    None if they name neither a unit nor a deadline.
    """
    duty = parse_responsibility(";".join(map(_without_brackets, lines)), year)
    limit = FORMS.labelled_limit.match(fold(lines[-1]))
    if limit is None or (duty is not None and duty.deadline is not None):
        return duty
    deadline = deadline_of_cell(limit[1], year)
    return Responsibility(
        duty.lead if duty else (), duty.support if duty else (), deadline
    )


def duty_for_all_below(text: str, year: int | None) -> Responsibility | None:
    """Read 以下均由甲落实."""
    match = FORMS.all_below.search(fold(text))
    return (
        parse_responsibility(text[match.start(1) : match.end(1)], year)
        if match
        else None
    )


def duty_for_those_above(
    text: str, year: int | None
) -> tuple[int, Responsibility] | None:
    """Read 以上两项由甲负责."""
    match = FORMS.above.search(fold(text))
    n_tasks = read_number(match["n"]) if match else None
    if match is None or n_tasks is None:
        return None
    duty = parse_responsibility(text[slice(*match.span("units"))], year)
    return (n_tasks, duty) if duty else None


def glued_duty(source: str, start: int, end: int, year: int | None) -> Duty | None:
    """Part units that were glued to the end: …更新。办公室常态化开展."""
    match = FORMS.glued.search(fold(source[start:end]))
    if match is None:
        return None
    units = source[start + match.start("units") : start + match.end("units")]
    if not all(map(FORMS.strong_unit.fullmatch, split_units(fold(units)))):
        return None
    duty = parse_responsibility(units, year)
    if duty is None:
        return None
    if match["deadline"]:
        raw = source[start + match.start("deadline") : start + match.end("deadline")]
        duty = Responsibility(duty.lead, duty.support, deadline_of_cell(raw, year))
    return Duty(start + match.start("units"), end, duty)


_MARKS = {"逗号": ",", "分号": ";"}


def apply_lead_note(tasks: list[Draft], source: str) -> None:
    """Part lead from support where a note says how a list of units is to be read.

    Tasks whose text says itself who supports are left alone.
    """
    folded = fold(source)
    before_mark = FORMS.before_mark.search(folded)
    if not before_mark and not FORMS.first_leads.search(folded):
        return
    for draft in tasks:
        if len(draft.lead) < 2 or draft.support:
            continue
        n_lead = 1
        if before_mark:
            printed = draft.text("lead_units", source) or ""
            n_lead = _n_before(printed, _MARKS[before_mark["mark"]])
        draft.lead, draft.support = draft.lead[:n_lead], draft.lead[n_lead:]


def _n_before(printed: str, mark: str) -> int:
    """How many units stand before a list's first comma or semicolon."""
    folded = fold(printed)
    label = FORMS.label_before.match(folded)
    start = label.end() if label else 0
    stop = folded.find(mark, start)
    return len(split_units(printed[start : None if stop < 0 else stop]))
