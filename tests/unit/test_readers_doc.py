"""DOC: the stored text, and a conversion that is checked against it."""

from pathlib import Path

import pytest
from plan_writer import GOLDEN_ITEMS, printed_rows, source_items

from govopen_analytics.base.errors import ReadError, UnsupportedFormatError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers import doc, read_bytes
from govopen_analytics.readers.source import SourceBuilder

GOLDEN = Path(__file__).parents[1] / "golden" / "formats" / "plan.doc"
HAS_CONVERTER = doc.find_converter() is not None


def converted(text: str, rows: list[list[str]]):
    builder = SourceBuilder()
    builder.paragraph(text)
    builder.table(rows)
    return builder.build()


def test_stored_text():
    stored = doc.stored_text(GOLDEN.read_bytes())
    assert stored.startswith("某市某局2023年政务公开工作要点\r")
    # Five rows of five columns, in which merges across leave one cell of five.
    assert stored.count("\a") == 5 * 5 + 5 - 4


@pytest.mark.parametrize("name", ["plan.doc", "plan.wps"])
def test_missing_converter_is_explained(monkeypatch, name):
    monkeypatch.setattr(doc, "find_converter", lambda: None)
    with pytest.raises(UnsupportedFormatError, match=r"needs LibreOffice.*DOCX"):
        read_bytes(GOLDEN.read_bytes(), name)


@pytest.mark.skipif(not HAS_CONVERTER, reason="LibreOffice is not installed")
@pytest.mark.parametrize("name", ["plan.doc", "plan.wps"])
def test_conversion_keeps_the_table(name):
    source = read_bytes(GOLDEN.read_bytes(), name)
    assert (source.format, source.remarks) == ("doc", ())
    assert printed_rows(source_items(source)) == printed_rows(GOLDEN_ITEMS)


@pytest.mark.parametrize(
    ("stored", "rows", "expected"),
    [
        ("甲乙\r1\x072\x07\x07", [["1", "2"]], ()),
        (
            "甲乙\r1\x072\x07\x073\x074\x07\x07",
            [["1", "2"]],
            (
                Remark("doc_cells_missing", {"n_marks": 6, "n_cells": 2, "n_rows": 1}),
                Remark("doc_letters_missing", {"n_lost": 2, "n_letters": 6}),
            ),
        ),
        ("甲乙\x13 PAGE \x141\x152", [["1", "2"]], ()),
        (
            "甲乙丙丁戊",
            [["1", "2"]],
            (Remark("doc_letters_missing", {"n_lost": 3, "n_letters": 5}),),
        ),
    ],
)
def test_losses_are_reported(stored, rows, expected):
    assert doc._check_conversion(stored, converted("甲乙", rows)) == expected


def test_slow_conversion_is_stopped(monkeypatch, tmp_path):
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr(doc, "find_converter", lambda: str(program))
    monkeypatch.setattr(doc, "MAX_CONVERSION_SECONDS", 0.2)
    with pytest.raises(ReadError, match=r"longer than 0\.2 seconds"):
        read_bytes(GOLDEN.read_bytes(), "plan.doc")


def test_failed_conversion_gives_the_reason(monkeypatch, tmp_path):
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\necho 'source file could not be loaded' >&2\n")
    program.chmod(0o755)
    monkeypatch.setattr(doc, "find_converter", lambda: str(program))
    with pytest.raises(ReadError, match="source file could not be loaded"):
        read_bytes(GOLDEN.read_bytes(), "plan.doc")


def with_flags(flags: int, magic: bytes = b"\xec\xa5") -> bytes:
    content = bytearray(GOLDEN.read_bytes())
    start = content.index(b"\xec\xa5")
    content[start : start + 2] = magic
    content[start + 11] |= flags
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (with_flags(0x01), "encrypted"),
        (with_flags(0, b"\xdc\xa5"), "older than Word 97"),
        (GOLDEN.read_bytes()[:9000], "cut off"),
    ],
)
def test_files_that_cannot_be_read(content, words):
    with pytest.raises(ReadError, match=words):
        read_bytes(content, "plan.doc")
