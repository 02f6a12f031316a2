"""Every sentence, heading and label that a reader sees, in both languages.

The words stand in ``zh.yml`` and ``en.yml``, a section for each place that shows
them; a test holds keys and placeholders of the two files to agree.
"""

from functools import cache
from typing import Any

from govopen_analytics.base.data_files import load_yaml
from govopen_analytics.base.errors import SelectionError, choices
from govopen_analytics.base.languages import LANGUAGES


def section(name: str, lang: str) -> dict[str, Any]:
    """Return one section of the words of a language: sentences by key.

    Raises
    ------
    SelectionError
        If there are no words in `lang`.
    """
    if lang not in LANGUAGES:
        raise SelectionError(f"Language of the report: {choices(lang, LANGUAGES)}")
    return _words(lang)[name]


def agency_name(name: object, lang: str) -> str:
    """Return an agency's name, or the words for one that is not known."""
    is_known = isinstance(name, str) and bool(name)
    return str(name) if is_known else section("names", lang)["no_agency"]


@cache
def _words(lang: str) -> dict[str, Any]:
    return load_yaml(__name__, f"{lang}.yml")
