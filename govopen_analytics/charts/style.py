"""What all renderers share: colours, names of marks, the source line, labels."""

import html
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from govopen_analytics.base.languages import signed
from govopen_analytics.charts.display import joined
from govopen_analytics.charts.model import Cell, Chart, HeatTable, Mark, Panel, Series
from govopen_analytics.words import section

WIDTH, HEIGHT = 1280, 720  # pixels: one slide

FONT_FAMILY = (
    "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, "
    "Microsoft YaHei, WenQuanYi Micro Hei, sans-serif"
)
INK, QUIET, PAPER = "#1f2933", "#52606d", "#ffffff"
GRID, HATCH = "#e4e7eb", "#9aa5b1"
# Dark blue and vermilion of Okabe and Ito: apart for colour-blind readers, and
# apart in grey.
ACCENT, SECOND = "#0b5394", "#d55e00"


class MarkStyle(NamedTuple):
    """How a kind of mark is drawn: colour, Plotly's symbol, hollow (a pale bar)."""

    color: str
    symbol: str = "circle"
    is_hollow: bool = False


#: Kinds of marks, by what they say of a value.
MARKS = {
    "sure": MarkStyle(ACCENT),  # established
    "unsure": MarkStyle(ACCENT, is_hollow=True),  # not established
    "unseen": MarkStyle(SECOND, "diamond", is_hollow=True),  # not observed
    # The group compared with; not vermilion, which says "not observed" on every chart.
    "other": MarkStyle(QUIET, "square"),
    "bound": MarkStyle(SECOND, "line-ns"),  # a bound that chance alone reaches
    "plain": MarkStyle(SECOND, "diamond", is_hollow=True),  # of another kind of coding
    "decisive": MarkStyle(SECOND),  # what a claim rests on
    "context": MarkStyle("#7b8794"),  # what stands beside that
}
# Vermilion below, blue above: the sign stands in the text for readers in grey.
SCALES = {
    "one_way": ("#f1f6fb", "#7fb0d8", "#0a3d70"),
    "two_way": ("#b34700", "#ffffff", "#0a3d70"),
    "wrong": ("#fbe3d4", "#ea9e6a", "#d55e00"),
}
EMPTY_FILL = "#eef0f2"


def tasks_attribute(tasks: str) -> str:
    """Mark an element as leading to tasks; a page of a report makes it a link."""
    return f' data-tasks="{html.escape(tasks)}"' if tasks else ""


# Words for marks ------------------------------------------------------------------


def _drawing_of(chart: Chart, is_office: bool) -> str:
    """Return how a renderer draws a chart: the key of its words for marks.

    Office programs have no dots in rows, and no hatching: bars and grey cells stand
    for them.
    """
    if chart.table is not None:
        return "table" if is_office else "heat"
    kind = chart.panels[0].kind if chart.panels else "rows"
    return {"rows": "bars", "map": "office_map"}.get(kind, kind) if is_office else kind


def full_subtitle(chart: Chart, *, is_office: bool = False) -> str:
    """Return the subtitle with the key to the marks, named as they are drawn."""
    words = section("charts", chart.lang)
    marks = words["marks"].get(_drawing_of(chart, is_office), {})
    key = [
        words["key"].format(mark=marks[mark], meaning=meaning)
        for mark, meaning in chart.key
        if mark in marks
    ]
    if key and not chart.subtitle:
        key[0] = key[0][:1].upper() + key[0][1:]
    return joined((chart.subtitle, *key), chart.lang)


def full_alt(chart: Chart, *, is_office: bool = False) -> str:
    """Return the description of a chart, with the kind of chart before it."""
    if chart.is_empty:
        return chart.reason
    words = section("charts", chart.lang)
    form = words["forms"][_drawing_of(chart, is_office)]
    return words["alt"].format(form=form, alt=chart.alt)


# Labels ---------------------------------------------------------------------------


def written(value: float, form: str) -> str:
    """Write a value of a panel's axis; `form` is a key of ``model.FORMATS``."""
    if form == "share":
        return f"{value:.{0 if round(100 * value, 9).is_integer() else 1}%}"
    if form == "points":
        return signed(value, 0 if value.is_integer() else 1)
    return f"{value:,.0f}" if form == "count" else f"{value:.2f}"


def with_reference(panel: Panel) -> Panel:
    """Return a panel whose reference is a row of its own, at its place by value.

    Office programs have no line across the rows of a bar chart.
    """
    reference = panel.reference
    if reference is None:
        return panel
    values = [mark.value or 0.0 for mark in panel.series[0].marks]
    at = next((i for i, v in enumerate(values) if v < reference.value), len(values))
    mark = Mark(reference.value, label=reference.label, kind="other")
    series = []
    for i, part in enumerate(panel.series):
        marks = (*part.marks[:at], Mark(None) if i else mark, *part.marks[at:])
        series.append(replace(part, marks=marks))
    names = (*panel.categories[:at], reference.name, *panel.categories[at:])
    return replace(panel, categories=names, series=tuple(series), reference=None)


def in_one_lane(panel: Panel) -> Panel:
    """Return a panel of one series: each further mark of a row has a row of its own.

    The row of a further mark has the name of its series. Bars beside each other in
    one row have no room for their intervals and labels in office programs.
    """
    if len(panel.series) < 2:
        return panel
    rows = [
        (f"　{series.name}" if place else name, series.marks[i])
        for i, name in enumerate(panel.categories)
        for place, series in enumerate(panel.series)
        if series.marks[i].value is not None
    ]
    names, marks = zip(*rows, strict=True) if rows else ((), ())
    series = (Series(panel.series[0].name, marks),)
    return replace(panel, categories=names, series=series)


def lanes_of(panel: Panel) -> list[int]:
    """Return the series that stand beside each other in a row: those with intervals."""
    lanes = [i for i, series in enumerate(panel.series) if series.has_intervals]
    return lanes if len(lanes) > 1 else [0]


def n_letters(text: str) -> int:
    """Return the width of a text in Latin letters; a Chinese character takes two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def shortened(texts: Sequence[str], width: int) -> list[str]:
    """Leave out the middle of texts that are wider than `width` Latin letters.

    Both ends are kept, for an agency's end says what it is. Where that would make
    two texts one, all are returned as they are.
    """
    short = [_shortened(text, width) for text in texts]
    return short if len(set(short)) == len(set(texts)) else list(texts)


def lines_of(text: str, width: int) -> list[str]:
    """Break a label into about equal lines of at most `width` Latin letters.

    A number stays with its unit or name, and a word is cut behind a hyphen only.
    """
    if n_letters(text) <= width:
        return [text]
    n_lines = -(-n_letters(text) // width)
    words = r"n = [\d,、 ]+|[A-Za-z]+[-_](?=[A-Za-z])|[!-~\u00c0-\u024f]+ ?|."
    pieces = re.findall(words, text)
    equal = -(-n_letters(text) // n_lines) + 2
    for longest in range(equal, max(equal, width) + 1):
        lines = [""]
        for piece in pieces:
            if lines[-1] and n_letters((lines[-1] + piece).rstrip()) > longest:
                lines.append(piece)
            else:
                lines[-1] += piece
        if len(lines) <= n_lines:
            break
    return [line.strip() for line in lines]


def escaped(text: str, width: int = 10_000) -> str:
    """Return a text as Plotly's markup, broken where it is wider than `width`."""
    lines = [part for line in text.split("\n") for part in lines_of(line, width)]
    return "<br>".join(html.escape(line, quote=False) for line in lines)


def label_pixels(labels: Sequence[str]) -> int:
    """Return the width of the longest line of escaped labels, with a margin."""
    lines = [line for label in labels for line in label.split("<br>")]
    longest = max((n_letters(html.unescape(line)) for line in lines), default=0)
    return 30 + int(longest * 6.8)


# Colours and scales ---------------------------------------------------------------


def cell_fill(cell: Cell, table: HeatTable) -> str:
    """Return the colour of a cell.

    One with words and no value is grey, one with neither is white.
    """
    if cell.value is None:
        return EMPTY_FILL if cell.label else PAPER
    low, high = color_range(table, cell.scale)
    place = min(1.0, max(0.0, (cell.value - low) / (high - low)))
    stops = SCALES[cell.scale]
    step = min(int(place * (len(stops) - 1)), len(stops) - 2)
    part = place * (len(stops) - 1) - step
    below, above = _channels(stops[step]), _channels(stops[step + 1])
    mixed = (round(a + (b - a) * part) for a, b in zip(below, above, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def color_range(table: HeatTable, scale: str) -> tuple[float, float]:
    """Return the values of the first and the last colour of a scale."""
    most = table.most
    least = -most if scale == "two_way" else min(table.least, most - 1e-9)
    return least, max(most, least + 1e-9)


def readable_on(fill: str) -> str:
    """Return light or dark text, whichever stands out more.

    References
    ----------
    .. [1] Web Content Accessibility Guidelines 2.2, relative luminance and
       contrast ratio.
    """
    light, between, dark = (_luminance(c) + 0.05 for c in (PAPER, fill, INK))
    return PAPER if light / between > between / dark else INK


def ticks(panels: Iterable[Panel], n: int = 5) -> list[float]:
    """Return about `n` round values for an axis that all `panels` share.

    They reach from at most the least value to at least the largest, intervals
    included; a unit that has a largest value ends there.
    """
    panels = list(panels)
    ends = [panel.extent() for panel in panels]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    high = high if high > low else low + 1.0
    size = 10.0 ** math.floor(math.log10((high - low) / n))
    steps = (size * part for part in (1, 2, 2.5, 5, 10))
    step = next(part for part in steps if part * n >= (high - low) * 0.999)
    if all(panel.form == "count" for panel in panels):
        step = math.ceil(step)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    most = max(math.inf if p.most is None else p.most for p in panels)
    values = (round(place * step, 10) for place in range(first, last + 1))
    return [value for value in values if value <= most + 1e-9]


def _luminance(color: str) -> float:
    parts = [channel / 255 for channel in _channels(color)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(color: str) -> tuple[int, ...]:
    digits = color.lstrip("#")
    return tuple(int(digits[i : i + 2], 16) for i in (0, 2, 4))


def _shortened(text: str, width: int) -> str:
    cuts = range(1, len(text)) if n_letters(text) > width else ()
    return next((s for n in cuts if n_letters(s := _without(text, n)) <= width), text)


def _without(text: str, n: int) -> str:
    start = (len(text) - n) // 2
    return f"{text[:start]}…{text[start + n :]}"
