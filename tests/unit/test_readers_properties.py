"""Whatever the bytes are: a source with true offsets, or a read error."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from plan_writer import write_docx, write_html, write_xlsx

from govopen_analytics.base.errors import ReadError
from govopen_analytics.readers import FORMATS, doc, read_bytes
from govopen_analytics.readers.source import Source

GOLDEN = Path(__file__).parents[1] / "golden" / "formats"
PLAN_CHARACTERS = "一、（）1.\t|\n政务公开<td>&;\"',\0\x85"
ANY_BYTES = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text(alphabet="一、（）1.\t|\n政务公开<td>&;\"',\0\x85", max_size=200).map(
        str.encode
    ),
)
# What makes a file look like its format, so that its reader is reached.
MARKS = {
    "text": b"",
    "csv": b"",
    "html": b"<html>",
    "docx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
    "xls": b"\x09\x08\x10\x00",
    "pdf": b"%PDF-1.4 /Root ",
    "ofd": b"PK\x03\x04",
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
}
MUTABLE = [
    "plan.html",
    "gbk.html",
    "plan.csv",
    "plan.docx",
    "plan.ofd",
    "plan.xlsx",
    "plan.xls",
    "plan.pdf",
    "plan.doc",
]
BOUNDED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def assert_true_offsets(source: Source) -> None:
    """Blocks follow each other, hold their cells, and leave only white space."""
    end = 0
    printed = set()
    for block in source.blocks:
        assert not source.text[end : block.start].strip()
        assert end <= block.start <= block.end <= len(source.text)
        end = block.end
        place = block.start
        for cell in block.cells:
            if cell.is_merged:
                assert (cell.start, cell.end) in printed
                continue
            assert place <= cell.start <= cell.end <= block.end
            assert not source.text[place : cell.start].strip()
            place = cell.end
            printed.add((cell.start, cell.end))
        assert not block.cells or place == block.end
    assert not source.text[end:].strip()
    assert not re.search("[\0\r\ufeff\xa0\ud800-\udfff]", source.text)
    source.text.encode("utf-8")


def read_or_refuse(content: bytes, name: str) -> None:
    try:
        source = read_bytes(content, name)
    except ReadError as error:
        assert str(error).startswith(name)
    else:
        assert_true_offsets(source)


def test_every_format_has_a_mark():
    assert set(MARKS) == set(FORMATS)


@pytest.fixture
def without_converter(monkeypatch):
    # A conversion takes seconds; the property is about our own code.
    monkeypatch.setattr(doc, "find_converter", lambda: None)


@pytest.mark.parametrize("found", FORMATS)
@given(content=ANY_BYTES)
@example(content=b"")
@example(content=b"\xff\xfe")
@example(content=b"\xef\xbb\xbf")
@BOUNDED
def test_random_bytes(found, content):
    read_or_refuse(MARKS[found] + content, f"a{FORMATS[found].extensions[0]}")


@pytest.mark.usefixtures("without_converter")
@pytest.mark.parametrize("name", MUTABLE)
@given(data=st.data())
@settings(
    BOUNDED,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
)
def test_damaged_files(name, data):
    content = bytearray((GOLDEN / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 4))] = data.draw(
            st.binary(max_size=4)
        )
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    read_or_refuse(bytes(content), name)


TAGS = st.sampled_from(
    [
        *("<table>", "</table>", "<tr>", "<td>", "<td rowspan=3>", "<td colspan=2>"),
        *("</td>", "</tr>", "<p>", "<br>", "<ol>", "<li>", "<h2>", "<pre>", "</pre>"),
        *("<div style='display:none'>", "</div>", "<script>", "<!--", "-->", "<rt>"),
        *("文", " a ", "\n", "&nbsp;", "&#0;", "&#xD800;", "<caption>", "<select>"),
    ]
)


@given(parts=st.lists(TAGS, max_size=60))
@BOUNDED
def test_any_order_of_tags(parts):
    read_or_refuse(("<html>" + "".join(parts)).encode(), "a.html")


CELL_TEXTS = st.text(alphabet="政务公开1、。", min_size=1, max_size=6)
TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(
        st.lists(CELL_TEXTS, min_size=width, max_size=width), min_size=2, max_size=5
    )
)


@st.composite
def merged_tables(draw) -> list[list]:
    """A table with a header and a first column, between which cells are merged."""
    rows = draw(TABLES)
    height, width = len(rows), len(rows[0])
    top, left = draw(st.integers(1, height - 1)), draw(st.integers(1, width - 1))
    bottom = draw(st.integers(top, height - 1))
    right = draw(st.integers(left, width - 1))
    for r in range(top, bottom + 1):
        for c in range(left, right + 1):
            if (r, c) != (top, left):
                rows[r][c] = (top, left)
    return rows


@pytest.mark.parametrize(
    ("name", "write"),
    [("a.html", write_html), ("a.docx", write_docx), ("a.xlsx", write_xlsx)],
)
@given(rows=merged_tables())
@settings(BOUNDED, max_examples=25)
def test_merged_cells_come_back(name, write, rows):
    source = read_bytes(write([rows]), name)
    assert_true_offsets(source)
    found = [
        [(source.text[cell.start : cell.end], cell.is_merged) for cell in block.cells]
        for block in source.blocks
    ]
    assert found == [
        [
            (rows[cell[0]][cell[1]], True) if isinstance(cell, tuple) else (cell, False)
            for cell in row
        ]
        for row in rows
    ]
