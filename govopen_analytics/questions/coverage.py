"""Which themes do the plans cover? Rows, findings and charts."""

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import (
    chart_of,
    heat_table,
    interval_kind_of,
    share_marks,
    tasks_behind,
)
from govopen_analytics.charts.display import Display, joined
from govopen_analytics.charts.model import Cell, Chart, Panel, Series, number
from govopen_analytics.measures import Differences
from govopen_analytics.measures.families import CANNOT_BE_ANSWERED
from govopen_analytics.questions.findings import (
    Finding,
    difference_findings,
    finding,
)
from govopen_analytics.questions.selection import select_themes

# Plans of a chart or table that a person can still read as a whole.
MOST_PLANS = 25
# The front page lists this many plans and says that there are more.
MOST_NAMED_PLANS = 8
_MOST_TOPS = 8  # plans whose largest theme a description names


def plans_with_most_tasks(documents: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Keep the plans with most tasks, whose shares are surest.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.

    Returns
    -------
    shown : DataFrame, shape (n_shown, ...)
        Most tasks first; plans without a task are neither shown nor hidden.
    n_hidden : int
    """
    documents = documents.loc[documents["n_tasks"] > 0]
    ordered = documents.sort_values("n_tasks", ascending=False, kind="stable")
    shown = ordered.head(MOST_PLANS)
    return shown, len(ordered) - len(shown)


def of_plans(rows: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of some plans, by ``document_id``."""
    return rows.loc[rows["document_id"].isin(documents["document_id"])]


def tasks_by_theme(
    tables: Mapping[str, pd.DataFrame], themes: pd.DataFrame, display: Display
) -> pd.DataFrame:
    """List the tasks behind every plan and theme, with the matched keywords.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``documents``, ``tasks``, ``theme_assignments`` (of one coder) and
        ``keyword_matches``.
    themes : DataFrame, shape (n_themes, ...)
        The themes to list.

    Returns
    -------
    DataFrame, shape (n_assignments, 11)
        One row per task and theme: ``theme_id``, ``theme``, ``document_id``,
        ``agency``, ``year``, ``task_id``, ``ordinal``, ``rank``, ``title``,
        ``content`` and ``keywords`` (list of str, as found, each once).
    """
    labels = display.themes(themes)
    order = {theme_id: place for place, theme_id in enumerate(labels)}
    plans = tables["documents"][["document_id", "agency", "year"]].assign(
        plan_order=range(len(tables["documents"]))
    )
    tasks = tables["tasks"][["task_id", "document_id", "ordinal", "title", "content"]]
    rows = tables["theme_assignments"][["task_id", "theme_id", "rank"]]
    rows = rows.loc[rows["theme_id"].isin(labels)]
    rows = rows.merge(tasks, on="task_id").merge(plans, on="document_id")
    rows = rows.assign(
        theme=rows["theme_id"].map(labels).astype("string"),
        theme_order=rows["theme_id"].map(order),
    )
    matches = tables["keyword_matches"].sort_values(
        ["task_id", "theme_id", "start_char"]
    )
    matches = matches.drop_duplicates(["task_id", "theme_id", "keyword"])
    keywords = matches.groupby(["task_id", "theme_id"])["keyword"].agg(list).to_dict()
    pairs = zip(rows["task_id"], rows["theme_id"], strict=True)
    rows["keywords"] = [keywords.get(pair, []) for pair in pairs]
    rows = rows.sort_values(["theme_order", "plan_order", "ordinal"], ignore_index=True)
    first = ["theme_id", "theme", "document_id", "agency", "year", "task_id"]
    return rows[[*first, "ordinal", "rank", "title", "content", "keywords"]]


def coverage_findings(
    shares: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    display: Display,
    *,
    differences: Differences | None = None,
    gaps: Mapping[str, float] | None = None,
    pooled: pd.DataFrame | None = None,
    n_unclassified: int = 0,
) -> list[Finding]:
    """Say what each plan is mostly about, and how plans differ on core themes.

    Plans are told apart only in a theme where they differ at all; a theme without
    a task is called not observed, with the number of tasks.

    Parameters
    ----------
    shares : DataFrame, shape (n_documents * n_themes, ...)
        Result of ``measures.theme_shares`` by ``document_id``.
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
    """
    words, labels = display.words("coverage"), display.quoted(themes)
    plans = _plan_names(documents, words)
    shares = of_plans(shares, documents)
    shares = shares.loc[shares["theme_id"].isin(labels)]
    say = partial(finding, "coverage", display=display)
    top, core = partial(say, topic="top"), partial(say, topic="core")
    if not shares["n_tasks"].sum():
        return [top("no_tasks", state=CANNOT_BE_ANSWERED)]
    findings = []
    if pooled is not None and len(plans) > 1:
        pooled = pooled.loc[pooled["theme_id"].isin(labels)]
        row = pooled.loc[pooled["share"].idxmax()]
        findings.append(
            top(
                "whole",
                row,
                subject=labels[row["theme_id"]],
                evidence="theme_heat_map",
                caveats=("by_program", "fractional"),
            )
        )
    findings += _tops(shares, plans, labels, words["join"], top)
    is_core = themes["is_core"].fillna(False).astype(bool)
    core_labels = {key: labels[key] for key in themes.loc[is_core, "theme_id"]}
    if differences is not None:
        findings += difference_findings(
            differences,
            core_labels,
            lambda row: plans.get(row["document_id"], row["document_id"]),
            question="coverage",
            display=display,
            topic="core",
            evidence="theme_dot_plot",
        )
    for theme_id, name in display.themes(themes.loc[is_core]).items():
        part = shares.loc[shares["theme_id"] == theme_id]
        unseen = part.loc[~part["is_observed"].astype(bool)]
        if len(unseen):
            named = [
                display.fill(words["unseen_plan"], row, plan=plans[row["document_id"]])
                for row in unseen.head(MOST_NAMED_PLANS).to_dict("records")
            ]
            findings.append(
                core(
                    "unseen",
                    subject=name,
                    evidence="theme_heat_map",
                    caveats=("unseen",),
                    count=len(unseen),
                    n_tasks=int(unseen["n_tasks"].sum()),
                    is_detail=True,
                    plans=_cut(named, len(unseen), words["unseen_join"]),
                )
            )
    if gaps is not None:
        findings.append(
            core(
                "gaps",
                evidence="theme_heat_map",
                caveats=("unseen",),
                count=gaps["n_unobserved"],
                cells=f"{gaps['n_cells']:,.0f}",
                found=f"{gaps['n_unobserved']:,.0f}",
                expected=f"{gaps['n_expected']:,.1f}",
            )
        )
    without = documents.loc[documents["n_tasks"] == 0, "document_id"]
    if len(without):
        named = [plans[plan] for plan in without[:MOST_NAMED_PLANS]]
        findings.append(top("without", plans=_cut(named, len(without), words["join"])))
    if n_unclassified:
        findings.append(
            top(
                "unclassified",
                evidence="unclassified_tasks",
                count=n_unclassified,
                n_tasks=int(documents["n_tasks"].sum()),
                n=n_unclassified,
            )
        )
    return findings


def _cut(names: list[str], n_all: int, join: str) -> str:
    """Join the first names, and say that there are more."""
    return join.join(names) + ("…" if n_all > len(names) else "")


def confounding_findings(
    confounding: Mapping[str, object], display: Display
) -> list[Finding]:
    """Say whether years can be compared at all.

    None where every agency has several years, or there is one year only.

    Parameters
    ----------
    confounding : mapping
        Result of ``measures.confounding``.
    """
    # Both are limits of the page, not what it answers.
    say = partial(
        finding,
        "coverage",
        display=display,
        topic="confounding",
        evidence="plan_calendar",
        is_detail=True,
    )
    if confounding["is_confounded"]:
        return [say("confounded", state=CANNOT_BE_ANSWERED, caveats=("confounded",))]
    if confounding["is_partly_confounded"]:
        n_repeated = confounding["n_agencies_repeated"]
        return [say("partly", caveats=("partly_confounded",), n=n_repeated)]
    return []


def _plan_names(documents: pd.DataFrame, words: dict[str, str]) -> dict[str, str]:
    names = {}
    for plan in documents.itertuples():
        agency = plan.document_id if pd.isna(plan.agency) else plan.agency
        year = "" if pd.isna(plan.year) else words["year"].format(year=plan.year)
        names[plan.document_id] = words["plan"].format(agency=agency, year=year)
    return names


def _tops(
    shares: pd.DataFrame,
    plans: dict[str, str],
    labels: dict[str, str],
    join: str,
    say: Callable[..., Finding],
) -> list[Finding]:
    """Name the largest theme of each of the plans with most tasks."""
    order = ["n_tasks", "document_id"]
    seen = shares.loc[shares["is_observed"].astype(bool)]
    seen = seen.sort_values(order, ascending=[False, True], kind="stable")
    shown = seen["document_id"].drop_duplicates().head(MOST_NAMED_PLANS)
    is_detail, findings = len(shown) > 1, []
    for document_id, part in of_plans(seen, shown.to_frame()).groupby(
        "document_id", sort=False
    ):
        # Equal shares are named together: none of them is the largest alone.
        tops = part.loc[part["share"] == part["share"].max()]
        row = tops.iloc[0].copy()
        row["share_lower"] = tops["share_lower"].min()
        row["share_upper"] = tops["share_upper"].max()
        themes = join.join(labels[key] for key in tops["theme_id"])
        findings.append(
            say(
                "top" if len(tops) == 1 else "tied",
                row,
                subject=f"{plans[document_id]} {themes}",
                evidence="theme_heat_map",
                caveats=() if is_detail else ("by_program", "fractional"),
                is_detail=is_detail,
                plan=plans[document_id],
                themes=themes,
            )
        )
    return findings


def theme_heat_map(
    shares: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    display: Display,
    *,
    n_hidden: int = 0,
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
    """
    words = display.words("coverage")["theme_heat_map"]
    themes = select_themes(themes)
    rows, columns = display.plans(documents, shares), display.themes(themes)
    unseen = display.words("charts")["unseen"]
    cells: dict[tuple[str, str], Cell] = {}
    tops: dict[str, tuple[float, str]] = {}
    for row in _shown(shares, rows, columns).to_dict("records"):
        plan, theme_id = row["document_id"], row["theme_id"]
        names = {"plan": rows[plan], "theme": columns[theme_id]}
        is_seen = row["is_observed"]
        label = percent(row["share"]) if is_seen else unseen
        cells[plan, theme_id] = Cell(
            number(row["share"]) if is_seen else None,
            label,
            display.fill(words["hover"], row, share=label, **names),
            tasks=tasks_behind(row),
        )
        if plan not in tops or row["share"] > tops[plan][0]:
            tops[plan] = row["share"], display.fill(words["top"], row, **names)
    named = [sentence for _, sentence in list(tops.values())[:_MOST_TOPS]]
    n_core = int(themes["is_core"].fillna(False).sum())
    groups = [(words["core"], n_core), (words["other"], len(themes) - n_core)]
    groups = groups if 0 < n_core < len(themes) else []
    return chart_of(
        "coverage",
        "theme_heat_map",
        display,
        table=heat_table(rows, columns, cells, groups=groups) if rows else None,
        hidden=_hidden(n_hidden, display),
        interval_kind=interval_kind_of(shares),
        rows=len(rows),
        columns=len(columns),
        tops=joined(named, display.lang) + words["stop"] if named else "",
    )


def theme_dot_plot(
    shares: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    display: Display,
    *,
    n_hidden: int = 0,
) -> Chart:
    """Draw one panel a theme, with each plan's share and its interval.

    Plans stand in the same order in every panel, most tasks first, so that wide
    intervals are at the bottom.

    Parameters
    ----------
    shares, documents, themes, display, n_hidden
        As in ``theme_heat_map``.
    """
    themes = select_themes(themes)
    sizes = shares.drop_duplicates("document_id").set_index("document_id")["n_tasks"]
    documents = documents.assign(n_tasks=documents["document_id"].map(sizes))
    documents = documents.sort_values("n_tasks", ascending=False, kind="stable")
    rows, columns = display.plans(documents, shares), display.themes(themes)
    shown = _shown(shares, rows, columns)
    panels = []
    for theme_id, title in columns.items():
        part = shown.loc[shown["theme_id"] == theme_id]
        names = tuple(rows[key] for key in part["document_id"])
        marks = share_marks(part, display, names=names)
        panels.append(Panel(names, (Series(title, marks),), title, most=1.0))
    return chart_of(
        "coverage",
        "theme_dot_plot",
        display,
        panels=panels if rows else (),
        hidden=_hidden(n_hidden, display),
        interval_kind=interval_kind_of(shares),
        rows=len(rows),
        columns=len(columns),
    )


def _shown(
    shares: pd.DataFrame, rows: Mapping[str, str], columns: Mapping[str, str]
) -> pd.DataFrame:
    """Keep the shares of these plans and themes, in their order."""
    keys = {"document_id": list(rows), "theme_id": list(columns)}
    for name, places in keys.items():
        shares = shares.loc[shares[name].isin(places)]
    return shares.sort_values(
        list(keys), key=lambda names: names.map(keys[names.name].index)
    )


def _hidden(n_hidden: int, display: Display) -> str:
    form = display.words("coverage")["hidden_plans"]
    return form.format(n=f"{n_hidden:,}") if n_hidden else ""
