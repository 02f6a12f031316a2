"""How has coverage changed over the years? Rows, findings and charts."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from govopen_analytics.charts.build import (
    chart_of,
    heat_table,
    interval_kind_of,
    marks_of,
)
from govopen_analytics.charts.display import ChartSource
from govopen_analytics.charts.model import Cell, Chart, Panel, Series, number
from govopen_analytics.charts.style import (
    joined,
    not_drawn,
    points,
    signed,
    theme_names,
)
from govopen_analytics.measures.families import (
    CANNOT_BE_ANSWERED,
    ESTABLISHED,
    NOT_TOLD_APART,
)
from govopen_analytics.questions.findings import (
    Finding,
    change_in_words,
    finding,
    no_tasks,
    p_in_words,
    points_in_words,
    theme_name,
)
from govopen_analytics.questions.selection import largest, named_agencies
from govopen_analytics.words import agency_name, section


def plan_years(documents: pd.DataFrame, *, lang: str = "zh") -> pd.DataFrame:
    """List every agency and year of the corpus, with or without a plan.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_agencies * n_years, 5)
        ``agency``, ``year``, ``n_plans``, ``n_tasks`` (counts) and ``status``, in
        words. Plans without a year have a row of their own, without a year.
    """
    words = section("change", lang)
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
    for name in ("n_plans", "n_tasks"):
        cells[name] = cells[name].fillna(0).astype("Int64")
    is_there = cells["n_plans"] > 0
    cells["status"] = is_there.map({True: words["there"], False: words["missing"]})
    return cells.astype({"year": "Int64", "status": "string"})


def first_to_last(changes: pd.DataFrame) -> pd.DataFrame:
    """Keep each agency's change from its first to its last year.

    Parameters
    ----------
    changes : DataFrame, shape (n_comparisons * n_themes, ...)
        Result of ``compare.share_change``.

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
    *,
    lang: str = "zh",
    interval: float = 0.95,
) -> list[Finding]:
    """Say what changed within agencies, or why that cannot be said.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    confounding : mapping
        Result of ``compare.confounding``.
    trends : DataFrame, shape (n_themes, ...)
        Result of ``compare.panel_trend``.
    changes : DataFrame
        Result of ``first_to_last``.
    themes : DataFrame
        The themes to speak of.
    parts : DataFrame
        Result of ``measures.change_parts``.
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    list of Finding
    """
    if documents.empty:
        return no_tasks("change", lang)
    say = partial(finding, "change", lang=lang, interval=interval)
    if not confounding["n_agencies_repeated"]:
        return _what_is_missing(documents, confounding, say)
    labels = themes.set_index("theme_id")[f"label_{lang}"]
    trends = trends.loc[trends["theme_id"].isin(labels.index)]
    changes = changes.loc[changes["theme_id"].isin(labels.index)]
    first = trends.iloc[0]
    if (trends["state"] == CANNOT_BE_ANSWERED).all():
        found = [say("unanswered", state=CANNOT_BE_ANSWERED, evidence="trend_dots")]
    else:
        found = _trend_findings(trends, labels, say, lang, interval)
    found += _part_findings(parts, labels, say, lang, interval)
    found += _agency_findings(changes, labels, say, lang, interval)
    found.append(
        say(
            "panel",
            evidence="plan_calendar",
            caveats=("within_agency", "interval_panel"),
            is_detail=True,
            number=first["n_agencies"],
            unit="count",
            n_tasks=first["n_tasks"],
            agencies=first["n_agencies"],
            years=first["n_years"],
            tasks=first["n_tasks"],
        )
    )
    dated = documents.dropna(subset=["agency", "year"])
    n_single = dated["agency"].nunique() - int(first["n_agencies"])
    if n_single:
        found.append(say("left_out", n=n_single, number=n_single, unit="count"))
    if confounding["n_undated"]:
        found.append(say("undated", n=confounding["n_undated"]))
    return found


def _what_is_missing(
    documents: pd.DataFrame,
    confounding: Mapping[str, object],
    say: Callable[..., Finding],
) -> list[Finding]:
    state = CANNOT_BE_ANSWERED
    if not confounding["n_years"]:
        return [say("no_year", state=state)]
    dated = documents.dropna(subset=["agency", "year"])
    n_years, n_agencies = confounding["n_years"], dated["agency"].nunique()
    shown = {"state": state, "evidence": "plan_calendar"}
    if n_years == 1:
        found = [say("one_year", year=dated["year"].iloc[0], **shown)]
    else:
        found = [say("confounded", years=n_years, agencies=n_agencies, **shown)]
    if confounding["n_undated"]:
        found.append(say("undated", n=confounding["n_undated"]))
    return found


def _part_findings(
    parts: pd.DataFrame,
    labels: pd.Series,
    say: Callable[..., Finding],
    lang: str,
    interval: float,
) -> list[Finding]:
    parts = parts.loc[parts["theme_id"].isin(labels.index)]
    years = parts["year_to"] - parts["year_from"]
    parts = parts.loc[years == years.max()]
    if parts.empty:
        return []
    row = parts.loc[parts["change"].abs().idxmax()]
    name = theme_name(labels[row["theme_id"]], lang)
    return [
        say(
            "parts",
            row=row,
            value="change",
            unit="points",
            subject=name,
            theme=name,
            year_from=row["year_from"],
            year_to=row["year_to"],
            change=change_in_words(row, "change", lang, f"{interval:.0%}"),
            within=points_in_words(row["change_within"]),
            composition=points_in_words(row["change_of_composition"]),
        )
    ]


def _trend_findings(
    trends: pd.DataFrame,
    labels: pd.Series,
    say: Callable[..., Finding],
    lang: str,
    interval: float,
) -> list[Finding]:
    is_sure = trends["is_beyond_chance"].astype(bool)
    leaves_out_0 = (trends["change_per_year_lower"] > 0) | (
        trends["change_per_year_upper"] < 0
    )
    found = []
    by_size = trends["change_per_year"].abs().sort_values(ascending=False).index
    trends = trends.loc[by_size]
    for key, kept in (("sure", is_sure), ("unsure", ~is_sure & leaves_out_0)):
        for _, trend in trends.loc[kept.loc[by_size]].iterrows():
            name = theme_name(labels[trend["theme_id"]], lang)
            found.append(
                say(
                    key,
                    row=trend,
                    value="change_per_year",
                    unit="points",
                    subject=name,
                    state=trend["state"],
                    evidence="trend_dots",
                    theme=name,
                    change=change_in_words(
                        trend, "change_per_year", lang, f"{interval:.0%}"
                    ),
                    p=p_in_words(trend["p_adjusted"]),
                    n=len(trends),
                )
            )
    n_none = len(trends) - len(found)
    if n_none:
        key = "none" if found else "all_none"
        state = NOT_TOLD_APART
        shown: dict[str, Any] = {"evidence": "trend_dots"}
        shown |= {"caveats": ("not_told_apart",)}
        shown |= {"number": n_none, "unit": "count"}
        shown |= {"n_tasks": trends["n_tasks"].max()}
        found.append(say(key, state=state, n=n_none, **shown))
    return found


def _agency_findings(
    changes: pd.DataFrame,
    labels: pd.Series,
    say: Callable[..., Finding],
    lang: str,
    interval: float,
) -> list[Finding]:
    if changes.empty:
        return []
    sure = changes.loc[changes["is_beyond_chance"].astype(bool)]
    evidence = {"evidence": "change_heat_map"}
    found = [
        say(
            "agencies",
            number=len(sure),
            unit="count",
            state=ESTABLISHED if len(sure) else NOT_TOLD_APART,
            all=f"{len(changes):,}",
            found=f"{len(sure):,}",
            **evidence,
        )
    ]
    if len(sure):
        largest = sure.loc[sure["change"].abs().idxmax()]
        agency = agency_name(largest["agency"], lang)
        name = theme_name(labels[largest["theme_id"]], lang)
        found.append(
            say(
                "largest",
                row=largest,
                value="change",
                unit="points",
                subject=f"{agency} {name}",
                state=ESTABLISHED,
                agency=agency,
                theme=name,
                year_from=largest["year_from"],
                year_to=largest["year_to"],
                change=change_in_words(largest, "change", lang, f"{interval:.0%}"),
                **evidence,
            )
        )
    return found


def plan_calendar(
    calendar: pd.DataFrame, *, source: ChartSource, lang: str = "zh"
) -> Chart:
    """Draw which agency-years have a plan, and which are missing.

    Parameters
    ----------
    calendar : DataFrame, shape (n_cells, 5)
        Result of ``plan_calendar``.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    Chart
        The 30 agencies with the largest plans, if there are more; one sentence
        where there is one year only.
    """
    words = section("change", lang)
    shown, n_hidden = largest(named_agencies(calendar), "agency", "n_tasks")
    agencies = list(dict.fromkeys(shown["agency"]))
    names = [agency_name(name, lang) for name in agencies]
    years = sorted(calendar["year"].dropna().unique())
    columns = [words["year"].format(year=year) for year in years]
    if shown["year"].isna().any():
        columns.append(words["unknown_year"])
    cells = {}
    for row in shown.itertuples():
        y = agencies.index(row.agency)
        x = len(years) if pd.isna(row.year) else years.index(row.year)
        is_there = row.n_plans > 0
        hover = words["plan_calendar"]["hover"].format(
            agency=names[y], year=columns[x], n=row.n_tasks
        )
        value = float(row.n_tasks) if is_there else None
        label = str(row.n_tasks) if is_there else words["missing"]
        cells[y, x] = Cell(value, label, hover)
    n_there = sum(cell.value is not None for cell in cells.values())
    return chart_of(
        "change",
        "plan_calendar",
        source=source.without_coding,
        lang=lang,
        table=heat_table(names, columns, cells) if len(columns) > 1 else None,
        reason=words["no_panel"] if cells else "",
        hidden=not_drawn(n_hidden, lang),
        agencies=len(names),
        columns=len(columns),
        there=n_there,
        missing=len(cells) - n_there,
    )


def trend_dots(
    trends: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw each theme's change a year within agencies, with its interval.

    Parameters
    ----------
    trends : DataFrame, shape (n_themes, ...)
        Result of ``measures.panel_trend``.
    themes : DataFrame
        The themes to draw.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    Chart
        One sentence where no agency has two years.
    """
    names = theme_names(themes, lang)
    rows = trends.loc[trends["theme_id"].isin(names)].dropna(subset=["change_per_year"])
    rows = rows.sort_values("change_per_year", ascending=False, kind="stable")
    changes = [points(change, lang) for change in rows["change_per_year"]]
    labels = tuple(names[key] for key in rows["theme_id"])
    is_sure = rows["is_beyond_chance"].astype(bool).tolist()
    found = [
        f"{name} {change}"
        for name, change, sure in zip(labels, changes, is_sure, strict=True)
        if sure
    ]
    marks = marks_of(
        rows,
        "change_per_year",
        labels=changes,
        kinds=["sure" if sure else "unsure" for sure in is_sure],
        names=labels,
        scale=100,  # points, as the axis says: "%" would read as a ratio
    )
    panel = Panel(labels, (Series("", marks),), form="points")
    return chart_of(
        "change",
        "trend_dots",
        source=source,
        lang=lang,
        panels=[panel] if labels else (),
        reason=section("change", lang)["no_panel"],
        interval=interval,
        interval_kind=interval_kind_of(trends, "plans"),
        themes=len(trends),
        agencies=trends["n_agencies"].max(),
        n=f"{trends['n_tasks'].max():,}",
        found=joined(found, lang),
    )


def year_dots(
    shares: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw one panel a theme, with its share in each year of the panel.

    Parameters
    ----------
    shares : DataFrame, shape (n_years * n_themes, ...)
        Result of ``measures.theme_shares`` by ``year``, of ``selection.panel_of``.
    documents : DataFrame
        Documents of the panel.
    themes : DataFrame
        The themes to draw.
    source, lang, interval
        As in ``trend_dots``.

    Returns
    -------
    Chart
        One sentence where no agency has two years.
    """
    words = section("change", lang)
    names = theme_names(themes, lang)
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
        source=source,
        lang=lang,
        panels=panels if years else (),
        reason=words["no_panel"],
        interval=interval,
        interval_kind=interval_kind_of(shares),
        agencies=n_agencies,
        unbalanced="" if is_whole else words["year_dots"]["unbalanced"],
        sizes=", ".join(f"{year}: n = {n:,}" for year, n in sizes.items()),
        themes=len(names),
    )


def change_heat_map(
    changes: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw agencies by themes: the change from an agency's first year to its last.

    Parameters
    ----------
    changes : DataFrame, shape (n_agencies * n_themes, ...)
        Result of ``first_to_last``.
    themes : DataFrame
        The themes to draw.
    source, lang, interval
        As in ``trend_dots``.

    Returns
    -------
    Chart
        The 30 agencies with the largest changes, if there are more; one sentence
        where no change is established, or no agency has two years.
    """
    words = section("change", lang)["change_heat_map"]
    names = theme_names(themes, lang)
    rows = changes.loc[changes["theme_id"].isin(names)]
    # Changes that cannot be told from chance make a map of noise.
    rows = rows if rows["is_beyond_chance"].any() else rows.head(0)
    shown, n_hidden = largest(named_agencies(rows), "agency", "change")
    labels = {
        row.agency: words["row"].format(
            agency=agency_name(row.agency, lang),
            year_from=row.year_from,
            year_to=row.year_to,
            n_from=row.n_tasks_from,
            n_to=row.n_tasks_to,
        )
        for row in shown.drop_duplicates("agency").itertuples()
    }
    y = {name: place for place, name in enumerate(labels)}
    x = {key: place for place, key in enumerate(names)}
    cells = {
        (y[row.agency], x[row.theme_id]): Cell(
            number(row.change),
            signed(100 * row.change, 0),
            words["hover"].format(
                row=labels[row.agency],
                theme=names[row.theme_id],
                change=points(row.change, lang),
                lower=points(row.change_lower, lang),
                upper=points(row.change_upper, lang),
            ),
            "two_way",
            bool(row.is_beyond_chance),
        )
        for row in shown.itertuples()
    }
    columns = list(names.values())
    no_panel = section("change", lang)["no_panel"]
    return chart_of(
        "change",
        "change_heat_map",
        source=source,
        lang=lang,
        table=heat_table(list(labels.values()), columns, cells) if cells else None,
        reason=words["not_apart"] if len(changes) else no_panel,
        hidden=not_drawn(n_hidden, lang),
        interval=interval,
        interval_kind=interval_kind_of(changes, "plans"),
        agencies=len(labels),
        themes=len(names),
    )
