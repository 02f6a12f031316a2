"""Printed lines of a page, and the paragraphs they were wrapped from."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from govopen_analytics.readers.characters import normalise_characters

# Fonts without a proper table map 一 to the radical ⼀, and 长 to ⻓.
_RADICALS = {
    **{
        code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)
    },
    **dict(
        zip(
            map(ord, "⺟⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻤⻥⻦⻨⻩⻬⻮⻰⻳"),
            "母西见角贝车长门青韦页风飞食马鬼鱼鸟麦黄齐齿龙龟",
            strict=True,
        )
    ),
}
_WIDE_CLASSES = ("W", "F", "A")
CLOSING_MARKS = tuple("，。、；：！？）》〉」』】〕”’,.;:!?)]")
# What cannot be parted at the end of a line: opening marks from what they open,
# and the characters of a Latin word or number.
_UNIT = re.compile(
    r"[“‘（《〈【「『〔(\[<]*([0-9A-Za-z][0-9A-Za-z.,:/%_-]*|.)", re.DOTALL
)

# A numbered item after a full stop is a paragraph of its own, however full the
# line before it is.
_ITEM = re.compile(
    r"[（(]?[一二三四五六七八九十]{1,3}[、)）.]|[（(]?\d{1,2}[.、)）](?!\d)|"
    r"第[一二三四五六七八九十百]{1,4}[条章节]|[①-⑳]"
)
_SENTENCE_END = tuple("。；：！？;:!?")

# In multiples of the character size.
_SAME_LINE = 0.5
_LATIN_GAP = 0.25
_WIDE_GAP = 0.9
_SLACK = 0.5
_MAX_LINE_GAP = 2.0
_MAX_SIZE_CHANGE = 0.2

_MIN_FULL_LINES = 3


@dataclass(frozen=True)
class Line:
    """A printed line and its place on the page, in points from the upper left."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float


@dataclass(frozen=True)
class Margins:
    """Where the lines of a column of text may begin and end, in points."""

    left: float
    right: float


def is_wide(character: str) -> bool:
    """Whether a character takes a full square, as Chinese ones do."""
    return unicodedata.east_asian_width(character) in _WIDE_CLASSES


def text_width(text: str, size: float) -> float:
    """Estimate the printed width; a Latin character counts half a square."""
    return sum(size if is_wide(character) else size / 2 for character in text)


def _gap(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Return the space two neighbouring characters were set apart by."""
    if before["text"].isspace() or after["text"].isspace():
        return ""
    distance = after["x0"] - before["x1"]
    both_wide = is_wide(before["text"][-1]) and is_wide(after["text"][0])
    limit = _WIDE_GAP if both_wide else _LATIN_GAP
    return " " if distance > limit * max(before["size"], after["size"]) else ""


def _as_line(characters: list[dict[str, Any]]) -> Line | None:
    ordered = sorted(characters, key=lambda character: character["x0"])
    while ordered and ordered[0]["text"].isspace():
        ordered.pop(0)
    while ordered and ordered[-1]["text"].isspace():
        ordered.pop()
    if not ordered:
        return None
    parts = [ordered[0]["text"]]
    for before, after in pairwise(ordered):
        parts += [_gap(before, after), after["text"]]
    text = normalise_characters("".join(parts).translate(_RADICALS))
    return Line(
        text=text.replace("\n", " ").strip(),
        x0=ordered[0]["x0"],
        x1=ordered[-1]["x1"],
        top=min(character["top"] for character in ordered),
        bottom=max(character["bottom"] for character in ordered),
        size=max(character["size"] for character in ordered),
    )


def gather_lines(characters: Iterable[dict[str, Any]]) -> list[Line]:
    """Put the characters of a region into lines, from top to bottom.

    They are as pdfplumber gives them (``text``, ``x0``, ``top``, …).
    """
    groups: list[list[dict[str, Any]]] = []
    middle = float("-inf")
    for character in sorted(
        (each for each in characters if each["text"]),
        key=lambda each: each["top"] + each["bottom"],
    ):
        centre = (character["top"] + character["bottom"]) / 2
        if not groups or centre - middle > _SAME_LINE * character["size"]:
            groups.append([])
            middle = centre
        groups[-1].append(character)
    lines = (_as_line(group) for group in groups)
    return [line for line in lines if line is not None and line.text]


def was_wrapped(line: Line, following: Line, right: float) -> bool:
    """Whether a line ended only because nothing more fitted on it.

    That is, whether the first word of the next one would end beyond `right`.
    """
    first = _UNIT.match(following.text)
    unit = first[0] if first else ""
    rest = following.text[len(unit) :]
    # Closing marks never begin a line; they pull the character before with them.
    closing = len(rest) - len(rest.lstrip("".join(CLOSING_MARKS)))
    unit += rest[:closing]
    return line.x1 + text_width(unit, line.size) > right - _SLACK * line.size


def join_texts(before: str, after: str) -> str:
    """Join two pieces of a wrapped line.

    A space parts Latin words; Chinese and the digits of a number run on.
    """
    if not before or not after or (before[-1].isdigit() and after[0].isdigit()):
        return before + after
    is_latin = before[-1].isascii() and after[0].isascii()
    if is_latin and before[-1].isalnum() and after[0].isalnum():
        return f"{before} {after}"
    return before + after


def find_margins(lines: Sequence[Line], page_width: float) -> Margins:
    """Find where the running text of a document begins and ends.

    Lines at least half as wide as the widest tell, which headings are not. Where
    hardly any line is full, the right margin is taken to be as wide as the left.
    """
    if not lines:
        return Margins(0.0, page_width)
    widest = max(line.x1 - line.x0 for line in lines)
    long = [line for line in lines if line.x1 - line.x0 >= widest / 2]
    left = min(line.x0 for line in long)
    # Closing marks may hang over the margin.
    inside = [line for line in long if not line.text.endswith(CLOSING_MARKS)] or long
    right = max(line.x1 for line in inside)
    n_full = sum(line.x1 > right - line.size for line in inside)
    if n_full < _MIN_FULL_LINES:
        size = max(line.size for line in long)
        right = max(right, page_width - left - size)
    return Margins(left, right)


def continues_paragraph(
    line: Line, following: Line, margins: Margins, *, is_new_page: bool = False
) -> bool:
    """Whether a line goes on with the paragraph of the line before it.

    It does where `line` is full and `following` is neither indented nor set apart;
    between two pages their distance means nothing.
    """
    if following.x0 > margins.left + line.size:
        return False
    if line.text.endswith(_SENTENCE_END) and _ITEM.match(following.text):
        return False
    if abs(line.size - following.size) > _MAX_SIZE_CHANGE * line.size:
        return False
    if not is_new_page and following.top - line.bottom > _MAX_LINE_GAP * line.size:
        return False
    return was_wrapped(line, following, margins.right)
