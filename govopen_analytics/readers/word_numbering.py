"""Word's automatic list numbers, computed the way Word counts them.

The figures 一、 （一） 1. of a Word document are not in its text: a paragraph names
a list and a level, and the list says how its labels look.

References
----------
.. [1] ISO/IEC 29500-1:2016, Office Open XML File Formats, section 17.9
   (Numbering).
"""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

from lxml import etree

from govopen_analytics.readers.list_labels import UNPRINTED, format_number

Element: TypeAlias = etree._Element

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VALUE = f"{WORD}val"
_PLACEHOLDER = re.compile(r"%([1-9])")


@cache
def _full_path(path: str) -> str:
    return "/".join(WORD + step for step in path.split("/"))


def word_value(parent: Element | None, path: str) -> str | None:
    """Return the ``w:val`` of a descendant.

    Parameters
    ----------
    parent : Element or None
        Where to look.
    path : str
        Local names parted by ``/``.

    Returns
    -------
    str or None
        None if there is no such element.
    """
    if parent is None:
        return None
    found = parent.find(_full_path(path))
    return None if found is None else found.get(_VALUE, "")


def whole_number(text: str | None, default: int) -> int:
    """Read a whole number from an attribute.

    Parameters
    ----------
    text : str or None
        The attribute.
    default : int
        What a missing or damaged attribute counts as.

    Returns
    -------
    int
        The number.
    """
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text) else default


@dataclass(frozen=True)
class Level:
    """How one level of a list counts and prints."""

    form: str = "decimal"
    label: str = ""
    start: int = 1
    restart: int | None = None
    is_legal: bool = False
    gap: str = "tab"
    style: str | None = None


@dataclass
class ListDefinition:
    """A list: its levels, and where its counters stand."""

    levels: dict[int, Level]
    counters: dict[int, int] = field(default_factory=dict)


@dataclass
class NumberedList:
    """A use of a list, which may restart or restyle some of its levels."""

    definition: ListDefinition
    levels: dict[int, Level]
    restarts: dict[int, int]


def _level(element: Element) -> Level:
    restart = word_value(element, "lvlRestart")
    # Word 2010 and later put richer formats behind a compatibility switch.
    form = word_value(element, "numFmt")
    if form is None:
        nested = element.find(f".//{WORD}numFmt")
        form = "decimal" if nested is None else nested.get(_VALUE, "decimal")
    legal = word_value(element, "isLgl")
    return Level(
        form=form,
        label=word_value(element, "lvlText") or "",
        start=whole_number(word_value(element, "start"), 1),
        restart=None if restart is None else whole_number(restart, 0),
        is_legal=legal is not None and legal not in ("0", "false"),
        gap=word_value(element, "suff") or "tab",
        style=word_value(element, "pStyle"),
    )


def _levels(parent: Element) -> dict[int, Level]:
    return {
        whole_number(element.get(f"{WORD}ilvl"), 0): _level(element)
        for element in parent.iter(f"{WORD}lvl")
    }


class Numbering:
    """The lists of a document; hands out the next label of each.

    Parameters
    ----------
    root : Element or None
        Root of ``word/numbering.xml``; None where the document has no lists.
    """

    def __init__(self, root: Element | None) -> None:
        self._lists: dict[str, NumberedList] = {}
        if root is not None:
            self._read(root)

    def _read(self, root: Element) -> None:
        definitions: dict[str | None, ListDefinition] = {}
        by_style: dict[str, ListDefinition] = {}
        linked: list[tuple[str | None, str]] = []
        for element in root.iter(f"{WORD}abstractNum"):
            key = element.get(f"{WORD}abstractNumId")
            definitions[key] = ListDefinition(_levels(element))
            if style := word_value(element, "styleLink"):
                by_style[style] = definitions[key]
            if style := word_value(element, "numStyleLink"):
                linked.append((key, style))
        for key, style in linked:
            definitions[key] = by_style.get(style, definitions[key])
        for element in root.iter(f"{WORD}num"):
            definition = definitions.get(word_value(element, "abstractNumId"))
            if definition is not None:
                key = element.get(f"{WORD}numId", "")
                self._lists[key] = self._use(element, definition)

    @staticmethod
    def _use(element: Element, definition: ListDefinition) -> NumberedList:
        restarts = {}
        for override in element.iter(f"{WORD}lvlOverride"):
            start = word_value(override, "startOverride")
            if start is not None:
                level = whole_number(override.get(f"{WORD}ilvl"), 0)
                restarts[level] = whole_number(start, 1)
        levels = {**definition.levels, **_levels(element)}
        return NumberedList(definition, levels, restarts)

    def level_of_style(self, list_id: str, style: str) -> int:
        """Return the level a list ties to a paragraph style, 0 if none.

        Parameters
        ----------
        list_id : str
            ``w:numId``.
        style : str
            Identifier of the paragraph style.

        Returns
        -------
        int
            From 0.
        """
        used = self._lists.get(list_id)
        levels = used.levels if used else {}
        return next((n for n, level in levels.items() if level.style == style), 0)

    def next_label(self, list_id: str, n: int) -> str:
        """Count one paragraph and return the label Word prints before it.

        Parameters
        ----------
        list_id : str
            ``w:numId``; an unknown one prints nothing.
        n : int
            Level of the paragraph, from 0.

        Returns
        -------
        str
            Label with the space that parts it from the text.
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
        self._reset_below(used, n)
        label = self._label(used, level)
        if not label or level.gap == "nothing":
            return label
        # 一、 and （一） stand close to their text, as Chinese is typed.
        return label + " " if label[-1].isascii() else label

    @staticmethod
    def _reset_below(used: NumberedList, n: int) -> None:
        for deeper in [key for key in used.definition.counters if key > n]:
            level = used.levels.get(deeper, Level())
            # Without a rule any higher level restarts it; 0 means that none does.
            restarter = deeper if level.restart is None else level.restart
            if n < restarter:
                del used.definition.counters[deeper]

    @staticmethod
    def _label(used: NumberedList, level: Level) -> str:
        if level.form in UNPRINTED:
            return ""

        def figure(found: re.Match[str]) -> str:
            n = int(found[1]) - 1
            other = used.levels.get(n, Level())
            number = used.definition.counters.get(n, other.start)
            return format_number(number, "decimal" if level.is_legal else other.form)

        return _PLACEHOLDER.sub(figure, level.label)
