"""How do the agendas score under weights of your own? Findings and a chart."""

from functools import partial

import pandas as pd

from govopen_analytics.charts.build import chart_of, marks_of
from govopen_analytics.charts.display import ChartSource
from govopen_analytics.charts.model import Chart, Panel, Series
from govopen_analytics.charts.style import names_with_n, not_drawn
from govopen_analytics.measures.families import CANNOT_BE_ANSWERED
from govopen_analytics.questions.findings import Finding, finding, no_tasks
from govopen_analytics.questions.selection import MOST_ROWS
from govopen_analytics.words import agency_name, section


def total_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of the index itself, without those of its indicators.

    Parameters
    ----------
    scores : DataFrame
        Result of ``measures.weighted_index``.
    """
    is_total = scores["measure"] == "weighted_index"
    return scores.loc[is_total & scores["value"].notna()].reset_index(drop=True)


def index_findings(
    scores: pd.DataFrame,
    ranks: pd.DataFrame,
    *,
    lang: str = "zh",
    interval: float = 0.95,
) -> list[Finding]:
    """Say who comes first, and how many ranks hold.

    Parameters
    ----------
    scores : DataFrame
        Result of ``measures.weighted_index`` by ``agency``.
    ranks : DataFrame
        Result of ``measures.index_ranks`` by ``agency``.
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    list of Finding
    """
    if ranks.empty:
        return no_tasks("index", lang)
    say = partial(finding, "index", lang=lang, interval=interval, evidence="index_dots")
    totals = total_scores(scores)
    top = totals.loc[totals["value"].idxmax()]
    name = agency_name(top["agency"], lang)
    if len(ranks) == 1:
        found = say("single", state=CANNOT_BE_ANSWERED)
        return [found]
    fixed, fixed_any = (
        int((ranks[f"{kind}_lower"] == ranks[f"{kind}_upper"]).sum())
        for kind in ("rank", "rank_any")
    )
    return [
        say(
            "order" if fixed or fixed_any else "no_order",
            number=fixed,
            unit="count",
            n_tasks=int(ranks["n_tasks"].sum()),
            caveats=("index_meaning", "index_weights", "index_ranks"),
            n=f"{len(ranks):,}",
            fixed=f"{fixed:,}",
            fixed_any=f"{fixed_any:,}",
        ),
        say(
            "top",
            row=top,
            value="value",
            unit="score",
            subject=name,
            agency=name,
            value_text=f"{top['value']:.0f}",
            lower=f"{top['value_lower']:.0f}",
            upper=f"{top['value_upper']:.0f}",
            n=f"{top['n_tasks']:,}",
        ),
    ]


def index_dots(
    scores: pd.DataFrame,
    ranks: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw each agency's score, with its rank and how far the rank can move.

    Parameters
    ----------
    scores, ranks
        As in ``index_findings``.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    Chart
        The 30 highest; one sentence where there is nothing to rank.
    """
    words = section("index", lang)["index_dots"]
    shown = ranks.head(MOST_ROWS)
    totals = total_scores(scores).set_index("agency")
    labels = tuple(names_with_n(shown["agency"], shown["n_tasks"], lang))
    marks = marks_of(
        totals.reindex(shown["agency"]),
        "value",
        labels=[
            words["label"].format(
                value=f"{row.value:.0f}",
                rank=row.rank,
                first=row.rank_lower,
                last=row.rank_upper,
                first_any=row.rank_any_lower,
                last_any=row.rank_any_upper,
            )
            for row in shown.itertuples()
        ],
        names=labels,
    )
    panel = Panel(labels, (Series("", marks),), form="count", most=100.0)
    return chart_of(
        "index",
        "index_dots",
        source=source,
        lang=lang,
        panels=[panel] if labels else (),
        reason=words["nothing"],
        hidden=not_drawn(len(ranks) - len(shown), lang),
        interval=interval,
        interval_kind="tasks",
        agencies=len(shown),
    )
