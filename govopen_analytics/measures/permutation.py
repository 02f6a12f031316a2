"""Permutation tests: tasks or plans are shuffled among the groups."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from govopen_analytics.measures.families import ERROR_RATE
from govopen_analytics.measures.intervals import sum_by

TASK, PLAN = "task", "plan"
# Numbers that one batch of rearranged units may hold: 16 MB.
_BATCH_FLOATS = 2_000_000
# A p-value is known well enough once so many rearrangements reached the value.
_ENOUGH_REACHED = 10


@dataclass(frozen=True)
class Units:
    """What is dealt out again: tasks, or whole plans where a group has several."""

    kind: str  # TASK or PLAN
    group: np.ndarray  # (n_units,), sorted
    n: np.ndarray  # (n_units,), tasks
    sums: np.ndarray  # (n_units, n_items), of the tasks' weights

    @classmethod
    def of(cls, group: np.ndarray, plan: np.ndarray, weights: np.ndarray) -> "Units":
        """Choose the unit: plans as soon as one group has two of them.

        Tasks of one plan are alike, and plans of one agency differ. Where that
        can be seen, plans are dealt out; where every group has one plan, tasks
        are, and what is found holds for these plans, not for all that the
        agencies might have written.
        """
        pairs = np.stack([group, plan])
        _, first, unit = np.unique(
            pairs, axis=1, return_index=True, return_inverse=True
        )
        unit = unit.ravel()
        if len(first) > len(np.unique(group)):
            kind, owner = PLAN, group[first]
            sums = sum_by(unit, weights, len(first))
            n = np.bincount(unit).astype(float)
        else:
            order = np.argsort(group, kind="stable")
            kind, owner, sums = TASK, group[order], weights[order].astype(float)
            n = np.ones(len(group))
        return cls(kind, owner, n, sums)

    def rearranged(
        self, n_draws: int, rng: np.random.Generator
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield tasks (n_batch, n_groups) and sums (n_batch, n_groups, n_items)."""
        n_groups, n_items = int(self.group.max()) + 1, self.sums.shape[1]
        kinds, kind = np.unique(
            np.column_stack([self.n, self.sums]), axis=0, return_inverse=True
        )
        place = self.group * len(kinds)
        size = max(1, _BATCH_FLOATS // (n_groups * max(len(kinds), n_items)))
        for done in range(0, n_draws, size):
            # Equal units are counted by kind; which of them is which does not matter.
            dealt = np.stack(
                [
                    np.bincount(
                        place + rng.permutation(kind.ravel()),
                        minlength=n_groups * len(kinds),
                    )
                    for _ in range(min(size, n_draws - done))
                ]
            )
            totals = dealt.reshape(len(dealt), n_groups, len(kinds)) @ kinds
            yield totals[..., 0], totals[..., 1:]


def n_arrangements(n_units: np.ndarray) -> float:
    """Return in how many ways units can be dealt to groups of these sizes.

    Groups of one size may be exchanged without changing how far they lie apart,
    so such arrangements count once. One over this number is the smallest p-value
    there can be.

    Infinite where it is beyond what a float holds.
    """
    n_units = np.asarray(n_units, dtype=float)
    alike = np.unique(n_units, return_counts=True)[1]
    ways = gammaln(n_units.sum() + 1) - gammaln(n_units + 1).sum()
    ways -= gammaln(alike + 1.0).sum()
    return float(np.round(np.exp(ways), 6)) if ways < 700 else np.inf


def sequential_p_values(
    reached: np.ndarray,
    n_drawn: int,
    draw: Callable[[int, int], int],
    correct: Callable[[np.ndarray], np.ndarray],
    *,
    level: float = ERROR_RATE,
) -> np.ndarray:
    """Permute further where more permutations could change what is found.

    With 1,000 permutations no p-value is below 1/1001, too coarse for hundreds of
    tests. Tests go on, tenfold each time, while fewer than 10 permutations reached
    the value and it would be found if none of the next did [1]_, up to two over the
    smallest p-value that counts, ``2 * n_tests / level``. A test that 10 permutations
    reached stops: its p-value stays valid [2]_. None stops because it is found: to
    look several times and stop at the first find would find too much.

    `reached` are how many of the first `n_drawn` permutations of each test reached its
    value; `draw` takes the number of a test and of new permutations to how many did;
    `correct` corrects p-values for the family. P-values are (1 + permutations that
    reached the value) / (1 + permutations) [3]_.

    References
    ----------
    .. [1] Sandve, G. K., Ferkingstad, E. & Nygard, S. (2011). Sequential Monte
       Carlo Multiple Testing. Bioinformatics, 27(23), 3235-3241.
    .. [2] Besag, J. & Clifford, P. (1991). Sequential Monte Carlo P-values.
       Biometrika, 78(2), 301-304.
    .. [3] Phipson, B. & Smyth, G. K. (2010). Permutation P-values Should Never
       Be Zero. Statistical Applications in Genetics and Molecular Biology, 9(1).
    """
    reached = np.asarray(reached, dtype=float).copy()
    drawn = np.full(len(reached), float(n_drawn))
    most = np.ceil(2 * len(reached) / level)
    while True:
        p_values = (1 + reached) / (1 + drawn)
        is_open = (reached < _ENOUGH_REACHED) & (drawn < most)
        hopeful = np.where(is_open, reached / (10 * drawn), p_values)
        is_open &= correct(hopeful) <= level
        if not is_open.any():
            return p_values
        for k in np.flatnonzero(is_open):
            more = int(min(9 * drawn[k], most - drawn[k]))
            reached[k] += draw(int(k), more)
            drawn[k] += more
