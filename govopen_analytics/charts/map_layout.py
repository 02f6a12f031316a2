"""Where the dots of a map stand, so that none covers another or its name."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from govopen_analytics.charts.style import label_pixels

_SMALLEST, _LARGEST = 18.0, 24.5  # pixels across a dot
_MOST_PUSHES = 500
_EDGE = 30  # pixels around the outermost dots


def map_layout(
    points: pd.DataFrame, names: Sequence[str], free: tuple[int, int]
) -> tuple[pd.DataFrame, list[list[float]]]:
    """Size the dots of a map, and move those apart that meet.

    Parameters
    ----------
    points : DataFrame, shape (n_dots, ...)
        With ``x``, ``y`` (any unit) and ``n_tasks``, which sets the area.
    names : sequence of str
        Escaped names to the right of their dots; none for dots alone.
    free : (int, int)
        Width and height of the map (pixels).

    Returns
    -------
    dots : DataFrame, shape (n_dots, ...)
        `points` with ``size`` (pixels across), ``x`` and ``y`` moved.
    ranges : list of list of float
        Ends of both axes, with one scale.
    """
    tasks = points["n_tasks"].to_numpy(dtype=float)
    sizes = _LARGEST * np.sqrt(tasks / max(tasks.max(initial=0), 1.0))
    sizes = sizes.clip(_SMALLEST)
    widths = [label_pixels([name]) for name in names] or [0] * len(points)
    boxes = np.column_stack([sizes + widths, sizes]) + 2
    places = points[["x", "y"]].to_numpy(dtype=float)
    low, high = places.min(axis=0), places.max(axis=0)
    room = np.array([max(widths), 0])
    inside = np.array(free) - 2 * _EDGE - room
    scale = (inside / np.maximum(high - low, 1e-9)).min()
    # From the middle of a dot to the middle of its box with the name.
    offsets = (boxes - sizes[:, None]) / 2 * [1, 0]
    moved = separate(places * scale + offsets, boxes) - offsets
    middle = ((low + high) * scale + room) / 2
    ends = np.stack([middle - np.array(free) / 2, middle + np.array(free) / 2]) / scale
    dots = points.assign(size=sizes, x=moved[:, 0] / scale, y=moved[:, 1] / scale)
    return dots, ends.T.tolist()


def separate(middles: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Push boxes off each other, along the axis on which they overlap least.

    Parameters
    ----------
    middles, boxes : ndarray, shape (n_boxes, 2)
        Middles, and widths and heights, in one unit.

    Returns
    -------
    ndarray, shape (n_boxes, 2)
        The middles after at most 500 rounds.
    """
    middles, (first, second) = middles.copy(), np.triu_indices(len(boxes), 1)
    reach = (boxes[first] + boxes[second]) / 2
    for _ in range(_MOST_PUSHES):
        gaps = middles[first] - middles[second]
        overlaps = reach - np.abs(gaps)
        hit = np.flatnonzero((overlaps > 1e-6).all(axis=1))
        if not len(hit):
            break
        axis = overlaps[hit].argmin(axis=1)
        pushes = np.zeros((len(hit), 2))
        rows = np.arange(len(hit))
        signs = np.where(gaps[hit, axis] < 0, -1, 1)
        pushes[rows, axis] = signs * (overlaps[hit, axis] / 2 + 0.05)
        np.add.at(middles, first[hit], pushes)
        np.subtract.at(middles, second[hit], pushes)
    return middles
