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
    head = _Head(source, source[:body_start] or source[:1500], hints)
    metadata = head.metadata
    metadata.index_number = head.index_number()
    if title := first_title or head.title():
        metadata.title = without_number(without_label(FORMS.dated.sub("", title)))
    metadata.doc_number = head.doc_number()
    metadata.issued_date = head.issued_date()
    metadata.year = head.year()
    metadata.agency = head.agency()
    if metadata.agency:
        vars(metadata).update(vars(locate_agency(metadata.agency)))
    names = ("agency", "level", "province", "city", "county", "year", "title")
    metadata.inferred = [name for name in names if getattr(metadata, name) is not None]
    return metadata


class _Head:
    """The text above the first task, and what it has said of the document so far."""

    def __init__(self, source: str, head: str, hints: dict[str, str]) -> None:
        self.source, self.text, self.hints = source, head, hints
        self.lines = raw_lines(head)
        self.metadata = Metadata()
        self.labels = self._labels()

    def _labels(self) -> dict[str, str]:
        """Read ``label: value`` pairs, several on a line and parted by ``|`` too."""
        values: dict[str, str] = {}
        for line in self.lines:
            marks = list(FORMS.label.finditer(line.folded))
            opens = marks and not line.folded[: marks[0].start()].strip(" [|•-")
            if not opens or len(line.text) >= 400:
                continue
            end = marks[0].end()
            if len(marks) == 1 and not FORMS.one_value.match(line.folded, end):
                continue
            self.metadata.stretches.append((line.start, line.end))
            ends = [*(mark.start() for mark in marks[1:]), len(line.text)]
            for mark, end in zip(marks, ends, strict=True):
                raw = FORMS.next_label.split(line.text[mark.end() : end])[0]
                value = tidy(re.sub(r"^[\s\]】::|｜：]+|[\s|｜\[【]+$", "", raw))
                value = re.split(r"\s{2,}|[|｜]", value)[0].strip()
                if value:
                    values.setdefault(mark.lastgroup or "", value)
        return values

    def title(self) -> str | None:
        """The title: that of a plan, of a notice, one that a sentence quotes."""
        texts = [without_label(line.text).strip() for line in self.lines]
        texts = [text.lstrip("# ") for text in texts if text and "\t" not in text]
        # Documents on one line begin with their title.
        openings = [FORMS.title_before_text.match(text) for text in texts]
        texts += [m.group() for m in openings if m and len(m.string) > 70]
        joined = [
            above + below
            for above, below in pairwise(texts)
            if len(above) < 40 and not re.search(r"[。；;:：]$|的通知$", above)
        ]
        labelled, hints = self.labels.get("title", ""), self.hints
        if title := _last(is_plan_title, texts) or _last(is_plan_title, joined):
            return title
        if title_name(labelled).kind in ("plan", "notice"):
            return labelled
        if notice := _last(is_notice_title, texts) or _last(is_notice_title, joined):
            return notice
        quoted = [
            name
            for text in texts
            for name in FORMS.handed_on.findall(text)
            if not FORMS.quotes.match(text) and title_name(name).kind == "plan"
        ]
        if quoted:
            return tidy(quoted[-1])
        annexes = [re.sub(r"^附\s*件\s*\d*\s*[:：]\s*", "", text) for text in texts]
        if title := _last(is_plan_title, annexes):
            return title
        if hints.get("sheets") and is_plan_title(hints["sheets"]):
            return tidy(hints["sheets"])
        for text in (labelled, hints.get("title"), *texts[:6]):
            if text and len(text) < 80 and _may_be_title(text):
                return tidy(text)
        return None

    def index_number(self) -> str | None:
        """The index number: labelled, or alone behind a bullet."""
        match = FORMS.bare_index.search(self.text)
        return self.labels.get("index_number") or (match[1] if match else None)

    def doc_number(self) -> str | None:
        """The document's own number: labelled, alone on a line, or behind a title."""
        label = self.labels.get("doc_number")
        if label and FORMS.doc_number.search(fold(label)):
            return label
        for line in self.lines:
            if FORMS.doc_number.fullmatch(line.bare.strip("()•·-")):
                return tidy(line.text.strip(" \t　（）()•·-"))
            match = FORMS.doc_number_behind_title.search(line.folded)
            if match:
                return tidy(line.text[match.start(1) : match.end(1)])
        return None

    def issued_date(self) -> dt.date | None:
        """The date of issue: labelled, alone on a line, or behind a signature."""
        if date := read_date(self.labels.get("issued_date", "")):
            return date
        bullets = []
        for line in reversed(self.lines):
            bare = line.bare.strip("()")
            if bare.startswith(("•", "·")):
                bullets.append(bare.strip("•·"))
            elif is_date(bare):
                return read_date(bare)
        folded = "\n".join(line.folded for line in self.lines)
        if signed := FORMS.signed.search(folded):
            return read_date(signed[2])
        # A block of values without labels gives the date of issue first.
        if dates := [text for text in bullets if is_date(text)]:
            return read_date(dates[-1])
        for line in reversed(raw_lines(self.source)):  # signed at the end
            if "年" in line.text:
                bare = line.bare.strip("()").removesuffix("印发")
                if is_date(bare):
                    return read_date(bare)
        return read_date(self.labels.get("published_date", ""))

    def year(self) -> int | None:
        """The year of the plan: named in its title, else that of its issue."""
        title = self.metadata.title
        for text in (title, self.hints.get("title"), self.hints.get("sheets")):
            folded = FORMS.chinese_year.sub(
                lambda match: match.group().translate(DIGITS), fold(text or "")
            )
            if span := FORMS.span.search(folded):
                return self._year_of_span(int(span["first"]), int(span["last"]))
            if years := FORMS.year.findall(folded):
                return int(years[-1])
        if number := re.search(r"(?<!\d)(20[0-3]\d)(?!\d)", fold(title or "")):
            return int(number[1])
        if years_of_issue := self._years_of_issue():
            return years_of_issue[0]
        cited = [
            int(year)
            for name in re.findall(r"[《〈]([^《》]{4,60})[》〉]", self.source[:3000])
            if PLAN_WORDS.search(name)
            for year in FORMS.year.findall(fold(name))
        ]
        if cited:
            return Counter(cited).most_common(1)[0][0]
        for line in self.lines:
            if opening := re.match(r"\s*(20[0-3]\d)年度?,", line.folded):
                return int(opening[1])
        dates = (read_date(line.text) for line in self.lines if len(line.text) < 60)
        return next((date.year for date in dates if date), None)

    def _years_of_issue(self) -> list[int]:
        """The years that the document's number and its date of issue name."""
        date = self.metadata.issued_date
        number = FORMS.year_of_number.search(fold(self.metadata.doc_number or ""))
        years = [int(number[1])] if number else []
        return [*years, date.year] if date else years

    def _year_of_span(self, first: int, last: int) -> int:
        """Of a plan for several years the year in which it was issued."""
        years = [year for year in self._years_of_issue() if first <= year <= last]
        year = [*years, first][0]
        values = {"first": first, "last": last, "year": year}
        self.metadata.remarks.append(Remark("title_names_years", values))
        return year

    def agency(self) -> str | None:
        """Name the agency: from the title, in full if the text has it in full.

        The title of the plan counts first, then that of the notice that hands it on,
        a signature with its date, a label such as 发布机构, a name alone on a line
        above the plan, and the site. A government's office (办公室) is another agency
        than the government: what the document says is taken. A short name
        (区政府办公室) that no place on the page completes names no agency: two places
        would become one.
        """
        title = self.metadata.title
        named = agency_in_title(title or "")
        dated, alone = _signed_and_dated(self.text), _signatures(self.lines)
        signed = [*dated, *alone]
        texts = [without_label(line.text).strip() for line in self.lines]
        texts = [text for text in texts if text]
        texts += [above + below for above, below in pairwise(texts)]  # broken titles
        notices = [agency_in_title(text) for text in texts if is_notice_title(text)]
        of_notices = [name for name in notices if name]
        if named and _is_full(named):
            bare_names = [re.sub("办公室$|办公厅$", "", name) for name in signed]
            longer = [bare for bare in bare_names if named in bare and _is_full(bare)]
            return max([_as_government(named), *longer], key=len)
        if named:
            full = next(filter(_is_full, of_notices), None)
            return full or self._in_full(named, signed) or named
        dated += _signed_and_dated(self.source[-_TAIL:])
        candidates = [*dated, self.labels.get("agency"), *alone, self.hints.get("site")]
        names = [fold(re.sub(r"\s+", "", name or "")) for name in candidates]
        names = [*of_notices, *filter(FORMS.agency_line.fullmatch, names)]
        if full := next(filter(_is_full, names), None):
            return full
        titles = [title or "", *of_notices]
        places = [place for place in map(place_in_title, titles) if place]
        for name in names:
            if whole := _with_place(name, places) or self._in_full(name, signed):
                return whole
        if places:
            return f"{places[0]}人民政府"
        short = next(iter(names), None)
        if short and not re.match("[省市县区州盟旗镇乡]|政府|人民政府|办公", short):
            return short
        if short:
            self.metadata.remarks.append(Remark("agency_short", {"name": short}))
        return None

    def _in_full(self, short: str, signed: list[str]) -> str | None:
        """Find the full form of a short name (省民政厅) in the text."""
        core = re.sub(r"^[省市县区]", "", short)
        if len(core) < 2:
            return None
        for name in [*signed, self.labels.get("agency", "")]:
            bare = re.sub(r"办公室$|办公厅$", "", name)
            if bare.endswith(core) and bare != short and _is_full(bare):
                return bare
        pattern = re.compile(
            rf"([\u3400-\u9fff]{{2,12}}?){re.escape(short)}|"
            rf"([\u3400-\u9fff]{{2,10}}?[省市县区]){re.escape(core)}"
        )
        votes: Counter[str] = Counter()
        for match in pattern.finditer(self.source):
            prefix = match[1] or match[2]
            for cut in range(len(prefix) - 1):
                name = prefix[cut:] + (short if match[1] else core)
                place = locate_agency(name)
                division = place.county or place.city or place.province
                if division and name.startswith(division[:2]):
                    votes[name] += 1
                    break
        return votes.most_common(1)[0][0] if votes else None


def _last(is_title: Callable[[str], bool], texts: list[str]) -> str | None:
    return next((tidy(text) for text in reversed(texts) if is_title(text)), None)


def _may_be_title(text: str) -> bool:
    """Whether a line that no rule knows could still be the title."""
    line = Line(0, len(text), text)
    is_sentence = re.search(r"[。:;>|]|,.*,", line.folded) or line.number
    return NAMED_SUBJECT.search(line.folded) is not None and not is_sentence


def _as_government(name: str) -> str:
    """The government of a town or a sub-district that only its place names."""
    if name.endswith(("乡", "镇")):
        return f"{name}人民政府"
    return f"{name}办事处" if name.endswith("街道") else name


def place_in_title(title: str) -> str | None:
    """The place a title opens with: 甲市乙区 in 2024年甲市乙区政务公开工作要点."""
    match = FORMS.place_at_head.match(re.sub(r"\s+", "", fold(title)))
    return match[1] if match and _is_full(match[1]) else None


def _with_place(short: str, places: list[str]) -> str | None:
    """A short name of a government's office with the place it belongs to."""
    match = re.match(
        r"(?P<level>[省市县区州盟旗镇乡]?)(?:人民)?政府(?P<office>办公[室厅])?$", short
    )
    if not match:
        return None
    fitting = [place for place in places if place.endswith(match["level"])]
    office = match["office"] or ""
    return f"{fitting[0]}人民政府{office}" if fitting else None


def agency_in_title(title: str) -> str | None:
    """Find the agency a title names, perhaps short (省民政厅)."""
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
    names = [re.sub(r"\s+", "", match[1]) for match in matches]
    return [name for name in names if not FORMS.no_agency.search(name)]
