"""The registry: which format a file is read as, and why another is refused."""

import io
import zipfile
from pathlib import Path

import pytest

from govopen_analytics.base.errors import (
    EmptyDocumentError,
    EncodingError,
    ReadError,
    UnsupportedFormatError,
)
from govopen_analytics.readers import FORMATS, read_bytes
from govopen_analytics.readers.limits import (
    MAX_FILE_BYTES,
    check_count,
    check_size,
    errors_named,
)
from govopen_analytics.readers.source import Source, SourceBuilder

GOLDEN = Path(__file__).parents[1] / "golden" / "formats"
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def archive(parts: dict[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts.items():
            opened.writestr(name, content)
    return target.getvalue()


def compound_file(stream: str) -> bytes:
    """Return a header and a directory with one entry, and nothing else."""
    entry = stream.encode("utf-16-le").ljust(128, b"\0")
    return COMPOUND.ljust(512, b"\0") + entry + bytes(512)


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"1. text", "a.txt", "text"),
        (b"# text", "a.md", "text"),
        (b"text", "a", "text"),
        (b"a,b\n1,2\n", "a.csv", "csv"),
        (b"a\tb\n1\t2\n", "a.tsv", "csv"),
        (b"<p>text</p>", "a.html", "html"),
        (b"just text", "a.html", "html"),
        (b"<!DOCTYPE html><p>x</p>", "a.shtml", "html"),
        (b"# a\n<p>x</p><p>y</p>", "a.md", "text"),
    ],
)
def test_format_follows_name_of_plain_files(content, name, expected):
    source = read_bytes(content, name)
    assert (source.format, source.remarks) == (expected, ())


@pytest.mark.parametrize(
    ("golden", "name", "expected"),
    [
        ("plan.docx", "plan.doc", "docx"),
        ("plan.pdf", "plan.docx", "pdf"),
        ("plan.html", "plan.xls", "html"),
        ("plan.html", "plan.txt", "html"),
        ("plan.xls", "plan.xlsx", "xls"),
        ("plan.xlsx", "plan.csv", "xlsx"),
        ("utf-8.txt", "plan.pdf", "text"),
        ("plan.docx", "plan.wps", "docx"),
        ("plan.xlsx", "plan.et", "xlsx"),
        ("plan.xls", "plan.et", "xls"),
        ("plan.pdf", "plan.ofd", "pdf"),
        ("plan.ofd", "plan.pdf", "ofd"),
    ],
)
def test_content_wins_over_name_with_a_remark(golden, name, expected):
    source = read_bytes((GOLDEN / golden).read_bytes(), name)
    assert source.format == expected
    has_format_of_name = Path(name).suffix not in (".wps", ".et")
    codes = [remark.code for remark in source.remarks]
    assert codes.count("name_differs") == has_format_of_name


@pytest.mark.parametrize(
    ("content", "name", "error", "words"),
    [
        (b"", "a.txt", EmptyDocumentError, "0 bytes"),
        (b" \n\t\n", "a.txt", EmptyDocumentError, "no text"),
        (b"<html></html>", "a.html", EmptyDocumentError, "no text"),
        (bytes(range(256)) * 20, "a.txt", EncodingError, "not text"),
        (b"\x89PNG\r\n\x1a\n", "a.png", UnsupportedFormatError, "OCR"),
        (b"\xff\xd8\xff\xe0", "a.jpg", UnsupportedFormatError, "OCR"),
        (b"{\\rtf1 x}", "a.doc", UnsupportedFormatError, "DOCX"),
        (b"Rar!\x1a\x07\x00", "a.rar", UnsupportedFormatError, "unpack"),
        (archive({"OFD.xml": "x"}), "a.ofd", ReadError, "not well-formed"),
        (archive({"a.xml": "x"}), "a.ofd", UnsupportedFormatError, "OFD viewer"),
        (archive({"a.txt": "x"}), "a.zip", UnsupportedFormatError, "unpack"),
        (archive({"content.xml": "x"}), "a.odt", UnsupportedFormatError, "LibreOffice"),
        (archive({"xl/workbook.bin": "x"}), "a.xlsb", UnsupportedFormatError, "XLSX"),
        (compound_file("Contents"), "a.et", UnsupportedFormatError, "WPS Office"),
        (compound_file("WordDocument"), "a.wps", ReadError, "cut off or damaged"),
        (archive({"a.txt": "x"}), "a.wps", UnsupportedFormatError, "WPS Office"),
        (b"\x01\x02\x03\x04", "a.wps", UnsupportedFormatError, "WPS Office"),
        (compound_file("EncryptedPackage"), "a.docx", UnsupportedFormatError, "passw"),
        (compound_file("Contents"), "a.doc", UnsupportedFormatError, "neither"),
        (bytes(range(256)) * 20, "a.docx", ReadError, "damaged.*WPS.*save it anew"),
        (b"PK\x03\x04" + b"x" * 40, "a.docx", ReadError, "cut off or damaged"),
        (compound_file("Workbook"), "a.xls", ReadError, "damaged"),
        (b"%PDF-1.7\n%%EOF", "a.pdf", ReadError, "trailer"),
    ],
)
def test_refusal_names_file_reason_and_remedy(content, name, error, words):
    with pytest.raises(error, match=words) as caught:
        read_bytes(content, name)
    assert str(caught.value).startswith(name)


@pytest.mark.parametrize(
    ("name", "limit"), [("a.txt", 4), ("a.csv", 4), ("a.html", 20)]
)
def test_long_text_is_refused_with_both_sizes(name, limit):
    content = b"<html>" + b"x" * (21 * 1024 * 1024)
    if name != "a.html":
        content = content.replace(b"<html>", b"......")
    with pytest.raises(ReadError, match=rf"21\.0 MB, the limit is {limit} MB"):
        read_bytes(content, name)


@pytest.mark.parametrize(
    ("check", "most"), [(check_size, MAX_FILE_BYTES), (check_count, 1000)]
)
def test_limits_hold_to_the_last_unit(check, most):
    check("thing", most, most)
    with pytest.raises(ReadError, match=r"^a: .*thing"), errors_named("a"):
        check("thing", most + 1, most)


def test_every_format_has_its_reader():
    assert {name: form.reader().__name__ for name, form in FORMATS.items()} == {
        name: f"read_{name}" for name in FORMATS
    }


def test_extensions_belong_to_one_format():
    extensions = [e for form in FORMATS.values() for e in form.extensions]
    assert len(extensions) == len(set(extensions))


def test_failure_of_a_parser_names_its_cause(monkeypatch):
    def broken(content: bytes) -> Source:
        raise KeyError("rId7")

    monkeypatch.setattr("govopen_analytics.readers.html.read_html", broken)
    with pytest.raises(ReadError, match=r"a\.html: .*KeyError: 'rId7'") as caught:
        read_bytes(b"<p>x</p>", "a.html")
    assert isinstance(caught.value.__cause__, KeyError)


def test_builder_keeps_offsets_of_merged_cells():
    builder = SourceBuilder()
    builder.paragraph("title", heading=1)
    builder.paragraph(" ")
    builder.rows([["a", "b"], [(0, 0), "c"], ["", (0, 1)]])
    source = builder.build()
    assert source.text == "title\n \na\tb\nc\n\n"
    assert [source.text[b.start : b.end] for b in source.blocks] == [
        "title",
        "a\tb",
        "c",
        "",
    ]
    cells = [
        [(source.text[c.start : c.end], c.is_merged) for c in block.cells]
        for block in source.blocks[1:]
    ]
    assert cells == [
        [("a", False), ("b", False)],
        [("a", True), ("c", False)],
        [("", False), ("b", True)],
    ]
    assert source.blocks[0].heading == 1
