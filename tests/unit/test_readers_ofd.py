"""OFD: where characters stand, what is not the plan's, and what cannot be read."""

import io
import zipfile

import pytest
from plan_writer import (
    ofd_archive,
    ofd_rule,
    ofd_text,
    plan_items,
    printed_rows,
    source_items,
    write_ofd,
)

from govopen_analytics.base.errors import ReadError, UnsupportedFormatError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers import limits, ofd, read_bytes

SENTENCE = "深入推进决策、执行、管理、服务和结果公开，主动回应社会关切，接受群众监督。"


def drawn(code: str, box: str = "20 20 100 10", more: str = "") -> str:
    """A text object of 5 mm type around the text codes given."""
    return (
        f"<ofd:TextObject Boundary='{box}' Font='1' Size='5' {more}>{code}"
        "</ofd:TextObject>"
    )


def code(text: str, more: str = "X='0' Y='5'") -> str:
    return f"<ofd:TextCode {more}>{text}</ofd:TextCode>"


def read(*pages: str, **parts: str):
    return read_bytes(ofd_archive(list(pages), **parts), "a.ofd")


@pytest.mark.parametrize(
    ("deltas", "n", "expected"),
    [
        ("1 2 3", 3, [1, 2, 3]),
        ("g 2 5 1", 3, [5, 5, 1]),
        ("2", 3, [2, 2, 2]),
        ("g 2000000000 5", 2, [5, 5]),
        ("g", 2, []),
        ("", 2, []),
        (None, 2, []),
    ],
)
def test_distances_between_characters(deltas, n, expected):
    assert ofd._deltas(deltas, n) == expected


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        (drawn(code("政务", "X='0' Y='5' DeltaX='5'")), "政务"),
        (drawn(code("政务", "X='0' Y='5'")), "政务"),
        (drawn(code("政务", "X='0' Y='5' DeltaX='20'")), "政 务"),
        (drawn(code("WM", "X='0' Y='5' DeltaX='4.7'")), "WM"),
        (drawn(code("政") + code("务", "X='5'")), "政务"),
        (drawn(code("务"), "25 20 5 9") + drawn(code("政"), "20 20 5 9"), "政务"),
        (drawn(code("政"), "20 20 5 9") * 2, "政"),
        (drawn(code("政"), "20 20 5 9") + drawn(code("务"), "20 40 5 9"), "政\n务"),
        (
            drawn(code("一"), "20 20 5 9", "CTM='1 0 0 1 0 40'") + drawn(code("二")),
            "二\n一",
        ),
        (drawn(code("政"), more="Visible='false'") + drawn(code("务")), "务"),
        (drawn(code(r"政\0020务", "X='0' Y='5' DeltaX='5 5'")), "政 务"),
        ("<ofd:PageBlock>" + drawn(code("政")) + "</ofd:PageBlock>", "政"),
        (drawn(code("")) + drawn(code("务")), "务"),
    ],
)
def test_characters_stand_where_the_file_says(objects, expected):
    assert read(objects).text.strip() == expected


def test_older_names_of_the_format_are_read():
    content = ofd_archive([drawn(code("政务"))])
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w") as new,
    ):
        for part in old.namelist():
            text = old.read(part).replace(b"ofdspec.org/2016", b"ofdspec.org")
            new.writestr("sub/" + part.replace("/", "\\"), text)
    assert read_bytes(target.getvalue(), "a.ofd").text.strip() == "政务"


def test_rules_make_a_table():
    rules = [ofd_rule(20, y, 100, y) for y in (20, 30, 40)]
    rules += [ofd_rule(x, 20, x, 40) for x in (20, 60, 100)]
    box = (
        "<ofd:PathObject Boundary='20 20 80 20'><ofd:AbbreviatedData>"
        "M 0 0 L 80 0 L 80 20 L 0 20 C M 40 0 L 40 20 M 0 10 L 80 10"
        "</ofd:AbbreviatedData></ofd:PathObject>"
    )
    texts = [
        ofd_text(text, x, y, 5)
        for text, x, y in (("甲", 22, 27), ("乙", 62, 27), ("丙", 22, 37))
    ]
    for lines in ("".join(rules), box):
        assert source_items(read("".join(texts) + lines)) == [
            [["甲", "乙"], ["丙", ""]]
        ]


@pytest.mark.parametrize("numbers", ["一二", "一二三四"])
def test_templates_are_part_of_the_page_and_repeated_heads_are_told(numbers):
    head = ofd_text("某市民政局文件", 60, 20, 5)
    pages = [ofd_text(f"第{n}页正文", 20, 100, 5) for n in numbers]
    source = read(*pages, templates=head)
    assert source.text.split() == [
        "某市民政局文件",
        *(f"第{n}页正文" for n in numbers),
    ]
    values = {"n": len(numbers) - 1, "heads": "某市民政局文件"}
    assert source.remarks == (Remark("running_heads_left_out", values),)


def test_composite_objects_are_read():
    use = "<ofd:CompositeObject Boundary='20 20 100 50' ResourceID='5'/>"
    unit = (
        "<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID='5'><ofd:Content>"
        f"{drawn(code('政务'))}</ofd:Content></ofd:CompositeGraphicUnit>"
        "</ofd:CompositeGraphicUnits>"
    )
    assert read(use, resources=unit).text.strip() == "政务"


def test_watermarks_are_left_out_and_told():
    slanted = drawn(code("内部资料"), more="CTM='0.7 0.7 -0.7 0.7 0 0'")
    source = read(drawn(code("政务")) + slanted, annotations=drawn(code("初稿")))
    assert source.text.strip() == "政务"
    values = {"texts": "内部资料, 初稿"}
    assert source.remarks == (Remark("watermarks_left_out", values),)


def test_missing_page_is_told():
    content = ofd_archive([drawn(code("政")), drawn(code("务"))])
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w") as new,
    ):
        for part in old.namelist():
            if "Page_1" not in part:
                new.writestr(part, old.read(part))
    source = read_bytes(target.getvalue(), "a.ofd")
    assert source.remarks == (Remark("pages_missing", {"n": 1}),)


def test_long_plan_comes_back_whole():
    header = ["序号", "工作任务", "责任单位"]
    body = [[str(n), SENTENCE * (n % 9 + 1), "办公室\n法规处"] for n in range(1, 30)]
    items = ["某局政务公开工作要点", SENTENCE * 8, [header, *body], "附注。"]
    source = read_bytes(write_ofd(items), "a.ofd")
    assert printed_rows(source_items(source)) == printed_rows(items)
    assert source.metadata == {"Title": "plan"}


def test_lone_items_stay_paragraphs():
    items = plan_items("一、加强领导。\n二、" + SENTENCE * 3)
    assert source_items(read_bytes(write_ofd(items), "a.ofd")) == items


PICTURE = "<ofd:ImageObject Boundary='0 0 210 297' ResourceID='3'/>"
NESTED = "<ofd:PageBlock>" * 60 + "</ofd:PageBlock>" * 60


def unit(number: int, content: str) -> str:
    return (
        f"<ofd:CompositeGraphicUnit ID='{number}'><ofd:Content>{content}"
        "</ofd:Content></ofd:CompositeGraphicUnit>"
    )


def composite(number: int) -> str:
    return f"<ofd:CompositeObject Boundary='0 0 9 9' ResourceID='{number}'/>"


# Each draws the next twice, so that the last would be drawn 2^39 times.
DOUBLING = "".join(unit(n, composite(n + 1) * 2) for n in range(1, 40))


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (
            ofd_archive([PICTURE]),
            UnsupportedFormatError,
            "1 pages and no text.*OCR.*PDF",
        ),
        (ofd_archive([]), UnsupportedFormatError, "OFD has 0 pages"),
        (ofd_archive([drawn(code("¤¤"))]), UnsupportedFormatError, "2 of 2 characters"),
        (ofd_archive([NESTED]), ReadError, "groups within groups, the limit is 50"),
        (
            ofd_archive([composite(1)], resources=unit(1, composite(1))),
            ReadError,
            "groups within groups",
        ),
        (
            ofd_archive([composite(1)], resources=DOUBLING),
            ReadError,
            "drawn objects, the limit is 10,000",
        ),
        (ofd_archive([drawn(code("政", "X='a'"))]), ReadError, "could not convert"),
        (ofd_archive([drawn(code("政", "X='nan' Y='1'"))]), ReadError, "a.ofd: "),
        (ofd_archive(["<x>"]), ReadError, "not well-formed"),
        (ofd_archive([drawn(code("政"))])[:-200], ReadError, "cut off or damaged"),
    ],
)
def test_files_that_cannot_be_read(content, error, words, monkeypatch):
    monkeypatch.setattr(ofd, "MAX_DRAWN_OBJECTS", 10_000)
    with pytest.raises(error, match=words):
        read_bytes(content, "a.ofd")


def with_part(name: str, text: str) -> bytes:
    target = io.BytesIO(ofd_archive([drawn(code("政"))]))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return target.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "declares a document type"),
        ("<x>" + " " * 5_000_000 + "</x>", "decompression bomb"),
    ],
)
def test_hostile_parts_are_refused(text, words):
    with pytest.raises(ReadError, match=words):
        read_bytes(with_part("Doc_0/Document.xml", text), "a.ofd")


def test_many_pages_are_refused(monkeypatch):
    monkeypatch.setattr("govopen_analytics.readers.printed_pages.MAX_PAGES", 3)
    with pytest.raises(ReadError, match="at least 4 pages, the limit is 3"):
        read(*[drawn(code("政"))] * 4)
    assert limits.MAX_PAGES == 2_000
