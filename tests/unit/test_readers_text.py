"""Plain text: encodings, and a text that is stored as it is."""

from pathlib import Path

import pytest

from govopen_analytics.base.errors import EncodingError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers import read_bytes
from govopen_analytics.readers.characters import (
    decode_text,
    normalise_characters,
    one_line,
)

SIMPLIFIED = "一、加强政策解读。\n（一）及时发布政府信息，回应群众关切。\n"
TRADITIONAL = "一、加強政策解讀。\n（一）及時發布政府資訊，回應群眾關切。\n"


@pytest.mark.parametrize(
    ("text", "codec", "expected"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8"),
        (SIMPLIFIED, "utf-16", "utf-16-le"),
        (SIMPLIFIED, "utf-16-le", "utf-16-le"),
        (SIMPLIFIED, "utf-16-be", "utf-16-be"),
        (SIMPLIFIED, "utf-32", "utf-32-le"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (SIMPLIFIED, "gbk", "gb18030"),
        (SIMPLIFIED, "gb2312", "gb18030"),
        (TRADITIONAL, "big5", "big5"),
        (TRADITIONAL, "cp950", "big5"),
        (TRADITIONAL, "gbk", "gb18030"),
        (TRADITIONAL, "utf-8", "utf-8"),
        ("民政局网站", "gbk", "gb18030"),
        ("政務公開", "big5", "big5"),
        ("1. plain ASCII", "ascii", "utf-8"),
    ],
)
def test_encoding_is_found(text, codec, expected):
    decoded = decode_text(text.encode(codec))
    assert (decoded.text, decoded.encoding, decoded.remarks) == (text, expected, ())


@pytest.mark.parametrize(
    ("content", "encoding", "n_replaced"),
    [
        ((SIMPLIFIED * 3).encode("gbk")[:-2], "gb18030", 1),
        ((SIMPLIFIED * 3).encode("utf-8")[:-2], "utf-8", 1),
        (b"\xff\xfe" + SIMPLIFIED.encode("utf-16-le")[:-1], "utf-16-le", 1),
        ((SIMPLIFIED * 20).encode("gbk") + b"\xff\xff", "gb18030", 2),
    ],
)
def test_damaged_characters_are_counted(content, encoding, n_replaced):
    decoded = decode_text(content)
    assert decoded.encoding == encoding
    assert decoded.text.count("\ufffd") == n_replaced
    values = {"n": n_replaced, "encoding": encoding}
    assert decoded.remarks == (Remark("characters_replaced", values),)


@pytest.mark.parametrize(
    "content",
    [
        bytes(range(256)) * 8,
        b"\x7fELF" + bytes(500),
        b"\0\1\2\3" * 100,
        b"\xef\xbb\xbf" + bytes(range(32)) * 10,
    ],
)
def test_binary_is_refused(content):
    with pytest.raises(EncodingError, match=r"a\.bin: the bytes are not text"):
        read_bytes(content, "a.bin")


def test_text_of_another_script_is_a_guess():
    words = "Le conseil a décidé de publier chaque année un rapport détaillé. " * 5
    decoded = decode_text(words.encode("cp1252"))
    assert decoded.remarks[-1].code == "encoding_guessed"
    assert "Le conseil a d" in decoded.text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a\r\nb\rc\vd\fe\x85f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("\ufeffa\ufeffb", "ab"),
        ("a\0b\x07c\x7fd", "a b c d"),
        ("a\xa0b\u202fc", "a b c"),
        ("\u3000\u3000一、ＡＢ\t|", "\u3000\u3000一、ＡＢ\t|"),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_characters_are_normalised_once(given, expected):
    assert normalise_characters(given) == expected
    assert normalise_characters(expected) == expected


def test_one_line():
    assert one_line(" a\n\t b\u3000c ") == "a b\u3000c"


def test_text_is_stored_as_it_is():
    text = "title\n\n\t序号\n\t任务\n\n| a | b |\n   \n\u3000\u3000二、x \n"
    source = read_bytes(text.encode(), "a.md")
    assert source.text == text
    lines = [source.text[block.start : block.end] for block in source.blocks]
    assert lines == ["title", "\t序号", "\t任务", "| a | b |", "\u3000\u3000二、x "]
    assert all(not block.cells and block.table is None for block in source.blocks)


@pytest.mark.parametrize(
    "path",
    sorted(Path(__file__).parents[2].glob("data/raw/*.txt")),
    ids=lambda p: p.stem,
)
def test_text_of_shipped_plans_is_unchanged(path):
    content = path.read_bytes()
    source = read_bytes(content, path.name)
    expected = content.decode("utf-8").replace("\r\n", "\n").replace("\xa0", " ")
    assert source.text == expected.replace("\ufeff", "")
    assert "".join(source.text.split()) == "".join(
        "".join(source.text[b.start : b.end] for b in source.blocks).split()
    )
