"""Changes to a codebook: an overlay file that extends another, keyword by keyword."""

import copy
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from govopen_analytics.base.atomic_files import written_whole
from govopen_analytics.base.errors import CodebookError, choices
from govopen_analytics.base.text import fold

#: What an overlay may say, beside ``extends``, the codebook it changes.
OVERLAY_KEYS = ("codebook", "version", "title_zh", "title_en", "keywords", "coding")

#: Weight of an added keyword that names none: it speaks clearly for its theme.
ADDED_WEIGHT = 2.0


def extended(
    data: Mapping[str, Any], overlay: Mapping[str, Any], *, place: str
) -> dict[str, Any]:
    """Apply an overlay to the content of a codebook file.

    Parameters
    ----------
    data : mapping
        What the file of the extended codebook holds.
    overlay : mapping
        ``keywords`` maps a theme to ``add`` (texts, or groups of ``weight`` and
        ``words``) and ``remove`` (texts); keys of ``coding`` take the place of the
        same keys; other keys take the place of the whole.
    place : str
        Name of the overlay in error messages.

    Returns
    -------
    dict
        A copy.

    Raises
    ------
    CodebookError
        If the overlay names an unknown key, theme or keyword.
    """
    changed = copy.deepcopy(dict(data))
    for name, value in overlay.items():
        if name == "extends":
            continue
        if name not in OVERLAY_KEYS:
            raise CodebookError(
                f"Codebook {place}: unknown key of an overlay: "
                f"{choices(name, ['extends', *OVERLAY_KEYS])}"
            )
        if name == "keywords":
            _change_keywords(changed, value, place)
        elif name == "coding":
            changed["coding"] = {**(changed.get("coding") or {}), **(value or {})}
        else:
            changed[name] = value
    changed["version"] = overlay.get("version") or derived_version(data, overlay)
    return changed


def derived_version(data: Mapping[str, Any], overlay: Mapping[str, Any]) -> str:
    """Name a version after the extended one and the content of the changes.

    Parameters
    ----------
    data, overlay : mapping
        As for ``extended``.

    Returns
    -------
    str
        Such as ``"1.1.0+3f2a9c"``.
    """
    changes = {k: v for k, v in overlay.items() if k not in ("extends", "version")}
    content = json.dumps(changes, ensure_ascii=False, sort_keys=True, default=str)
    digest = hashlib.sha256(content.encode()).hexdigest()
    return f"{data.get('version')}+{digest[:6]}"


def _change_keywords(data: dict[str, Any], changes: Any, place: str) -> None:
    themes = {entry["id"]: entry for entry in data["themes"]}
    if not isinstance(changes, Mapping):
        raise CodebookError(
            f"Codebook {place}, keywords: found {changes!r}, expected a mapping from "
            "theme to 'add' and 'remove'"
        )
    for theme, change in changes.items():
        if theme not in themes:
            raise CodebookError(
                f"Codebook {place}, keywords: theme {choices(theme, list(themes))}"
            )
        if not isinstance(change, Mapping) or set(change) - {"add", "remove"}:
            raise CodebookError(
                f"Codebook {place}, keywords, {theme}: found {change!r}, expected "
                "'add' and 'remove'"
            )
        entry = themes[theme]
        for word in change.get("remove") or []:
            _remove(entry, str(word), place)
        added = [
            item if isinstance(item, Mapping) else {"words": [item]}
            for item in change.get("add") or []
        ]
        entry["keywords"] = [
            *(entry.get("keywords") or []),
            *({"weight": ADDED_WEIGHT, **item} for item in added),
        ]


def _remove(entry: dict[str, Any], word: str, place: str) -> None:
    kept, is_there, all_words = [], False, []
    for group in entry.get("keywords") or []:
        is_group = isinstance(group, Mapping)
        words = [str(w) for w in (group["words"] if is_group else [group])]
        rest = [w for w in words if fold(w) != fold(word)]
        is_there |= len(rest) < len(words)
        all_words += words
        if is_group and rest:
            kept.append({**group, "words": rest})
        elif rest:
            kept.append(group)
    if not is_there:
        raise CodebookError(
            f"Codebook {place}, keywords, {entry['id']}, remove: keyword "
            f"{choices(word, all_words)}"
        )
    entry["keywords"] = kept
    exclusions = entry.get("exclusions") or {}
    entry["exclusions"] = {
        w: phrases for w, phrases in exclusions.items() if fold(str(w)) != fold(word)
    }


def keyword_overlay(
    earlier: Mapping[str, Any],
    theme: str,
    *,
    add: Iterable[str],
    remove: Iterable[str],
    weight: float,
) -> dict[str, Any]:
    """Add a change of keywords to the changes made so far.

    Parameters
    ----------
    earlier : mapping
        An overlay.
    weight : float
        Of the added keywords.

    Returns
    -------
    dict
        An overlay.
    """
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


def write_overlay(overlay: Mapping[str, Any], path: Path, *, extends: str) -> None:
    """Write an overlay as YAML.

    Parameters
    ----------
    extends : str
        The codebook it changes.

    Raises
    ------
    CodebookError
        If the file cannot be written.
    """
    text = yaml.safe_dump(
        {"extends": extends, **overlay}, allow_unicode=True, sort_keys=False
    )
    try:
        with written_whole(path) as aside:
            aside.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CodebookError(f"Codebook {path}: cannot be written: {error}") from error
