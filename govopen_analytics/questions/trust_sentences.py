"""Measures of validity as sentences for a reader."""

from collections.abc import Mapping

import pandas as pd

from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.questions.trust_words import (
    MAIN_CODER,
    between,
    coder_label,
    number,
    percent,
)
from govopen_analytics.words import section


def validity_findings(
    tables: Mapping[str, pd.DataFrame],
    themes: pd.DataFrame,
    plan_names: Mapping[str, str] | None = None,
    *,
    interval: float = 0.95,
    lang: str = "zh",
) -> pd.DataFrame:
    """Say in sentences how far the coding can be trusted, and on what basis.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    themes : DataFrame
        The codebook's ``themes``.
    plan_names : mapping of str to str, optional
        Name of each plan for a reader.
    interval : float, default 0.95
        Level of the intervals.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_sentences, 2)
        ``topic`` and ``finding``.
    """
    words = section("trust", lang)
    sentences = [
        _score_sentence(tables["scores"], words, interval, lang),
        _weakest_sentence(tables["theme_scores"], themes, words, lang),
        _share_sentence(tables, plan_names or {}, words),
        _abstention_sentence(tables["abstentions"], words, lang),
        *_people_sentences(tables, words),
        *_basis_sentences(tables, words),
    ]
    return pd.DataFrame({"topic": "validity", "finding": sentences})


def codebook_findings(
    assignments: pd.DataFrame, codebook: Codebook, *, lang: str = "zh"
) -> pd.DataFrame:
    """Say where a corpus was coded by another codebook than the one judged.

    Parameters
    ----------
    assignments : DataFrame, shape (n_assignments, 6)
        ``theme_assignments`` of the corpus.
    codebook : Codebook
        The one whose reference codings were used.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (0 or 1, 2)
        ``topic`` and ``finding``.
    """
    words = section("trust", lang)
    others = sorted(set(assignments["codebook_version"]) - {codebook.version})
    sentences = [
        words["other_codebook"].format(
            found=words["join"].join(others),
            name=codebook.name,
            version=codebook.version,
        )
        for _ in others[:1]
    ]
    return pd.DataFrame({"topic": "validity", "finding": sentences})


def _score_sentence(
    scores: pd.DataFrame, words: dict, interval: float, lang: str
) -> str:
    rows = scores.loc[scores["coder"] == MAIN_CODER].set_index("measure")
    shown = {
        name: between(row["value"], row["value_lower"], row["value_upper"], words)
        for name, row in rows.iterrows()
    }
    return words["score"].format(
        coder=coder_label(MAIN_CODER, lang),
        accuracy=shown["primary_accuracy"],
        micro=shown["micro_f1"],
        macro=shown["macro_f1"],
        level=f"{interval:.0%}",
    )


def _weakest_sentence(
    scores: pd.DataFrame, themes: pd.DataFrame, words: dict, lang: str
) -> str:
    rows = scores.loc[scores["coder"] == MAIN_CODER].dropna(subset="f1")
    weakest = rows.sort_values("f1", kind="stable").iloc[0]
    labels = themes.set_index("theme_id")[f"label_{lang}"]
    return words["weakest"].format(
        theme=labels[weakest["theme_id"]],
        f1=number(weakest["f1"]),
        precision=number(weakest["precision"]),
        recall=number(weakest["recall"]),
        n=weakest["n_reference"],
    )


def _share_sentence(
    tables: Mapping[str, pd.DataFrame], names: Mapping[str, str], words: dict
) -> str:
    rows = tables["share_distances"]
    rows = rows.loc[rows["coder"] == MAIN_CODER]
    worst = rows.sort_values("misplaced_share", ascending=False, kind="stable").iloc[0]
    return words["share"].format(
        mean=percent(rows["misplaced_share"].mean()),
        most=percent(worst["misplaced_share"]),
        plan=names.get(worst["document_id"], worst["document_id"]),
        n=worst["n_tasks"],
        largest=percent(rows["largest_error"].max()),
    )


def _abstention_sentence(rows: pd.DataFrame, words: dict, lang: str) -> str:
    row = rows.set_index("coder").loc[MAIN_CODER]
    return words["abstained"].format(
        coder=coder_label(MAIN_CODER, lang),
        n=int(row["n_tasks"]),
        abstained=int(row["n_abstained"]),
    )


def _people_sentences(tables: Mapping[str, pd.DataFrame], words: dict) -> list[str]:
    """Speak of the pairs of coders that came with the codebook."""
    own = set(tables["coders"]["coder"])
    rows = tables["agreement"]
    rows = rows.loc[rows["first_coder"].isin(own) & rows["second_coder"].isin(own)]
    sentences = []
    for (first, second), pair in rows.groupby(
        ["first_coder", "second_coder"], sort=False
    ):
        shown = {
            row.measure: between(row.value, row.value_lower, row.value_upper, words)
            for row in pair.itertuples()
        }
        sentences.append(
            words["people"].format(
                first=first,
                second=second,
                nominal=shown["alpha_nominal"],
                masi=shown["alpha_masi"],
            )
        )
    return sentences


def _basis_sentences(tables: Mapping[str, pd.DataFrame], words: dict) -> list[str]:
    notes, scores = tables["coders"], tables["scores"]
    sentences = []
    if not notes["is_expert_checked"].all():
        kinds = dict.fromkeys(words["kinds"][kind] for kind in notes["kind"])
        key = "partly_checked" if notes["is_expert_checked"].any() else "unchecked"
        kinds = words["join"].join(kinds)
        sentences.append(words[key].format(kinds=kinds, meaning=words["meaning"]))
    plans, tasks = scores["n_plans"].iloc[0], scores["n_tasks"].iloc[0]
    sentences.append(words["basis"].format(plans=plans, tasks=tasks))
    return sentences
