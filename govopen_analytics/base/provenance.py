"""The manifest of raw files: what is declared about each, and its checksum."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from govopen_analytics.base.errors import ChecksumError, SourceError, choices

MANIFEST_NAME = "manifest.csv"
MANIFEST_COLUMNS = (
    "document_id",
    "file",
    "agency",
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
_NOT_PLANS = (MANIFEST_NAME, "corrections.yml", "README.md", "README.txt")


@dataclass(frozen=True)
class Manifest:
    """Rows of a manifest that can be used, and what was wrong with the others.

    Attributes
    ----------
    rows : dict of str to dict
        By file, as a path below the raw folder with forward slashes.
    failures : list of dict
        Rows of the ``failures`` table.
    is_present : bool
        Whether the folder has a manifest at all.
    """

    rows: dict[str, dict[str, str]]
    failures: list[dict[str, str | None]]
    is_present: bool


def raw_files(raw_dir: Path) -> list[str]:
    """List the files of a raw folder that may be plans.

    Parameters
    ----------
    raw_dir : Path

    Returns
    -------
    list of str
        Paths below `raw_dir` with forward slashes, sorted; hidden files, lock
        files of office programs and the manifest are left out.

    Raises
    ------
    SourceError
        If `raw_dir` is no folder.
    """
    if not raw_dir.is_dir():
        raise SourceError(
            f"{raw_dir}: no such folder; give the folder that holds the plans "
            "as published"
        )
    found = []
    for path in raw_dir.rglob("*"):
        name = path.relative_to(raw_dir).as_posix()
        hidden = any(part.startswith((".", "~$")) for part in name.split("/"))
        if path.is_file() and not hidden and path.name not in _NOT_PLANS:
            found.append(name)
    return sorted(found)


def read_manifest(raw_dir: Path) -> Manifest:
    """Read ``manifest.csv`` of a raw folder.

    A row that names no file, a file that is not there, or a ``document_id``
    that an earlier row has, becomes a failure; the other rows hold.

    Parameters
    ----------
    raw_dir : Path

    Returns
    -------
    Manifest

    Raises
    ------
    SourceError
        If the manifest is no CSV in UTF-8, or lacks a column it must have.
    """
    path = raw_dir / MANIFEST_NAME
    if not path.is_file():
        return Manifest({}, [], is_present=False)
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
            "'CSV UTF-8' with the columns " + ", ".join(MANIFEST_COLUMNS)
        ) from error
    _check_columns(path, list(table.columns))
    rows: dict[str, dict[str, str]] = {}
    failures, first_row = [], {}
    for number, row in enumerate(table.to_dict("records"), start=2):
        values = {k: str(v).strip() for k, v in row.items() if isinstance(v, str)}
        values = {k: v for k, v in values.items() if v}
        problem = _row_problem(values, raw_dir, rows, first_row)
        if problem:
            failures.append(
                {
                    "source_file": values.get("file") or MANIFEST_NAME,
                    "document_id": values.get("document_id"),
                    "reason": problem[0],
                    "message": f"{MANIFEST_NAME}, row {number}: {problem[1]}",
                }
            )
            continue
        first_row[values["document_id"]] = number
        rows[Path(values["file"]).as_posix()] = values
    return Manifest(rows, failures, is_present=True)


def _check_columns(path: Path, found: list[str]) -> None:
    for name in found:
        if name not in MANIFEST_COLUMNS:
            raise SourceError(
                f"{path}: unknown column: {choices(name, MANIFEST_COLUMNS)}"
            )
    for name in _REQUIRED:
        if name not in found:
            raise SourceError(
                f"{path}: column '{name}' is missing; found {', '.join(found)}"
            )


def _row_problem(
    values: dict[str, str], raw_dir: Path, rows: dict, first_row: dict[str, int]
) -> tuple[str, str] | None:
    for name in _REQUIRED:
        if name not in values:
            return "manifest_row_incomplete", f"'{name}' is empty; fill it in"
    if values["document_id"] in first_row:
        earlier = first_row[values["document_id"]]
        return "duplicate_document_id", (
            f"document_id '{values['document_id']}' stands in row {earlier} already; "
            "this row is left out, give it an identifier of its own"
        )
    name = Path(values["file"])
    if name.is_absolute() or ".." in name.parts:
        return "manifest_row_outside", (
            f"'{values['file']}' is not below the raw folder; give a relative path"
        )
    if name.as_posix() in rows:
        return "duplicate_file", f"'{values['file']}' has an earlier row; remove one"
    if not (raw_dir / name).is_file():
        return "file_missing", (
            f"there is no file '{values['file']}' in the raw folder; add it or "
            "remove the row"
        )
    if "year" in values and not values["year"].isdigit():
        return "manifest_row_invalid", (
            f"year is '{values['year']}', expected four digits such as 2023"
        )
    return None


def checksum(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def check_checksum(name: str, content: bytes, expected: str | None) -> str:
    """Compare a file's checksum with the declared one and return it.

    Parameters
    ----------
    name : str
        Of the file, for the message.
    content : bytes
        The whole file.
    expected : str or None
        As declared; None where nothing is.

    Returns
    -------
    str

    Raises
    ------
    ChecksumError
        If the two differ.
    """
    found = checksum(content)
    if expected and found != expected.lower():
        raise ChecksumError(
            f"{name}: checksum mismatch, expected {expected}, got {found}; the file "
            "was changed since the manifest was written: restore it, or declare the "
            "new checksum if the agency published it anew"
        )
    return found
