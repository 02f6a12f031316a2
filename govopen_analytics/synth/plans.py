"""What synthetic agencies plan: agendas, tasks, and the sentences that say so."""

import calendar
import datetime
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from govopen_analytics.base.data_files import load_yaml

SYNTHETIC_MARK = "【合成】"

# Mean agenda over agencies, in the order of the clause file: uneven enough for
# small plans to miss themes.
MEAN_AGENDA = {
    "policy_interpretation": 0.16,
    "application_disclosure": 0.07,
    "grassroots_standardization": 0.08,
    "platforms": 0.12,
    "proactive_disclosure": 0.20,
    "policy_documents": 0.09,
    "decision_participation": 0.09,
    "response_interaction": 0.08,
    "organization_supervision": 0.11,
}
_SMALLEST_SHARE = 0.01
# Chance that a task has a second clause of another obligation.
_SECONDARY_SHARE = 0.25
# Kind of deadline and how often it occurs.
_DEADLINES = {
    "month_end": 0.35,
    "date": 0.10,
    "year_end": 0.25,
    "whole_year": 0.20,
    "ongoing": 0.10,
}
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"


@dataclass(frozen=True)
class Agency:
    """A synthetic agency; `province`, `city`, `county` are invented names."""

    name: str
    level: str
    province: str
    city: str = ""
    county: str = ""


@dataclass
class Task:
    """One task as it will be printed, with what was planted in it."""

    themes: list[str]
    chapter: str
    title: str
    content: str
    lead_units: list[str]
    support_units: list[str]
    deadline_raw: str
    deadline_kind: str
    deadline_date: datetime.date | None
    completion: str
    progress: str
    has_quantity: bool
    passage: str = ""
    source_document_id: str = ""


@dataclass
class Plan:
    """One plan: an agency, a year, and its tasks in printed order."""

    document_id: str
    agency: Agency
    year: int
    layout: str
    tasks: list[Task] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The title as it is printed."""
        return f"{self.agency.name}{self.year}年政务公开工作要点"


@lru_cache(maxsize=1)
def read_clauses() -> dict[str, Any]:
    """Return the sentences that plans are composed of."""
    return load_yaml(__package__, "clauses.yaml")


def chapters() -> dict[str, str]:
    """Return the heading of the chapter that a theme stands in, in printed order."""
    return {
        theme: chapter["title"]
        for chapter in read_clauses()["chapters"]
        for theme in chapter["themes"]
    }


def name_agencies(n_agencies: int) -> list[Agency]:
    """Invent agencies of three levels: one province, two cities, one county, ….

    Names are unique and marked as synthetic; places exist nowhere.
    """
    agencies = []
    for k in range(n_agencies):
        block, place = divmod(k, 4)
        # Sixty stems and branches, then the sixty again with a number.
        cycle, position = divmod(block, 60)
        mark = f"第{cycle + 1}" if cycle else ""
        province = f"{mark}{_STEMS[position % 10]}{_BRANCHES[position % 12]}省"
        city = f"{province[:-1]}{'东西西'[place - 1]}市" if place else ""
        county = f"{city[:-1]}城县" if place == 3 else ""
        level = ("province", "city", "city", "county")[place]
        bureau = "民政厅" if level == "province" else "民政局"
        where = county or city or province
        agencies.append(
            Agency(f"{SYNTHETIC_MARK}{where}{bureau}", level, province, city, county)
        )
    return agencies


def draw_agendas(
    n_agencies: int,
    years: list[int],
    trends: dict[str, float],
    concentration: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draw each agency's true agenda and let it drift by the planted trends.

    They are Dirichlet distributed about the mean agenda, the closer the greater the
    concentration. Return shares by agency, year and theme; an agenda sums to 1, and
    no share falls below 0.01.

    Raises
    ------
    ValueError
        If the trends do not sum to 0 or are too steep for so many years.
    """
    themes = list(MEAN_AGENDA)
    slope = np.array([trends.get(theme, 0.0) for theme in themes])
    if abs(slope.sum()) > 1e-9:
        raise ValueError(
            f"trends: found a sum of {slope.sum():+.3f} a year, expected 0, since "
            "what one theme gains another loses"
        )
    offset = np.array(years) - np.mean(years)
    floor = _SMALLEST_SHARE + np.abs(slope) * np.abs(offset).max()
    if floor.sum() > 0.9:
        raise ValueError(
            f"trends: found up to {np.abs(slope).max():+.3f} a year over {len(years)} "
            "years, expected changes that leave every share above 0; plant "
            "smaller trends or fewer years"
        )
    mean = np.array(list(MEAN_AGENDA.values()))
    free = np.maximum(mean - floor, 0.005)
    drawn = rng.dirichlet(concentration * free / free.sum(), size=n_agencies)
    base = floor + (1 - floor.sum()) * drawn
    return base[:, None, :] + offset[None, :, None] * slope


def compose_task(
    agenda: np.ndarray,
    year: int,
    deck: "Deck",
    rng: np.random.Generator,
) -> Task:
    """Draw the themes of a task, and compose its words.

    The second theme is drawn from the same agenda and may equal the first, so
    that the expected fractional share of every theme is exactly the agenda's.
    """
    themes = list(MEAN_AGENDA)
    n_themes = 2 if rng.random() < _SECONDARY_SHARE else 1
    drawn = [themes[k] for k in rng.choice(len(themes), size=n_themes, p=agenda)]
    clauses = [deck.deal(theme, "clauses") for theme in drawn]
    if n_themes == 1 and rng.random() < 0.5:
        clauses.append(deck.deal(drawn[0], "clauses"))
    marks = ("{count}", "{days}", "不少于")
    has_quantity = any(mark in clause for clause in clauses for mark in marks)
    content = "。".join(dict.fromkeys(deck.fill(clause) for clause in clauses)) + "。"
    raw, kind, date = _draw_deadline(year, rng)
    lead, support = _draw_units(rng)
    completion, progress = deck.progress()
    return Task(
        themes=list(dict.fromkeys(drawn)),
        chapter=chapters()[drawn[0]],
        title=deck.fill(deck.deal(drawn[0], "titles")),
        content=content,
        lead_units=lead,
        support_units=support,
        deadline_raw=raw,
        deadline_kind=kind,
        deadline_date=date,
        completion=completion,
        progress=progress,
        has_quantity=has_quantity,
    )


class Deck:
    """Deals titles and clauses, none twice before all have had their turn."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._data = read_clauses()
        self._piles: dict[tuple[str, str], list[str]] = {}

    def deal(self, theme: str, kind: str) -> str:
        """Deal one of the ``titles`` or ``clauses`` of a theme, its slots unfilled."""
        pile = self._piles.setdefault((theme, kind), [])
        if not pile:
            cards = self._data["themes"][theme][kind]
            pile.extend(str(card) for card in self._rng.permutation(cards))
        return pile.pop()

    def fill(self, template: str) -> str:
        """Fill the slots of a clause with words drawn for them."""
        slots = self._data["slots"]
        values = {name: self._pick(slots[name]) for name in slots}
        return template.format(**values)

    def progress(self) -> tuple[str, str]:
        """Draw how far a task has come: the planted answer and the sentence."""
        completion = self._pick(list(self._data["progress"]))
        return completion, self._pick(self._data["progress"][completion]) + "。"

    def passage(self) -> str:
        """Compose a sentence long and odd enough to be found again."""
        slots = self._data["slots"]
        first, second = self._rng.permutation(slots["field"])[:2]
        group, channel = self._pick(slots["group"]), self._pick(slots["channel"])
        number = int(self._rng.integers(1000, 9999))
        return (
            f"以{first}与{second}联动为抓手，依托{channel}向{group}持续提供编号"
            f"{number}的专题信息，并由联络员逐月核对内容是否完整准确"
        )

    def _pick(self, values: list[str]) -> str:
        return values[int(self._rng.integers(len(values)))]


def _draw_deadline(
    year: int, rng: np.random.Generator
) -> tuple[str, str, datetime.date | None]:
    kind = str(rng.choice(list(_DEADLINES), p=list(_DEADLINES.values())))
    month = int(rng.integers(2, 12))
    last_day = calendar.monthrange(year, month)[1]
    if kind == "month_end":
        return f"{month}月底前", kind, datetime.date(year, month, last_day)
    if kind == "date":
        day = int(rng.integers(5, 28))
        return f"{month}月{day}日前", kind, datetime.date(year, month, day)
    if kind == "ongoing":
        return "持续推进", kind, None
    raw = "年底前" if kind == "year_end" else "全年"
    return raw, kind, datetime.date(year, 12, 31)


def _draw_units(rng: np.random.Generator) -> tuple[list[str], list[str]]:
    data = read_clauses()
    n_lead = 1 + int(rng.random() < 0.2)
    n_support = int(rng.integers(0, 3))
    # The office leads more than its share, as offices do.
    weight = np.array([3.0] + [1.0] * (len(data["units"]) - 1))
    drawn = rng.choice(
        data["units"], size=n_lead + n_support, replace=False, p=weight / weight.sum()
    )
    units = [str(unit) for unit in drawn]
    support = units[n_lead:]
    if rng.random() < 0.25:
        collective = data["collective_units"]
        support.append(str(collective[int(rng.integers(len(collective)))]))
    return units[:n_lead], support
