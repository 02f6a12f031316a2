"""Small files that ask for endless work: each is refused or read within a bound."""

import binascii
import io
import time
import zipfile
import zlib
from functools import cache

import pytest

from govopen_analytics.base.errors import ReadError
from govopen_analytics.plans import segment_document
from govopen_analytics.readers import archives, read_bytes

TEXT = b"BT /F 12 Tf 50 700 Td <00410042> Tj ET"


def stream(data: bytes, more: bytes = b"") -> bytes:
    head = b"<</Length %d%s>>stream\n" % (len(data), more)
    return head + data + b"\nendstream "


def pdf(resources: bytes, content: bytes, **objects: bytes) -> bytes:
    """A page with resources and content; further objects by number (``_5``)."""
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        b"/Resources<<" + resources + b">>>>",
        4: content,
        **{int(name[1:]): body for name, body in objects.items()},
    }
    parts = [b"%d 0 obj" % n + body + b"endobj\n" for n, body in bodies.items()]
    return b"%PDF-1.4\n" + b"".join(parts) + b"trailer<</Root 1 0 R>>\n"


def with_font(
    widths: bytes, more: bytes = b"", encoding: bytes = b"Identity-H", **objects: bytes
) -> bytes:
    return pdf(
        b"/Font<</F 5 0 R>>",
        stream(TEXT),
        _5=b"<</Type/Font/Subtype/Type0/BaseFont/A/DescendantFonts[6 0 R]"
        b"/Encoding/" + encoding + more + b">>",
        _6=b"<</Type/Font/Subtype/CIDFontType2/BaseFont/A/CIDSystemInfo"
        b"<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor 7 0 R"
        + widths
        + b">>",
        _7=b"<</Type/FontDescriptor/FontName/A/Flags 4/FontBBox[0 0 9 9]"
        b"/ItalicAngle 0/Ascent 8/Descent -2>>",
        **objects,
    )


def character_map(ranges: bytes) -> bytes:
    mapping = b"/A begin begincmap 1 beginbfrange " + ranges + b" endbfrange endcmap"
    return with_font(b"", b"/ToUnicode 8 0 R", _8=stream(mapping))


def doubling_forms(depth: int) -> bytes:
    """Forms that draw the next one twice, so that the last is drawn 2^depth times."""
    forms = {}
    for n in range(depth):
        following = b"/X %d 0 R" % (11 + n) if n < depth - 1 else b""
        forms[f"_{10 + n}"] = stream(
            b"/X Do /X Do",
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<<"
            + following
            + b">>>>",
        )
    return pdf(b"/XObject<</X 10 0 R>>", stream(b"/X Do /X Do"), **forms)


def filtered(data: bytes, *filters: bytes) -> bytes:
    return pdf(b"", stream(data, b"/Filter[" + b"".join(filters) + b"]"))


@cache
def zeros() -> bytes:
    return zlib.compress(bytes(150_000_000), 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            lambda: with_font(b"/W[0 2000000000 500]"),
            "2,000,000,000 character codes in a font",
        ),
        (
            lambda: with_font(b"/W2[0 2000000000 500 1 1]", encoding=b"Identity-V"),
            "2,000,000,000 character codes in a font",
        ),
        (
            lambda: character_map(b"<00000000> <7FFFFFFF> <0041>"),
            "65,537 character codes in a font",
        ),
        (lambda: doubling_forms(30), "10,001 forms on a page"),
        (lambda: filtered(zeros(), b"/FlateDecode"), "129.0 MB, the limit is 128 MB"),
        (
            lambda: filtered(
                zlib.compress(zeros(), 9), b"/FlateDecode", b"/FlateDecode"
            ),
            "129.0 MB, the limit is 128 MB",
        ),
        (
            lambda: filtered(
                binascii.hexlify(zeros()) + b">", b"/ASCIIHexDecode", b"/FlateDecode"
            ),
            "129.0 MB, the limit is 128 MB",
        ),
    ],
)
def test_a_pdf_that_asks_for_endless_work_is_refused(content, words):
    with pytest.raises(ReadError, match=words):
        read_bytes(content(), "a.pdf")


def test_a_font_of_every_code_is_read():
    mapping = b"/A begin begincmap 1 beginbfrange <0000> <FFFF> <0000> endbfrange"
    widths = b"/W[0 65535 500 7 [600 700]]"
    content = with_font(widths, b"/ToUnicode 8 0 R", _8=stream(mapping))
    assert read_bytes(content, "a.pdf").text == "AB\n"


WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
BLANKS = 1_000_000


def docx(body: str, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    document = f"<w:document {WORD}><w:body>{body}</w:body></w:document>"
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("word/document.xml", document)
    return target.getvalue()


def wide_rows(n: int) -> bytes:
    """Rows of two cells that say that they reach over the whole table."""
    cell = "<w:tc><w:tcPr><w:gridSpan w:val='999999999'/></w:tcPr>{}</w:tc>"
    paragraph = "<w:p><w:r><w:t>第{}项</w:t></w:r></w:p>"
    rows = (cell.format(paragraph.format(i)) * 2 for i in range(n))
    return docx("<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>")


def xls_with_far_corners() -> bytes:
    import xlwt

    book, target = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("a")
    sheet.write(0, 0, "甲")
    sheet.write(65535, 255, "乙")
    book.save(target)
    return target.getvalue()


def page(style: str, text: str) -> bytes:
    return f"<html><ol style='{style}'><li>{text}</li></ol></html>".encode()


@pytest.mark.parametrize(
    ("content", "name", "start", "n_characters"),
    [
        (xls_with_far_corners(), "a.xls", "甲\t\n乙\n", 5),
        (wide_rows(3_000), "a.docx", "第0项\t第0项\n第1项", 39_780),
        (page("list-style:" * 100_000, "甲"), "a.html", "1. 甲\n", 5),
        (page("list-style:none", "甲"), "a.html", "甲\n", 2),
        (page("", "甲" + " " * BLANKS + "乙"), "a.html", "1. 甲 乙\n", 7),
        (f"一、{' ' * BLANKS}甲\n".encode(), "a.txt", "一、   ", 104),
        (f"一、{'　' * BLANKS}甲\n".encode(), "a.txt", "一、　　", 104),
    ],
)
def test_what_is_small_when_printed_is_read_at_once(content, name, start, n_characters):
    started = time.process_time()
    source = read_bytes(content, name)
    segment_document(source)
    # Each took more than half a minute; on a quiet core they take under two seconds.
    assert time.process_time() - started < 15
    assert (source.text[: len(start)], len(source.text)) == (start, n_characters)


def test_a_document_of_empty_paragraphs_is_refused(monkeypatch):
    content = docx("<w:p/>" * 300_000, zipfile.ZIP_STORED)
    monkeypatch.setattr(archives, "MAX_XML_TAGS", 200_000)
    with pytest.raises(ReadError, match="at least 300,004 XML tags in part word/doc"):
        read_bytes(content, "a.docx")
    with pytest.raises(ReadError, match="decompression bomb"):
        read_bytes(docx("<w:p/>" * 1_000_000), "a.docx")
