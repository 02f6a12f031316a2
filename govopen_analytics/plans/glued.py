"""Rows whose cells stand together with nothing between them."""

import itertools
import re

from govopen_analytics.base.text import fold
from govopen_analytics.plans.columns import column_role
from govopen_analytics.plans.deadlines import parse_deadline
from govopen_analytics.plans.grid import Token, tidied
from govopen_analytics.plans.lines import raw_lines
from govopen_analytics.plans.numbering import leading_number
from govopen_analytics.plans.units import looks_like_units
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("glued")

_LONGEST_HEADER = 60


def glued_tokens(text: str) -> list[Token]:
    """Split rows such as ``1公开预算。规划财务科3月底前`` into cells.

    Only below a line that is nothing but column names one after another. A row
    begins with its number; its last sentence end parts what is to be done from
    the units, and the deadline is what at the end reads as one.
    """
    lines = raw_lines(text)
    headers = {line.start: names for line in lines if (names := _names(line.text))}
    tokens: list[Token] = []
    for line in lines if headers else ():
        if not line.text.strip():
            continue
        cuts = headers.get(line.start) or [0, len(line.text)]
        if len(cuts) == 2 and line.start > min(headers):
            cuts = _cells(line.text)
        for place, (a, b) in enumerate(itertools.pairwise(cuts)):
            at = line.start
            tokens.append(tidied(at + a, at + b, text, opens_row=place == 0))
    return tokens


def _names(line: str) -> list[int]:
    """Where the column names of a header begin and end; empty if it is none."""
    bare = line.strip()
    if not 6 <= len(bare) <= _LONGEST_HEADER or re.search(r"[。；;|\t]", bare):
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
    roles = {column_role(bare[a:b]) for a, b in _pairs(cuts)}
    return [shift + cut for cut in cuts] if len(roles) >= 3 else []


def _pairs(cuts: list[int]) -> list[tuple[int, int]]:
    return list(itertools.pairwise(cuts))


def _cells(line: str) -> list[int]:
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
