"""Responsibility: who leads a task and who supports it, from running text."""

import re
from dataclasses import dataclass
from functools import lru_cache

from govopen_analytics.base.text import fold, tidy
from govopen_analytics.plans.deadlines import (
    Deadline,
    deadline_of_cell,
    limit_of_clause,
)
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("units")
_CLAUSES: list[tuple[str, re.Pattern[str]]] = FORMS.table("clause")


def _rejoined(parts: list[str]) -> list[str]:
    whole: list[str] = []
    for part in parts:
        head = fold(whole[-1]).strip() if whole else ""
        if FORMS.shared_head.fullmatch(head) and FORMS.shares_head.match(
            fold(part).strip()
        ):
            whole[-1] += "、" + part
        else:
            whole.append(part)
    return whole


@dataclass(frozen=True)
class Responsibility:
    """Who leads, who supports, and by when, as read from one place."""

    lead: tuple[str, ...]
    support: tuple[str, ...]
    deadline: Deadline | None = None


def split_units(raw: str) -> list[str]:
    """Split a list of units, keeping brackets of their own names together.

    In order, each once; a closing 等 is dropped.
    """
    folded, parts, depth, start = fold(raw), [], 0, 0
    for i, character in enumerate(folded):
        depth += (character in "([") - (character in ")]")
        opens_own = character.isspace() and folded[i + 1 :].lstrip()[:1] in ("(", "[")
        if depth <= 0 and FORMS.top_comma.match(character) and not opens_own:
            parts.append(raw[start:i])
            start = i + 1
    parts.append(raw[start:])
    units = []
    for part in _rejoined(parts):
        unit = tidy(part).strip("。.;；:：,，、|")
        unit = unit[: len(FORMS.and_others.split(fold(unit), maxsplit=1)[0])]
        unit = FORMS.joined.sub("", unit)
        pair = FORMS.pair.match(unit)
        for one in (pair[1], unit[pair.end() :]) if pair else (unit,):
            if one and one not in units and not FORMS.nobody.fullmatch(one):
                units.append(one)
    return units


def is_labelled(text: str) -> bool:
    """Tell whether a text begins with a label such as 责任单位：."""
    return bool(FORMS.labelled.match(fold(text).lstrip("([ ")))


@lru_cache(maxsize=4096)
def looks_like_units(text: str) -> bool:
    """Tell whether a text is a list of units and little else."""
    folded = fold(tidy(text)).strip("。;,、")
    if not folded or len(folded) > 400 or "。" in folded:
        return False
    bare = FORMS.verbs.sub("、", FORMS.labelled.sub("", folded))
    if not FORMS.has_unit.search(bare):
        return False
    parts = [part for part in split_units(bare) if part]
    named = [part for part in parts if is_unit(part)]
    return bool(parts) and len(named) >= max(1, 0.7 * len(parts))


def is_unit(part: str) -> bool:
    """Tell whether a text is the name of one unit."""
    part = re.sub("^(各[县市区州镇乡])、", r"\1", fold(part))
    core = FORMS.own_brackets.sub("", part)
    if not 0 < len(core) <= 22:
        return False
    if not (FORMS.unit.fullmatch(part) or FORMS.unit.fullmatch(core)):
        return False
    if re.search("(?:村|乡|镇|区|县|市|院|校|企业|平台|窗口|会|社)$", core) and (
        (len(core) > 8 or FORMS.verb.search(core))
        and not re.match("[各省市县区]", core)
    ):
        return False
    # A verb in a long name, or at its head, makes it a sentence; not so in
    # 政务公开科, where the unit's own word follows at once.
    verb = FORMS.verb.search(core)
    return not verb or (
        len(core) <= 12 and verb.end() >= len(core) - 5 and verb.start() > 0
    )


@lru_cache(maxsize=4096)  # cells of one text come again and again
def parse_responsibility(raw: str, year: int | None) -> Responsibility | None:
    """Read a clause that says who does a task.

    Understands 甲牵头，乙配合; 甲会乙; 甲统筹，乙落实; 责任单位：甲；配合单位：乙;
    a bare list of units; and a deadline among them. Without a word that leads,
    all units lead.
    """
    raw = raw.strip().strip("。;；,，")
    while gloss := FORMS.gloss.search(fold(raw)):
        raw = raw[: gloss.start()] + raw[gloss.end() :]
    if re.match(r"\s*[由]", raw):
        raw = raw.strip()[1:]
    if run_on := FORMS.run_on.search(fold(raw)):  # 甲牵头乙落实
        raw = raw[: run_on.end()] + "," + raw[run_on.end() :]
    labels = list(FORMS.labelled.finditer(fold(raw)))
    if labels and labels[0].start() == 0:
        return _labelled(raw, year)
    if not labels and any(
        match["object"] for match in FORMS.done_by.finditer(fold(raw))
    ):
        return duty_in_clauses(raw, year)
    if FORMS.marked.search(fold(raw)):
        return _marked(raw, year)
    if labels:
        plain = parse_responsibility(raw[: labels[0].start()], year)
        return _merge(plain, _labelled(raw[labels[0].start() :], year))
    lead: list[str] = []
    support: list[str] = []
    deadline = None
    open_units: list[str] = []
    for clause in _clauses(raw):
        if limit := limit_of_clause(clause, year):
            deadline = deadline or limit
            continue
        verb, units, joined = _read_clause(clause)
        is_remark = FORMS.verb.search(fold(clause)) and not any(map(is_unit, units))
        if verb is None and lead and is_remark:  # it says how, and names nobody
            continue
        if verb is None:
            open_units += units
            support += joined
            continue
        leads = verb == "lead" or (verb == "act" and not lead)
        if not leads and not lead and FORMS.helps.search(fold(clause)):  # 甲,乙配合
            lead, open_units = open_units, []
        (lead if leads else support).extend(open_units + units)
        (lead if verb == "lead" else support).extend(joined)
        open_units = []
    (support if lead else lead).extend(open_units)
    if not lead and not support:
        return None
    if not lead:
        lead, support = support, []
    return Responsibility(_once(lead), _once(support), deadline)


def duty_in_clauses(text: str, year: int | None) -> Responsibility | None:
    """Read clauses that say who does a part of a task: 规章由甲牵头，其他由乙负责.

    Whoever does a part leads; those behind a clause who help support.
    """
    folded = fold(text)
    lead: list[str] = []
    support: list[str] = []
    matches = []
    for match in FORMS.done_by.finditer(folded):
        said = parse_responsibility(text[slice(*match.span("units"))], year)
        if said and looks_like_units(match["units"]):
            matches.append(match)
            lead += said.lead
            support += said.support
    for match in FORMS.helpers.finditer(folded, matches[0].end()) if matches else ():
        if looks_like_units(match["units"]):
            support += split_units(text[slice(*match.span("units"))])
    for match in FORMS.jointly.finditer(folded) if not matches else ():
        joined, behind = match.span("joined")[0], match.end()
        ends = (
            joined + act.start() for act in FORMS.act.finditer(folded[joined:behind])
        )
        end = next((end for end in ends if looks_like_units(folded[joined:end])), None)
        if end is not None and looks_like_units(match["lead"]):
            matches.append(match)
            lead += split_units(text[slice(*match.span("lead"))])
            support += split_units(text[joined:end])
    return Responsibility(_once(lead), _once(support)) if matches else None


def _marked(raw: str, year: int | None) -> Responsibility | None:
    lead: list[str] = []
    support: list[str] = []
    for part in split_units(raw):
        mark = FORMS.marked.search(fold(part))
        (lead if mark else support).append(part[: mark.start()] if mark else part)
    return Responsibility(_once(lead), _once(support)) if lead else None


def _merge(
    first: Responsibility | None, second: Responsibility | None
) -> Responsibility | None:
    """Put what two clauses say together; without units a deadline stays alone."""
    if first is None or second is None:
        return first or second
    return Responsibility(
        _once([*first.lead, *second.lead]),
        _once([*first.support, *second.support]),
        first.deadline or second.deadline,
    )


def _once(units: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(units))


def _clauses(raw: str) -> list[str]:
    """Split at commas and semicolons outside brackets; 、 keeps a list whole."""
    folded, parts, depth, start = fold(raw), [], 0, 0
    for i, character in enumerate(folded):
        depth += (character in "([") - (character in ")]")
        after_verb = character == "、" and FORMS.ends_in_verb.search(folded[start:i])
        if depth <= 0 and (character in ",;。\n" or after_verb):
            parts.append(raw[start:i])
            start = i + 1
    parts.append(raw[start:])
    return [
        part for part in parts if part.strip() and not FORMS.aside.match(fold(part))
    ]


def _read_clause(clause: str) -> tuple[str | None, list[str], list[str]]:
    """Read one clause: its verb, the units before it, and those joined by 会."""
    folded = fold(clause)
    bare = folded.strip()
    if (helped := FORMS.helped_by.match(bare)) and looks_like_units(
        bare[helped.end() :]
    ):
        return "support", split_units(clause.strip()[helped.end() :]), []
    candidates = ((verb, pattern.fullmatch(bare)) for verb, pattern in _CLAUSES)
    verb, match = next(((v, m) for v, m in candidates if m), (None, None))
    if match:
        shift = len(folded) - len(folded.lstrip())
        clause = clause[shift : shift + match.end("units")]
    joint = FORMS.joint.fullmatch(fold(clause))
    if not joint:
        return verb, split_units(clause), []
    lead = clause[: joint.end("lead")]
    return verb, split_units(lead), split_units(clause[joint.start("joined") :])


def _labelled(raw: str, year: int | None) -> Responsibility | None:
    folded = fold(raw)
    marks = list(FORMS.labelled.finditer(folded))
    lead: list[str] = []
    support: list[str] = []
    deadline = None
    has_lead_label = any("牵头" in mark["label"] for mark in marks)
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        value = raw[mark.end() : following.start() if following else len(raw)]
        value = value.strip().strip("。;；,，、")
        if mark["deadline"]:
            deadline = deadline_of_cell(value, year)
            if deadline is None and 0 < len(value) <= 30:
                deadline = Deadline(tidy(value), None, None)
            continue
        inner = parse_responsibility(value, year) if value else None
        if inner is None:
            continue
        deadline = deadline or inner.deadline
        is_second = has_lead_label and "牵头" not in mark["label"]
        if mark["support"] or (is_second and lead):
            support += [*inner.lead, *inner.support]
        else:
            lead += inner.lead
            support += inner.support
    if not lead and not support and deadline is None:
        return None
    return Responsibility(_once(lead), _once(support), deadline)
