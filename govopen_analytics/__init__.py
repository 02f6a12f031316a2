"""Load open-government plans, code their themes, compare agencies.

The names below are what a notebook needs; they are imported when first used, so
that importing the package costs nothing.
"""

from importlib import import_module as _import_module

_HOME = {
    "Codebook": "coding.codebook",
    "Corpus": "corpus",
    "Notebook": "questions.notebook",
    "load_codebook": "coding.codebook",
    "load_corpus": "corpus",
    "open_corpus": "corpus",
}
_MODULES = ("measures", "review", "synth")

__all__ = sorted([*_HOME, *_MODULES])


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return _import_module(f"{__name__}.{name}")
    if name not in _HOME:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(_import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
