import pandas as pd
import pytest

from govopen_analytics.base.errors import SelectionError
from govopen_analytics.base.languages import in_language, percent


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0, "0%"),
        (0.001, "<1%"),
        (0.006, "1%"),
        (0.125, "13%"),
        (0.145, "15%"),
        (0.375, "38%"),
        (0.994, "99%"),
        (0.999, ">99%"),
        (1, "100%"),
        (None, "–"),
        (float("nan"), "–"),
        (pd.NA, "–"),
    ],
)
def test_percent(share, expected):
    assert percent(share) == expected


def test_unknown_language_names_the_known_ones():
    with pytest.raises(SelectionError, match="found 'fr', expected one of: zh, en"):
        in_language({"zh": 1, "en": 2}, "fr")
