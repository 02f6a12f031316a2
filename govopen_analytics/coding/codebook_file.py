"""A codebook's YAML file: read, held against a table of fields, changed by another."""

import copy
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from govopen_analytics.base.data_files import YamlLoader
from govopen_analytics.base.errors import CodebookError, choices
from govopen_analytics.base.text import fold

#: What an overlay may say, beside ``extends``, the codebook it changes.
OVERLAY_KEYS = ("codebook", "version", "title_zh", "title_en", "keywords", "coding")

#: Weight of an added keyword that names none: it speaks clearly for its theme.
ADDED_WEIGHT = 2.0

_MOST_SHOWN = 120  # characters of a wrong value
_NOTHING: tuple[Any, ...] = (None, "", [], {})


# The YAML ---------------------------------------------------------------------------


class _StrictLoader(YamlLoader):
    """Refuses a key given twice, which YAML would let win in silence."""


def _strict_mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = set()
    for key, _ in node.value:
        is_text = isinstance(key, yaml.ScalarNode)
        if not is_text or key.value in keys:
            shown = f"key '{key.value}' is given twice" if is_text else "no text as key"
            raise yaml.constructor.ConstructorError(
                problem=shown, problem_mark=key.start_mark
            )
        keys.add(key.value)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _strict_mapping
)


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds; a CodebookError says why it cannot be read."""
    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_StrictLoader)
    except OSError as error:
        raise CodebookError(f"Codebook {path}: cannot be opened: {error}") from error
    except UnicodeDecodeError as error:
        raise CodebookError(
            f"Codebook {path}: found bytes that are not UTF-8 ({error.reason}), "
            "expected a UTF-8 file; save it as UTF-8"
        ) from error
    except yaml.YAMLError as error:
        raise CodebookError(f"Codebook {path}: is not valid YAML: {error}") from error


# Checks: each returns the value as the codebook takes it, or raises ------------------


@dataclass(frozen=True)
class Place:
    """A place in a codebook file, for error messages; at the top it has no name."""

    file: str
    name: str = ""

    def at(self, name: str) -> "Place":
        """Return the place of a field."""
        return Place(self.file, f"{self.name}, {name}" if self.name else name)

    def error(self, value: object, expected: str) -> CodebookError:
        """Say what was found here and what was expected."""
        shown = repr(value)
        if len(shown) > _MOST_SHOWN:
            shown = shown[: _MOST_SHOWN - 3] + "…"
        name = self.name or "top level"
        return CodebookError(
            f"Codebook {self.file}, {name}: found {shown}, expected {expected}"
        )

    def choose(self, value: Any, allowed: Iterable[str], after: str = ":") -> Any:
        """Return the value if it is one of those allowed."""
        names = list(allowed)
        if value not in names:
            name = self.name or "top level"
            raise CodebookError(
                f"Codebook {self.file}, {name}{after} {choices(value, names)}"
            )
        return value


Check = Callable[[Any, Place], Any]
#: The check of each field, and what stands for it where it may be left out.
Fields = dict[str, Check | tuple[Check, Any]]


def text(value: Any, place: Place) -> str:
    """Take a text or a number that is not blank."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise place.error(value, "text")
    if not str(value).strip():
        raise place.error(value, "text that is not blank")
    return str(value).strip()


def any_text(value: Any, place: Place) -> str:
    """Take what is there as a text, which may be empty."""
    return "" if value is None else str(value).strip()


def flag(value: Any, place: Place) -> bool:
    """Take true or false."""
    if not isinstance(value, bool):
        raise place.error(value, "true or false")
    return value


def expression(value: Any, place: Place) -> str:
    """Take a regular expression that needs some character."""
    pattern = text(value, place)
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise place.error(
            pattern, f"a regular expression that compiles ({error})"
        ) from error
    if compiled.search(""):
        raise place.error(pattern, "an expression that needs some character")
    return pattern


def number(least: float = 0) -> Check:
    """Make a check that takes a number from `least` on."""

    def check(value: Any, place: Place) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise place.error(value, "a number")
        if not least <= value < 1e6:
            raise place.error(value, f"a number of at least {least}")
        return float(value)

    return check


def one_of(allowed: Iterable[str]) -> Check:
    """Make a check that takes one of some names."""
    return lambda value, place: place.choose(value, allowed)


def maybe(check: Check) -> Check:
    """Make a check that takes nothing too."""
    return lambda value, place: None if value is None else check(value, place)


def list_of(check: Check, expected: str = "a list") -> Check:
    """Make a check of each item; nothing is an empty list."""

    def check_each(value: Any, place: Place) -> list[Any]:
        if value in _NOTHING:
            return []
        if not isinstance(value, list):
            raise place.error(value, expected)
        return [check(item, place) for item in value]

    return check_each


texts = list_of(text, "a list of texts")


def mapping_of(check: Check, expected: str, key: Check = any_text) -> Check:
    """Make a check of each value and key; nothing is an empty mapping."""

    def check_each(value: Any, place: Place) -> dict[str, Any]:
        if value in _NOTHING:
            return {}
        if not isinstance(value, dict):
            raise place.error(value, expected)
        return {
            key(name, place): check(item, place.at(str(name)))
            for name, item in value.items()
        }

    return check_each


def record(fields: Fields) -> Check:
    """Make a check of a mapping that has these fields only."""

    def check_fields(value: Any, place: Place) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise place.error(value, f"a mapping with {', '.join(sorted(fields))}")
        for name, rule in fields.items():
            if not isinstance(rule, tuple) and value.get(name) in (None, ""):
                raise place.error(value.get(name), f"a value for '{name}'")
        for name in value:
            place.choose(name, sorted(fields), ": unknown key:")
        checked = {}
        for name, rule in fields.items():
            check, default = rule if isinstance(rule, tuple) else (rule, None)
            is_there = name in value
            checked[name] = check(value[name], place.at(name)) if is_there else default
        return checked

    return check_fields


# Overlays -----------------------------------------------------------------------------


def extended(data: Mapping[str, Any], overlay: Mapping[str, Any], file: str) -> dict:
    """Apply an overlay, read from a file of this name, to what a codebook's file holds.

    Under ``keywords`` a theme has ``add`` (texts, or groups of ``weight`` and
    ``words``) and ``remove`` (texts); keys of ``coding`` take the place of the same
    keys, other keys that of the whole. A CodebookError names an unknown key, theme or
    keyword.
    """
    changed = copy.deepcopy(dict(data))
    for name, value in overlay.items():
        if name == "extends":
            continue
        if name not in OVERLAY_KEYS:
            raise CodebookError(
                f"Codebook {file}: unknown key of an overlay: "
                f"{choices(name, ['extends', *OVERLAY_KEYS])}"
            )
        if name == "keywords":
            _change_keywords(changed, value, Place(file, "keywords"))
        elif name == "coding":
            changed["coding"] = {**(changed.get("coding") or {}), **(value or {})}
        else:
            changed[name] = value
    changed["version"] = overlay.get("version") or derived_version(
        data.get("version"), overlay
    )
    return changed


def derived_version(version: Any, overlay: Mapping[str, Any]) -> str:
    """Name a version after the extended one and the changes, as 1.1.0+3f2a9c."""
    changes = {k: v for k, v in overlay.items() if k not in ("extends", "version")}
    content = json.dumps(changes, ensure_ascii=False, sort_keys=True, default=str)
    digest = hashlib.sha256(content.encode()).hexdigest()
    return f"{version}+{digest[:6]}"


def _change_keywords(data: dict[str, Any], changes: Any, place: Place) -> None:
    themes = {entry["id"]: entry for entry in data["themes"]}
    if not isinstance(changes, Mapping):
        raise place.error(changes, "a mapping from theme to 'add' and 'remove'")
    for theme, change in changes.items():
        place.choose(theme, themes, ": theme")
        if not isinstance(change, Mapping) or set(change) - {"add", "remove"}:
            raise place.at(theme).error(change, "'add' and 'remove'")
        entry = themes[theme]
        for word in change.get("remove") or []:
            _remove(entry, str(word), place.at(f"{theme}, remove"))
        added = [
            item if isinstance(item, Mapping) else {"words": [item]}
            for item in change.get("add") or []
        ]
        entry["keywords"] = [
            *(entry.get("keywords") or []),
            *({"weight": ADDED_WEIGHT, **item} for item in added),
        ]


def _remove(entry: dict[str, Any], word: str, place: Place) -> None:
    """Take a keyword out of a theme, with what is excluded inside it."""
    groups, words = [], []
    for group in entry.get("keywords") or []:
        is_group = isinstance(group, Mapping)
        in_group = [str(each) for each in (group["words"] if is_group else [group])]
        rest = [each for each in in_group if fold(each) != fold(word)]
        words += in_group
        if rest:
            groups.append({**group, "words": rest} if is_group else group)
    if fold(word) not in map(fold, words):
        place.choose(word, words, ": keyword")
    entry["keywords"] = groups
    entry["exclusions"] = {
        key: phrases
        for key, phrases in (entry.get("exclusions") or {}).items()
        if fold(str(key)) != fold(word)
    }


def keyword_overlay(
    earlier: Mapping[str, Any],
    theme: str,
    *,
    add: Iterable[str],
    remove: Iterable[str],
    weight: float,
) -> dict[str, Any]:
    """Add a change of keywords to the overlay of the changes made so far."""
    overlay = copy.deepcopy(dict(earlier))
    overlay.pop("version", None)
    change = overlay.setdefault("keywords", {}).setdefault(theme, {})
    words, gone = list(add), list(remove)
    if words:
        change.setdefault("add", []).append({"weight": weight, "words": words})
    # What an earlier change added is simply not added.
    for group in change.get("add", []):
        taken = [word for word in gone if word in group["words"]]
        group["words"] = [word for word in group["words"] if word not in taken]
        gone = [word for word in gone if word not in taken]
    change["add"] = [group for group in change.get("add", []) if group["words"]]
    change["remove"] = [*change.get("remove", []), *gone]
    overlay["keywords"][theme] = {
        name: value for name, value in change.items() if value
    }
    return overlay
