"""From the rows people filled in to checked decisions that win over the machine."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from govopen_analytics.base.errors import SchemaError, choices
from govopen_analytics.base.schemas import to_schema, validate
from govopen_analytics.coding.assign import CODERS
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.review.carrying import document_of, text_sha256
from govopen_analytics.review.workbook import (
    SECONDARY,
    SheetRow,
    read_workbook,
    theme_names,
)

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\Z")
_PROBLEM_COLUMNS = ["row", "column", "task_id", "found", "expected"]
_YEARS = range(1990, 2101)
_DECIDING = ("primary", *SECONDARY, "remark")


@dataclass(frozen=True)
class ReviewImport:
    """What a filled-in workbook gave.

    Attributes
    ----------
    reviews : DataFrame, shape (n_reviews, 9)
        A valid ``reviews`` table of the rows without a problem.
    problems : DataFrame, shape (n_problems, 5)
        ``row`` (number in the sheet, the heading is 1), ``column``, ``task_id``,
        ``found``, ``expected``.
    n_empty : int
        Rows nobody filled in (count).
    """

    reviews: pd.DataFrame
    problems: pd.DataFrame
    n_empty: int


def import_reviews(
    path: Path | str,
    tasks: pd.DataFrame,
    codebook: Codebook,
    *,
    coder: str = "",
    reviewed_date: str = "",
) -> ReviewImport:
    """Read decisions back from a workbook and check every row.

    Parameters
    ----------
    path : Path or str
        An XLSX that was exported and filled in.
    tasks : DataFrame, shape (n_tasks, ...)
        ``task_id`` and ``text`` of the tasks as they are now.
    codebook : Codebook
        The themes that may be named, by label in either language or by id.
    coder, reviewed_date : str
        For rows that name none; the date as in 2024-05-31.

    Returns
    -------
    ReviewImport

    Raises
    ------
    ReadError
        If the file is no such workbook.
    """
    texts = dict(zip(tasks["task_id"], tasks["text"], strict=True))
    names = theme_names(codebook)
    checker = _Checker(texts, names, list(codebook.theme_ids))
    defaults = {"coder": coder or None, "reviewed_date": reviewed_date or None}
    n_empty = 0
    for row in read_workbook(Path(path)):
        # A name drawn down a whole column decides nothing yet.
        if all(row.cells.get(name) is None for name in _DECIDING):
            n_empty += 1
            continue
        checker.check(_filled(row, defaults))
    reviews = pd.DataFrame(checker.decisions).assign(codebook_version=codebook.version)
    return ReviewImport(
        reviews=validate(to_schema(reviews, "reviews"), "reviews"),
        problems=pd.DataFrame(checker.problems, columns=_PROBLEM_COLUMNS),
        n_empty=n_empty,
    )


def _filled(row: SheetRow, defaults: dict[str, str | None]) -> SheetRow:
    missing = {k: v for k, v in defaults.items() if row.cells.get(k) is None}
    return SheetRow(row.number, {**row.cells, **missing})


class _Checker:
    """Takes rows one by one and keeps decisions and problems apart."""

    def __init__(
        self,
        texts: dict[str, str],
        names: dict[str, str | None],
        theme_ids: Sequence[str],
    ) -> None:
        self.texts = texts
        self.names = names
        self.theme_ids = theme_ids
        self.decisions: list[dict[str, Any]] = []
        self.problems: list[tuple] = []
        self._first_rows: dict[tuple[str, str], int] = {}
        self._tasks: dict[tuple[str, str], str] = {}
        for task_id, text in texts.items():
            key = (document_of(task_id), text_sha256(text))
            self._tasks.setdefault(key, task_id)

    def check(self, row: SheetRow) -> None:
        n_before = len(self.problems)
        task_id = self._task(row)
        themes = self._themes(row)
        coder = self._coder(row)
        day = self._date(row)
        if task_id is not None and coder is not None:
            self._only_decision(row, task_id, coder)
        if len(self.problems) > n_before or task_id is None:
            return
        self.decisions.append(
            {
                "task_id": task_id,
                "coder": coder,
                "reviewed_date": day,
                "primary_theme_id": themes[0],
                "secondary_theme_ids": themes[1:],
                "text_sha256": text_sha256(self.texts[task_id]),
                "remark": _text(row.cells.get("remark")),
                "text": self.texts[task_id],
            }
        )

    def _problem(self, row: SheetRow, column: str, expected: str) -> None:
        found = row.cells.get(column)
        shown = "" if found is None else str(found)
        shown = shown if len(shown) <= 60 else shown[:59] + "…"
        task_id = _text(row.cells.get("task_id")) or ""
        self.problems.append((row.number, column, task_id, shown, expected))

    def _task(self, row: SheetRow) -> str | None:
        task_id = _text(row.cells.get("task_id")) or ""
        digest = row.cells.get("text_sha256")
        is_known = task_id in self.texts
        if is_known and digest == text_sha256(self.texts[task_id]):
            return task_id
        # The numbers may have changed since the export.
        if found := self._tasks.get((document_of(task_id), str(digest))):
            return found
        if not is_known:
            self._problem(row, "task_id", "the id of a task in the tables")
        else:
            self._problem(
                row,
                "text_sha256",
                "the checksum of the task's present text; the text has changed "
                "since export, so export the task again and look at it anew",
            )
        return None

    def _themes(self, row: SheetRow) -> list[str | None]:
        themes: list[str | None] = []
        for column in ("primary", *SECONDARY):
            name = _text(row.cells.get(column))
            if name is None:
                if column == "primary":
                    self._problem(row, column, "a theme, or that no theme fits")
                    return themes
                continue
            if name not in self.names:
                known = [label for label in self.names if label not in self.theme_ids]
                listed = choices(name, known).rpartition("expected one of: ")[2]
                self._problem(row, column, f"one of: {listed}")
                continue
            self._add_theme(row, column, self.names[name], themes)
        return themes

    def _add_theme(
        self, row: SheetRow, column: str, theme: str | None, themes: list[str | None]
    ) -> None:
        if column != "primary" and theme is None:
            self._problem(row, column, "a theme, or an empty cell")
        elif column != "primary" and themes and themes[0] is None:
            self._problem(row, column, "an empty cell, since no theme is primary")
        elif theme in themes:
            self._problem(row, column, "a theme not given in this row before")
        else:
            themes.append(theme)

    def _coder(self, row: SheetRow) -> str | None:
        coder = _text(row.cells.get("coder"))
        if coder is None:
            self._problem(row, "coder", "the name or initials of who decided")
        elif coder in CODERS:
            self._problem(row, "coder", "a person, not an automatic coder")
            return None
        return coder

    def _date(self, row: SheetRow) -> date | None:
        value = row.cells.get("reviewed_date")
        day = _as_date(value)
        if day is None:
            self._problem(row, "reviewed_date", "a date such as 2024-05-31")
        return day

    def _only_decision(self, row: SheetRow, task_id: str, coder: str) -> None:
        first = self._first_rows.setdefault((task_id, coder), row.number)
        if first != row.number:
            self._problem(
                row,
                "coder",
                f"one decision of a coder for a task; row {first} holds another",
            )


def _text(value: Any) -> str | None:
    if value is None:
        return None
    # A spreadsheet makes a number of an id such as 12.
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value).strip() or None


def _as_date(value: Any) -> date | None:
    if isinstance(value, datetime):
        value = value.date()
    elif not isinstance(value, date):
        match = _DATE.match(_text(value) or "")
        if match is None:
            return None
        try:
            value = date(*map(int, match.groups()))
        except ValueError:
            return None
    return value if value.year in _YEARS else None


# Decisions kept, and put in the machine's place ----------------------------------


def add_reviews(stored: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Put new decisions beside stored ones; a coder's later one replaces theirs.

    Parameters
    ----------
    stored, new : DataFrame
        Valid ``reviews`` tables.

    Returns
    -------
    DataFrame, shape (n_reviews, 9)
        A valid ``reviews`` table: of one coder's decisions about a task the one of
        the later date, of the same day the new one.
    """
    table = pd.concat([stored, new], ignore_index=True)
    table = table.sort_values("reviewed_date", kind="stable")
    table = table.drop_duplicates(["task_id", "coder"], keep="last")
    return table.sort_values(["task_id", "coder"], ignore_index=True)


def deciding_reviews(reviews: pd.DataFrame) -> pd.DataFrame:
    """Keep one decision a task: the latest, of one day the first coder by name.

    Parameters
    ----------
    reviews : DataFrame, shape (n_reviews, 9)
        A valid ``reviews`` table.

    Returns
    -------
    DataFrame, shape (n_tasks, 9)
    """
    ordered = reviews.sort_values(
        ["task_id", "reviewed_date", "coder"], ascending=[True, False, True]
    )
    return ordered.drop_duplicates("task_id").reset_index(drop=True)


def review_assignments(reviews: pd.DataFrame) -> pd.DataFrame:
    """Turn decisions into assignments of the people who made them.

    Parameters
    ----------
    reviews : DataFrame, shape (n_reviews, 9)
        A valid ``reviews`` table.

    Returns
    -------
    DataFrame, shape (n_assignments, 6)
        Valid ``theme_assignments``; ``score`` is empty, people gave none. A
        decision that no theme fits has no row.
    """
    rows = [
        (review.task_id, theme, review.coder, rank, review.codebook_version)
        for review in reviews.itertuples()
        if not pd.isna(review.primary_theme_id)
        for rank, theme in enumerate(
            [review.primary_theme_id, *review.secondary_theme_ids], start=1
        )
    ]
    columns = ["task_id", "theme_id", "coder", "rank", "codebook_version"]
    table = pd.DataFrame(rows, columns=columns).sort_values(["task_id", "coder"])
    return to_schema(
        table.sort_values(["task_id", "coder", "rank"]), "theme_assignments"
    )


def apply_reviews(assignments: pd.DataFrame, reviews: pd.DataFrame) -> pd.DataFrame:
    """Let people's decisions win over the machine's.

    Parameters
    ----------
    assignments : DataFrame, shape (n_assignments, 6)
        ``theme_assignments`` of one automatic coder.
    reviews : DataFrame, shape (n_reviews, 9)
        Result of ``current_reviews``; of several decisions about a task the
        one of ``deciding_reviews`` counts.

    Returns
    -------
    DataFrame, shape (n_rows, 6)
        Valid ``theme_assignments``: a reviewed task has the themes its person gave,
        under the person's name, or no row if no theme fits; any other task has
        the machine's.

    Raises
    ------
    SchemaError
        If reviews and assignments were made with different codebook versions.
    """
    decided = deciding_reviews(reviews)
    versions = set(assignments["codebook_version"]) | set(decided["codebook_version"])
    if len(versions) > 1:
        raise SchemaError(
            "reviews",
            f"found codebook versions {', '.join(sorted(versions))}, expected one; "
            "carry the reviews over with current_reviews",
        )
    machine = assignments.loc[~assignments["task_id"].isin(decided["task_id"])]
    table = pd.concat([machine, review_assignments(decided)], ignore_index=True)
    return to_schema(table.sort_values(["task_id", "rank"]), "theme_assignments")
