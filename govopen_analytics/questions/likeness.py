"""How alike are the agencies? Rows, findings and charts."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import (
    chart_of,
    dots_chart,
    heat_table,
    marks_of,
)
from govopen_analytics.charts.display import Display
from govopen_analytics.charts.model import Cell, Chart, Mark, Panel, Series
from govopen_analytics.measures.families import (
    CANNOT_BE_ANSWERED,
    ESTABLISHED,
    NOT_TOLD_APART,
)
from govopen_analytics.questions.findings import Finding, finding, no_tasks
from govopen_analytics.questions.selection import MOST_ROWS, extremes

_PALEST = 50.0  # overlap: seldom do two agendas share less than half
_MOST_LINES = 30  # of a map: more hide the dots


def most_different(against_rest: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Keep the 30 agencies surest to differ from the rest.

    Parameters
    ----------
    against_rest : DataFrame, shape (n_agencies, ...)
        Result of ``measures.agenda_distances`` by ``agency`` against the rest.

    Returns
    -------
    shown : DataFrame, shape (n_shown, ...)
        In the order of their p-values, then of their distances.
    n_hidden : int
    """
    ordered = against_rest.sort_values(
        ["p_value", "distance"], ascending=[True, False], kind="stable"
    )
    shown = ordered.head(MOST_ROWS).reset_index(drop=True)
    return shown, len(ordered) - len(shown)


def is_among(documents: pd.DataFrame, shown: pd.DataFrame) -> pd.Series:
    """Say which plans are of the groups in `shown`.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    shown : DataFrame
        Rows of ``measures.agenda_distances`` against the rest.

    Returns
    -------
    Series of bool, shape (n_documents,)
    """
    return documents["agency"].astype("string").fillna("—").isin(shown["group"])


def named_passages(passages: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Put agencies and years beside shared passages, longest first.

    Parameters
    ----------
    passages : DataFrame, shape (n_passages, ...)
        Result of ``measures.shared_passages``.
    documents : DataFrame
        A valid ``documents`` table.

    Returns
    -------
    DataFrame, shape (n_passages, 6)
        ``agency``, ``year``, ``source_agency``, ``source_year``, ``n_alike``
        (characters) and ``passage``.
    """
    plans = documents[["document_id", "agency", "year"]]
    sources = plans.rename(columns=lambda name: f"source_{name}")
    rows = passages.merge(plans, on="document_id")
    rows = rows.merge(sources, on="source_document_id")
    columns = ["agency", "year", "source_agency", "source_year", "n_alike", "passage"]
    rows = rows.sort_values("n_alike", ascending=False, kind="stable")
    return rows[columns].reset_index(drop=True)


def likeness_findings(
    pairs: pd.DataFrame,
    against_rest: pd.DataFrame,
    reuse: pd.DataFrame,
    display: Display,
    *,
    n_hidden: int = 0,
) -> list[Finding]:
    """Say which agendas differ beyond chance.

    Parameters
    ----------
    pairs, against_rest : DataFrame
        Results of ``measures.agenda_distances``, of each agency with each and of
        each with the rest.
    reuse : DataFrame
        Result of ``measures.reuse_by_group`` by ``agency``; may be empty.
    n_hidden : int, default 0
        Agencies that `pairs` leaves out.
    """
    if against_rest.empty:
        return no_tasks("likeness", display)
    say = partial(finding, "likeness", display=display)
    pairs = pairs.dropna(subset=["distance"])
    if pairs.empty:
        key = "single" if len(against_rest) < 2 else "few"
        return [say(key, state=CANNOT_BE_ANSWERED)]
    first, *others = _pair_findings(pairs, partial(say, evidence="overlap_heat_map"))
    findings = [first, _rest_finding(against_rest, display, say), *others]
    if n_hidden:
        findings.append(
            say(
                "hidden",
                evidence="rest_dots",
                all=f"{len(against_rest):,}",
                shown=len(against_rest) - n_hidden,
                hidden=f"{n_hidden:,}",
            )
        )
    return [*findings, _reuse_finding(reuse, say)]


def _pair_findings(pairs: pd.DataFrame, say: Callable[..., Finding]) -> list[Finding]:
    sure = pairs.loc[pairs["is_beyond_chance"].astype(bool)]
    key, state = ("some", ESTABLISHED) if len(sure) else ("none", NOT_TOLD_APART)
    if (pairs["state"] == CANNOT_BE_ANSWERED).all():
        key, state = "unanswered", CANNOT_BE_ANSWERED
    findings = [
        say(
            key,
            state=state,
            caveats=("distance", "agenda"),
            count=len(sure),
            n_tasks=pairs["n_tasks"].max(),
            p_adjusted=pairs["p_adjusted"].min(),
            pairs=len(pairs),
            found=len(sure),
        )
    ]
    named: list[tuple[str, pd.Series, str, bool]] = []
    if len(sure):
        named.append(
            ("farthest", sure.loc[sure["distance"].idxmax()], ESTABLISHED, False)
        )
    if len(pairs) > 1:
        # Where no two can be told apart, the nearest are no nearer than the rest.
        named.append(("nearest", pairs.loc[pairs["distance"].idxmin()], "", sure.empty))
    return findings + [
        say(
            key,
            row,
            value="distance",
            subject=f"{row['group']} – {row['reference']}",
            state=state,
            is_detail=is_detail,
        )
        for key, row, state, is_detail in named
    ]


def _rest_finding(
    against_rest: pd.DataFrame, display: Display, say: Callable[..., Finding]
) -> Finding:
    say = partial(say, evidence="rest_dots")
    sure = against_rest.loc[against_rest["is_beyond_chance"].astype(bool)]
    if sure.empty:
        return say(
            "rest_none",
            state=NOT_TOLD_APART,
            caveats=("not_told_apart",),
            count=0,
            n_tasks=against_rest["n_tasks"].max(),
            p_adjusted=against_rest["p_adjusted"].min(),
        )
    sure = sure.sort_values("distance", ascending=False, kind="stable")
    names = display.listed(sure["group"])
    return say(
        "rest",
        state=ESTABLISHED,
        subject=names,
        count=len(sure),
        n_tasks=sure["n_tasks"].max(),
        p_adjusted=sure["p_adjusted"].max(),
        n=len(sure),
        agencies=names,
    )


def _reuse_finding(reuse: pd.DataFrame, say: Callable[..., Finding]) -> Finding:
    if reuse.empty:
        return say("no_reuse", state=CANNOT_BE_ANSWERED)
    say = partial(say, evidence="reuse_dots")
    top = reuse.loc[reuse["reused_share"].idxmax()]
    if not top["reused_share"]:
        return say("none_reused", number=0.0, n_tasks=reuse["n_tasks"].sum())
    return say(
        "reuse",
        top,
        value="reused_share",
        caveats=("reuse",),
    )


def rest_dots(against_rest: pd.DataFrame, display: Display) -> Chart:
    """Draw each agency's distance from all others, beside what chance gives.

    Shows the 30 agencies surest to differ, if there are more; one sentence where
    fewer than two can be compared.

    Parameters
    ----------
    against_rest : DataFrame, shape (n_agencies, ...)
        Result of ``measures.agenda_distances`` by ``agency`` against the rest.
    """
    words = display.words("likeness")
    shown, n_hidden = most_different(against_rest.dropna(subset=["distance"]))
    shown = shown.sort_values("distance", ascending=False)
    labels = display.with_n(shown["group"], shown["n_tasks"])
    distances = marks_of(
        shown,
        "distance",
        labels="{:.2f}".format,
        kinds=shown["is_beyond_chance"],
        names=labels,
    )
    bounds = tuple(
        Mark(
            row["distance_null_bound"],
            label=display.fill(words["rest_dots"]["label"], row),
            kind="bound",
        )
        for row in shown.to_dict("records")
    )
    return dots_chart(
        "likeness",
        "rest_dots",
        display,
        labels,
        Series(words["rest_dots"]["distance"], distances),
        Series(words["rest_dots"]["bound"], bounds),
        form="decimal",
        most=1.0,
        reason=words["not_two"],
        hidden=display.hidden(n_hidden),
        interval_kind="tasks",
        agencies=len(shown),
    )


def overlap_heat_map(
    pairs: pd.DataFrame, display: Display, *, n_hidden: int = 0
) -> Chart:
    """Draw agencies by agencies: the overlap of their agendas.

    The chart is one sentence where no two agencies can be told apart.

    Parameters
    ----------
    pairs : DataFrame, shape (n_pairs, ...)
        Result of ``measures.agenda_distances`` by ``agency``, each with each.
    n_hidden : int, default 0
        Agencies left out of `pairs`.
    """
    words = display.words("likeness")
    pairs = pairs.dropna(subset=["distance"])
    # Overlaps of agencies that cannot be told apart would only look like a pattern.
    pairs = pairs if pairs["is_beyond_chance"].any() else pairs.head(0)
    sizes = {
        **dict(zip(pairs["reference"], pairs["n_reference_tasks"], strict=True)),
        **dict(zip(pairs["group"], pairs["n_tasks"], strict=True)),
    }
    sizes = dict(sorted(sizes.items(), key=lambda size: -size[1]))
    places = {name: place for place, name in enumerate(sizes)}
    columns = {place: f"[{place + 1}]" for place in places.values()}
    labels = display.with_n(sizes, sizes.values())
    rows = {place: f"{labels[place]} {columns[place]}" for place in columns}
    cells = {}
    for row in pairs.to_dict("records"):
        first, second = sorted((places[row["group"]], places[row["reference"]]))
        cells[second, first] = Cell(
            float(row["overlap"]),
            display.written(row["overlap"], "overlap"),
            display.fill(words["overlap_heat_map"]["hover"], row),
            is_framed=bool(row["is_beyond_chance"]),
        )
    return chart_of(
        "likeness",
        "overlap_heat_map",
        display,
        table=heat_table(rows, columns, cells, least=_PALEST) if cells else None,
        reason=words["not_apart"],
        hidden=display.hidden(n_hidden),
        agencies=len(rows),
        found=int(pairs["is_beyond_chance"].sum()),
    )


def agency_map(
    points: pd.DataFrame, pairs: pd.DataFrame, display: Display, *, n_hidden: int = 0
) -> Chart:
    """Draw agencies as points, joined where they differ beyond chance.

    The chart is one sentence where no two agencies can be told apart.

    Parameters
    ----------
    points : DataFrame, shape (n_agencies, ...)
        Result of ``measures.agenda_map``.
    pairs, display, n_hidden
        As in ``overlap_heat_map``.
    """
    words = display.words("likeness")
    sure = pairs.loc[pairs["is_beyond_chance"].astype(bool)]
    points = points if len(sure) else points.head(0)
    # In the order of the heat map: an agency has one number on both.
    points = points.sort_values("n_tasks", ascending=False, kind="stable")
    labels = display.with_n(points["group"], points["n_tasks"])
    marks = tuple(
        Mark(float(row.y), label=label, hover=label, x=float(row.x), size=row.n_tasks)
        for row, label in zip(points.itertuples(), labels, strict=True)
    )
    places = {name: place for place, name in enumerate(points["group"])}
    lines = tuple((places[r.group], places[r.reference]) for r in sure.itertuples())
    has_lines = len(lines) <= _MOST_LINES
    no_lines = words["agency_map"]["no_lines"].format(found=len(sure))
    panel = Panel(
        (),
        (Series("", marks),),
        kind="map",
        form="decimal",
        lines=lines if has_lines else (),
    )
    return chart_of(
        "likeness",
        "agency_map",
        display,
        panels=[panel] if marks else (),
        reason=words["not_apart"],
        hidden=display.hidden(n_hidden),
        no_lines="" if has_lines else no_lines,
        share=percent(points["shown_share"].iloc[0]) if marks else "",
        agencies=len(points),
        found=len(sure),
    )


def reuse_dots(reuse: pd.DataFrame, display: Display) -> Chart:
    """Draw the share of each agency's text that stands in earlier plans.

    Shows of more than 30 agencies the 15 highest and the 15 lowest; one sentence
    where there is no earlier plan.

    Parameters
    ----------
    reuse : DataFrame, shape (n_agencies, ...)
        Result of ``measures.reuse_by_group`` by ``agency``.
    """
    shown, n_hidden = (reuse, 0) if reuse.empty else extremes(reuse, ["reused_share"])
    labels = display.with_n(shown["agency"], shown["n_tasks"])
    return dots_chart(
        "likeness",
        "reuse_dots",
        display.uncoded,
        labels,
        Series("", marks_of(shown, "reused_share", names=labels)),
        most=1.0,
        reason=display.words("likeness")["no_reuse"],
        hidden=display.hidden(n_hidden),
        interval_kind="tasks",
        agencies=len(shown),
    )
