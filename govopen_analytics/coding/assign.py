"""Assign themes to tasks: one signature for every automatic coder."""

import gc
import multiprocessing
import os
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import numpy as np
import pandas as pd

from govopen_analytics.base import schemas
from govopen_analytics.base.errors import CodebookError, choices
from govopen_analytics.coding import coders
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.coders import Coded, code_tasks, linear_model
from govopen_analytics.coding.keywords import check_tasks
from govopen_analytics.coding.training import NOTHING, LeftOut

CODERS = tuple(coders.CODERS)

# Tasks coded together: large enough to meet a clause twice, small enough for memory.
_BATCH = 10_000
# From this many tasks on, processes of our own pay.
_LEAST_FOR_PROCESSES = 10_000
# Parts under way in a given executor, so that no large table is copied as a whole.
_IN_FLIGHT = 64
_READ = ("text", "title", "is_title_inherited", "section", "chapter", "document_id")


def assign_themes(
    tasks: pd.DataFrame,
    codebook: Codebook,
    *,
    coder: Any = "combined",
    left_out: LeftOut | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    executor: Any = None,
) -> pd.DataFrame:
    """Assign themes to tasks.

    Each document is coded by itself: the order of rows, other documents, their
    number and how they are shared out among processes change nothing. A document
    that repeats one with reference codings in the codebook, under whatever name, is
    coded by a model that has not seen that one.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        A ``tasks`` table; ``task_id`` and ``text`` are needed, ``document_id``,
        ``title``, ``is_title_inherited``, ``section`` and ``chapter`` used
        where they are.
    coder : {"combined", "keywords", "tfidf", "linear"} or estimator
        Who codes. Only "combined" weighs titles, sentences, means and headings. An
        estimator of scikit-learn that classifies texts is cloned and fitted on the
        primary themes of the codebook's training tasks and reference codings, once a
        batch of tasks; a class that is no theme, such as
        ``estimators.UNCLASSIFIED``, gives no row.
    left_out : LeftOut, optional
        Training that the model must not have seen, for cross-validation. Without
        it, the reference documents that the tasks repeat.
    on_progress : callable, optional
        Called with the number of tasks done and their total.
    executor : concurrent.futures.Executor, optional
        Or what has its ``submit``, such as a client of ``dask.distributed``: codes
        whole documents elsewhere. By default many tasks are coded by processes of
        our own, one a core, where the system can copy a process (Linux).

    Returns
    -------
    DataFrame, shape (n_assignments, 6)
        Valid ``theme_assignments``, sorted by task and rank: one row of rank 1
        per task, secondary themes from rank 2. A task that nothing speaks for
        is absent, that is, unclassified. ``score`` is the coder's confidence
        (0-1); for "combined" it estimates the chance of being right.

    Raises
    ------
    CodebookError
        If `coder` or a weight is unknown, or the codebook has nothing to learn
        from.
    SchemaError
        If `tasks` lacks a column or holds a task_id twice.
    """
    if isinstance(coder, str) and coder not in CODERS:
        raise CodebookError(f"unknown coder: {choices(coder, CODERS)}")
    check_tasks(tasks)
    name = coder if isinstance(coder, str) else type(coder).__name__
    n_workers = 1 if executor or name != coder else _n_workers(len(tasks))
    parts, options = _partition(tasks, n_workers), (codebook, coder, left_out)
    # Plain texts travel faster than columns of Arrow.
    plain = tasks[[name for name in _READ if name in tasks.columns]]
    jobs = (
        (plain.iloc[part].astype(object).reset_index(drop=True), *options)
        for part in parts
    )
    if executor is not None:
        results = _submitted(jobs, executor, _IN_FLIGHT)
    elif n_workers > 1:
        results = _in_processes(jobs, n_workers, codebook, coder)
    else:
        results = (code_tasks(*job) for job in jobs)
    parts_coded: list[Coded] = []
    done = 0
    for part, coded in zip(parts, results, strict=True):
        parts_coded.append(coded._replace(rows=part[coded.rows]))
        done += len(part)
        if on_progress:
            on_progress(done, len(tasks))
    return _as_table(tasks["task_id"], codebook, parts_coded, name)


def _partition(tasks: pd.DataFrame, n_workers: int) -> list[np.ndarray]:
    """Places of the tasks of each part; a document stands in one part."""
    size = max(min(_BATCH, -(-len(tasks) // n_workers)), 1)
    if "document_id" not in tasks.columns:
        return np.split(np.arange(len(tasks)), np.arange(size, len(tasks), size))
    numbers = pd.factorize(tasks["document_id"])[0]
    order = np.argsort(numbers, kind="stable")
    # The last place of each document; a part ends with the document that fills it.
    ends = np.flatnonzero(np.diff(numbers[order], append=-2)) + 1
    wanted = np.arange(size, len(tasks), size)
    cuts = np.unique(ends[np.searchsorted(ends, wanted)]) if len(ends) else wanted
    return [part for part in np.split(order, cuts) if len(part)]


def _n_workers(n_tasks: int) -> int:
    """How many processes of our own pay: a copy of this one costs next to nothing."""
    if sys.platform != "linux" or n_tasks < _LEAST_FOR_PROCESSES:
        return 1
    # A worker of somebody else's pool may start none.
    if multiprocessing.current_process().daemon:
        return 1
    return len(os.sched_getaffinity(0))


def _submitted(
    jobs: Iterator[tuple[Any, ...]], executor: Any, n_waiting: int
) -> Iterator[Coded]:
    """Results in order, while no more jobs than these are under way."""
    waiting: deque[Any] = deque()
    for job in jobs:
        waiting.append(executor.submit(code_tasks, *job))
        if len(waiting) >= n_waiting:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _in_processes(
    jobs: Iterator[tuple[Any, ...]], n_workers: int, codebook: Codebook, coder: str
) -> Iterator[Coded]:
    """Code in copies of this process, or here if one of them dies."""
    if coder in ("combined", "linear"):
        linear_model(codebook, NOTHING)  # is then in every copy
    given: deque[tuple[Any, ...]] = deque()

    def remembered() -> Iterator[tuple[Any, ...]]:
        for job in jobs:
            given.append(job)
            yield job

    context = multiprocessing.get_context("fork")
    try:
        with (
            warnings.catch_warnings(),
            ProcessPoolExecutor(n_workers, context, gc.freeze) as pool,
        ):
            # Else the collector of each child would copy the memory of this process.
            # Libraries for arithmetic keep threads, which a copy leaves behind.
            warnings.simplefilter("ignore", DeprecationWarning)
            for coded in _submitted(remembered(), pool, n_workers + 1):
                given.popleft()
                yield coded
    except BrokenProcessPool:
        for job in (*given, *jobs):
            yield code_tasks(*job)


def _as_table(
    task_ids: pd.Series, codebook: Codebook, parts: list[Coded], coder: str
) -> pd.DataFrame:
    """Lay out what was found, sorted by task and rank."""
    rows, themes, ranks, scores = (
        np.concatenate([np.asarray(part[i]) for part in parts] or [np.zeros(0, int)])
        for i in range(4)
    )
    ids = task_ids.to_numpy(dtype=object)
    place = rows
    if not pd.Index(ids).is_monotonic_increasing:
        place = np.empty(len(ids), dtype=np.int64)
        place[np.argsort(ids, kind="stable")] = np.arange(len(ids))
        place = place[rows]
    order = np.lexsort((ranks, place))
    table = pd.DataFrame(
        {
            "task_id": ids[rows[order]],
            "theme_id": np.array(codebook.theme_ids, dtype=object)[themes[order]],
            "rank": ranks[order],
            "score": scores[order],
        }
    )
    table = table.assign(coder=coder, codebook_version=codebook.version)
    return schemas.to_schema(table, "theme_assignments")
