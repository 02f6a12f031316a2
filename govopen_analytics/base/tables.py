"""The tables of one corpus as one object, each read when it is first asked for."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from govopen_analytics.base.errors import SourceError, choices


class PartLoader(ABC):
    """What loads a table from a file, whole or some columns and rows of it."""

    @abstractmethod
    def __call__(
        self,
        columns: Sequence[str] | None = None,
        rows: Mapping[str, Collection[Any]] | None = None,
    ) -> pd.DataFrame:
        """Return the table, or those columns and rows."""


def _property(name: str, content: str) -> Any:
    """Return a property for one of the tables; `content` says what is in it."""

    def table(tables: "Tables") -> pd.DataFrame:
        if name not in tables:
            raise SourceError(
                f"The corpus lacks a table: {choices(name, list(tables))}; code the "
                "plans, or run `govopen build` again"
            )
        return tables[name]

    return property(table, doc=content)


class Tables(Mapping[str, pd.DataFrame]):
    """Tables by the names they have in ``schemas.TABLES``.

    Parameters
    ----------
    loaders : mapping of str to callable
        By the table's name: what returns the table. It is called once, when the
        table is first asked for.

    Examples
    --------
    >>> tables = Tables.of({"tasks": pd.DataFrame({"task_id": ["a-001"]})})
    >>> len(tables.tasks), list(tables)
    (1, ['tasks'])
    """

    def __init__(self, loaders: Mapping[str, Callable[[], pd.DataFrame]]) -> None:
        self._loaders = dict(loaders)
        self._read: dict[str, pd.DataFrame] = {}

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame]) -> "Tables":
        """Hold tables that are there already; lazy ones stay lazy."""
        if isinstance(tables, Tables):
            return tables.with_tables()
        return cls({name: partial(tables.__getitem__, name) for name in tables})

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            self._read[name] = self._loaders[name]()
        return self._read[name]

    def part(
        self,
        name: str,
        columns: Sequence[str],
        rows: Mapping[str, Collection[Any]] | None = None,
    ) -> pd.DataFrame:
        """Return some columns and rows; of a table in a file only these are read.

        Parameters
        ----------
        rows : mapping of str to collection, optional
            Values that a row must have, by column; all rows without it.
        """
        loader = self._loaders[name]
        if name not in self._read and isinstance(loader, PartLoader):
            return loader(columns, rows)
        table = self[name]
        for column, values in (rows or {}).items():
            table = table.loc[table[column].isin(list(values))]
        return table[list(columns)].reset_index(drop=True)

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaders)

    def __len__(self) -> int:
        return len(self._loaders)

    def __contains__(self, name: object) -> bool:
        return name in self._loaders  # without reading the table

    def __repr__(self) -> str:
        return f"Tables({', '.join(self)})"

    def with_tables(self, **tables: pd.DataFrame) -> "Tables":
        """Return the same tables with some of them replaced or added."""
        old = {name: _Shared(self, name) for name in self}
        return Tables(
            old | {name: partial(tables.__getitem__, name) for name in tables}
        )

    documents = _property("documents", "A valid table, one row per plan.")
    tasks = _property("tasks", "A valid table, in the order of the plans.")
    spans = _property("spans", "A valid table: what each character of each plan is.")
    failures = _property("failures", "A valid table: what was not read, and why.")
    remarks = _property("remarks", "A valid table: what a person should look at.")
    themes = _property("themes", "A valid table of one codebook.")
    theme_assignments = _property("theme_assignments", "Valid, one coder per task.")
    keyword_matches = _property("keyword_matches", "A valid table.")


class _Shared(PartLoader):
    """A table of other tables, which read it once for both."""

    def __init__(self, tables: Tables, name: str) -> None:
        self._tables, self._name = tables, name

    def __call__(
        self,
        columns: Sequence[str] | None = None,
        rows: Mapping[str, Collection[Any]] | None = None,
    ) -> pd.DataFrame:
        if columns is None:
            return self._tables[self._name]
        return self._tables.part(self._name, columns, rows)
