"""Cells of tables: as the format gives them, or as flattening into text left them."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import groupby, pairwise

from govopen_analytics.base.text import fold
from govopen_analytics.plans.cells import (
    Column,
    Table,
    Token,
    column_role,
    ordinal_of,
    read_header,
    tidied,
)
from govopen_analytics.plans.deadlines import parse_deadline
from govopen_analytics.plans.grid import infer_columns
from govopen_analytics.plans.lines import raw_lines
from govopen_analytics.plans.numbering import HEADING_KINDS, leading_number
from govopen_analytics.plans.obligations import says_what_to_do
from govopen_analytics.plans.units import looks_like_units
from govopen_analytics.plans.vocabulary import Forms
from govopen_analytics.readers.source import Block, Cell, Source

FORMS = Forms("flattened")

_LONGEST_HEADING = 60
_LONGEST_HEADER = 120  # characters
_BETWEEN = (re.compile(r"\s{2,}"), re.compile(r"\s"), re.compile(","))
_LEAST_HEIGHT = 4  # lines of a column printed by itself, its name included
# Without marks between cells a header must hold one: menus name 公开内容, too.
_WHO_OR_WHEN = {"ordinal", "lead", "support", "deadline"}
_BARS = str.maketrans("｜│┃", "|||")
_MOST_LINES = 10  # of one cell


def find_tables(source: Source) -> list[Table]:
    """Find the tables that have a header naming tasks, in reading order.

    Consecutive tables of the same header are one.
    """
    if any(block.cells for block in source.blocks):
        tables = _tables(_grid_tokens(source), "grid")
        if tables:
            return tables
    text = source.text
    cells: dict[str, list[Token]] = {}
    for style, read in _STYLES.items():
        cells[style] = read(text)
        if cells[style] and (tables := _tables(cells[style], style)):
            return tables
    cells["lines"] = _numbered_rows(cells["lines"])
    for style in ("tabs", "pipes", "lines"):
        if cells[style] and (table := _without_header(cells[style], style)):
            return [table]
    return []


def _numbered_rows(tokens: list[Token]) -> list[Token]:
    """Begin a row at each line that is nothing but the next number, and at headings.

    Lines that no row can hold, above the first number, are left out.
    """
    rows: list[Token] = []
    expected = 1
    for token in tokens:
        is_next = ordinal_of(token.text) == expected and token.text[:1].isdigit()
        expected += is_next
        if is_next or (expected > 1 and rows):
            is_heading = _is_heading(token)
            opens = is_next or is_heading or rows[-1].spans_row
            rows.append(replace(token, opens_row=opens, spans_row=is_heading))
        elif _is_heading(token):
            rows = [replace(token, opens_row=True, spans_row=True)]
    return rows if expected > 2 else []


def _without_header(tokens: list[Token], style: str) -> Table | None:
    """Take rows of one width for a table whose header is missing.

    A column of numbers and one of units or deadlines make it a table of tasks,
    where most rows say what is to be done.
    """
    rows: list[list[Token]] = []
    for token in tokens:
        if token.opens_row or not rows:
            rows.append([])
        rows[-1].append(token)
    rows = [row[:-1] if not row[-1].text else row for row in rows]
    widths = Counter(len(row) for row in rows if len(row) > 2)
    if not widths or widths.most_common(1)[0][1] < 2:
        return None
    width, n_rows = widths.most_common(1)[0]
    body = [row for row in rows if len(row) == width]
    columns = infer_columns([[token.text for token in row] for row in body])
    roles = {column.role for column in columns}
    is_told = "ordinal" in roles or (n_rows > 2 and "lead" in roles)
    if not is_told or not roles & {"lead", "deadline"} or "text" not in roles:
        return None
    if sum(any(says_what_to_do(t.text) for t in row) for row in body) < n_rows / 2:
        return None
    first = tokens.index(body[0][0])
    if first and tokens[first - 1].spans_row:
        first -= 1
    return Table(columns, [], tokens[first:], frozenset(), style)


def _grid_tokens(source: Source) -> list[Token]:
    tokens: list[Token] = []
    table, is_other = None, False
    for block in source.blocks:
        if block.table != table:
            table, is_other = block.table, _opens_other_table(block, source.text)
        if is_other and table is not None:
            continue
        cells = block.cells or (Cell(block.start, block.end),)
        places = {(cell.start, cell.end) for cell in cells}
        is_across = len(cells) > 2 and len(places) == 1  # merged across
        for place, cell in enumerate(cells[:1] if is_across else cells):
            tokens.append(
                tidied(
                    cell.start,
                    cell.end,
                    source.text,
                    opens_row=place == 0,
                    is_merged=cell.is_merged,
                    spans_row=is_across,
                )
            )
    return tokens


def _opens_other_table(block: Block, text: str) -> bool:
    """Whether a row names the columns of a table without tasks: 姓名, 单位, 电话."""
    cells = [text[cell.start : cell.end].strip() for cell in block.cells]
    names = [cell for cell in cells if cell]
    return (
        len(names) > 1
        and read_header(cells) is None
        and sum(FORMS.no_tasks.fullmatch(fold(name)) is not None for name in names) > 1
    )


def _lines(text: str) -> list[tuple[int, str]]:
    return [(line.start, line.text) for line in raw_lines(text)]


def _tab_tokens(text: str) -> list[Token]:
    """Cells parted by tabs: a row a line, or a cell a line behind a tab."""
    lines = _lines(text)
    tabbed = [line for _, line in lines if "\t" in line]
    if len(tabbed) < 3:
        return []
    single = sum(line.startswith("\t") and line.count("\t") == 1 for line in tabbed)
    if single > 0.6 * len(tabbed):
        return _tab_led(text, lines)
    return _row_tokens(text, lines, "\t")


def _row_tokens(text: str, lines: list[tuple[int, str]], mark: str) -> list[Token]:
    """Cells of rows that stand on a line each, with marks between the cells.

    A row whose cell holds several lines goes over several: it is joined where
    the lines together have as many cells as the header, and its first line ends
    in no unit or deadline, which would close it.
    """
    full = [(at, line) for at, line in lines if line.strip() and not _is_rule(line)]
    pieces = [line.split(mark) for _, line in full]
    width = _width(pieces)
    ends_in_units = any(
        len(row) == width and column_role(row[-1]) in ("lead", "support")
        for row in pieces
    )
    tokens: list[Token] = []
    i = 0
    while i < len(full):
        n_lines = _lines_of_row(pieces, i, width)
        while ends_in_units and _goes_on(pieces, i + n_lines):
            n_lines += 1
        is_first, open_at = True, full[i][0]
        for j in range(i, i + n_lines):
            at, cells = full[j][0], pieces[j]
            for place, cell in enumerate(cells):
                goes_on = place == len(cells) - 1 and j + 1 < i + n_lines
                end = at + len(cell)
                if not goes_on:
                    first = open_at if place == 0 and j > i else at
                    tokens.append(tidied(first, end, text, opens_row=is_first))
                    is_first = False
                else:
                    open_at = at if place or j == i else open_at
                at = end + 1
        i += n_lines
    return tokens


def _goes_on(pieces: list[list[str]], below: int) -> bool:
    """Whether a line is the rest of a list of units that ends the row above."""
    if not 0 < below < len(pieces) or len(pieces[below]) > 1:
        return False
    above, rest = pieces[below - 1], pieces[below][0].strip()
    return (
        looks_like_units(above[-1])
        and looks_like_units(rest)
        and leading_number(fold(rest)) is None
    )


def _width(pieces: list[list[str]]) -> int:
    """Number of cells of the header, or of most rows."""
    for cells in pieces:
        if len(cells) > 2 and read_header([cell.strip() for cell in cells]):
            return len(cells)
    widths = Counter(len(cells) for cells in pieces if len(cells) > 1)
    return widths.most_common(1)[0][0] if widths else 1


def _lines_of_row(pieces: list[list[str]], first: int, width: int) -> int:
    """How many lines the row takes that begins on a line."""
    n_cells, last = len(pieces[first]), pieces[first][-1].strip()
    is_list = last.endswith(("、", "，", ",", "；"))  # it goes on below
    closes = not last or looks_like_units(last) or parse_deadline(last, None)
    if not 1 < n_cells < width or (closes and not is_list):
        return 1
    for j in range(first + 1, min(first + _MOST_LINES, len(pieces))):
        opens = len(pieces[j]) > 1 and ordinal_of(pieces[j][0].strip()) is not None
        n_cells += len(pieces[j]) - 1
        if opens or n_cells > width:
            return 1
        if n_cells == width and len(pieces[j]) > 1:
            return j - first + 1
    return 1


def _is_rule(line: str) -> bool:
    return "-" in line and FORMS.rule.fullmatch(line) is not None


def _marked_tokens(text: str) -> list[Token]:
    """Cells parted by blanks or commas, below a header whose names are parted so."""
    lines = _lines(text)
    for mark in _BETWEEN:
        heads = (
            i
            for i, (_, line) in enumerate(lines)
            if len(line) <= _LONGEST_HEADER
            and len(mark.findall(line.strip())) > 1
            and (names := [line[a:b] for a, b in _spans(mark, line)])[2:]
            and read_header(names)
            and all(map(column_role, names))
        )
        first = next(heads, None)
        if first is None:
            continue
        rows = [_spans(mark, line) for _, line in lines]
        width = len(rows[first])
        below = [len(row) for row in rows[first + 1 :] if row]
        if below.count(width) < max(2, 0.6 * len(below)):
            continue
        return [
            tidied(at + a, at + b, text, opens_row=place == 0)
            for i, ((at, line), row) in enumerate(zip(lines, rows, strict=True))
            for place, (a, b) in enumerate(
                row if i >= first and len(row) == width else [(0, len(line))]
            )
            if row
        ]
    return []


def _spans(mark: re.Pattern[str], line: str) -> list[tuple[int, int]]:
    """Where the cells of a line begin and end, none for a blank line."""
    if not line.strip():
        return []
    start = len(line) - len(line.lstrip())
    spans = []
    for match in mark.finditer(line.rstrip(), start):
        spans.append((start, match.start()))
        start = match.end()
    return [*spans, (start, len(line.rstrip()))]


def _tab_led(text: str, lines: list[tuple[int, str]]) -> list[Token]:
    """A tab opens a cell, an empty line a row; other lines go on with the cell."""
    spans: list[tuple[int, int, bool]] = []
    after_blank = True
    for start, line in lines:
        end = start + len(line)
        if "\t" in line:
            spans.append((start, end, after_blank))
            after_blank = False
        elif line.strip() and spans and not after_blank:
            spans[-1] = (spans[-1][0], end, spans[-1][2])
        elif line.strip():
            spans.append((start, end, True))
            after_blank = True
        else:
            after_blank = True
    return [tidied(a, b, text, opens_row=opens) for a, b, opens in spans]


def _pipe_tokens(text: str) -> list[Token]:
    """Cells closed by a ``|``, which may stand on a line of its own."""
    barred = text.translate(_BARS)
    rows = [row for line in _lines(barred) if line[1].strip() for row in _parted(*line)]
    piped = [pieces for _, _, pieces in rows if len(pieces) > 1]
    if len(piped) < 2 or len(piped) < 3 > min(map(len, piped)):
        return []
    rows = [row for row in rows if not _is_rule(row[1])]
    piped = [pieces for _, _, pieces in rows if len(pieces) > 1]
    n_filled = [sum(map(bool, map(str.strip, pieces))) for pieces in piped]
    if _stand_between(piped, n_filled):
        return _row_tokens(text, [row[:2] for row in rows], "|")
    by_row = sum(n > 1 for n in n_filled) > 0.4 * sum(map(bool, n_filled))
    boxes = Counter(
        len(row) for row in piped if not row[0].strip() and not row[-1].strip()
    )
    width = next((width for width, n in boxes.most_common(1) if n > 2), 0)
    tokens: list[Token] = []
    pending: list[tuple[int, int]] = []
    opens, is_cut, n_cells = True, False, 0  # is_cut: a cell goes on below
    for at, _, pieces in rows:
        is_filled = any(map(str.strip, pieces))
        is_boxed = len(pieces) > 2 and is_filled and not pieces[0].strip()
        is_whole = len(pieces) == width > 3 and not pieces[-1].strip()
        if is_boxed and (is_whole or not is_cut):  # opens with the edge of its box
            tokens += [tidied(a, b, text, opens_row=True) for a, b in pending]
            at, pending, opens = at + len(pieces[0]) + 1, [], True
            pieces = pieces[1:]
        opens = opens and is_filled
        for piece in pieces[:-1]:
            before, cell = _cell_lines(pending, text, piece, is_first=not n_cells)
            n_cells += 1
            tokens += [tidied(a, b, text, opens_row=True) for a, b in before]
            first = cell[0][0] if cell else at
            marked = opens if by_row else None
            tokens.append(tidied(first, at + len(piece), text, opens_row=marked))
            opens, pending = False, []
            at += len(piece) + 1
        if pieces[-1].strip():
            is_cut = (bool(pending) and is_cut) or len(pieces) > 1
            pending.append((at, at + len(pieces[-1])))
        else:
            is_cut, opens = False, True
    for i, (a, b) in enumerate(pending):
        marked = (opens if by_row else None) if i == 0 and n_cells else True
        tokens.append(tidied(a, b, text, opens_row=marked))
    return tokens


def _parted(start: int, line: str) -> list[tuple[int, str, list[str]]]:
    """Part a line at its bars; one that holds rows closed by ``||`` into these."""
    if "||" in line:
        ends = [match.end() for match in re.finditer(r"\|\|(?!\|)", line)]
        cuts = [0, *(end for end in ends if line[end:].strip()), len(line)]
        rows = [(start + a, line[a:b], line[a:b].split("|")) for a, b in pairwise(cuts)]
        widths = {len(pieces) for _, row, pieces in rows if row.strip()}
        if len(rows) > 2 and len(widths) == 1:
            return rows
    return [(start, line, line.split("|"))]


def _stand_between(piped: list[list[str]], n_filled: list[int]) -> bool:
    """Whether marks stand between cells only, and neither open nor close a row.

    A row whose last cell is empty looks closed; most rows do not, nor does the
    header whose number of cells all rows share.
    """
    header = next((row for row in piped if read_header([c.strip() for c in row])), [])
    if header and header[0].strip() and header[-1].strip():
        same = sum(len(row) == len(header) for row in piped)
        if same > 0.7 * len(piped):
            return True
    filled = [row for row, n in zip(piped, n_filled, strict=True) if n]
    n_open = sum(bool(row[-1].strip()) for row in filled)
    return all(row[0].strip() for row in filled) and n_open > 0.5 * len(piped)


def _cell_lines(
    pending: list[tuple[int, int]], text: str, piece: str, *, is_first: bool
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Part the lines before a ``|`` into running text and the cell it closes.

    A cell may hold several lines; but a column name is a cell by itself, and
    what stands above the first cell of a table is no part of it.
    """
    if not pending:
        return [], []
    if piece.strip():  # the closing line has text of its own
        is_apart = is_first or column_role(piece) or len(pending) > _MOST_LINES
        return (pending, []) if is_apart else ([], pending)
    last = text[slice(*pending[-1])]
    if is_first or column_role(last) or len(pending) > _MOST_LINES:
        return pending[:-1], pending[-1:]
    return [], pending


def _line_tokens(text: str) -> list[Token]:
    """A cell a line, with nothing to part rows but perhaps an empty line."""
    tokens = []
    lines = _lines(text)
    n_blank = sum(not line.strip() for _, line in lines)
    n_full = len(lines) - n_blank
    parts_rows = 0 < n_blank < 0.4 * n_full
    after_blank = False
    for start, line in lines:
        if not line.strip():
            after_blank = True
            continue
        opens = True if after_blank and parts_rows else None
        tokens.append(tidied(start, start + len(line), text, opens_row=opens))
        after_blank = False
    return tokens


def _column_tokens(text: str) -> list[Token]:
    """Cells of a table that was printed column by column, put into rows.

    Column names stand at equal distances, each above the cells of its column.
    """
    lines = [(start, line) for start, line in _lines(text) if line.strip()]
    heads = [i for i, (_, line) in enumerate(lines) if column_role(line)]
    steps = [below - above for above, below in pairwise(heads)]
    for height, group in groupby(range(len(steps)), key=steps.__getitem__):
        places = list(group)
        first, n_columns = heads[places[0]], len(places) + 1
        if height < _LEAST_HEIGHT or n_columns < 3:
            continue
        roles = {column_role(lines[heads[i]][1]) for i in (*places, places[-1] + 1)}
        if not roles & _WHO_OR_WHEN:
            continue
        cells = [
            lines[first + column * height + row]
            for row in range(height)
            for column in range(n_columns)
            if first + column * height + row < len(lines)
        ]
        if len(cells) == height * n_columns:
            return [
                tidied(at, at + len(line), text, opens_row=i % n_columns == 0)
                for i, (at, line) in enumerate(cells)
            ]
    return []


def _tables(tokens: list[Token], style: str) -> list[Table]:
    headers = _find_headers(tokens, style)
    tables: list[Table] = []
    for i, (first, last, columns) in enumerate(headers):
        stop = headers[i + 1][0] if i + 1 < len(headers) else len(tokens)
        while style == "pipes" and last < stop:
            if tokens[last].text or tokens[last].opens_row:
                break
            last += 1  # empty cells that close the header's line
        body = _until_annex(tokens[last:stop])
        header = tokens[first:last]
        if tables and _names(tables[-1].columns) == _names(columns):
            previous = tables[-1]
            cells, caption = _without_caption(previous.tokens, style)
            tables[-1] = replace(
                previous,
                header=previous.header + caption + header,
                tokens=cells + body,
                page_breaks=previous.page_breaks | {len(cells)},
            )
        else:
            above = _headings_above(tokens, first)
            if tables and above:
                kept = [t for t in tables[-1].tokens if t not in above]
                tables[-1] = replace(tables[-1], tokens=kept)
            tables.append(Table(columns, header, body, frozenset(), style, above))
    return tables


def _headings_above(tokens: list[Token], first: int) -> tuple[Token, ...]:
    """Chapter and section headings that stand right above a header."""
    at = first
    while at and _is_heading(tokens[at - 1]):
        at -= 1
    return tuple(tokens[at:first])


def _is_heading(token: Token) -> bool:
    folded, number = token.folded, token.number
    return (
        number is not None
        and number.kind in HEADING_KINDS
        and len(folded) <= _LONGEST_HEADING
        and not re.search("[。;]|任务分[解工]|责任分[解工]|清单|台账|一览表", folded)
    )


def _until_annex(tokens: list[Token]) -> list[Token]:
    """Cut a table's cells where another annex or the instructions begin."""
    for i, token in enumerate(tokens):
        if not token.opens_row:
            continue
        if FORMS.annex.fullmatch(token.folded) or _opens_instructions(tokens, i):
            return tokens[:i]
    return tokens


def _opens_instructions(tokens: list[Token], first: int) -> bool:
    """Whether a row is 填表说明 alone, or names the columns 项目 and 说明."""
    row = [tokens[first].folded]
    for token in tokens[first + 1 : first + 5]:
        if token.opens_row:
            break
        row.append(token.folded)
    return FORMS.instructions.fullmatch("|".join(filter(None, row))) is not None


def _without_caption(
    tokens: list[Token], style: str
) -> tuple[list[Token], list[Token]]:
    """Part from a table the line that names the next one of the same header."""
    last = tokens[-1:] if style != "lines" else []
    is_alone = last and last[0].opens_row and not last[0].spans_row
    is_heading = last and last[0].number is not None
    if is_alone and not is_heading and not says_what_to_do(last[0].text):
        return tokens[:-1], last
    return tokens, []


def _names(columns: list[Column]) -> list[str]:
    return [re.sub(r"[\s()]", "", fold(column.name)) for column in columns]


def _find_headers(
    tokens: list[Token], style: str
) -> list[tuple[int, int, list[Column]]]:
    """Find every run of cells that is a header: its first, its end, its columns."""
    headers, i = [], 0
    while i < len(tokens):
        run = _header_at(tokens, i, style)
        roles = {column.role for column in run[1]} if run else set()
        if run is None or (style == "lines" and not roles & _WHO_OR_WHEN):
            i += 1
            continue
        headers.append((i, *run))
        i = run[0]
    return headers


def _header_at(
    tokens: list[Token], first: int, style: str
) -> tuple[int, list[Column]] | None:
    opening = tokens[first]
    if opening.opens_row is False or len(opening.text) > 24:
        return None
    if opening.opens_row and style != "lines":
        end = first + 1
        while end < len(tokens) and tokens[end].opens_row is False:
            end += 1
        if _opens_instructions(tokens, first):
            return None
        columns = read_header([token.text for token in tokens[first:end]])
        if columns:
            return end, columns
    if column_role(opening.text) is None or opening.text.endswith((":", "：")):
        return None
    best = None
    for end in range(first + 2, min(first + 13, len(tokens)) + 1):
        if tokens[end - 1].opens_row or len(tokens[end - 1].text) > 24:
            break
        if tokens[end - 1].text.endswith((":", "：")):  # labels of a page
            break
        names = [token.text for token in tokens[first:end]]
        columns = read_header(names, is_row=False) if names[-1] else None
        if columns:
            best = (end, columns)
    return best


_LONGEST_GLUED = 60


def glued_tokens(text: str) -> list[Token]:
    """Split rows such as ``1公开预算。规划财务科3月底前`` into cells.

    Only below a line that is nothing but column names one after another. A row
    begins with its number; its last sentence end parts what is to be done from
    the units, and the deadline is what at the end reads as one.
    """
    lines = raw_lines(text)
    headers = {
        line.start: names for line in lines if (names := _glued_names(line.text))
    }
    tokens: list[Token] = []
    for line in lines if headers else ():
        if not line.text.strip():
            continue
        cuts = headers.get(line.start) or [0, len(line.text)]
        if len(cuts) == 2 and line.start > min(headers):
            cuts = _glued_cells(line.text)
        for place, (a, b) in enumerate(pairwise(cuts)):
            at = line.start
            tokens.append(tidied(at + a, at + b, text, opens_row=place == 0))
    return tokens


def _glued_names(line: str) -> list[int]:
    """Where the column names of a header begin and end; empty if it is none."""
    bare = line.strip()
    if not 6 <= len(bare) <= _LONGEST_GLUED or re.search(r"[。；;|\t]", bare):
        return []
    if not (FORMS.of_tasks.search(bare) and FORMS.of_duties.search(bare)):
        return []
    shift, n = line.index(bare), len(bare)
    # Names of about four characters: 责任科室 is one name, 具体要求责任 none.
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [0])}
    for end in range(2, n + 1):
        for start in range(max(0, end - 8), end - 1):
            reached = best.get(start)
            if reached is None or column_role(bare[start:end]) is None:
                continue
            excess = end - start - 4
            cost = max(excess, 0) ** 2 + max(-excess, 0) / 2 + 0.1
            candidate = (reached[0] + cost, [*reached[1], end])
            if end not in best or candidate[0] < best[end][0]:
                best[end] = candidate
    if n not in best or len(cuts := best[n][1]) < 4:
        return []
    roles = {column_role(bare[a:b]) for a, b in pairwise(cuts)}
    return [shift + cut for cut in cuts] if len(roles) >= 3 else []


def _glued_cells(line: str) -> list[int]:
    """Where the cells of a row begin and end."""
    folded = fold(line)
    number = leading_number(folded, bare=True)
    if number is None or number.rank < 3:
        return [0, len(line)]
    stop = max(folded.rfind("。"), folded.rfind(";"))
    tail = folded[stop + 1 :].rstrip()
    cuts = [0, number.end]
    if stop < 0 or not tail:
        return [*cuts, len(line)]
    cuts.append(stop + 1)
    for start in range(len(tail)):
        if parse_deadline(tail[start:], None) and looks_like_units(tail[:start]):
            return [*cuts, stop + 1 + start, len(line)]
    return [*cuts, len(line)]


# In the order they are tried.
_STYLES: dict[str, Callable[[str], list[Token]]] = {
    "tabs": _tab_tokens,
    "pipes": _pipe_tokens,
    "spaces": _marked_tokens,
    "glued": glued_tokens,
    "columns": _column_tokens,
    "lines": _line_tokens,
}
