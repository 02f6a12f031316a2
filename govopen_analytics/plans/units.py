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
from govopen_analytics.plans.obligations import VERB
from govopen_analytics.plans.vocabulary import one_of

_SUFFIX = one_of("unit_endings")
_UNIT = re.compile(
    rf"(?:各|有关|相关|其他|其它|全体|全局|局|厅|市|县|区|省|委|机关|直属|所属|属地|市直|区直|县直)*"
    rf"[\u3400-\u9fffA-Za-z0-9·]*?(?:{_SUFFIX})(?:\([^()]{{1,20}}\))?(?:等)?"
)
_LEAD_VERB = one_of("lead_verbs")
_SUPPORT_VERB = one_of("support_verbs")
_ACT_VERB = one_of("act_verbs")
_LABELLED = re.compile(
    rf"(?P<label>(?P<lead>{one_of('lead_labels')})|"
    rf"(?P<support>{one_of('support_labels')})|"
    rf"(?P<deadline>{one_of('deadline_labels')}))\s*(?:[::]|(?<=单位|部门|科室|处室|时限)为)\s*"
)
_TOP_COMMA = re.compile(r"[、,,;;/\n\t]|\s{1,}")
_VERB = re.compile(
    "推进|加强|做好|公开|发布|开展|完善|建立|健全|落实|规范|提升|提高|及时|确保|进行|组织|"
    "指导|推动|优化|深化|强化|是否|严格|应当|不得|按照|根据|通过|围绕"
)

_AND_OTHERS = re.compile(r"(?<=.{2})等(?:[^、,]{0,5}(?:部门|单位|科室|处室|机构))?$")
# 各州、市人民政府 is one name that a list mark cuts.
_SHARED_HEAD = re.compile(r"各(?:州|市|县|区|镇|乡|盟|县区|县市|乡镇)(?:\(.{1,6}\))?")
# Not 各乡镇、县政府各部门.
_SHARES_HEAD = re.compile(
    r"[镇乡街]|[州市县区](?:\([^()]*\))?(?:人民)?(?:政府|管委会)?$"
)


_JOINED = re.compile(r"^(?:和|及|与|由|以及)(?=.{2})")
_NOBODY = re.compile(r"[-—/无\W]+")


def _rejoined(parts: list[str]) -> list[str]:
    whole: list[str] = []
    for part in parts:
        head = fold(whole[-1]).strip() if whole else ""
        if _SHARED_HEAD.fullmatch(head) and _SHARES_HEAD.match(fold(part).strip()):
            whole[-1] += "、" + part
        else:
            whole.append(part)
    return whole


# Two units joined by a word: 其他股室及属下单位; not 政策和法规处.
_PAIR = re.compile(
    r"^([^()（）]*(?:单位|部门|科室|处室|股室|机构|街道|政府|各镇|各县))(?:和|及|与|以及)(?=[各属直有相其省市县区镇乡街])"
)


@dataclass(frozen=True)
class Responsibility:
    """Who leads, who supports, and by when, as read from one place."""

    lead: tuple[str, ...]
    support: tuple[str, ...]
    deadline: Deadline | None = None


def split_units(raw: str) -> list[str]:
    """Split a list of units, keeping brackets of their own names together.

    Parameters
    ----------
    raw : str
        Such as ``"社会事务处（儿童福利处）、养老服务处等"``.

    Returns
    -------
    list of str
        In order, each once; a closing 等 is dropped.
    """
    folded, parts, depth, start = fold(raw), [], 0, 0
    for i, character in enumerate(folded):
        depth += (character in "([") - (character in ")]")
        opens_own = character.isspace() and folded[i + 1 :].lstrip()[:1] in ("(", "[")
        if depth <= 0 and _TOP_COMMA.match(character) and not opens_own:
            parts.append(raw[start:i])
            start = i + 1
    parts.append(raw[start:])
    units = []
    for part in _rejoined(parts):
        unit = tidy(part).strip("。.;；:：,，、|")
        unit = unit[: len(_AND_OTHERS.split(fold(unit), maxsplit=1)[0])]
        unit = _JOINED.sub("", unit)
        pair = _PAIR.match(unit)
        for one in (pair[1], unit[pair.end() :]) if pair else (unit,):
            if one and one not in units and not _NOBODY.fullmatch(one):
                units.append(one)
    return units


def is_labelled(text: str) -> bool:
    """Tell whether a text begins with a label such as 责任单位：."""
    return bool(_LABELLED.match(fold(text).lstrip("([ ")))


@lru_cache(maxsize=4096)
def looks_like_units(text: str) -> bool:
    """Tell whether a text is a list of units and little else."""
    folded = fold(tidy(text)).strip("。;,、")
    if not folded or len(folded) > 400 or "。" in folded:
        return False
    bare = _VERBS.sub("、", _LABELLED.sub("", folded))
    if not _HAS_UNIT.search(bare):
        return False
    parts = [part for part in split_units(bare) if part]
    named = [part for part in parts if is_unit(part)]
    return bool(parts) and len(named) >= max(1, 0.7 * len(parts))


_OWN_BRACKETS = re.compile(r"\s*\([^()]*\)|等$")
_VERBS = re.compile(f"{_LEAD_VERB}|{_SUPPORT_VERB}|{_ACT_VERB}|会同")
# A name of a unit ends in one of these, before a mark or a bracket.
_HAS_UNIT = re.compile(rf"(?:{_SUFFIX})(?:等|$|\W|[和及与以])")


def is_unit(part: str) -> bool:
    """Tell whether a text is the name of one unit."""
    part = re.sub("^(各[县市区州镇乡])、", r"\1", fold(part))
    core = _OWN_BRACKETS.sub("", part)
    if not 0 < len(core) <= 22:
        return False
    if not (_UNIT.fullmatch(part) or _UNIT.fullmatch(core)):
        return False
    if re.search("(?:村|乡|镇|区|县|市|院|校|企业|平台|窗口|会|社)$", core) and (
        (len(core) > 8 or _VERB.search(core)) and not re.match("[各省市县区]", core)
    ):
        return False
    # A verb in a long name, or at its head, makes it a sentence; not so in
    # 政务公开科, where the unit's own word follows at once.
    verb = _VERB.search(core)
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
    while gloss := _GLOSS.search(fold(raw)):
        raw = raw[: gloss.start()] + raw[gloss.end() :]
    if re.match(r"\s*[由]", raw):
        raw = raw.strip()[1:]
    if run_on := _RUN_ON.search(fold(raw)):  # 甲牵头乙落实
        raw = raw[: run_on.end()] + "," + raw[run_on.end() :]
    labels = list(_LABELLED.finditer(fold(raw)))
    if labels and labels[0].start() == 0:
        return _labelled(raw, year)
    if not labels and any(match["object"] for match in _BY.finditer(fold(raw))):
        return duty_in_clauses(raw, year)
    if _MARKED.search(fold(raw)):
        return _marked(raw, year)
    if labels:
        plain = parse_responsibility(raw[: labels[0].start()], year)
        return _merge(plain, _labelled(raw[labels[0].start() :], year))
    lead: list[str] = []
    support: list[str] = []
    deadline = None
    open_units: list[str] = []
    for clause in _clauses(raw):
        if found := limit_of_clause(clause, year):
            deadline = deadline or found
            continue
        verb, units, joined = _read_clause(clause)
        if verb is None and lead and _is_remark(clause, units):
            continue
        if verb is None:
            open_units += units
            support += joined
            continue
        leads = verb == "lead" or (verb == "act" and not lead)
        if not leads and not lead and _HELPS.search(fold(clause)):  # 甲,乙配合
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

    Parameters
    ----------
    text : str
        Running text of a task.
    year : int or None
        Year of the plan.

    Returns
    -------
    Responsibility or None
        Whoever does a part leads; those behind a clause who help support.
    """
    folded = fold(text)
    lead: list[str] = []
    support: list[str] = []
    found = []
    for match in _BY.finditer(folded):
        said = parse_responsibility(text[slice(*match.span("units"))], year)
        if said and looks_like_units(match["units"]):
            found.append(match)
            lead += said.lead
            support += said.support
    for match in _WITH.finditer(folded, found[0].end()) if found else ():
        if looks_like_units(match["units"]):
            support += split_units(text[slice(*match.span("units"))])
    for match in _JOINTLY.finditer(folded) if not found else ():
        joined, behind = match.span("joined")[0], match.end()
        ends = (joined + act.start() for act in _ACT.finditer(folded[joined:behind]))
        end = next((end for end in ends if looks_like_units(folded[joined:end])), None)
        if end is not None and looks_like_units(match["lead"]):
            found.append(match)
            lead += split_units(text[slice(*match.span("lead"))])
            support += split_units(text[joined:end])
    return Responsibility(_once(lead), _once(support)) if found else None


def _is_remark(clause: str, units: list[str]) -> bool:
    """Whether a clause behind the units says how, and names nobody."""
    return bool(_VERB.search(fold(clause))) and not any(map(is_unit, units))


_RUN_ON = re.compile(
    r"(?:局|厅|委|办|处|科|室|中心|部|股|府)牵头"
    r"(?=[各市县区局省镇相有其][^,;。]{1,40}(?:配合|落实|负责|参与|协助))"
)
# 甲（牵头）、乙: the mark stands behind the unit's name.
_MARKED = re.compile(r"[(\[](?:牵头|主办|主责|主责单位|牵头单位)[)\]]")


def _marked(raw: str, year: int | None) -> Responsibility | None:
    lead: list[str] = []
    support: list[str] = []
    for part in split_units(raw):
        mark = _MARKED.search(fold(part))
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


_ASIDE = re.compile(
    r"\s*(?:以下|下同|不再|本(?:要点|方案|通知)|各项工作|[逗分]号|多个|排[名列序在])"
)
_HELPED_BY = re.compile(r"(?:会同|配合|协助|联合)(?=[\u3400-\u9fff]{2})")
_HELPS = re.compile(r"(?:配合|协助|协同|参与|协办|参加|指导|督导)[\u3400-\u9fff]{0,2}$")
_ENDS_IN_VERB = re.compile(f"(?:{_LEAD_VERB}|{_SUPPORT_VERB})$")
_GLOSS = re.compile(r"[(\[](?:以下|即|指|含)[^()\[\]]*[)\]]")


def _clauses(raw: str) -> list[str]:
    """Split at commas and semicolons outside brackets; 、 keeps a list whole."""
    folded, parts, depth, start = fold(raw), [], 0, 0
    for i, character in enumerate(folded):
        depth += (character in "([") - (character in ")]")
        after_verb = character == "、" and _ENDS_IN_VERB.search(folded[start:i])
        if depth <= 0 and (character in ",;。\n" or after_verb):
            parts.append(raw[start:i])
            start = i + 1
    parts.append(raw[start:])
    return [part for part in parts if part.strip() and not _ASIDE.match(fold(part))]


# 规章由甲牵头: what is done, then who does it. Not 理由, 由于.
_BY = re.compile(
    r"(?:^|(?<=[,。;:]))(?P<object>[^,。;:()]{0,24}?)(?<![自理缘事])由(?![于此])"
    r"(?P<units>[^,。;]{2,60}?)(?:分别|共同|具体|统一)?"
    r"(?:牵头负责|牵头落实|牵头|负责落实|负责实施|组织实施|负责|承办|承担|落实|实施|主办)"
    r"[\u3400-\u9fff]{0,2}(?=[,。;]|$)"
)
_WITH = re.compile(
    r"(?<=[,;])(?P<units>[^,。;]{2,60}?)(?:配合|协助|参与|协同)(?=[,。;]|$)"
)
# 甲会同乙每季度开展检查: two units, then what they do. Not 市委宣传部, 公开办.
_JOINTLY = re.compile(
    r"(?:^|(?<=[,。;]))由?(?P<lead>[^,。;]{2,30}?)(?:会同|联合)(?P<joined>[^,。;]{4,80})"
)
_ACT = re.compile(
    rf"(?:{one_of('adverbs')}|共同)*{VERB}"
    r"(?![部局科股处室委站所队组]|中心|办(?![事理法好]))"
)
_NAME_GOES_ON = r"单位|部门|机构|中心|专班|小?组$|[室处科股办局队站所员](?:$|\()"
_CLAUSE = tuple(
    # Not 督导室, 综合协调科: there the verb is part of a name.
    (
        kind,
        re.compile(
            rf"(?P<units>.+?)(?:{verbs})(?!{_NAME_GOES_ON})[\u3400-\u9fff]{{0,2}}"
        ),
    )
    for kind, verbs in (
        ("lead", _LEAD_VERB),
        ("support", _SUPPORT_VERB),
        ("act", _ACT_VERB),
    )
)
# 甲会乙: the first leads. Not 社会, 会议, 委员会 and the like.
_JOINT = re.compile(
    r"(?P<lead>[^,;]*?(?:局|厅|委|办|处|科|室|中心|部|股|站|院|队|所|校|馆|组))(?<!管委)(?<!村委)(?<!居委)(?<!员)会(?:同|商)?"
    r"(?=[^议计员场客、,;。\s)])(?P<joined>.{2,})"
)


def _read_clause(clause: str) -> tuple[str | None, list[str], list[str]]:
    """Read one clause: its verb, the units before it, and those joined by 会."""
    folded = fold(clause)
    bare = folded.strip()
    if (helped := _HELPED_BY.match(bare)) and looks_like_units(bare[helped.end() :]):
        return "support", split_units(clause.strip()[helped.end() :]), []
    found = ((verb, pattern.fullmatch(bare)) for verb, pattern in _CLAUSE)
    verb, match = next(((v, m) for v, m in found if m), (None, None))
    if match:
        shift = len(folded) - len(folded.lstrip())
        clause = clause[shift : shift + match.end("units")]
    joint = _JOINT.fullmatch(fold(clause))
    if not joint:
        return verb, split_units(clause), []
    lead = clause[: joint.end("lead")]
    return verb, split_units(lead), split_units(clause[joint.start("joined") :])


def _labelled(raw: str, year: int | None) -> Responsibility | None:
    folded = fold(raw)
    marks = list(_LABELLED.finditer(folded))
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
