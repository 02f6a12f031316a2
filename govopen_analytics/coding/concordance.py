"""Any word or pattern in the tasks' texts, whether or not a codebook knows it."""

import re
from collections.abc import Iterator

import pandas as pd

from govopen_analytics.base.errors import SelectionError
from govopen_analytics.base.text import fold, original_places, without_blanks
from govopen_analytics.coding.features import fold_many
from govopen_analytics.coding.keywords import check_tasks

LONGEST_WORD = 200  # characters
_TYPES = {
    "task_id": "string",
    "start_char": int,
    "end_char": int,
    "before": "string",
    "match": "string",
    "after": "string",
}


def find_word(
    tasks: pd.DataFrame, word: str, *, regex: bool = False, width: int = 20
) -> pd.DataFrame:
    """Find a word in the tasks' texts, each place with the text around it.

    Traditional and simplified characters, full and half width are alike, and so
    are capital and small letters; blanks beside Chinese characters are passed over.

    Parameters
    ----------
    tasks : DataFrame, shape (n_tasks, ...)
        Needs ``task_id`` and ``text``.
    word : str
        What is searched for.
    regex : bool, default False
        Read `word` as a regular expression; else every character means itself.
    width : int, default 20
        Characters shown on either side.

    Returns
    -------
    DataFrame, shape (n_places, 6)
        ``task_id``, ``start_char``, ``end_char`` (offsets in ``tasks.text``),
        ``before``, ``match``, ``after``; in the order of `tasks`.

    Raises
    ------
    SelectionError
        If `word` is empty, too long, or no regular expression.
    """
    check_tasks(tasks)
    expression = _expression(word, regex)
    texts = tasks["text"].fillna("").tolist()
    rows = [
        (
            task_id,
            start,
            end,
            text[max(0, start - width) : start],
            text[start:end],
            text[end : end + width],
        )
        for task_id, text, folded in zip(
            tasks["task_id"], texts, fold_many(texts), strict=True
        )
        for start, end in _places(folded, expression)
    ]
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)


def _expression(word: str, regex: bool) -> re.Pattern[str]:
    if not isinstance(word, str):
        raise SelectionError(f"Word: found {word!r}, expected a text such as '公开'")
    if not word.strip():
        raise SelectionError("Word: found nothing, expected a word to search for")
    if len(word) > LONGEST_WORD:
        raise SelectionError(
            f"Word: found {len(word):,} characters, expected at most {LONGEST_WORD}; "
            "search for a part of it"
        )
    folded = fold(word)
    if not regex:
        folded = re.escape(without_blanks(folded.strip())[0])
    try:
        return re.compile(folded, re.IGNORECASE)
    except re.error as error:
        raise SelectionError(
            f"Word: {word!r} is no regular expression ({error}); leave out regex=True "
            "to search for these characters themselves"
        ) from error


def _places(text: str, expression: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield where the expression stands, by offsets in the text with its blanks."""
    shorter, dropped = without_blanks(text)
    for match in expression.finditer(shorter):
        if match.end() > match.start():
            ends = (match.start(), match.end() - 1)
            start, last = original_places(ends, dropped)
            yield start, last + 1
