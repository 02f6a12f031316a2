"""Reviews and samples kept as CSV in a folder of their own, apart from the tables."""

import re
from pathlib import Path

import pandas as pd

from govopen_analytics.base.datapackage import LIST_SEPARATOR, safe_cell, to_csv
from govopen_analytics.base.errors import SourceError, choices
from govopen_analytics.base.fingerprints import reviews_beside
from govopen_analytics.base.schemas import FIELDS, TABLES, empty, to_schema, validate

REVIEWS_FILE, SAMPLES_FILE = "reviews.csv", "samples.csv"

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


def reviews_folder(processed_dir: Path | str, given: Path | str = "") -> Path:
    """Return the folder of reviews: the one given, else beside the tables.

    Parameters
    ----------
    processed_dir : Path or str
        Folder of the tables, such as ``data/processed``.
    given : Path or str, default ""
        A folder that wins where it is given.

    Returns
    -------
    Path
        ``data/reviews`` for ``data/processed``. Building the tables anew never
        touches it.
    """
    return Path(given) if given else reviews_beside(Path(processed_dir))


def read_reviews(folder: Path | str) -> pd.DataFrame:
    """Read the decisions people made, without rows if there are none yet.

    Parameters
    ----------
    folder : Path or str
        Folder of reviews.

    Returns
    -------
    DataFrame, shape (n_reviews, 9)
        A valid ``reviews`` table.

    Raises
    ------
    SourceError
        If the file is not one that ``write_reviews`` wrote.
    SchemaError
        If a row breaks the schema.
    """
    return _read(Path(folder) / REVIEWS_FILE, "reviews")


def write_reviews(reviews: pd.DataFrame, folder: Path | str) -> Path:
    """Write all decisions, sorted by task and coder, whole or not at all.

    Parameters
    ----------
    reviews : DataFrame, shape (n_reviews, 9)
        A valid ``reviews`` table.
    folder : Path or str
        Made where missing.

    Returns
    -------
    Path
        The file.
    """
    ordered = reviews.sort_values(["task_id", "coder"], ignore_index=True)
    return _write(ordered, "reviews", Path(folder) / REVIEWS_FILE)


def read_samples(folder: Path | str) -> pd.DataFrame:
    """Read which tasks were drawn at random, without rows if none were.

    Parameters
    ----------
    folder : Path or str
        Folder of reviews.

    Returns
    -------
    DataFrame, shape (n_drawn, 5)
        A valid ``review_samples`` table.

    Raises
    ------
    SourceError, SchemaError
        As for ``read_reviews``.
    """
    return _read(Path(folder) / SAMPLES_FILE, "review_samples")


def add_sample(sample: pd.DataFrame, folder: Path | str) -> Path:
    """Write a random sample beside those drawn before; twice changes nothing.

    Parameters
    ----------
    sample : DataFrame, shape (n_drawn, 5)
        Result of ``draw_random_sample``.
    folder : Path or str
        Made where missing.

    Returns
    -------
    Path
        The file.
    """
    table = pd.concat([read_samples(folder), sample], ignore_index=True)
    table = table.drop_duplicates(["sample_id", "task_id"])
    table = table.sort_values(["sample_id", "task_id"], ignore_index=True)
    return _write(table, "review_samples", Path(folder) / SAMPLES_FILE)


def _write(table: pd.DataFrame, name: str, path: Path) -> Path:
    table = validate(to_schema(table, name), name)
    path.parent.mkdir(parents=True, exist_ok=True)
    to_csv(table, path)
    return path


def _read(path: Path, name: str) -> pd.DataFrame:
    if not path.is_file():
        return empty(name)
    fields = TABLES[name].fields
    try:
        cells = pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8-sig"
        )
    except (ValueError, OSError) as error:
        raise SourceError(
            f"{path}: cannot be read as CSV in UTF-8 ({error}); expected the columns "
            f"{', '.join(fields)}"
        ) from error
    for column in cells:
        if column not in fields:
            raise SourceError(f"{path}: unknown column: {choices(column, fields)}")
    values = {c: _typed(cells[c], c, path) for c in fields if c in cells}
    return validate(to_schema(pd.DataFrame(values), name), name)


def _typed(cells: pd.Series, column: str, path: Path) -> pd.Series:
    kind = FIELDS[column].type
    if kind == "array":
        return cells.map(lambda cell: cell.split(LIST_SEPARATOR) if cell else [])
    filled = cells.map(_unguarded).where(cells != "", None)
    if kind == "date":
        for number, cell in enumerate(filled, start=2):
            if cell is not None and not _ISO_DATE.match(cell):
                raise SourceError(
                    f"{path}, line {number}, {column}: found {cell!r}, expected a "
                    "date such as 2024-05-31"
                )
    return filled


def _unguarded(cell: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from running a cell."""
    return cell[1:] if cell.startswith("'") and safe_cell(cell[1:]) == cell else cell
