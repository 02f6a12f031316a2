"""Who commits to what under one theme? Findings and charts."""

from functools import partial

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import (
    chart_of,
    dots_chart,
    interval_kind_of,
    share_marks,
    word_chart,
)
from govopen_analytics.charts.display import Display
from govopen_analytics.charts.model import Chart, Reference, Series
from govopen_analytics.measures import Differences
from govopen_analytics.measures.families import CANNOT_BE_ANSWERED, ESTABLISHED
from govopen_analytics.questions.findings import (
    Finding,
    difference_findings,
    finding,
    no_tasks,
)
from govopen_analytics.questions.selection import extremes


def theme_findings(
    shares: pd.DataFrame,
    pooled: pd.DataFrame,
    theme: pd.DataFrame,
    differences: Differences,
    display: Display,
    *,
    is_default: bool = False,
) -> list[Finding]:
    """Say who covers a theme least and most, and whether that is established.

    Parameters
    ----------
    shares : DataFrame, shape (n_agencies, ...)
        Rows of ``measures.theme_shares`` by ``agency`` of this theme.
    pooled : DataFrame, shape (1, ...)
        Row of ``measures.pooled_shares`` of this theme.
    theme : DataFrame, shape (1, ...)
        Result of ``selection.choose_theme``.
    differences : Differences
        Result of ``measures.theme_differences`` by ``agency``, of all themes.
    is_default : bool, default False
        Whether nobody chose the theme.
    """
    if pooled.empty or not pooled["n_tasks"].iloc[0]:
        return no_tasks("theme", display)
    names, whole = display.quoted(theme), pooled.iloc[0]
    (name,) = names.values()
    say = partial(finding, "theme", display=display, evidence="theme_ranking")
    chosen = [say("default", evidence="")] if is_default else []
    observed = shares.loc[shares["is_observed"].astype(bool)]
    if observed.empty:
        return [say("nobody", whole, subject=name), *chosen]
    all_tasks = say(
        "pooled",
        whole,
        subject=name,
        caveats=("years_together",),
        agencies=len(shares),
        with_it=len(observed),
    )
    if len(shares) == 1:
        return [all_tasks, say("single", state=CANNOT_BE_ANSWERED), *chosen]
    doubt = difference_findings(
        differences,
        names,
        lambda row: display.agency(row["agency"]),
        question="theme",
        display=display,
        evidence="theme_ranking",
    )
    # Of agencies without the theme, the one with most tasks is surest to lack it.
    order = shares.sort_values(["share", "share_upper"], kind="stable")
    ends = order.loc[order.index.isin(observed.index)]
    lowest, highest = (
        say(key, row, is_detail=True)
        for key, row in (("lowest", ends.iloc[0]), ("highest", ends.iloc[-1]))
    )
    unseen = order.loc[~order.index.isin(observed.index)]
    missing = []
    if len(unseen):
        form = display.words("theme")["unseen_one"]
        named = [display.fill(form, row) for row in unseen.to_dict("records")]
        row = unseen.sort_values("n_tasks").iloc[-1]
        missing = [
            say(
                "unseen",
                row,
                caveats=("unseen",),
                # Not "count", which is the number of the finding.
                n=len(named),
                agencies=display.listed(named),
            )
        ]
    return [all_tasks, *doubt, *missing, lowest, highest, *chosen]


def theme_ranking(
    shares: pd.DataFrame,
    pooled: pd.DataFrame,
    theme: pd.DataFrame,
    differences: Differences | None,
    display: Display,
) -> Chart:
    """Draw all agencies' shares of one theme, highest first.

    Shows of more than 30 agencies the 15 highest and the 15 lowest by shrunk share,
    since raw extremes are mostly small plans; one sentence where there is no
    task.

    Parameters
    ----------
    shares : DataFrame, shape (n_agencies, ...)
        Rows of ``measures.theme_shares`` by ``agency`` of this theme.
    pooled : DataFrame, shape (1, ...)
        Row of ``measures.pooled_shares`` of this theme.
    theme : DataFrame, shape (1, ...)
        Result of ``selection.choose_theme``.
    differences : Differences or None
        As in ``theme_findings``: the agencies it names are drawn filled.
    """
    words = display.words("theme")["theme_ranking"]
    (name,) = display.themes(theme).values()
    if shares.empty:
        return chart_of(
            "theme", "theme_ranking", display, reason=words["nobody"], theme=name
        )
    shown, n_hidden = extremes(shares, ["share_shrunk", "share"])
    shown = shown.sort_values("share", ascending=False, kind="stable")
    high, low = shown.iloc[0], shown.iloc[-1]
    labels = display.with_n(shown["agency"], shown["n_tasks"])
    is_named = pd.Series(False, index=shown.index)
    if differences is not None:
        cells = differences.cells
        cells = cells.loc[cells["theme_id"].isin(theme["theme_id"])]
        sure = cells.loc[cells["state"] == ESTABLISHED, "agency"]
        is_named = shown["agency"].isin(sure)
    whole = float(pooled["share"].iloc[0])
    return dots_chart(
        "theme",
        "theme_ranking",
        display,
        labels,
        Series(name, share_marks(shown, display, names=labels, kinds=is_named)),
        most=1.0,
        reference=Reference(whole, words["pooled"], percent(whole)),
        hidden=display.hidden(n_hidden),
        interval_kind=interval_kind_of(shares),
        theme=name,
        share=percent(whole),
        agencies=len(shown),
        high=display.agency(high["agency"]),
        high_share=percent(high["share"]),
        low=display.agency(low["agency"]),
        low_share=percent(low["share"]),
    )


def theme_words(
    words_found: pd.DataFrame, theme: pd.DataFrame, display: Display
) -> Chart:
    """Draw the words that set the tasks of a theme apart.

    The chart is one sentence where there is nothing to compare.

    Parameters
    ----------
    words_found : DataFrame, shape (n_words, ...)
        Rows of ``measures.distinctive_words`` by ``theme_id`` of this theme.
    theme : DataFrame, shape (1, ...)
        Result of ``selection.choose_theme``.
    """
    (name,) = display.themes(theme).values()
    return word_chart("theme", "theme_words", words_found, display, theme=name)
