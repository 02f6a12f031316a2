"""Files beside a codebook: tasks that were written for it, and reference codings."""

import csv
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from govopen_analytics.base.errors import CodebookError, choices

_REFERENCE_COLUMNS = [
    "document_id",
    "ordinal",
    "chapter",
    "section",
    "title",
    "is_title_inherited",
    "content",
    "theme_ids",
]


def read_training(path: Path | None, *, theme_ids: Iterable[str]) -> pd.DataFrame:
    """Read tasks that were written for a codebook; without a file, no rows.

    The columns of the CSV are ``field``, ``primary`` (empty where nothing fits),
    ``secondary`` (separated by ``;``), ``title`` and ``content``. A CodebookError names
    a missing column or an unknown theme.
    """
    columns = ["field", "title", "content", "theme_ids"]
    if path is None:
        return pd.DataFrame(columns=columns)
    allowed, rows = set(theme_ids), []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = {*columns[:3], "primary", "secondary"} - set(reader.fieldnames or [])
        if missing:
            raise CodebookError(
                f"Training tasks {path}: found no column '{min(missing)}', expected "
                "field, primary, secondary, title, content"
            )
        for number, row in enumerate(reader, start=2):
            themes = _themes_of_row(
                row, allowed, f"Training tasks {path}, line {number}"
            )
            rows.append((row["field"], row["title"], row["content"], themes))
    return pd.DataFrame(rows, columns=columns)


def _themes_of_row(row: dict[str, str], allowed: set[str], place: str) -> list[str]:
    """Read ``primary`` and ``secondary`` of a row of codings."""
    themes = [row["primary"], *re.split(r"[;|\s]+", row["secondary"] or "")]
    themes = [theme for theme in themes if theme]
    for theme in themes:
        if theme not in allowed:
            raise CodebookError(f"{place}: theme {choices(theme, sorted(allowed))}")
    return themes


def read_reference(
    tasks_path: Path | None = None,
    themes_path: Path | None = None,
    *,
    theme_ids: Iterable[str],
    coder: str = "reference",
) -> pd.DataFrame:
    """Read a coder's reference codings with the texts they were made on.

    The tasks are JSON Lines (``document_id``, ``ordinal``, ``chapter``, ``section``,
    ``title``, ``title_inherited``, ``content``), the themes a CSV (``document_id``,
    ``ordinal``, ``coder``, ``primary``, ``secondary``, separated by ``;``); without
    them there are no rows. A CodebookError names a theme or a task that is not known.
    """
    if tasks_path is None or themes_path is None:
        return pd.DataFrame(columns=_REFERENCE_COLUMNS)
    allowed = set(theme_ids)
    tasks = {}
    for line in tasks_path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        tasks[row["document_id"], int(row["ordinal"])] = row
    rows = []
    with themes_path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            if row["coder"] == coder:
                place = f"Reference {themes_path}, line {number}"
                rows.append(_reference_row(row, tasks, allowed, place))
    return pd.DataFrame(rows, columns=_REFERENCE_COLUMNS)


def _reference_row(
    row: dict[str, str], tasks: dict, allowed: set[str], place: str
) -> dict[str, Any]:
    themes = _themes_of_row(row, allowed, place)
    key = row["document_id"], int(row["ordinal"])
    if key not in tasks:
        raise CodebookError(
            f"{place}: found document '{key[0]}' ordinal {key[1]}, "
            "expected a task of the reference tasks file"
        )
    task = tasks[key]
    return {
        "document_id": key[0],
        "ordinal": key[1],
        "chapter": task.get("chapter") or "",
        "section": task.get("section") or "",
        "title": task.get("title") or "",
        "is_title_inherited": bool(task.get("title_inherited")),
        "content": task.get("content") or "",
        "theme_ids": themes,
    }
