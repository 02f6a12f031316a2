"""Which themes do the plans cover? Rows, findings and charts."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from govopen_analytics.base.languages import LANGUAGES, in_language, percent
from govopen_analytics.charts.build import (
    chart_of,
    heat_table,
    interval_kind_of,
    share_marks,
    tasks_behind,
)
from govopen_analytics.charts.display import ChartSource
from govopen_analytics.charts.model import Cell, Chart, HeatTable, Panel, Series, number
from govopen_analytics.charts.style import joined, plan_names, theme_names
from govopen_analytics.measures import Differences
from govopen_analytics.measures.families import CANNOT_BE_ANSWERED
from govopen_analytics.questions.findings import (
    Finding,
    difference_findings,
    finding,
    share_in_words,
    theme_name,
)
from govopen_analytics.questions.selection import select_themes
from govopen_analytics.words import section

# Plans of a chart or table that a person can still read as a whole.
MOST_PLANS = 25


def plans_with_most_tasks(
    documents: pd.DataFrame, limit: int = MOST_PLANS
) -> tuple[pd.DataFrame, int]:
    """Keep the plans with most tasks, whose shares are surest.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    limit : int, default MOST_PLANS
        Most plans kept.

    Returns
    -------
    shown : DataFrame, shape (n_shown, ...)
        Most tasks first; plans without a task are neither shown nor hidden.
    n_hidden : int
    """
    documents = documents.loc[documents["n_tasks"] > 0]
    ordered = documents.sort_values("n_tasks", ascending=False, kind="stable")
    shown = ordered.head(limit)
    return shown, len(ordered) - len(shown)


def of_plans(rows: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of some plans, by ``document_id``."""
    return rows.loc[rows["document_id"].isin(documents["document_id"])]


def tasks_by_theme(
    tables: Mapping[str, pd.DataFrame], themes: pd.DataFrame, *, lang: str = "zh"
) -> pd.DataFrame:
    """List the tasks behind every plan and theme, with the matched keywords.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``documents``, ``tasks``, ``theme_assignments`` (of one coder) and
        ``keyword_matches``.
    themes : DataFrame, shape (n_themes, ...)
        The themes to list.
    lang : {"zh", "en"}, default "zh"
        Language of the themes' labels.

    Returns
    -------
    DataFrame, shape (n_assignments, 11)
        One row per task and theme: ``theme_id``, ``theme``, ``document_id``,
        ``agency``, ``year``, ``task_id``, ``ordinal``, ``rank``, ``title``,
        ``content`` and ``keywords`` (list of str, as found, each once).
    """
    labels = _theme_labels(themes, lang).assign(theme_order=range(len(themes)))
    plans = tables["documents"][["document_id", "agency", "year"]].assign(
        plan_order=range(len(tables["documents"]))
    )
    tasks = tables["tasks"][["task_id", "document_id", "ordinal", "title", "content"]]
    rows = tables["theme_assignments"][["task_id", "theme_id", "rank"]]
    rows = rows.merge(tasks, on="task_id").merge(plans, on="document_id")
    rows = rows.merge(labels, on="theme_id")
    rows = rows.merge(
        _keywords(tables["keyword_matches"]), on=["task_id", "theme_id"], how="left"
    )
    rows["keywords"] = [v if isinstance(v, list) else [] for v in rows["keywords"]]
    rows = rows.sort_values(["theme_order", "plan_order", "ordinal"], ignore_index=True)
    first = ["theme_id", "theme", "document_id", "agency", "year", "task_id"]
    return rows[[*first, "ordinal", "rank", "title", "content", "keywords"]]


def _theme_labels(themes: pd.DataFrame, lang: str) -> pd.DataFrame:
    column = in_language({code: f"label_{code}" for code in LANGUAGES}, lang)
    return themes[["theme_id", column]].rename(columns={column: "theme"})


def _keywords(matches: pd.DataFrame) -> pd.DataFrame:
    found = matches.sort_values(["task_id", "theme_id", "start_char"])
    found = found.drop_duplicates(["task_id", "theme_id", "keyword"])
    grouped = found.groupby(["task_id", "theme_id"])["keyword"].agg(list)
    return grouped.rename("keywords").reset_index()


# The front page lists this many plans and says that there are more.
MOST_NAMED_PLANS = 8


def coverage_findings(
    shares: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    differences: Differences | None = None,
    gaps: Mapping[str, float] | None = None,
    pooled: pd.DataFrame | None = None,
    n_unclassified: int = 0,
    lang: str = "zh",
    interval: float = 0.95,
) -> list[Finding]:
    """Say what each plan is mostly about, and how plans differ on core themes.

    Plans are told apart only in a theme where they differ at all; a theme without
    a task is called not observed, with the number of tasks.

    Parameters
    ----------
    shares : DataFrame, shape (n_documents * n_themes, ...)
        Result of ``compare.theme_shares`` by ``document_id``.
    documents, themes : DataFrame
        Valid tables; rows of `shares` they do not hold are left out.
    differences : Differences, optional
        Result of ``measures.theme_differences`` by ``document_id``.
    gaps : mapping, optional
        Result of ``measures.gap_totals`` by ``document_id``.
    pooled : DataFrame, optional
        Result of ``measures.pooled_shares`` by ``document_id``.
    n_unclassified : int, default 0
        Tasks without a theme (count).
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals, for the words that name it (0-1).

    Returns
    -------
    list of Finding
    """
    words = section("coverage", lang)
    labels = themes.set_index("theme_id")[f"label_{lang}"]
    plans = _plan_names(documents, words)
    shown = shares["theme_id"].isin(labels.index)
    shown &= shares["document_id"].isin(list(plans))
    shares = shares.loc[shown]
    top: dict[str, Any] = {"lang": lang, "topic": "top"}
    if not shares["n_tasks"].sum():
        return [finding("coverage", "no_tasks", state=CANNOT_BE_ANSWERED, **top)]
    found = _tops(shares, plans, labels, lang, interval)
    if pooled is not None and len(plans) > 1:
        found.insert(0, _whole(pooled, labels, lang, interval))
    is_core = themes["is_core"].fillna(False).astype(bool)
    core = {
        theme_id: theme_name(labels[theme_id], lang)
        for theme_id in themes.loc[is_core, "theme_id"]
    }
    if differences is not None:
        found += difference_findings(
            differences,
            core,
            lambda row: plans.get(row["document_id"], row["document_id"]),
            question="coverage",
            lang=lang,
            topic="core",
            evidence="theme_dot_plot",
        )
    for theme_id in core:
        part = shares.loc[shares["theme_id"] == theme_id]
        found += _unseen(part, plans, labels[theme_id], lang)
    if gaps is not None:
        values: dict[str, Any] = {
            "cells": f"{gaps['n_cells']:,.0f}",
            "found": f"{gaps['n_unobserved']:,.0f}",
            "expected": f"{gaps['n_expected']:,.1f}",
        }
        own: dict[str, Any] = {"topic": "core", "evidence": "theme_heat_map"}
        counts = {"number": gaps["n_unobserved"], "unit": "count"}
        own |= {"caveats": ("unseen",), **counts}
        found.append(finding("coverage", "gaps", lang=lang, **own, **values))
    without = documents.loc[documents["n_tasks"] == 0, "document_id"]
    if len(without):
        named = [plans[plan] for plan in without[:MOST_NAMED_PLANS]]
        listed = words["join"].join(named) + ("…" if len(without) > len(named) else "")
        found.append(finding("coverage", "without", plans=listed, **top))
    if n_unclassified:
        name = "unclassified_tasks"
        values = {"evidence": name, "n": n_unclassified}
        values |= {"number": n_unclassified, "unit": "count"}
        values["n_tasks"] = int(documents["n_tasks"].sum())
        found.append(finding("coverage", "unclassified", **top, **values))
    return found


def confounding_findings(
    confounding: Mapping[str, object], *, lang: str = "zh"
) -> list[Finding]:
    """Say whether years can be compared at all.

    Parameters
    ----------
    confounding : mapping
        Result of ``compare.confounding``.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    list of Finding
        None where every agency has several years, or there is one year only.
    """
    # Both are limits of the page, not what it answers.
    shown: dict[str, Any] = {"lang": lang, "topic": "confounding"}
    shown |= {"evidence": "plan_calendar", "is_detail": True}
    if confounding["is_confounded"]:
        shown |= {"state": CANNOT_BE_ANSWERED, "caveats": ("confounded",)}
        return [finding("coverage", "confounded", **shown)]
    if confounding["is_partly_confounded"]:
        n_repeated = confounding["n_agencies_repeated"]
        shown |= {"caveats": ("partly_confounded",)}
        return [finding("coverage", "partly", n=n_repeated, **shown)]
    return []


def _plan_names(documents: pd.DataFrame, words: dict[str, str]) -> dict[str, str]:
    names = {}
    for plan in documents.itertuples():
        agency = plan.document_id if pd.isna(plan.agency) else plan.agency
        year = "" if pd.isna(plan.year) else words["year"].format(year=plan.year)
        names[plan.document_id] = words["plan"].format(agency=agency, year=year)
    return names


def _whole(
    pooled: pd.DataFrame, labels: pd.Series, lang: str, interval: float
) -> Finding:
    pooled = pooled.loc[pooled["theme_id"].isin(labels.index)]
    row = pooled.loc[pooled["share"].idxmax()]
    theme = theme_name(labels[row["theme_id"]], lang)
    return finding(
        "coverage",
        "whole",
        lang=lang,
        topic="top",
        row=row,
        subject=theme,
        interval=interval,
        evidence="theme_heat_map",
        caveats=("by_program", "fractional"),
        theme=theme,
        share=share_in_words(row, lang, f"{interval:.0%}"),
    )


def _tops(
    shares: pd.DataFrame,
    plans: dict[str, str],
    labels: pd.Series,
    lang: str,
    interval: float,
) -> list[Finding]:
    words = section("coverage", lang)
    order = ["n_tasks", "document_id"]
    seen = shares.loc[shares["is_observed"].astype(bool)]
    seen = seen.sort_values(order, ascending=[False, True], kind="stable")
    first = seen["document_id"].drop_duplicates().head(MOST_NAMED_PLANS)
    shares = seen.loc[seen["document_id"].isin(first)]
    is_detail, found = len(first) > 1, []
    for document_id, part in list(shares.groupby("document_id", sort=False)):
        # Equal shares are named together: none of them is the largest alone.
        tops = part.loc[part["share"] == part["share"].max()]
        first = tops.iloc[0].copy()
        first["share_lower"] = tops["share_lower"].min()
        first["share_upper"] = tops["share_upper"].max()
        named = [theme_name(labels[key], lang) for key in tops["theme_id"]]
        themes = words["join"].join(named)
        found.append(
            finding(
                "coverage",
                "top" if len(tops) == 1 else "tied",
                lang=lang,
                topic="top",
                row=first,
                subject=f"{plans[document_id]} {themes}",
                interval=interval,
                evidence="theme_heat_map",
                caveats=() if is_detail else ("by_program", "fractional"),
                is_detail=is_detail,
                plan=plans[document_id],
                themes=themes,
                share=percent(first["share"]),
                n=first["n_tasks"],
                lower=percent(first["share_lower"]),
                upper=percent(first["share_upper"]),
            )
        )
    return found


def _unseen(
    part: pd.DataFrame, plans: dict[str, str], theme: str, lang: str
) -> list[Finding]:
    words = section("coverage", lang)
    unseen = part.loc[~part["is_observed"].astype(bool)]
    if unseen.empty:
        return []
    named = [
        words["unseen_plan"].format(plan=plans[cell.document_id], n=cell.n_tasks)
        for cell in unseen.head(MOST_NAMED_PLANS).itertuples()
    ]
    rest = "…" if len(unseen) > len(named) else ""
    listed = words["unseen_join"].join(named) + rest
    values: dict[str, Any] = {"topic": "core", "evidence": "theme_heat_map"}
    values |= {"caveats": ("unseen",)}
    values |= {"subject": theme, "number": len(unseen), "unit": "count"}
    values |= {"n_tasks": int(unseen["n_tasks"].sum()), "is_detail": True}
    return [
        finding("coverage", "unseen", lang=lang, theme=theme, plans=listed, **values)
    ]


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
        interval_kind=interval_kind_of(shares),
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
        interval_kind=interval_kind_of(shares),
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
    cell: Any, rows: dict[str, str], columns: dict[str, str], level: float, lang: str
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
    value = number(cell.share) if cell.is_observed else None
    return Cell(value, label, hover, tasks=tasks_behind(cell._asdict()))


def _hidden(n_hidden: int, lang: str) -> str:
    form = section("coverage", lang)["hidden_plans"]
    return form.format(n=f"{n_hidden:,}") if n_hidden else ""
