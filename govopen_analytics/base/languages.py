"""The languages reports speak, and how numbers are written in all of them."""

import math
from collections.abc import Mapping
from typing import TypeVar

import pandas as pd

from govopen_analytics.base.errors import SelectionError, choices

LANGUAGES = ("zh", "en")

Words = TypeVar("Words")


def in_language(words: Mapping[str, Words], lang: str) -> Words:
    """Return the words of one language.

    Parameters
    ----------
    words : mapping of str to Words
        The words by language code.
    lang : str
        A code in ``LANGUAGES``.

    Raises
    ------
    SelectionError
        If there are no words in `lang`.
    """
    if lang not in words:
        raise SelectionError(f"Language of the report: {choices(lang, words)}")
    return words[lang]


def percent(share: float | None) -> str:
    """Write a share (0-1) as a percentage.

    Halves are rounded up, as office programs do with the same number. What
    rounding would turn into none or all reads ``<1%`` or ``>99%``.
    """
    if pd.isna(share):
        return "–"
    if 0 < float(share) < 0.005:
        return "<1%"
    if 0.995 <= float(share) < 1:
        return ">99%"
    hundredths = round(float(share) * 100, 8)  # 14.499999999999998 is 14.5
    return f"{math.floor(hundredths + 0.5)}%"
