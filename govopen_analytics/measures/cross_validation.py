"""Coding tasks by models that have seen neither their field nor their plan."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from govopen_analytics.base import schemas
from govopen_analytics.coding.assign import assign_themes
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.combined import coder_weights
from govopen_analytics.coding.training import LeftOut, training_tasks
from govopen_analytics.measures.agreement import reference_scores

#: Fields are left out this many times, several at once; plans one by one.
N_FIELD_FOLDS = 10

#: The parts figures are given for.
PARTS = ("plans_left_out", "fields_left_out")

_COLUMNS = ["part", "measure", "value", "value_lower", "value_upper", "n_tasks"]


def folds(codebook: Codebook) -> Iterator[tuple[LeftOut, pd.DataFrame]]:
    """Split coded tasks into parts that are left out together.

    Parameters
    ----------
    codebook : Codebook
        With training tasks or reference codings.

    Yields
    ------
    left_out : LeftOut
        Whole fields, or one plan.
    tasks : DataFrame, shape (n_tasks, 10)
        The tasks of these, as ``training_tasks`` lays them out, with
        ``document_id``.
    """
    tasks = training_tasks(codebook)
    tasks = tasks.assign(document_id=tasks["group"])
    fields = sorted(codebook.training["field"].unique())
    for number in range(min(N_FIELD_FOLDS, len(fields))):
        part = frozenset(fields[number::N_FIELD_FOLDS])
        own = tasks.loc[tasks["group"].isin(part)]
        # These tasks were written one by one: none has its title from above.
        yield LeftOut(fields=part), own.assign(document_id=own["task_id"])
    for document in sorted(codebook.reference["document_id"].unique()):
        own = tasks.loc[tasks["group"] == document]
        yield LeftOut(documents=frozenset([document])), own


def cross_validated(codebook: Codebook) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Code every task by a model that has seen neither its field nor its plan.

    Nothing is left unclassified, so that scores can be held against what is right
    and a threshold be chosen.

    Parameters
    ----------
    codebook : Codebook

    Returns
    -------
    tasks : DataFrame, shape (n_tasks, 10)
        Tasks about nothing in the codebook included; ``part`` says what was left
        out, "plans_left_out" or "fields_left_out".
    codings : DataFrame, shape (n_assignments, 6)
        Valid ``theme_assignments`` of "combined" and of "reference"; the latter has
        none for a task about nothing in the codebook.
    """
    weights = {**codebook.settings.weights, "least_score": 0.0}
    eager = replace(codebook, settings=replace(codebook.settings, weights=weights))
    parts, coded = [], []
    for left_out, own in folds(codebook):
        parts.append(own.assign(part=PARTS[0] if left_out.documents else PARTS[1]))
        coded.append(assign_themes(own, eager, left_out=left_out))
    tasks = pd.concat(parts, ignore_index=True)
    true = [
        (task.task_id, theme, "reference", rank, codebook.version)
        for task in tasks.itertuples()
        for rank, theme in enumerate(task.theme_ids, start=1)
    ]
    columns = ["task_id", "theme_id", "coder", "rank", "codebook_version"]
    reference = schemas.to_schema(
        pd.DataFrame(true, columns=columns), "theme_assignments"
    )
    return tasks, pd.concat([*coded, reference], ignore_index=True)


def cross_validation_scores(
    tasks: pd.DataFrame,
    codings: pd.DataFrame,
    codebook: Codebook,
    *,
    n_bootstrap: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Sum up what models make of fields and plans they have not seen.

    Parameters
    ----------
    tasks, codings : DataFrame
        Result of ``cross_validated``.
    codebook : Codebook
    n_bootstrap, level, seed
        As for ``agreement.reference_scores``; plans and fields are the groups.

    Returns
    -------
    DataFrame, shape (n_rows, 6)
        ``part`` ("plans_left_out", "fields_left_out" or "all"), ``measure``,
        ``value``, ``value_lower``, ``value_upper``, ``n_tasks``. Measures are
        "primary_accuracy", "micro_f1", "macro_f1" and "coverage" (share of plan
        tasks that stay classified); "silence", the share of other tasks that stay
        unclassified; and "calibration_error" with "calibration_noise", what a
        perfectly calibrated score would show at this n (its mean, and up to what it
        shows in 95 of 100 cases).
    """
    least = coder_weights(codebook)["least_score"]
    first = codings.loc[(codings["coder"] == "combined") & (codings["rank"] == 1)]
    score = first.set_index("task_id")["score"].reindex(tasks["task_id"]).fillna(0)
    silent = set(score.index[score < least])
    kept = codings.loc[
        (codings["coder"] == "reference") | ~codings["task_id"].isin(silent)
    ]
    rows = []
    for part in (*PARTS, "all"):
        here = tasks if part == "all" else tasks.loc[tasks["part"] == part]
        if here.empty:
            continue
        is_plan = here["theme_ids"].str.len() > 0
        scores = reference_scores(
            kept.loc[kept["task_id"].isin(here.loc[is_plan, "task_id"])],
            coder="combined",
            reference="reference",
            theme_ids=codebook.theme_ids,
            groups=here.set_index("task_id")["group"],
            n_bootstrap=n_bootstrap,
            level=level,
            seed=seed,
        )
        chosen = ["primary_accuracy", "micro_f1", "macro_f1", "coverage"]
        rows += [
            (part, r.measure, r.value, r.value_lower, r.value_upper, r.n_tasks)
            for r in scores.itertuples()
            if r.measure in chosen
        ]
        others = here.loc[~is_plan, "task_id"]
        if len(others):
            value = others.isin(silent).mean()
            rows.append((part, "silence", value, np.nan, np.nan, len(others)))
    value, noise, most = calibration_error(codings, tasks["task_id"], seed=seed)
    rows.append(("all", "calibration_error", value, np.nan, np.nan, len(tasks)))
    rows.append(("all", "calibration_noise", noise, np.nan, most, len(tasks)))
    return pd.DataFrame(rows, columns=_COLUMNS)


def calibration_error(
    codings: pd.DataFrame,
    task_ids: pd.Series,
    *,
    n_bins: int = 10,
    n_draws: int = 1000,
    seed: int = 0,
) -> tuple[float, float, float]:
    """Compute the expected calibration error, and what chance makes of it.

    Parameters
    ----------
    codings : DataFrame, shape (n_assignments, 6)
        Valid ``theme_assignments`` of "combined" and of "reference".
    task_ids : Series of str, length n_tasks
        Tasks to count; one that "combined" has no row for has score 0.
    n_bins : int, default 10
        Bins of equal width.
    n_draws : int, default 1000
        Draws of outcomes that the scores would be right about.
    seed : int, default 0

    Returns
    -------
    value : float
        Mean distance of score and accuracy over bins, by their tasks (0-1).
    noise : float
        Its mean if every score were the true chance.
    most : float
        What it would stay below in 95 of 100 cases.

    References
    ----------
    .. [1] Naeini, M. P., Cooper, G. & Hauskrecht, M. (2015). Obtaining Well
       Calibrated Probabilities Using Bayesian Binning. AAAI, 2901-2907.
    """
    first = codings.loc[codings["rank"] == 1]
    own = first.loc[first["coder"] == "combined"].set_index("task_id")
    true = first.loc[first["coder"] == "reference"].set_index("task_id")["theme_id"]
    order = sorted(task_ids)
    own, true = own.reindex(order), true.reindex(order)
    scores = own["score"].fillna(0).to_numpy(dtype=float)
    is_right = (own["theme_id"] == true).fillna(False).to_numpy(dtype=bool)
    bins = np.minimum((scores * n_bins).astype(int), n_bins - 1)
    members = np.eye(n_bins)[bins]

    def error(outcomes: np.ndarray) -> np.ndarray:
        return np.abs((outcomes - scores) @ members).sum(axis=-1) / len(scores)

    generator = np.random.default_rng(seed)
    drawn = error(generator.random((n_draws, len(scores))) < scores)
    return float(error(is_right)), float(drawn.mean()), float(np.quantile(drawn, 0.95))
