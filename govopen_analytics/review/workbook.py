"""The XLSX a person codes in: tasks with evidence and lists to choose from."""

import io
import re
import zipfile
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from govopen_analytics.base.atomic_files import replace_file, stable_package
from govopen_analytics.base.datapackage import safe_cell
from govopen_analytics.base.errors import ReadError, SchemaError
from govopen_analytics.base.languages import LANGUAGES
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.keywords import keyword_in_context, keyword_matches
from govopen_analytics.readers.limits import (
    MAX_FILE_BYTES,
    MAX_PART_BYTES,
    MAX_SHEET_ROWS,
    check_count,
    check_size,
    errors_named,
)
from govopen_analytics.review.carrying import text_sha256
from govopen_analytics.words import section

#: Most characters of a cell that spreadsheets hold.
MAX_CELL_CHARS = 32_000

SECONDARY = ("secondary_1", "secondary_2", "secondary_3")
#: Columns a person fills in.
DECISION_COLUMNS = ("primary", *SECONDARY, "coder", "reviewed_date", "remark")
_MACHINE_COLUMNS = ("evidence", "machine_primary", "machine_score", "machine_secondary")
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

_CONTEXT_CHARS = 8
_MOST_MATCHES = 12


def column_label(column: str, lang: str) -> str:
    """Return the heading of a column of the review sheet."""
    return section("review_workbook", lang)["columns"][column]


def theme_names(codebook: Codebook) -> dict[str, str | None]:
    """Return what may stand in a theme's cell, and the theme it means (or None).

    That is labels in both languages and ids, and the words for "no theme fits".
    """
    names: dict[str, str | None] = {theme: theme for theme in codebook.theme_ids}
    for lang in LANGUAGES:
        names[section("review_workbook", lang)["no_theme"]] = None
        for theme, label in codebook.labels(lang).items():
            # A spreadsheet may take the guard of a label off when it is chosen.
            names[label] = names[str(safe_cell(label))] = theme
    return names


def review_rows(
    picked: pd.DataFrame,
    tasks: pd.DataFrame,
    documents: pd.DataFrame,
    assignments: pd.DataFrame,
    codebook: Codebook,
    *,
    is_blind: bool = False,
    lang: str = "zh",
) -> pd.DataFrame:
    """Lay picked tasks out as a person reads them.

    The columns are those of ``COLUMNS`` but for what a person fills in. Blind rows
    leave out the machine's themes and its evidence, as they should for a sample that
    is to tell the machine's errors.

    Parameters
    ----------
    picked : DataFrame
        Result of ``select_for_review`` or ``draw_random_sample``.
    tasks, documents : DataFrame
        Of the corpus.
    assignments : DataFrame
        The machine's ``theme_assignments``.
    codebook : Codebook
        Its labels and keywords are shown.
    is_blind : bool, default False
        Leave out what the machine says.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_picked, 11), or fewer columns where blind

    Raises
    ------
    SchemaError
        If a picked task is not in `tasks`.
    """
    words = section("review_export", lang)
    labels = codebook.labels(lang)
    missing = picked.loc[~picked["task_id"].isin(tasks["task_id"])]
    if not missing.empty:
        raise SchemaError(
            "tasks",
            f"{len(missing)} tasks to review are not in it, the first "
            f"'{missing['task_id'].iloc[0]}'; pick from the same tables",
            failure_cases=missing,
        )
    rows = tasks.set_index("task_id").loc[picked["task_id"]].reset_index()
    rows["reasons"] = [
        words["join"].join(words["reasons"][name] for name in reasons)
        for reasons in picked["reasons"]
    ]
    rows["plan"] = rows["document_id"].map(_plan_names(documents, words))
    rows["text_sha256"] = rows["text"].map(text_sha256)
    columns = ["task_id", "reasons", "plan", "chapter", "section", "text"]
    if is_blind:
        return rows[[*columns, "text_sha256"]]
    evidence = _evidence(rows, codebook, labels, words)
    ordered = assignments.sort_values(["task_id", "rank"])
    ordered = ordered.assign(label=ordered["theme_id"].map(labels))
    is_first = ~ordered["task_id"].duplicated()
    first = ordered.loc[is_first].set_index("task_id")
    others = ordered.loc[~is_first].groupby("task_id")["label"].agg(list)
    scores = first["score"].astype(float).round(2)
    for column, values, missing_value in (
        ("evidence", evidence, words["no_match"]),
        ("machine_primary", dict(first["label"]), words["unclassified"]),
        ("machine_score", dict(scores), None),
        ("machine_secondary", dict(others.map(words["join"].join)), None),
    ):
        rows[column] = [values.get(task, missing_value) for task in rows["task_id"]]
    return rows[[*columns, *_MACHINE_COLUMNS, "text_sha256"]]


def _plan_names(documents: pd.DataFrame, words: dict) -> dict[str, str]:
    return {
        plan.document_id: plan.document_id
        if pd.isna(plan.agency) or pd.isna(plan.year)
        else words["plan"].format(agency=plan.agency, year=plan.year)
        for plan in documents.itertuples()
    }


def _evidence(
    tasks: pd.DataFrame, codebook: Codebook, labels: dict[str, str], words: dict
) -> dict[str, str]:
    """List the first keywords of each task in context, a line each."""
    matches = keyword_matches(tasks, codebook)
    shown = keyword_in_context(tasks, matches, width=_CONTEXT_CHARS)
    lines: dict[str, list[str]] = {}
    for row in shown.itertuples():
        line = words["match"].format(
            theme=labels[row.theme_id],
            before=row.before.replace("\n", " "),
            match=row.match,
            after=row.after.replace("\n", " "),
        )
        lines.setdefault(row.task_id, []).append(line)
    for shown_lines in lines.values():
        if (n_more := len(shown_lines) - _MOST_MATCHES) > 0:
            shown_lines[_MOST_MATCHES:] = [words["more"].format(n=n_more)]
    return {task_id: "\n".join(shown_lines) for task_id, shown_lines in lines.items()}


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
    title = getattr(codebook, f"title_{lang}") or codebook.name
    lines = [words["codebook"].format(title=title, version=codebook.version)]
    lines += words["guide"]
    heads = {1}
    if codebook.rules:
        heads.add(len(lines) + 1)
        lines.append(words["rules"])
    for number, rule in enumerate(codebook.rules, start=1):
        lines.append(f"{number}. {getattr(rule, lang)}")
    guide = book.create_sheet(words["sheets"]["guide"])
    _fill(guide, [[line] for line in lines], [100], words, heads)
    columns = [f"label_{lang}", f"definition_{lang}", "theme_id"]
    choices = [*codebook.themes[columns].to_numpy(), (words["no_theme"], "", "")]
    themes = book.create_sheet(words["sheets"]["themes"])
    _fill(themes, [words["themes_head"], *choices], [30, 90, 28], words)
    themes.freeze_panes = "A2"
    _add_lists(sheet, len(rows), themes.title, len(choices), words)
    buffer = io.BytesIO()
    book.save(buffer)
    replace_file(path, stable_package(buffer.getvalue(), _MADE))


def _fill(
    sheet: Any,
    rows: Iterable[Iterable[Any]],
    widths: Iterable[int],
    words: dict[str, Any],
    heads: Collection[int] = (1,),
) -> None:
    """Write rows of cells; `heads` are the numbers of rows in bold."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place, _cell(value, words))
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            cell.font = Font(bold=number in heads)


def _fill_review(sheet: Any, rows: pd.DataFrame, words: dict[str, Any]) -> None:
    from openpyxl.styles import PatternFill

    cells = rows.reindex(columns=list(COLUMNS)).astype(object).to_numpy()
    head = [words["columns"][column] for column in COLUMNS]
    _fill(sheet, [head, *cells], COLUMNS.values(), words)
    for column, cells_of_column in zip(COLUMNS, sheet.columns, strict=True):
        letter = cells_of_column[0].column_letter
        sheet.column_dimensions[letter].hidden = column in _HIDDEN
        for cell in cells_of_column:
            if column in DECISION_COLUMNS:
                cell.fill = PatternFill("solid", fgColor="FFF4DC")
            if column == "reviewed_date" and cell.row > 1:
                cell.number_format = "yyyy-mm-dd"
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions


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


def read_workbook(path: Path) -> dict[int, dict[str, Any]]:
    """Read the rows of a review sheet, whatever the order of its columns.

    Rows with a task id or a decision, by their number in the sheet: cells by
    column, as stored, blanks as None. Raises ReadError if the file is no such
    workbook, is too large, or lacks a column.
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
    rows = {}
    for number, line in enumerate(lines, start=2):
        cells = {name: _stored(line[place]) for name, place in columns.items()}
        named = ("task_id", *DECISION_COLUMNS)
        if any(cells.get(name) is not None for name in named):
            rows[number] = cells
    return rows


def _review_sheet(book: Any) -> Any:
    for lang in LANGUAGES:
        title = section("review_workbook", lang)["sheets"]["review"]
        if title in book.sheetnames:
            return book[title]
    return book.worksheets[0]


def _columns(header: Sequence[Any], path: Path) -> dict[str, int]:
    columns_by_label = {
        label: column
        for lang in LANGUAGES
        for column, label in section("review_workbook", lang)["columns"].items()
    }
    labels = [str(cell).strip() if cell is not None else "" for cell in header]
    columns = {
        columns_by_label[label]: place
        for place, label in enumerate(labels)
        if label in columns_by_label
    }
    for column in _NEEDED:
        if column not in columns:
            shown = "、".join(filter(None, labels)) or "nothing"
            wanted = [
                label for label, name in columns_by_label.items() if name == column
            ]
            raise ReadError(
                f"{path}, row 1: found the headings {shown}, expected also "
                f"'{wanted[0]}' or '{wanted[-1]}'; export the tasks again"
            )
    return columns


def _stored(value: Any) -> Any:
    if isinstance(value, str):
        value = value.strip()
    return None if value == "" else value
