"""The XLSX a person codes in: written with lists to choose from, read by row."""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from govopen_analytics.base.atomic_files import replace_file, stable_package
from govopen_analytics.base.datapackage import safe_cell
from govopen_analytics.base.errors import ReadError
from govopen_analytics.base.languages import LANGUAGES
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.readers.limits import (
    MAX_FILE_BYTES,
    MAX_PART_BYTES,
    MAX_SHEET_ROWS,
    check_count,
    check_size,
    errors_named,
)
from govopen_analytics.words import section

#: Most secondary themes a person can give in the workbook.
N_SECONDARY = 3
#: Most characters of a cell that spreadsheets hold.
MAX_CELL_CHARS = 32_000

SECONDARY = tuple(f"secondary_{n}" for n in range(1, N_SECONDARY + 1))
#: Columns a person fills in.
DECISION_COLUMNS = ("primary", *SECONDARY, "coder", "reviewed_date", "remark")
#: Columns of the sheet in order, with their widths (characters).
COLUMNS = {
    "task_id": 22,
    "reasons": 14,
    "plan": 20,
    "chapter": 16,
    "section": 16,
    "text": 60,
    "evidence": 44,
    "machine_primary": 18,
    "machine_score": 9,
    "machine_secondary": 18,
    "primary": 20,
    **dict.fromkeys(SECONDARY, 18),
    "coder": 12,
    "reviewed_date": 13,
    "remark": 26,
    "text_sha256": 12,
}
# What import needs of a row to tell what was decided about what.
_NEEDED = ("task_id", "primary", "coder", "text_sha256")
_HIDDEN = ("text_sha256",)
_MADE = datetime(2000, 1, 1)  # equal rows give equal bytes, whenever
# Control characters that XML cannot hold, and halves of a character.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

_GUIDE_WIDTH, _DEFINITION_WIDTH = 100, 90


@dataclass(frozen=True)
class SheetRow:
    """One row of a review sheet: its number in the sheet, its cells by column."""

    number: int
    cells: dict[str, Any]


def column_label(column: str, lang: str) -> str:
    """Return the heading of a column of the review sheet."""
    return section("review_workbook", lang)["columns"][column]


def theme_names(codebook: Codebook) -> dict[str, str | None]:
    """Return what may stand in a theme's cell, and the theme it means.

    Parameters
    ----------
    codebook : Codebook

    Returns
    -------
    dict of str to str or None
        Labels in both languages and ids; None for "no theme fits".
    """
    names: dict[str, str | None] = {theme: theme for theme in codebook.theme_ids}
    for lang in LANGUAGES:
        names[section("review_workbook", lang)["no_theme"]] = None
        for theme, label in codebook.labels(lang).items():
            # A spreadsheet may take the guard of a label off when it is chosen.
            names[label] = names[str(safe_cell(label))] = theme
    return names


def no_theme_label(lang: str) -> str:
    """Return what a person chooses where no theme fits."""
    return section("review_workbook", lang)["no_theme"]


def write_workbook(
    rows: pd.DataFrame, path: Path, codebook: Codebook, *, lang: str = "zh"
) -> None:
    """Write the review sheet, the themes and the guide, whole or not at all.

    Equal rows give equal bytes. No cell starts a formula; a text too long for a
    cell is cut and says so.

    Parameters
    ----------
    rows : DataFrame, shape (n_rows, ...)
        Columns of ``COLUMNS``, ready to read; missing ones stay empty.
    path : Path
        File to write; its folder is made where missing.
    codebook : Codebook
        Gives the themes to choose from and the rules of the guide.
    lang : {"zh", "en"}, default "zh"
    """
    from openpyxl import Workbook

    words = section("review_workbook", lang)
    book = Workbook()
    sheet = book.active
    sheet.title = words["sheets"]["review"]
    _fill_review(sheet, rows, words)
    _fill_guide(book.create_sheet(words["sheets"]["guide"]), codebook, words, lang)
    themes = book.create_sheet(words["sheets"]["themes"])
    n_choices = _fill_themes(themes, codebook, words, lang)
    _add_lists(sheet, len(rows), themes.title, n_choices, words)
    buffer = io.BytesIO()
    book.save(buffer)
    replace_file(path, stable_package(buffer.getvalue(), _MADE))


def _fill_review(sheet: Any, rows: pd.DataFrame, words: dict[str, Any]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    top = Alignment(vertical="top", wrap_text=True)
    fill = PatternFill("solid", fgColor="FFF4DC")
    for place, (column, width) in enumerate(COLUMNS.items(), start=1):
        head = sheet.cell(1, place, _cell(words["columns"][column], words))
        head.font, head.alignment = Font(bold=True), top
        is_decision = column in DECISION_COLUMNS
        if is_decision:
            head.fill = fill
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = width
        sheet.column_dimensions[letter].hidden = column in _HIDDEN
        values = rows[column] if column in rows else [None] * len(rows)
        for number, value in enumerate(values, start=2):
            cell = sheet.cell(number, place, _cell(value, words))
            cell.alignment = top
            if is_decision:
                cell.fill = fill
            if column == "reviewed_date":
                cell.number_format = "yyyy-mm-dd"
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions


def _fill_guide(
    sheet: Any, codebook: Codebook, words: dict[str, Any], lang: str
) -> None:
    from openpyxl.styles import Alignment, Font

    title = getattr(codebook, f"title_{lang}") or codebook.name
    lines = [words["codebook"].format(title=title, version=codebook.version)]
    lines += words["guide"]
    rules = [f"{n}. {getattr(r, lang)}" for n, r in enumerate(codebook.rules, start=1)]
    heads = {1}
    if rules:
        heads.add(len(lines) + 1)
        lines += [words["rules"], *rules]
    sheet.column_dimensions["A"].width = _GUIDE_WIDTH
    for number, line in enumerate(lines, start=1):
        cell = sheet.cell(number, 1, _cell(line, words))
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        cell.font = Font(bold=number in heads)


def _fill_themes(
    sheet: Any, codebook: Codebook, words: dict[str, Any], lang: str
) -> int:
    from openpyxl.styles import Alignment, Font

    rows = [words["themes_head"]]
    for theme in codebook.themes.itertuples():
        label = getattr(theme, f"label_{lang}")
        rows.append((label, getattr(theme, f"definition_{lang}"), theme.theme_id))
    rows.append((words["no_theme"], "", ""))
    for letter, width in zip("ABC", (30, _DEFINITION_WIDTH, 28), strict=True):
        sheet.column_dimensions[letter].width = width
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place, _cell(value, words))
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            cell.font = Font(bold=number == 1)
    sheet.freeze_panes = "A2"
    return len(rows) - 1


def _add_lists(
    sheet: Any, n_rows: int, themes_title: str, n_choices: int, words: dict[str, Any]
) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    # A range, for a list written out may have 255 characters at most.
    source = f"='{themes_title}'!$A$2:$A${n_choices + 1}"
    for column in ("primary", *SECONDARY):
        # "No theme" stands last and makes no sense beside a primary theme.
        n_offered = n_choices if column == "primary" else n_choices - 1
        choice = DataValidation(
            type="list",
            formula1=source.replace(f"${n_choices + 1}", f"${n_offered + 1}"),
            allow_blank=True,
            showErrorMessage=True,
            errorTitle=words["pick_title"],
            error=words["pick_text"],
        )
        letter = get_column_letter(list(COLUMNS).index(column) + 1)
        choice.add(f"{letter}2:{letter}{max(n_rows, 1) + 1}")
        sheet.add_data_validation(choice)


def _cell(value: Any, words: dict[str, Any]) -> Any:
    if value is None or (not isinstance(value, list) and pd.isna(value)):
        return None
    if isinstance(value, bool | int | float):
        return value
    text = _UNWRITABLE.sub("�", str(value))
    if len(text) > MAX_CELL_CHARS:
        text = text[:MAX_CELL_CHARS] + words["cut"].format(n=len(text))
    return safe_cell(text)


def read_workbook(path: Path) -> list[SheetRow]:
    """Read the rows of a review sheet, whatever the order of its columns.

    Parameters
    ----------
    path : Path
        An XLSX that ``write_workbook`` wrote and a person filled in.

    Returns
    -------
    list of SheetRow
        Rows with a task id or a decision; cells as stored, blanks as None.

    Raises
    ------
    ReadError
        If the file is no such workbook, is too large, or lacks a column.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        content = path.read_bytes()
        with errors_named(path.name):
            check_size("file", len(content), MAX_FILE_BYTES)
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for part in archive.infolist():
                    unpacked = f"part {part.filename} unpacked"
                    check_size(unpacked, part.file_size, MAX_PART_BYTES)
        # Not as a stream: what a sheet says of its own size need not be true.
        book = load_workbook(io.BytesIO(content), data_only=True)
    except OSError as error:
        raise ReadError(f"{path}: cannot be opened ({error.strerror})") from error
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise ReadError(
            f"{path}: found a file that is no XLSX workbook ({error}), expected one "
            "that `govopen review export` wrote"
        ) from error
    sheet = _review_sheet(book)
    with errors_named(path.name):
        check_count("rows", sheet.max_row, MAX_SHEET_ROWS)
    lines = sheet.iter_rows(values_only=True)
    columns = _columns(next(lines, ()), path)
    rows = []
    for number, line in enumerate(lines, start=2):
        cells = {name: _stored(line[place]) for name, place in columns.items()}
        named = ("task_id", *DECISION_COLUMNS)
        if any(cells.get(name) is not None for name in named):
            rows.append(SheetRow(number, cells))
    return rows


def _review_sheet(book: Any) -> Any:
    for lang in LANGUAGES:
        title = section("review_workbook", lang)["sheets"]["review"]
        if title in book.sheetnames:
            return book[title]
    return book.worksheets[0]


def _columns(header: Sequence[Any], path: Path) -> dict[str, int]:
    known = {
        label: column
        for lang in LANGUAGES
        for column, label in section("review_workbook", lang)["columns"].items()
    }
    found = [str(cell).strip() if cell is not None else "" for cell in header]
    columns = {known[label]: n for n, label in enumerate(found) if label in known}
    for column in _NEEDED:
        if column not in columns:
            shown = "、".join(filter(None, found)) or "nothing"
            wanted = [label for label, name in known.items() if name == column]
            raise ReadError(
                f"{path}, row 1: found the headings {shown}, expected also "
                f"'{wanted[0]}' or '{wanted[-1]}'; export the tasks again"
            )
    return columns


def _stored(value: Any) -> Any:
    if isinstance(value, str):
        value = value.strip()
    return None if value == "" else value
