"""Automatic list numbers: the figures a word processor or browser would print.

The figures 一、 （一） 1. of a Word document are not in its text: a paragraph names
a list and a level, and the list says how its labels look.

References
----------
.. [1] ISO/IEC 29500-1:2016, Office Open XML File Formats, section 17.9
   (Numbering).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from govopen_analytics.readers.archives import Element

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VALUE = f"{WORD}val"
_PLACEHOLDER = re.compile(r"%([1-9])")

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = dict(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    )
)
# Circled figures stand in three places of the character table.
_CIRCLED = [*range(0x2460, 0x2474), *range(0x3251, 0x3260), *range(0x32B1, 0x32C0)]
# Beyond this no list is Chinese or Roman any more.
_MAX_SPELLED = 9999


def _chinese(number: int, mode: str = "low") -> str:
    """Write a number the way Chinese lists count (十, 十一), or cheques (壹拾)."""
    from cn2an import an2cn

    return an2cn(number, mode)


def _letters(number: int) -> str:
    # The word processor's rule: a … z, aa, bb, …
    repeats, index = divmod(number - 1, 26)
    return chr(ord("a") + index) * (repeats + 1)


def _roman(number: int) -> str:
    written = ""
    for size, figure in _ROMAN.items():
        count, number = divmod(number, size)
        written += figure * count
    return written


def _full_width(number: int) -> str:
    return str(number).translate({ord("0") + d: 0xFF10 + d for d in range(10)})


def _enclosed(codes: list[int] | range) -> Callable[[int], str]:
    """Return a format for a run of figures in the character table."""
    return lambda n: chr(codes[n - 1]) if n <= len(codes) else str(n)


def _cycled(characters: str) -> Callable[[int], str]:
    return lambda number: characters[(number - 1) % len(characters)]


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "ideographDigital": _chinese,
    "japaneseCounting": _chinese,
    "japaneseDigitalTenThousand": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "taiwaneseDigital": _chinese,
    "chineseLegalSimplified": lambda number: _chinese(number, "up"),
    "ideographLegalTraditional": lambda number: _chinese(number, "up"),
    "japaneseLegal": lambda number: _chinese(number, "up"),
    "ideographTraditional": _cycled(_STEMS),
    "ideographZodiac": _cycled(_BRANCHES),
    "decimalEnclosedCircle": _enclosed(_CIRCLED),
    "decimalEnclosedCircleChinese": _enclosed(_CIRCLED),
    "decimalEnclosedParen": _enclosed(range(ord("⑴"), ord("⑴") + 20)),
    "decimalEnclosedFullstop": _enclosed(range(ord("⒈"), ord("⒈") + 20)),
    "ideographEnclosedCircle": _enclosed(range(ord("㊀"), ord("㊀") + 10)),
}
_UNPRINTED = ("none", "bullet")


def format_number(number: int, form: str) -> str:
    """Write one figure of a list label in a format of Office Open XML (``w:numFmt``).

    A format without figures gives nothing, an unknown one decimal.
    """
    if form in _UNPRINTED:
        return ""
    if form not in _FORMATS or not 0 < number <= _MAX_SPELLED:
        return str(number)
    return _FORMATS[form](number)


@cache
def _full_path(path: str) -> str:
    return "/".join(WORD + step for step in path.split("/"))


def word_value(parent: Element | None, path: str) -> str | None:
    """Return the ``w:val`` of a descendant, by local names parted by ``/``."""
    element = None if parent is None else parent.find(_full_path(path))
    return None if element is None else element.get(_VALUE, "")


def whole_number(text: str | None, default: int) -> int:
    """Read a whole number from an attribute that may be missing or damaged."""
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text) else default


@dataclass(frozen=True)
class _Level:
    """How one level of a list counts and prints."""

    form: str = "decimal"
    label: str = ""
    start: int = 1
    restart: int | None = None
    is_legal: bool = False
    gap: str = "tab"
    style: str | None = None


@dataclass
class _Definition:
    """A list: its levels, and where its counters stand."""

    levels: dict[int, _Level]
    counters: dict[int, int] = field(default_factory=dict)


@dataclass
class _NumberedList:
    """A use of a list, which may restart or restyle some of its levels."""

    definition: _Definition
    levels: dict[int, _Level]
    restarts: dict[int, int]


def _level(element: Element) -> _Level:
    restart = word_value(element, "lvlRestart")
    # Word 2010 and later put richer formats behind a compatibility switch.
    form = word_value(element, "numFmt")
    if form is None:
        nested = element.find(f".//{WORD}numFmt")
        form = "decimal" if nested is None else nested.get(_VALUE, "decimal")
    return _Level(
        form=form,
        label=word_value(element, "lvlText") or "",
        start=whole_number(word_value(element, "start"), 1),
        restart=None if restart is None else whole_number(restart, 0),
        is_legal=word_value(element, "isLgl") not in (None, "0", "false"),
        gap=word_value(element, "suff") or "tab",
        style=word_value(element, "pStyle"),
    )


def _levels(parent: Element) -> dict[int, _Level]:
    return {
        whole_number(element.get(f"{WORD}ilvl"), 0): _level(element)
        for element in parent.iter(f"{WORD}lvl")
    }


class Numbering:
    """The lists of ``word/numbering.xml``, if there is one; hands out their labels.

    A list is named by ``w:numId``; levels count from 0.
    """

    def __init__(self, root: Element | None) -> None:
        self._lists: dict[str, _NumberedList] = {}
        if root is not None:
            self._read(root)

    def _read(self, root: Element) -> None:
        definitions: dict[str | None, _Definition] = {}
        by_style: dict[str, _Definition] = {}
        linked: list[tuple[str | None, str]] = []
        for element in root.iter(f"{WORD}abstractNum"):
            key = element.get(f"{WORD}abstractNumId")
            definitions[key] = _Definition(_levels(element))
            if style := word_value(element, "styleLink"):
                by_style[style] = definitions[key]
            if style := word_value(element, "numStyleLink"):
                linked.append((key, style))
        for key, style in linked:
            definitions[key] = by_style.get(style, definitions[key])
        for element in root.iter(f"{WORD}num"):
            definition = definitions.get(word_value(element, "abstractNumId"))
            if definition is None:
                continue
            restarts = {}
            for override in element.iter(f"{WORD}lvlOverride"):
                start = word_value(override, "startOverride")
                if start is not None:
                    level = whole_number(override.get(f"{WORD}ilvl"), 0)
                    restarts[level] = whole_number(start, 1)
            levels = {**definition.levels, **_levels(element)}
            key = element.get(f"{WORD}numId", "")
            self._lists[key] = _NumberedList(definition, levels, restarts)

    def level_of_style(self, list_id: str, style: str) -> int:
        """Return the level a list ties to a paragraph style, 0 if none."""
        used = self._lists.get(list_id)
        levels = used.levels if used else {}
        return next((n for n, level in levels.items() if level.style == style), 0)

    def next_label(self, list_id: str, n: int) -> str:
        """Count one paragraph at level `n` and return the label Word prints before it.

        With the space that parts it from the text; of an unknown list it is empty.
        """
        used = self._lists.get(list_id)
        if used is None or n not in used.levels:
            return ""
        level, counters = used.levels[n], used.definition.counters
        if n in used.restarts:
            # The override counts once; from there the list goes on.
            counters[n] = used.restarts.pop(n)
        else:
            counters[n] = counters.get(n, level.start - 1) + 1
        for deeper in [key for key in counters if key > n]:
            restart = used.levels.get(deeper, _Level()).restart
            # Without a rule any higher level restarts it; 0 means that none does.
            if n < (deeper if restart is None else restart):
                del counters[deeper]
        label = _label(used, level)
        if not label or level.gap == "nothing":
            return label
        # 一、 and （一） stand close to their text, as Chinese is typed.
        return label + " " if label[-1].isascii() else label


def _label(used: _NumberedList, level: _Level) -> str:
    if level.form in _UNPRINTED:
        return ""

    def figure(match: re.Match[str]) -> str:
        n = int(match[1]) - 1
        other = used.levels.get(n, _Level())
        number = used.definition.counters.get(n, other.start)
        return format_number(number, "decimal" if level.is_legal else other.form)

    return _PLACEHOLDER.sub(figure, level.label)
