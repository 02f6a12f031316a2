"""How far the coding can be trusted, as tables for a reader and as a page."""

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from govopen_analytics.base.datapackage import to_csv
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.questions.trust import (
    MAIN_CODER,
    between,
    coder_label,
    in_points,
    number,
    percent,
    titled,
    validity_findings,
)
from govopen_analytics.words import section

_MEASURES = ("primary_accuracy", "micro_f1", "macro_f1", "coverage")


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
    names = [coder_label(coder, lang) for coder in notes["coder"]]
    columns = {"coder": names, "kind": kinds, "note": notes[f"note_{lang}"]}
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
        "misplaced": [percent(value, 1) for value in rows["misplaced_share"]],
        "mean_error": [in_points(value) for value in rows["mean_absolute_error"]],
        "largest_error": [in_points(value) for value in rows["largest_error"]],
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
        columns["corpus_share"] = [percent(v, 1) for v in reliability["corpus_share"]]
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
    columns["coverage"] = [percent(value, 1) for value in rows["coded_share"]]
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
        ``shares`` of ``review.corpus_correction``.
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
        "share": [percent(value, 1) for value in corrected["share"]],
        "corrected": [
            between(
                row.share_corrected,
                row.share_corrected_lower,
                row.share_corrected_upper,
                words,
                partial(percent, digits=1),
            )
            for row in corrected.itertuples()
        ],
    }
    return titled(columns, lang, interval, "corrected")


SUMMARY_FILE = "summary.md"


_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~&])")


def validity_summary(
    tables: Mapping[str, pd.DataFrame],
    codebook: Codebook,
    *,
    interval: float = 0.95,
    lang: str = "zh",
) -> str:
    """Write the measures up as a short page.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``; a table ``corrected_shares`` is shown where
        there is one.
    codebook : Codebook
    interval : float, default 0.95
        Level of the intervals.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    str
        Markdown.
    """
    words = section("trust", lang)
    themes, heads = codebook.themes, words["sections"]
    found = validity_findings(tables, themes, interval=interval, lang=lang)
    calibrated = tables["calibration"]
    scored = reliability_view(pd.DataFrame(), calibrated, interval=interval, lang=lang)
    sections = {
        "basis": basis_view(tables, lang=lang),
        "scores": score_view(tables, lang=lang),
        "themes": theme_view(tables, themes, interval=interval, lang=lang),
        "agreement": agreement_view(tables, lang=lang),
        "shares": share_view(tables, themes, lang=lang),
        "cross_validation": cross_validation_view(tables, lang=lang),
        "calibration": scored,
        "thresholds": threshold_view(tables, lang=lang),
        "ablation": score_view(tables, name="ablation", lang=lang),
    }
    if "corrected_shares" in tables:
        corrected = tables["corrected_shares"]
        sections["corrected"] = corrected_view(
            corrected, themes, interval=interval, lang=lang
        )
    parts = [f"# {words['title']}"]
    parts.append("\n".join(f"- {_escaped(own.text)}" for own in found))
    for name, table in sections.items():
        parts.append(f"## {heads[name].format(coder=coder_label(MAIN_CODER, lang))}")
        parts.append(_markdown_table(table))
        if name == "calibration":
            parts += map(_escaped, calibration_sentences(tables, lang=lang))
    named = words["codebook"].format(name=codebook.name, version=codebook.version)
    parts += [words["ablation_note"], _escaped(named), words["files"]]
    return "\n\n".join(parts) + "\n"


def write_validity(
    tables: Mapping[str, pd.DataFrame],
    folder: Path | str,
    codebook: Codebook,
    *,
    interval: float = 0.95,
    lang: str = "zh",
) -> Path:
    """Write every table as CSV and the summary beside them.

    All files are made aside and moved in at the end, the summary last; equal
    tables give equal bytes.

    Parameters
    ----------
    tables, codebook, interval, lang
        As for ``validity_summary``.
    folder : Path or str
        Made where missing; files of other names stay.

    Returns
    -------
    Path
        The summary.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = validity_summary(tables, codebook, interval=interval, lang=lang)
    aside = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder))
    try:
        for name, table in tables.items():
            to_csv(table, aside / f"{name}.csv")
        (aside / SUMMARY_FILE).write_text(text, encoding="utf-8")
        for path in sorted(aside.glob("*.csv")):
            os.replace(path, folder / path.name)
        os.replace(aside / SUMMARY_FILE, folder / SUMMARY_FILE)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder / SUMMARY_FILE


def _markdown_table(table: pd.DataFrame) -> str:
    rows = [list(table.columns), ["---"] * table.shape[1]]
    rows[0] = [_escaped(str(cell)) for cell in rows[0]]
    rows += [[_escaped(str(cell)) for cell in row] for row in table.to_numpy()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _escaped(text: str) -> str:
    """Take from a text what Markdown would make of it."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
