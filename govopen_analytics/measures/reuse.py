"""Shared language: what stood earlier in another plan."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import as_strided

from govopen_analytics.base.tables import Tables
from govopen_analytics.measures.counts import group_columns
from govopen_analytics.measures.intervals import quantile_bounds
from govopen_analytics.measures.resample import JEFFREYS

# Six characters are two or three words: rare enough to point to a source, short
# enough to survive editing.
_GRAM = 6
_CANDIDATES = 3
# What any two plans of the field share says nothing of a source: titles of laws,
# lists of names, and words that stand in many agencies' plans.
_TITLES_AND_LISTS = re.compile(
    r"《[^》\n]{1,80}》|(?:[^，。；：、《》\s]{1,14}、){4,}[^，。；：、《》\s]{1,14}"
)
_STOCK_AGENCIES, _STOCK_SHARE, _FEWEST_OWN = 3, 0.2, 3
# Marks a place that is compared with nothing; as many as no passage reaches across.
_NOTHING, _LONGEST_BREAK = 0x80000000, 13
_HASH_BASE = np.uint64(0x9E3779B97F4A7C15)
# A mismatch undoes two matches: a segment keeps at least two thirds alike.
_MATCH, _MISMATCH = 1, -2
# Shorter segments are found in any two texts of one field.
_SHORTEST_SEGMENT = 6
# Segments this near to each other in both texts are one passage, edited.
_LONGEST_GAP = 12


_PASSAGE_COLUMNS = (
    "task_id",
    "document_id",
    "source_task_id",
    "source_document_id",
    "is_same_agency",
    "start_char",
    "end_char",
    "source_start_char",
    "source_end_char",
    "n_alike",
    "passage",
)


def shared_passages(
    tables: Tables,
    *,
    min_chars: int = 20,
) -> pd.DataFrame:
    """Find the passages of tasks that stand in the tasks of earlier plans.

    Candidates come from an index of hashed character 6-grams: for each gram of a
    task, the earliest plan that holds it [2]_. Unlike a similarity of whole texts
    this finds a sentence borrowed into a long task, and its cost grows with the
    text and not with the pairs. The three tasks that hold most of the grams are
    aligned [1]_ by ``align_passages``. Only letters, digits and Chinese
    characters are compared, and neither titles in 《》, nor lists of five or more
    names. Plans of one year are not earlier than each other, plans without a year
    take no part. A passage is left out as a stock phrase where nearly all its 6-grams
    stand in the plans of three or more agencies and of a fifth of them.

    Parameters
    ----------
    tables : Tables
        Of the corpus; ``tasks.text`` is what is compared.
    min_chars : int, default 20
        Fewest equal characters of a passage: longer than the set phrases of the
        field, such as 政府信息公开工作年度报告.

    Returns
    -------
    DataFrame, shape (n_passages, 11)
        ``task_id``, ``document_id``, ``source_task_id``,
        ``source_document_id``, ``is_same_agency``, ``start_char``,
        ``end_char``, ``source_start_char``, ``source_end_char`` (offsets in the
        texts of the tasks), ``n_alike`` (equal characters) and ``passage``.

    References
    ----------
    .. [1] Linder, F., Desmarais, B., Burgess, M. & Giraudy, E. (2020). Text as
       Policy: Measuring Policy Similarity through Bill Text Reuse. Policy
       Studies Journal, 48(2), 546-574.
    .. [2] Schleimer, S., Wilkerson, D. S. & Aiken, A. (2003). Winnowing: Local
       Algorithms for Document Fingerprinting. SIGMOD, 76-85.
    """
    agency, time = _agency_and_year(tables)
    tasks = tables.tasks
    texts = _Texts(tasks["text"].tolist(), agency)
    task_ids = tasks["task_id"].to_numpy()
    document_ids = tasks["document_id"].to_numpy()
    rows = []
    for task, source in _candidates(texts, agency, time):
        for match in align_passages(
            texts.codes_of(task), texts.codes_of(source), min_chars=min_chars
        ):
            if texts.is_stock(task, match.start, match.end):
                continue
            start, end = texts.offsets(task, match.start, match.end)
            other = texts.offsets(source, match.other_start, match.other_end)
            rows.append(
                (
                    task_ids[task],
                    document_ids[task],
                    task_ids[source],
                    document_ids[source],
                    bool(agency[task] == agency[source]),
                    start,
                    end,
                    *other,
                    match.n_alike,
                    texts.raw[task][start:end],
                )
            )
    return pd.DataFrame(rows, columns=list(_PASSAGE_COLUMNS))


def text_reuse(tables: Tables, passages: pd.DataFrame) -> pd.DataFrame:
    """Compute the share of each task's text that stands earlier elsewhere.

    Parameters
    ----------
    tables : Tables
        Of the corpus.
    passages : DataFrame
        Result of ``shared_passages``.

    Returns
    -------
    DataFrame, shape (n_tasks, 7)
        ``task_id``, ``document_id``, ``has_earlier`` (there is an earlier plan
        to stand in), ``n_chars`` (count), ``n_reused_chars`` (count, characters
        within a passage), ``reused_share`` (0-1; empty without an earlier plan)
        and ``source_task_id`` (the source of most of them; empty without one).
    """
    _, time = _agency_and_year(tables)
    has_earlier = time > min(time[time >= 0], default=0)
    tasks = tables.tasks
    rows = tasks[["task_id", "document_id"]].reset_index(drop=True)
    rows["has_earlier"] = has_earlier
    rows["n_chars"] = tasks["text"].str.len().to_numpy()
    spans = passages.groupby("task_id")[["start_char", "end_char"]]
    covered = {task: _covered(group.to_numpy()) for task, group in spans}
    rows["n_reused_chars"] = rows["task_id"].map(covered).fillna(0).astype(int)
    share = rows["n_reused_chars"] / rows["n_chars"].clip(lower=1)
    rows["reused_share"] = share.where(rows["has_earlier"])
    n_alike = passages.groupby(["task_id", "source_task_id"])["n_alike"].sum()
    most = {task: source for task, source in n_alike.groupby("task_id").idxmax()}
    rows["source_task_id"] = rows["task_id"].map(most).astype("string")
    return rows


def reuse_by_group(
    tables: Tables,
    reuse: pd.DataFrame,
    *,
    by: str | Sequence[str] = ("document_id",),
    interval: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Compute the share of each group's text that stands earlier elsewhere.

    Parameters
    ----------
    tables, by, interval
        As in ``theme_shares``.
    reuse : DataFrame
        Result of ``text_reuse``.
    n_bootstrap, seed
        Draws of tasks within the group behind each interval, and their seed.

    Returns
    -------
    DataFrame, shape (n_groups, n_by + 6)
        The `by` columns, ``n_tasks``, ``n_chars``, ``n_reused_chars`` (counts, of
        tasks that have an earlier plan), ``reused_share`` with
        ``reused_share_lower`` and ``reused_share_upper`` (0-1, of the text). Half
        a task with, and half a task without, reuse smooth the draws.
        Groups without an earlier plan have no row.

    References
    ----------
    .. [1] Linder, F. et al. (2020). Policy Studies Journal, 48(2), 546-574.
    """
    by = [by] if isinstance(by, str) else list(by)
    frame = group_columns(tables, by)
    measured = reuse.set_index("task_id").loc[tables.tasks["task_id"]]
    for name in ("has_earlier", "n_chars", "n_reused_chars"):
        frame[name] = measured[name].to_numpy()
    rng = np.random.default_rng(seed)
    rows = []
    for keys, group in frame[frame["has_earlier"]].groupby(by, dropna=False):
        size, reused = group["n_chars"].to_numpy(), group["n_reused_chars"].to_numpy()
        share = reused.sum() / max(size.sum(), 1)
        draws = _drawn_ratio(reused, size, n_bootstrap, rng)
        lower, upper = quantile_bounds(draws, interval)
        bounds = (min(lower, share) if share else 0.0, max(upper, share))
        rows.append((*keys, len(group), size.sum(), reused.sum(), share, *bounds))
    names = ["n_tasks", "n_chars", "n_reused_chars", "reused_share"]
    names += ["reused_share_lower", "reused_share_upper"]
    return pd.DataFrame(rows, columns=[*by, *names])


def _drawn_ratio(
    part: np.ndarray, whole: np.ndarray, n_draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw the ratio of two sums over tasks, smoothed as in ``draw_shares``."""
    weight = rng.standard_exponential((n_draws, len(whole)))
    with_it, without = whole.mean() * rng.standard_gamma(JEFFREYS, (2, n_draws))
    return (weight @ part + with_it) / (weight @ whole + with_it + without)


class _Texts:
    """All texts as one array of character codes, blanks and punctuation left out.

    Where titles and lists stand, codes are equal to no other.
    """

    def __init__(self, raw: list[str], agency: np.ndarray) -> None:
        self.raw = raw
        length = np.array([len(text) for text in raw], dtype=np.int64)
        codes = np.frombuffer("".join(raw).encode("utf-32-le"), dtype=np.uint32)
        task = np.repeat(np.arange(len(raw)), length)
        place = np.arange(len(codes)) - np.repeat(np.cumsum(length) - length, length)
        is_masked = _titles_and_lists(raw)
        is_compared = (_is_word(codes) & ~is_masked) | _breaks(is_masked, task)
        codes = np.where(is_masked, _NOTHING + np.arange(len(codes)), codes)
        codes = codes.astype(np.uint32)
        self.codes, self.task, self._place = (
            codes[is_compared],
            task[is_compared],
            place[is_compared],
        )
        self._starts = np.searchsorted(self.task, np.arange(len(raw) + 1))
        self._own = self._own_grams(agency)

    def _own_grams(self, agency: np.ndarray) -> np.ndarray:
        """Return at which characters a gram of few agencies begins, added up."""
        gram, task, place = self.grams()
        pairs = np.unique(np.stack([gram, agency[task].astype(np.uint64)]), axis=1)
        kinds, n_agencies = np.unique(pairs[0], return_counts=True)
        least = max(_STOCK_AGENCIES, _STOCK_SHARE * len(np.unique(agency)))
        is_own = np.zeros(len(self.codes) + 1, dtype=np.int64)
        is_own[place + 1] = ~np.isin(gram, kinds[n_agencies >= least])
        return np.cumsum(is_own)

    def is_stock(self, task: int, start: int, end: int) -> bool:
        """Say whether a passage is no more than phrases of many agencies."""
        first = self._starts[task] + start
        last = max(first, self._starts[task] + end - _GRAM + 1)
        return self._own[last] - self._own[first] < _FEWEST_OWN

    def codes_of(self, task: int) -> np.ndarray:
        return self.codes[self._starts[task] : self._starts[task + 1]]

    def offsets(self, task: int, start: int, end: int) -> tuple[int, int]:
        """Turn places among the kept characters into offsets in the text."""
        place = self._place[self._starts[task] :]
        return int(place[start]), int(place[end - 1]) + 1

    def grams(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the hash of every character gram, its task and its place."""
        n = len(self.codes) - _GRAM + 1
        if n <= 0:
            nothing = np.empty(0, dtype=np.int64)
            return nothing.astype(np.uint64), nothing, nothing
        hashed = np.zeros(n, dtype=np.uint64)
        for k in range(_GRAM):
            hashed = hashed * _HASH_BASE + self.codes[k : k + n]
        within = self.task[:n] == self.task[_GRAM - 1 :]
        return hashed[within], self.task[:n][within], np.flatnonzero(within)


def _titles_and_lists(raw: list[str]) -> np.ndarray:
    """Return which characters of all texts stand in a title or a list of names."""
    out, start = np.zeros(sum(map(len, raw)), dtype=bool), 0
    for text in raw:
        for hit in _TITLES_AND_LISTS.finditer(text):
            out[start + hit.start() : start + hit.end()] = True
        start += len(text)
    return out


def _breaks(is_masked: np.ndarray, task: np.ndarray) -> np.ndarray:
    """Return the first places of each masked run of a text."""
    place = np.arange(len(is_masked))
    is_first = is_masked & np.r_[True, ~is_masked[:-1] | (np.diff(task) != 0)]
    run_start = np.maximum.accumulate(np.where(is_first, place, -1))
    return is_masked & (place - run_start < _LONGEST_BREAK)


def _is_word(codes: np.ndarray) -> np.ndarray:
    is_han = (codes >= 0x3400) & (codes <= 0x9FFF)
    is_digit = (codes >= 0x30) & (codes <= 0x39)
    is_letter = ((codes | 0x20) >= 0x61) & ((codes | 0x20) <= 0x7A)
    return is_han | is_digit | is_letter


def _agency_and_year(tables: Tables) -> tuple[np.ndarray, np.ndarray]:
    """Return a number for each task's agency, and one for its year (-1: none)."""
    columns = group_columns(tables, ["agency", "year"])
    agency, _ = pd.factorize(columns["agency"])
    year, _ = pd.factorize(columns["year"], sort=True)
    return agency, year


def _candidates(
    texts: _Texts, agency: np.ndarray, time: np.ndarray
) -> Iterator[tuple[int, int]]:
    """Yield the tasks that may share a passage with an earlier one, and which."""
    gram, task, _ = texts.grams()
    dated = time[task] >= 0
    gram, task = gram[dated], task[dated]
    if not len(gram):
        return
    order = np.lexsort((task, time[task], gram))
    gram, task = gram[order], task[order]
    is_new = np.r_[True, gram[1:] != gram[:-1]]
    starts, run = np.flatnonzero(is_new), np.cumsum(is_new) - 1
    first = task[starts][run]
    # The earliest holder is the source; of holders of one time one of another agency.
    is_own = agency[task] == agency[first]
    is_other = ~is_own & (time[task] == time[first])
    place = np.where(is_other, np.arange(len(task)), len(task))
    other = np.append(task, -1)[np.minimum.reduceat(place, starts)[run]]
    source = np.where(is_own & (other >= 0), other, first)
    is_earlier = time[source] < time[task]
    pairs = pd.DataFrame({"task": task[is_earlier], "source": source[is_earlier]})
    votes = pairs.groupby(["task", "source"]).size().reset_index(name="n")
    votes = votes.sort_values(["task", "n"], ascending=[True, False], kind="stable")
    best = votes.groupby("task").head(_CANDIDATES)
    yield from zip(best["task"].tolist(), best["source"].tolist(), strict=True)


def _covered(spans: np.ndarray) -> int:
    """Return how many characters lie in at least one span."""
    total, reach = 0, 0
    for start, end in spans[np.argsort(spans[:, 0], kind="stable")]:
        total += max(0, end - max(start, reach))
        reach = max(reach, end)
    return int(total)


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
    segments = []
    for column in np.flatnonzero(gain.max(axis=0) >= _SHORTEST_SEGMENT):
        shift = int(column) - (n - 1)
        for start, end in _excursions(gain[:, column]):
            alike = int((scores[start:end, column] == _MATCH).sum())
            segments.append(Passage(start, end, start + shift, end + shift, alike))
    return sorted(segments, key=lambda segment: (segment.start, segment.other_start))


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
