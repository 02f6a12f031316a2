"""A map: agencies as points, so that the distances between them show."""

import numpy as np
import pandas as pd


def agenda_map(distances: pd.DataFrame) -> pd.DataFrame:
    """Lay agencies out on a plane by the distances between their agendas.

    Classical scaling [1]_ [2]_. The Jensen-Shannon distance is one between points
    of a Hilbert space [3]_, so nothing is lost but the further dimensions; how
    much the two shown hold stands beside the points. Nearness on the map is no
    evidence: see ``is_beyond_chance`` of the distances.

    Parameters
    ----------
    distances : DataFrame, shape (n_pairs, ...)
        Result of ``agenda_distances`` of each group with each; a group without a
        distance is left out.

    Returns
    -------
    DataFrame, shape (n_groups, 5)
        ``group``, ``n_tasks`` (count), ``x``, ``y`` (distance units) and
        ``shown_share`` (part of the squared distances that the plane holds, 0-1;
        the same in all rows). Empty for fewer than two groups.

    References
    ----------
    .. [1] Torgerson, W. S. (1952). Multidimensional Scaling: I. Theory and
       Method. Psychometrika, 17(4), 401-419.
    .. [2] Gower, J. C. (1966). Some Distance Properties of Latent Root and Vector
       Methods Used in Multivariate Analysis. Biometrika, 53(3-4), 325-338.
    .. [3] Endres, D. M. & Schindelin, J. E. (2003). A New Metric for Probability
       Distributions. IEEE Transactions on Information Theory, 49(7), 1858-1860.
    """
    known = distances.dropna(subset=["distance"])
    sizes = {
        **dict(zip(known["reference"], known["n_reference_tasks"], strict=True)),
        **dict(zip(known["group"], known["n_tasks"], strict=True)),
    }
    names = sorted(sizes)
    columns = ["group", "n_tasks", "x", "y", "shown_share"]
    if len(names) < 2:
        return pd.DataFrame(columns=columns)
    place = {name: k for k, name in enumerate(names)}
    squared = np.zeros((len(names), len(names)))
    first, second = known["group"].map(place), known["reference"].map(place)
    squared[first, second] = squared[second, first] = known["distance"] ** 2
    points, shown_share = _principal_points(squared)
    rows = pd.DataFrame({"group": names, "n_tasks": [sizes[name] for name in names]})
    rows["x"], rows["y"] = points.T
    return rows.assign(shown_share=shown_share)


def _principal_points(squared: np.ndarray) -> tuple[np.ndarray, float]:
    """Return points (n, 2) from squared distances, and what they hold of them."""
    n = len(squared)
    centre = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(-centre @ squared @ centre / 2)
    values = np.clip(values[::-1], 0, None)
    vectors = vectors[:, ::-1]
    # The sign of an axis is arbitrary; one choice keeps runs alike.
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(n)])
    points = (vectors * signs * np.sqrt(values))[:, :2]
    total = values.sum()
    return points, float(values[:2].sum() / total) if total > 0 else 1.0
