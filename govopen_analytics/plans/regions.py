"""Administrative divisions: an agency's name to its province, city and level."""

import re
from dataclasses import dataclass
from functools import lru_cache

from govopen_analytics.base.text import fold

_TOWN = re.compile(
    r"[\u3400-\u9fff]{1,8}(?:乡|镇|街道|苏木)(?:人民政府|党政|办事处|$|政务)"
)
_COUNTY = re.compile(r"[\u3400-\u9fff]{1,8}?(?:县|区|旗|自治县)(?![域划直级])")
_CITY = re.compile(r"[\u3400-\u9fff]{1,8}?(?:市|自治州|地区|盟)(?![场直级])")
_NATIONAL = re.compile(
    r"^(?:国务院|国家|中国|中华|海关总署|.{2,12}部(?:办公厅)?$|最高)"
)
_MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")


@dataclass(frozen=True)
class Region:
    """Where an agency sits; a division that is not known is None."""

    province: str | None
    city: str | None
    county: str | None
    level: str | None


def locate_agency(agency: str) -> Region:
    """Find the divisions named in an agency's name, and its level.

    The list of divisions is that of the package ``cpca``. A county whose name
    several provinces share is placed only if the name says where.

    Parameters
    ----------
    agency : str
        Full Chinese name, such as ``"厦门市集美区人民政府办公室"``.

    Returns
    -------
    Region
    """
    import cpca

    name = fold(agency).replace(" ", "")
    row = cpca.transform([name]).iloc[0]
    province, city, county = (
        value if isinstance(value, str) and value else None for value in row[:3]
    )
    is_placed = _says(name, province) or _says(name, city)
    if county and not is_placed and _namesakes().get(county, 0) > 1:
        province = city = None
    if city and city.startswith(("省直辖", "自治区直辖")):
        city = county  # a county-level city that no prefecture stands above
    if city in ("市辖区", "县"):
        city = None
    if province in _MUNICIPALITIES and county is None and _says(name, province):
        rest = name.split(province[:2], 1)[-1].removeprefix("市")
        match = _COUNTY.match(rest)
        county = match.group() if match else None
    if province and not city and county is None and not _says(name, province):
        province = None
    return Region(province, city, county, _level(name, province, city, county))


def _says(name: str, division: str | None) -> bool:
    return bool(division) and division[:2] in name


def _level(
    name: str, province: str | None, city: str | None, county: str | None
) -> str | None:
    rest = name
    for division in (province, city, county):
        if division:
            rest = rest.replace(division, "", 1)
    if _TOWN.search(rest):
        return "town"
    if county or (not city and _COUNTY.match(rest)):
        return "county"
    if city or (not province and _CITY.match(rest)):
        return "city"
    if province or re.match(r"[\u3400-\u9fff]{0,4}?(?:省|自治区)", rest):
        return "province"
    return "national" if _NATIONAL.match(name) else None


@lru_cache(maxsize=1)
def _namesakes() -> dict[str, int]:
    """Count how many divisions go by a name."""
    from importlib.resources import files

    lines = (files("cpca") / "resources" / "adcodes.csv").read_text("utf-8")
    counts: dict[str, int] = {}
    for line in lines.splitlines()[1:]:
        name = line.split(",")[1]
        counts[name] = counts.get(name, 0) + 1
    return counts
