"""The same plan in every format carries the same cells."""

import json
from pathlib import Path

import pytest
from opencc import OpenCC
from plan_writer import (
    GOLDEN_ITEMS,
    TEXT_ENCODINGS,
    WRITERS,
    plan_items,
    printed_rows,
    source_items,
    write_text,
)

from govopen_analytics.base.errors import ReadError, UnsupportedFormatError
from govopen_analytics.readers import Source, read_bytes

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "formats"
PLANS = sorted((ROOT / "data" / "raw").glob("*.txt"))
EXPECTED = [tuple(row) for row in json.loads((GOLDEN / "expected.json").read_text())]


def read_file(path: Path) -> Source:
    return read_bytes(path.read_bytes(), path.name)


def items_of(path: Path) -> list:
    return plan_items(read_file(path).text)


def with_a_table(items: list) -> list:
    """A CSV file needs more than one column to be a table."""
    return (
        items
        if any(not isinstance(item, str) for item in items)
        else [*items, [["序号", "任务"], ["1", "x"]]]
    )


@pytest.mark.parametrize("name", sorted(set(WRITERS) | {"gbk.html"}))
def test_golden_files(name):
    assert printed_rows(source_items(read_file(GOLDEN / name))) == EXPECTED


@pytest.mark.parametrize("encoding", TEXT_ENCODINGS)
def test_golden_texts(encoding):
    source = read_file(GOLDEN / f"{encoding}.txt")
    assert printed_rows(plan_items(source.text)) == EXPECTED
    assert source.encoding == encoding.removesuffix("-sig")


@pytest.mark.parametrize("name", ["plan.html", "plan.docx", "plan.pdf", "plan.ofd"])
def test_golden_merges(name):
    items = source_items(read_file(GOLDEN / name))
    assert [item for item in items if not isinstance(item, str)] == [GOLDEN_ITEMS[2]]


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("refused.ofd", UnsupportedFormatError, "no text layer.*OCR.*OFD viewer"),
        ("scan.pdf", UnsupportedFormatError, "OCR"),
        ("encrypted.pdf", ReadError, "password"),
    ],
)
def test_golden_refusals(name, error, words):
    with pytest.raises(error, match=words):
        read_file(GOLDEN / name)


@pytest.mark.parametrize("name", sorted(WRITERS))
@pytest.mark.parametrize("plan", PLANS, ids=lambda path: path.stem)
def test_plans_written_in_every_format(plan, name):
    items = with_a_table(items_of(plan))
    source = read_bytes(WRITERS[name](items), name)
    assert printed_rows(source_items(source)) == printed_rows(items)


@pytest.mark.parametrize("encoding", TEXT_ENCODINGS)
@pytest.mark.parametrize("plan", PLANS, ids=lambda path: path.stem)
def test_plans_in_every_encoding(plan, encoding):
    text = read_file(plan).text
    source = read_bytes(text.encode(encoding), "a.txt")
    assert (source.text, source.encoding) == (text, encoding.removesuffix("-sig"))


@pytest.mark.parametrize("plan", PLANS, ids=lambda path: path.stem)
def test_plans_in_traditional_script(plan):
    content = OpenCC("s2tw").convert(read_file(plan).text).encode("big5hkscs", "ignore")
    source = read_bytes(content, "a.txt")
    assert source.encoding == "big5"
    assert source.text == content.decode("big5hkscs")


def test_text_of_golden_rows():
    assert printed_rows(plan_items(write_text(GOLDEN_ITEMS).decode())) == EXPECTED
