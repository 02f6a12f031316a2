"""Load open-government plans, code their themes, compare agencies.

The names below are what a notebook needs; they are imported when first used, so
that importing the package costs nothing.
"""

from importlib import import_module as _import_module

_HOME = {
    "Codebook": "codebook",
    "Corpus": "corpus",
    "account_for": "account",
    "apply_reviews": "review",
    "assign_themes": "coding",
    "explain": "coding",
    "keyword_in_context": "keywords",
    "keyword_matches": "keywords",
    "load_codebook": "codebook",
    "load_corpus": "corpus",
    "read_document": "corpus",
    "read_reviews": "review",
}
_MODULES = ("agreement", "compare", "figures", "review", "synth", "validity")

__all__ = sorted([*_HOME, *_MODULES])


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return _import_module(f"{__name__}.{name}")
    if name not in _HOME:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(_import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
