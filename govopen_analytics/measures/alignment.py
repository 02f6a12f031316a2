"""Local alignment of two texts, without gaps and then joined across them."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided

# A mismatch undoes two matches: a segment keeps at least two thirds alike.
_MATCH, _MISMATCH = 1, -2
# Shorter segments are found in any two texts of one field.
_SHORTEST_SEGMENT = 6
# Segments this near to each other in both texts are one passage, edited.
_LONGEST_GAP = 12


@dataclass(frozen=True)
class Passage:
    """A passage of one text and its like in another (offsets in characters)."""

    start: int
    end: int
    other_start: int
    other_end: int
    n_alike: int


def align_passages(
    first: np.ndarray, second: np.ndarray, *, min_chars: int
) -> list[Passage]:
    """Find the passages two texts share, word for word or lightly edited.

    Best ungapped segments on each diagonal, joined where they follow each other
    closely in both texts: the alignment of FASTA [1]_. In contrast to a full
    Smith-Waterman table all diagonals are scored at once.

    Texts are character codes; passages have at least `min_chars` equal characters,
    stand in the order of `first` and may overlap in either text.

    References
    ----------
    .. [1] Pearson, W. R. & Lipman, D. J. (1988). Improved tools for biological
       sequence comparison. PNAS, 85(8), 2444-2448.
    """
    if len(first) == len(second) and (first == second).all():
        n = len(first)
        return [Passage(0, n, 0, n, n)] if n >= min_chars else []
    passages = _join(_segments(first, second))
    return [passage for passage in passages if passage.n_alike >= min_chars]


def _segments(first: np.ndarray, second: np.ndarray) -> list[Passage]:
    """Return the ungapped segments that score best within their surroundings."""
    n, m = len(first), len(second)
    width = n + m - 1
    scores = np.full((n, width), _MISMATCH, dtype=np.int32)
    step = scores.itemsize
    # Row i of the table, moved right by n - 1 - i, puts diagonals into columns.
    skewed = as_strided(scores.reshape(-1)[n - 1 :], (n, m), ((width - 1) * step, step))
    skewed[first[:, None] == second[None, :]] = _MATCH
    total = np.cumsum(scores, axis=0, dtype=np.int32)
    before = np.vstack([np.zeros((1, width), dtype=np.int32), total[:-1]])
    gain = total - np.minimum.accumulate(before, axis=0)
    found = []
    for column in np.flatnonzero(gain.max(axis=0) >= _SHORTEST_SEGMENT):
        shift = int(column) - (n - 1)
        for start, end in _excursions(gain[:, column]):
            alike = int((scores[start:end, column] == _MATCH).sum())
            found.append(Passage(start, end, start + shift, end + shift, alike))
    return sorted(found, key=lambda segment: (segment.start, segment.other_start))


def _excursions(gain: np.ndarray) -> list[tuple[int, int]]:
    """Return where the running gain leaves 0, and its first peak from there."""
    is_up = np.r_[False, gain > 0, False]
    edges = np.flatnonzero(np.diff(is_up.astype(np.int8)))
    spans = []
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        peak = int(start) + int(gain[start:stop].argmax())
        if gain[peak] >= _SHORTEST_SEGMENT:
            spans.append((int(start), peak + 1))
    return spans


def _join(segments: list[Passage]) -> list[Passage]:
    """Join each segment to the passage it continues in both texts."""
    passages: list[Passage] = []
    for segment in segments:
        for k in range(len(passages) - 1, -1, -1):
            last = passages[k]
            gaps = (segment.start - last.end, segment.other_start - last.other_end)
            if all(0 <= gap <= _LONGEST_GAP for gap in gaps):
                passages[k] = Passage(
                    last.start,
                    segment.end,
                    last.other_start,
                    segment.other_end,
                    last.n_alike + segment.n_alike,
                )
                break
        else:
            passages.append(segment)
    return passages
