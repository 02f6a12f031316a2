"""Tables to files and back: Parquet, CSV, and the descriptor they travel with."""

import contextlib
import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from govopen_analytics.base.errors import SchemaError, SourceError
from govopen_analytics.base.schemas import (
    FIELDS,
    TABLES,
    own_columns,
    to_schema,
    validate,
)
from govopen_analytics.base.shapes import read_json
from govopen_analytics.base.tables import Tables

DESCRIPTOR = "datapackage.json"
LIST_SEPARATOR = "；"
_OWN = "Column of the manifest that the library does not know; its text as declared."

# A spreadsheet runs a cell that opens with one of these, half or full width.
_FORMULA_OPENERS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

_REMEDY = "run `govopen build` again"
_SHAPE = {
    "resources": [{"path": str, "hash": str, "format": str}],
    "codebook?": dict,
    "sources?": [{"path": str, "hash": str}],
    "warnings?": [{"code": str, "values": dict}],
}
_FOREIGN_KEYS = {
    "tasks": [("document_id", "documents")],
    "spans": [("document_id", "documents")],
    "keyword_matches": [("task_id", "tasks")],
    "theme_assignments": [("task_id", "tasks")],
}


def safe_cell(value: object) -> object:
    """Return a cell no spreadsheet takes for a formula.

    Parameters
    ----------
    value : object
        A text is given a leading apostrophe where it opens like a formula, a
        list is joined by ``；`` first; anything else is returned as it is.

    Returns
    -------
    object
    """
    if isinstance(value, list | tuple):
        value = LIST_SEPARATOR.join(str(part) for part in value)
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA_OPENERS):
        return f"'{value}"
    return value


def to_csv(df: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV that a spreadsheet opens right, whole or not at all.

    The encoding is UTF-8 with a byte order mark, dates are ISO 8601, truth
    values are ``true`` and ``false``, an absent value is an empty cell, and no
    cell starts a formula.

    Parameters
    ----------
    df : DataFrame, shape (n_rows, n_columns)
        The table.
    path : Path
        File to write; its folder must exist.
    """
    cells = df.copy()
    cells.columns = [safe_cell(name) for name in df.columns]
    for position, name in enumerate(df.columns):
        cells.isetitem(position, _csv_column(df[name]))
    temporary = path.with_name(f".{path.name}.writing")
    try:
        cells.to_csv(
            temporary,
            index=False,
            encoding="utf-8-sig",
            lineterminator="\n",
            date_format="%Y-%m-%d",
        )
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_datapackage(
    tables: Mapping[str, pd.DataFrame],
    folder: Path,
    *,
    details: Mapping[str, Any] | None = None,
) -> Path:
    """Write tables as Parquet and CSV, with a Frictionless descriptor.

    The files are made aside and moved in at the end, the descriptor last and its
    predecessor removed first: a reader finds the old package, the new one, or
    none. Files of other names in `folder` stay. Equal tables give equal bytes.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables by their name in ``schemas.TABLES``, each valid.
    folder : Path
        Where the package goes; made where missing.
    details : mapping, optional
        Further properties of the descriptor, such as ``codebook``.

    Returns
    -------
    Path
        The descriptor.

    Raises
    ------
    SchemaError
        If a table breaks its schema.

    References
    ----------
    .. [1] Data Package Standard, https://datapackage.org/
    """
    for name, table in tables.items():
        validate(table, name)
    folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
    try:
        for name, table in tables.items():
            to_csv(table, aside / f"{name}.csv")
            _write_parquet(table, name, aside / f"{name}.parquet")
        _write_descriptor(tables, aside, dict(details or {}))
        _move_in(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder / DESCRIPTOR


def read_datapackage(folder: Path | str) -> Tables:
    """Open the tables ``write_datapackage`` wrote.

    Parameters
    ----------
    folder : Path or str
        Folder with a ``datapackage.json``.

    Returns
    -------
    Tables
        In the order they were written; each is read, and checked against the
        descriptor as it was when the folder was opened, on first use.

    Raises
    ------
    SourceError
        If the package is missing; on first use, if a file is not the one
        described.
    """
    folder = Path(folder)
    resources = read_descriptor(folder)["resources"]
    return Tables(
        {
            Path(resource["path"]).stem: partial(
                _read_parquet, folder / resource["path"], resource["hash"]
            )
            for resource in resources
            if resource["format"] == "parquet"
        }
    )


def read_columns(path: Path, names: list[str]) -> dict[str, list[Any]]:
    """Read some columns of a Parquet file as lists.

    Raises
    ------
    SourceError
        If the file cannot be read, or lacks one of them.
    """
    with _damage_told(path):
        return _arrow_table(path.read_bytes(), path.stem, names).to_pydict()


def _arrow_table(content: bytes, table: str, names: list[str] | None = None) -> Any:
    import pyarrow.parquet as pq

    found = pq.read_schema(io.BytesIO(content))
    own = [name for name in found.names if name not in TABLES[table].fields]
    keeps_own = TABLES[table].has_own_columns
    expected = _arrow_schema(table, own if keeps_own else ())
    if not found.equals(expected):
        wrong = next((f for f in found if f not in expected), None)
        raise SchemaError(table, f"found column {wrong}, expected {expected.names}")
    return pq.read_table(io.BytesIO(content), columns=names or expected.names)


def _read_parquet(path: Path, digest: str) -> pd.DataFrame:
    content = path.read_bytes() if path.is_file() else b""
    if _digest(content) != digest:
        raise SourceError(
            f"{path} is missing or is not the file that {DESCRIPTOR} beside it "
            "describes; open the folder again, or run `govopen build`"
        )
    with _damage_told(path):
        frame = _arrow_table(content, path.stem).to_pandas()
        for column in _columns_of_type(path.stem, "array"):
            frame[column] = [list(value) for value in frame[column]]
        return validate(to_schema(frame, path.stem), path.stem)


@contextlib.contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    # A descriptor may be made to fit a damaged file: its digest proves nothing then.
    import pyarrow as pa

    try:
        yield
    except (
        pa.ArrowException,
        SchemaError,
        OSError,
        ValueError,
        KeyError,
        TypeError,
    ) as error:
        told = " ".join(f"{type(error).__name__}: {error}".split())
        raise SourceError(
            f"{path} is not the table that a build wrote ({told}); {_REMEDY}"
        ) from error


def read_descriptor(folder: Path | str) -> dict[str, Any]:
    """Read the ``datapackage.json`` of a folder.

    Raises
    ------
    SourceError
        If there is none, or it is not as a build writes it.
    """
    path = Path(folder) / DESCRIPTOR
    if not path.is_file():
        raise SourceError(
            f"no {DESCRIPTOR} in {path.parent}: the tables were not built, or a "
            "build was interrupted; run `govopen build`"
        )
    package = read_json(path, _SHAPE, SourceError, _REMEDY)
    for item in package["resources"]:
        if Path(item["path"]).name != item["path"]:
            raise SourceError(
                f"{path}: found '{item['path']}', no file beside it; {_REMEDY}"
            )
    return package


def _csv_column(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.map({True: "true", False: "false"})
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values
    return values.map(safe_cell, na_action="ignore").astype(object)


def _columns_of_type(table: str, kind: str) -> list[str]:
    return [name for name in TABLES[table].fields if FIELDS[name].type == kind]


def _arrow_schema(table: str, own: Sequence[str] = ()) -> Any:
    # The types are given, for a column without a value would get none.
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "array": pa.list_(pa.string()),
    }
    names = [*TABLES[table].fields, *own]
    return pa.schema(
        [
            (name, types["string" if name in own else FIELDS[name].type])
            for name in names
        ]
    )


def _write_parquet(df: pd.DataFrame, table: str, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _arrow_schema(table, own_columns(df, table))
    try:
        arrow = pa.Table.from_pandas(
            df[schema.names], schema=schema, preserve_index=False
        )
    except pa.ArrowException as error:
        raise SchemaError(table, f"does not fit its declared types: {error}") from error
    pq.write_table(arrow.replace_schema_metadata(None), path, compression="zstd")


def _write_descriptor(
    tables: Mapping[str, pd.DataFrame], folder: Path, details: dict[str, Any]
) -> None:
    resources = []
    for name, table in tables.items():
        schema = _table_schema(name, own_columns(table, name), set(tables))
        resources.append(_csv_resource(name, folder, schema))
        resources.append(_parquet_resource(name, folder))
    package = {"name": "govopen-analytics", **details, "resources": resources}
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    (folder / DESCRIPTOR).write_text(text, encoding="utf-8")


def _csv_resource(name: str, folder: Path, schema: dict[str, Any]) -> dict[str, Any]:
    path = folder / f"{name}.csv"
    return {
        "name": name.replace("_", "-"),
        "type": "table",
        "path": path.name,
        "description": TABLES[name].row,
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "bytes": path.stat().st_size,
        "hash": _digest(path.read_bytes()),
        "schema": schema,
    }


def _parquet_resource(name: str, folder: Path) -> dict[str, Any]:
    path = folder / f"{name}.parquet"
    return {
        "name": f"{name.replace('_', '-')}-parquet",
        "type": "file",
        "path": path.name,
        "description": f"The table '{name}' with its types and lists.",
        "scheme": "file",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": path.stat().st_size,
        "hash": _digest(path.read_bytes()),
    }


def _table_schema(table: str, own: list[str], known: set[str]) -> dict[str, Any]:
    spec = TABLES[table]
    schema: dict[str, Any] = {
        "fields": [
            *(_field_descriptor(table, name) for name in spec.fields),
            *({"name": name, "type": "string", "description": _OWN} for name in own),
        ],
        "primaryKey": list(spec.primary_key),
    }
    keys = [
        {
            "fields": [column],
            "reference": {"resource": target.replace("_", "-"), "fields": [column]},
        }
        for column, target in _FOREIGN_KEYS.get(table, [])
        if target in known
    ]
    return {**schema, "foreignKeys": keys} if keys else schema


def _field_descriptor(table: str, name: str) -> dict[str, Any]:
    spec = FIELDS[name]
    constraints = dict(spec.constraints)
    if name in (*TABLES[table].primary_key, *TABLES[table].required):
        constraints["required"] = True
    described = {"name": name, "type": spec.type, "description": spec.description}
    if spec.type == "array":
        described["type"] = "string"
        described["description"] += f" Parted by {LIST_SEPARATOR}."
    return {**described, "constraints": constraints} if constraints else described


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _move_in(aside: Path, folder: Path) -> None:
    (folder / DESCRIPTOR).unlink(missing_ok=True)
    for path in sorted(aside.iterdir()):
        if path.name != DESCRIPTOR:
            os.replace(path, folder / path.name)
    os.replace(aside / DESCRIPTOR, folder / DESCRIPTOR)
