"""OFD: printed pages as Chinese agencies publish them.

References
----------
.. [1] GB/T 33190-2016, Electronic files storage and exchange formats: Fixed layout
   documents, chapters 7 (document), 9 (paths), 11 (text), 13 (composite objects).
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from math import hypot
from typing import Any

from lxml import etree
from pdfminer.utils import apply_matrix_pt, mult_matrix

from govopen_analytics.base.errors import ReadError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.archives import Archive, Element
from govopen_analytics.readers.characters import normalise_characters
from govopen_analytics.readers.limits import (
    MAX_DRAWN_OBJECTS,
    MAX_TABLE_DEPTH,
    check_count,
)
from govopen_analytics.readers.printed_lines import text_width
from govopen_analytics.readers.printed_pages import (
    Page,
    pages_source,
    read_page,
    read_pages,
)
from govopen_analytics.readers.source import Source

# x' = a·x + c·y + e and y' = b·x + d·y + f, as in chapter 8 of the standard.
Matrix = tuple[float, float, float, float, float, float]

_POINTS = 72 / 25.4  # lengths in the file are millimetres
_A4 = (0.0, 0.0, 210.0, 297.0)
_UNMOVED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_ASCENT = 0.85  # share of the character size above the base line
# Widest a narrow character may be taken to be, so that a blank beside it shows.
_NARROW = 0.75
# A watermark is slanted; a table turned on its side is not.
_MAX_SLANT = 0.1
_ESCAPED = re.compile(r"\\([0-9A-Fa-f]{4})")
_GROUPS = ("Layer", "PageBlock", "Content", "Appearance")
# How many numbers follow each command of a path.
_N_NUMBERS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
_LEVEL = 0.5  # points by which a line may slant
_SHOWN = 10


def _kind(element: Element) -> str:
    """Return an element's name; its namespace differs between versions."""
    return etree.QName(element).localname


def _first(element: Element | None, path: str) -> Element | None:
    """Return the element at a path of names."""
    for name in path.split("/"):
        element = None if element is None else element.find(f"{{*}}{name}")
    return element


def _all(element: Element | None, path: str) -> list[Element]:
    """Return all elements at a path; none where there is nothing to look in."""
    return [] if element is None else element.findall(path)


def _text(element: Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def _numbers(text: str | None) -> list[float]:
    return [float(number) for number in (text or "").split()]


def _deltas(text: str | None, n: int) -> list[float]:
    """Return the first `n` distances of a list in which ``g 3 2.5`` is three of 2.5.

    A short list goes on with its last distance.
    """
    deltas: list[float] = []
    words = iter((text or "").split())
    for word in words:
        times = 1
        if word == "g":
            times = int(next(words, "0"))
            word = next(words, "0")
        deltas += [float(word)] * min(times, n - len(deltas))
        if len(deltas) >= n:
            break
    return deltas + deltas[-1:] * (n - len(deltas))


def _matrix_of(element: Element, outer: Matrix) -> Matrix:
    """Return where an object's own coordinates lie on the page."""
    box = _numbers(element.get("Boundary")) or list(_A4)
    matrix = _numbers(element.get("CTM"))
    a, b, c, d, e, f = matrix if len(matrix) == 6 else _UNMOVED
    return mult_matrix((a, b, c, d, e + box[0], f + box[1]), outer)


@dataclass
class _Drawing:
    """What one page draws, in points from its upper left.

    ``characters`` and ``edges`` are as pdfplumber has them.
    """

    width: float
    height: float
    characters: list[dict[str, Any]] = field(default_factory=list)
    edges: list[dict[str, Any]] = field(default_factory=list)
    has_picture: bool = False

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        return 0.0, 0.0, self.width, self.height

    def add_rule(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Add a line, if it is level or upright."""
        (x0, x1), (top, bottom) = (
            sorted(pair) for pair in zip(start, end, strict=True)
        )
        if min(x1 - x0, bottom - top) > _LEVEL:
            return
        is_level = x1 - x0 > bottom - top
        x1, bottom = (x1, top) if is_level else (x0, bottom)
        edge: dict[str, Any] = dict(x0=x0, x1=x1, top=top, bottom=bottom)
        edge |= {"width": x1 - x0, "height": bottom - top, "object_type": "line"}
        self.edges.append({**edge, "orientation": "h" if is_level else "v"})

    def once(self) -> list[dict[str, Any]]:
        """Return the characters, those printed twice for bold type once."""
        places = {
            (each["text"], round(each["x0"]), round(each["top"])): each
            for each in reversed(self.characters)
        }
        return list(reversed(places.values()))


class _Document:
    """One document of an OFD archive: its pages, and what they draw."""

    def __init__(self, archive: Archive, place: str) -> None:
        self.archive, self.place = archive, place
        self.root = self._parse(place)
        self.n_drawn = 0
        self.left_out: list[str] = []
        self.n_missing = 0
        data = _first(self.root, "CommonData")
        self._box = self._page_box(_first(data, "PageArea")) or _A4
        self._templates = {
            each.get("ID"): self._parse(each.get("BaseLoc"), place)
            for each in _all(data, "{*}TemplatePage")
        }
        self._units: dict[str | None, Element | None] = {}
        for kind in ("PublicRes", "DocumentRes"):
            for each in _all(data, f"{{*}}{kind}"):
                self._read_resources(_text(each), place)

    def _parse(self, location: str | None, beside: str = "") -> Element | None:
        """Parse the part that a location names, from its own folder or the top."""
        location = (location or "").replace("\\", "/")
        folder = "" if location.startswith("/") else posixpath.dirname(beside)
        for base in (folder, ""):
            part = posixpath.normpath(posixpath.join(base, location.lstrip("/")))
            root = self.archive.parse(part.lower())
            if root is not None:
                return root
        return None

    def _read_resources(self, location: str, beside: str) -> None:
        root = self._parse(location, beside)
        for unit in _all(root, ".//{*}CompositeGraphicUnit"):
            self._units[unit.get("ID")] = _first(unit, "Content")

    def _page_box(self, area: Element | None) -> tuple[float, ...] | None:
        box = _numbers(_text(_first(area, "PhysicalBox")))
        return tuple(box) if len(box) == 4 else None

    def pages(self) -> list[Element]:
        """Return what stands for each page in the document."""
        return _all(_first(self.root, "Pages"), "{*}Page")

    def read(self, page: Element) -> Page:
        """Read one page with its templates."""
        place = page.get("BaseLoc", "")
        root = self._parse(place, self.place)
        if root is None:
            self.n_missing += 1
        box = self._page_box(_first(root, "Area")) or self._box
        x, y, width, height = (_POINTS * length for length in box)
        drawing = _Drawing(width, height)
        start = (_POINTS, 0.0, 0.0, _POINTS, -x, -y)
        for resource in _all(root, "{*}PageRes"):
            self._read_resources(_text(resource), place)
        templates = _all(root, "{*}Template")
        drawn = [self._templates.get(each.get("TemplateID")) for each in templates]
        for each in (*drawn, root):
            content = _first(each, "Content")
            if content is not None:
                self._draw(content, start, drawing)
        return read_page(drawing.once(), drawing, drawing.has_picture)

    def _draw(
        self, group: Element, matrix: Matrix, drawing: _Drawing, depth: int = 0
    ) -> None:
        check_count("groups within groups", depth, MAX_TABLE_DEPTH)
        for element in group:
            self.n_drawn += 1
            check_count("drawn objects", self.n_drawn, MAX_DRAWN_OBJECTS)
            kind = _kind(element)
            if element.get("Visible") in ("false", "0"):
                continue
            if kind in _GROUPS:
                self._draw(element, matrix, drawing, depth + 1)
            elif kind == "CompositeObject":
                content = self._units.get(element.get("ResourceID"))
                if content is not None:
                    inner = _matrix_of(element, matrix)
                    self._draw(content, inner, drawing, depth + 1)
            elif kind == "TextObject":
                self._draw_text(element, _matrix_of(element, matrix), drawing)
            elif kind == "PathObject":
                self._draw_path(element, _matrix_of(element, matrix), drawing)
            elif kind == "ImageObject":
                drawing.has_picture = True

    def _draw_text(self, element: Element, matrix: Matrix, drawing: _Drawing) -> None:
        a, b, c, d, _, _ = matrix
        size = float(element.get("Size", 0))
        across = size * hypot(a, b) * float(element.get("HScale", 1))
        upright = size * hypot(c, d)
        is_slanted = min(abs(a), abs(b)) > _MAX_SLANT * hypot(a, b)
        x = y = 0.0
        for code in element.iterfind("{*}TextCode"):
            text = (code.text or "").strip("\r\n\t")
            text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
            x, y = float(code.get("X", x)), float(code.get("Y", y))
            self.n_drawn += len(text)
            if is_slanted or not text:
                self.left_out.append(text)
                continue
            for character, left, base, width in _set(text, code, x, y, across, matrix):
                top = base - _ASCENT * upright
                drawing.characters.append(
                    {
                        "text": character,
                        "x0": left,
                        "x1": left + width,
                        "top": top,
                        "bottom": top + upright,
                        "size": upright,
                    }
                )

    def _draw_path(self, element: Element, matrix: Matrix, drawing: _Drawing) -> None:
        if element.get("Stroke") == "false" and element.get("Fill") != "true":
            return
        data = _text(_first(element, "AbbreviatedData"))
        for start, end in _segments(data):
            self.n_drawn += 1
            drawing.add_rule(
                apply_matrix_pt(matrix, start), apply_matrix_pt(matrix, end)
            )

    def annotations(self) -> Iterator[str]:
        """Yield what seals, watermarks and comments say, which is not the plan's."""
        place = _text(_first(self.root, "Annotations"))
        index = self._parse(place, self.place) if place else None
        folder = posixpath.join(posixpath.dirname(self.place), place)
        for each in _all(index, "{*}Page/{*}FileLoc"):
            root = self._parse(_text(each), folder)
            for code in _all(root, ".//{*}TextCode"):
                yield (code.text or "").strip()


def _set(
    text: str, code: Element, x: float, y: float, across: float, matrix: Matrix
) -> Iterator[tuple[str, float, float, float]]:
    """Yield each character with its left end, base line and width, in points."""
    n = max(0, len(text) - 1)
    widths = [text_width(character, across) for character in text]
    right, down = (_deltas(code.get(f"Delta{axis}"), n) for axis in "XY")
    if not right and not down:
        # Nothing says where the next character stands.
        scale = hypot(*matrix[:2]) or 1.0
        right = [width / scale for width in widths[:n]]
    right, down = (each or [0.0] * n for each in (right, down))
    places = [
        apply_matrix_pt(matrix, place)
        for place in zip(
            accumulate(right, initial=x), accumulate(down, initial=y), strict=True
        )
    ]
    steps = [after[0] - before[0] for before, after in pairwise(places)]
    for character, (left, base), width, step in zip(
        text, places, widths, [*steps, 0.0], strict=True
    ):
        if step > 0 and width < across:
            width = min(step, _NARROW * across)
        yield normalise_characters(character), left, base, width


def _segments(
    data: str,
) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Yield the straight lines of a path."""
    words = iter(data.split())
    start = here = (0.0, 0.0)
    for word in words:
        command = word.upper()
        numbers = [float(next(words, "0")) for _ in range(_N_NUMBERS.get(command, 0))]
        there = start if command == "C" else tuple(numbers[-2:])
        if len(there) != 2:
            continue
        if command in ("S", "M"):
            start = there
        elif command in ("L", "C"):
            yield here, there
        here = there


def _metadata(body: Element) -> dict[str, str]:
    texts = {_kind(each): _text(each) for each in _all(_first(body, "DocInfo"), "*")}
    return {key: normalise_characters(text) for key, text in texts.items() if text}


def read_ofd(content: bytes) -> Source:
    """Read the text layer of an OFD file.

    Lines, paragraphs and ruled tables are found by their place on the page, as in
    a PDF. Templates are part of their pages. What seals, watermarks and comments
    say becomes a remark. Document properties (Title, Author, CreationDate) are in
    the ``metadata``.
    """
    archive = Archive(content)
    entry = archive.find(r"(.*/)?ofd\.xml")[0]
    root = archive.parse(entry)
    pages: list[Page] = []
    metadata: dict[str, str] = {}
    remarks: tuple[Remark, ...] = ()
    for body in _all(root, "{*}DocBody"):
        location = _text(_first(body, "DocRoot")).lstrip("/")
        place = posixpath.join(posixpath.dirname(entry), location)
        document = _Document(archive, place)
        if document.root is None:
            raise ReadError(
                f"{entry} names the document {location!r}, which is not in the file; "
                "download it again"
            )
        pages += read_pages(document.pages(), document.read)
        metadata = _metadata(body) | metadata
        if document.n_missing:
            remarks += (Remark("pages_missing", {"n": document.n_missing}),)
        left_out = dict.fromkeys([*document.left_out, *document.annotations()])
        if shown := ", ".join([text for text in left_out if text][:_SHOWN]):
            remarks += (Remark("watermarks_left_out", {"texts": shown}),)
    remedy = (
        "run character recognition (OCR) on it, or open it in an OFD viewer and print "
        "or export it as PDF with a text layer"
    )
    source = pages_source(pages, "OFD", remedy, metadata)
    return replace(source, remarks=source.remarks + remarks)
