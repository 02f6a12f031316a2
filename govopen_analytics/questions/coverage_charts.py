"""Charts of coverage: shares of plans by themes."""

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import chart_of, heat_table, share_marks
from govopen_analytics.charts.model import Cell, Chart, HeatTable, Panel, Series, number
from govopen_analytics.charts.style import ChartSource, joined, plan_names, theme_names
from govopen_analytics.questions.views import select_themes
from govopen_analytics.words import section

_MOST_TOPS = 8  # plans whose largest theme the description names


def theme_heat_map(
    shares: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    n_hidden: int = 0,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw plans by themes, coloured by the share of the plan's tasks.

    A theme without a task in a plan is marked as not observed, never as 0 %.

    Parameters
    ----------
    shares : DataFrame, shape (n_documents * n_themes, ...)
        Result of ``measures.theme_shares`` by ``document_id``.
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table; its order is the order of the rows.
    themes : DataFrame, shape (n_themes, ...)
        A valid ``themes`` table; core themes are drawn first.
    n_hidden : int, default 0
        Plans left out of `documents`, which the subtitle counts.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals in `shares` (0-1).

    Returns
    -------
    Chart
    """
    words = section("coverage", lang)["theme_heat_map"]
    themes = select_themes(themes)
    rows, columns = plan_names(documents, shares, lang), theme_names(themes, lang)
    shown = _shown(shares, rows, columns)
    tops = shown.sort_values(["y", "share"], ascending=[True, False], kind="stable")
    tops = tops.drop_duplicates("y").head(_MOST_TOPS)
    named = [
        words["top"].format(
            plan=rows[cell.document_id],
            theme=columns[cell.theme_id],
            share=percent(cell.share),
        )
        for cell in tops.itertuples()
    ]
    n_core = int(themes["is_core"].fillna(False).sum())
    groups = [(words["core"], n_core), (words["other"], len(themes) - n_core)]
    cells = {
        (cell.y, cell.x): _cell(cell, rows, columns, interval, lang)
        for cell in shown.itertuples()
    }
    table: HeatTable | None = heat_table(
        list(rows.values()),
        list(columns.values()),
        cells,
        groups=groups if 0 < n_core < len(themes) else (),
    )
    return chart_of(
        "coverage",
        "theme_heat_map",
        source=source,
        lang=lang,
        table=table if rows else None,
        hidden=_hidden(n_hidden, lang),
        interval=interval,
        interval_kind="tasks",
        rows=len(rows),
        columns=len(columns),
        tops=joined(named, lang) + words["stop"] if named else "",
    )


def theme_dot_plot(
    shares: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    n_hidden: int = 0,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw one panel a theme, with each plan's share and its interval.

    Plans stand in the same order in every panel, most tasks first, so that wide
    intervals gather at the foot.

    Parameters
    ----------
    shares, documents, themes, n_hidden, source, lang, interval
        As in ``theme_heat_map``.

    Returns
    -------
    Chart
    """
    themes = select_themes(themes)
    sizes = shares.drop_duplicates("document_id").set_index("document_id")["n_tasks"]
    documents = documents.assign(n_tasks=documents["document_id"].map(sizes))
    documents = documents.sort_values("n_tasks", ascending=False, kind="stable")
    rows, columns = plan_names(documents, shares, lang), theme_names(themes, lang)
    shown = _shown(shares, rows, columns)
    panels = []
    for x, title in enumerate(columns.values()):
        part = shown.loc[shown["x"] == x]
        names = [rows[key] for key in part["document_id"]]
        marks = share_marks(part, lang=lang, names=names)
        panels.append(Panel(tuple(names), (Series(title, marks),), title, most=1.0))
    return chart_of(
        "coverage",
        "theme_dot_plot",
        source=source,
        lang=lang,
        panels=panels if rows else (),
        hidden=_hidden(n_hidden, lang),
        interval=interval,
        interval_kind="tasks",
        rows=len(rows),
        columns=len(columns),
    )


def _shown(
    shares: pd.DataFrame, rows: dict[str, str], columns: dict[str, str]
) -> pd.DataFrame:
    y = {key: place for place, key in enumerate(rows)}
    x = {key: place for place, key in enumerate(columns)}
    places = {"y": shares["document_id"].map(y), "x": shares["theme_id"].map(x)}
    shown = shares.assign(**places).dropna(subset=["x", "y"])
    return shown.astype({"x": int, "y": int}).sort_values(["y", "x"])


def _cell(
    cell: object, rows: dict[str, str], columns: dict[str, str], level: float, lang: str
) -> Cell:
    words = section("coverage", lang)["theme_heat_map"]
    unseen = section("charts", lang)["unseen"]
    label = percent(cell.share) if cell.is_observed else unseen
    hover = words["hover"].format(
        plan=rows[cell.document_id],
        theme=columns[cell.theme_id],
        share=label,
        level=f"{level:.0%}",
        lower=percent(cell.share_lower),
        upper=percent(cell.share_upper),
        themed=cell.n_themed,
        n=cell.n_tasks,
    )
    return Cell(number(cell.share) if cell.is_observed else None, label, hover)


def _hidden(n_hidden: int, lang: str) -> str:
    form = section("coverage", lang)["hidden_plans"]
    return form.format(n=f"{n_hidden:,}") if n_hidden else ""
