"""HTML: blocks, lists, tables, metadata."""

import pytest

from govopen_analytics.base.errors import ReadError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers import read_bytes

PAGE = "<html><head><meta charset='utf-8'></head><body>{}</body></html>"


def read(body: str, page: str = PAGE):
    return read_bytes(page.format(body).encode(), "a.html")


def paragraphs(source) -> list[str]:
    return [source.text[b.start : b.end] for b in source.blocks if not b.cells]


def tables(source) -> list[list[list[tuple[str, bool]]]]:
    found: dict[int, list] = {}
    for block in source.blocks:
        if block.cells:
            row = [(source.text[c.start : c.end], c.is_merged) for c in block.cells]
            found.setdefault(block.table, []).append(row)
    return list(found.values())


def texts(source) -> list[list[list[str]]]:
    return [[[text for text, _ in row] for row in table] for table in tables(source)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>a</p><p>b</p>", ["a", "b"]),
        ("<p>a<br>b</p>tail<div>c", ["a", "b", "tail", "c"]),
        ("<p>a\n  b</p>", ["a b"]),
        ("<p>政务\n  公开</p>", ["政务公开"]),
        ("<p>政务<b>公</b>开<!-- x -->。</p>", ["政务公开。"]),
        ("<p>&nbsp;&nbsp;a&nbsp;b</p><p>&nbsp;</p>", ["a b"]),
        ("<p>\u3000\u3000一、</p>", ["\u3000\u3000一、"]),
        ("<script>a</script><style>b</style><p>c</p>", ["c"]),
        ("<pre>a\n  b</pre>", ["a", "b"]),
        ("<p>1 < 2 & 3</p>", ["1 < 2 & 3"]),
        ("<textarea>a\nb</textarea>", ["a", "b"]),
        ("<dl><dt>a<dd>b</dl>", ["a", "b"]),
        ("<ruby>發<rt>fā</rt></ruby>布", ["發布"]),
        ("<ruby>發<rp>(</rp><rt>fā</rt><rp>)</rp></ruby>布", ["發布"]),
    ],
)
def test_blocks_become_paragraphs(body, expected):
    assert paragraphs(read(body)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<ol><li>a<li>b</ol>", ["1. a", "2. b"]),
        ("<ol start=3><li>a<li value=7>b<li>c</ol>", ["3. a", "7. b", "8. c"]),
        ("<ol type=a><li>a<li>b</ol>", ["a. a", "b. b"]),
        ("<ol type=I><li>a<li>b<li>c<li>d</ol>", ["I. a", "II. b", "III. c", "IV. d"]),
        ("<ol><li>a<ol><li>b</ol><li>c</ol>", ["1. a", "1. b", "2. c"]),
        ("<ol><li><p>a</p><p>b</p></ol>", ["1. a", "b"]),
        ("<ol><li>一、a<li>（二）b<li>3. c</ol>", ["一、a", "（二）b", "3. c"]),
        ("<ol style='list-style: none'><li>a</ol>", ["a"]),
        ("<ul><li>a</ul>", ["a"]),
    ],
)
def test_list_numbers_are_printed(body, expected):
    assert paragraphs(read(body)) == expected


def test_headings_keep_their_level():
    source = read("<h1>a</h1><p>b</p><h3>c<br>d</h3>e")
    assert [block.heading for block in source.blocks] == [1, None, 3, 3, None]


def test_spans_become_merged_cells():
    body = (
        "<table><caption>表</caption><tr><th>序号<th>任务<th colspan=2>单位</tr>"
        "<tr><td rowspan=2>1<td>甲<td>处<td>科</tr>"
        "<tr><td>乙<td colspan=2><p>局</p><p>办</p></tr></table>"
    )
    source = read(body)
    assert paragraphs(source) == ["表"]
    assert tables(source) == [
        [
            [("序号", False), ("任务", False), ("单位", False), ("单位", True)],
            [("1", False), ("甲", False), ("处", False), ("科", False)],
            [("1", True), ("乙", False), ("局\n办", False), ("局\n办", True)],
        ]
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "<tr><td rowspan=0>a<td>b<tr><td>c<tr><td>d",
            [["a", "b"], ["a", "c"], ["a", "d"]],
        ),
        ("<tr><td rowspan=99>a<td>b<tr><td>c", [["a", "b"], ["a", "c"]]),
        ("<tr><td>a<td colspan=x>b<tr><td>c", [["a", "b"], ["c"]]),
        ("<tr><td>a<td rowspan=2>b<tr><td colspan=2>c", [["a", "b"], ["c", "b"]]),
        ("<tr><td>a<td>b<tr><td><td><tr><td>c<td>d", [["a", "b"], ["c", "d"]]),
        ("<td>a<td>b<tr><td>c<td>d", [["a", "b"], ["c", "d"]]),
        ("<thead><tr><th>a<th>b<tbody><tr><td>c<td>d", [["a", "b"], ["c", "d"]]),
    ],
)
def test_odd_tables(body, expected):
    assert texts(read(f"<table>{body}</table>")) == [expected]


def test_table_of_one_column_is_paragraphs():
    source = read("<table><tr><td><p>a</p><p>b</p></td></tr><tr><td>c</table>")
    assert (paragraphs(source), tables(source)) == (["a", "b", "c"], [])


def test_frame_around_a_table_is_opened():
    inner = "<table><tr><td>1<td>a</tr><tr><td>2<td>b</tr></table>"
    frame = f"<table><tr><td>menu</td><td><h1>t</h1>{inner}x</td></tr></table>"
    page = "<table><tr><td>head</td></tr><tr><td>{}</td></tr></table>"
    source = read(page.format(frame.replace("<td>menu</td>", "")))
    assert paragraphs(source) == ["head", "t", "x"]
    assert texts(source) == [[["1", "a"], ["2", "b"]]]
    assert source.blocks[1].heading == 1


def test_small_table_in_a_cell_stays_in_its_row():
    inner = "<table><tr><td>x<td>y</table>"
    rows = "<tr><td>1<td>a<tr><td>2<td>b" + f"<tr><td>3<td>{inner}"
    source = read(f"<table>{rows}</table>")
    assert texts(source) == [[["1", "a"], ["2", "b"], ["3", "x\ny"]]]


def test_text_between_rows_is_not_lost():
    source = read("<table><tr>stray<td>a<td>b</tr></table>")
    assert "stray" in source.text


def test_metadata():
    page = (
        "<title> 某局\n 要点 </title><meta name=PubDate content='2023-01-02'>"
        "<meta property=og:title content=x><meta name=PubDate content=later>{}"
    )
    source = read("<p>a</p>", page)
    assert source.metadata == {
        "title": "某局 要点",
        "PubDate": "2023-01-02",
        "og:title": "x",
    }
    assert paragraphs(source) == ["a"]


@pytest.mark.parametrize(
    ("declared", "codec", "expected"),
    [
        ("gb2312", "gbk", "gb18030"),
        ("utf-8", "gbk", "gb18030"),
        ("gb2312", "utf-8", "utf-8"),
        ("big5", "big5", "big5"),
    ],
)
def test_encoding_declared_wrongly(declared, codec, expected):
    text = "政務公開" if codec == "big5" else "政务公开要点"
    page = f"<meta charset={declared}><p>{text}</p>"
    source = read_bytes(page.encode(codec), "a.html")
    assert (source.encoding, paragraphs(source)) == (expected, [text])


def test_hidden_text_is_left_out_with_a_remark():
    source = read("<p>正文在此</p><div style='display: none'><p>隐藏</p></div>尾")
    assert paragraphs(source) == ["正文在此", "尾"]
    assert source.remarks == (Remark("hidden_text_left_out", {"n": 2}),)


def test_page_that_hides_most_of_its_text_is_read():
    source = read("<p>a</p><div style='display:none'><p>正文全部在此处隐藏</p></div>")
    assert paragraphs(source) == ["a", "正文全部在此处隐藏"]
    assert source.remarks == (Remark("hidden_text_read", {"n": 9}),)


def test_embedded_document_is_named():
    source = read("<p>a</p><iframe src='/files/plan.pdf'></iframe>")
    values = {"n": 1, "addresses": "/files/plan.pdf"}
    assert source.remarks == (Remark("embedded_documents", values),)


@pytest.mark.parametrize("tag", ["div", "table><tr><td", "ol><li"])
def test_deep_nesting_is_refused(tag):
    with pytest.raises(ReadError, match="2,048 elements deep"):
        read(f"<{tag}>" * 30_000 + "文本")


def test_unclosed_inline_tags_do_no_harm():
    source = read("<p>政务<font color=red>" * 30_000)
    assert source.text.count("政务") == 30_000


def test_spans_cannot_multiply_without_end():
    body = "<table>" + "<tr><td rowspan=60000 colspan=1000>a<td>b" * 5000
    with pytest.raises(ReadError, match="table cells, the limit is 2,000,000"):
        read(body)


def test_entities_do_not_expand():
    entities = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    source = read_bytes(f"{entities}<html><p>文&b;</p></html>".encode(), "a.html")
    assert "aaaaaaaa" not in source.text
