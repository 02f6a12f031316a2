"""HTML: block structure to paragraphs, tables to rows, meta tags to metadata."""

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml import etree
from lxml.html import defs

from govopen_analytics.base.errors import EmptyDocumentError, ReadError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.characters import normalise_characters, one_line
from govopen_analytics.readers.encodings import decode_text
from govopen_analytics.readers.grids import SpannedCell, add_table, fill_spans
from govopen_analytics.readers.list_labels import format_number
from govopen_analytics.readers.source import Source, SourceBuilder

Element: TypeAlias = etree._Element

_DECLARED = re.compile(
    rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)|encoding\s*=\s*["']([\w-]+)""",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 8192
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")

# Elements whose text no reader of the page sees.
DROPPED = frozenset({"head", "script", "style", "noscript", "template", "svg", "math"})
TABLE_PARTS = frozenset({"caption", "tbody", "td", "tfoot", "th", "thead", "tr"})
BLOCKS = (
    defs.block_tags
    | TABLE_PARTS
    | {
        "body",
        "button",
        "dd",
        "details",
        "dialog",
        "dt",
        "figcaption",
        "html",
        "legend",
    }
    | {"legend", "li", "main", "optgroup", "option", "select", "summary", "textarea"}
)
PREFORMATTED = frozenset(("pre", "textarea"))
HEADINGS = {f"h{level}": level for level in range(1, 7)}
# Where a page's real text is in another document.
EMBEDDING = ("iframe", "embed", "frame")

_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_LIST_STYLES = ("list-style", "list-style-type")
_UNNUMBERED = re.compile(r"none|disc|circle|square", re.IGNORECASE)
_MAX_STYLE_LENGTH = 1000  # characters; every item asks its list
_LIST_FORMATS = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
}
# An item that brings its own number is not numbered twice.
_OWN_NUMBER = re.compile(
    r"\s*([\d０-９]+[.．、)）]|[(（]?[一二三四五六七八九十百\d]+[)）、]|[①-⑳]|第)"
)

# Chinese, Japanese and full-width characters: the source may break a line between
# two of them without meaning a space.
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\u2018-\u201d\u2026\u3000"
_BREAK_IN_CHINESE = re.compile(f"(?<=[{_WIDE}])[ \t]*\n[ \t\n]*(?=[{_WIDE}])")
_BLANKS = re.compile("[ \t\n]+")

# A cell with this many paragraphs, in a table of few rows, frames a page.
_FRAME_PARAGRAPHS = 12
_FRAME_ROWS = 2


# libxml2 stops reading below this depth, without a word.
MAX_HTML_DEPTH = 2048
_INLINE_TAGS = re.compile(
    r"</?(a|abbr|b|big|cite|code|em|font|i|ins|label|mark|nobr|o:p|s|small|span|st1:\w+|"
    r"strong|sub|sup|u)(\s[^<>]*)?>",
    re.IGNORECASE,
)


@dataclass
class TableCell:
    """A cell, and what tells a list from a frame."""

    element: Element
    n_characters: int = 0
    n_paragraphs: int = 0
    has_table: bool = False


@dataclass
class Table:
    """The cells that belong to one table element, and its text outside of them."""

    rows: list[list[TableCell]] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)
    open_cell: TableCell | None = None

    def open(self, element: Element) -> None:
        """Begin a row or a cell."""
        if element.tag == "tr" or not self.rows:
            self.rows.append([])
        if element.tag != "tr":
            self.open_cell = TableCell(element)
            self.rows[-1].append(self.open_cell)

    def add_text(self, text: str) -> None:
        """Count text inside a cell; keep text that stands outside every cell."""
        if self.open_cell is not None:
            self.open_cell.n_characters += len(text.strip())
        elif text.strip():
            self.stray.append(text)

    def is_frame(self) -> bool:
        """Whether the table arranges a page and does not list anything."""
        cells = [cell for row in self.rows for cell in row]
        if max((len(row) for row in self.rows), default=0) < 2:
            return True
        if len(self.rows) <= _FRAME_ROWS:
            return any(cell.n_paragraphs >= _FRAME_PARAGRAPHS for cell in cells)
        if not any(cell.has_table for cell in cells):
            return False
        return 2 * sum(self._is_entry(row) for row in self.rows) <= len(self.rows)

    @staticmethod
    def _is_entry(row: list[TableCell]) -> bool:
        filled = [cell for cell in row if cell.n_characters and not cell.has_table]
        return len(filled) >= 2


def _is_hidden(element: Element) -> bool:
    style = element.get("style")
    return element.get("hidden") is not None or bool(style and _HIDDEN.search(style))


class Flow:
    """Collect running text into lines the way a browser breaks them.

    Attributes
    ----------
    lines : list of (str, int or None)
        Lines so far, each with its heading level.
    heading : int or None
        Level of the heading the walk is inside.
    marker : str
        List number that the next line begins with.
    n_preformatted : int
        How many elements that keep their line ends the walk is inside.
    """

    def __init__(self) -> None:
        self.lines: list[tuple[str, int | None]] = []
        self.heading: int | None = None
        self.marker = ""
        self.n_preformatted = 0
        self._buffer: list[str] = []

    def add_text(self, text: str | None) -> None:
        """Add running text; preformatted text keeps its own line ends."""
        if not text:
            return
        if not self.n_preformatted:
            self._buffer.append(text)
            return
        first, *others = text.split("\n")
        self._buffer.append(first)
        for line in others:
            self.break_line()
            self._buffer.append(line)

    def break_line(self) -> None:
        """End the line; one without text leaves no trace."""
        text = "".join(self._buffer)
        self._buffer.clear()
        if not text or text.isspace():
            return
        text = _BLANKS.sub(" ", _BREAK_IN_CHINESE.sub("", text))
        text = normalise_characters(text).replace("\n", " ").strip(" ")
        if not text.strip():
            return
        if self.marker and not _OWN_NUMBER.match(text):
            text = self.marker + text
        self.marker = ""
        self.lines.append((text, self.heading))


class Page:
    """One page on its way from elements to blocks."""

    def __init__(self, root: Element, name: str, *, with_hidden: bool = False) -> None:
        self.name = name
        self.with_hidden = with_hidden
        self.n_hidden = 0
        self._counters: dict[Element, int] = {}
        self.tables = self._find_tables(root)

    def _skips(self, element: Element) -> bool:
        if element.tag in DROPPED:
            return True
        return not self.with_hidden and _is_hidden(element)

    def _find_tables(self, root: Element) -> dict[Element, Table]:
        """Give every table its own cells, leaving those of inner tables to them."""
        found: dict[Element, Table] = {}
        opened: list[Table] = []
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                if self._skips(element):
                    walk.skip_subtree()
                else:
                    self._open_in_tables(element, opened, found)
                continue
            if element.tag == "table" and found.get(element) in opened[-1:]:
                opened.pop()
            elif element.tag in ("td", "th", "tr") and opened:
                opened[-1].open_cell = None
            if opened and element.tail:
                opened[-1].add_text(element.tail)
        return found

    @staticmethod
    def _open_in_tables(
        element: Element, opened: list[Table], found: dict[Element, Table]
    ) -> None:
        cell = opened[-1].open_cell if opened else None
        if element.tag == "table":
            if cell is not None:
                cell.has_table = True
            found[element] = Table()
            opened.append(found[element])
        elif opened and element.tag in ("tr", "td", "th"):
            opened[-1].open(element)
        elif cell is not None and element.tag in ("p", "div", "li", "br"):
            cell.n_paragraphs += 1
        if opened and element.text:
            opened[-1].add_text(element.text)

    def _list_marker(self, item: Element) -> str:
        """Return the number a browser prints before a list item."""
        parent = item.getparent()
        if parent is None or parent.tag != "ol":
            return ""
        styles = (each.get("style", "")[:_MAX_STYLE_LENGTH] for each in (parent, item))
        style = ";".join(styles)
        number = _whole_number(
            item.get("value"),
            self._counters.get(parent, _whole_number(parent.get("start"), 1)),
        )
        self._counters[parent] = number + 1
        if _is_unnumbered(style):
            return ""
        form = _LIST_FORMATS.get(parent.get("type", "1"), "decimal")
        return f"{format_number(number, form)}. "

    def flow(self, root: Element, builder: SourceBuilder | None = None) -> Flow:
        """Walk an element; with a builder, hand over paragraphs and tables."""
        flow = Flow()
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "end":
                self._end(element, flow)
                if element is not root:
                    flow.add_text(element.tail)
            elif self._skips(element):
                self._count_hidden(element)
                walk.skip_subtree()
            elif builder and self._lists(element):
                _hand_over(flow, builder)
                self._add_table(self.tables[element], builder)
                walk.skip_subtree()
            else:
                self._start(element, flow)
        flow.break_line()
        if builder:
            _hand_over(flow, builder)
        return flow

    def _lists(self, element: Element) -> bool:
        return element.tag == "table" and not self.tables[element].is_frame()

    def _start(self, element: Element, flow: Flow) -> None:
        tag = element.tag
        if tag in BLOCKS or tag == "br":
            flow.break_line()
            flow.heading = HEADINGS.get(tag, flow.heading)
            flow.n_preformatted += tag in PREFORMATTED
        if tag == "li":
            flow.marker = self._list_marker(element)
        elif tag == "rt" and _lacks_parentheses(element):
            flow.add_text("(")
        flow.add_text(element.text)

    def _end(self, element: Element, flow: Flow) -> None:
        tag = element.tag
        if tag in BLOCKS and not self._skips(element):
            flow.break_line()
            flow.heading = None if tag in HEADINGS else flow.heading
            flow.n_preformatted -= tag in PREFORMATTED
        elif tag == "rt" and _lacks_parentheses(element):
            flow.add_text(")")

    def _count_hidden(self, element: Element) -> None:
        if element.tag not in DROPPED:
            self.n_hidden += sum(len(text.strip()) for text in element.itertext())

    def _cell(self, cell: TableCell) -> SpannedCell:
        if len(cell.element):
            lines = self.flow(cell.element).lines
        else:
            # Most cells hold nothing but text; they need no walk.
            flow = Flow()
            flow.add_text(cell.element.text)
            flow.break_line()
            lines = flow.lines
        # A span of 0 means "to the end"; fill_spans cuts any span to the table.
        n_rows = _whole_number(cell.element.get("rowspan"), 1) or 65_534
        n_columns = _whole_number(cell.element.get("colspan"), 1) or 1
        return SpannedCell("\n".join(line for line, _ in lines), n_rows, n_columns)

    def _add_table(self, table: Table, builder: SourceBuilder) -> None:
        caption = one_line(" ".join(table.stray))
        if caption:
            builder.paragraph(caption)
        rows = [[self._cell(cell) for cell in row] for row in table.rows]
        add_table(builder, fill_spans(rows, self.name))


def _is_unnumbered(style: str) -> bool:
    """Whether a style says that items of a list show no number."""
    parts = (declaration.partition(":") for declaration in style.split(";"))
    return any(
        name.strip().lower() in _LIST_STYLES and _UNNUMBERED.search(value) is not None
        for name, _, value in parts
    )


def _whole_number(text: str | None, default: int) -> int:
    found = re.match(r"\s*(\d{1,6})", text or "")
    return int(found[1]) if found else default


def _lacks_parentheses(gloss: Element) -> bool:
    """Whether a pronunciation gloss would run into the character it explains."""
    parent = gloss.getparent()
    return parent is not None and parent.find("rp") is None


def _hand_over(flow: Flow, builder: SourceBuilder) -> None:
    for line, heading in flow.lines:
        builder.paragraph(line, heading)
    flow.lines.clear()


def _parse(text: str) -> tuple[Element | None, bool]:
    """Parse a page; also say whether the parser gave up below its depth limit."""
    parser = etree.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
        no_network=True,
    )
    declaration = _XML_DECLARATION.match(text)
    body = text[declaration.end() :] if declaration else text
    root = etree.fromstring(body.encode("utf-8"), parser)
    is_cut = any("depth" in entry.message.lower() for entry in parser.error_log)
    return root, is_cut


def _parse_page(text: str, name: str) -> Element:
    if not text.strip():
        raise EmptyDocumentError(f"{name}: the page is blank; download it again")
    root, is_cut = _parse(text)
    if is_cut:
        # Thousands of font tags that nobody closed nest just as deep, and say
        # nothing about the text.
        root, is_cut = _parse(_INLINE_TAGS.sub("", text))
    if is_cut:
        raise ReadError(
            f"{name}: the HTML is nested more than {MAX_HTML_DEPTH:,} elements deep; "
            "open it in a browser and save its text, or repair its tags"
        )
    if root is None:
        raise EmptyDocumentError(f"{name}: the page holds no elements and no text")
    return root


def _metadata(root: Element) -> dict[str, str]:
    """Return the page's title and its meta tags; of a repeated one, the first."""
    found: dict[str, str] = {}
    for title in root.iter("title"):
        found.setdefault("title", one_line("".join(title.itertext())))
    for meta in root.iter("meta"):
        key = one_line(meta.get("name") or meta.get("property") or "")
        value = one_line(meta.get("content") or "")
        if key and value:
            found.setdefault(key, value)
    return {key: value for key, value in found.items() if value}


def _embedding_remarks(root: Element) -> tuple[Remark, ...]:
    places = [
        one_line(element.get("src") or "")
        for element in root.iter(*EMBEDDING)
        if element.get("src")
    ]
    if not places:
        return ()
    shown = ", ".join(places[:3])
    values = {"n": len(places), "addresses": shown}
    return (Remark("embedded_documents", values),)


def _fill(root: Element, name: str, with_hidden: bool) -> tuple[SourceBuilder, int]:
    builder = SourceBuilder()
    page = Page(root, name, with_hidden=with_hidden)
    page.flow(root, builder)
    return builder, page.n_hidden


def read_html(content: bytes, name: str) -> Source:
    """Read a web page: paragraphs, headings, lists with their numbers, and tables.

    Scripts and styles are dropped. Elements the page hides are left out with a
    remark, unless they hold most of the text. A table that arranges the page
    (one column, or little but inner tables) is read as paragraphs.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        File the messages name.

    Returns
    -------
    Source
        Title and ``meta`` tags are in its ``metadata``, under their own names.

    Raises
    ------
    EncodingError
        If the bytes are not text.
    EmptyDocumentError
        If the page has no text.
    ReadError
        If it is nested deeper than can be read, or a table is too large.
    """
    declared = _DECLARED.search(content[:_DECLARED_WITHIN])
    charset = (declared[1] or declared[2]).decode("ascii") if declared else None
    decoded = decode_text(content, name, charset)
    root = _parse_page(decoded.text, name)
    builder, n_hidden = _fill(root, name, with_hidden=False)
    remarks = decoded.remarks + _embedding_remarks(root)
    if n_hidden > len(builder.build("html").text):
        builder, _ = _fill(root, name, with_hidden=True)
        remarks += (Remark("hidden_text_read", {"n": n_hidden}),)
    elif n_hidden:
        remarks += (Remark("hidden_text_left_out", {"n": n_hidden}),)
    return builder.build(
        "html",
        encoding=decoded.encoding,
        metadata=_metadata(root),
        remarks=remarks,
    )
