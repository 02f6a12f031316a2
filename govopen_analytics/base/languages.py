"""The languages reports speak, and how numbers are written in all of them."""

import math
from collections.abc import Mapping
from typing import Any, TypeVar

from govopen_analytics.base.errors import SelectionError, choices

LANGUAGES = ("zh", "en")

Words = TypeVar("Words")


def in_language(words: Mapping[str, Words], lang: str) -> Words:
    """Return the words of one language.

    Raises
    ------
    SelectionError
        If there are no words in `lang`.
    """
    if lang not in words:
        raise SelectionError(f"Language of the report: {choices(lang, words)}")
    return words[lang]


def percent(share: Any, digits: int = 0) -> str:
    """Write a share (0-1) as a percentage with so many digits behind the point.

    Halves are rounded up, as office programs do with the same number. What
    rounding would turn into none or all reads ``<1%`` or ``>99%``. A missing share
    is a dash.
    """
    import pandas as pd

    if pd.isna(share):
        return "–"
    steps = 10**digits
    parts = round(float(share) * 100 * steps, 8)  # 14.499999999999998 is 14.5
    rounded = math.floor(parts + 0.5) / steps
    if share > 0 and rounded == 0:
        return f"<{1 / steps:.{digits}f}%"
    if share < 1 and rounded == 100:
        return f">{100 - 1 / steps:.{digits}f}%"
    return f"{rounded:.{digits}f}%"


def signed(value: float, digits: int = 1) -> str:
    """Write a number with its sign; what rounding makes 0 has none."""
    text = f"{value:+.{digits}f}".replace("-", "−")
    return text[1:] if float(text[1:]) == 0 else text
