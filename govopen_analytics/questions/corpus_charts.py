"""Charts of the corpus: what was read."""

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import chart_of, marks_of
from govopen_analytics.charts.model import Chart, Panel, Series
from govopen_analytics.charts.style import ChartSource, plan_names
from govopen_analytics.words import section

MOST_ROWS = 30


def corpus_overview(
    documents: pd.DataFrame, *, source: ChartSource, lang: str = "zh"
) -> Chart:
    """Draw each plan's number of tasks and how much of its text has a role.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    Chart
        The 30 plans with the least text accounted for, if there are more.
    """
    words = section("corpus", lang)["corpus_overview"]
    order = ["accounted_share", "n_tasks"]
    ordered = documents.sort_values(order, ascending=[True, False], kind="stable")
    shown = ordered.head(MOST_ROWS)
    shown = shown.sort_values("n_tasks", ascending=False, kind="stable")
    names = tuple(plan_names(shown, shown, lang).values())
    n_hidden = len(documents) - len(shown)
    counts = marks_of(shown, "n_tasks", labels=lambda n: f"{n:,}")
    shares = marks_of(shown, "accounted_share", labels=percent, names=names)
    panels = [
        Panel(
            names,
            (Series(words["tasks"], counts),),
            kind="bars",
            form="count",
            axis=words["tasks"],
        ),
        Panel(names, (Series(words["share"], shares),), axis=words["share"], most=1.0),
    ]
    hidden = words["hidden"].format(shown=len(shown), n_hidden=f"{n_hidden:,}")
    return chart_of(
        "corpus",
        "corpus_overview",
        source=source,
        lang=lang,
        panels=panels if names else (),
        hidden=hidden if n_hidden else "",
        rows=len(names),
    )
