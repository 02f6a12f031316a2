"""A chart as plain data: panels of series, or a table of shaded cells, and its words.

Every chart is made as such an object. The Plotly renderer and the writers of office
files draw from it, and none of them reads what another one wrote. No text here is
escaped or broken into lines: that is the work of a renderer.
"""

import json
import math
from dataclasses import asdict, dataclass, is_dataclass
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from govopen_analytics.base.atomic_files import written_whole
from govopen_analytics.base.errors import ExportError
from govopen_analytics.base.text import printable

#: Type of a notebook's output that holds a chart as data, for pages drawn from it.
CHART_TYPE = "application/vnd.govopen.chart+json"
#: How the numbers of a panel are written, by spreadsheets.
FORMATS = {
    "share": "0%",
    "points": "+0.0;−0.0;0.0",
    "decimal": "0.00",
    "count": "#,##0",
}


@dataclass(frozen=True)
class Mark:
    """One value of a series.

    Attributes
    ----------
    value : float or None
        In the unit of the panel's axis; None leaves a gap.
    lower, upper : float or None
        Bounds of its interval, in the same unit.
    label : str
        What stands at the mark; empty for none.
    kind : str
        What it says of its value: a key of ``style.MARKS``.
    hover : str
        Lines of what a pointer over the mark shows.
    x : float or None
        Horizontal position, on a map.
    size : float or None
        What its area stands for, on a map.
    tasks : str
        End of the address of the explorer's page that shows the tasks behind it.
    """

    value: float | None
    lower: float | None = None
    upper: float | None = None
    label: str = ""
    kind: str = "sure"
    hover: str = ""
    x: float | None = None
    size: float | None = None
    tasks: str = ""

    def ends(self) -> list[float]:
        """Return the value and the bounds that are known."""
        ends = (self.value, self.lower, self.upper)
        return [end for end in ends if end is not None]


@dataclass(frozen=True)
class Series:
    """Marks of one name, in a panel with categories one for each of them."""

    name: str
    marks: tuple[Mark, ...]

    @property
    def has_intervals(self) -> bool:
        """Whether a mark has bounds."""
        return any(mark.lower is not None for mark in self.marks)


@dataclass(frozen=True)
class Reference:
    """A value that all rows of a panel are compared with, its name and its label."""

    value: float
    name: str
    label: str


@dataclass(frozen=True)
class Panel:
    """Marks on one pair of axes.

    Attributes
    ----------
    categories : tuple of str
        Names of the rows or of the years, in reading order; none on a map.
    series : tuple of Series
    title : str
        Empty where the chart has one panel only.
    kind : {"rows", "bars", "years", "map"}
        Dots with intervals in rows; lying bars, for amounts; dots over years; dots
        on a plane.
    form : str
        How its numbers are written, a key of ``FORMATS``.
    axis : str
        Words at the axis of the values, where those of the chart do not do.
    reference : Reference or None
    start : float
        Where the axis of dots may start, if no value is below it.
    most : float or None
        Largest value the unit can have, such as 1 for a share that is a part.
    lines : tuple of pair of int
        Marks of a map that are joined.
    """

    categories: tuple[str, ...]
    series: tuple[Series, ...]
    title: str = ""
    kind: str = "rows"
    form: str = "share"
    axis: str = ""
    reference: Reference | None = None
    start: float = 0.0
    most: float | None = None
    lines: tuple[tuple[int, int], ...] = ()

    def extent(self) -> tuple[float, float]:
        """Return the least and the largest value, intervals and the start included."""
        marks = [mark for series in self.series for mark in series.marks]
        ends = [end for mark in marks for end in mark.ends()]
        if self.reference is not None:
            ends.append(self.reference.value)
        return min([self.start, *ends]), max([self.start, *ends])


@dataclass(frozen=True)
class Cell:
    """A cell of a table: the value behind its colour, its text, its frame.

    ``scale`` names the colours: "one_way" from pale to dark, "two_way" from below
    through 0 to above, "wrong" for what should not be. A cell with no value has no
    colour; one with a text and no value says that something was not observed.
    ``tasks`` is as in ``Mark``.
    """

    value: float | None
    label: str = ""
    hover: str = ""
    scale: str = "one_way"
    is_framed: bool = False
    tasks: str = ""


@dataclass(frozen=True)
class HeatTable:
    """A table of shaded cells, ``cells`` by row and then by column.

    Attributes
    ----------
    least, most : float
        Values of the palest colour, where colours run one way, and of the darkest.
    groups : tuple of (str, int)
        Names of neighbouring columns and how many they are.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    least: float = 0.0
    most: float = 1.0
    groups: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Chart:
    """A chart with all its words.

    Attributes
    ----------
    name : str
        Of its files.
    title, subtitle : str
    alt : str
        What it shows, for those who cannot see it, without the kind of chart.
    source : str
        What it rests on: plans, tasks, codebook, coder, date.
    lang : {"zh", "en"}
    key : tuple of (str, str)
        What a mark stands for, by the mark: a renderer names the mark as it draws
        it (see ``style.mark_words``), and leaves out what it does not draw.
    axis : str
        What the values are shares of, or distances between.
    notes : tuple of str
        Further lines below it.
    panels : tuple of Panel
    table : HeatTable or None
    reason : str
        Why there is nothing to draw; empty where there are panels or a table.
    n : int
        Tasks it rests on (count).
    interval : float or None
        Level of its intervals (0-1).
    interval_kind : str
        What varies in them: "tasks" of a group, "plans", or "coding", which adds the
        coder's errors to the tasks; empty where there are none.
    """

    name: str
    title: str
    source: str
    lang: str
    subtitle: str = ""
    alt: str = ""
    key: tuple[tuple[str, str], ...] = ()
    axis: str = ""
    notes: tuple[str, ...] = ()
    panels: tuple[Panel, ...] = ()
    table: HeatTable | None = None
    reason: str = ""
    n: int = 0
    interval: float | None = None
    interval_kind: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw but a sentence."""
        return not self.panels and self.table is None

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        # Drawing is a renderer's work; it is loaded where a notebook shows a chart.
        from govopen_analytics.charts.draw import draw

        bundle = dict(draw(self)._repr_mimebundle_(**kwargs))
        return {**bundle, CHART_TYPE: _content(self)}


def write_chart(chart: Chart, path: Path) -> None:
    """Write a chart as JSON, whole or not at all, without what XML cannot hold."""
    content = json.dumps(_content(chart), ensure_ascii=False, allow_nan=False)
    with written_whole(path) as aside:
        aside.write_text(content, encoding="utf-8")


def read_chart(path: Path) -> Chart:
    """Read a chart that ``write_chart`` wrote.

    Raises
    ------
    ExportError
        If the file holds no chart.
    """
    try:
        return chart_from(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExportError(
            f"Chart {path}: found no chart of this version of the library "
            f"({type(error).__name__}: {error}), expected a file that a report wrote; "
            "run `govopen report` again"
        ) from error


def chart_from(content: dict[str, Any]) -> Chart:
    """Return the chart of what a file or a notebook's output holds.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError
        If it is no chart.
    """
    chart: Chart = _built(Chart, content)
    return chart


def _built(kind: Any, content: Any) -> Any:
    """Return what a type says of plain data: dataclasses and tuples, also nested."""
    if isinstance(kind, type) and is_dataclass(kind):
        types = _types_of(kind)
        parts = {name: _built(types[name], part) for name, part in content.items()}
        return kind(**parts)
    inner = get_args(kind)
    if get_origin(kind) is tuple:
        kinds = repeat(inner[0]) if inner[-1] is ... else inner
        return tuple(map(_built, kinds, content))
    # One of the others may be missing: a type or None.
    return _built(inner[0], content) if inner and content is not None else content


@cache
def _types_of(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def number(value: Any) -> float | None:
    """Return a value of a table as a float; None where it is missing."""
    try:
        as_float = float(value)
    except (TypeError, ValueError):  # pandas' own sign for a missing value
        return None
    return as_float if math.isfinite(as_float) else None


def _content(chart: Chart) -> dict[str, Any]:
    content: dict[str, Any] = _clean(asdict(chart))
    return content


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _clean(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(part) for part in value]
    return value.item() if hasattr(value, "item") else value
