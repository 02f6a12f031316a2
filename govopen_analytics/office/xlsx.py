"""Tables of a run to a workbook: numbers, dates, and a sheet that explains."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from govopen_analytics.base.datapackage import safe_cell
from govopen_analytics.base.errors import ExportError
from govopen_analytics.base.schemas import FIELDS, column_meaning, table_meaning
from govopen_analytics.base.text import printable
from govopen_analytics.charts.model import FORMATS, Chart, Mark
from govopen_analytics.charts.style import with_reference
from govopen_analytics.office.native import CHINESE_FONT
from govopen_analytics.office.package import stable_package
from govopen_analytics.words import section

# What the file format allows.
MOST_ROWS, MOST_CHARACTERS, _SHEET_NAME = 1_048_576, 32_767, 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Shares, and differences of shares.
_SHARE = re.compile(
    r"(?:^|_)(?:share(?:_.*)?|(?:change(?:_per_year)?|error)(?:_lower|_upper)?)$"
)
_PART = "report_of"  # the agency or theme a row belongs to
_PLAIN_INTEGERS = ("year", "ordinal", "rank")
_KINDS = {
    "integer": "number",
    "number": "number",
    "date": "date",
    "boolean": "boolean",
    "string": "string",
    "array": "string",
}
_LOST = "\ufffd"  # stands where a cell cannot hold a character
_WIDEST, _NARROWEST, _SAMPLE = 60, 9, 300
_HEAD_FILL = PatternFill("solid", fgColor="0B5394")
_HEAD_FONT = Font(name=CHINESE_FONT, bold=True, color="FFFFFF", size=10)
_BODY_FONT = Font(name=CHINESE_FONT, size=10)
_BODY_ALIGNMENT = Alignment(vertical="top")


@dataclass(frozen=True)
class Sheet:
    """A table for a workbook: a name, what a row is, heads, typed rows.

    ``meanings``, ``kinds`` and ``formats`` hold, per column, what it says, "number",
    "date", "boolean" or "string", and the format its cells are shown in.
    """

    name: str
    meaning: str
    columns: tuple[str, ...]
    meanings: tuple[str, ...]
    kinds: tuple[str, ...]
    formats: tuple[str, ...]
    rows: list[list[Any]]
    warnings: list[str] = field(default_factory=list)


def read_sheet(parts: Mapping[str, Path], lang: str) -> Sheet:
    """Read a table of a run with its types.

    A column declared in ``schemas.FIELDS`` has the declared type; another one is
    numeric, a date or a truth value where every cell of it is. Identifiers and
    numbers that open with 0 stay text.

    Parameters
    ----------
    parts : mapping of str to Path
        Files that ``results.save_table`` wrote under one name, by the agency or the
        theme they are for, which the first column then names; a table for the
        whole has one part, under an empty text.
    lang : {"zh", "en"}
        Language of the warnings.

    Returns
    -------
    Sheet

    Raises
    ------
    ExportError
        If a file is no table, or there are more rows than a sheet holds.
    """
    path = next(iter(parts.values()))
    columns, rows = _joined({label: _read_rows(own) for label, own in parts.items()})
    if len(rows) >= MOST_ROWS:
        raise ExportError(
            f"Table {path}: found {len(rows):,} rows, expected fewer than "
            f"{MOST_ROWS:,}, the most a sheet holds; use the CSV itself"
        )
    kinds = [
        _kind(name, [row[i] for row in rows if i < len(row) and row[i]])
        for i, name in enumerate(columns)
    ]
    warnings: list[str] = []
    typed = [
        [
            _typed(text, kind, _Place(path.stem, row, name, lang, warnings))
            for text, kind, name in zip(line, kinds, columns, strict=False)
        ]
        for row, line in enumerate(rows, start=2)
    ]
    formats = [
        _format(name, kind, [row[i] for row in typed if i < len(row)])
        for i, (name, kind) in enumerate(zip(columns, kinds, strict=True))
    ]
    return Sheet(
        path.stem,
        table_meaning(path.stem, lang),
        tuple(columns),
        tuple(column_meaning(path.stem, name, lang) for name in columns),
        tuple(kinds),
        tuple(formats),
        typed,
        warnings,
    )


def _read_rows(path: Path) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            csv.field_size_limit(2**31 - 1)
            return list(csv.reader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ExportError(
            f"Table {path}: cannot be read as CSV ({type(error).__name__}: {error}); "
            "run `govopen report` again"
        ) from error


def _joined(
    parts: Mapping[str, list[list[str]]],
) -> tuple[list[str], list[list[str]]]:
    """Return heads and rows of tables below each other; one may lack a column."""
    heads = {label: table[0] if table else [] for label, table in parts.items()}
    columns = list(dict.fromkeys(name for own in heads.values() for name in own))
    if list(parts) == [""]:
        return columns, parts[""][1:]
    rows = []
    for label, table in parts.items():
        for line in table[1:]:
            row = dict(zip(heads[label], line, strict=False))
            rows.append([label, *(row.get(name, "") for name in columns)])
    return [_PART, *columns], rows


def chart_sheet(chart: Chart, lang: str) -> Sheet:
    """List the data of a chart, one row a mark.

    Parameters
    ----------
    chart : Chart
    lang : {"zh", "en"}
        Language of the heads.

    Returns
    -------
    Sheet
        Panel, category, series, horizontal value, value, bounds and label.
    """
    rows: list[list[Any]] = []
    form = "0.000"
    for panel in map(with_reference, chart.panels):
        form = FORMATS[panel.form]
        for one in panel.series:
            names = panel.categories or ("",) * len(one.marks)
            for name, mark in zip(names, one.marks, strict=True):
                rows.append(_mark(panel.title, name, one.name, mark))
    if chart.table is not None:
        for name, line in zip(chart.table.rows, chart.table.cells, strict=True):
            for column, cell in zip(chart.table.columns, line, strict=True):
                rows.append(_mark("", name, column, Mark(cell.value, label=cell.label)))
    formats = ("@", "@", "@", "General", form, form, form, "@")
    numbers = ("number",) * 4
    kinds = ("string", "string", "string", *numbers, "string")
    words = section("office", lang)
    return Sheet(
        chart.name,
        chart.title,
        tuple(words["chart_columns"]),
        tuple(words["chart_meanings"]),
        kinds,
        formats,
        rows,
    )


def workbook_bytes(
    sheets: Sequence[Sheet],
    *,
    record: Mapping[str, Any],
    sources: Iterable[str],
    lang: str,
    when: datetime,
) -> bytes:
    """Return an XLSX with a sheet of notes and one per table.

    Parameters
    ----------
    sheets : sequence of Sheet
    record : mapping
        The run's record, for the notes.
    sources : iterable of str
        Source lines of the run's charts, each with its n.
    lang : {"zh", "en"}
    when : datetime
        Date the file's properties name.

    Returns
    -------
    bytes
    """
    words = section("office", lang)
    book = Workbook(write_only=True)
    names = _sheet_names([words["notes"], *(sheet.name for sheet in sheets)])
    _write_notes(book, names, sheets, record, sources, lang)
    for name, sheet in zip(names[1:], sheets, strict=True):
        _write_sheet(book, name, sheet)
    book.properties.title = words["tables_title"]
    book.properties.creator = book.properties.lastModifiedBy = "govopen"
    book.properties.language = words["speech"]
    target = io.BytesIO()
    book.save(target)
    return stable_package(target.getvalue(), when)


def table_bytes(table: pd.DataFrame, title: str) -> bytes:
    """Return a table as an XLSX of one sheet, without a formula in any cell.

    Parameters
    ----------
    table : DataFrame, shape (n_rows, n_columns)
        Numbers and texts; a text that a cell cannot hold is cut.
    title : str
        Name of the sheet.

    Returns
    -------
    bytes

    Raises
    ------
    ExportError
        If there are more rows than a sheet holds.
    """
    if len(table) >= MOST_ROWS:
        raise ExportError(
            f"Table '{title}': found {len(table):,} rows, expected fewer than "
            f"{MOST_ROWS:,}, the most a sheet holds; save it as CSV"
        )
    columns = tuple(map(str, table.columns))
    rows = [
        [
            printable(value)[: MOST_CHARACTERS - 1] if isinstance(value, str) else value
            for value in line
        ]
        for line in table.astype(object).where(table.notna(), None).to_numpy().tolist()
    ]
    formats = ("General",) * len(columns)
    sheet = Sheet(title, "", columns, columns, formats, formats, rows)
    book = Workbook(write_only=True)
    _write_sheet(book, _sheet_names([title])[0], sheet)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@dataclass(frozen=True)
class _Place:
    sheet: str
    row: int
    column: str
    lang: str
    warnings: list[str]

    def warn(self, what: str) -> None:
        words = section("office", self.lang)[what]
        where = {"sheet": self.sheet, "row": self.row, "column": self.column}
        self.warnings.append(words.format(**where, most=MOST_CHARACTERS - 1))


def _kind(name: str, texts: list[str]) -> str:
    declared = _KINDS[FIELDS[name].type] if name in FIELDS else ""
    if declared:
        return declared
    if not texts or name.endswith(("_id", "_sha256", "_name")):
        return "string"
    if all(_NUMBER.fullmatch(text) for text in texts):
        return "number"
    if all(_DATE.fullmatch(text) for text in texts):
        return "date"
    if set(texts) <= {"true", "false"}:
        return "boolean"
    return "string"


def _typed(text: str, kind: str, place: _Place) -> Any:
    if text == "":
        return None
    if kind == "number" and _NUMBER.fullmatch(text):
        # A count beside an absent one was written as 4.0.
        digits = text.removesuffix(".0")
        is_whole = digits.lstrip("-").isdigit() and len(digits) <= 15
        return int(digits) if is_whole else float(text)
    if kind == "date" and _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return safe_cell(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    clean = printable(text, _LOST)
    if clean != text:
        place.warn("unprintable")
    if len(clean) > MOST_CHARACTERS:
        place.warn("cut")
        clean = clean[: MOST_CHARACTERS - 1] + "…"
    return safe_cell(clean)


def _format(name: str, kind: str, values: list[Any]) -> str:
    if kind == "date":
        return "yyyy-mm-dd"
    if kind != "number":
        return "@" if kind == "string" else "General"
    numbers = [value for value in values if isinstance(value, int | float)]
    is_whole = all(isinstance(value, int) for value in numbers)
    if _SHARE.search(name) and all(-1 <= value <= 1 for value in numbers):
        return "0.0%"
    if is_whole:
        is_name = name in _PLAIN_INTEGERS or name.endswith("year")
        return "0" if is_name else "#,##0"
    return "0.000"


def _mark(title: str, name: str, series: str, mark: Mark) -> list[Any]:
    texts = [safe_cell(printable(text)) or None for text in (title, name, series)]
    label = safe_cell(printable(mark.label)) or None
    return [*texts, mark.x, mark.value, mark.lower, mark.upper, label]


def _sheet_names(wanted: Sequence[str]) -> list[str]:
    """Return names that a workbook takes: short, unlike, without its signs."""
    names: list[str] = []
    taken = {"history"}  # Excel keeps this one for itself
    for name in wanted:
        base = _FORBIDDEN.sub("_", printable(name)) or "_"
        short, number = base[:_SHEET_NAME], 2
        while short.lower() in taken:
            ending = f"_{number}"
            short = base[: _SHEET_NAME - len(ending)] + ending
            number += 1
        taken.add(short.lower())
        names.append(short)
    return names


def _write_sheet(book: Workbook, name: str, sheet: Sheet) -> None:
    page = book.create_sheet(name)
    _set_up_page(page)
    page.print_title_rows = "1:1"
    for i, head in enumerate(sheet.columns):
        width = _column_width(head, [row[i] for row in sheet.rows[:_SAMPLE]])
        page.column_dimensions[get_column_letter(i + 1)].width = width
    if sheet.columns:
        last = get_column_letter(len(sheet.columns))
        page.auto_filter.ref = f"A1:{last}{len(sheet.rows) + 1}"
    page.append([_head(page, head) for head in sheet.columns])
    styles: dict[str, Any] = {}
    for row in sheet.rows:
        page.append(
            [
                _cell(page, value, form, styles)
                for value, form in zip(row, sheet.formats, strict=False)
            ]
        )


def _set_up_page(page: Any) -> None:
    page.freeze_panes = "A2"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _write_notes(
    book: Workbook,
    names: Sequence[str],
    sheets: Sequence[Sheet],
    record: Mapping[str, Any],
    sources: Iterable[str],
    lang: str,
) -> None:
    words = section("office", lang)
    page = book.create_sheet(names[0])
    for letter, width in zip("ABCD", (30, 44, 12, 70), strict=True):
        page.column_dimensions[letter].width = width
    _set_up_page(page)
    page.append([_head(page, text) for text in words["head"]])
    for line in _about(record, words):
        _append(page, line)
    for text in dict.fromkeys(sources):
        _append(page, (words["source"], text))
    for text in words["reading"]:
        _append(page, (words["notes"], text))
    for sheet in sheets:
        for text in sheet.warnings:
            _append(page, (words["notes"], text))
    page.append([])
    page.append([_head(page, text) for text in words["sheets"]])
    for name, sheet in zip(names[1:], sheets, strict=True):
        _append(page, (name, sheet.meaning, len(sheet.rows)))
    page.append([])
    page.append([_head(page, text) for text in words["columns"]])
    for name, sheet in zip(names[1:], sheets, strict=True):
        described = zip(sheet.columns, sheet.kinds, sheet.meanings, strict=True)
        for column, kind, meaning in described:
            _append(page, (name, column, words["types"][kind], meaning))


def _about(
    record: Mapping[str, Any], words: Mapping[str, Any]
) -> list[tuple[str, str]]:
    status = str(record.get("status", ""))
    values = {
        "run": record.get("run", ""),
        "status": words["statuses"].get(status, status),
        "started": record.get("started", ""),
        "codebook": record.get("codebook_version", ""),
        "code": (record.get("code") or {}).get("version", ""),
    }
    return [(words["about"][key], str(value)) for key, value in values.items()]


def _append(page: Any, values: Sequence[Any]) -> None:
    page.append([_cell(page, safe_cell(value), "General") for value in values])


def _head(page: Any, text: str) -> Any:
    cell = _cell(page, safe_cell(text), "@")
    cell.font, cell.fill = _HEAD_FONT, _HEAD_FILL
    return cell


def _cell(
    page: Any, value: Any, form: str, styles: dict[str, Any] | None = None
) -> Any:
    cell = WriteOnlyCell(page, value)
    if isinstance(value, str):
        # Nothing a source wrote becomes a formula, or a spreadsheet's error.
        cell.data_type = "s"
    if styles and form in styles:
        cell._style = styles[form]  # looking a style up takes longer than a cell
        return cell
    cell.number_format = form
    cell.font = _BODY_FONT
    cell.alignment = _BODY_ALIGNMENT
    if styles is not None:
        styles[form] = cell._style
    return cell


def _column_width(head: str, values: Iterable[Any]) -> float:
    longest = max([_text_width(head) + 3, *(_text_width(value) for value in values)])
    return min(_WIDEST, max(_NARROWEST, longest + 2))


def _text_width(value: Any) -> float:
    if value is None:
        return 0
    if isinstance(value, float):
        return 8
    first = str(value).split("\n", 1)[0][: 2 * _WIDEST]
    return sum(2.1 if ord(character) > 0x2E7F else 1.1 for character in first)
