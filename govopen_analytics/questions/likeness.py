"""How alike are the agencies? Rows, findings and charts."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import chart_of, heat_table, marks_of
from govopen_analytics.charts.display import ChartSource
from govopen_analytics.charts.model import Cell, Chart, Mark, Panel, Series
from govopen_analytics.charts.style import names_with_n, not_drawn
from govopen_analytics.measures.families import (
    CANNOT_BE_ANSWERED,
    ESTABLISHED,
    NOT_TOLD_APART,
)
from govopen_analytics.questions.findings import (
    Finding,
    finding,
    listed,
    no_tasks,
    p_in_words,
)
from govopen_analytics.questions.selection import MOST_ROWS, extremes
from govopen_analytics.words import agency_name, section

_PALEST = 50.0  # overlap: seldom do two agendas share less than half
_MOST_LINES = 30  # of a map: more hide the dots


def most_different(
    against_rest: pd.DataFrame, limit: int = MOST_ROWS
) -> tuple[pd.DataFrame, int]:
    """Keep the agencies surest to differ from the rest.

    Parameters
    ----------
    against_rest : DataFrame, shape (n_agencies, ...)
        Result of ``compare.agenda_distances`` by ``agency`` against the rest.
    limit : int, default MOST_ROWS
        Most agencies kept.

    Returns
    -------
    shown : DataFrame, shape (n_shown, ...)
        In the order of their p-values, then of their distances.
    n_hidden : int
    """
    ordered = against_rest.sort_values(
        ["p_value", "distance"], ascending=[True, False], kind="stable"
    )
    shown = ordered.head(limit).reset_index(drop=True)
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
        Result of ``compare.shared_passages``.
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
    *,
    n_hidden: int = 0,
    lang: str = "zh",
    interval: float = 0.95,
) -> list[Finding]:
    """Say which agendas differ beyond chance.

    Parameters
    ----------
    pairs, against_rest : DataFrame
        Results of ``compare.agenda_distances``, of each agency with each and of
        each with the rest.
    reuse : DataFrame
        Result of ``compare.reuse_by_group`` by ``agency``; may be empty.
    n_hidden : int, default 0
        Agencies that `pairs` leaves out.
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    list of Finding
    """
    if against_rest.empty:
        return no_tasks("likeness", lang)
    say = partial(finding, "likeness", lang=lang, interval=interval)
    known = pairs.dropna(subset=["distance"])
    if known.empty:
        key = "single" if len(against_rest) < 2 else "few"
        return [say(key, state=CANNOT_BE_ANSWERED)]
    first, *others = _pair_findings(known, say)
    found = [first, _rest_finding(against_rest, say, lang), *others]
    if n_hidden:
        found.append(
            say(
                "hidden",
                evidence="rest_dots",
                all=f"{len(against_rest):,}",
                shown=len(against_rest) - n_hidden,
                hidden=f"{n_hidden:,}",
            )
        )
    return [*found, _reuse_finding(reuse, say, lang)]


def _pair_findings(known: pd.DataFrame, say: Callable[..., Finding]) -> list[Finding]:
    sure = known.loc[known["is_beyond_chance"].astype(bool)]
    key, state = ("some", ESTABLISHED) if len(sure) else ("none", NOT_TOLD_APART)
    if (known["state"] == CANNOT_BE_ANSWERED).all():
        key, state = "unanswered", CANNOT_BE_ANSWERED
    found = [
        say(
            key,
            state=state,
            evidence="overlap_heat_map",
            caveats=("distance", "agenda"),
            number=len(sure),
            unit="count",
            n_tasks=known["n_tasks"].max(),
            p_adjusted=known["p_adjusted"].min(),
            pairs=len(known),
            found=len(sure),
        )
    ]
    if len(sure):
        row = sure.loc[sure["distance"].idxmax()]
        found.append(_pair(row, "farthest", ESTABLISHED, say))
    if len(known) > 1:
        # Where no two can be told apart, the nearest are no nearer than the rest.
        row, is_detail = known.loc[known["distance"].idxmin()], sure.empty
        found.append(_pair(row, "nearest", "", say, is_detail=is_detail))
    return found


def _pair(
    row: pd.Series,
    key: str,
    state: str,
    say: Callable[..., Finding],
    *,
    is_detail: bool = False,
) -> Finding:
    return say(
        key,
        row=row,
        value="distance",
        unit="distance",
        subject=f"{row['group']} – {row['reference']}",
        state=state,
        evidence="overlap_heat_map",
        is_detail=is_detail,
        group=row["group"],
        reference=row["reference"],
        distance=f"{row['distance']:.2f}",
        overlap=f"{row['overlap']:.0f}",
        bound=f"{row['distance_null_bound']:.2f}",
        p=p_in_words(row["p_adjusted"]),
        n=row["n_tasks"],
        m=row["n_reference_tasks"],
    )


def _rest_finding(
    against_rest: pd.DataFrame, say: Callable[..., Finding], lang: str
) -> Finding:
    found = against_rest.loc[against_rest["is_beyond_chance"].astype(bool)]
    if found.empty:
        return say(
            "rest_none",
            state=NOT_TOLD_APART,
            evidence="rest_dots",
            caveats=("not_told_apart",),
            number=0,
            unit="count",
            n_tasks=against_rest["n_tasks"].max(),
            p_adjusted=against_rest["p_adjusted"].min(),
        )
    found = found.sort_values("distance", ascending=False, kind="stable")
    names = listed(found["group"], lang)
    shown = {"n": len(found), "agencies": names, "evidence": "rest_dots"}
    shown |= {"number": len(found), "unit": "count", "subject": names}
    shown |= {
        "n_tasks": found["n_tasks"].max(),
        "p_adjusted": found["p_adjusted"].max(),
    }
    return say("rest", state=ESTABLISHED, **shown)


def _reuse_finding(
    reuse: pd.DataFrame, say: Callable[..., Finding], lang: str
) -> Finding:
    if reuse.empty:
        return say("no_reuse", state=CANNOT_BE_ANSWERED)
    top = reuse.loc[reuse["reused_share"].idxmax()]
    if not top["reused_share"]:
        n_tasks = reuse["n_tasks"].sum()
        return say("none_reused", evidence="reuse_dots", number=0.0, n_tasks=n_tasks)
    return say(
        "reuse",
        row=top,
        value="reused_share",
        subject=agency_name(top["agency"], lang),
        evidence="reuse_dots",
        caveats=("reuse",),
        agency=agency_name(top["agency"], lang),
        share=percent(top["reused_share"]),
        lower=percent(top["reused_share_lower"]),
        upper=percent(top["reused_share_upper"]),
        n=top["n_tasks"],
    )


def rest_dots(
    against_rest: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw each agency's distance from all others, beside what chance gives.

    Parameters
    ----------
    against_rest : DataFrame, shape (n_agencies, ...)
        Result of ``measures.agenda_distances`` by ``agency`` against the rest.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    Chart
        The 30 agencies surest to differ, if there are more; one sentence where
        fewer than two can be compared.
    """
    words = section("likeness", lang)
    told = words["rest_dots"]
    shown, n_hidden = most_different(against_rest.dropna(subset=["distance"]))
    shown = shown.sort_values("distance", ascending=False)
    labels = tuple(names_with_n(shown["group"], shown["n_tasks"], lang))
    own = marks_of(
        shown,
        "distance",
        labels=lambda value: f"{value:.2f}",
        kinds=["sure" if sure else "unsure" for sure in shown["is_beyond_chance"]],
        names=labels,
    )
    bounds = tuple(
        Mark(
            float(bound), label=told["label"].format(bound=f"{bound:.2f}"), kind="bound"
        )
        for bound in shown["distance_null_bound"]
    )
    series = (Series(told["distance"], own), Series(told["bound"], bounds))
    return chart_of(
        "likeness",
        "rest_dots",
        source=source,
        lang=lang,
        panels=[Panel(labels, series, form="decimal", most=1.0)] if labels else (),
        reason=words["not_two"],
        hidden=not_drawn(n_hidden, lang),
        interval=interval,
        interval_kind="tasks",
        agencies=len(shown),
    )


def overlap_heat_map(
    pairs: pd.DataFrame, *, n_hidden: int = 0, source: ChartSource, lang: str = "zh"
) -> Chart:
    """Draw agencies by agencies: the overlap of their agendas.

    Parameters
    ----------
    pairs : DataFrame, shape (n_pairs, ...)
        Result of ``measures.agenda_distances`` by ``agency``, each with each.
    n_hidden : int, default 0
        Agencies left out of `pairs`.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    Chart
        One sentence where no two agencies can be told apart.
    """
    words = section("likeness", lang)
    known = pairs.dropna(subset=["distance"])
    # Overlaps of agencies that cannot be told apart would only look like a pattern.
    known = known if known["is_beyond_chance"].any() else known.head(0)
    sizes = {
        **dict(zip(known["reference"], known["n_reference_tasks"], strict=True)),
        **dict(zip(known["group"], known["n_tasks"], strict=True)),
    }
    names = sorted(sizes, key=lambda name: -sizes[name])
    places = {name: place for place, name in enumerate(names)}
    cells = {}
    for row in known.itertuples():
        first, second = sorted((places[row.group], places[row.reference]))
        overlap = f"{row.overlap:.0f}"
        hover = words["overlap_heat_map"]["hover"].format(
            group=row.group,
            reference=row.reference,
            overlap=overlap,
            distance=f"{row.distance:.2f}",
            bound=f"{row.distance_null_bound:.2f}",
        )
        is_framed = bool(row.is_beyond_chance)
        cells[second, first] = Cell(
            float(row.overlap), overlap, hover, is_framed=is_framed
        )
    labels = names_with_n(names, [sizes[name] for name in names], lang)
    numbers = [f"[{place}]" for place in range(1, len(names) + 1)]
    rows = [f"{label} {own}" for label, own in zip(labels, numbers, strict=True)]
    return chart_of(
        "likeness",
        "overlap_heat_map",
        source=source,
        lang=lang,
        table=heat_table(rows, numbers, cells, least=_PALEST) if cells else None,
        reason=words["not_apart"],
        hidden=not_drawn(n_hidden, lang),
        agencies=len(names),
        found=int(known["is_beyond_chance"].sum()),
    )


def agency_map(
    points: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    n_hidden: int = 0,
    source: ChartSource,
    lang: str = "zh",
) -> Chart:
    """Draw agencies as points, joined where they differ beyond chance.

    Parameters
    ----------
    points : DataFrame, shape (n_agencies, ...)
        Result of ``measures.agenda_map``.
    pairs, n_hidden, source, lang
        As in ``overlap_heat_map``.

    Returns
    -------
    Chart
        One sentence where no two agencies can be told apart.
    """
    words = section("likeness", lang)
    found = pairs.loc[pairs["is_beyond_chance"].astype(bool)]
    points = points if len(found) else points.head(0)
    # In the order of the heat map: an agency has one number on both.
    points = points.sort_values("n_tasks", ascending=False, kind="stable")
    labels = names_with_n(points["group"], points["n_tasks"], lang)
    marks = tuple(
        Mark(float(row.y), label=label, hover=label, x=float(row.x), size=row.n_tasks)
        for row, label in zip(points.itertuples(), labels, strict=True)
    )
    places = {name: place for place, name in enumerate(points["group"])}
    lines = tuple((places[r.group], places[r.reference]) for r in found.itertuples())
    has_lines = len(lines) <= _MOST_LINES
    no_lines = words["agency_map"]["no_lines"].format(found=len(found))
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
        source=source,
        lang=lang,
        panels=[panel] if marks else (),
        reason=words["not_apart"],
        hidden=not_drawn(n_hidden, lang),
        no_lines="" if has_lines else no_lines,
        share=percent(points["shown_share"].iloc[0]) if marks else "",
        agencies=len(points),
        found=len(found),
    )


def reuse_dots(
    reuse: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw the share of each agency's text that stands in earlier plans.

    Parameters
    ----------
    reuse : DataFrame, shape (n_agencies, ...)
        Result of ``measures.reuse_by_group`` by ``agency``.
    source, lang, interval
        As in ``rest_dots``.

    Returns
    -------
    Chart
        Of more than 30 agencies the 15 highest and the 15 lowest; one sentence
        where there is no earlier plan.
    """
    shown, n_hidden = (reuse, 0) if reuse.empty else extremes(reuse, ["reused_share"])
    labels = tuple(names_with_n(shown["agency"], shown["n_tasks"], lang))
    marks = marks_of(shown, "reused_share", names=labels)
    return chart_of(
        "likeness",
        "reuse_dots",
        source=source.without_coding,
        lang=lang,
        panels=[Panel(labels, (Series("", marks),), most=1.0)] if labels else (),
        reason=section("likeness", lang)["no_reuse"],
        hidden=not_drawn(n_hidden, lang),
        interval=interval,
        interval_kind="tasks",
        agencies=len(shown),
    )
