"""Cells in reading order to rows of a table, where merged cells may be missing.

A table that was flattened into text has lost its grid: what is left is a
sequence of cells, with or without a sign where a row ends, in which cells that
were merged have vanished. The grid is recovered as the cheapest path of the
sequence through the columns of the header (Viterbi's algorithm): each cell
costs more the less it looks like what its column holds, and each column passed
over costs something too.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from govopen_analytics.base.text import fold
from govopen_analytics.plans.cells import Column, Row, Token, ordinal_of
from govopen_analytics.plans.deadlines import parse_deadline
from govopen_analytics.plans.numbering import HEADING_KINDS, leading_number
from govopen_analytics.plans.units import looks_like_units
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("grid")

_FINEST = ("arabic", "arabic_paren", "circled", "decimal")

# Costs, set by hand: about the negative logarithm of how likely each is.
_SKIP = {
    "ordinal": 3.0,
    "title": 0.8,
    "text": 0.8,
    "content": 5.0,  # of the last text column; of others as of a title
    "lead": 2.2,
    "support": 1.2,
    "deadline": 2.2,
    "progress": 0.8,
    "note": 0.4,
    "score": 1.0,
    "basis": 0.8,
    "form": 0.8,
    "category": 0.8,
}
_STAY, _STAY_BLANK = 2.6, 0.3
_BROKEN, _UNMARKED, _CUT_OFF = 40.0, 0.2, 0.3


@dataclass(frozen=True)
class _Look:
    """What a cell's text tells of the column it belongs to."""

    is_blank: bool
    is_number: bool
    is_deadline: bool
    is_units: bool
    kind: str
    value: int | None
    log_length: float
    has_stop: bool


@lru_cache(maxsize=65536)
def _look(text: str) -> _Look:
    folded = fold(text)
    number = leading_number(folded, bare=True)
    return _Look(
        is_blank=not text.strip(),
        is_number=ordinal_of(text) is not None if text else False,
        is_deadline=parse_deadline(text, 2000) is not None,
        is_units=looks_like_units(text),
        kind=number.kind if number else "none",
        value=number.value if number else None,
        log_length=math.log(max(1, len(text))),
        has_stop=bool(re.search("[。;]", folded)),
    )


@dataclass
class _Habit:
    """What the cells of one text column were like in the rows seen whole."""

    mean: float
    spread: float
    kinds: dict[str, int]

    def cost(self, look: _Look) -> float:
        distance = abs(look.log_length - self.mean) / self.spread
        usual = max(self.kinds.values(), default=0) + 0.5
        seen = (self.kinds.get(look.kind, 0) + 0.5) / usual
        return 0.25 * min(distance, 4.0) ** 2 - 0.7 * math.log(seen)


def _prior_habits(columns: list[Column]) -> dict[int, _Habit]:
    """Expect short names on the left and long requirements on the right."""
    places = [i for i, column in enumerate(columns) if column.is_text]
    habits = {}
    for order, place in enumerate(places):
        is_last = order == len(places) - 1 and len(places) > 1
        length = 45 if is_last or columns[place].role == "content" else 16
        habits[place] = _Habit(math.log(length), 0.9, {})
    return habits


def _texts(columns: list[Column], looks: list[_Look]) -> tuple[int, bool]:
    """Find the last text column, and whether numbered items stand in it.

    They do if units follow them.
    """
    last = max((j for j, c in enumerate(columns) if c.is_text), default=len(columns))
    pairs = [
        (look, after)
        for look, after in pairwise(looks)
        if look.kind in _FINEST and not look.is_number
    ]
    ends = sum(
        after.is_units
        or after.is_deadline
        or after.is_blank
        or (after.kind in _FINEST and after.value == (look.value or 0) + 1)
        for look, after in pairs
    )
    single = sum(column.is_text for column in columns) < 2
    return last, single or ends >= 0.5 * len(pairs)


def _emission(
    column: Column, look: _Look, habit: _Habit | None, is_last: bool, numbers_last: bool
) -> float:
    role = column.role
    if look.is_blank:
        return {"ordinal": 3.0, "content": 3.0}.get(role, 0.4)
    if role == "ordinal":
        return 0.0 if look.is_number else 9.0
    if role == "deadline":
        if look.is_deadline:
            return 0.0
        return 7.0 if look.is_units or look.is_number or look.has_stop else 2.5
    if role in ("lead", "support"):
        if look.is_units:
            return 0.0
        if look.is_deadline or look.is_number:
            return 7.0
        return 5.0 if look.has_stop or look.log_length > math.log(25) else 3.0
    if column.is_text:
        cost = habit.cost(look) if habit else 0.0
        if look.is_number:
            cost += 7.0
        if look.is_deadline or look.is_units:
            cost += 4.0
        is_long = is_last or column.role == "content"
        if not is_long and look.has_stop and look.kind == "none":
            cost += 1.5
        if look.kind in _FINEST and not look.is_number and numbers_last != is_last:
            cost += 3.5
        if is_last and look.kind in HEADING_KINDS and not look.has_stop:
            cost += 2.0
        return cost
    if role == "score":
        return 0.0 if look.is_number or look.log_length < math.log(8) else 4.0
    return 1.0


def _skips(columns: list[Column]) -> list[float]:
    """Cost of passing over the first k columns, for each k.

    The last column of text says what is to be done and is hardly ever absent;
    those before it name the group and vanish wherever cells were merged.
    """
    last = max((j for j, c in enumerate(columns) if c.is_text), default=-1)
    total, sums = 0.0, [0.0]
    for j, column in enumerate(columns):
        role = "title" if column.is_text else column.role
        total += _SKIP["content"] if j == last else _SKIP.get(role, 1.0)
        sums.append(total)
    return sums


def _span_cost(look: _Look) -> float:
    """Cost of a cell that fills a row alone, as the name of a chapter does."""
    return 0.6 if look.kind in HEADING_KINDS and not look.has_stop else 9.0


def _path(
    tokens: list[Token], looks: list[_Look], columns: list[Column], habits: dict
) -> tuple[float, list[tuple[int, bool]]]:
    """Find the cheapest column for every token.

    One place more than there are columns stands for a cell that spans its row.
    Returns the cost, and a token's place and whether it opens a row.
    """
    n, skips = len(columns), _skips(columns)
    from_left = [*skips[:n], 0.0]
    to_right = [*(skips[n] - one for one in skips[1:]), 0.0]
    last_text, numbers_last = _texts(columns, looks)
    best = list(from_left)
    trail: list[list[tuple[int, bool]]] = []
    emitted: dict[int, list[float]] = {}
    for t, (token, look) in enumerate(zip(tokens, looks, strict=True)):
        emit = emitted.get(id(look))  # cells of one text share their look
        if emit is None:
            emit = [
                _emission(c, look, habits.get(j), j == last_text, numbers_last)
                for j, c in enumerate(columns)
            ]
            emit.append(_span_cost(look))
            emitted[id(look)] = emit
        if token.spans_row:
            emit = [_BROKEN] * n + [0.0]
        if t == 0:
            best = [best[j] + emit[j] for j in range(n + 1)]
            trail.append([(-1, True)] * (n + 1))
            continue
        inside = _BROKEN if token.opens_row else 0.0
        ends = _BROKEN if token.opens_row is False else 0.0
        ends += _UNMARKED if token.opens_row is None else 0.0
        closed = min(range(n + 1), key=lambda i: best[i] + to_right[i])
        closing = best[closed] + to_right[closed] + ends
        stays = inside + (_STAY_BLANK if look.is_blank else _STAY)
        step, back = [], []
        nearest, least = 0, math.inf  # the cheapest column to the left
        for j in range(n + 1):
            cost, source = closing + from_left[j], (closed, True)
            if j == n and look.is_blank:  # pads the row that a cell spans
                step.append(best[n] + stays)
                back.append((n, False))
                continue
            if best[j] + stays < cost and j < n:
                cost, source = best[j] + stays, (j, False)
            if 0 < j < n:
                if best[j - 1] - skips[j] < least:
                    nearest, least = j - 1, best[j - 1] - skips[j]
                if least + inside + skips[j] < cost:
                    cost, source = least + inside + skips[j], (nearest, False)
            step.append(cost + emit[j])
            back.append(source)
        best = step
        trail.append(back)
    # In a text cut off within a row, cells that are missing cost less.
    end = min(range(n + 1), key=lambda j: best[j] + _CUT_OFF * to_right[j])
    total, path, j = best[end] + _CUT_OFF * to_right[end], [], end
    for back in reversed(trail):
        path.append((j, back[j][1]))
        j = back[j][0]
    return total, path[::-1]


def _rows(tokens: list[Token], path: list[tuple[int, bool]], n: int) -> list[Row]:
    rows: list[Row] = []
    for token, (place, opens) in zip(tokens, path, strict=True):
        if opens or not rows:
            rows.append([[] for _ in range(n + 1)])
        rows[-1][place].append(token)
    return rows


def _observed_habits(rows: list[Row], columns: list[Column]) -> dict[int, _Habit]:
    habits = _prior_habits(columns)
    whole = [row for row in rows if sum(map(bool, row)) >= len(columns) - 1]
    for place in habits:
        looks = [_look(t.text) for row in whole for t in row[place] if t.text.strip()]
        if len(looks) < 3:
            continue
        lengths = [look.log_length for look in looks]
        mean = sum(lengths) / len(lengths)
        spread = math.sqrt(sum((x - mean) ** 2 for x in lengths) / len(lengths))
        kinds = Counter(look.kind for look in looks)
        habits[place] = _Habit(mean, max(spread, 0.5), kinds)
    return habits


def _variants(columns: list[Column], looks: list[_Look]) -> list[list[Column]]:
    """Headers that the cells may follow: as printed, or with a column more.

    A column of numbers often has no name; a name that spans two columns is
    printed once.
    """
    number, extra = Column("ordinal", ""), Column("text", "")
    texts = [i for i, column in enumerate(columns) if column.is_text]
    variants = [columns]
    if 0 < len(texts) < 4:
        places = {texts[0], texts[0] + 1}
        variants += [[*columns[:at], extra, *columns[at:]] for at in sorted(places)]
    has_ordinal = any(column.role == "ordinal" for column in columns)
    if not has_ordinal and sum(look.is_number for look in looks) >= 3:
        for variant in list(variants):
            at = {0, *(i for i, column in enumerate(variant) if column.is_text)}
            variants += [[*variant[:i], number, *variant[i:]] for i in sorted(at)]
    return variants


def infer_columns(rows: list[list[str]]) -> list[Column]:
    """Tell from the cells alone what the columns of a table hold.

    What is neither number, unit nor deadline is text; no column has a name.
    """
    columns, seen = [], set()
    for cells in zip(*rows, strict=True):
        looks = [_look(cell) for cell in cells if cell.strip()]
        most = 0.6 * len(looks)
        role = "text"
        if sum(look.is_number for look in looks) > most and "ordinal" not in seen:
            role = "ordinal"
        elif sum(look.is_deadline for look in looks) > most:
            role = "deadline"
        elif sum(look.is_units for look in looks) > most:
            role = "support" if "lead" in seen else "lead"
        seen.add(role)
        columns.append(Column(role, ""))
    return columns


def align(tokens: list[Token], columns: list[Column]) -> tuple[list[Column], list[Row]]:
    """Give every cell its row and column.

    `tokens` are the cells in reading order, without header rows. The header is
    returned with the unnamed columns that the cells call for; a row has for each
    column the cells that stand there, mostly one or none, and one place more for a
    cell that spans the row.
    """
    if not tokens:
        return columns, []
    whole = _whole_rows(tokens, columns)
    if whole is not None:
        return columns, whole
    looks = [_look(token.text) for token in tokens]
    sample = slice(0, 240)
    scored = []
    for extra, variant in enumerate(_variants(columns, looks)):
        cost, _ = _path(tokens[sample], looks[sample], variant, _prior_habits(variant))
        penalty = 6.0 * (len(variant) - len(columns))
        scored.append((cost + penalty, extra, variant))
    columns = min(scored)[2]
    habits = _prior_habits(columns)
    before: list[tuple[int, bool]] = []
    for _ in range(3):
        _, path = _path(tokens, looks, columns, habits)
        rows = _rows(tokens, path, len(columns))
        if path == before:  # the same rows give the same columns
            break
        before, habits = path, _observed_habits(rows, columns)
    return columns, rows


def _whole_rows(tokens: list[Token], columns: list[Column]) -> list[Row] | None:
    """Take the rows as they are where each has a cell for every column."""
    if any(token.opens_row is None for token in tokens):
        rows = _counted_rows(tokens, columns)
    else:
        rows = []
        for token in tokens:
            if token.opens_row or not rows:
                rows.append([])
            rows[-1].append(token)
    if any(len(row) != len(columns) for row in rows) or not rows:
        return None
    for place, column in enumerate(columns):
        texts = [row[place].text for row in rows if row[place].text.strip()]
        if column.role == "ordinal" and texts:
            numbered = sum(
                ordinal_of(text) is not None or FORMS.code.fullmatch(text) is not None
                for text in texts
            )
            if numbered < 0.5 * len(texts):
                return None
        if column.role == "deadline" and any(map(looks_like_units, texts)):
            return None
    return [[*([token] for token in row), []] for row in rows]


def _counted_rows(tokens: list[Token], columns: list[Column]) -> list[list[Token]]:
    """Cut unmarked cells into rows where each begins with the next number.

    None where a cell is too many or too few anywhere, or where the columns of
    units and deadlines hold something else.
    """
    n = len(columns)
    rows = [tokens[i : i + n] for i in range(0, len(tokens), n)]
    if columns[0].role != "ordinal" or len(tokens) % n or not tokens[0].text.isdigit():
        return []
    first = int(tokens[0].text)
    for i, row in enumerate(rows):
        if row[0].text != str(first + i) or any(cell.opens_row for cell in row[1:]):
            return []
        looks = zip(columns, (_look(cell.text) for cell in row), strict=True)
        for column, look in looks:
            if column.role == "deadline" and not (look.is_deadline or look.is_blank):
                return []
            if column.role == "lead" and not look.is_units:
                return []
    return rows
