"""What counts as established: the families of tests, and the one rule for all."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Family:
    """Tests that are corrected together.

    Attributes
    ----------
    correction : {"holm", "fdr", "joint"}
        "holm" and "joint" keep the chance of any false finding in the family at
        5 %: by Holm's steps, or because p-values come from the joint
        distribution of the whole family. "fdr" keeps the expected share of false
        findings among all findings at 5 %.
    members : str
        What is tested.
    null : str
        What is true where there is nothing to find.
    """

    correction: str
    members: str
    null: str


#: Every family of the library; docs/measures.md shows this table.
FAMILIES = {
    "themes": Family(
        "joint",
        "themes: do agencies differ in its share at all",
        "agencies give the theme the same share",
    ),
    "theme_cells": Family(
        "joint",
        "agencies by themes, in themes where agencies differ",
        "the agency gives the theme the share that all together give it",
    ),
    "form": Family(
        "joint",
        "elements of form, such as units, dates, quantities",
        "agencies give the element to the same share of tasks",
    ),
    "form_cells": Family(
        "joint",
        "agencies by elements, in elements where agencies differ",
        "the agency gives the element to the share of tasks that all give it to",
    ),
    "agencies": Family(
        "fdr", "agencies, each against all others", "both follow one agenda"
    ),
    "pairs": Family(
        "fdr", "pairs of at most 60 agencies", "both agencies follow one agenda"
    ),
    "gaps": Family(
        "joint",
        "agencies by themes that no task of the agency touches",
        "the agency touches the theme as often as the others",
    ),
    "changes": Family(
        "fdr",
        "agencies by themes, the first year against the last and each against the next",
        "both plans follow one agenda, and vary as plans of one agency do",
    ),
    "trends": Family(
        "holm", "themes, change a year within agencies", "years make no difference"
    ),
    "words": Family(
        "fdr",
        "words in two tasks or more, all of them for one group",
        "the group uses the word as often as the others do",
    ),
}


def adjusted(p_values: np.ndarray, family: str) -> np.ndarray:
    """Correct the p-values of a whole family.

    Parameters
    ----------
    p_values : ndarray of float, shape (n,)
        All of the family; NaN where there is none.
    family : str
        Key of ``FAMILIES``.

    Returns
    -------
    ndarray of float, shape (n,)
        As they are where the family's p-values are joint already.

    References
    ----------
    .. [1] Holm, S. (1979). A Simple Sequentially Rejective Multiple Test
       Procedure. Scandinavian Journal of Statistics, 6(2), 65-70.
    .. [2] Benjamini, Y. & Hochberg, Y. (1995). Controlling the False Discovery
       Rate. Journal of the Royal Statistical Society B, 57(1), 289-300.
    """
    p_values = np.asarray(p_values, dtype=float)
    known = ~np.isnan(p_values)
    out = p_values.copy()
    correction = FAMILIES[family].correction
    if correction == "fdr" and known.any():
        out[known] = false_discovery_control(p_values[known])
    elif correction == "holm":
        order = np.flatnonzero(known)[np.argsort(p_values[known])]
        steps = p_values[order] * np.arange(len(order), 0, -1)
        out[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return out


def states(
    p_adjusted: np.ndarray, can_be_answered: np.ndarray | bool = True
) -> np.ndarray:
    """Say what is established: the one place that decides it.

    Parameters
    ----------
    p_adjusted : ndarray of float, shape (n,)
        P-values corrected over their whole family; NaN where nothing was tested.
    can_be_answered : ndarray of bool, shape (n,), or bool
        Whether the data could establish anything.

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
