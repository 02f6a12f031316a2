"""Charts of the question: how alike are the agencies?"""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.frame import (
    ChartSource,
    ChartText,
    finish,
    heat_chart,
    interval_chart,
    not_drawn,
    row_labels,
    sentence_chart,
    wrapped,
)
from govopen_analytics.charts.map_layout import map_layout
from govopen_analytics.charts.style import (
    ACCENT,
    GRID,
    HEIGHT,
    INK,
    PAPER,
    SECOND,
    WIDTH,
    label_pixels,
)
from govopen_analytics.questions.likeness import most_different
from govopen_analytics.questions.selection import extremes
from govopen_analytics.words import agency_name, section


def rest_dots(
    against_rest: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> go.Figure:
    """Draw each agency's distance from all others, beside what chance gives.

    Parameters
    ----------
    against_rest : DataFrame, shape (n_agencies, ...)
        Result of ``compare.agenda_distances`` by ``agency`` against the rest.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals, for the words that name it (0-1).

    Returns
    -------
    Figure
        The 30 agencies surest to differ, if there are more; one sentence where
        fewer than two can be compared.
    """
    words = section("likeness_charts", lang)
    known = against_rest.dropna(subset=["distance"])
    shown, n_hidden = most_different(known)
    shown = shown.sort_values("distance", ascending=False)
    text = ChartText(
        "rest_dots",
        words["rest_title"],
        words["rest_subtitle"].format(
            level=f"{interval:.0%}", hidden=not_drawn(n_hidden, lang)
        ),
        words["rest_axis"],
        words["rest_alt"].format(agencies=len(shown)),
    )
    if shown.empty:
        return sentence_chart(text, words["single"], source=source, lang=lang)
    labels = _labels(list(shown["group"]), list(shown["n_tasks"]), words)
    own = pd.DataFrame(
        {
            "y": range(len(shown)),
            "value": shown["distance"].to_numpy(),
            "lower": shown["distance_lower"].to_numpy(),
            "upper": shown["distance_upper"].to_numpy(),
            "label": "",
            "hover": [
                f"{label}<br>{value:.2f}"
                for label, value in zip(labels, shown["distance"], strict=True)
            ],
            "mark": [
                "sure" if sure else "unsure" for sure in shown["is_beyond_chance"]
            ],
        }
    )
    bounds = own.assign(
        value=shown["distance_null_bound"].to_numpy(),
        lower=float("nan"),
        upper=shown[["distance_upper", "distance_null_bound"]].max(axis=1).to_numpy(),
        label=[
            f"{row.distance:.2f} ({words['chance']} {row.distance_null_bound:.2f})"
            for row in shown.itertuples()
        ],
        mark="bound",
    )
    return interval_chart(
        {"": pd.concat([own, bounds], ignore_index=True)},
        labels,
        text,
        source=source,
        lang=lang,
        tick_format=".2f",
    )


def overlap_heat_map(
    pairs: pd.DataFrame, *, n_hidden: int = 0, source: ChartSource, lang: str = "zh"
) -> go.Figure:
    """Draw agencies by agencies: the overlap of their agendas.

    Parameters
    ----------
    pairs : DataFrame, shape (n_pairs, ...)
        Result of ``compare.agenda_distances`` by ``agency``, each with each.
    n_hidden : int, default 0
        Agencies left out of `pairs`.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    Figure
        One sentence where fewer than two agencies can be compared.
    """
    words = section("likeness_charts", lang)
    known = pairs.dropna(subset=["distance"])
    sizes = _sizes(known)
    names = sorted(sizes, key=lambda name: -sizes[name])
    text = ChartText(
        "overlap_heat_map",
        words["heat_title"],
        words["heat_subtitle"].format(hidden=not_drawn(n_hidden, lang)),
        words["heat_axis"],
        words["heat_alt"].format(
            agencies=len(names), found=int(known["is_beyond_chance"].sum())
        ),
    )
    if known.empty:
        return sentence_chart(text, words["single"], source=source, lang=lang)
    places = {name: place for place, name in enumerate(names)}
    cells = []
    for row in known.itertuples():
        first, second = sorted((places[row.group], places[row.reference]))
        cells.append(
            {
                "x": first,
                "y": second,
                "value": float(row.overlap),
                "label": f"{row.overlap:.0f}",
                "hover": words["heat_hover"].format(
                    group=wrapped(row.group),
                    reference=wrapped(row.reference),
                    overlap=f"{row.overlap:.0f}",
                    distance=f"{row.distance:.2f}",
                    bound=f"{row.distance_null_bound:.2f}",
                ),
                "is_sure": bool(row.is_beyond_chance),
            }
        )
    labels = [
        f"{label} [{place}]"
        for place, label in enumerate(
            _labels(names, [sizes[name] for name in names], words), start=1
        )
    ]
    columns = [f"[{place}]" for place in range(1, len(names) + 1)]
    return heat_chart(
        pd.DataFrame(cells),
        labels,
        columns,
        text,
        source=source,
        lang=lang,
        lowest=_PALEST,
        column_lines=1,
    )


def agency_map(
    points: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    n_hidden: int = 0,
    source: ChartSource,
    lang: str = "zh",
) -> go.Figure:
    """Draw agencies as points, joined where they differ beyond chance.

    Parameters
    ----------
    points : DataFrame, shape (n_agencies, ...)
        Result of ``compare.agenda_map``.
    pairs, n_hidden, source, lang
        As in ``overlap_heat_map``.

    Returns
    -------
    Figure
        One sentence where fewer than two agencies can be compared.
    """
    words = section("likeness_charts", lang)
    found = pairs.loc[pairs["is_beyond_chance"].astype(bool)]
    alt = words["map_alt"].format(agencies=len(points), found=len(found))
    title = words["map_title"]
    if points.empty:
        none = ChartText("agency_map", title, "", "", alt)
        return sentence_chart(none, words["single"], source=source, lang=lang)
    # In the order of the heat map: an agency has one number on both.
    points = points.sort_values("n_tasks", ascending=False, kind="stable")
    labels = _labels(list(points["group"]), list(points["n_tasks"]), words)
    is_named = len(points) <= _MOST_NAMED
    right = 30 if is_named else min(label_pixels(labels) + 40, _WIDEST_KEY)
    free = (WIDTH - _LEFT - right, HEIGHT - _ABOVE - _BELOW)
    area, ranges = map_layout(points, labels if is_named else (), free)
    is_moved = not np.allclose(area[["x", "y"]], points[["x", "y"]].astype(float))
    has_lines = len(found) <= _MOST_LINES
    subtitle = words["map_subtitle"].format(
        lines=words["lines" if has_lines else "no_lines"].format(found=len(found)),
        moved=words["moved"] if is_moved else "",
        hidden=not_drawn(n_hidden, lang),
    )
    axis = words["map_axis"].format(share=percent(points["shown_share"].iloc[0]))
    text = ChartText("agency_map", title, subtitle, axis, alt)
    figure = go.Figure()
    if has_lines:
        figure.add_trace(_map_lines(area, found))
    numbers = [str(number) for number in range(1, len(points) + 1)]
    figure.add_trace(_map_dots(area, labels if is_named else numbers, is_named))
    finish(figure, text, source=source, lang=lang, height=HEIGHT, top_margin=_ABOVE)
    bare = {"gridcolor": GRID, "zeroline": False, "showticklabels": False}
    figure.update_xaxes(range=ranges[0], **bare)
    figure.update_yaxes(range=ranges[1], scaleanchor="x", **bare)
    figure.update_layout(margin={"l": _LEFT, "r": right})
    if not is_named:
        _add_key(figure, labels)
    return figure


def reuse_dots(
    reuse: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> go.Figure:
    """Draw the share of each agency's text that stands in earlier plans.

    Parameters
    ----------
    reuse : DataFrame, shape (n_agencies, ...)
        Result of ``compare.reuse_by_group`` by ``agency``.
    source, lang, interval
        As in ``rest_dots``.

    Returns
    -------
    Figure
        Of more than 30 agencies the 15 highest and the 15 lowest; one sentence
        where there is no earlier plan.
    """
    words = section("likeness_charts", lang)
    if reuse.empty:
        shown, n_hidden = reuse, 0
    else:
        shown, n_hidden = extremes(reuse, ["reused_share"])
    text = ChartText(
        "reuse_dots",
        words["reuse_title"],
        words["reuse_subtitle"].format(
            level=f"{interval:.0%}", hidden=not_drawn(n_hidden, lang)
        ),
        words["reuse_axis"],
        words["reuse_alt"].format(agencies=len(shown)),
    )
    if shown.empty:
        return sentence_chart(text, words["no_reuse"], source=source, lang=lang)
    names = [agency_name(name, lang) for name in shown["agency"]]
    labels = _labels(names, list(shown["n_tasks"]), words)
    values = [percent(share) for share in shown["reused_share"]]
    marks = pd.DataFrame(
        {
            "y": range(len(shown)),
            "value": shown["reused_share"].to_numpy(),
            "lower": shown["reused_share_lower"].to_numpy(),
            "upper": shown["reused_share_upper"].to_numpy(),
            "label": values,
            "hover": [f"{a}<br>{b}" for a, b in zip(labels, values, strict=True)],
            "mark": "sure",
        }
    )
    return interval_chart({"": marks}, labels, text, source=source, lang=lang)


def _labels(names: list[object], sizes: list[int], words: dict) -> list[str]:
    return row_labels(
        words["row"].format(agency=name, n=f"{n:,}")
        for name, n in zip(names, sizes, strict=True)
    )


def _sizes(pairs: pd.DataFrame) -> dict[str, int]:
    return {
        **dict(zip(pairs["reference"], pairs["n_reference_tasks"], strict=True)),
        **dict(zip(pairs["group"], pairs["n_tasks"], strict=True)),
    }


def _map_lines(area: pd.DataFrame, found: pd.DataFrame) -> go.Scatter:
    places = area.set_index("group")[["x", "y"]]
    pairs = zip(found["group"], found["reference"], strict=True)
    ends = [(places.loc[one], places.loc[other]) for one, other in pairs]
    return go.Scatter(
        x=[x for one, other in ends for x in (one["x"], other["x"], None)],
        y=[y for one, other in ends for y in (one["y"], other["y"], None)],
        mode="lines",
        line={"color": SECOND, "width": 1},
        opacity=0.45,
        hoverinfo="skip",
    )


def _map_dots(area: pd.DataFrame, names: list[str], is_beside: bool) -> go.Scatter:
    # Many have numbers, since names beside thirty dots would cover each other.
    size, color = (13, INK) if is_beside else (12, PAPER)
    return go.Scatter(
        x=area["x"].tolist(),
        y=area["y"].tolist(),
        mode="markers+text",
        marker={
            "color": ACCENT,
            "size": area["size"].tolist(),
            "opacity": 1,
            "line": {"color": PAPER, "width": 1},
        },
        text=names,
        textposition="middle right" if is_beside else "middle center",
        textfont={"size": size, "color": color},
        cliponaxis=False,
        hovertext=area["group"].tolist(),
        hoverinfo="text",
    )


def _add_key(figure: go.Figure, labels: list[str]) -> None:
    numbered = [f"{number}  {label}" for number, label in enumerate(labels, start=1)]
    figure.add_annotation(
        text="<br>".join(numbered),
        x=1,
        xref="paper",
        xanchor="left",
        xshift=20,
        y=1,
        yref="paper",
        yanchor="top",
        align="left",
        showarrow=False,
        font={"size": 12, "color": INK},
    )


_PALEST = 50.0  # overlap: seldom do two agendas share less than half
_MOST_NAMED = 10  # dots of a map with their names beside them
_MOST_LINES = 30  # of a map: more hide the dots
# Pixels around a map, and for its key.
_LEFT, _ABOVE, _BELOW, _WIDEST_KEY = 26, 100, 100, 560
