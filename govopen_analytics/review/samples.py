"""Which tasks people code: picked for a reason, or drawn to correct shares."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from govopen_analytics.base.errors import SelectionError, choices
from govopen_analytics.base.schemas import to_schema
from govopen_analytics.base.tables import Tables
from govopen_analytics.coding.assign import assign_themes
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.measures import corrected_shares
from govopen_analytics.review.carrying import current_reviews
from govopen_analytics.review.decisions import deciding_reviews, review_assignments
from govopen_analytics.review.store import read_reviews, read_samples
from govopen_analytics.words import section

#: Below this score a task is uncertain: of tasks scored lower, one in four was
#: coded wrong (see docs/validity.md).
UNCERTAIN_BELOW = 0.7
#: From this score on a task is right so often that its weight no longer matters.
SURE_FROM = 0.97
#: Share of the other coders that must contradict the primary theme.
_DISAGREEING_FROM = 0.5


def select_for_review(
    tasks: pd.DataFrame,
    assignments: pd.DataFrame,
    other_assignments: pd.DataFrame,
    *,
    asked_for: Iterable[str] = (),
) -> pd.DataFrame:
    """Pick the tasks a person should look at, most reasons first.

    A task is *unclassified* or *uncertain* by its score; *disagreeing* where at
    least half of the other coders that coded it name another primary theme;
    *influential* where it is not sure and moving it would make a theme of its plan
    appear or disappear, or another theme the plan's largest.

    Tasks picked so are the hard ones. Shares must not be estimated from them; for
    that, draw a sample with ``draw_random_sample``.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        ``task_id`` and ``document_id``.
    assignments : DataFrame, shape (n_assignments, 6)
        ``theme_assignments`` of the coder to be checked.
    other_assignments : DataFrame, shape (n_others, 6)
        ``theme_assignments`` of other coders.
    asked_for : iterable of str
        Identifiers of tasks that are picked for the reason *asked_for* alone or
        beside others; the rest is then left out.

    Returns
    -------
    DataFrame, shape (n_picked, 3)
        ``task_id``, ``reasons`` (list of str) and ``score`` (0-1, empty where
        unclassified); ties stand in order of score, then of task_id.
    """
    table = tasks[["task_id", "document_id"]].sort_values("task_id", ignore_index=True)
    first = assignments.loc[assignments["rank"] == 1].set_index("task_id")
    table["theme_id"] = table["task_id"].map(first["theme_id"]).astype(object)
    table["score"] = table["task_id"].map(first["score"]).astype(float)
    is_coded = table["theme_id"].notna()
    flags = {
        "unclassified": ~is_coded,
        "uncertain": is_coded & (table["score"] < UNCERTAIN_BELOW),
        "disagreeing": is_coded & _is_contradicted(table, other_assignments),
        "influential": is_coded & (table["score"] < SURE_FROM) & _is_pivotal(table),
    }
    if wanted := set(asked_for):
        is_wanted = table["task_id"].isin(wanted)
        flags = {name: held & is_wanted for name, held in flags.items()}
        flags["asked_for"] = is_wanted
    held = pd.DataFrame(flags).to_numpy(dtype=bool)
    names = list(flags)
    table["reasons"] = [[names[i] for i in np.flatnonzero(row)] for row in held]
    table["n_reasons"] = held.sum(axis=1)
    picked = table.loc[table["n_reasons"] > 0].sort_values(
        ["n_reasons", "score", "task_id"],
        ascending=[False, True, True],
        na_position="first",
    )
    return picked[["task_id", "reasons", "score"]].reset_index(drop=True)


def refuse_unknown_tasks(task_ids: Iterable[str], known: Iterable[str]) -> None:
    """Raise ``SelectionError`` at the first task that is not among those known."""
    known = dict.fromkeys(known)
    for task_id in task_ids:
        if task_id not in known:
            raise SelectionError(f"Task: {choices(task_id, known)}")


def _is_contradicted(table: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    primary = others.loc[others["rank"] == 1]
    themes = table.set_index("task_id")["theme_id"]
    differs = primary["theme_id"].astype(object) != primary["task_id"].map(themes)
    share_against = differs.astype(float).groupby(primary["task_id"]).mean()
    return table["task_id"].map(share_against).astype(float) >= _DISAGREEING_FROM


def _is_pivotal(table: pd.DataFrame) -> pd.Series:
    """Say which tasks alone decide what is seen of their plan.

    The only task of a theme, or a task of the largest theme where another theme
    has as many tasks or one less.
    """
    themes = table.groupby(["document_id", "theme_id"])
    n_of_theme = themes["task_id"].transform("size").astype(float)
    ranked = themes.size().sort_values(ascending=False).groupby("document_id")
    top, second = (
        table["document_id"].map(ranked.nth(place).droplevel("theme_id")).astype(float)
        for place in (0, 1)
    )
    second = second.fillna(0)
    decides_top = (n_of_theme == top) & (second >= top - 1)
    return (n_of_theme == 1) | decides_top


def draw_random_sample(
    tasks: pd.DataFrame, n_drawn: int, *, seed: int = 0
) -> pd.DataFrame:
    """Draw tasks at random, all with the same chance, without replacement.

    Only such a sample can correct shares: of each task the chance is known with
    which it was drawn.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        ``task_id``; the order of rows changes nothing.
    n_drawn : int
        Tasks to draw (count, from 1 to n_tasks).
    seed : int, default 0
        The same seed, number and tasks give the same sample; other seeds or
        numbers give independent ones.

    Returns
    -------
    DataFrame, shape (n_drawn, 5)
        A valid ``review_samples`` table.

    Raises
    ------
    SelectionError
        If there are not so many tasks.
    """
    task_ids = sorted(tasks["task_id"])
    if not 1 <= n_drawn <= len(task_ids):
        raise SelectionError(
            f"Random sample: found {n_drawn} tasks to draw, expected from 1 to "
            f"{len(task_ids)}, the number of tasks"
        )
    rng = np.random.default_rng([seed, n_drawn])
    drawn = sorted(rng.choice(len(task_ids), size=n_drawn, replace=False))
    frame = frame_sha256(task_ids)
    table = pd.DataFrame(
        {
            "sample_id": f"random-{n_drawn}-of-{len(task_ids)}-seed-{seed}-{frame[:8]}",
            "task_id": [task_ids[place] for place in drawn],
            "sampling_share": n_drawn / len(task_ids),
            "n_frame_tasks": len(task_ids),
            "frame_sha256": frame,
        }
    )
    return to_schema(table, "review_samples")


def frame_sha256(task_ids: Iterable[str]) -> str:
    """Return a digest of the tasks a sample is drawn from, in whatever order."""
    return hashlib.sha256("\n".join(sorted(task_ids)).encode()).hexdigest()


# Shares corrected by a random sample ----------------------------------------------


def sample_problems(
    tasks: pd.DataFrame, reviews: pd.DataFrame, samples: pd.DataFrame
) -> pd.DataFrame:
    """Say of every random sample whether it may correct shares.

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
    columns = ["sample_id", "problem", "n_drawn", "n_undecided", "n_frame_tasks"]
    return pd.DataFrame(rows, columns=columns)


def joint_sample(samples: pd.DataFrame) -> pd.DataFrame:
    """Join simple random samples: ``task_id`` and ``sampling_share``, sorted.

    A task's chance is that of being drawn into any; every task of the frame has it.
    """
    missed = 1 - samples.groupby("sample_id")["sampling_share"].first().astype(float)
    task_ids = sorted(samples["task_id"].unique())
    return pd.DataFrame({"task_id": task_ids, "sampling_share": 1 - missed.prod()})


@dataclass(frozen=True)
class Correction:
    """Corrected shares of a corpus, or the reason why there are none.

    Attributes
    ----------
    shares : DataFrame
        By ``measures.corrected_shares`` of all tasks; without rows if there are none.
    problems : DataFrame
        Result of ``sample_problems``.
    """

    shares: pd.DataFrame
    problems: pd.DataFrame

    def sentences(self, lang: str = "zh") -> list[str]:
        """Say which samples could not be used, and why.

        Parameters
        ----------
        lang : {"zh", "en"}, default "zh"

        Returns
        -------
        list of str
            A sentence a sample, in the order of ``problems``.
        """
        words = section("review_correction", lang)
        return [
            words[row.problem].format(
                sample=row.sample_id,
                missing=row.n_undecided,
                n=row.n_drawn,
                frame=row.n_frame_tasks,
            )
            for row in self.problems.itertuples()
            if row.problem
        ]


def correction_by_reviews(
    tables: Tables,
    reviews: pd.DataFrame,
    samples: pd.DataFrame,
    *,
    interval: float = 0.95,
) -> Correction:
    """Correct the machine's shares by the random samples people coded to the end.

    Tasks that were picked because they are hard are no part of them, reviewed or
    not. Samples drawn from other tasks than the present ones, and samples of which
    a task is still without a decision, are left out whole: what people happened
    to finish first is no random sample.

    The coder must not have learned from these decisions; the coders of this library
    do not, since reviews are kept apart from reference codings. So
    ``theme_assignments`` are the machine's own, without reviews in their place;
    `reviews` come from ``current_reviews``.

    Parameters
    ----------
    tables : Tables
        The corpus, as the machine coded it.
    reviews : DataFrame, shape (n_reviews, 9)
        A valid ``reviews`` table.
    samples : DataFrame
        Result of ``read_samples``.
    interval : float, default 0.95
        Level of the intervals (0-1), normal.

    Returns
    -------
    Correction
    """
    problems = sample_problems(tables.tasks, reviews, samples)
    usable = problems.loc[problems["problem"] == "", "sample_id"]
    if usable.empty:
        return Correction(pd.DataFrame(columns=_SHARE_COLUMNS), problems)
    sample = joint_sample(samples.loc[samples["sample_id"].isin(usable)])
    decided = deciding_reviews(reviews)
    decided = decided.loc[decided["task_id"].isin(sample["task_id"])]
    # The sample may be shared out among people; together they are one coder.
    coded = review_assignments(decided).assign(coder="people")
    shares = corrected_shares(tables, coded, sample, interval=interval)
    return Correction(shares, problems)


def corpus_correction(
    tables: Mapping[str, pd.DataFrame],
    codebook: Codebook,
    folder: Path | str,
    *,
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
    interval : float, default 0.95
        Level of the intervals, normal.

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
    if sample_problems(tasks, reviews, samples)["problem"].eq("").any():
        tables = Tables.of(tables).with_tables(
            theme_assignments=assign_themes(tasks, codebook), themes=codebook.themes
        )
    return correction_by_reviews(Tables.of(tables), reviews, samples, interval=interval)


_SHARE_COLUMNS = [
    "theme_id",
    "n_tasks",
    "n_sampled",
    "share",
    "share_corrected",
    "share_corrected_lower",
    "share_corrected_upper",
]
