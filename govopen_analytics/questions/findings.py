"""Comparisons to sentences: what a reader is told first, with its n and interval."""

from collections.abc import Mapping

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.measures import Differences
from govopen_analytics.questions.sentences import difference_sentences
from govopen_analytics.words import section

# The front page lists this many plans and says that there are more.
MOST_PLANS = 8


def corpus_findings(
    documents: pd.DataFrame,
    tasks: pd.DataFrame,
    failures: pd.DataFrame,
    remarks: pd.DataFrame,
    *,
    lang: str = "zh",
) -> pd.DataFrame:
    """Say what was read, what could not be, and what to look at.

    Parameters
    ----------
    documents, tasks, failures, remarks : DataFrame
        Valid tables.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_sentences, 2)
        ``topic`` and ``finding``.
    """
    words = section("findings", lang)
    read = words["read"].format(
        documents=len(documents),
        agencies=documents["agency"].nunique(),
        years=_years(documents["year"], words),
        tasks=len(tasks),
    )
    rows = [("corpus", read)]
    n_failed = failures["source_file"].nunique()
    key = "failed" if n_failed else "failed_none"
    rows.append(("corpus", words[key].format(n=n_failed)))
    if len(remarks):
        n_files = remarks["source_file"].nunique()
        text = words["remarked"].format(n=len(remarks), files=n_files)
        rows.append(("corpus", text))
    return _sentences(rows)


def coverage_findings(
    shares: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    differences: Differences | None = None,
    gaps: Mapping[str, float] | None = None,
    n_unclassified: int = 0,
    lang: str = "zh",
    interval: float = 0.95,
) -> pd.DataFrame:
    """Say what each plan is mostly about, and how plans differ on core themes.

    Plans are told apart only in a theme where they differ at all; a theme without
    a task is called not observed, with the number of tasks.

    Parameters
    ----------
    shares : DataFrame, shape (n_documents * n_themes, ...)
        Result of ``compare.theme_shares`` by ``document_id``.
    documents, themes : DataFrame
        Valid tables; rows of `shares` they do not hold are left out.
    differences : Differences, optional
        Result of ``measures.theme_differences`` by ``document_id``.
    gaps : mapping, optional
        Result of ``measures.gap_totals`` by ``document_id``.
    n_unclassified : int, default 0
        Tasks without a theme (count).
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals, for the words that name it (0-1).

    Returns
    -------
    DataFrame, shape (n_sentences, 2)
        ``topic`` and ``finding``.
    """
    words = section("findings", lang)
    labels = themes.set_index("theme_id")[f"label_{lang}"]
    plans = _plan_names(documents, words)
    shown = shares["theme_id"].isin(labels.index)
    shown &= shares["document_id"].isin(list(plans))
    shares = shares.loc[shown]
    if not shares["n_tasks"].sum():
        return _sentences([("top", words["no_tasks"])])
    level = f"{interval:.0%}"
    rows = [("top", text) for text in _tops(shares, plans, labels, words, level)]
    n_plans = shares["document_id"].nunique()
    if n_plans > MOST_PLANS:
        hidden = n_plans - MOST_PLANS
        rows.append(("top", words["more"].format(shown=MOST_PLANS, hidden=hidden)))
    is_core = themes["is_core"].fillna(False).astype(bool)
    core = list(themes.loc[is_core, "theme_id"])
    if differences is not None:
        named = {key: words["theme"].format(theme=labels[key]) for key in core}
        rows += [
            ("core", text)
            for text in difference_sentences(
                differences,
                named,
                "theme_id",
                lambda row: plans.get(row["document_id"], row["document_id"]),
                lang,
            )
        ]
    for theme_id in core:
        part = shares.loc[shares["theme_id"] == theme_id]
        rows += _unseen(part, plans, labels[theme_id], words)
    if gaps is not None:
        text = words["gaps"].format(
            cells=f"{gaps['n_cells']:,.0f}",
            found=f"{gaps['n_unobserved']:,.0f}",
            expected=f"{gaps['n_expected']:,.1f}",
        )
        rows.append(("core", text))
    without = documents.loc[documents["n_tasks"] == 0, "document_id"]
    if len(without):
        named = [plans[plan] for plan in without[:MOST_PLANS]]
        listed = words["join"].join(named) + ("…" if len(without) > len(named) else "")
        rows.append(("top", words["without"].format(plans=listed)))
    if n_unclassified:
        text = words["unclassified"].format(n=n_unclassified)
        rows.append(("top", text))
    return _sentences(rows)


def confounding_findings(
    confounding: Mapping[str, object], *, lang: str = "zh"
) -> pd.DataFrame:
    """Say whether years can be compared at all.

    Parameters
    ----------
    confounding : mapping
        Result of ``compare.confounding``.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (0 or 1, 2)
        ``topic`` and ``finding``; no row where every agency has several years,
        or there is one year only.
    """
    words = section("findings", lang)
    if confounding["is_confounded"]:
        return _sentences([("confounding", words["confounded"])])
    if confounding["is_partly_confounded"]:
        text = words["partly"].format(n=confounding["n_agencies_repeated"])
        return _sentences([("confounding", text)])
    return _sentences([])


def _sentences(rows: list[tuple[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["topic", "finding"], dtype="string")


def _years(years: pd.Series, words: dict[str, str]) -> str:
    known = sorted(set(years.dropna()))
    if not known:
        return words["no_year"]
    form = words["years"] if len(known) > 1 else words["one_year"]
    return form.format(first=known[0], last=known[-1])


def _plan_names(documents: pd.DataFrame, words: dict[str, str]) -> dict[str, str]:
    names = {}
    for plan in documents.itertuples():
        agency = plan.document_id if pd.isna(plan.agency) else plan.agency
        year = "" if pd.isna(plan.year) else words["year"].format(year=plan.year)
        names[plan.document_id] = words["plan"].format(agency=agency, year=year)
    return names


def _tops(
    shares: pd.DataFrame,
    plans: dict[str, str],
    labels: pd.Series,
    words: dict[str, str],
    level: str,
) -> list[str]:
    order = ["n_tasks", "document_id"]
    seen = shares.loc[shares["is_observed"].astype(bool)]
    seen = seen.sort_values(order, ascending=[False, True], kind="stable")
    first = seen["document_id"].drop_duplicates().head(MOST_PLANS)
    shares = seen.loc[seen["document_id"].isin(first)]
    texts = []
    for document_id, part in list(shares.groupby("document_id", sort=False)):
        # Equal shares are named together: none of them is the largest alone.
        tops = part.loc[part["share"] == part["share"].max()]
        first = tops.iloc[0]
        named = [words["theme"].format(theme=labels[key]) for key in tops["theme_id"]]
        text = words["top" if len(tops) == 1 else "tied"].format(
            plan=plans[document_id],
            themes=words["join"].join(named),
            share=percent(first["share"]),
            n=first["n_tasks"],
            level=level,
            lower=percent(tops["share_lower"].min()),
            upper=percent(tops["share_upper"].max()),
        )
        texts.append(text)
    return texts


def _unseen(
    part: pd.DataFrame, plans: dict[str, str], theme: str, words: dict[str, str]
) -> list[tuple[str, str]]:
    unseen = part.loc[~part["is_observed"].astype(bool)]
    if unseen.empty:
        return []
    named = [
        words["unseen_plan"].format(plan=plans[cell.document_id], n=cell.n_tasks)
        for cell in unseen.head(MOST_PLANS).itertuples()
    ]
    rest = "…" if len(unseen) > len(named) else ""
    listed = words["unseen_join"].join(named) + rest
    return [("core", words["unseen"].format(theme=theme, plans=listed))]
