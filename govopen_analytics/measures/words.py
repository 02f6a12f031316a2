"""Distinctive words: what sets the language of one group apart from the rest."""

import re
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.stats import norm

from govopen_analytics.base.tables import Tables
from govopen_analytics.coding.features import segment_words
from govopen_analytics.measures.counts import group_codes, long_rows
from govopen_analytics.measures.families import adjusted, states
from govopen_analytics.measures.intervals import normal_reach

_HAN_WORD = re.compile(r"[㐀-鿿]{2,}")


def han_words(text: str) -> list[str]:
    """Cut a text into words and keep those of two or more Chinese characters.

    Single characters, numbers, Latin runs and punctuation are dropped.
    """
    return [word for word in segment_words(text) if _HAN_WORD.fullmatch(word)]


def distinctive_words(
    tables: Tables,
    *,
    by: str | Sequence[str] = ("agency",),
    tokenize: Callable[[str], list[str]] = han_words,
    prior_words: float = 1000.0,
    min_tasks: int = 2,
    top_n: int | None = 20,
    interval: float = 0.95,
) -> pd.DataFrame:
    """Find the words that a group uses more than all the others do.

    Log-odds of a word in the group against the rest, with an informative
    Dirichlet prior: as if both had, beforehand, used `prior_words` words in the
    proportions of the whole corpus. Words are ordered by the z-score, which is
    large only where a word is both frequent enough and used unequally [1]_.

    Parameters
    ----------
    tables : Tables
        Of the corpus; ``tasks.text`` is what is counted.
    by : str or sequence of str, default ("agency",)
        Columns that name the groups; "theme_id" for the primary theme.
    tokenize : callable, default han_words
        From a text to its words.
    prior_words : float, default 1000.0
        Weight of the prior (words): about twenty tasks.
    min_tasks : int, default 2
        Fewest tasks of the corpus a word must stand in.
    top_n : int or None, default 20
        Words shown per group; all of them with None.
    interval : float, default 0.95
        Level of the intervals, normal.

    Returns
    -------
    DataFrame, shape (n_rows, n_by + 13)
        The `by` columns, ``word``, ``rank`` (from 1, by z-score), ``log_odds``
        (difference of natural log-odds; above 0 the group uses it more) with
        ``_lower`` and ``_upper``, ``z_score``, ``p_adjusted`` (two-sided, of z,
        corrected over all words of the group, shown or not, by
        ``families.adjusted`` [2]_), ``state`` (by ``families.states``),
        ``n_group_uses``, ``n_rest_uses`` (counts of the word), ``n_tasks``
        (count, tasks of the group with the word), ``n_documents`` (count, plans
        of the group with it) and ``group_word_share`` (part of the group's words, 0-1).

    Raises
    ------
    SourceError
        If `by` asks for themes and the tables lack ``theme_assignments``.

    References
    ----------
    .. [1] Monroe, B. L., Colaresi, M. P. & Quinn, K. M. (2008). Fightin' Words:
       Lexical Feature Selection and Evaluation for Identifying the Content of
       Political Conflict. Political Analysis, 16(4), 372-403.
    .. [2] Benjamini, Y. & Hochberg, Y. (1995). Controlling the False Discovery
       Rate. Journal of the Royal Statistical Society B, 57(1), 289-300.
    """
    by = [by] if isinstance(by, str) else list(by)
    if "theme_id" in by:
        tables = tables.with_tables(tasks=_with_primary_theme(tables))
    tasks = tables.tasks
    uses = _word_uses(tasks, tokenize, min_tasks)
    group, groups = group_codes(tables, by)
    uses["group"] = group[uses["task"]]
    uses["document_id"] = tasks["document_id"].to_numpy()[uses["task"]]
    uses["code"], vocabulary = pd.factorize(uses["word"], sort=True)
    once = uses.drop_duplicates(["group", "code", "document_id"])
    counts = [
        csr_array(
            (n, (cells["group"], cells["code"])), shape=(len(groups), len(vocabulary))
        )
        for cells, n in (
            (uses, uses["n"].to_numpy(dtype=int)),
            (uses, np.ones(len(uses), dtype=int)),
            (once, np.ones(len(once), dtype=int)),
        )
    ]
    total = counts[0].sum(axis=0)
    # Every group against every word is too much to hold for thousands of groups.
    chunk = max(1, _CHUNK_CELLS // max(1, len(vocabulary)))
    parts = []
    for start in range(0, max(1, len(groups)), chunk):
        part = slice(start, start + chunk)
        used = [table[part].toarray() for table in counts]
        columns = _compared(used, total, prior_words, normal_reach(interval))
        columns["word"] = np.broadcast_to(vocabulary, columns["z_score"].shape)
        order = np.argsort(-columns["z_score"], axis=1, kind="stable")[:, :top_n]
        ordered = {
            name: np.take_along_axis(values, order, axis=1)
            for name, values in columns.items()
        }
        ranks = np.arange(1, order.shape[1] + 1)
        rows = long_rows(groups.iloc[part], "rank", ranks, ordered)
        rows.insert(len(by), "word", rows.pop("word"))
        parts.append(rows)
    return pd.concat(parts, ignore_index=True)


_CHUNK_CELLS = 2_000_000


def _with_primary_theme(tables: Tables) -> pd.DataFrame:
    rows = tables.theme_assignments
    primary = rows.loc[rows["rank"] == 1, ["task_id", "theme_id"]]
    return tables.tasks.merge(primary, on="task_id", validate="one_to_one")


def _word_uses(
    tasks: pd.DataFrame, tokenize: Callable[[str], list[str]], min_tasks: int
) -> pd.DataFrame:
    """Return one row per task and word: task position, word, n uses."""
    words = pd.Series([tokenize(text) for text in tasks["text"]], dtype=object)
    words = words.explode().dropna()
    uses = words.groupby([words.index, words]).size().reset_index()
    uses.columns = ["task", "word", "n"]
    frequent = uses.groupby("word")["task"].transform("size") >= min_tasks
    return uses[frequent].reset_index(drop=True)


def _compared(
    used: list[np.ndarray],
    total: np.ndarray,
    prior_words: float,
    reach: float,
) -> dict[str, np.ndarray]:
    """Return every column of uses, tasks and plans with each word, by group."""
    in_group, n_tasks, n_documents = used
    log_odds, error = _log_odds(in_group, total, prior_words)
    p_values = 2 * norm.sf(np.abs(log_odds / error))
    p_adjusted = np.array([adjusted(row, "words") for row in p_values])
    p_adjusted = p_adjusted.reshape(p_values.shape)
    return {
        "log_odds": log_odds,
        "log_odds_lower": log_odds - reach * error,
        "log_odds_upper": log_odds + reach * error,
        "z_score": log_odds / error,
        "p_adjusted": p_adjusted,
        "state": states(p_adjusted),
        "n_group_uses": in_group,
        "n_rest_uses": total - in_group,
        "n_tasks": n_tasks,
        "n_documents": n_documents,
        "group_word_share": in_group / in_group.sum(axis=1, keepdims=True).clip(min=1),
    }


def _log_odds(
    in_group: np.ndarray, total: np.ndarray, prior_words: float
) -> tuple[np.ndarray, np.ndarray]:
    prior = prior_words * total / max(total.sum(), 1)
    group = in_group + prior
    rest = total - in_group + prior

    def logit(uses: np.ndarray) -> np.ndarray:
        # A vocabulary of one word has no odds; the floor keeps it at a number.
        others = uses.sum(axis=1, keepdims=True) - uses
        return np.log(uses) - np.log(np.maximum(others, 1e-12))

    return logit(group) - logit(rest), np.sqrt(1 / group + 1 / rest)
