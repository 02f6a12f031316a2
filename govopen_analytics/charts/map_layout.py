"""Where the dots of a map stand, so that none covers another or its name."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from govopen_analytics.charts.style import label_pixels

_SMALLEST, _LARGEST = 18.0, 24.5  # pixels across a dot
_MOST_PUSHES = 500
_EDGE = 30  # pixels around the outermost dots


@dataclass(frozen=True)
class Layout:
    """Dots of a map: places, sizes (pixels across), ends of both axes.

    ``is_moved`` says whether a dot had to be moved off another.
    """

    places: list[list[float]]
    sizes: list[float]
    ranges: list[list[float]]
    is_moved: bool


def map_layout(
    places: Sequence[tuple[float, float]],
    weights: Sequence[float],
    names: Sequence[str],
    free: tuple[int, int],
) -> Layout:
    """Size the dots of a map, and move those apart that meet.

    `weights` are what the area of each dot stands for, `names` stand escaped to the
    right of their dots (none for dots alone), `free` is the width and height of the
    map (pixels). Both axes have one scale.
    """
    middles, tasks = np.array(places, dtype=float), np.array(weights, dtype=float)
    sizes = _LARGEST * np.sqrt(tasks / max(tasks.max(initial=0), 1.0))
    sizes = sizes.clip(_SMALLEST)
    widths = [label_pixels([name]) for name in names] or [0] * len(middles)
    boxes = np.column_stack([sizes + widths, sizes]) + 2
    low, high = middles.min(axis=0), middles.max(axis=0)
    room = np.array([max(widths), 0])
    inside = np.array(free) - 2 * _EDGE - room
    scale = (inside / np.maximum(high - low, 1e-9)).min()
    # From the middle of a dot to the middle of its box with the name.
    offsets = (boxes - sizes[:, None]) / 2 * [1, 0]
    moved = (_separate(middles * scale + offsets, boxes) - offsets) / scale
    middle = ((low + high) * scale + room) / 2
    ends = np.stack([middle - np.array(free) / 2, middle + np.array(free) / 2]) / scale
    is_moved = not np.allclose(moved, middles)
    return Layout(moved.tolist(), sizes.tolist(), ends.T.tolist(), is_moved)


def _separate(middles: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Push boxes off each other, along the axis on which they overlap least.

    Boxes are given by their middles, and by widths and heights.
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
