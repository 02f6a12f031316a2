"""Correct p-values for testing many at once, and name the state of each test."""

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

ESTABLISHED = "established"
WORTH_ASKING = "worth_asking"
NOT_TOLD_APART = "not_told_apart"
CANNOT_BE_ANSWERED = "cannot_be_answered"
STATES = (ESTABLISHED, WORTH_ASKING, NOT_TOLD_APART, CANNOT_BE_ANSWERED)

#: A finding is established at this corrected p-value or below.
ERROR_RATE = 0.05
#: Up to this corrected p-value a finding is worth asking about.
ASKING_RATE = 0.20


#: How the p-values of each family of tests are corrected; docs/measures.md says what
#: is tested in each, and what is true where there is nothing to find. "holm" and
#: "joint" keep the chance of any false finding in the family at 5 %: by Holm's steps,
#: or because p-values come from the joint distribution of the whole family. "fdr"
#: keeps the expected share of false findings among all findings at 5 %.
FAMILIES = {
    "themes": "joint",
    "theme_cells": "joint",
    "form": "joint",
    "form_cells": "joint",
    "agencies": "fdr",
    "pairs": "fdr",
    "gaps": "joint",
    "changes": "fdr",
    "trends": "holm",
    "words": "fdr",
}


def adjusted(p_values: np.ndarray, family: str) -> np.ndarray:
    """Correct the p-values of a whole family; NaN where there is none.

    By Holm's steps [1]_ or Benjamini and Hochberg's [2]_, as ``FAMILIES`` says;
    p-values that are joint already stay as they are.

    References
    ----------
    .. [1] Holm, S. (1979). A Simple Sequentially Rejective Multiple Test
       Procedure. Scandinavian Journal of Statistics, 6(2), 65-70.
    .. [2] Benjamini, Y. & Hochberg, Y. (1995). Controlling the False Discovery
       Rate. Journal of the Royal Statistical Society B, 57(1), 289-300.
    """
    p_values = np.asarray(p_values, dtype=float)
    has_value = ~np.isnan(p_values)
    out = p_values.copy()
    correction = FAMILIES[family]
    if correction == "fdr" and has_value.any():
        out[has_value] = false_discovery_control(p_values[has_value])
    elif correction == "holm":
        order = np.flatnonzero(has_value)[np.argsort(p_values[has_value])]
        steps = p_values[order] * np.arange(len(order), 0, -1)
        out[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return out


def states(
    p_adjusted: np.ndarray, can_be_answered: np.ndarray | bool = True
) -> np.ndarray:
    """Say what is established: the one place that decides it.

    Returns
    -------
    ndarray of str, shape (n,)
        "established" at 0.05 or below, "worth_asking" at 0.20 or below, else
        "not_told_apart"; "cannot_be_answered" without a p-value, or where none
        could be low enough.
    """
    p_adjusted = np.asarray(p_adjusted, dtype=float)
    answered = np.broadcast_to(can_be_answered, p_adjusted.shape)
    return np.select(
        [
            np.isnan(p_adjusted) | ~answered,
            p_adjusted <= ERROR_RATE,
            p_adjusted <= ASKING_RATE,
        ],
        [CANNOT_BE_ANSWERED, ESTABLISHED, WORTH_ASKING],
        NOT_TOLD_APART,
    )


def with_states(
    rows: pd.DataFrame, family: str, can_be_answered: np.ndarray | bool = True
) -> pd.DataFrame:
    """Add ``p_adjusted``, ``state`` and ``is_beyond_chance`` to rows with a p_value."""
    p_adjusted = adjusted(rows["p_value"].to_numpy(), family)
    state = states(p_adjusted, can_be_answered)
    return rows.assign(
        p_adjusted=p_adjusted, state=state, is_beyond_chance=state == ESTABLISHED
    )
