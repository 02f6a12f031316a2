"""Shares corrected by what people decided about a random sample."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from govopen_analytics.base.errors import SelectionError
from govopen_analytics.base.tables import Tables
from govopen_analytics.coding.assign import assign_themes
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.measures import corrected_shares
from govopen_analytics.review.carrying import current_reviews
from govopen_analytics.review.decisions import (
    deciding_reviews,
    review_assignments,
)
from govopen_analytics.review.selection import frame_sha256
from govopen_analytics.review.store import read_reviews, read_samples
from govopen_analytics.words import section

_ONE_PERSON = "people"
_PROBLEM_COLUMNS = ["sample_id", "problem", "n_drawn", "n_undecided", "n_frame_tasks"]
_SHARE_COLUMNS = [
    "theme_id",
    "n_tasks",
    "n_sampled",
    "share",
    "share_corrected",
    "share_corrected_lower",
    "share_corrected_upper",
]


def sample_problems(
    tasks: pd.DataFrame, reviews: pd.DataFrame, samples: pd.DataFrame
) -> pd.DataFrame:
    """Say of every random sample whether it may correct shares.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        ``task_id``: all tasks shares are computed on.
    reviews : DataFrame, shape (n_reviews, 8)
        Result of ``current_reviews``.
    samples : DataFrame, shape (n_drawn, 5)
        A valid ``review_samples`` table.

    Returns
    -------
    DataFrame, shape (n_samples, 5)
        ``sample_id``, ``problem`` ("" for none, "other_tasks" if it was drawn from
        other tasks than there are now, "undecided" if a task has no decision),
        ``n_drawn``, ``n_undecided`` and ``n_frame_tasks`` (counts).
    """
    frame = frame_sha256(tasks["task_id"])
    rows = []
    for sample_id, sample in samples.groupby("sample_id", sort=True):
        n_undecided = int((~sample["task_id"].isin(reviews["task_id"])).sum())
        problem = "undecided" if n_undecided else ""
        if (sample["frame_sha256"] != frame).any():
            problem = "other_tasks"
        n_frame = int(sample["n_frame_tasks"].iloc[0])
        rows.append((sample_id, problem, len(sample), n_undecided, n_frame))
    return pd.DataFrame(rows, columns=_PROBLEM_COLUMNS)


def correction_sample(
    tasks: pd.DataFrame, reviews: pd.DataFrame, samples: pd.DataFrame
) -> pd.DataFrame:
    """Find the sample that may correct shares: random, and coded to the end.

    Tasks that were picked because they are hard are no part of it, reviewed or
    not. Samples drawn from other tasks than the present ones, and samples of which
    a task is still without a decision, are left out whole: what people happened
    to finish first is no random sample. Of two samples a task's chance is that of
    being drawn into either.

    Parameters
    ----------
    tasks, reviews, samples : DataFrame
        As for ``sample_problems``.

    Returns
    -------
    DataFrame, shape (n_sampled, 2)
        ``task_id`` and ``sampling_share`` (0-1), sorted.

    Raises
    ------
    SelectionError
        If no sample is left; the message says what is wrong with each.
    """
    problems = sample_problems(tasks, reviews, samples)
    usable = problems.loc[problems["problem"] == "", "sample_id"]
    if usable.empty:
        found = " ".join(_problem_sentences(problems, "en")) or "No sample was drawn."
        raise SelectionError(
            f"Correction of shares: {found} Expected a random sample coded to the "
            "end; draw one with `govopen review export --random N`"
        )
    drawn = samples.loc[samples["sample_id"].isin(usable)]
    missed = 1 - drawn.groupby("sample_id")["sampling_share"].first().astype(float)
    # Of a simple random sample every task of the frame has the same chance.
    return pd.DataFrame(
        {
            "task_id": sorted(drawn["task_id"].unique()),
            "sampling_share": 1 - missed.prod(),
        }
    )


def _problem_sentences(problems: pd.DataFrame, lang: str) -> list[str]:
    words = section("review_correction", lang)
    return [
        words[row.problem].format(
            sample=row.sample_id,
            missing=row.n_undecided,
            n=row.n_drawn,
            frame=row.n_frame_tasks,
        )
        for row in problems.itertuples()
        if row.problem
    ]


def review_corrected_shares(
    tables: Tables,
    reviews: pd.DataFrame,
    samples: pd.DataFrame,
    *,
    by: str | Sequence[str] = (),
    interval: float = 0.95,
) -> pd.DataFrame:
    """Correct the machine's shares by the random sample people coded.

    The coder must not have learned from these decisions; the coders of this
    library do not, since reviews are kept apart from reference codings.

    Parameters
    ----------
    tables : Tables
        Of the corpus; ``theme_assignments`` are the machine's own, without reviews
        in their place.
    reviews : DataFrame, shape (n_reviews, 8)
        Result of ``current_reviews``.
    samples : DataFrame, shape (n_drawn, 5)
        A valid ``review_samples`` table.
    by, interval
        As for ``compare.corrected_shares``.

    Returns
    -------
    DataFrame, shape (n_groups * n_themes, n_by + 7)
        As by ``compare.corrected_shares``: the plain share beside the corrected
        one with its interval.

    Raises
    ------
    SelectionError
        If no random sample was coded to the end.

    References
    ----------
    .. [1] Egami, N., Hinck, M., Stewart, B. M. & Wei, H. (2023). Using Imperfect
       Surrogates for Downstream Inference: Design-based Supervised Learning for
       Social Science Applications of Large Language Models. arXiv:2306.04746.
    """
    sample = correction_sample(tables.tasks, reviews, samples)
    decided = deciding_reviews(reviews)
    decided = decided.loc[decided["task_id"].isin(sample["task_id"])]
    # The sample may be shared out among people; together they are one coder.
    coded = review_assignments(decided).assign(coder=_ONE_PERSON)
    return corrected_shares(tables, coded, sample, by=by, interval=interval)


@dataclass(frozen=True)
class Correction:
    """Corrected shares of a corpus, or the reason why there are none.

    Attributes
    ----------
    shares : DataFrame
        Result of ``review_corrected_shares``, without rows if there are none.
    problems : DataFrame
        Result of ``sample_problems``.
    """

    shares: pd.DataFrame
    problems: pd.DataFrame


def corpus_correction(
    tables: Mapping[str, pd.DataFrame],
    codebook: Codebook,
    folder: Path | str,
    *,
    by: str | Sequence[str] = (),
    interval: float = 0.95,
) -> Correction:
    """Correct the shares of a corpus by the reviews kept in a folder.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``documents`` and ``tasks`` of the corpus.
    codebook : Codebook
        The machine codes by it anew, without reviews in its place.
    folder : Path or str
        Folder of reviews.
    by, interval
        As for ``compare.corrected_shares``.

    Returns
    -------
    Correction

    Raises
    ------
    SourceError, SchemaError
        If the folder's files cannot be read.
    """
    tasks, samples = tables["tasks"], read_samples(folder)
    reviews = current_reviews(read_reviews(folder), tasks, codebook)
    problems = sample_problems(tasks, reviews, samples)
    if problems["problem"].ne("").all():
        return Correction(pd.DataFrame(columns=_SHARE_COLUMNS), problems)
    coded = Tables.of(tables).with_tables(
        theme_assignments=assign_themes(tasks, codebook), themes=codebook.themes
    )
    shares = review_corrected_shares(coded, reviews, samples, by=by, interval=interval)
    return Correction(shares, problems)


def correction_findings(correction: Correction, *, lang: str = "zh") -> pd.DataFrame:
    """Say which samples could not be used, and why.

    Parameters
    ----------
    correction : Correction
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_sentences, 2)
        ``topic`` and ``finding``.
    """
    sentences = _problem_sentences(correction.problems, lang)
    return pd.DataFrame({"topic": "validity", "finding": sentences})
