"""Load open-government plans, code their themes, compare agencies.

The names below are what a notebook needs; they are imported when first used, so
that importing the package costs nothing.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "Codebook": "codebook",
    "Corpus": "corpus",
    "account_for": "account",
    "agreement": "agreement",
    "assign_themes": "coding",
    "explain": "coding",
    "keyword_in_context": "keywords",
    "keyword_matches": "keywords",
    "load_codebook": "codebook",
    "load_corpus": "corpus",
    "read_document": "corpus",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
