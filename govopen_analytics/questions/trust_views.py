"""Measures of validity as tables for a reader."""

from collections.abc import Mapping

import pandas as pd

from govopen_analytics.questions.trust_words import (
    MAIN_CODER,
    between,
    coder_label,
    number,
    percent,
    titled,
)
from govopen_analytics.words import section

_MEASURES = ("primary_accuracy", "micro_f1", "macro_f1", "coverage")


def plan_labels(documents: pd.DataFrame, *, lang: str = "zh") -> dict[str, str]:
    """Name every plan by its agency and year.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    dict of str to str
        By document_id; plans that lack agency or year are left out.
    """
    form = section("trust", lang)["plan"]
    named = documents.dropna(subset=["agency", "year"])
    return {
        plan.document_id: form.format(agency=plan.agency, year=plan.year)
        for plan in named.itertuples()
    }


def basis_view(tables: Mapping[str, pd.DataFrame], *, lang: str = "zh") -> pd.DataFrame:
    """Say who coded the reference.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame of str, shape (n_coders, 3)
    """
    words = section("trust", lang)
    notes = tables["coders"]
    kinds = [words["kinds"][kind] for kind in notes["kind"]]
    columns = {"coder": notes["coder"], "kind": kinds, "note": notes[f"note_{lang}"]}
    return titled(columns, lang)


def score_view(
    tables: Mapping[str, pd.DataFrame],
    *,
    name: str = "scores",
    lang: str = "zh",
) -> pd.DataFrame:
    """Lay scores out with a row for each coder, or for each way of coding.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    name : {"scores", "ablation"}
        Which of the tables.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame of str, shape (n_coders, n_measures + 1)
        Each value with its interval.
    """
    words = section("trust", lang)
    table = tables[name]
    key = "coder" if name == "scores" else "variant"
    coders = list(dict.fromkeys(table[key]))
    columns: dict[str, list] = {key: [coder_label(coder, lang) for coder in coders]}
    for measure in _MEASURES:
        rows = table.loc[table["measure"] == measure].set_index(key)
        if not rows.empty:
            columns[measure] = [
                between(row.value, row.value_lower, row.value_upper, words)
                for row in rows.loc[coders].itertuples()
            ]
    return titled(columns, lang)


def cross_validation_view(
    tables: Mapping[str, pd.DataFrame], *, lang: str = "zh"
) -> pd.DataFrame:
    """Lay out what models make of fields and plans they have not seen.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame of str, shape (n_parts, n_measures + 2)
    """
    words = section("trust", lang)
    table = tables["cross_validation"]
    parts = list(dict.fromkeys(table["part"]))
    values = table.set_index(["part", "measure"])["value"].unstack()
    n_tasks = table.loc[table["measure"] == "coverage"].set_index("part")["n_tasks"]
    columns: dict[str, list] = {
        "part": [words["parts"][part] for part in parts],
        "n_tasks": [str(n) for n in n_tasks.loc[parts]],
    }
    for measure in (*_MEASURES, "silence"):
        if measure in values:
            columns[measure] = [number(value) for value in values.loc[parts, measure]]
    return titled(columns, lang)


def calibration_sentences(
    tables: Mapping[str, pd.DataFrame], *, lang: str = "zh"
) -> list[str]:
    """Say how well the score is calibrated, and who wrote the tasks.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    list of str
    """
    words = section("trust", lang)
    table = tables["cross_validation"].set_index("measure")
    error, noise = table.loc["calibration_error"], table.loc["calibration_noise"]
    said = words["calibration_error"].format(
        value=number(error["value"]),
        n=int(error["n_tasks"]),
        noise=number(noise["value"]),
        most=number(noise["value_upper"]),
    )
    is_written = (tables["cross_validation"]["part"] == "fields_left_out").any()
    return [said, words["written"]] if is_written else [said]


def theme_view(
    tables: Mapping[str, pd.DataFrame],
    themes: pd.DataFrame,
    *,
    coder: str = MAIN_CODER,
    interval: float = 0.95,
    lang: str = "zh",
) -> pd.DataFrame:
    """Lay one coder's scores out by theme.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    themes : DataFrame
        The codebook's ``themes``.
    coder : str, default "combined"
    interval : float, default 0.95
        Level of the intervals, for the heading.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_themes, 5)
    """
    words = section("trust", lang)
    labels = themes.set_index("theme_id")[f"label_{lang}"]
    rows = tables["theme_scores"]
    rows = rows.loc[rows["coder"] == coder]
    columns = {
        "theme": list(rows["theme_id"].map(labels)),
        "n_reference": list(rows["n_reference"]),
        "precision": [number(value) for value in rows["precision"]],
        "recall": [number(value) for value in rows["recall"]],
        "f1": [
            between(row.f1, row.f1_lower, row.f1_upper, words)
            for row in rows.itertuples()
        ],
    }
    return titled(columns, lang, interval, "f1")


def agreement_view(
    tables: Mapping[str, pd.DataFrame], *, lang: str = "zh"
) -> pd.DataFrame:
    """Lay the agreement of all coders and of each pair out.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_pairs, 4)
    """
    words = section("trust", lang)
    table = tables["agreement"]
    keys = ["first_coder", "second_coder"]
    pairs = table.drop_duplicates(keys)
    names = [
        coder_label(pair.first_coder, lang)
        if pair.first_coder == pair.second_coder
        else words["pair"].format(
            first=coder_label(pair.first_coder, lang),
            second=coder_label(pair.second_coder, lang),
        )
        for pair in pairs.itertuples()
    ]
    columns: dict[str, list] = {"pair": names}
    for measure in ("alpha_nominal", "alpha_masi"):
        rows = table.loc[table["measure"] == measure]
        columns[measure] = [
            between(row.value, row.value_lower, row.value_upper, words)
            for row in rows.itertuples()
        ]
    columns["n_tasks"] = list(pairs["n_tasks"])
    return titled(columns, lang)


def share_view(
    tables: Mapping[str, pd.DataFrame],
    themes: pd.DataFrame,
    plan_names: Mapping[str, str] | None = None,
    *,
    coder: str = MAIN_CODER,
    lang: str = "zh",
) -> pd.DataFrame:
    """Lay the error of shares out by plan.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    themes : DataFrame
        The codebook's ``themes``.
    plan_names : mapping of str to str, optional
        Name of each plan for a reader; its document_id where there is none.
    coder : str, default "combined"
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_plans, 6)
    """
    labels = themes.set_index("theme_id")[f"label_{lang}"]
    rows = tables["share_distances"]
    rows = rows.loc[rows["coder"] == coder]
    names = plan_names or {}
    columns = {
        "plan": [names.get(plan, plan) for plan in rows["document_id"]],
        "n_tasks": list(rows["n_tasks"]),
        "misplaced": [percent(value) for value in rows["misplaced_share"]],
        "mean_error": [percent(value) for value in rows["mean_absolute_error"]],
        "largest_error": [percent(value) for value in rows["largest_error"]],
        "theme": [
            labels[row.largest_error_theme_id] if row.largest_error else "–"
            for row in rows.itertuples()
        ],
    }
    return titled(columns, lang)


def reliability_view(
    reliability: pd.DataFrame,
    calibrated: pd.DataFrame,
    *,
    interval: float = 0.95,
    lang: str = "zh",
) -> pd.DataFrame:
    """Lay scores out: how often they are right, how often they occur here.

    Parameters
    ----------
    reliability : DataFrame
        Result of ``expected_reliability``; without rows, only `calibrated`.
    calibrated : DataFrame
        Result of ``calibration``.
    interval : float, default 0.95
        Level of the intervals, for the heading.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_bands, 3 or 5)
    """
    words = section("trust", lang)
    columns: dict[str, list] = {
        "score": [
            words["band"].format(
                start=f"{row.score_from:.2f}", end=f"{row.score_to:.2f}"
            )
            for row in calibrated.itertuples()
        ],
        "accuracy": [
            between(row.accuracy, row.accuracy_lower, row.accuracy_upper, words)
            for row in calibrated.itertuples()
        ],
        "n_reference": list(calibrated["n_tasks"]),
    }
    if not reliability.empty:
        columns["n_corpus_tasks"] = list(reliability["n_corpus_tasks"])
        columns["corpus_share"] = [percent(v) for v in reliability["corpus_share"]]
    return titled(columns, lang, interval, "accuracy")


def threshold_view(
    tables: Mapping[str, pd.DataFrame], *, lang: str = "zh"
) -> pd.DataFrame:
    """Lay out what other thresholds do.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_settings, 8)
    """
    words = section("trust", lang)
    rows = tables["threshold_sensitivity"]
    values = [
        words["default"].format(value=f"{row.threshold_value:g}")
        if row.is_default
        else f"{row.threshold_value:g}"
        for row in rows.itertuples()
    ]
    columns: dict[str, list] = {
        "threshold": [
            words["thresholds"].get(name, name) for name in rows["threshold"]
        ],
        "threshold_value": values,
    }
    for name in ("primary_accuracy", "accuracy_when_coded", "micro_f1", "macro_f1"):
        columns[name] = [number(value) for value in rows[name]]
    columns["coverage"] = [percent(value) for value in rows["coded_share"]]
    columns["n_secondary"] = list(rows["n_secondary"])
    return titled(columns, lang)


def corrected_view(
    corrected: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    interval: float = 0.95,
    lang: str = "zh",
) -> pd.DataFrame:
    """Lay corrected shares out beside the plain ones.

    Parameters
    ----------
    corrected : DataFrame
        Result of ``review.review_corrected_shares`` over all tasks together.
    themes : DataFrame
        The codebook's ``themes``.
    interval : float, default 0.95
        Level of the intervals, for the heading.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_themes, 5)
    """
    words = section("trust", lang)
    labels = themes.set_index("theme_id")[f"label_{lang}"]
    columns = {
        "theme": list(corrected["theme_id"].map(labels)),
        "n_tasks": list(corrected["n_tasks"]),
        "n_sampled": list(corrected["n_sampled"]),
        "share": [percent(value) for value in corrected["share"]],
        "corrected": [
            between(
                row.share_corrected,
                row.share_corrected_lower,
                row.share_corrected_upper,
                words,
                percent,
            )
            for row in corrected.itertuples()
        ],
    }
    return titled(columns, lang, interval, "corrected")
