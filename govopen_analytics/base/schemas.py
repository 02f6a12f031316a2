"""Every column is declared once, in ``columns.yml``; a table is a list of columns.

A column has a type, a heading and a meaning in both languages, and what it may hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from govopen_analytics.base.data_files import load_yaml
from govopen_analytics.base.errors import SchemaError, choices

if TYPE_CHECKING:
    # Many a command needs a column's name, and no table.
    import pandas as pd

_DECLARED: dict[str, dict[str, Any]] = load_yaml(__package__, "columns.yml")


@dataclass(frozen=True)
class Field:
    """One column of a published table: its type and what it may hold.

    ``type`` is a Frictionless field type. ``constraints`` are Frictionless
    constraints; ``required`` and ``unique`` are decided by the table.
    """

    type: str
    description: str
    constraints: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """One published table: what a row is, its columns in order, its key.

    A table with `has_further_columns` keeps further columns, as text, behind them.
    """

    row: str
    fields: list[str]
    primary_key: tuple[str, ...]
    required: tuple[str, ...] = ()
    has_further_columns: bool = False


FIELDS: dict[str, Field] = {
    name: Field(column["type"], column["meaning"]["en"], column.get("constraints", {}))
    for name, column in _DECLARED["columns"].items()
    if "type" in column
}
TABLES: dict[str, Table] = {
    name: Table(
        table["row"]["en"],
        table["fields"],
        tuple(table["primary_key"]),
        tuple(table["required"]),
        table.get("has_further_columns", False),
    )
    for name, table in _DECLARED["tables"].items()
    if "fields" in table
}
LEVELS: tuple[str, ...] = tuple(FIELDS["level"].constraints["enum"])
#: What a plan is about; comparisons take those on open government.
SUBJECTS: tuple[str, ...] = tuple(FIELDS["subject"].constraints["enum"])


def heading(column: str, lang: str) -> str:
    """Return the heading of a column; its name where none is declared."""
    return _DECLARED["columns"].get(column, {}).get("heading", {}).get(lang, column)


def column_meaning(table: str, column: str, lang: str) -> str:
    """Say what a column of a table holds; empty where nothing is declared.

    A column may mean something else in one table.
    """
    general = _DECLARED["columns"].get(column, {}).get("meaning", {})
    special = _DECLARED["tables"].get(_declared(table), {}).get("meanings", {})
    return special.get(column, general).get(lang, "")


def table_meaning(table: str, lang: str) -> str:
    """Say what a row of a table of a run is; empty where nothing is declared."""
    return _DECLARED["tables"].get(_declared(table), {}).get("row", {}).get(lang, "")


def _declared(table: str) -> str:
    """Return the name a table is declared under: one for the findings of all pages."""
    return "findings" if table.startswith("findings_") else table


_DTYPES = {
    "string": "string",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
}


def empty(table: str) -> pd.DataFrame:
    """Return the table with its columns and no rows."""
    import pandas as pd

    return to_schema(pd.DataFrame(), table)


def to_schema(df: pd.DataFrame, table: str) -> pd.DataFrame:
    """Give a table its declared columns, in order, with their types.

    Missing columns become empty; further ones are refused unless the table keeps them.

    Raises
    ------
    SchemaError
        If a column is not declared, or a value does not fit its type.
    """
    import pandas as pd

    spec = _table(table)
    extra = further_columns(df, table)
    columns = {}
    for name in spec.fields:
        values = df[name] if name in df else pd.Series([None] * len(df), index=df.index)
        kind = FIELDS[name].type
        try:
            if kind == "array":
                columns[name] = pd.Series(
                    [list(v) if isinstance(v, list | tuple) else [] for v in values],
                    index=df.index,
                    dtype=object,
                )
            elif kind == "date":
                columns[name] = pd.to_datetime(values).astype("datetime64[s]")
            else:
                columns[name] = values.astype(_DTYPES[kind])
        except (TypeError, ValueError) as error:
            raise SchemaError(
                table, f"column '{name}' should hold {kind} values: {error}"
            ) from error
    columns |= {name: df[name].astype("string") for name in extra}
    return pd.DataFrame(columns, index=df.index).reset_index(drop=True)


def further_columns(df: pd.DataFrame, table: str) -> list[str]:
    """Return the columns that a table keeps beside those of its schema, in order.

    Raises
    ------
    SchemaError
        If there is such a column and the table keeps none.
    """
    spec = _table(table)
    extra = [name for name in df.columns if name not in spec.fields]
    if extra and not spec.has_further_columns:
        raise SchemaError(table, f"undeclared column: {choices(extra[0], spec.fields)}")
    return extra


def validate(df: pd.DataFrame, table: str) -> pd.DataFrame:
    """Check a table against its schema and return it unchanged.

    Raises
    ------
    SchemaError
        With ``failure_cases`` where rows are at fault.
    """
    spec = _table(table)
    missing = [name for name in spec.fields if name not in df.columns]
    if missing:
        raise SchemaError(table, f"missing columns: {', '.join(missing)}")
    keys = list(spec.primary_key)
    for name in [*keys, *spec.required]:
        _refuse(df, df[name].isna(), table, f"column '{name}' must not be empty")
    _refuse(df, df.duplicated(keys, keep=False), table, f"key {keys} is not unique")
    for name in spec.fields:
        limits = FIELDS[name].constraints
        if not limits:
            continue
        values = df[name].dropna()
        if "enum" in limits:
            bad = ~values.isin(limits["enum"])
            if bad.any():
                message = (
                    f"column '{name}': {choices(values[bad].iloc[0], limits['enum'])}"
                )
                _refuse(df.loc[values.index], bad, table, message)
        for limit, wrong in (("minimum", values.lt), ("maximum", values.gt)):
            if limit in limits:
                bad = wrong(limits[limit])
                message = f"column '{name}' breaks its {limit} of {limits[limit]}"
                _refuse(df.loc[values.index], bad, table, message)
    return df


def _table(table: str) -> Table:
    if table not in TABLES:
        raise SchemaError(table, f"unknown table: {choices(table, TABLES)}")
    return TABLES[table]


def _refuse(df: pd.DataFrame, bad: pd.Series, table: str, message: str) -> None:
    bad = bad.fillna(False).astype(bool)
    if bad.any():
        raise SchemaError(
            table, f"{message} ({int(bad.sum())} rows)", failure_cases=df.loc[bad]
        )
