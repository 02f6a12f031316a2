"""DOCX: order of the body, list numbers, merged cells, damage."""

import io
import zipfile

import pytest

from govopen_analytics.base.errors import ReadError
from govopen_analytics.readers import read_bytes
from govopen_analytics.readers.list_labels import format_number

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


def archive(parts: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in parts.items():
            opened.writestr(name, content)
    return target.getvalue()


def document(body: str, **parts: str) -> bytes:
    """Return a Word file; further parts are given by their root's children."""
    roots = {"numbering": "numbering", "styles": "styles", "footnotes": "footnotes"}
    files = {
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}</w:body>"
        "</w:document>"
    }
    for part, content in parts.items():
        root = roots[part]
        files[f"word/{part}.xml"] = f"<w:{root} {NAMESPACES}>{content}</w:{root}>"
    return archive(files)


def p(text: str, properties: str = "") -> str:
    run = f"<w:r><w:t>{text}</w:t></w:r>" if text else ""
    return f"<w:p><w:pPr>{properties}</w:pPr>{run}</w:p>"


def in_list(level: int, number: int = 1) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def tc(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def table(*rows: str) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def level(n: int, form: str, label: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{label}"/></w:lvl>'
    )


NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一")
LISTS = (
    '<w:abstractNum w:abstractNumId="0">'
    + level(0, "japaneseCounting", "%1、")
    + level(1, "chineseCounting", "（%2）")
    + level(2, "decimal", "%3.")
    + level(3, "decimal", "%1.%3.%4", "<w:isLgl/>")
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
    '<w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    '<w:abstractNum w:abstractNumId="9">'
    + level(0, "bullet", "·")
    + '</w:abstractNum><w:num w:numId="3"><w:abstractNumId w:val="9"/></w:num>'
)


def read(content: bytes):
    return read_bytes(content, "a.docx")


def lines(source) -> list[str]:
    return [source.text[b.start : b.end] for b in source.blocks]


def cells(source) -> list[list[tuple[str, bool]]]:
    return [
        [(source.text[c.start : c.end], c.is_merged) for c in block.cells]
        for block in source.blocks
        if block.cells
    ]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([0, 0, 0], ["一、x", "二、x", "三、x"]),
        ([0, 1, 1, 0, 1], ["一、x", "（一）x", "（二）x", "二、x", "（一）x"]),
        ([0, 1, 2, 2, 1, 2], ["一、x", "（一）x", "1. x", "2. x", "（二）x", "1. x"]),
        ([0, 2, 2, 0, 2], ["一、x", "1. x", "2. x", "二、x", "1. x"]),
        ([0, 0, 2, 3, 3], ["一、x", "二、x", "1. x", "2.1.1 x", "2.1.2 x"]),
        ([1], ["（一）x"]),
        ([0] * 11, [f"{numeral}、x" for numeral in NUMERALS]),
    ],
)
def test_list_numbers_are_counted(levels, expected):
    body = "".join(p("x", in_list(n)) for n in levels)
    assert lines(read(document(body, numbering=LISTS))) == expected


def test_restarted_and_unprinted_lists():
    body = "".join(p("x", in_list(0, number)) for number in (1, 2, 2, 1, 3, 7))
    assert lines(read(document(body, numbering=LISTS))) == [
        "一、x",
        "五、x",
        "六、x",
        "七、x",
        "x",
        "x",
    ]


def test_number_of_a_style_and_its_removal():
    styles = (
        '<w:style w:type="paragraph" w:styleId="base"><w:pPr><w:outlineLvl w:val="1"/>'
        f"{in_list(1)}</w:pPr></w:style>"
        '<w:style w:type="paragraph" w:styleId="own"><w:basedOn w:val="base"/>'
        "</w:style>"
    )
    body = (
        p("a", '<w:pStyle w:val="own"/>')
        + p("b", f'<w:pStyle w:val="own"/>{in_list(0, 0)}')
        + p("c", '<w:pStyle w:val="own"/>')
        + p("d", '<w:outlineLvl w:val="9"/>')
    )
    source = read(document(body, numbering=LISTS, styles=styles))
    assert lines(source) == ["（一）a", "b", "（二）c", "d"]
    assert [block.heading for block in source.blocks] == [2, 2, 2, None]


def test_empty_numbered_cells_print_their_number():
    number = f"<w:tc>{p('', in_list(2))}</w:tc>"
    body = table(number + tc("a"), number + tc("b"))
    assert cells(read(document(body, numbering=LISTS))) == [
        [("1. ", False), ("a", False)],
        [("2. ", False), ("b", False)],
    ]


def test_order_of_paragraphs_and_tables():
    body = p("a") + table(tc("1") + tc("2")) + p("b") + table(tc("c")) + p("d")
    source = read(document(body))
    assert lines(source) == ["a", "1\t2", "b", "c", "d"]
    assert [block.table for block in source.blocks] == [None, 0, None, None, None]


def test_merged_cells():
    restart, go_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    body = table(
        tc("a", '<w:gridSpan w:val="2"/>') + tc("b"),
        tc("c", restart) + tc("d") + tc("e", restart),
        tc("", go_on) + tc("f") + tc("", go_on),
        tc("", go_on) + tc("g", '<w:hMerge w:val="restart"/>') + tc("", "<w:hMerge/>"),
    )
    assert cells(read(document(body))) == [
        [("a", False), ("a", True), ("b", False)],
        [("c", False), ("d", False), ("e", False)],
        [("c", True), ("f", False), ("e", True)],
        [("c", True), ("g", False), ("g", True)],
    ]


def test_skipped_grid_columns_are_empty_cells():
    row = f'<w:trPr><w:gridBefore w:val="1"/></w:trPr>{tc("b")}'
    assert cells(read(document(table(tc("a") + tc("c"), row)))) == [
        [("a", False), ("c", False)],
        [("", False), ("b", False)],
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r></w:p>", ["a\tb"]),
        ("<w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r></w:p>", ["a", "b"]),
        ("<w:p><w:ins><w:r><w:t>a</w:t></w:r></w:ins></w:p>", ["a"]),
        (
            "<w:p><w:del><w:r><w:delText>a</w:delText></w:r></w:del>"
            "<w:r><w:t>b</w:t></w:r></w:p>",
            ["b"],
        ),
        (
            "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>a</w:t></w:r>"
            "<w:r><w:t>b</w:t></w:r></w:p>",
            ["b"],
        ),
        (
            "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>1</w:t></w:r></w:p>",
            ["1"],
        ),
        (f"<w:sdt><w:sdtContent>{p('a')}</w:sdtContent></w:sdt>", ["a"]),
        ("<w:p><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath></w:p>", ["x=1"]),
        ('<w:p><w:r><w:sym w:font="Wingdings" w:char="2611"/></w:r></w:p>', ["☑"]),
        (
            "<w:p><w:r><w:ruby><w:rt><w:r><w:t>fā</w:t></w:r></w:rt><w:rubyBase><w:r>"
            "<w:t>發</w:t></w:r></w:rubyBase></w:ruby><w:t>布</w:t></w:r></w:p>",
            ["發布"],
        ),
        (
            "<w:p><w:r><mc:AlternateContent><mc:Choice><w:t>a</w:t></mc:Choice>"
            "<mc:Fallback><w:t>b</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>",
            ["a"],
        ),
        (
            f"<w:p><w:r><w:t>a</w:t><w:pict><v:textbox><w:txbxContent>{p('b')}"
            "</w:txbxContent></v:textbox></w:pict><w:t>c</w:t></w:r></w:p>",
            ["ac", "b"],
        ),
    ],
)
def test_what_a_paragraph_prints(body, expected):
    assert lines(read(document(body))) == expected


def test_footnotes_follow_the_text():
    notes = f'<w:footnote w:type="separator">{p("-")}</w:footnote>'
    notes += f"<w:footnote>{p('n')}</w:footnote>"
    assert lines(read(document(p("a"), footnotes=notes))) == ["a", "[1] n"]


def test_inner_table_stays_in_its_cell():
    inner = table(tc("x") + tc("y"), tc("z"))
    body = table(tc("a") + f"<w:tc>{inner}{p('t')}</w:tc>", tc("b") + tc("c"))
    assert cells(read(document(body)))[0] == [("a", False), ("x\ty\nz\nt", False)]


def test_strict_files_are_read():
    body = f"<w:document {NAMESPACES}><w:body>{p('a')}</w:body></w:document>"
    body = body.replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    assert lines(read(archive({"word/document.xml": body}))) == ["a"]


def test_backslashes_in_part_names():
    body = f"<w:document {NAMESPACES}><w:body>{p('a')}</w:body></w:document>"
    content = archive({"word/document.xml": body}).replace(
        b"word/document.xml", b"word\\document.xml"
    )
    assert lines(read(content)) == ["a"]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"word/document.xml": "<a/>"}, "has no body"),
        ({"word/document.xml": "<a>"}, "not well-formed XML"),
        ({"word/document.xml": " " * 40_000_000}, "decompression bomb"),
        ({"word/document.xml": " " * 140_000_000}, "133.5 MB, the limit is 128 MB"),
        (
            {"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'},
            "declares a document type",
        ),
    ],
)
def test_damaged_documents(parts, words):
    with pytest.raises(ReadError, match=words):
        read(archive(parts))


def test_tables_nested_too_deep():
    body = "<w:tbl><w:tr><w:tc>" * 200 + p("x") + "</w:tc></w:tr></w:tbl>" * 200
    with pytest.raises(ReadError, match="51 tables within tables, the limit is 50"):
        read(document(body))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_cut_off_document(share):
    content = document(p("x" * 500) * 50)
    with pytest.raises(ReadError, match="cut off or damaged"):
        read(content[: int(share * len(content))])


def test_encrypted_part():
    content = bytearray(document(p("x")))
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    with pytest.raises(ReadError, match="is encrypted"):
        read(bytes(content))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0"),
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (21, "二十一"),
        (100, "一百"),
        (101, "一百零一"),
        (110, "一百一十"),
        (1001, "一千零一"),
        (1010, "一千零一十"),
        (9999, "九千九百九十九"),
        (10000, "10000"),
    ],
)
def test_chinese_numbers(number, expected):
    assert format_number(number, "chineseCounting") == expected


@pytest.mark.parametrize(
    ("form", "number", "expected"),
    [
        ("decimal", 3, "3"),
        ("decimalZero", 3, "03"),
        ("decimalFullWidth", 12, "１２"),
        ("upperLetter", 27, "AA"),
        ("lowerLetter", 26, "z"),
        ("lowerRoman", 14, "xiv"),
        ("upperRoman", 1999, "MCMXCIX"),
        ("chineseCountingThousand", 12, "十二"),
        ("chineseLegalSimplified", 12, "壹拾贰"),
        ("ideographTraditional", 11, "甲"),
        ("ideographZodiac", 12, "亥"),
        ("decimalEnclosedCircleChinese", 20, "⑳"),
        ("decimalEnclosedCircle", 21, "㉑"),
        ("decimalEnclosedCircle", 36, "㊱"),
        ("decimalEnclosedCircle", 51, "51"),
        ("decimalEnclosedParen", 2, "⑵"),
        ("bullet", 2, ""),
        ("none", 2, ""),
        ("somethingNew", 2, "2"),
        ("upperRoman", 0, "0"),
    ],
)
def test_number_formats(form, number, expected):
    assert format_number(number, form) == expected
