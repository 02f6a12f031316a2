"""How does one agency differ from its peers? Rows, findings and charts."""

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
from govopen_analytics.charts.model import Chart, Panel, Series
from govopen_analytics.charts.style import theme_names
from govopen_analytics.measures import Differences
from govopen_analytics.measures.families import (
    CANNOT_BE_ANSWERED,
    ESTABLISHED,
    NOT_TOLD_APART,
    WORTH_ASKING,
)
from govopen_analytics.questions.commitments import ELEMENTS
from govopen_analytics.questions.findings import (
    Finding,
    finding,
    listed,
    p_in_words,
    share_in_words,
    theme_name,
)
from govopen_analytics.questions.selection import ITSELF, PEERS
from govopen_analytics.words import section


def peer_findings(
    shares: pd.DataFrame,
    distances: pd.DataFrame,
    gaps: pd.DataFrame,
    themes: pd.DataFrame,
    differences: Differences,
    form: Differences,
    *,
    agency: str,
    is_default: bool = False,
    lang: str = "zh",
    interval: float = 0.95,
) -> list[Finding]:
    """Say whether an agency differs from its peers, and in what.

    Parameters
    ----------
    shares : DataFrame
        Result of ``compare.theme_shares`` by ``side``.
    distances : DataFrame
        Result of ``measures.agenda_distances`` by ``agency`` against the rest.
    gaps : DataFrame
        Result of ``measures.theme_gaps`` by ``agency``.
    themes : DataFrame
        The themes to speak of.
    differences : Differences
        Result of ``measures.theme_differences`` by ``agency``.
    form : Differences
        Result of ``measures.form_differences`` of ``element_flags`` by ``agency``.
    agency : str
        Name of the agency.
    is_default : bool, default False
        Whether nobody chose the agency.
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    list of Finding
    """
    say = partial(finding, "peers", lang=lang, interval=interval)
    labels = themes.set_index("theme_id")[f"label_{lang}"]
    chosen = [say("default", agency=agency)] if is_default else []
    if PEERS not in set(shares["side"]):
        return [say("alone", state=CANNOT_BE_ANSWERED, agency=agency), *chosen]
    n_others = len(distances) - 1
    found = _distance_finding(distances, agency, n_others, say)
    cells = differences.cells
    cells = cells.loc[cells["agency"] == agency].set_index("theme_id")
    found += _theme_findings(shares, cells, labels, say, lang, interval)
    found += _form_findings(form.cells, agency, say, lang)
    found += _gap_findings(gaps.loc[gaps["agency"] == agency], labels, say, lang)
    return [*found, *chosen]


def _form_findings(
    cells: pd.DataFrame, agency: str, say: Callable[..., Finding], lang: str
) -> list[Finding]:
    """Name the elements of form in which the agency is established to differ."""
    names = section("commitments", lang)["flags"]
    cells = cells.loc[(cells["agency"] == agency) & (cells["state"] == ESTABLISHED)]
    return [
        say(
            "form_high" if cell["is_higher"] else "form_low",
            row=cell,
            subject=names[cell["flag"]],
            state=ESTABLISHED,
            caveats=("form_of_plan",),
            flag=names[cell["flag"]],
            p=p_in_words(cell["p_adjusted"]),
            own=percent(cell["share"]),
            whole=percent(cell["whole_share"]),
        )
        for _, cell in cells.loc[cells["flag"].isin(ELEMENTS)].iterrows()
    ]


def _distance_finding(
    distances: pd.DataFrame, agency: str, n_others: int, say: Callable[..., Finding]
) -> list[Finding]:
    known = distances.loc[distances["group"] == agency].dropna(subset=["distance"])
    if known.empty:
        return []
    row = known.iloc[0]
    n, m = row["n_tasks"], row["n_reference_tasks"]
    kinds = {ESTABLISHED: "apart", CANNOT_BE_ANSWERED: "unanswered"}
    return [
        say(
            kinds.get(row["state"], "together"),
            row=row,
            value="distance",
            unit="distance",
            subject=agency,
            state=row["state"],
            evidence="peer_dots",
            caveats=("distance", "peers"),
            agency=agency,
            others=f"{n_others:,}",
            distance=f"{row['distance']:.2f}",
            bound=f"{row['distance_null_bound']:.2f}",
            p=p_in_words(row["p_adjusted"]),
            n=f"{n:,}",
            m=f"{m:,}",
        )
    ]


def _theme_findings(
    shares: pd.DataFrame,
    cells: pd.DataFrame,
    labels: pd.Series,
    say: Callable[..., Finding],
    lang: str,
    interval: float,
) -> list[Finding]:
    by_side = {
        side: part.set_index("theme_id") for side, part in shares.groupby("side")
    }
    found = []
    for theme_id, label in labels.items():
        cell = cells.loc[theme_id]
        if cell["state"] != ESTABLISHED:
            continue
        own, peers = by_side[ITSELF].loc[theme_id], by_side[PEERS].loc[theme_id]
        name, level = theme_name(label, lang), f"{interval:.0%}"
        found.append(
            say(
                "high" if cell["is_higher"] else "low",
                row=own,
                subject=name,
                state=ESTABLISHED,
                evidence="peer_dots",
                theme=name,
                p=p_in_words(cell["p_adjusted"]),
                own=share_in_words(own, lang, level),
                peers=share_in_words(peers, lang, level),
            )
        )
    if found:
        return found
    n_tasks = int(by_side[ITSELF]["n_tasks"].max())
    p_adjusted = cells["p_adjusted"].min()
    shown = {"evidence": "peer_dots", "n_tasks": n_tasks, "p_adjusted": p_adjusted}
    return [say("no_theme", state=NOT_TOLD_APART, **shown)]


def _gap_findings(
    gaps: pd.DataFrame, labels: pd.Series, say: Callable[..., Finding], lang: str
) -> list[Finding]:
    own = gaps.loc[gaps["theme_id"].isin(labels.index)]
    found, is_nobody = [], own["chance_unobserved"] == 1
    keys = {ESTABLISHED: "gap_established", WORTH_ASKING: "gap_rare"}
    kinds = {
        keys.get(state, "gap_likely"): (~is_nobody & (own["state"] == state), state)
        for state in (ESTABLISHED, WORTH_ASKING, NOT_TOLD_APART)
    }
    kinds["gap_nobody"] = (is_nobody, NOT_TOLD_APART)
    for key, (is_kind, state) in kinds.items():
        # Gaps that chance explains are named in one sentence, by the rarest of them.
        same_kind = own[is_kind].sort_values("chance_unobserved", kind="stable")
        column = same_kind["chance_unobserved"] * (state != NOT_TOLD_APART)
        for _, same in same_kind.groupby(column, sort=False):
            probability = same["chance_unobserved"].iloc[0]
            named = [theme_name(labels[key_], lang) for key_ in same["theme_id"]]
            found.append(
                say(
                    key,
                    row=same.iloc[0],
                    value="chance_unobserved",
                    subject=listed(named, lang),
                    state=state,
                    evidence="theme_gaps",
                    theme=listed(named, lang),
                    n=same["n_tasks"].iloc[0],
                    chance=percent(probability),
                    adjusted=percent(same["p_adjusted"].iloc[0]),
                )
            )
    return found


def named_sides(rows: pd.DataFrame, agency: str) -> pd.DataFrame:
    """Put the agency's name beside its rows; peers stay unnamed."""
    return rows.assign(agency=rows["side"].map({ITSELF: agency}).astype("string"))


def peer_dots(
    shares: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    agency: str,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw an agency's shares beside those of all others together.

    Parameters
    ----------
    shares : DataFrame, shape (n_sides * n_themes, ...)
        Result of ``measures.theme_shares`` by ``side``.
    themes : DataFrame
        The themes to draw.
    agency : str
        Name of the agency.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    Chart
    """
    words = section("peers", lang)
    names = theme_names(themes, lang)
    shares = named_sides(shares, agency).set_index("theme_id", drop=False)
    sides = dict(list(shares.rename_axis(None).groupby("side")))
    series = []
    for side, title, kind in (
        (ITSELF, agency, "sure"),
        (PEERS, words["peers"], "other"),
    ):
        if side in sides:
            part = sides[side].loc[list(names)]
            marks = share_marks(part, lang=lang, names=names.values(), kind=kind)
            series.append(Series(title, marks))
    own = sides[ITSELF].loc[list(names)]
    top = own["share"].astype(float).idxmax()
    has_peers = PEERS in sides
    told = words["peer_dots"]
    panel = Panel(tuple(names.values()), tuple(series), most=1.0)
    return chart_of(
        "peers",
        "peer_dots",
        source=source,
        lang=lang,
        panels=[panel],
        hidden="" if has_peers else told["alone"],
        interval=interval,
        interval_kind=interval_kind_of(shares),
        agency=agency,
        n=f"{own['n_tasks'].max():,}",
        m=f"{sides[PEERS]['n_tasks'].max():,}" if has_peers else "",
        themes=len(names),
        top=told["top"].format(
            theme=names[top], share=percent(float(own.loc[top, "share"]))
        ),
    )


def agency_words(
    words_found: pd.DataFrame,
    *,
    agency: str,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> Chart:
    """Draw the words that an agency uses more than all others together.

    Parameters
    ----------
    words_found : DataFrame, shape (n_words, ...)
        Result of ``measures.distinctive_words`` by ``side``, of the agency alone.
    agency, source, lang, interval
        As in ``peer_dots``.

    Returns
    -------
    Chart
        One sentence where there is nothing to compare.
    """
    return word_chart(
        "peers",
        "agency_words",
        words_found,
        source=source.without_coding,
        lang=lang,
        interval=interval,
        agency=agency,
    )
