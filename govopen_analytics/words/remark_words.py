"""Remarks on files and runs in the reader's language, and what to do about files."""

import json
from collections.abc import Mapping

import pandas as pd

from govopen_analytics.base.languages import LANGUAGES
from govopen_analytics.base.remarks import Remark
from govopen_analytics.words import section


def remark_in_words(remark: Remark | Mapping, lang: str = "zh") -> str:
    """Say a remark, or its ``code`` and ``values`` as ``run.json`` keeps them."""
    if isinstance(remark, Remark):
        return _sentence(remark.code, remark.values, lang)
    return _sentence(remark["code"], remark["values"], lang)


def remark_in_both(remark: Remark | Mapping) -> str:
    """Say a remark in both languages, for a command line; once where they agree."""
    sentences = (remark_in_words(remark, lang) for lang in LANGUAGES)
    return " · ".join(dict.fromkeys(sentences))


def remarks_in_words(remarks: pd.DataFrame, lang: str = "zh") -> pd.Series:
    """Say every row of a valid ``remarks`` table in a language."""
    sentences = [
        _sentence(code, json.loads(values), lang)
        for code, values in zip(remarks["code"], remarks["values"], strict=True)
    ]
    return pd.Series(sentences, index=remarks.index, dtype="string")


def advice(reasons: pd.Series, lang: str = "zh") -> pd.Series:
    """Say what to do about files that were not read, by their ``reason``."""
    words = section("advice", lang)
    return reasons.map(lambda reason: words.get(reason, "")).astype("string")


def _sentence(code: str, values: Mapping[str, object], lang: str) -> str:
    words = section("remarks", lang)
    values_in_words = {
        name: words["unknown"] if value is None else value
        for name, value in values.items()
    }
    return words[code].format(**values_in_words)
