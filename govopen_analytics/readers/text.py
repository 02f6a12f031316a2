"""Plain text and Markdown: one paragraph per line, stored as it is."""

import re
from collections.abc import Callable

from govopen_analytics.readers.characters import decode_text
from govopen_analytics.readers.source import Block, Source

_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)([^*_\n]+?)(?<=\S)\1")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ENDS = re.compile(r"[。；;：:！!？?|｜]\s*$")
_LEAST_FULL = 5  # lines of the full width
_LONGEST_WIDTH = 60  # characters as wide as a Chinese one
# Marks of items, and the first cell of a row. A number of four digits or more
# that a digit follows may be a sum or a year within a sentence.
_OPENS = re.compile(
    r"\s{2}|\s*(?:[-•●■◆★▲○□◇►√*#>\[【]|第.{1,3}[条章部]|[①-⑳]|"
    r"[(（]?\s*[\d一二三四五六七八九十]{1,3}\s*[)）、.．,，|｜]|"
    r"\d{4,6}\s*[)）、.．,，|｜](?!\d)|\d{1,6}\s{2})"
)
_TITLE = re.compile(
    r"(?:要点|方案|计划|安排|清单|台[账帐]|通知|任务|分工|分解表|措施|目录)\s*$"
)


def _without_markup(text: str) -> str:
    """Take out what Markdown writes for bold type, breaks in cells and escapes."""
    text = _EMPHASIS.sub(r"\2", text)
    return re.sub(r"\\(?=[.#*_()\[\]|-])", "", _BREAK.sub(" ", text))


def _without_wrapping(text: str) -> str:
    """Join the lines of a text that was broken at a fixed width.

    It was, where many lines have the same greatest width and most of those end
    within a sentence.
    """
    lines = text.split("\n")
    if "\t" in text or len(lines) < 2 * _LEAST_FULL:
        return text
    return _joined(lines, _width, 12) or _joined(lines, len, 20) or text


def _joined(
    lines: list[str], measure: Callable[[str], float], least: int
) -> str | None:
    """Join lines that are cut at a width, or at a number of characters."""
    widths = [measure(line.rstrip()) for line in lines]
    written = [width for width in widths if width]
    widest = max(written, default=0)
    full = [i for i, width in enumerate(widths) if width > widest - 2.5]
    cut = [i for i in full if not _ENDS.search(lines[i]) or _has_open_bracket(lines[i])]
    if (
        not least <= widest <= _LONGEST_WIDTH
        or len(full) < max(_LEAST_FULL, 0.35 * len(written))
        or len(cut) < 0.6 * len(full)
    ):
        return None
    joined = ""
    for i, line in enumerate(lines):
        below = lines[i + 1] if i + 1 < len(lines) else ""
        is_title = _TITLE.search(line) is not None
        goes_on = i in cut and below.strip() and not is_title
        goes_on = goes_on and not _OPENS.match(below)
        joined += line.rstrip() if goes_on else f"{line}\n"
    return joined.removesuffix("\n")


def _has_open_bracket(line: str) -> bool:
    return max(map(line.rfind, "（(")) > max(map(line.rfind, "）)"))


def _width(text: str) -> float:
    return sum(1.0 if ord(character) > 0x2E7F else 0.5 for character in text)


def read_text(content: bytes) -> Source:
    """Read plain text: a paragraph for each line that is not blank.

    Tabs, bars and blank lines stay, because a table flattened into text can only
    be recovered from them.
    """
    decoded = decode_text(content)
    text = _without_wrapping(_without_markup(decoded.text))
    blocks = []
    start = 0
    for line in text.split("\n"):
        if line and not line.isspace():
            blocks.append(Block(start, start + len(line)))
        start += len(line) + 1
    return Source(
        text, tuple(blocks), encoding=decoded.encoding, remarks=decoded.remarks
    )
