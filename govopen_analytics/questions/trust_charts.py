"""Measures of validity to figures: one function a chart, no arithmetic on the data."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from govopen_analytics.base.schemas import heading
from govopen_analytics.charts.style import (
    ACCENT,
    GRID,
    HEIGHT,
    INK,
    PAPER,
    SECOND,
    add_note,
    described,
    set_frame,
    wrapped_name,
)
from govopen_analytics.measures.agreement import UNCLASSIFIED
from govopen_analytics.questions.trust import coder_label
from govopen_analytics.words import section

Tables = Mapping[str, pd.DataFrame]

#: The coder a report is made with, and the simplest one it is shown beside.
MAIN_CODER, PLAIN_CODER = "combined", "keywords"
_MEASURES = ("primary_accuracy", "micro_f1", "macro_f1")
_ERRORS = ["error", "error_lower", "error_upper"]
_PANELS_ACROSS = 5
_SCALE = [[0.0, "#ffffff"], [0.001, "#e3eef8"], [1.0, "#0a3d70"]]
_ERROR_SCALE = [[0.0, "#ffffff"], [0.001, "#fbe3d4"], [1.0, "#d55e00"]]
# Of the scale: from here on white ink has the better contrast.
_LIGHT_TEXT_FROM = 0.64


def theme_f1_plot(
    tables: Tables,
    themes: pd.DataFrame,
    *,
    level: float = 0.95,
    lang: str = "zh",
    date: str = "",
) -> go.Figure:
    """Draw the F1 of every theme with its interval, beside the plain coder's.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validity.validate_coding``.
    themes : DataFrame, shape (n_themes, ...)
        The codebook's ``themes``.
    level : float, default 0.95
        Level of the intervals, for the words that name it.
    lang : {"zh", "en"}, default "zh"
    date : str, default ""
        Date in the source line, ISO 8601; empty writes none.

    Returns
    -------
    Figure

    Raises
    ------
    SelectionError
        If the library has no words in `lang`.
    """
    words = section("trust_charts", lang)
    scores = tables["theme_scores"].set_index("theme_id")
    main = scores.loc[scores["coder"] == MAIN_CODER]
    plain = scores.loc[scores["coder"] == PLAIN_CODER].reindex(main.index)
    labels = _labels(themes, lang)
    rows = [
        words["f1_row"].format(theme=labels[theme], n=n)
        for theme, n in main["n_reference"].items()
    ]
    places = list(range(len(rows)))
    figure = go.Figure()
    _add_lines(figure, main["f1_lower"], main["f1_upper"], places, ACCENT)
    figure.add_trace(
        go.Scatter(
            x=_floats(plain["f1"]),
            y=places,
            mode="markers",
            marker=_hollow(),
            hoverinfo="x",
        )
    )
    _add_dots(figure, main["f1"], main["f1_upper"], places, _decimal)
    subtitle = words["f1_subtitle"].format(
        main=coder_label(MAIN_CODER, lang),
        plain=coder_label(PLAIN_CODER, lang),
        level=f"{level:.0%}",
    )
    height = max(HEIGHT, 230 + 48 * len(rows))
    set_frame(figure, words["f1_title"], subtitle, height, top_margin=105)
    _row_axis(figure, rows)
    lowest_bound = min(float(main["f1_lower"].min()), float(plain["f1"].min()))
    figure.update_xaxes(
        range=[min(0.5, lowest_bound) - 0.02, 1.06],
        gridcolor=GRID,
        zeroline=False,
        title=words["f1_axis"],
    )
    _source(figure, tables, themes, words, date, below=70)
    lowest = main["f1"].idxmin()
    alt = words["alt_f1"].format(
        n=len(rows),
        theme=html.unescape(labels[lowest]),
        value=_decimal(main["f1"].min()),
    )
    return described(figure, "validity_theme_f1", alt)


def confusion_heat_map(
    tables: Tables,
    themes: pd.DataFrame,
    *,
    coder: str = MAIN_CODER,
    lang: str = "zh",
    date: str = "",
) -> go.Figure:
    """Draw which themes a coder takes for which.

    Parameters
    ----------
    tables, themes, lang, date
        As in ``theme_f1_plot``.
    coder : str, default "combined"

    Returns
    -------
    Figure

    Raises
    ------
    SelectionError
        If the library has no words in `lang`.
    """
    words = section("trust_charts", lang)
    counts = tables["confusions"]
    counts = counts.loc[counts["coder"] == coder]
    ids = list(themes["theme_id"])
    grid = counts.pivot(
        index="reference_theme_id", columns="coder_theme_id", values="n_tasks"
    ).loc[ids, [*ids, UNCLASSIFIED]]
    is_same = [[row == column for column in grid.columns] for row in grid.index]
    right, wrong = grid.where(is_same), grid.mask(is_same)
    figure = go.Figure()
    for part, scale in ((wrong, _ERROR_SCALE), (right, _SCALE)):
        _add_cells(figure, part, scale, top=_largest(grid))
    _add_cell_texts(figure, grid.where(grid > 0), str, top=_largest(grid))
    title = words["confusion_title"].format(coder=_escaped(coder_label(coder, lang)))
    height = max(HEIGHT, 300 + 46 * len(ids))
    set_frame(figure, title, words["confusion_subtitle"], height, top_margin=170)
    wrapped = _labels(themes, lang, words["wrap"])
    _cell_axes(
        figure,
        [*(wrapped[theme] for theme in ids), words["unclassified"]],
        [_labels(themes, lang)[theme] for theme in ids],
    )
    _source(figure, tables, themes, words, date, below=26)
    alt = words["alt_confusion"].format(
        n=len(ids), right=_total(right), wrong=_total(wrong)
    )
    return described(figure, "validity_confusion", alt)


def agreement_heat_map(
    tables: Tables, themes: pd.DataFrame, *, lang: str = "zh", date: str = ""
) -> go.Figure:
    """Draw Krippendorff's alpha of each pair of coders, nominal and MASI.

    Parameters
    ----------
    tables, themes, lang, date
        As in ``theme_f1_plot``.

    Returns
    -------
    Figure

    Raises
    ------
    SelectionError
        If the library has no words in `lang`.
    """
    words = section("trust_charts", lang)
    table = tables["agreement"]
    pairs = table.loc[table["first_coder"] != table["second_coder"]]
    coders = list(dict.fromkeys([*pairs["first_coder"], *pairs["second_coder"]]))
    grid = pd.DataFrame(index=coders, columns=coders, dtype=float)
    for pair in pairs.itertuples():
        if pair.measure == "alpha_nominal":
            grid.loc[pair.second_coder, pair.first_coder] = pair.value
        elif pair.measure == "alpha_masi":
            grid.loc[pair.first_coder, pair.second_coder] = pair.value
    figure = go.Figure()
    _add_cells(figure, grid, _SCALE, top=1.0)
    _add_cell_texts(figure, grid, _decimal, top=1.0)
    height = max(HEIGHT, 260 + 60 * len(coders))
    set_frame(
        figure,
        words["agreement_title"],
        words["agreement_subtitle"],
        height,
        top_margin=150,
    )
    names = [_escaped(coder_label(coder, lang)) for coder in coders]
    _cell_axes(figure, names, names)
    _source(figure, tables, themes, words, date, below=26)
    alt = words["alt_agreement"].format(n=len(coders))
    return described(figure, "validity_agreement", alt)


def ablation_plot(
    tables: Tables,
    themes: pd.DataFrame,
    *,
    level: float = 0.95,
    lang: str = "zh",
    date: str = "",
) -> go.Figure:
    """Draw what each part of the coding adds, one panel a measure.

    Parameters
    ----------
    tables, themes, level, lang, date
        As in ``theme_f1_plot``.

    Returns
    -------
    Figure

    Raises
    ------
    SelectionError
        If the library has no words in `lang`.
    """
    words = section("trust_charts", lang)
    table = tables["ablation"]
    variants = list(dict.fromkeys(table["variant"]))
    figure = make_subplots(
        rows=1,
        cols=len(_MEASURES),
        shared_yaxes=True,
        horizontal_spacing=0.03,
        subplot_titles=[heading(name, lang) for name in _MEASURES],
    )
    places = list(range(len(variants)))
    for column, measure in enumerate(_MEASURES, start=1):
        rows = table.loc[table["measure"] == measure].set_index("variant")
        rows, place = rows.loc[variants], {"row": 1, "col": column}
        _add_lines(
            figure, rows["value_lower"], rows["value_upper"], places, ACCENT, **place
        )
        _add_dots(figure, rows["value"], rows["value_upper"], places, _decimal, **place)
    subtitle = words["ablation_subtitle"].format(level=f"{level:.0%}")
    height = max(HEIGHT, 230 + 48 * len(variants))
    set_frame(figure, words["ablation_title"], subtitle, height, top_margin=125)
    _row_axis(figure, [_escaped(coder_label(name, lang)) for name in variants])
    lowest = float(table["value_lower"].min())
    figure.update_xaxes(
        range=[min(0.7, lowest) - 0.02, 1.07], gridcolor=GRID, zeroline=False, nticks=5
    )
    _source(figure, tables, themes, words, date, below=40)
    alt = words["alt_ablation"].format(n=len(variants))
    return described(figure, "validity_ablation", alt)


def share_error_plot(
    tables: Tables,
    themes: pd.DataFrame,
    plan_names: Mapping[str, str] | None = None,
    *,
    coder: str = MAIN_CODER,
    level: float = 0.95,
    lang: str = "zh",
    date: str = "",
) -> go.Figure:
    """Draw the error of every theme's share, one panel a plan.

    Parameters
    ----------
    tables, themes, level, lang, date
        As in ``theme_f1_plot``.
    plan_names : mapping of str to str, optional
        Name of each plan for a reader; its document_id where there is none.
    coder : str, default "combined"

    Returns
    -------
    Figure

    Raises
    ------
    SelectionError
        If the library has no words in `lang`.
    """
    words = section("trust_charts", lang)
    errors = tables["share_errors"]
    errors = errors.loc[errors["coder"] == coder].copy()
    # In percentage points, as the subtitle says: "%" would read as a ratio.
    errors[_ERRORS] = 100 * errors[_ERRORS]
    plans = errors.drop_duplicates("document_id").set_index("document_id")["n_tasks"]
    n_across = min(_PANELS_ACROSS, len(plans))
    n_down = -(-len(plans) // n_across)
    names = plan_names or {}
    titles = [
        words["panel"].format(
            plan=wrapped_name(names.get(plan, plan), words["wrap"]), n=n
        )
        for plan, n in plans.items()
    ]
    figure = make_subplots(
        rows=n_down,
        cols=n_across,
        shared_xaxes=True,
        shared_yaxes=True,
        horizontal_spacing=0.02,
        vertical_spacing=0.2 / n_down,
        subplot_titles=titles,
    )
    ids = list(themes["theme_id"])
    places = list(range(len(ids)))
    for position, plan in enumerate(plans.index):
        rows = errors.loc[errors["document_id"] == plan].set_index("theme_id").loc[ids]
        place = {"row": position // n_across + 1, "col": position % n_across + 1}
        _add_lines(
            figure, rows["error_lower"], rows["error_upper"], places, ACCENT, **place
        )
        _add_dots(figure, rows["error"], rows["error_upper"], places, _points, **place)
    title = words["share_title"].format(coder=_escaped(coder_label(coder, lang)))
    subtitle = words["share_subtitle"].format(level=f"{level:.0%}")
    height = max(HEIGHT, 240 + n_down * (90 + 43 * len(ids)))
    set_frame(figure, title, subtitle, height, top_margin=165)
    _row_axis(figure, list(_labels(themes, lang, 2 * words["wrap"]).values()))
    reach = max(1.0, float(errors[_ERRORS].abs().max(axis=None)))
    figure.update_xaxes(
        range=[-1.1 * reach, 1.75 * reach],
        tickformat="+.0f",
        nticks=7,
        gridcolor=GRID,
        zerolinecolor=INK,
        zerolinewidth=1,
    )
    add_note(figure, words["share_axis"], below=30, size=14, color=INK)
    _source(figure, tables, themes, words, date, below=56)
    alt = words["alt_share"].format(plans=len(plans), n=len(ids))
    return described(figure, "validity_share_error", alt)


# Marks ----------------------------------------------------------------------------


def _add_lines(
    figure: go.Figure,
    lower: pd.Series,
    upper: pd.Series,
    places: Sequence[int],
    color: str,
    **where: int,
) -> None:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for start, end, place in zip(lower, upper, places, strict=True):
        xs += [float(start), float(end), None]
        ys += [place, place, None]
    line = {"color": color, "width": 2}
    figure.add_trace(
        go.Scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip"), **where
    )


def _add_dots(
    figure: go.Figure,
    values: pd.Series,
    upper: pd.Series,
    places: Sequence[int],
    form: Any,
    **where: int,
) -> None:
    """Add dots, and their labels behind the end of the lines."""
    mark = {"color": ACCENT, "size": 10}
    figure.add_trace(
        go.Scatter(
            x=_floats(values), y=places, mode="markers", marker=mark, hoverinfo="x"
        ),
        **where,
    )
    figure.add_trace(
        go.Scatter(
            x=_floats(upper),
            y=places,
            mode="text",
            # Wide blanks, which keep the label off the dot.
            text=[f"\u2002\u2002{form(value)}" for value in values],
            textposition="middle right",
            textfont={"size": 12, "color": INK},
            hoverinfo="skip",
            cliponaxis=False,
        ),
        **where,
    )


def _hollow() -> dict[str, Any]:
    return {
        "color": PAPER,
        "size": 10,
        "symbol": "diamond",
        "line": {"color": SECOND, "width": 2},
    }


def _add_cells(
    figure: go.Figure, grid: pd.DataFrame, scale: list, *, top: float
) -> None:
    values = [[None if pd.isna(v) else float(v) for v in row] for row in grid.values]
    figure.add_trace(
        go.Heatmap(
            z=values,
            zmin=0,
            zmax=top,
            colorscale=scale,
            showscale=False,
            xgap=2,
            ygap=2,
            hoverinfo="skip",
            hoverongaps=False,
        )
    )


def _add_cell_texts(
    figure: go.Figure, grid: pd.DataFrame, form: Any, *, top: float
) -> None:
    # Both scales turn dark enough for white only on the blue diagonal.
    for y, row in enumerate(grid.values):
        for x, value in enumerate(row):
            if pd.isna(value):
                continue
            is_light = value / top >= _LIGHT_TEXT_FROM
            figure.add_annotation(
                x=x,
                y=y,
                text=form(int(value) if form is str else value),
                showarrow=False,
                font={"size": 14, "color": PAPER if is_light else INK},
            )


def _decimal(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.2f}"


def _points(value: float) -> str:
    return "0" if abs(value) < 0.05 else f"{value:+.1f}".replace("-", "−")


def _floats(values: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in values]


def _largest(grid: pd.DataFrame) -> float:
    return max(1.0, float(grid.max(axis=None)))


def _total(grid: pd.DataFrame) -> int:
    return int(grid.sum(axis=None))


# Frame and words ------------------------------------------------------------------


def _labels(themes: pd.DataFrame, lang: str, width: int = 0) -> dict[str, str]:
    return {
        theme: wrapped_name(label, width)
        for theme, label in zip(
            themes["theme_id"], themes[f"label_{lang}"], strict=True
        )
    }


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _row_axis(figure: go.Figure, labels: Sequence[str]) -> None:
    figure.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=list(labels),
        ticklabelstandoff=6,
        range=[len(labels) - 0.5, -0.5],
        gridcolor=GRID,
        zeroline=False,
        automargin=True,
    )
    for title in figure.layout.annotations:
        title.update(font={"size": 13, "color": INK, "weight": 700})


def _cell_axes(figure: go.Figure, columns: Sequence[str], rows: Sequence[str]) -> None:
    figure.update_xaxes(
        tickvals=list(range(len(columns))),
        ticktext=list(columns),
        side="top",
        tickangle=0,
        tickfont={"size": 12},
        showgrid=False,
        zeroline=False,
        ticks="",
        range=[-0.5, len(columns) - 0.5],
    )
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=list(rows),
        ticklabelstandoff=4,
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
        automargin=True,
        ticks="",
    )


def _source(
    figure: go.Figure,
    tables: Tables,
    themes: pd.DataFrame,
    words: dict[str, Any],
    date: str,
    *,
    below: int,
) -> None:
    scores = tables["scores"].iloc[0]
    is_checked = bool(tables["coders"]["is_expert_checked"].all())
    text = words["source"].format(
        version=_escaped(", ".join(themes["codebook_version"].unique())),
        tasks=scores["n_tasks"],
        plans=scores["n_plans"],
        date=words["source_date"].format(date=date) if date else "",
        unchecked="" if is_checked else words["unchecked"],
    )
    add_note(figure, text.strip(), below=below)
