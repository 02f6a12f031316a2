"""What a plan says about itself: title, agency, year, numbers, dates."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from govopen_analytics.base.remarks import Remark
from govopen_analytics.base.text import fold, tidy
from govopen_analytics.plans.deadlines import DIGITS, is_date, read_date
from govopen_analytics.plans.divisions import locate_agency
from govopen_analytics.plans.lines import Line, raw_lines
from govopen_analytics.plans.titles import (
    NAMED_SUBJECT,
    PLAN_WORDS,
    is_notice_title,
    is_plan_title,
    title_name,
    without_label,
    without_number,
)
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("metadata")

_TAIL = 800  # characters at the end of a page in which a signature stands


@dataclass
class Metadata:
    """What was read about a document, and which of it was inferred.

    ``stretches`` says where it stands, for the account of the source.
    """

    title: str | None = None
    agency: str | None = None
    year: int | None = None
    doc_number: str | None = None
    index_number: str | None = None
    issued_date: dt.date | None = None
    province: str | None = None
    city: str | None = None
    county: str | None = None
    level: str | None = None
    subject: str | None = None
    inferred: list[str] = field(default_factory=list)
    stretches: list[tuple[int, int]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def read_metadata(
    source: str, body_start: int, hints: dict[str, str], first_title: str | None = None
) -> Metadata:
    """Read what a plan says about itself.

    Labels and titles are looked for before `body_start`, the first task. `hints` are
    what the file says outside its text, such as an HTML title; `first_title` is the
    title line right above the body.
    """
    head = source[:body_start] or source[:1500]
    lines = raw_lines(head)
    found = Metadata()
    labels = _labels(lines, found)
    found.index_number = labels.get("index_number") or _bare_index(head)
    title = first_title or _title(lines, hints, labels)
    if title:
        found.title = without_number(without_label(FORMS.dated.sub("", title)))
    found.doc_number = _own_number(lines, labels)
    found.issued_date = _issued(lines, source, labels)
    found.year = _plan_year(found, lines, source, hints)
    found.agency = _agency(found, lines, source, labels, hints)
    if found.agency:
        place = locate_agency(found.agency)
        found.province, found.city = place.province, place.city
        found.county, found.level = place.county, place.level
    names = ("agency", "level", "province", "city", "county", "year", "title")
    found.inferred = [name for name in names if getattr(found, name) is not None]
    return found


def _labels(lines: Sequence[Line], found: Metadata) -> dict[str, str]:
    """Read ``label: value`` pairs, several on a line and parted by ``|`` too."""
    values: dict[str, str] = {}
    for line in lines:
        marks = list(FORMS.label.finditer(line.folded))
        opens = marks and not line.folded[: marks[0].start()].strip(" [|•-")
        is_block = (
            opens
            and len(line.text) < 400
            and (len(marks) > 1 or FORMS.one_value.match(line.folded, marks[0].end()))
        )
        if not is_block:
            continue
        found.stretches.append((line.start, line.end))
        ends = [*(mark.start() for mark in marks[1:]), len(line.text)]
        for mark, end in zip(marks, ends, strict=True):
            raw = FORMS.next_label.split(line.text[mark.end() : end])[0]
            value = tidy(re.sub(r"^[\s\]】::|｜：]+|[\s|｜\[【]+$", "", raw))
            value = re.split(r"\s{2,}|[|｜]", value)[0].strip()
            if value:
                values.setdefault(mark.lastgroup or "", value)
    return values


def _title(
    lines: Sequence[Line], hints: dict[str, str], labels: dict[str, str]
) -> str | None:
    texts = [without_label(line.text).strip() for line in lines]
    texts = [text.lstrip("# ") for text in texts if text and "\t" not in text]
    texts += [one for text in texts if (one := _title_before_text(text))]
    joined = [
        above + below
        for above, below in pairwise(texts)
        if len(above) < 40 and not re.search(r"[。；;:：]$|的通知$", above)
    ]
    labelled = labels.get("title", "")
    if titles := _last(is_plan_title, texts) or _last(is_plan_title, joined):
        return titles
    if title_name(labelled).kind in ("plan", "notice"):
        return labelled
    if notice := _last(is_notice_title, texts) or _last(is_notice_title, joined):
        return notice
    named = [
        name
        for text in texts
        for name in FORMS.handed_on.findall(text)
        if not FORMS.quotes.match(text) and title_name(name).kind == "plan"
    ]
    if named:
        return tidy(named[-1])
    annexes = [re.sub(r"^附\s*件\s*\d*\s*[:：]\s*", "", text) for text in texts]
    if title := _last(is_plan_title, annexes):
        return title
    if hints.get("sheets") and is_plan_title(hints["sheets"]):
        return tidy(hints["sheets"])
    for one in (labelled, hints.get("title"), *texts[:6]):
        if one and len(one) < 80 and _may_be_title(one):
            return tidy(one)
    return None


def _last(is_title: Callable[[str], bool], texts: list[str]) -> str | None:
    return next((tidy(text) for text in reversed(texts) if is_title(text)), None)


def _may_be_title(text: str) -> bool:
    """Whether a line that no rule knows could still be the title."""
    line = Line(0, len(text), text)
    is_sentence = re.search(r"[。:;>|]|,.*,", line.folded) or line.number
    return NAMED_SUBJECT.search(line.folded) is not None and not is_sentence


def _bare_index(head: str) -> str | None:
    match = re.search(r"^\s*[•·]\s*([0-9A-Za-z]{6,}/20\d\d-\d{3,})\s*$", head, re.M)
    return match[1] if match else None


def _title_before_text(text: str) -> str | None:
    """The title a long line begins with, as documents on one line do."""
    match = re.match(
        r"(?!根据|按照|为了?贯彻|为了?落实|依据)[^。；;:：]{6,50}?(?:工作要点|实施方案|工作方案|任务分工|台账|分解表)",
        text,
    )
    return match.group() if match and len(text) > 70 else None


def _own_number(lines: Sequence[Line], labels: dict[str, str]) -> str | None:
    """Find the document's own number: labelled, alone on a line, or closing a title."""
    label = labels.get("doc_number")
    if label and FORMS.doc_number.search(fold(label)):
        return label
    for line in lines:
        if FORMS.doc_number.fullmatch(line.bare.strip("()•·-")):
            return tidy(line.text.strip(" \t　（）()•·-"))
        match = FORMS.doc_number_behind_title.search(line.folded)
        if match:
            return tidy(line.text[match.start(1) : match.end(1)])
    return None


def _issued(
    lines: Sequence[Line], source: str, labels: dict[str, str]
) -> dt.date | None:
    if labels.get("issued_date") and (date := read_date(labels["issued_date"])):
        return date
    bullets = []
    for line in reversed(lines):
        bare = line.bare.strip("()")
        if bare.startswith(("•", "·")):
            bullets.append(bare.strip("•·"))
        elif is_date(bare):
            return read_date(bare)
    if signed := FORMS.signed.search("\n".join(line.folded for line in lines)):
        return read_date(signed[2])
    # A block of values without labels gives the date of issue first.
    if dates := [one for one in bullets if is_date(one)]:
        return read_date(dates[-1])
    for line in reversed(raw_lines(source)):  # signed at the end
        bare = line.bare.strip("()").removesuffix("印发") if "年" in line.text else ""
        if is_date(bare):
            return read_date(bare)
    return read_date(labels.get("published_date", ""))


def _plan_year(
    found: Metadata, lines: Sequence[Line], source: str, hints: dict[str, str]
) -> int | None:
    """The year of the plan: named in its title, else that of its issue."""
    for text in (found.title, hints.get("title"), hints.get("sheets")):
        named = FORMS.chinese_year.sub(
            lambda match: match.group().translate(DIGITS), fold(text or "")
        )
        if span := FORMS.span.search(named):
            return _year_of_span(found, int(span["first"]), int(span["last"]))
        years = FORMS.year.findall(named)
        if years:
            return int(years[-1])
    numbers = re.search(r"(?<!\d)(20[0-3]\d)(?!\d)", fold(found.title or ""))
    if numbers:
        return int(numbers[1])
    own = re.search(r"[(\[]\s*(20\d\d)", fold(found.doc_number or ""))
    if own:
        return int(own[1])
    if found.issued_date:
        return found.issued_date.year
    cited = [
        int(year)
        for name in re.findall(r"[《〈]([^《》]{4,60})[》〉]", source[:3000])
        if PLAN_WORDS.search(name)
        for year in FORMS.year.findall(fold(name))
    ]
    if cited:
        return Counter(cited).most_common(1)[0][0]
    openings = (re.match(r"\s*(20[0-3]\d)年度?,", line.folded) for line in lines)
    if opening := next(filter(None, openings), None):
        return int(opening[1])
    dates = (read_date(line.text) for line in lines if len(line.text) < 60)
    return next((date.year for date in dates if date), None)


def _year_of_span(found: Metadata, first: int, last: int) -> int:
    """Of a plan for several years the year in which it was issued."""
    own = re.search(r"[(\[]\s*(20\d\d)", fold(found.doc_number or ""))
    issued = found.issued_date.year if found.issued_date else None
    years = [year for year in (int(own[1]) if own else None, issued) if year]
    year = next((year for year in years if first <= year <= last), first)
    values = {"first": first, "last": last, "year": year}
    found.remarks.append(Remark("title_names_years", values))
    return year


def _agency(
    found: Metadata,
    lines: Sequence[Line],
    source: str,
    labels: dict[str, str],
    hints: dict[str, str],
) -> str | None:
    """Name the agency: from the title, in full if the text has it in full.

    The title of the plan counts first, then that of the notice that hands it on,
    a signature with its date, a label such as 发布机构, a name alone on a line above
    the plan, and the site. A government's office (办公室) is another agency than the
    government: what the document says is taken. A short name (区政府办公室) that no
    place on the page completes names no agency: two places would become one.
    """
    title = found.title
    named = agency_in_title(title or "")
    head = "\n".join(line.text for line in lines)
    dated, alone = _signed_and_dated(head), _signatures(lines)
    signed = [*dated, *alone]
    texts = [text for line in lines if (text := without_label(line.text).strip())]
    texts += [above + below for above, below in pairwise(texts)]  # broken titles
    notices = [
        one
        for text in texts
        if is_notice_title(text) and (one := agency_in_title(text))
    ]
    if named:
        if _is_full(named):
            longer = [
                bare
                for one in signed
                if named in (bare := re.sub("办公室$|办公厅$", "", one))
                and _is_full(bare)
            ]
            return max([_as_government(named), *longer], key=len)
        full = [one for one in notices if _is_full(one)]
        return (
            next(iter(full), None) or _in_full(named, source, signed, labels) or named
        )
    dated += _signed_and_dated(source[-_TAIL:])
    candidates = [*dated, labels.get("agency"), *alone, hints.get("site")]
    names = [fold(re.sub(r"\s+", "", one or "")) for one in candidates]
    names = [one for one in names if one and FORMS.agency_line.fullmatch(one)]
    for one in (*notices, *names):
        if _is_full(one):
            return one
    places = [one for text in (title, *notices) if (one := place_in_title(text or ""))]
    for one in (*notices, *names):
        completed = _with_place(one, places) or _in_full(one, source, signed, labels)
        if completed:
            return completed
    if places:
        return f"{places[0]}人民政府"
    short = next(iter((*notices, *names)), None)
    if short and not re.match("[省市县区州盟旗镇乡]|政府|人民政府|办公", short):
        return short
    if short:
        found.remarks.append(Remark("agency_short", {"name": short}))
    return None


def _as_government(name: str) -> str:
    """The government of a town or a sub-district that only its place names."""
    if name.endswith(("乡", "镇")):
        return f"{name}人民政府"
    return f"{name}办事处" if name.endswith("街道") else name


def place_in_title(title: str) -> str | None:
    """The place a title opens with: 甲市乙区 in 2024年甲市乙区政务公开工作要点."""
    match = re.match(
        r"(?:关于印发|印发|《)*(?:20\d\d年度?)?([\u3400-\u9fff]{2,14}?[省市县区州盟旗镇乡])"
        r"(?=20\d\d年|[“\"]|政务|政府|人民政府|基层|全面|信息公开|重点|年度|深化|推进|落实|贯彻|$)",
        re.sub(r"\s+", "", fold(title)),
    )
    return match[1] if match and _is_full(match[1]) else None


def _with_place(short: str, places: list[str]) -> str | None:
    """A short name of a government's office with the place it belongs to."""
    match = re.match(
        r"(?P<level>[省市县区州盟旗镇乡]?)(?:人民)?政府(?P<office>办公[室厅])?$", short
    )
    if not match:
        return None
    fitting = [one for one in places if one.endswith(match["level"])]
    office = match["office"] or ""
    return f"{fitting[0]}人民政府{office}" if fitting else None


def agency_in_title(title: str) -> str | None:
    """Find the agency a title names.

    Parameters
    ----------
    title : str

    Returns
    -------
    str or None
        As the title names it, perhaps short (省民政厅).
    """
    folded = re.sub(r"\s+", "", fold(title))
    folded = re.sub(r"^.*[《〈]|[》〉].*$", "", folded)
    folded = FORMS.chinese_year.sub(lambda m: m.group().translate(DIGITS), folded)
    folded = re.sub(r"20\d\d(?:年度?)?(?:-20\d\d年)?|[一二三四]季度", " ", folded)
    for part in folded.split():
        opening = FORMS.lead_in.match(part)
        if opening and FORMS.cites.search(opening.group()):
            continue  # 贯彻落实甲…: the plan carries out what another one says
        part = FORMS.lead_in.sub("", part)
        match = FORMS.agency_at_head.match(part)
        name = match[1].removesuffix("政务公开领导小组") if match else ""
        if match and not NAMED_SUBJECT.search(name):
            return match[1]
    return None


def _is_full(name: str) -> bool:
    place = locate_agency(name)
    return bool(place.province or place.city or place.level == "national") or bool(
        re.match(r"[\u3400-\u9fff]{2,7}(?:[省市县区州盟旗乡镇]|街道)", name)
        and not re.match(r"[省市县区全各本我]", name)
    )


def _signatures(lines: Sequence[Line]) -> list[str]:
    """Lines that are nothing but an agency's name; nearest to the body first."""
    return [
        name
        for line in reversed(lines)
        if 4 <= len(line.bare) <= 30
        and FORMS.agency_line.fullmatch(line.bare)
        and not FORMS.no_signature.search(name := "".join(line.text.split()))
    ]


def _signed_and_dated(text: str) -> list[str]:
    """Names of agencies right above, or right before, a date."""
    forms = (FORMS.signed, FORMS.signed_in_month)
    matches = [match for form in forms for match in form.finditer(fold(text))]
    found = [re.sub(r"\s+", "", match[1]) for match in matches]
    return [
        one for one in found if not re.search("各|有关|通知|贯彻|落实|关于|印发", one)
    ]


def _in_full(short: str, source: str, signed: list[str], labels: dict) -> str | None:
    """Find the full form of a short name (省民政厅) in the text."""
    core = re.sub(r"^[省市县区]", "", short)
    if len(core) < 2:
        return None
    for one in [*signed, labels.get("agency", "")]:
        bare = re.sub(r"办公室$|办公厅$", "", one)
        if bare.endswith(core) and bare != short and _is_full(bare):
            return bare
    pattern = re.compile(
        rf"([\u3400-\u9fff]{{2,12}}?){re.escape(short)}|([\u3400-\u9fff]{{2,10}}?[省市县区]){re.escape(core)}"
    )
    votes: Counter[str] = Counter()
    for match in pattern.finditer(source):
        prefix = match[1] or match[2]
        for cut in range(len(prefix) - 1):
            name = prefix[cut:] + (short if match[1] else core)
            place = locate_agency(name)
            division = place.county or place.city or place.province
            if division and name.startswith(division[:2]):
                votes[name] += 1
                break
    return votes.most_common(1)[0][0] if votes else None
