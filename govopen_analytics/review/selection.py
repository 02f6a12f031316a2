"""Which tasks are worth a person's time: picked for a reason, or drawn at random."""

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd

from govopen_analytics.base.errors import SelectionError, choices
from govopen_analytics.base.schemas import to_schema

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
    n_most: int | None = None,
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
    n_most : int, optional
        Most tasks to pick; all by default.
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
    picked = picked.head(n_most) if n_most is not None else picked
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
    counts = table.groupby(["document_id", "theme_id"]).size()
    own = counts.reindex(pd.MultiIndex.from_frame(table[["document_id", "theme_id"]]))
    own = own.fillna(0).to_numpy()
    ordered = counts.groupby("document_id").agg(lambda n: sorted(n, reverse=True))
    top = table["document_id"].map({d: n[0] for d, n in ordered.items()})
    second = table["document_id"].map(
        {d: n[1] if len(n) > 1 else 0 for d, n in ordered.items()}
    )
    decides_top = (own == top) & (second >= top - 1)
    return pd.Series((own == 1) | decides_top, index=table.index)


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
