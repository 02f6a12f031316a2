"""What both workbook formats share: printed values, merged ranges, hidden rows."""

import datetime
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.characters import normalise_characters
from govopen_analytics.readers.limits import (
    MAX_TABLE_CELLS,
    MAX_TABLE_COLUMNS,
    check_count,
)
from govopen_analytics.readers.source import Grid, Source, SourceBuilder

GENERAL = "General"
# Formats whose look depends on the language; these are the Chinese ones.
_CHINESE_FORMATS = {
    14: "yyyy/m/d",
    22: "yyyy/m/d h:mm",
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"'),
}
_MAX_WHOLE = 1e15
# What Excel itself allows for a format code.
_MAX_CODE_LENGTH = 255
_CONDITION = re.compile(r"\[[^\]]*\]")
_PADDING = re.compile(r"_.|\*.")
_DATE_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|(y+|m+|d+|h+|s+|AM/PM|上午/下午|aaaa?)|(.)', re.IGNORECASE
)
_NUMBER_CORE = re.compile(r"[#0?][#0?,]*(?:\.[#0?]+)?%?|%")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_WEEKDAYS = "一二三四五六日"

# First and last row, first and last column, from 0, both included.
MergedRange = tuple[int, int, int, int]


@dataclass
class Sheet:
    """One sheet: what its cells print, and what it hides.

    Attributes
    ----------
    cells : dict of int to dict of int to str
        Text by row, then column, from 0; cells without text are not listed.
    merges : list of MergedRange
    hidden_rows, hidden_columns : set of int
        From 0; they are read, and remarked on where they hold text.
    n_uncomputed : int
        Formulas that were stored without a value.
    """

    title: str
    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    merges: list[MergedRange] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    n_uncomputed: int = 0

    def grid(self) -> Grid:
        """Lay out the rows and columns that print something, wherever they stand."""
        cells = self.cells
        rows = sorted(row for row, line in cells.items() if line)
        columns = sorted({column for row in rows for column in cells[row]})
        check_count("columns in a sheet", len(columns), MAX_TABLE_COLUMNS)
        check_count("cells in a sheet", len(rows) * len(columns), MAX_TABLE_CELLS)
        grid: Grid = [[cells[row].get(c, "") for c in columns] for row in rows]
        n_merged = 0
        for top, bottom, left, right in self.merges:
            if left not in cells.get(top, ()):
                continue
            merged_rows = range(bisect_left(rows, top), bisect_right(rows, bottom))
            merged = range(bisect_left(columns, left), bisect_right(columns, right))
            n_merged += len(merged_rows) * len(merged)
            check_count("merged cells in a sheet", n_merged, MAX_TABLE_CELLS)
            origin = (merged_rows[0], merged[0])
            for row in merged_rows:
                for column in merged:
                    if (row, column) != origin:
                        grid[row][column] = origin
        return grid

    def remarks(self) -> list[Remark]:
        """Name the formulas without a value, and hidden rows and columns with text."""
        remarks = []
        if self.n_uncomputed:
            values = {"sheet": self.title, "n": self.n_uncomputed}
            remarks.append(Remark("formulas_without_value", values))
        if rows := sorted(row for row in self.hidden_rows if self.cells.get(row)):
            shown = ", ".join(str(row + 1) for row in rows)
            remarks.append(Remark("rows_hidden", {"sheet": self.title, "rows": shown}))
        used = {column for line in self.cells.values() for column in line}
        if columns := sorted(used & self.hidden_columns):
            shown = ", ".join(get_column_letter(column + 1) for column in columns)
            values = {"sheet": self.title, "columns": shown}
            remarks.append(Remark("columns_hidden", values))
        return remarks


def workbook_source(
    sheets: Iterable[Sheet | Remark], encoding: str | None = None
) -> Source:
    """Put the sheets into one source, a table each; their names into its metadata.

    A sheet that is not read is given as a remark.
    """
    builder = SourceBuilder()
    titles: list[str] = []
    remarks: list[Remark] = []
    for sheet in sheets:
        if isinstance(sheet, Remark):
            remarks.append(sheet)
            continue
        remarks += sheet.remarks()
        builder.table(sheet.grid())
        titles.append(sheet.title)
    metadata = {"sheets": normalise_characters("、".join(titles))}
    return builder.build(encoding, metadata, remarks)


def builtin_format(number: int) -> str:
    """Return the code of a built-in format, the Chinese one where languages differ."""
    return _CHINESE_FORMATS.get(number) or BUILTIN_FORMATS.get(number, GENERAL)


@lru_cache(maxsize=1024)
def _is_date(code: str) -> bool:
    return code != GENERAL and is_date_format(code)


def _date_part(token: str, moment: datetime.datetime, is_minute: bool) -> str:
    kind, width = token[0].lower(), len(token)
    if kind == "y":
        return f"{moment.year:04d}" if width > 2 else f"{moment.year % 100:02d}"
    if kind == "a" and token.lower().startswith("aaa"):
        return ("星期" if width > 3 else "") + _WEEKDAYS[moment.weekday()]
    if kind == "a" or kind == "上":
        return "上午" if moment.hour < 12 else "下午"
    if kind == "d" and width > 2:
        return "星期" + _WEEKDAYS[moment.weekday()]
    value = {
        "m": moment.minute if is_minute else moment.month,
        "d": moment.day,
        "h": moment.hour,
        "s": moment.second,
    }[kind]
    return f"{value:02d}" if width == 2 else str(value)


def _format_date(moment: datetime.datetime, code: str) -> str:
    """Print a date by a format code (``yyyy"年"m"月"``)."""
    section = _PADDING.sub("", _CONDITION.sub("", code)).split(";")[0]
    tokens = list(_DATE_TOKEN.finditer(section))
    kinds = [match[3][0].lower() if match[3] else "" for match in tokens]
    printed = []
    for n, match in enumerate(tokens):
        if match[3] is None:
            printed.append(match[1] or match[2] or match[4] or "")
            continue
        # m is a minute after an hour and before a second.
        before = next((kind for kind in reversed(kinds[:n]) if kind), "")
        after = next((kind for kind in kinds[n + 1 :] if kind), "")
        printed.append(_date_part(match[3], moment, before == "h" or after == "s"))
    return "".join(printed).strip()


def _plain_number(value: float) -> str:
    if value == int(value) and abs(value) < _MAX_WHOLE:
        return str(int(value))
    return f"{value:.15g}"


def _core(value: float, core: str) -> str:
    """Print the digits of a number by the ``0``, ``#`` and ``,`` of its format."""
    whole, _, decimals = core.rstrip("%").partition(".")
    value = value * 100 if core.endswith("%") else value
    n_fixed, n_most = decimals.count("0"), len(decimals)
    printed = f"{value:,.{n_most}f}" if "," in whole else f"{value:.{n_most}f}"
    if n_most > n_fixed:
        head, _, tail = printed.partition(".")
        tail = tail[:n_fixed] + tail[n_fixed:].rstrip("0")
        printed = head + ("." + tail if tail else "")
    sign = "-" if printed.startswith("-") else ""
    head, dot, tail = printed.removeprefix("-").partition(".")
    return sign + head.zfill(whole.count("0")) + dot + tail + "%" * core.endswith("%")


def _format_number(value: float, code: str) -> str:
    """Print a number by a format code; without its form where that is a fraction."""
    if _is_date(code) or code in (GENERAL, "@", "") or re.search(r"[Ee][+-]|\?/", code):
        return _plain_number(value)
    sections = code.split(";")
    is_negative = value < 0 and len(sections) > 1
    section = _PADDING.sub("", _CONDITION.sub("", sections[1 if is_negative else 0]))
    shown = _LITERAL.sub("", section)
    core = _NUMBER_CORE.search(shown)
    if core is None or core[0] == "%" or GENERAL in section:
        return _plain_number(value)
    place = section.find(core[0])
    before, after = section[:place], section[place + len(core[0]) :]
    parts = [_LITERAL.sub(r"\1\2", part) for part in (before, after)]
    return parts[0] + _core(abs(value) if is_negative else value, core[0]) + parts[1]


def format_value(value: float, code: str, *, is_1904: bool = False) -> str:
    """Print a stored number as the spreadsheet shows it, perhaps as a date.

    Dates are counted in days, from 1904 where `is_1904`.
    """
    code = code[:_MAX_CODE_LENGTH]
    if value < 0 or not _is_date(code):
        return _format_number(value, code)
    epoch = CALENDAR_MAC_1904 if is_1904 else CALENDAR_WINDOWS_1900
    try:
        moment = from_excel(value, epoch)
    except (OverflowError, ValueError, TypeError):
        # Not a day of the calendar: the spreadsheet shows ####.
        return _plain_number(value)
    if isinstance(moment, datetime.time):
        moment = datetime.datetime.combine(datetime.date(1900, 1, 1), moment)
    if not isinstance(moment, datetime.datetime):
        return _plain_number(value)
    return _format_date(moment, code)
