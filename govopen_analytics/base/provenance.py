"""The manifest of raw files: what is declared about each, and its checksum."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from govopen_analytics.base.errors import ChecksumError, SourceError, choices
from govopen_analytics.base.fingerprints import is_hidden
from govopen_analytics.base.remarks import Remark
from govopen_analytics.base.schemas import FIELDS, LEVELS, SUBJECTS

if TYPE_CHECKING:
    import pandas as pd

MANIFEST_NAME = "manifest.csv"
MANIFEST_COLUMNS = (
    "document_id",
    "file",
    "agency",
    "agency_series",
    "level",
    "province",
    "city",
    "county",
    "year",
    "subject",
    "title",
    "source_url",
    "sha256",
    "note",
)
_REQUIRED = ("document_id", "file")
# What a row may say instead of the reader.
DECLARED = ("agency", "level", "province", "city", "county", "year", "subject", "title")
# Names of columns that tables and measures add; a column of the user's cannot have
# one of them.
_TAKEN = {*FIELDS, "theme", "themes", "share", "scope", "side"}
_NOT_PLANS = (MANIFEST_NAME, "corrections.yml", "README.md", "README.txt")


@dataclass(frozen=True)
class Manifest:
    """Rows of a manifest that can be used, and what became of the others.

    Attributes
    ----------
    rows : dict of str to dict
        By file, as a path below the raw folder with forward slashes.
    failures : list of dict
        Rows of the ``failures`` table: those that lead to no file.
    remarks : dict of str to list of Remark
        Why a row of a file is not used, by file; the file is read without it.
    further_columns : tuple of str
        Further columns of the manifest, such as a region; they go into
        ``documents`` and can name the groups of a comparison.
    """

    rows: dict[str, dict[str, str]]
    failures: list[dict[str, str | None]]
    remarks: dict[str, list[Remark]]
    further_columns: tuple[str, ...] = ()


# A path has one slash where the address had two.
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)


def raw_files(raw_dir: Path) -> list[str]:
    """List the files of a raw folder that may be plans, sorted, with forward slashes.

    Hidden files, lock files of office programs and the manifest are left out.

    Raises
    ------
    SourceError
        If `raw_dir` is no folder.
    """
    if _ADDRESS.match(str(raw_dir)):
        raise SourceError(
            f"{raw_dir}: plans are read from a disk, not from object storage; copy "
            "them first, for instance with `aws s3 sync s3://BUCKET/FOLDER data/raw` "
            "or `rclone copy`, and give that folder"
        )
    if not raw_dir.is_dir():
        fault = "is a file, expected a folder" if raw_dir.exists() else "no such folder"
        raise SourceError(
            f"{raw_dir}: {fault}; give the folder that holds the plans as published"
        )
    names = []
    for path in raw_dir.rglob("*"):
        place = path.relative_to(raw_dir)
        if path.is_file() and not is_hidden(place) and path.name not in _NOT_PLANS:
            names.append(place.as_posix())
    return sorted(names)


def read_manifest(raw_dir: Path) -> Manifest:
    """Read ``manifest.csv`` of a raw folder.

    A row that leads to no file becomes a failure, any other row that cannot be
    used a remark on its file; the other rows hold.

    Raises
    ------
    SourceError
        If the manifest is no CSV in UTF-8, lacks a column it must have, or
        has one whose name is missing, misspelt or taken.
    """
    path = raw_dir / MANIFEST_NAME
    if not path.is_file():
        return Manifest({}, [], {})
    import pandas as pd

    try:
        table = pd.read_csv(
            path, dtype=str, encoding="utf-8-sig", skipinitialspace=True
        )
    except (
        UnicodeDecodeError,
        pd.errors.ParserError,
        pd.errors.EmptyDataError,
    ) as error:
        raise SourceError(
            f"{path}: the manifest is no CSV table in UTF-8 ({error}); save it as "
            "'CSV UTF-8' with columns such as " + ", ".join(MANIFEST_COLUMNS)
        ) from error
    table = table.rename(columns=str.strip)
    further = _further_columns(path, table)
    rows: dict[str, dict[str, str]] = {}
    failures: list[dict[str, str | None]] = []
    remarks: dict[str, list[Remark]] = {}
    first_row: dict[str, int] = {}
    for number, row in enumerate(table.to_dict("records"), start=2):
        values = {k: str(v).strip() for k, v in row.items() if isinstance(v, str)}
        values = {k: v for k, v in values.items() if v}
        if problem := _leads_nowhere(values, raw_dir):
            failures.append(
                {
                    "source_file": values.get("file") or MANIFEST_NAME,
                    "document_id": values.get("document_id"),
                    "reason": problem[0],
                    "message": f"{MANIFEST_NAME}, row {number}: {problem[1]}",
                }
            )
            continue
        name = Path(values["file"]).as_posix()
        if remark := _unusable(name, values, number, first_row):
            remarks.setdefault(name, []).append(remark)
            continue
        first_row |= {f"file {name}": number, f"id {values['document_id']}": number}
        rows[name] = values
    return Manifest(rows, failures, remarks, further)


def _further_columns(path: Path, table: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns that are the user's own; refuse what may be a mistake."""
    columns = list(table.columns)
    for name in _REQUIRED:
        if name not in columns:
            raise SourceError(
                f"{path}: column '{name}' is missing; found {', '.join(columns)}"
            )
    further = [name for name in columns if name not in MANIFEST_COLUMNS]
    absent = [name for name in MANIFEST_COLUMNS if name not in columns]
    for name in further:
        if name.startswith("Unnamed: ") and table[name].isna().all():
            continue  # separators behind the last column, as spreadsheets leave them
        if name.startswith("Unnamed: "):
            place = columns.index(name) + 1
            raise SourceError(f"{path}: column {place} has no name; give it one")
        if name in _TAKEN:
            raise SourceError(
                f"{path}: column '{name}' has a name that the tables use themselves; "
                "give it another, such as one in your language"
            )
        if get_close_matches(name.lower(), absent, n=1, cutoff=0.8):
            raise SourceError(
                f"{path}: unknown column: {choices(name, absent)}; a column of your "
                "own needs a name that is less like one of these"
            )
    return tuple(name for name in further if not name.startswith("Unnamed: "))


def _leads_nowhere(values: dict[str, str], raw_dir: Path) -> tuple[str, str] | None:
    if "file" not in values:
        return "manifest_row_incomplete", "'file' is empty; fill it in"
    name = Path(values["file"])
    if name.is_absolute() or ".." in name.parts:
        return "manifest_row_outside", (
            f"'{values['file']}' is not below the raw folder; give a relative path"
        )
    if not (raw_dir / name).is_file():
        return "file_missing", (
            f"there is no file '{values['file']}' in the raw folder; add it or "
            "remove the row"
        )
    return None


def _unusable(
    name: str, values: dict[str, str], number: int, first_row: dict[str, int]
) -> Remark | None:
    """Say why a row is not used though its file is there."""
    if "document_id" not in values:
        where: dict[str, object] = {"row": number, "column": "document_id"}
        return Remark("manifest_row_incomplete", where)
    if earlier := first_row.get(f"id {values['document_id']}"):
        where = {"row": number, "value": values["document_id"], "earlier": earlier}
        return Remark("duplicate_document_id", where)
    if earlier := first_row.get(f"file {name}"):
        return Remark("duplicate_file", {"row": number, "earlier": earlier})
    limits = FIELDS["year"].constraints
    first, last = limits["minimum"], limits["maximum"]
    year = values.get("year", str(first))
    # Compared as text: no number is too long for that, and ² is none.
    is_year = len(year) == 4 and year.isascii() and year.isdigit()
    if not (is_year and str(first) <= year <= str(last)):
        where = {"column": "year", "value": year, "expected": f"{first}–{last}"}
        return Remark("manifest_row_invalid", {"row": number, **where})
    for column, allowed in (("level", LEVELS), ("subject", SUBJECTS)):
        if (value := values.get(column, allowed[0])) not in allowed:
            where = {"column": column, "value": value, "expected": ", ".join(allowed)}
            return Remark("manifest_row_invalid", {"row": number, **where})
    return None


def checksum(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def check_checksum(name: str, content: bytes, expected: str | None) -> str:
    """Compare a file's checksum with the declared one, if any, and return it.

    Raises
    ------
    ChecksumError
        If the two differ.
    """
    digest = checksum(content)
    if expected and digest != expected.lower():
        raise ChecksumError(
            f"{name}: checksum mismatch, expected {expected}, got {digest}; the file "
            "was changed since the manifest was written: restore it, or declare the "
            "new checksum if the agency published it anew"
        )
    return digest
