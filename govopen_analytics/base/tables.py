"""The tables of one corpus as one object, each read when it is first asked for."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import pandas as pd

from govopen_analytics.base.errors import SourceError, choices


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
        return cls({name: partial(tables.__getitem__, name) for name in tables})

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            self._read[name] = self._loaders[name]()
        return self._read[name]

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
        old = {name: partial(self.__getitem__, name) for name in self}
        return Tables(
            old | {name: partial(tables.__getitem__, name) for name in tables}
        )

    @property
    def documents(self) -> pd.DataFrame:
        """A valid ``documents`` table, one row per plan that has tasks."""
        return self._named("documents")

    @property
    def tasks(self) -> pd.DataFrame:
        """A valid ``tasks`` table, in the order of the plans."""
        return self._named("tasks")

    @property
    def spans(self) -> pd.DataFrame:
        """A valid ``spans`` table: what each character of each document is."""
        return self._named("spans")

    @property
    def failures(self) -> pd.DataFrame:
        """A valid ``failures`` table: every input that was not read, and why."""
        return self._named("failures")

    @property
    def remarks(self) -> pd.DataFrame:
        """A valid ``remarks`` table: what a person should look at in what was read."""
        return self._named("remarks")

    @property
    def themes(self) -> pd.DataFrame:
        """A valid ``themes`` table of one codebook."""
        return self._named("themes")

    @property
    def theme_assignments(self) -> pd.DataFrame:
        """Valid ``theme_assignments``, one coder per task."""
        return self._named("theme_assignments")

    @property
    def keyword_matches(self) -> pd.DataFrame:
        """A valid ``keyword_matches`` table."""
        return self._named("keyword_matches")

    def _named(self, name: str) -> pd.DataFrame:
        if name not in self:
            raise SourceError(
                f"The corpus lacks a table: {choices(name, list(self))}; code the "
                "plans, or run `govopen build` again"
            )
        return self[name]
