"""A chart as an office program knows it: categories, series, cells, words."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Point:
    """One value of a series.

    Attributes
    ----------
    value : float or None
        The value, in the unit of the panel's axis; None leaves a gap.
    lower, upper : float or None
        Bounds of its interval, in the same unit.
    label : str
        What stands at the mark; empty for none.
    is_hollow : bool
        Whether the figure drew the mark hollow: not observed, or not sure.
    x : float or None
        Position on the horizontal axis, where both axes are numeric.
    """

    value: float | None
    lower: float | None = None
    upper: float | None = None
    label: str = ""
    is_hollow: bool = False
    x: float | None = None


@dataclass(frozen=True)
class Series:
    """Points of one name and colour (six hexadecimal digits).

    In a panel with categories there is one point for each of them, in order. In a
    scatter `is_line` joins the points and leaves out their marks.
    """

    name: str
    color: str
    points: tuple[Point, ...]
    is_line: bool = False


@dataclass(frozen=True)
class Panel:
    """One native chart.

    Attributes
    ----------
    title : str
        Empty where the chart has one panel only.
    kind : {"bar", "column", "line", "scatter"}
        Bars lie, columns stand; a scatter has two numeric axes.
    categories : tuple of str
        In reading order; empty for a scatter.
    series : tuple of Series
    number_format : str
        Spreadsheet format of the values.
    value_title, x_title : str
        Titles of the value axis and, in a scatter, of the horizontal one.
    base : float or None
        Value at which bars start, where it is not zero.
    is_stacked : bool
    value_range : tuple of float or None
        Shared bounds of the value axis (axis unit).
    has_legend : bool
        Whether the series have names that a reader knows.
    has_numbers : bool
        Whether the axes' own numbers mean anything.
    """

    title: str
    kind: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    number_format: str = "General"
    value_title: str = ""
    x_title: str = ""
    base: float | None = None
    is_stacked: bool = False
    value_range: tuple[float, float] | None = None
    has_legend: bool = False
    has_numbers: bool = True

    def extent(self) -> tuple[float, float]:
        """Return the least and the largest value, intervals and stacks included."""
        values = [
            value
            for one in self.series
            for point in one.points
            for value in (point.value, point.lower, point.upper)
            if value is not None
        ]
        if self.is_stacked:
            for points in zip(*(one.points for one in self.series), strict=True):
                values.append(sum(point.value or 0.0 for point in points))
        return min(values, default=0.0), max(values, default=1.0)


@dataclass(frozen=True)
class Cell:
    """A cell of a heat map: value, text, colours (hexadecimal), frame."""

    value: float | None
    text: str
    fill: str
    color: str
    is_framed: bool = False


@dataclass(frozen=True)
class HeatTable:
    """A heat map as a table, ``cells`` by row and then by column."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A figure of a run with all its words, ready for a slide or a page.

    Attributes
    ----------
    name, title, subtitle, alt, source : str
        As in the figure; `source` holds n, codebook version, coder and date.
    notes : tuple of str
        Words under the chart, such as the denominator.
    panels : tuple of Panel
    tables : tuple of HeatTable
        A figure without panels and tables says why there is nothing to draw.
    """

    name: str
    title: str
    subtitle: str
    alt: str
    source: str
    notes: tuple[str, ...] = ()
    panels: tuple[Panel, ...] = ()
    tables: tuple[HeatTable, ...] = field(default=())
