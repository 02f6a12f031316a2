"""Who commits to what under one theme? Findings and charts."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import (
    chart_of,
    interval_kind_of,
    share_marks,
    word_chart,
)
from govopen_analytics.charts.display import ChartSource
from govopen_analytics.charts.model import Chart, Panel, Reference, Series
from govopen_analytics.charts.style import names_with_n, not_drawn
from govopen_analytics.measures import Differences
from govopen_analytics.measures.families import CANNOT_BE_ANSWERED, ESTABLISHED
from govopen_analytics.questions.findings import (
    Finding,
    difference_findings,
    finding,
    listed,
    no_tasks,
    share_in_words,
    theme_name,
)
from govopen_analytics.questions.selection import extremes
from govopen_analytics.words import agency_name, section


def theme_findings(
    shares: pd.DataFrame,
    pooled: pd.DataFrame,
    theme: pd.DataFrame,
    differences: Differences,
    *,
    is_default: bool = False,
    lang: str = "zh",
    interval: float = 0.95,
) -> list[Finding]:
    """Say who covers a theme least and most, and whether that is established.

    Parameters
    ----------
    shares : DataFrame, shape (n_agencies, ...)
        Rows of ``compare.theme_shares`` by ``agency`` of this theme.
    pooled : DataFrame, shape (1, ...)
        Row of ``compare.pooled_shares`` of this theme.
    theme : DataFrame, shape (1, ...)
        Result of ``selection.choose_theme``.
    differences : Differences
        Result of ``measures.theme_differences`` by ``agency``, of all themes.
    is_default : bool, default False
        Whether nobody chose the theme.
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    list of Finding
    """
    name = theme_name(theme[f"label_{lang}"].iloc[0], lang)
    if pooled.empty or not pooled["n_tasks"].iloc[0]:
        return no_tasks("theme", lang)
    whole = pooled.iloc[0]
    say = partial(
        finding,
        "theme",
        lang=lang,
        interval=interval,
        evidence="theme_ranking",
        theme=name,
        n=f"{int(whole['n_tasks']):,}",
    )
    chosen = [finding("theme", "default", lang=lang)] if is_default else []
    observed = shares.loc[shares["is_observed"].astype(bool)]
    if observed.empty:
        upper = percent(whole["share_upper"])
        return [say("nobody", row=whole, subject=name, upper=upper), *chosen]
    all_tasks = say(
        "pooled",
        row=whole,
        subject=name,
        caveats=("years_together",),
        share=percent(whole["share"]),
        lower=percent(whole["share_lower"]),
        upper=percent(whole["share_upper"]),
        agencies=len(shares),
        with_it=len(observed),
    )
    if len(shares) == 1:
        single = say("single", state=CANNOT_BE_ANSWERED)
        return [all_tasks, single, *chosen]
    ends = _ends(shares, observed, lang, interval)
    doubt = difference_findings(
        differences,
        {theme["theme_id"].iloc[0]: name},
        lambda row: agency_name(row["agency"], lang),
        question="theme",
        lang=lang,
        evidence="theme_ranking",
    )
    return [all_tasks, *doubt, *ends, *chosen]


def _ends(
    shares: pd.DataFrame, observed: pd.DataFrame, lang: str, interval: float
) -> list[Finding]:
    evidence = "theme_ranking"
    say = partial(finding, "theme", lang=lang, interval=interval, evidence=evidence)
    # Of agencies without the theme, the one with most tasks is surest to lack it.
    order = shares.sort_values(["share", "share_upper"], kind="stable")
    ends = order.loc[order.index.isin(observed.index)]
    lowest, highest = (
        say(
            key,
            row=row,
            subject=agency_name(row["agency"], lang),
            is_detail=True,
            agency=agency_name(row["agency"], lang),
            share=share_in_words(row, lang, f"{interval:.0%}"),
        )
        for key, row in (("lowest", ends.iloc[0]), ("highest", ends.iloc[-1]))
    )
    return [*_unseen(order, say, lang), lowest, highest]


def _unseen(
    order: pd.DataFrame, say: Callable[..., Finding], lang: str
) -> list[Finding]:
    unseen = order.loc[~order["is_observed"].astype(bool)]
    if unseen.empty:
        return []
    form = section("theme", lang)["unseen_one"]
    named = [
        form.format(
            agency=agency_name(row.agency, lang),
            n=row.n_tasks,
            upper=percent(row.share_upper),
        )
        for row in unseen.itertuples()
    ]
    shown = {"count": len(named), "agencies": listed(named, lang)}
    first = unseen.sort_values("n_tasks").iloc[-1]
    shown |= {"row": first, "subject": agency_name(first["agency"], lang)}
    return [say("unseen", caveats=("unseen",), **shown)]


def theme_ranking(
    shares: pd.DataFrame,
    pooled: pd.DataFrame,
    theme: pd.DataFrame,
    differences: Differences | None = None,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw all agencies' shares of one theme, highest first.

    Parameters
    ----------
    shares : DataFrame, shape (n_agencies, ...)
        Rows of ``measures.theme_shares`` by ``agency`` of this theme.
    pooled : DataFrame, shape (1, ...)
        Row of ``measures.pooled_shares`` of this theme.
    theme : DataFrame, shape (1, ...)
        Result of ``selection.choose_theme``.
    differences : Differences, optional
        As in ``theme_findings``: the agencies it names are drawn filled.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    Chart
        Of more than 30 agencies the 15 highest and the 15 lowest by shrunk share,
        since raw extremes are mostly small plans; one sentence where there is no
        task.
    """
    words = section("theme", lang)["theme_ranking"]
    name = theme[f"label_{lang}"].iloc[0]
    common = {"source": source, "lang": lang, "theme": name, "interval": interval}
    if shares.empty:
        reason = words["nobody"]
        return chart_of("theme", "theme_ranking", reason=reason, **common)
    shown, n_hidden = extremes(shares, ["share_shrunk", "share"])
    shown = shown.sort_values("share", ascending=False, kind="stable")
    whole = float(pooled["share"].iloc[0])
    named = _named(differences, theme)
    high, low = shown.iloc[0], shown.iloc[-1]
    labels = tuple(names_with_n(shown["agency"], shown["n_tasks"], lang))
    kinds = ["sure" if agency in named else "unsure" for agency in shown["agency"]]
    marks = share_marks(shown, lang=lang, names=labels, kind=kinds)
    reference = Reference(whole, words["pooled"], percent(whole))
    panel = Panel(labels, (Series(name, marks),), reference=reference, most=1.0)
    return chart_of(
        "theme",
        "theme_ranking",
        panels=[panel],
        hidden=not_drawn(n_hidden, lang),
        interval_kind=interval_kind_of(shares),
        share=percent(whole),
        agencies=len(shown),
        high=agency_name(high["agency"], lang),
        high_share=percent(high["share"]),
        low=agency_name(low["agency"], lang),
        low_share=percent(low["share"]),
        **common,
    )


def _named(differences: Differences | None, theme: pd.DataFrame) -> set[str]:
    """Return the agencies whose share is established to differ."""
    if differences is None:
        return set()
    cells = differences.cells
    is_named = cells["theme_id"].isin(theme["theme_id"])
    is_named &= cells["state"] == ESTABLISHED
    return set(cells.loc[is_named, "agency"])


def theme_words(
    words_found: pd.DataFrame,
    theme: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw the words that set the tasks of a theme apart.

    Parameters
    ----------
    words_found : DataFrame, shape (n_words, ...)
        Rows of ``measures.distinctive_words`` by ``theme_id`` of this theme.
    theme, source, lang, interval
        As in ``theme_ranking``.

    Returns
    -------
    Chart
        One sentence where there is nothing to compare.
    """
    return word_chart(
        "theme",
        "theme_words",
        words_found,
        source=source,
        lang=lang,
        interval=interval,
        theme=theme[f"label_{lang}"].iloc[0],
    )
