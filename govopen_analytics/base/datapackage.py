"""Tables to files and back: Parquet, CSV, and the descriptor they travel with."""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

import pandas as pd

from govopen_analytics.base.atomic_files import written_whole
from govopen_analytics.base.data_files import read_json
from govopen_analytics.base.errors import SchemaError, SourceError
from govopen_analytics.base.fingerprints import (
    digest_of_open,
    file_digest,
    inputs_digest,
)
from govopen_analytics.base.locking import BUILDING_PREFIX
from govopen_analytics.base.schemas import (
    FIELDS,
    TABLES,
    further_columns,
    to_schema,
    validate,
)
from govopen_analytics.base.tables import Tables

DESCRIPTOR = "datapackage.json"
LIST_SEPARATOR = "；"
_FURTHER = (
    "Column of the manifest that the library does not know; its text as declared."
)

# A spreadsheet runs a cell that opens with one of these, half or full width.
_FORMULA_OPENERS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

#: A table whose CSV is larger is written as Parquet alone.
CSV_BYTES = 200 * 10**6

# Rows of a row group, which is held in memory while it is written.
_MOST_ROWS_OF_A_GROUP = 100_000
_ROWS_OF_A_GROUP = {"documents": 2_000, "tasks": 50_000}  # they hold texts

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

    A text is given a leading apostrophe where it opens like a formula, a list is
    joined by ``；`` first; anything else is returned as it is.
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
    cell starts a formula. The folder must exist.
    """
    with written_whole(path) as aside, _csv_file(aside) as file:
        _write_cells(df, file, has_headings=True)


def _csv_file(path: Path) -> IO[str]:
    return path.open("w", encoding="utf-8-sig", newline="")


def _write_cells(df: pd.DataFrame, file: IO[str], *, has_headings: bool) -> None:
    cells = df.copy()
    cells.columns = [safe_cell(name) for name in df.columns]
    for position, name in enumerate(df.columns):
        cells.isetitem(position, _csv_column(df[name]))
    cells.to_csv(
        file,
        index=False,
        header=has_headings,
        lineterminator="\n",
        date_format="%Y-%m-%d",
    )


def _csv_column(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.map({True: "true", False: "false"})
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values
    return values.map(safe_cell, na_action="ignore").astype(object)


class PackageWriter:
    """A package of tables that is written part by part, whole or not at all.

    The files are made aside and moved in by ``publish``, the descriptor last and its
    predecessor removed first: a reader finds the old package, the new one, or none.
    Files of other names in the folder stay. Equal tables give equal bytes, whatever
    parts they come in. It holds one row group of each table in memory.

    Parameters
    ----------
    folder : Path
        Where the package goes; made where missing.
    csv_bytes : int or None, default 200 MB
        A table whose CSV is larger is written as Parquet alone; None for no limit.
    """

    def __init__(self, folder: Path, *, csv_bytes: int | None = CSV_BYTES) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._csv_bytes = csv_bytes
        self._aside = Path(tempfile.mkdtemp(prefix=BUILDING_PREFIX, dir=folder))
        self._files: dict[str, _TableFiles] = {}

    def __enter__(self) -> "PackageWriter":
        return self

    def __exit__(self, *raised: object) -> None:
        for files in self._files.values():
            files.abandon()
        shutil.rmtree(self._aside, ignore_errors=True)

    def add(self, name: str, df: pd.DataFrame) -> None:
        """Write further rows of a table.

        Raises
        ------
        SchemaError
            If they break its schema. That no key is in two parts is for the caller
            to see to.
        """
        validate(df, name)
        if name not in self._files:
            further = further_columns(df, name)
            self._files[name] = _TableFiles(name, further, self._aside, self._csv_bytes)
        self._files[name].add(df)

    def publish(self, details: Mapping[str, Any] | None = None) -> Path:
        """Put the package in its place and return the descriptor.

        Parameters
        ----------
        details : mapping, optional
            Further properties of the descriptor, such as ``codebook``.

        References
        ----------
        .. [1] Data Package Standard, https://datapackage.org/
        """
        resources = []
        for name, files in self._files.items():
            files.close()
            schema = _table_schema(name, files.further, set(self._files))
            if files.has_csv:
                resources.append(_resource(self._aside / f"{name}.csv", schema))
                schema = {}
            resources.append(_resource(self._aside / f"{name}.parquet", schema))
        package = {"name": "govopen-analytics", **(details or {})}
        text = json.dumps(
            {**package, "resources": resources}, ensure_ascii=False, indent=2
        )
        (self._aside / DESCRIPTOR).write_text(f"{text}\n", encoding="utf-8")
        _move_in(self._aside, self._folder)
        return self._folder / DESCRIPTOR


class _TableFiles:
    """The files of one table: Parquet in row groups, and CSV while it is small."""

    def __init__(
        self, name: str, further: list[str], folder: Path, csv_bytes: int | None
    ) -> None:
        import pyarrow.parquet as pq

        self.further = further
        self._name = name
        self._csv_bytes = csv_bytes
        self._schema = _arrow_schema(name, further)
        self._rows_of_a_group = _ROWS_OF_A_GROUP.get(name, _MOST_ROWS_OF_A_GROUP)
        self._waiting = self._schema.empty_table()
        self._parquet = pq.ParquetWriter(
            folder / f"{name}.parquet", self._schema, compression="zstd"
        )
        self._csv_path = folder / f"{name}.csv"
        self._csv: IO[str] | None = _csv_file(self._csv_path)
        self._is_empty = True

    @property
    def has_csv(self) -> bool:
        return self._csv is not None

    def add(self, df: pd.DataFrame) -> None:
        import pyarrow as pa

        try:
            rows = pa.Table.from_pandas(
                df[self._schema.names], schema=self._schema, preserve_index=False
            )
        except (pa.ArrowException, KeyError) as error:
            message = f"does not fit its declared types: {error}"
            raise SchemaError(self._name, message) from error
        rows = rows.replace_schema_metadata(None)
        self._waiting = pa.concat_tables([self._waiting, rows])
        while len(self._waiting) > self._rows_of_a_group:
            self._write(self._waiting.slice(0, self._rows_of_a_group))
            self._waiting = self._waiting.slice(self._rows_of_a_group)
        if self._csv is not None:
            _write_cells(df, self._csv, has_headings=self._csv.tell() == 0)
            if self._csv_bytes is not None and self._csv.tell() > self._csv_bytes:
                self._csv.close()
                self._csv_path.unlink()
                self._csv = None

    def close(self) -> None:
        """Write what waits; a table without rows is a file too."""
        if len(self._waiting) or self._is_empty:
            self._write(self._waiting)
        self.abandon()

    def abandon(self) -> None:
        self._parquet.close()
        if self._csv is not None:
            self._csv.close()

    def _write(self, rows: Any) -> None:
        self._parquet.write_table(
            rows.combine_chunks(), row_group_size=_MOST_ROWS_OF_A_GROUP
        )
        self._is_empty = False


def read_datapackage(folder: Path | str) -> Tables:
    """Open the tables that a build wrote.

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
    tables = {
        Path(resource["path"]).stem: partial(
            _read_table, folder / resource["path"], resource["hash"]
        )
        for resource in resources
        if resource["format"] == "parquet"
    }
    return Tables(tables, tables)


def read_columns(path: Path, names: list[str]) -> dict[str, list[Any]]:
    """Read some columns of a Parquet file as lists.

    Raises
    ------
    SourceError
        If the file cannot be read, or lacks one of them.
    """
    with _damage_explained(path), path.open("rb") as file:
        return _arrow_table(file, path.stem, names).to_pydict()


def _arrow_table(
    file: IO[bytes],
    table: str,
    names: Sequence[str] | None = None,
    rows: Mapping[str, Collection[Any]] | None = None,
) -> Any:
    import pyarrow.parquet as pq

    schema = pq.read_schema(file)
    file.seek(0)
    further = [name for name in schema.names if name not in TABLES[table].fields]
    has_further = TABLES[table].has_further_columns
    expected = _arrow_schema(table, further if has_further else ())
    if not schema.equals(expected):
        wrong = next((f for f in schema if f not in expected), None)
        raise SchemaError(table, f"found column {wrong}, expected {expected.names}")
    filters = [(name, "in", list(values)) for name, values in (rows or {}).items()]
    columns = list(expected.names if names is None else names)
    return pq.read_table(file, columns=columns, filters=filters or None)


def _read_table(
    path: Path,
    digest: str,
    columns: Sequence[str] | None = None,
    rows: Mapping[str, Collection[Any]] | None = None,
) -> pd.DataFrame:
    """Read a table, or some columns and rows, of the file that has a digest."""
    # One file is held open: a build may put another in its place meanwhile.
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(path.open("rb")) if path.is_file() else None
        if file is None or digest_of_open(file) != digest:
            raise SourceError(
                f"{path} is missing or is not the file that {DESCRIPTOR} beside it "
                "describes; open the folder again, or run `govopen build`"
            )
        file.seek(0)
        stack.enter_context(_damage_explained(path))
        name = path.stem
        frame = _arrow_table(file, name, columns, rows).to_pandas()
        for column in TABLES[name].fields:
            if column in frame and FIELDS[column].type == "array":
                frame[column] = [list(value) for value in frame[column]]
        whole = to_schema(frame, name)
        return validate(whole, name) if columns is None else whole[list(columns)]


@contextlib.contextmanager
def _damage_explained(path: Path) -> Iterator[None]:
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
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise SourceError(
            f"{path} is not the table that a build wrote ({reason}); {_REMEDY}"
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


def _arrow_schema(table: str, further: Sequence[str] = ()) -> Any:
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
    names = [*TABLES[table].fields, *further]
    return pa.schema(
        [
            (name, types["string" if name in further else FIELDS[name].type])
            for name in names
        ]
    )


def _resource(path: Path, schema: dict[str, Any]) -> dict[str, Any]:
    """Describe a file: CSV as a table, Parquet as a file, which has types itself."""
    name, form = path.stem.replace("_", "-"), path.suffix[1:]
    if form == "csv":
        resource = {
            "name": name,
            "type": "table",
            "description": TABLES[path.stem].row,
            "mediatype": "text/csv",
            "encoding": "utf-8-sig",
        }
    else:
        resource = {
            "name": f"{name}-parquet",
            "type": "file",
            "description": f"The table '{path.stem}' with its types and lists.",
            "mediatype": "application/vnd.apache.parquet",
        }
    return {
        **resource,
        "path": path.name,
        "scheme": "file",
        "format": form,
        "bytes": path.stat().st_size,
        "hash": file_digest(path),
        **({"schema": schema} if schema else {}),
    }


def _table_schema(table: str, further: list[str], written: set[str]) -> dict[str, Any]:
    spec = TABLES[table]
    schema: dict[str, Any] = {
        "fields": [
            *(_field_descriptor(table, name) for name in spec.fields),
            *(
                {"name": name, "type": "string", "description": _FURTHER}
                for name in further
            ),
        ],
        "primaryKey": list(spec.primary_key),
    }
    keys = [
        {
            "fields": [column],
            "reference": {"resource": target.replace("_", "-"), "fields": [column]},
        }
        for column, target in _FOREIGN_KEYS.get(table, [])
        if target in written
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


def _move_in(aside: Path, folder: Path) -> None:
    (folder / DESCRIPTOR).unlink(missing_ok=True)
    for name in TABLES:  # of an earlier build that this one did not write
        if not (aside / f"{name}.csv").exists():
            (folder / f"{name}.csv").unlink(missing_ok=True)
    for path in sorted(aside.iterdir()):
        if path.name != DESCRIPTOR:
            os.replace(path, folder / path.name)
    os.replace(aside / DESCRIPTOR, folder / DESCRIPTOR)


def is_built(
    raw_dir: Path | str,
    out_dir: Path | str,
    codebook_path: Path | str | None = None,
) -> bool:
    """Say whether a folder holds, whole, the tables a build would make again."""
    out_dir = Path(out_dir)
    try:
        package = read_descriptor(out_dir)
        is_whole = all(
            file_digest(out_dir / item["path"]) == item["hash"]
            for item in package["resources"]
        )
        current = inputs_digest(raw_dir, out_dir, codebook_path)
        return is_whole and package.get("built_from") == current
    except (SourceError, OSError, ValueError, KeyError):
        return False
