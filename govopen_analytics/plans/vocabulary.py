"""The words and forms by which plans are read, from vocabulary.yml."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@lru_cache(maxsize=1)
def _sections() -> dict[str, Any]:
    text = Path(__file__).with_name("vocabulary.yml").read_text(encoding="utf-8")
    sections: dict[str, Any] = yaml.load(
        text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return sections


def section(name: str) -> Any:
    """Return a section of the file, such as ``columns``."""
    return _sections()[name]


def one_of(name: str) -> str:
    """Return a list of the file as alternatives of a regular expression."""
    return "|".join(section(name))
