"""A figure file of a run to a chart with native data; no browser is needed."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from govopen_analytics.base.errors import ExportError
from govopen_analytics.charts.model import Chart, Panel
from govopen_analytics.office.figure_json import plain_text
from govopen_analytics.office.heat import read_heat_table
from govopen_analytics.office.panels import read_panels
from govopen_analytics.office.words import words_for_marks

_HEAT = ("heatmap",)
# What the subtitles call the two colours that tell series apart.
_COLOR_WORDS = {
    "0b5394": "蓝色|[Bb]lue",
    "52606d": "灰色|[Gg]rey",
    "d55e00": "橙色|[Oo]range",
}


def read_chart(path: Path, lang: str = "zh") -> Chart:
    """Read a figure that ``results.save_figure`` wrote.

    Parameters
    ----------
    path : Path
        The figure's JSON file.
    lang : {"zh", "en"}, default "zh"
        Language of the figure's words.

    Returns
    -------
    Chart
        Its words, and its data as panels of series or as a table.

    Raises
    ------
    ExportError
        If the file is no figure, or has marks that office charts do not have.
    """
    try:
        figure = json.loads(path.read_text(encoding="utf-8"))
        return _chart(figure, path.stem, lang)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExportError(
            f"Figure {path}: cannot be read as a Plotly figure "
            f"({type(error).__name__}: {error}); run `govopen report` again"
        ) from error


def _chart(figure: Mapping[str, Any], stem: str, lang: str) -> Chart:
    layout = figure["layout"]
    meta = layout.get("meta") or {}
    name = meta.get("name", stem)
    title = layout.get("title") or {}
    traces = [trace for trace in figure["data"] if trace.get("visible", True) is True]
    heat = [trace for trace in traces if trace.get("type") in _HEAT]
    others = [trace for trace in traces if trace.get("type") not in _HEAT]
    notes = _notes(layout.get("annotations") or ())
    words = plain_text(title.get("text")) or name
    subtitle = plain_text((title.get("subtitle") or {}).get("text"))
    panels = () if heat else read_panels(others, layout, name, words)
    panels = tuple(_with_names(panel, subtitle) for panel in panels)
    alt = plain_text(meta.get("alt"))
    marks = {"is_bars": _has_bars(panels), "is_table": bool(heat)}
    return Chart(
        name=name,
        title=words,
        subtitle=words_for_marks(subtitle, lang, **marks),
        alt=words_for_marks(alt, lang, **marks),
        source=notes[-1] if notes else "",
        notes=(*_key(layout.get("annotations") or (), alt), *notes[:-1]),
        tables=tuple(
            read_heat_table(same, _over(same[0], others), layout)
            for same in _by_axes(heat)
        ),
        panels=panels,
    )


def _has_bars(panels: Sequence[Panel]) -> bool:
    return any(panel.kind in ("bar", "column") for panel in panels)


def _with_names(panel: Panel, subtitle: str) -> Panel:
    """Name series after the key to their colours, where no legend names them."""
    if panel.has_legend or len(panel.series) < 2:
        return panel
    series = []
    for one in panel.series:
        words = _COLOR_WORDS.get(one.color)
        found = words and re.search(rf"(?:{words})[^:：;；]*[:：]([^;；]+)", subtitle)
        series.append(replace(one, name=found[1].strip()) if found else one)
    return replace(panel, series=tuple(series))


def _by_axes(traces: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for trace in traces:
        groups.setdefault(_pair(trace), []).append(trace)
    return list(groups.values())


def _over(trace: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> list:
    return [other for other in others if _pair(other) == _pair(trace)]


def _pair(trace: Mapping[str, Any]) -> tuple[str, str]:
    return trace.get("xaxis") or "x", trace.get("yaxis") or "y"


def _key(annotations: Sequence[Mapping[str, Any]], alt: str) -> list[str]:
    """Return the words beside a figure: a key to its marks, on one line each."""
    beside = [
        note
        for note in annotations
        if note.get("yref") == "paper"
        and note.get("xref") == "paper"
        and note.get("yanchor") != "bottom"
        and note.get("y") != 0
    ]
    # A figure with nothing to draw says so in its midst, and in its description.
    texts = [note.get("text") for note in beside if plain_text(note.get("text")) != alt]
    return [line for text in texts if (line := _one_line(text))]


def _one_line(markup: object) -> str:
    parts = [plain_text(part) for part in str(markup or "").split("<br>")]
    return plain_text(markup) if len(parts) == 1 else "；".join(filter(None, parts))


def _notes(annotations: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the lines under a figure from above; the last one is the source."""
    below = [
        note
        for note in annotations
        if note.get("yref") == "paper"
        and note.get("xref") == "paper"
        and note.get("yanchor") == "top"
        and note.get("y") == 0
    ]
    below.sort(key=lambda note: -note.get("yshift", 0))
    return [text for note in below if (text := plain_text(note.get("text")))]
