"""Measures of validity as a page and CSV files in a folder."""

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from govopen_analytics.base.datapackage import to_csv
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.questions.trust_sentences import validity_findings
from govopen_analytics.questions.trust_views import (
    agreement_view,
    basis_view,
    calibration_sentences,
    corrected_view,
    cross_validation_view,
    reliability_view,
    score_view,
    share_view,
    theme_view,
    threshold_view,
)
from govopen_analytics.questions.trust_words import MAIN_CODER, coder_label
from govopen_analytics.words import section

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
    found = validity_findings(tables, themes, interval=interval, lang=lang)["finding"]
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
    parts.append("\n".join(f"- {_escaped(sentence)}" for sentence in found))
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
