"""Draw what shares could have been: the bootstrap behind distances and the index."""

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array

from govopen_analytics.measures.counts import ThemeCounts

# Draws held at once: 2 million floats are 16 MB per array.
_CHUNK_FLOATS = 2_000_000
# Pseudo-tasks with and without the theme, as in Jeffreys' Beta(1/2, 1/2).
JEFFREYS = 0.5


def draw_shares(
    counts: ThemeCounts,
    *,
    n_draws: int,
    rng: np.random.Generator,
    is_smoothed: bool = True,
) -> Iterator[tuple[slice, np.ndarray]]:
    """Draw the theme shares of every group, some groups at a time.

    Tasks are resampled within their plan, then plans within their group. Both
    use Rubin's Bayesian bootstrap [1]_: exponential weights in place of
    resampled counts, so that no draw loses a plan or is empty. To each draw
    come half a pseudo-task with and half a one without the theme. Without
    them a theme that no task touches has a share of 0 in every draw, an
    interval of width 0, and a plan of 10 tasks would claim to know what only
    one of infinitely many could. One half is Jeffreys' choice: for whole counts
    in one plan the draws then follow Beta(c + 1/2, n - c + 1/2), whose intervals
    hold their level best among the usual ones at small n [2]_.

    Drawing both tasks and plans counts the spread within plans twice where a
    group has many plans [3]_: the intervals of such groups err on the wide side.

    Yields groups as a slice, and their shares (0-1) of shape
    (n_groups, n_themes, n_draws).

    References
    ----------
    .. [1] Rubin, D. B. (1981). The Bayesian Bootstrap. Annals of Statistics,
       9(1), 130-134.
    .. [2] Brown, L. D., Cai, T. T. & DasGupta, A. (2001). Interval Estimation
       for a Binomial Proportion. Statistical Science, 16(2), 101-133.
    .. [3] Davison, A. C. & Hinkley, D. V. (1997). Bootstrap Methods and their
       Application, section 3.8. Cambridge University Press.
    .. [4] Benoit, K., Laver, M. & Mikhaylov, S. (2009). Treating Words as Data
       with Error. American Journal of Political Science, 53(2), 495-513.
    .. [5] Grimmer, J. (2010). A Bayesian Hierarchical Topic Model for Political
       Texts. Political Analysis, 18(1), 1-35.
    """
    for groups in _chunks(counts, n_draws):
        stacks = _stacks_of(counts, groups)
        batch = max(1, _CHUNK_FLOATS // (stacks.stop - stacks.start))
        sizes = [min(batch, n_draws - done) for done in range(0, n_draws, batch)]
        yield (
            groups,
            np.concatenate(
                [_draw(counts, groups, size, rng, is_smoothed) for size in sizes],
                axis=2,
            ),
        )


def _stacks_of(counts: ThemeCounts, groups: slice) -> slice:
    first, last = np.searchsorted(counts.stack_group, [groups.start, groups.stop])
    return slice(int(first), int(last))


def _chunks(counts: ThemeCounts, n_draws: int) -> Iterator[slice]:
    """Cut the groups into runs whose draws fit into memory."""
    n_groups, n_themes = counts.sums.shape
    n_stacks = np.bincount(counts.stack_group, minlength=n_groups)
    floats = np.cumsum(np.maximum(n_stacks, n_themes) * n_draws)
    first = 0
    while first < n_groups:
        before = floats[first - 1] if first else 0
        fit = int(np.searchsorted(floats, before + _CHUNK_FLOATS, side="right"))
        last = max(first + 1, fit)
        yield slice(first, last)
        first = last


def _draw(
    counts: ThemeCounts,
    groups: slice,
    n_draws: int,
    rng: np.random.Generator,
    is_smoothed: bool,
) -> np.ndarray:
    stacks = _stacks_of(counts, groups)
    group = counts.stack_group[stacks] - groups.start
    plan_weight = _plan_weights(group, counts.stack_plan[stacks], n_draws, rng)
    # The sum of c exponential weights is Gamma(c): one draw stands for a stack.
    shape = np.repeat(counts.stack_size[stacks, None].astype(float), n_draws, axis=1)
    weight = rng.standard_gamma(shape) * plan_weight
    n_groups, n_themes = groups.stop - groups.start, len(counts.theme_ids)
    row, theme = np.nonzero(counts.stack_weights[stacks])
    to_themes = csr_array(
        (
            counts.stack_weights[stacks][row, theme],
            (group[row] * n_themes + theme, row),
        ),
        shape=(n_groups * n_themes, len(group)),
    )
    themed = (to_themes @ weight).reshape(n_groups, n_themes, n_draws)
    starts = np.searchsorted(group, np.arange(n_groups))
    total = np.add.reduceat(weight, starts, axis=0)[:, None, :]
    if is_smoothed:
        # Gamma(1/2) is half a chi-square of one degree, drawn five times as fast.
        extra = rng.standard_normal(themed.shape) ** 2 / 2
        total = total + extra + rng.standard_normal(themed.shape) ** 2 / 2
        themed += extra
    return themed / total


def _plan_weights(
    group: np.ndarray, plan: np.ndarray, n_draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Return each stack's plan weight: mean 1, and exactly 1 in one-plan groups."""
    is_new = np.r_[True, (np.diff(group) != 0) | (np.diff(plan) != 0)]
    cell = np.cumsum(is_new) - 1
    group_of_cell = group[is_new]
    n_plans = np.bincount(group_of_cell)
    if n_plans.max() == 1:
        return np.ones((1, 1))
    weight = rng.standard_exponential((len(group_of_cell), n_draws))
    starts = np.searchsorted(group_of_cell, np.arange(len(n_plans)))
    mean = np.add.reduceat(weight, starts, axis=0) / n_plans[:, None]
    return (weight / mean[group_of_cell])[cell]
