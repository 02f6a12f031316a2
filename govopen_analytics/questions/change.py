"""How has coverage changed over the years? Rows, findings and charts."""

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd

from govopen_analytics.base.languages import signed
from govopen_analytics.charts.build import (
    chart_of,
    dots_chart,
    heat_table,
    interval_kind_of,
    marks_of,
)
from govopen_analytics.charts.display import Display, joined
from govopen_analytics.charts.model import Cell, Chart, Panel, Series, number
from govopen_analytics.measures.families import (
    CANNOT_BE_ANSWERED,
    ESTABLISHED,
    NOT_TOLD_APART,
)
from govopen_analytics.questions.findings import Finding, finding, no_tasks
from govopen_analytics.questions.selection import largest_agencies


def plan_years(documents: pd.DataFrame, display: Display) -> pd.DataFrame:
    """List every agency and year of the corpus, with or without a plan.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.

    Returns
    -------
    DataFrame, shape (n_agencies * n_years, 5)
        ``agency``, ``year``, ``n_plans``, ``n_tasks`` (counts) and ``status``, in
        words. Plans without a year have a row of their own, without a year.
    """
    words = display.words("change")
    documents = documents.assign(agency=documents["agency"].astype("string"))
    counted = (
        documents.groupby(["agency", "year"], dropna=False)["n_tasks"]
        .agg(n_plans="size", n_tasks="sum")
        .reset_index()
    )
    agencies = documents[["agency"]].drop_duplicates()
    years = documents[["year"]].dropna().drop_duplicates().sort_values("year")
    cells = agencies.merge(years, how="cross")
    cells = cells.merge(counted, on=["agency", "year"], how="left")
    undated = counted.loc[counted["year"].isna()]
    cells = pd.concat([cells, undated], ignore_index=True)
    counts = ["n_plans", "n_tasks"]
    cells[counts] = cells[counts].fillna(0).astype("Int64")
    status = {True: words["there"], False: words["missing"]}
    cells["status"] = (cells["n_plans"] > 0).map(status)
    return cells.astype({"year": "Int64", "status": "string"})


def first_to_last(changes: pd.DataFrame) -> pd.DataFrame:
    """Keep each agency's change from its first to its last year.

    Parameters
    ----------
    changes : DataFrame, shape (n_comparisons * n_themes, ...)
        Result of ``measures.share_change``.

    Returns
    -------
    DataFrame, shape (n_agencies * n_themes, ...)
    """
    years = changes.groupby("agency")
    is_first = changes["year_from"] == years["year_from"].transform("min")
    is_last = changes["year_to"] == years["year_to"].transform("max")
    return changes.loc[is_first & is_last].reset_index(drop=True)


def change_findings(
    documents: pd.DataFrame,
    confounding: Mapping[str, object],
    trends: pd.DataFrame,
    changes: pd.DataFrame,
    themes: pd.DataFrame,
    parts: pd.DataFrame,
    display: Display,
) -> list[Finding]:
    """Say what changed within agencies, or why that cannot be said.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    confounding : mapping
        Result of ``measures.confounding``.
    trends : DataFrame, shape (n_themes, ...)
        Result of ``measures.panel_trend``.
    changes : DataFrame
        Result of ``first_to_last``.
    themes : DataFrame
        The themes to speak of.
    parts : DataFrame
        Result of ``measures.change_parts``.
    """
    if documents.empty:
        return no_tasks("change", display)
    say = partial(finding, "change", display=display)
    undated = confounding["n_undated"]
    end = [say("undated", n=undated)] if undated else []
    dated = documents.dropna(subset=["agency", "year"])
    n_agencies, n_years = dated["agency"].nunique(), confounding["n_years"]
    if not n_years:
        return [say("no_year", state=CANNOT_BE_ANSWERED)]
    if not confounding["n_agencies_repeated"]:
        missing = say(
            "one_year" if n_years == 1 else "confounded",
            state=CANNOT_BE_ANSWERED,
            evidence="plan_calendar",
            year=documents["year"].dropna().min(),
            years=n_years,
            agencies=n_agencies,
        )
        return [missing, *end]
    labels = display.quoted(themes)
    trends, changes, parts = (
        rows.loc[rows["theme_id"].isin(labels)] for rows in (trends, changes, parts)
    )
    first = trends.iloc[0]
    panel = say(
        "panel",
        evidence="plan_calendar",
        caveats=("within_agency", "interval_panel"),
        is_detail=True,
        count=first["n_agencies"],
        n_tasks=first["n_tasks"],
        agencies=first["n_agencies"],
        years=first["n_years"],
        tasks=first["n_tasks"],
    )
    n_single = n_agencies - int(first["n_agencies"])
    left_out = [say("left_out", n=n_single, count=n_single)] if n_single else []
    return [
        *_trend_findings(trends, labels, partial(say, evidence="trend_dots")),
        *_part_findings(parts, labels, say),
        *_agency_findings(
            changes, labels, display, partial(say, evidence="change_heat_map")
        ),
        panel,
        *left_out,
        *end,
    ]


def _trend_findings(
    trends: pd.DataFrame, labels: dict[str, str], say: Callable[..., Finding]
) -> list[Finding]:
    if (trends["state"] == CANNOT_BE_ANSWERED).all():
        return [say("unanswered", state=CANNOT_BE_ANSWERED)]
    size = trends["change_per_year"].abs().sort_values(ascending=False)
    trends = trends.loc[size.index]
    is_sure = trends["is_beyond_chance"].astype(bool)
    leaves_out_0 = (trends["change_per_year_lower"] > 0) | (
        trends["change_per_year_upper"] < 0
    )
    findings = [
        say(
            key,
            trend,
            value="change_per_year",
            subject=labels[trend["theme_id"]],
            state=trend["state"],
            n=len(trends),
        )
        for key, is_kind in (("sure", is_sure), ("unsure", ~is_sure & leaves_out_0))
        for _, trend in trends.loc[is_kind].iterrows()
    ]
    n_none = len(trends) - len(findings)
    if n_none:
        findings.append(
            say(
                "none" if findings else "all_none",
                state=NOT_TOLD_APART,
                caveats=("not_told_apart",),
                count=n_none,
                n_tasks=trends["n_tasks"].max(),
                n=n_none,
            )
        )
    return findings


def _part_findings(
    parts: pd.DataFrame, labels: dict[str, str], say: Callable[..., Finding]
) -> list[Finding]:
    """Split the largest change over the most years into its parts."""
    years = parts["year_to"] - parts["year_from"]
    parts = parts.loc[years == years.max()]
    if parts.empty:
        return []
    row = parts.loc[parts["change"].abs().idxmax()]
    subject = labels[row["theme_id"]]
    return [say("parts", row, value="change", subject=subject)]


def _agency_findings(
    changes: pd.DataFrame,
    labels: dict[str, str],
    display: Display,
    say: Callable[..., Finding],
) -> list[Finding]:
    if changes.empty:
        return []
    sure = changes.loc[changes["is_beyond_chance"].astype(bool)]
    findings = [
        say(
            "agencies",
            count=len(sure),
            state=ESTABLISHED if len(sure) else NOT_TOLD_APART,
            all=f"{len(changes):,}",
            found=f"{len(sure):,}",
        )
    ]
    if len(sure):
        row = sure.loc[sure["change"].abs().idxmax()]
        theme = labels[row["theme_id"]]
        subject = f"{display.agency(row['agency'])} {theme}"
        say = partial(say, value="change", state=ESTABLISHED)
        findings.append(say("largest", row, subject=subject, theme=theme))
    return findings


def plan_calendar(calendar: pd.DataFrame, display: Display) -> Chart:
    """Draw which agency-years have a plan, and which are missing.

    Shows the 30 agencies with the largest plans, if there are more; one sentence
    where there is one year only.

    Parameters
    ----------
    calendar : DataFrame, shape (n_cells, 5)
        Result of ``plan_years``.
    """
    words = display.words("change")
    shown, n_hidden = largest_agencies(calendar, "n_tasks")
    agencies = {name: display.agency(name) for name in shown["agency"]}
    years = sorted(calendar["year"].dropna().unique())
    columns = {year: words["year"].format(year=year) for year in years}
    if shown["year"].isna().any():
        columns[None] = words["unknown_year"]
    cells = {}
    for row in shown.itertuples():
        year = None if pd.isna(row.year) else row.year
        hover = words["plan_calendar"]["hover"].format(
            agency=agencies[row.agency], year=columns[year], n=row.n_tasks
        )
        n_tasks = row.n_tasks if row.n_plans else None
        label = words["missing"] if n_tasks is None else str(n_tasks)
        cells[row.agency, year] = Cell(number(n_tasks), label, hover)
    n_there = sum(cell.value is not None for cell in cells.values())
    return chart_of(
        "change",
        "plan_calendar",
        display.uncoded,
        table=heat_table(agencies, columns, cells) if len(columns) > 1 else None,
        reason=words["no_panel"] if cells else "",
        hidden=display.hidden(n_hidden),
        agencies=len(agencies),
        columns=len(columns),
        there=n_there,
        missing=len(cells) - n_there,
    )


def trend_dots(trends: pd.DataFrame, themes: pd.DataFrame, display: Display) -> Chart:
    """Draw each theme's change a year within agencies, with its interval.

    The chart is one sentence where no agency has two years.

    Parameters
    ----------
    trends : DataFrame, shape (n_themes, ...)
        Result of ``measures.panel_trend``.
    themes : DataFrame
        The themes to draw.
    """
    names = display.themes(themes)
    rows = trends.loc[trends["theme_id"].isin(names)].dropna(subset=["change_per_year"])
    rows = rows.sort_values("change_per_year", ascending=False, kind="stable")
    labels = [names[key] for key in rows["theme_id"]]
    changes = [display.points(change) for change in rows["change_per_year"]]
    is_sure = rows["is_beyond_chance"].astype(bool).tolist()
    marks = marks_of(
        rows,
        "change_per_year",
        labels=changes,
        kinds=is_sure,
        names=labels,
        scale=100,  # points, as the axis says: "%" would read as a ratio
    )
    established = [
        f"{name} {change}"
        for name, change, sure in zip(labels, changes, is_sure, strict=True)
        if sure
    ]
    return dots_chart(
        "change",
        "trend_dots",
        display,
        labels,
        Series("", marks),
        form="points",
        reason=display.words("change")["no_panel"],
        interval_kind=interval_kind_of(trends, "plans"),
        themes=len(trends),
        agencies=trends["n_agencies"].max(),
        n=f"{trends['n_tasks'].max():,}",
        found=joined(established, display.lang),
    )


def year_dots(
    shares: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    display: Display,
) -> Chart:
    """Draw one panel a theme, with its share in each year of the panel.

    The chart is one sentence where no agency has two years.

    Parameters
    ----------
    shares : DataFrame, shape (n_years * n_themes, ...)
        Result of ``measures.theme_shares`` by ``year``, of ``selection.panel_of``.
    documents : DataFrame
        Documents of the panel.
    themes : DataFrame
        The themes to draw.
    """
    words, names = display.words("change"), display.themes(themes)
    n_agencies = documents["agency"].nunique()
    n_cells = len(documents.drop_duplicates(["agency", "year"]))
    is_whole = n_cells == n_agencies * documents["year"].nunique()
    sizes = shares.drop_duplicates("year").set_index("year")["n_tasks"]
    years = tuple(str(year) for year in sizes.index)
    panels = []
    for theme_id, title in names.items():
        part = shares.loc[shares["theme_id"] == theme_id].set_index("year")
        marks = marks_of(part.reindex(sizes.index), "share", names=years)
        panels.append(Panel(years, (Series(title, marks),), title, "years", most=1.0))
    return chart_of(
        "change",
        "year_dots",
        display,
        panels=panels if years else (),
        reason=words["no_panel"],
        interval_kind=interval_kind_of(shares),
        agencies=n_agencies,
        unbalanced="" if is_whole else words["year_dots"]["unbalanced"],
        sizes=", ".join(f"{year}: n = {n:,}" for year, n in sizes.items()),
        themes=len(names),
    )


def change_heat_map(
    changes: pd.DataFrame, themes: pd.DataFrame, display: Display
) -> Chart:
    """Draw agencies by themes: the change from an agency's first year to its last.

    Shows the 30 agencies with the largest changes, if there are more; one sentence
    where no change is established, or no agency has two years.

    Parameters
    ----------
    changes : DataFrame, shape (n_agencies * n_themes, ...)
        Result of ``first_to_last``.
    themes : DataFrame
        The themes to draw.
    """
    words, names = display.words("change")["change_heat_map"], display.themes(themes)
    rows = changes.loc[changes["theme_id"].isin(names)]
    # A map of changes that may all be chance would show nothing.
    rows = rows if rows["is_beyond_chance"].any() else rows.head(0)
    shown, n_hidden = largest_agencies(rows, "change")
    labels, cells = {}, {}
    for row in shown.to_dict("records"):
        agency, theme_id = row["agency"], row["theme_id"]
        labels[agency] = display.fill(words["row"], row)
        hover = words["hover"].format(
            row=labels[agency],
            theme=names[theme_id],
            change=display.points(row["change"]),
            lower=display.points(row["change_lower"]),
            upper=display.points(row["change_upper"]),
        )
        cells[agency, theme_id] = Cell(
            number(row["change"]),
            signed(100 * row["change"], 0),
            hover,
            "two_way",
            bool(row["is_beyond_chance"]),
        )
    no_panel = display.words("change")["no_panel"]
    return chart_of(
        "change",
        "change_heat_map",
        display,
        table=heat_table(labels, names, cells) if cells else None,
        reason=words["not_apart"] if len(changes) else no_panel,
        hidden=display.hidden(n_hidden),
        interval_kind=interval_kind_of(changes, "plans"),
        agencies=len(labels),
        themes=len(names),
    )
