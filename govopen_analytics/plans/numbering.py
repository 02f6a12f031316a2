"""The number a paragraph or a cell begins with: its kind, rank and value."""

import re
from dataclasses import dataclass

from govopen_analytics.base.text import read_number

# A date or a limit that an item may open with: 5.10月底前, 3.20个工作日内.
_LIMIT = r"(?:20\d\d年|\d{1,2}(?:月|日|个月|个工作日|小时))"
_CN = "[〇零一二三四五六七八九十百]{1,4}"

# In the order they are tried. The rank is the customary nesting of official
# documents (GB/T 9704): 一、 over （一） over 1. over (1) over ①.
_KINDS: tuple[tuple[str, int, re.Pattern[str]], ...] = tuple(
    (kind, rank, re.compile(r"[\s#*]*" + pattern + r"\s*"))
    for kind, rank, pattern in (
        ("part", 0, rf"第(?P<n>{_CN}|\d{{1,3}})(?:部分|章|篇)"),
        ("section", 1, rf"第(?P<n>{_CN}|\d{{1,3}})节"),
        ("chapter", 1, rf"(?P<n>{_CN})(?:\s?、|[.,](?!\d)|\s(?=[\u3400-\u9fff]))"),
        ("article", 2, rf"第(?P<n>{_CN}|\d{{1,3}})[条条款项](?!例)"),
        ("word", 7, rf"第(?P<n>{_CN})(?:[,:]|、(?!第|{_CN}))"),  # 第一,
        ("paren", 2, rf"\(\s*(?P<n>{_CN})\s*\)[、.]?"),
        (
            "decimal",
            4,
            rf"(?P<n>\d{{1,2}}\.(?!{_LIMIT})\d{{1,2}}(?:\.\d{{1,2}})?)"
            r"(?![\d.万亿%个条件次倍])[、.]?",
        ),
        (
            "arabic",
            3,
            # Behind the mark a date, a limit or a hotline may stand, no decimal.
            r"(?P<n>\d{4,6}(?=[、.](?!\d))|\d{1,3})\s*"
            rf"(?:[、.:](?:(?!\d)|(?={_LIMIT}|\d{{5}}))|\s+(?=[\u3400-\u9fff《“]))",
        ),
        ("arabic_paren", 5, r"\(?\s*(?P<n>\d{1,2})\s*\)[、.]?"),
        ("circled", 6, r"(?P<n>[①-⑳⓵-⓾❶-❿])[、.]?"),
        ("inline", 7, r"(?P<n>[一二三四五六七八九十])是(?=[^否不])"),
    )
)
# What a number may begin with; most texts begin otherwise.
_OPENS = re.compile(r"[\s#*]*[第〇零一二三四五六七八九十百\d(①-⑳⓵-⓾❶-❿]")
#: Kinds of numbers that open headings.
HEADING_KINDS = ("part", "section", "chapter", "paren")

_BARE = re.compile(r"\s*(?P<n>\d{1,3})\s*(?=[\u3400-\u9fff《“])")
_ALONE = re.compile(rf"\s*\(?(?P<n>\d{{1,6}}|{_CN}|[①-⑳])[)、.]?\s*")


@dataclass(frozen=True)
class Number:
    """A number at the head of a text.

    Attributes
    ----------
    kind : str
        Such as ``"chapter"`` for 一、 or ``"arabic"`` for 1.
    rank : int
        Depth of the kind by custom; a smaller rank stands above.
    value : int
        The number itself; of a decimal such as 2.3 its last part.
    end : int
        Offset of the first character behind the number.
    """

    kind: str
    rank: int
    value: int
    end: int


def leading_number(folded: str, *, bare: bool = False) -> Number | None:
    """Read the number a folded text begins with.

    Parameters
    ----------
    folded : str
        Result of ``text.fold``.
    bare : bool, default False
        Whether ``3推进…``, a number with nothing behind it, counts.

    Returns
    -------
    Number or None
    """
    if _OPENS.match(folded) is None:
        return None
    for kind, rank, pattern in _KINDS:
        match = pattern.match(folded)
        if match:
            value = read_number(match["n"].split(".")[-1])
            if value is not None:
                return Number(kind, rank, value, match.end())
    match = _BARE.match(folded) if bare else None
    if match and not re.match(r"[年月日个次项条天小时]", folded[match.end() :]):
        return Number("arabic", 3, int(match["n"]), match.end())
    return None


def number_alone(folded: str) -> int | None:
    """Read a text that is nothing but a number, as an ordinal cell is."""
    match = _ALONE.fullmatch(folded)
    return read_number(match["n"]) if match else None
