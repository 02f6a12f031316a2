"""The number a paragraph or a cell begins with: its kind, rank and value."""

import re
from dataclasses import dataclass

from govopen_analytics.base.text import read_number
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("numbering")

# In the order they are tried. The rank is the customary nesting of official
# documents (GB/T 9704): 一、 over （一） over 1. over (1) over ①.
_KINDS: list[tuple[str, int, re.Pattern[str]]] = FORMS.table("kinds")
#: Kinds of numbers that open headings.
HEADING_KINDS = ("part", "section", "chapter", "paren")


@dataclass(frozen=True)
class Number:
    """A number at the head of a text."""

    kind: str  # such as "chapter" for 一、 or "arabic" for 1.
    rank: int  # depth of the kind by custom; a smaller rank stands above
    value: int  # of a decimal such as 2.3 its last part
    end: int  # offset of the first character behind the number


def leading_number(folded: str, *, bare: bool = False) -> Number | None:
    """Read the number a folded text begins with.

    With `bare`, ``3推进…``, a number with nothing behind it, counts too.
    """
    if FORMS.opens.match(folded) is None:
        return None
    for kind, rank, pattern in _KINDS:
        match = pattern.match(folded)
        if match:
            value = read_number(match["n"].split(".")[-1])
            if value is not None:
                return Number(kind, rank, value, match.end())
    match = FORMS.bare.match(folded) if bare else None
    if match and not re.match(r"[年月日个次项条天小时]", folded[match.end() :]):
        return Number("arabic", 3, int(match["n"]), match.end())
    return None


def number_alone(folded: str) -> int | None:
    """Read a text that is nothing but a number, as an ordinal cell is."""
    match = FORMS.alone.fullmatch(folded)
    return read_number(match["n"]) if match else None
