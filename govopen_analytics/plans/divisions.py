"""Administrative divisions: an agency's name to its province, city and level."""

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from govopen_analytics.base.text import fold
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("divisions")

# Such a character makes a division's short name that of a street, a bay or a lake.
_GOES_ON = frozenset("道路街湾湖岛桥庄屯")
_MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")


@dataclass(frozen=True)
class Region:
    """Where an agency sits; a division that is not known is None."""

    province: str | None
    city: str | None
    county: str | None
    level: str | None


@dataclass(frozen=True)
class _Division:
    code: str
    name: str
    status: str

    @property
    def stem(self) -> str:
        """The digits that the codes of all divisions inside begin with."""
        return re.sub("(?:00){1,2}$", "", self.code)


def locate_agency(agency: str) -> Region:
    """Find the divisions named in an agency's full Chinese name, and its level.

    The divisions are those of today and former ones that plans still name. A county
    whose name several divisions share is placed only if the agency's name says where.
    """
    name = fold(agency).replace(" ", "")
    province, city, county = _divisions_in(name)
    if province in _MUNICIPALITIES and county is None and _says(name, province):
        rest = name.split(province[:2], 1)[-1].removeprefix("市")
        match = FORMS.county.match(rest)
        county = match.group() if match else None
    if province and not city and county is None and not _says(name, province):
        province = None
    return Region(province, city, county, _level(name, province, city, county))


def _says(name: str, division: str | None) -> bool:
    return bool(division and division[:2] in name)


def _level(
    name: str, province: str | None, city: str | None, county: str | None
) -> str | None:
    rest = name
    for division in (province, city, county):
        if division:
            rest = rest.replace(division, "", 1)
    if FORMS.town.search(rest):
        return "town"
    if county or (not city and FORMS.county.match(rest)):
        return "county"
    if city or (not province and FORMS.city.match(rest)):
        return "city"
    if province or re.match(r"[\u3400-\u9fff]{0,4}?(?:省|自治区)", rest):
        return "province"
    return "national" if FORMS.national.match(name) else None


def _divisions_in(name: str) -> tuple[str | None, str | None, str | None]:
    """Find the divisions that a name says, each inside the one before it."""
    province = city = county = None
    stem = ""
    start = 0
    while start < len(name) and county is None:
        for end in range(min(start + _longest(), len(name)), start + 1, -1):
            matches = _inside(_by_spelling().get(name[start:end], []), stem)
            if matches and not _goes_on(name, start, end, matches[0].stem):
                break
        else:
            start += 1
            continue
        start, stem = end, matches[0].stem
        county = matches[0].name if len(stem) == 6 else None
        if len(matches) == 1:
            province, city = _above(matches[0])
    return province, city, county


def _goes_on(name: str, start: int, end: int, stem: str) -> bool:
    """Whether a division without its last word begins the name of another place."""
    if FORMS.last_word.search(name[start:end]) or name[end : end + 1] not in _GOES_ON:
        return False
    # What follows may be a division inside it: 河北桥西区.
    ends = range(end + 2, min(end + _longest(), len(name)) + 1)
    return not any(_inside(_by_spelling().get(name[end:e], []), stem) for e in ends)


def _inside(divisions: list[_Division], stem: str) -> list[_Division]:
    """Keep the divisions inside another: of the highest rank, current ones first."""
    inside = [division for division in divisions if division.code.startswith(stem)]
    best = min(((len(d.stem), d.status) for d in inside), default=None)
    return [d for d in inside if (len(d.stem), d.status) == best]


def _above(division: _Division) -> tuple[str, str | None]:
    """Return the names of a division's province and of its prefecture, if any."""
    province = _names()[division.code[:2] + "0000"]
    # No prefecture stands above a county whose code has 90 there.
    if division.code[2:4] == "90" or len(division.stem) == 4:
        return province, division.name
    city = _names().get(division.code[:4] + "00")
    return province, None if city == province else city


@lru_cache(maxsize=1)
def _divisions() -> list[_Division]:
    text = Path(__file__).with_name("divisions.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return [_Division(**row) for row in csv.DictReader(lines)]


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Return the name of each code; a current name goes before a former one."""
    former_first = sorted(
        _divisions(), key=lambda division: division.status != "former"
    )
    return {division.code: division.name for division in former_first}


@lru_cache(maxsize=1)
def _by_spelling() -> dict[str, list[_Division]]:
    """Return the divisions that go by a name, in full or without its last word."""
    by_name: dict[str, list[_Division]] = {}
    for division in _divisions():
        for spelling in {division.name, FORMS.last_word.sub("", division.name)}:
            by_name.setdefault(spelling, []).append(division)
    return by_name


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(map(len, _by_spelling()))
