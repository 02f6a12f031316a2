"""Pure functions from text to text: folding, white space, Chinese numerals."""

import os
import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

_CJK = "\u3400-\u9fff\uf900-\ufaff"
# A gloss in pinyin behind a character, as mirror sites print it: 發(fā)布.
_GLOSS = re.compile(
    rf"(?<=[{_CJK}])\((?=[a-z]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]|(?:de|le|zi|men)\))"
    r"[a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜ]{1,6}\)"
)
_CJK_BLANK = re.compile(
    rf"(?<=[{_CJK}，。、；：！？（）《》“”〔〕])\s+(?=[{_CJK}，。、；：！？（）《》“”〔〕])"
)
# Blanks beside a character that is no Latin letter or digit, and those of no width.
_NAME_BLANK = re.compile(
    r"[\u200b-\u200d\ufeff]|(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])"
)

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
#: What ``without_blanks`` may drop.
BLANKS = f" \t{_INVISIBLE}"
# Blanks beside Chinese characters, and invisible characters.
_DROPPED_BLANK = re.compile(
    rf"[{_INVISIBLE}]"
    r"|(?<=[^\x00-\x7f])[ \t]+|[ \t]+(?=[^\x00-\x7f])"
)
# What XML cannot hold, whatever a source text did.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# One character to one character, so that offsets survive folding.
_FOLD: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD |= str.maketrans("　〔〕［］【】﹝﹞「」『』﹒﹐", "　()[][]()“”“”.,")
_FOLD |= {0x3000: " ", 0xA0: " ", 0x2002: " ", 0x2003: " ", 0x2009: " "}
_FOLD |= {ord("｡"): "。", ord("．"): "."}


def drop_glosses(text: str) -> str:
    """Drop the pinyin that mirror sites print behind characters: 發(fā)布."""
    while (shorter := _GLOSS.sub("", text)) != text:
        text = shorter
    return text


def fold(text: str) -> str:
    """Map variants of a character to one form, keeping every offset.

    Full-width letters, digits and punctuation become half-width, all brackets
    round or square, traditional characters simplified.
    """
    return _fold_short(text) if len(text) < 100 else _fold(text)


def _fold(text: str) -> str:
    return text if text.isascii() else text.translate(_folding())


@lru_cache(maxsize=1)
def _folding() -> dict[int, int | str]:
    """Both tables as one, so that a text is gone through once."""
    return {**_simplified(), **_FOLD}


# Cells and names are folded many times over while a table is put in order.
_fold_short = lru_cache(maxsize=16384)(_fold)


def simplified(text: str) -> str:
    """Write traditional characters as simplified ones, keeping every offset."""
    return text.translate(_simplified())


@lru_cache(maxsize=1)
def _simplified() -> dict[int, int]:
    """Traditional to simplified, by the table that scripts/renew_simplified.py made."""
    table = files(__package__).joinpath("simplified.txt").read_text("utf-8")
    return str.maketrans(*table.split())


def fold_pairs() -> tuple[str, str]:
    """Return the characters that ``fold`` changes, and what it makes of them.

    All are of the basic plane: a page folds with them as the library does.
    """
    pairs = [
        (chr(code), folded if isinstance(folded, str) else chr(folded))
        for code, folded in _folding().items()
    ]
    basic = [pair for pair in pairs if max(map(ord, pair)) < 0x10000]
    changed, made = zip(*basic, strict=True)
    return "".join(changed), "".join(made)


def tidy(text: str) -> str:
    """Drop white space between Chinese characters and fold the rest to blanks."""
    words = text.split()
    return (
        " ".join(_CJK_BLANK.sub("", text).split()) if len(words) > 1 else "".join(words)
    )


def without_blanks(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Drop blanks beside Chinese characters, and invisible characters.

    Return the shorter text and the runs that were dropped (start, end), in order.
    """
    dropped = [match.span() for match in _DROPPED_BLANK.finditer(text)]
    return (_DROPPED_BLANK.sub("", text) if dropped else text), dropped


def original_places(places: Iterable[int], dropped: list[tuple[int, int]]) -> list[int]:
    """Carry places in a shortened text over to the text it was made from.

    ``dropped`` is what ``without_blanks`` returned with the shortened text.
    """
    removed, borders, shifts = 0, [], [0]
    for start, end in dropped:
        borders.append(start - removed)
        removed += end - start
        shifts.append(removed)
    return [place + shifts[bisect_right(borders, place)] for place in places]


def name_form(name: str) -> str:
    """Return the one form of a name that its spellings share.

    Characters simplified, letters and digits half width, brackets full width as
    Chinese prints them, no blank but between Latin letters or digits.
    """
    import unicodedata

    form = (
        unicodedata.normalize("NFKC", simplified(name))
        .replace("(", "（")
        .replace(")", "）")
    )
    return _NAME_BLANK.sub("", re.sub(r"\s+", " ", form))


def readable_name(name: str) -> str:
    """Return a file's name as it can be written down.

    It may hold bytes that are no UTF-8: they are read as GB18030, else written as
    escapes.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        content = os.fsencode(name)
        try:
            return content.decode("gb18030")
        except UnicodeDecodeError:
            return content.decode("ascii", "backslashreplace")
    return name


@lru_cache(maxsize=4096)
def read_number(text: str) -> int | None:
    """Read an Arabic or Chinese number (12, 十二, ⑫, 两); None if it is none."""
    import unicodedata

    if re.fullmatch(r"\d+", text):
        return int(text)
    if len(text) == 1 and unicodedata.category(text) == "No":
        return int(unicodedata.numeric(text))
    if not re.fullmatch("[〇零一二三四五六七八九十百两]+", text):
        return None
    from cn2an import cn2an

    try:
        return int(cn2an(text.replace("〇", "零"), "smart"))
    except ValueError:
        return None


def printable(text: object, instead: str = "") -> str:
    """Return a text without the characters that XML, and so office files, lack."""
    return _UNPRINTABLE.sub(instead, str(text))
