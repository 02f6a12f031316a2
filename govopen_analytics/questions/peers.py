"""How does one agency differ from its peers? Rows, findings and charts."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import (
    dots_chart,
    interval_kind_of,
    share_marks,
    word_chart,
)
from govopen_analytics.charts.display import Display, p_in_words
from govopen_analytics.charts.model import Chart, Series
from govopen_analytics.measures import Differences
from govopen_analytics.measures.families import (
    CANNOT_BE_ANSWERED,
    ESTABLISHED,
    NOT_TOLD_APART,
    WORTH_ASKING,
)
from govopen_analytics.questions.commitments import ELEMENTS
from govopen_analytics.questions.findings import Finding, finding
from govopen_analytics.questions.selection import ITSELF, PEERS


def peer_findings(
    shares: pd.DataFrame,
    distances: pd.DataFrame,
    gaps: pd.DataFrame,
    themes: pd.DataFrame,
    differences: Differences,
    form: Differences,
    display: Display,
    *,
    agency: str,
    is_default: bool = False,
) -> list[Finding]:
    """Say whether an agency differs from its peers, and in what.

    Parameters
    ----------
    shares : DataFrame
        Result of ``measures.theme_shares`` by ``side``.
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
    """
    say = partial(finding, "peers", display=display)
    labels = display.quoted(themes)
    chosen = [say("default", agency=agency)] if is_default else []
    if PEERS not in set(shares["side"]):
        return [say("alone", state=CANNOT_BE_ANSWERED, agency=agency), *chosen]
    cells = differences.cells
    cells = cells.loc[cells["agency"] == agency].set_index("theme_id")
    return [
        *_distance_findings(distances, agency, say),
        *_theme_findings(shares, cells, labels, display, say),
        *_form_findings(form.cells, agency, display, say),
        *_gap_findings(gaps.loc[gaps["agency"] == agency], labels, display, say),
        *chosen,
    ]


def _distance_findings(
    distances: pd.DataFrame, agency: str, say: Callable[..., Finding]
) -> list[Finding]:
    rows = distances.loc[distances["group"] == agency].dropna(subset=["distance"])
    keys = {ESTABLISHED: "apart", CANNOT_BE_ANSWERED: "unanswered"}
    return [
        say(
            keys.get(row["state"], "together"),
            row,
            value="distance",
            subject=agency,
            state=row["state"],
            evidence="peer_dots",
            caveats=("distance", "peers"),
            agency=agency,
            others=f"{len(distances) - 1:,}",
        )
        for _, row in rows.head(1).iterrows()
    ]


def _theme_findings(
    shares: pd.DataFrame,
    cells: pd.DataFrame,
    labels: dict[str, str],
    display: Display,
    say: Callable[..., Finding],
) -> list[Finding]:
    say = partial(say, evidence="peer_dots")
    by_theme = shares.set_index("theme_id")
    agency = by_theme.loc[by_theme["side"] == ITSELF]
    peers = by_theme.loc[by_theme["side"] == PEERS]
    cells = cells.loc[list(labels)]
    findings = [
        say(
            "high" if cell["is_higher"] else "low",
            agency.loc[theme_id],
            subject=labels[theme_id],
            state=ESTABLISHED,
            # The interval is of the share, the test of the cell.
            p=p_in_words(cell["p_adjusted"]),
            peers=display.fill("{share_in_full}", peers.loc[theme_id]),
        )
        for theme_id, cell in cells.loc[cells["state"] == ESTABLISHED].iterrows()
    ]
    if findings:
        return findings
    n_tasks, p_adjusted = int(agency["n_tasks"].max()), cells["p_adjusted"].min()
    shown = {"n_tasks": n_tasks, "p_adjusted": p_adjusted}
    return [say("no_theme", state=NOT_TOLD_APART, **shown)]


def _form_findings(
    cells: pd.DataFrame, agency: str, display: Display, say: Callable[..., Finding]
) -> list[Finding]:
    """Name the elements of form in which the agency is established to differ."""
    names = display.words("commitments")["flags"]
    cells = cells.loc[(cells["agency"] == agency) & (cells["state"] == ESTABLISHED)]
    return [
        say(
            "form_high" if cell["is_higher"] else "form_low",
            cell,
            subject=names[cell["flag"]],
            state=ESTABLISHED,
            caveats=("form_of_plan",),
        )
        for _, cell in cells.loc[cells["flag"].isin(ELEMENTS)].iterrows()
    ]


def _gap_findings(
    gaps: pd.DataFrame,
    labels: dict[str, str],
    display: Display,
    say: Callable[..., Finding],
) -> list[Finding]:
    gaps = gaps.loc[gaps["theme_id"].isin(labels)]
    is_nobody = gaps["chance_unobserved"] == 1
    kinds = [
        (key, ~is_nobody & (gaps["state"] == state), state)
        for key, state in (
            ("gap_established", ESTABLISHED),
            ("gap_rare", WORTH_ASKING),
            ("gap_likely", NOT_TOLD_APART),
        )
    ]
    findings = []
    for key, is_kind, state in [*kinds, ("gap_nobody", is_nobody, NOT_TOLD_APART)]:
        # Gaps that chance explains are named in one sentence, by the rarest of them.
        same_kind = gaps[is_kind].sort_values("chance_unobserved", kind="stable")
        column = same_kind["chance_unobserved"] * (state != NOT_TOLD_APART)
        for _, same in same_kind.groupby(column, sort=False):
            row = same.iloc[0]
            findings.append(
                say(
                    key,
                    row,
                    value="chance_unobserved",
                    subject=display.listed(labels[name] for name in same["theme_id"]),
                    state=state,
                    evidence="theme_gaps",
                    adjusted=percent(row["p_adjusted"]),
                )
            )
    return findings


def named_sides(rows: pd.DataFrame, agency: str) -> pd.DataFrame:
    """Put the agency's name beside its rows; peers stay unnamed."""
    return rows.assign(agency=rows["side"].map({ITSELF: agency}).astype("string"))


def peer_dots(
    shares: pd.DataFrame, themes: pd.DataFrame, display: Display, *, agency: str
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
    """
    words, names = display.words("peers"), display.themes(themes)
    labels = list(names.values())
    named = named_sides(shares, agency).set_index("theme_id", drop=False)
    rows = {
        side: part.loc[list(names)]
        for side, part in named.rename_axis(None).groupby("side")
    }
    sides = ((ITSELF, agency, "sure"), (PEERS, words["peers"], "other"))
    series = [
        Series(title, share_marks(rows[side], display, names=labels, kinds=kind))
        for side, title, kind in sides
        if side in rows
    ]
    itself = rows[ITSELF]
    top = itself.loc[itself["share"].astype(float).idxmax()]
    has_peers = PEERS in rows
    return dots_chart(
        "peers",
        "peer_dots",
        display,
        labels,
        *series,
        most=1.0,
        hidden="" if has_peers else words["peer_dots"]["alone"],
        interval_kind=interval_kind_of(shares),
        agency=agency,
        n=f"{itself['n_tasks'].max():,}",
        m=f"{rows[PEERS]['n_tasks'].max():,}" if has_peers else "",
        themes=len(names),
        top=display.fill(words["peer_dots"]["top"], top, theme=names[top["theme_id"]]),
    )


def agency_words(words_found: pd.DataFrame, display: Display, *, agency: str) -> Chart:
    """Draw the words that an agency uses more than all others together.

    The chart is one sentence where there is nothing to compare.

    Parameters
    ----------
    words_found : DataFrame, shape (n_words, ...)
        Result of ``measures.distinctive_words`` by ``side``, of the agency alone.
    agency : str
        Name of the agency.
    """
    shown = display.uncoded
    return word_chart("peers", "agency_words", words_found, shown, agency=agency)
