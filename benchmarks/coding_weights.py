"""Fit the weights of the combined coder, and print them.

Usage: python benchmarks/coding_weights.py

Every task is read by a linear model that has seen neither its field nor its plan.
The primary theme is a conditional logit with one weight per kind of evidence, the
same for all themes; a further theme is a logit. Both are held back (ridge), since
the tasks are few. The figures printed beside them come from weights fitted without
the fold they are measured on.
"""

import argparse
import json

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import softmax

from govopen_analytics.coding.clauses import mark_shared_titles
from govopen_analytics.coding.codebook import load_codebook
from govopen_analytics.coding.coders import linear_model
from govopen_analytics.coding.combined import task_evidence
from govopen_analytics.measures.cross_validation import folds


def fit_primary(features: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Fit a conditional logit: features (n, n_classes, n_features)."""
    rows = np.arange(len(classes))

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        chances = softmax(features @ weights, axis=1)
        value = -np.log(chances[rows, classes] + 1e-12).sum() + weights @ weights / 2
        expected = np.einsum("ij,ijk->k", chances, features)
        return value, expected - features[rows, classes].sum(axis=0) + weights

    start = np.zeros(features.shape[2])
    return minimize(loss, start, jac=True, method="L-BFGS-B").x


def fit_secondary(features: np.ndarray, is_given: np.ndarray) -> np.ndarray:
    """Fit a logit: features (n, n_features)."""

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        chances = 1 / (1 + np.exp(-(features @ weights)))
        likelihood = np.where(is_given, chances, 1 - chances)
        value = -np.log(likelihood + 1e-12).sum() + weights @ weights
        return value, features.T @ (chances - is_given) + 2 * weights

    start = np.zeros(features.shape[1])
    return minimize(loss, start, jac=True, method="L-BFGS-B").x


def with_offsets(features: np.ndarray) -> np.ndarray:
    """Add one constant per theme to features (n_tasks, n_themes, n_features)."""
    n_tasks, n_themes, _ = features.shape
    constants = np.broadcast_to(np.eye(n_themes), (n_tasks, n_themes, n_themes))
    return np.concatenate([features, constants], axis=2)


def main() -> None:
    argparse.ArgumentParser(description=__doc__.split("\n")[0]).parse_args()
    codebook = load_codebook()
    themes = codebook.theme_ids
    parts, primary, secondary, number = [], [], [], []
    for place, (left_out, part) in enumerate(folds(codebook)):
        shown = mark_shared_titles(part)
        evidence = task_evidence(shown, codebook, linear_model(codebook, left_out))
        parts.append(shown)
        of_primary, of_further = (
            evidence.primary_features(),
            evidence.secondary_features(),
        )
        primary.append(np.stack(list(of_primary.values()), axis=2))
        further = np.stack(list(of_further.values()), axis=2)
        secondary.append(with_offsets(further))
        number += [place] * len(part)
    tasks = pd.concat(parts, ignore_index=True)
    primary, secondary = np.concatenate(primary), np.concatenate(secondary)
    number = np.array(number)
    none = len(themes)
    classes = np.array([themes.index(t[0]) if t else none for t in tasks["theme_ids"]])
    given = np.array([[theme in t[1:] for theme in themes] for t in tasks["theme_ids"]])
    rest = classes[:, None] != np.arange(none)
    rest[classes == none] = False
    chances = np.zeros((len(tasks), none + 1))
    further = np.zeros((len(tasks), none))
    for place in range(number.max() + 1):
        test = number == place
        fitted = fit_primary(primary[~test], classes[~test])
        chances[test] = softmax(primary[test] @ fitted, axis=1)
        kept = rest & ~test[:, None]
        fitted = fit_secondary(secondary[kept], given[kept])
        further[test] = 1 / (1 + np.exp(-(secondary[test] @ fitted)))
    weights = fit_primary(primary, classes)
    more = fit_secondary(secondary[rest], given[rest])
    for name, value in zip(of_primary, weights, strict=True):
        print(f'    "{name}": {value:.2f},')
    for name, value in zip(of_further, more, strict=False):
        print(f'    "{name}": {value:.2f},')
    offsets = dict(zip(themes, more[len(of_further) :].round(2), strict=True))
    print("  secondary_offsets:", json.dumps(offsets))
    report(tasks, classes, chances, given, further, none)


def report(tasks, classes, chances, given, further, none) -> None:
    """Print accuracy, silence and F1 at several thresholds."""
    is_plan = classes < none
    best, score = chances[:, :none].argmax(axis=1), chances[:, :none].max(axis=1)
    is_right = best == classes
    print(f"primary accuracy {is_right[is_plan].mean():.4f}, n = {is_plan.sum()}")
    bins = np.minimum((score * 10).astype(int), 9)
    error = sum(
        np.mean(bins == b) * abs(score[bins == b].mean() - is_right[bins == b].mean())
        for b in range(10)
        if (bins == b).any()
    )
    print(f"expected calibration error {error:.4f}, n = {len(tasks)}")
    for least in (0.3, 0.35, 0.4, 0.45, 0.5):
        coded = (score[is_plan] >= least).mean()
        silent = (score[~is_plan] < least).mean()
        print(f"from {least}: plan tasks coded {coded:.4f}, others silent {silent:.4f}")
    rows = np.arange(len(tasks))
    true = given.copy()
    true[rows[is_plan], classes[is_plan]] = True
    for least in (0.3, 0.35, 0.4, 0.45, 0.5):
        found = further >= least
        found[rows, best] = True
        found[score < 0.4] = False
        hits = (found & true)[is_plan].sum()
        micro = 2 * hits / (found[is_plan].sum() + true[is_plan].sum())
        second = found.copy()
        second[rows, best] = False
        right = (second & given)[is_plan].sum()
        f1 = 2 * right / (second[is_plan].sum() + given[is_plan].sum())
        print(f"further from {least}: micro F1 {micro:.4f}, of further themes {f1:.3f}")


if __name__ == "__main__":
    main()
