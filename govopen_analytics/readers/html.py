"""HTML: block structure to paragraphs, tables to rows, meta tags to metadata."""

import re
from dataclasses import dataclass, field, replace

from lxml import etree
from lxml.html import defs

from govopen_analytics.base.errors import EmptyDocumentError, ReadError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.archives import Element
from govopen_analytics.readers.characters import (
    decode_text,
    normalise_characters,
    one_line,
)
from govopen_analytics.readers.limits import (
    MAX_TABLE_CELLS,
    MAX_TABLE_COLUMNS,
    check_count,
)
from govopen_analytics.readers.list_labels import format_number
from govopen_analytics.readers.source import Grid, GridCell, Source, SourceBuilder

_DECLARED = re.compile(
    rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)|encoding\s*=\s*["']([\w-]+)""",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 8192
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")

# Elements whose text no reader of the page sees.
_DROPPED = frozenset({"head", "script", "style", "noscript", "template", "svg", "math"})
_TABLE_PARTS = frozenset({"caption", "tbody", "td", "tfoot", "th", "thead", "tr"})
_BLOCKS = (
    defs.block_tags
    | _TABLE_PARTS
    | {"body", "button", "dd", "details", "dialog", "dt", "figcaption", "html"}
    | {"legend", "li", "main", "optgroup", "option", "select", "summary", "textarea"}
)
_PREFORMATTED = frozenset(("pre", "textarea"))
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# Where a page's real text is in another document.
_EMBEDDING = ("iframe", "embed", "frame")

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
_NUMBERED = re.compile(
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
_MAX_HTML_DEPTH = 2048
_INLINE_TAGS = re.compile(
    r"</?(a|abbr|b|big|cite|code|em|font|i|ins|label|mark|nobr|o:p|s|small|span|st1:\w+|"
    r"strong|sub|sup|u)(\s[^<>]*)?>",
    re.IGNORECASE,
)


@dataclass
class _TableCell:
    """A cell, and what tells a list from a frame."""

    element: Element
    n_characters: int = 0
    n_paragraphs: int = 0
    has_table: bool = False


@dataclass
class _Table:
    """The cells that belong to one table element, and its text outside of them."""

    rows: list[list[_TableCell]] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)
    open_cell: _TableCell | None = None

    def open(self, element: Element) -> None:
        """Begin a row or a cell."""
        if element.tag == "tr" or not self.rows:
            self.rows.append([])
        if element.tag != "tr":
            self.open_cell = _TableCell(element)
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
        n_entries = 0
        for row in self.rows:
            filled = [cell for cell in row if cell.n_characters and not cell.has_table]
            n_entries += len(filled) >= 2
        return 2 * n_entries <= len(self.rows)


class _Flow:
    """Collect running text into lines the way a browser breaks them.

    `lines` have their heading levels; `heading` is that of the heading the walk is
    inside. `marker` is the list number that the next line begins with, and
    `n_preformatted` counts the elements around that keep their line ends.
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

    def taken_lines(self) -> list[tuple[str, int | None]]:
        """Hand over the lines so far."""
        lines, self.lines = self.lines, []
        return lines

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
        if self.marker and not _NUMBERED.match(text):
            text = self.marker + text
        self.marker = ""
        self.lines.append((text, self.heading))


class _Page:
    """One page on its way from elements to blocks."""

    def __init__(self, root: Element, *, with_hidden: bool) -> None:
        self._with_hidden = with_hidden
        self.n_hidden = 0
        self._counters: dict[Element, int] = {}
        self._tables = self._find_tables(root)

    def _skips(self, element: Element) -> bool:
        if element.tag in _DROPPED:
            return True
        if self._with_hidden:
            return False
        style = element.get("style")
        return element.get("hidden") is not None or bool(
            style and _HIDDEN.search(style)
        )

    def _find_tables(self, root: Element) -> dict[Element, _Table]:
        """Give every table its own cells, leaving those of inner tables to them."""
        tables: dict[Element, _Table] = {}
        opened: list[_Table] = []
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            tag = element.tag
            if event == "end":
                if tag == "table" and tables.get(element) in opened[-1:]:
                    opened.pop()
                elif tag in ("td", "th", "tr") and opened:
                    opened[-1].open_cell = None
                if opened and element.tail:
                    opened[-1].add_text(element.tail)
                continue
            if self._skips(element):
                walk.skip_subtree()
                continue
            cell = opened[-1].open_cell if opened else None
            if tag == "table":
                if cell is not None:
                    cell.has_table = True
                tables[element] = _Table()
                opened.append(tables[element])
            elif opened and tag in ("tr", "td", "th"):
                opened[-1].open(element)
            elif cell is not None and tag in ("p", "div", "li", "br"):
                cell.n_paragraphs += 1
            if opened and element.text:
                opened[-1].add_text(element.text)
        return tables

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

    def source(self, root: Element) -> Source:
        """Return the paragraphs and tables of the page."""
        builder = SourceBuilder()
        self.flow(root, builder)
        return builder.build()

    def flow(self, root: Element, builder: SourceBuilder | None = None) -> _Flow:
        """Walk an element; with a builder, hand over paragraphs and tables."""
        flow = _Flow()
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "end":
                self._end(element, flow)
                if element is not root:
                    flow.add_text(element.tail)
            elif self._skips(element):
                if element.tag not in _DROPPED:
                    self.n_hidden += sum(len(t.strip()) for t in element.itertext())
                walk.skip_subtree()
            elif (
                builder
                and element.tag == "table"
                and not self._tables[element].is_frame()
            ):
                builder.paragraphs(flow.taken_lines())
                table = self._tables[element]
                if caption := one_line(" ".join(table.stray)):
                    builder.paragraph(caption)
                builder.table(self._grid(table))
                walk.skip_subtree()
            else:
                self._start(element, flow)
        flow.break_line()
        if builder:
            builder.paragraphs(flow.taken_lines())
        return flow

    def _start(self, element: Element, flow: _Flow) -> None:
        tag = element.tag
        if tag in _BLOCKS or tag == "br":
            flow.break_line()
            flow.heading = _HEADINGS.get(tag, flow.heading)
            flow.n_preformatted += tag in _PREFORMATTED
        if tag == "li":
            flow.marker = self._list_marker(element)
        elif tag == "rt" and _lacks_parentheses(element):
            flow.add_text("(")
        flow.add_text(element.text)

    def _end(self, element: Element, flow: _Flow) -> None:
        tag = element.tag
        if tag in _BLOCKS and not self._skips(element):
            flow.break_line()
            flow.heading = None if tag in _HEADINGS else flow.heading
            flow.n_preformatted -= tag in _PREFORMATTED
        elif tag == "rt" and _lacks_parentheses(element):
            flow.add_text(")")

    def _text(self, element: Element) -> str:
        """Return what a cell prints."""
        if len(element):
            flow = self.flow(element)
        else:
            # Most cells hold nothing but text; they need no walk.
            flow = _Flow()
            flow.add_text(element.text)
            flow.break_line()
        return "\n".join(line for line, _ in flow.lines)

    def _grid(self, table: _Table) -> Grid:
        """Place cells on the grid their spans describe; a short row stays short."""
        n_rows = len(table.rows)
        filled: list[dict[int, GridCell]] = [{} for _ in table.rows]
        n_cells = 0
        for r, row in enumerate(table.rows):
            column = 0
            for cell in row:
                while column in filled[r]:
                    column += 1
                span = _whole_number(cell.element.get("colspan"), 1) or 1
                span = max(1, min(span, MAX_TABLE_COLUMNS - column))
                # A row span of 0 means "to the end".
                height = _whole_number(cell.element.get("rowspan"), 1) or n_rows
                reached = filled[r : r + height]
                n_cells += len(reached) * span
                check_count("table cells", n_cells, MAX_TABLE_CELLS)
                for cells in reached:
                    for c in range(column, column + span):
                        cells.setdefault(c, (r, column))
                filled[r][column] = self._text(cell.element)
                column += span
        # A column nothing reaches is an empty cell.
        return [
            [row.get(column, "") for column in range(max(row, default=-1) + 1)]
            for row in filled
        ]


def _is_unnumbered(style: str) -> bool:
    """Whether a style says that items of a list show no number."""
    parts = (declaration.partition(":") for declaration in style.split(";"))
    return any(
        name.strip().lower() in _LIST_STYLES and _UNNUMBERED.search(value) is not None
        for name, _, value in parts
    )


def _whole_number(text: str | None, default: int) -> int:
    match = re.match(r"\s*(\d{1,6})", text or "")
    return int(match[1]) if match else default


def _lacks_parentheses(gloss: Element) -> bool:
    """Whether a pronunciation gloss would run into the character it explains."""
    parent = gloss.getparent()
    return parent is not None and parent.find("rp") is None


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


def _parse_page(text: str) -> Element:
    if not text.strip():
        raise EmptyDocumentError("the page is blank; download it again")
    root, is_cut = _parse(text)
    if is_cut:
        # Thousands of font tags that nobody closed nest just as deep, and say
        # nothing about the text.
        root, is_cut = _parse(_INLINE_TAGS.sub("", text))
    if is_cut:
        raise ReadError(
            f"the HTML is nested more than {_MAX_HTML_DEPTH:,} elements deep; open it "
            "in a browser and save its text, or repair its tags"
        )
    if root is None:
        raise EmptyDocumentError("the page holds no elements and no text")
    return root


def _metadata(root: Element) -> dict[str, str]:
    """Return the page's title and its meta tags; of a repeated one, the first."""
    metadata: dict[str, str] = {}
    for title in root.iter("title"):
        metadata.setdefault("title", one_line("".join(title.itertext())))
    for meta in root.iter("meta"):
        key = one_line(meta.get("name") or meta.get("property") or "")
        value = one_line(meta.get("content") or "")
        if key and value:
            metadata.setdefault(key, value)
    return {key: value for key, value in metadata.items() if value}


def _embedding_remarks(root: Element) -> tuple[Remark, ...]:
    sources = (element.get("src") for element in root.iter(*_EMBEDDING))
    addresses = [one_line(source) for source in sources if source]
    if not addresses:
        return ()
    values = {"n": len(addresses), "addresses": ", ".join(addresses[:3])}
    return (Remark("embedded_documents", values),)


def read_html(content: bytes) -> Source:
    """Read a web page: paragraphs, headings, lists with their numbers, and tables.

    Scripts and styles are dropped. Elements the page hides are left out with a
    remark, unless they hold most of the text. A table that arranges the page
    (one column, or little but inner tables) is read as paragraphs. Title and
    ``meta`` tags are in the ``metadata``, under their own names.
    """
    declared = _DECLARED.search(content[:_DECLARED_WITHIN])
    charset = (declared[1] or declared[2]).decode("ascii") if declared else None
    decoded = decode_text(content, charset)
    root = _parse_page(decoded.text)
    remarks = decoded.remarks + _embedding_remarks(root)
    page = _Page(root, with_hidden=False)
    source = page.source(root)
    if page.n_hidden > len(source.text):
        source = _Page(root, with_hidden=True).source(root)
        remarks += (Remark("hidden_text_read", {"n": page.n_hidden}),)
    elif page.n_hidden:
        remarks += (Remark("hidden_text_left_out", {"n": page.n_hidden}),)
    return replace(
        source, encoding=decoded.encoding, metadata=_metadata(root), remarks=remarks
    )
