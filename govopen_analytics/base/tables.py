"""The tables of one corpus as one object, each read when it is first asked for."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from govopen_analytics.base.errors import SourceError, choices


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
    parts : mapping of str to callable, optional
        For some of them: what returns given columns, and rows with given values.

    Examples
    --------
    >>> tables = Tables.of({"tasks": pd.DataFrame({"task_id": ["a-001"]})})
    >>> len(tables.tasks), list(tables)
    (1, ['tasks'])
    """

    def __init__(
        self,
        loaders: Mapping[str, Callable[[], pd.DataFrame]],
        parts: Mapping[str, Callable[..., pd.DataFrame]] | None = None,
    ) -> None:
        self._loaders = dict(loaders)
        self._parts = dict(parts or {})
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

        `rows` are the values that a row must have, by column.
        """
        if name not in self._read and name in self._parts:
            return self._parts[name](columns, rows)
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
        new = {name: partial(tables.__getitem__, name) for name in tables}
        others = [name for name in self if name not in new]
        return Tables(
            {name: partial(self.__getitem__, name) for name in self} | new,
            {name: partial(self.part, name) for name in others},
        )

    documents = _property("documents", "A valid table, one row per plan.")
    tasks = _property("tasks", "A valid table, in the order of the plans.")
    spans = _property("spans", "A valid table: what each character of each plan is.")
    failures = _property("failures", "A valid table: what was not read, and why.")
    remarks = _property("remarks", "A valid table: what a person should look at.")
    themes = _property("themes", "A valid table of one codebook.")
    theme_assignments = _property("theme_assignments", "Valid, one coder per task.")
    keyword_matches = _property("keyword_matches", "A valid table.")
