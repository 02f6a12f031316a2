"""The words and forms by which plans are read, from vocabulary.yml and forms.yml."""

import re
from functools import lru_cache
from typing import Any

from govopen_analytics.base.data_files import load_yaml

_REFERENCE = re.compile(r"\{([a-z_.]+)\}")


@lru_cache(maxsize=2)
def _file(name: str) -> dict[str, Any]:
    sections: dict[str, Any] = load_yaml("govopen_analytics.plans", name)
    return sections


def section(name: str) -> Any:
    """Return a section of vocabulary.yml, such as ``columns``."""
    return _file("vocabulary.yml")[name]


class Forms:
    """The forms of a section of forms.yml; each is an attribute, a compiled pattern."""

    def __init__(self, section: str) -> None:
        self._section = section

    def __getattr__(self, name: str) -> re.Pattern[str]:
        # Asked once; from then on it is an attribute like others.
        self.__dict__[name] = pattern = re.compile(form_text(self._section, name))
        return pattern

    def table(self, name: str) -> list[Any]:
        """Return a list of the section, the last value of each row a pattern."""
        return [
            (*row[:-1], re.compile(_filled(row[-1], self._section)))
            for row in _entry(self._section, name)
        ]


def _entry(of: str, name: str) -> Any:
    forms = _file("forms.yml")[of]
    return forms[name] if name in forms else section(name)


def form_text(of: str, name: str) -> str:
    """Return a form as text, with those that it names put in."""
    of, name = name.split(".") if "." in name else (of, name)
    return _filled(_entry(of, name), of)


def _filled(form: str | list[str], of: str) -> str:
    """Put forms and lists in the places of their names."""
    text = form if isinstance(form, str) else "|".join(form)
    return _REFERENCE.sub(lambda match: f"(?:{form_text(of, match[1])})", text)
