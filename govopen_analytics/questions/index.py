"""How do the agendas score under weights of your own? Findings and a chart."""

from functools import partial

import pandas as pd

from govopen_analytics.charts.build import dots_chart, marks_of
from govopen_analytics.charts.display import Display
from govopen_analytics.charts.model import Chart, Series
from govopen_analytics.measures.families import CANNOT_BE_ANSWERED
from govopen_analytics.questions.findings import Finding, finding, no_tasks
from govopen_analytics.questions.selection import MOST_ROWS


def index_findings(
    scores: pd.DataFrame, ranks: pd.DataFrame, display: Display
) -> list[Finding]:
    """Say who comes first, and how many ranks hold.

    Parameters
    ----------
    scores : DataFrame
        Result of ``measures.weighted_index`` by ``agency``.
    ranks : DataFrame
        Result of ``measures.index_ranks`` by ``agency``.
    """
    if ranks.empty:
        return no_tasks("index", display)
    say = partial(finding, "index", display=display, evidence="index_dots")
    if len(ranks) == 1:
        return [say("single", state=CANNOT_BE_ANSWERED)]
    totals = _total_scores(scores)
    top = totals.loc[totals["value"].idxmax()]
    fixed, fixed_any = (
        int((ranks[f"{kind}_lower"] == ranks[f"{kind}_upper"]).sum())
        for kind in ("rank", "rank_any")
    )
    return [
        say(
            "order" if fixed or fixed_any else "no_order",
            count=fixed,
            n_tasks=int(ranks["n_tasks"].sum()),
            caveats=("index_meaning", "index_weights", "index_ranks"),
            n=f"{len(ranks):,}",
            fixed=f"{fixed:,}",
            fixed_any=f"{fixed_any:,}",
        ),
        say(
            "top",
            top,
            value="value",
            unit="score",
            score=f"{top['value']:.0f}",
            lower=f"{top['value_lower']:.0f}",
            upper=f"{top['value_upper']:.0f}",
        ),
    ]


def index_dots(scores: pd.DataFrame, ranks: pd.DataFrame, display: Display) -> Chart:
    """Draw each agency's score, with its rank and how far the rank can move.

    Shows the 30 highest; one sentence where there is nothing to rank.

    Parameters
    ----------
    scores, ranks, display
        As in ``index_findings``.
    """
    words = display.words("index")["index_dots"]
    shown = ranks.head(MOST_ROWS)
    labels = display.with_n(shown["agency"], shown["n_tasks"])
    marks = marks_of(
        _total_scores(scores).set_index("agency").reindex(shown["agency"]),
        "value",
        labels=[
            display.fill(words["label"], row, value=f"{row['value']:.0f}")
            for row in shown.to_dict("records")
        ],
        names=labels,
    )
    return dots_chart(
        "index",
        "index_dots",
        display,
        labels,
        Series("", marks),
        form="count",
        most=100.0,
        reason=words["nothing"],
        hidden=display.hidden(len(ranks) - len(shown)),
        interval_kind="tasks",
        agencies=len(shown),
    )


def _total_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of the index itself, without those of its indicators."""
    is_total = scores["measure"] == "weighted_index"
    return scores.loc[is_total & scores["value"].notna()].reset_index(drop=True)
