"""Folding keeps offsets; numbers are read in every script."""

import runpy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govopen_analytics.base.text import (
    drop_glosses,
    fold,
    name_form,
    read_number,
    simplified,
    tidy,
)

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("（一）２０２２年", "(一)2022年"),
        ("〔2021〕5号", "(2021)5号"),
        ("檔案資訊", "档案资讯"),
        ("衞生臺賬", "卫生台账"),  # Hong Kong's form of 衛
        ("薴", "苎"),  # by way of 苧
        ("Ａ，Ｂ；Ｃ：", "A,B;C:"),
        ("责任\u3000单位\xa0：", "责任 单位 :"),
    ],
)
def test_fold(text, expected):
    assert fold(text) == expected


@given(st.text())
def test_fold_keeps_every_offset(text):
    assert len(fold(text)) == len(text)


def test_fold_again_changes_no_character():
    characters = "".join(map(chr, range(0x3400, 0xA000)))
    assert fold(fold(characters)) == fold(characters)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("依申请 公开", "依申请公开"),
        ("信息公\n开", "信息公开"),
        ("省民政厅 2021 年", "省民政厅 2021 年"),
        (" a \n b ", "a b"),
    ],
)
def test_tidy(text, expected):
    assert tidy(text) == expected


@given(st.text())
def test_tidy_twice_changes_nothing(text):
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("發(fā)布", "發布"),
        ("公開(kāi)工作(zuò)要點", "公開工作要點"),
        ("村（居）务", "村（居）务"),
        ("平台(APP)", "平台(APP)"),
        ("f(x)", "f(x)"),
    ],
)
def test_drop_glosses(text, expected):
    assert drop_glosses(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12", 12), ("十二", 12), ("二十一", 21), ("⑫", 12), ("两", 2), ("一百", 100)],
)
def test_read_number(text, expected):
    assert read_number(text) == expected


@pytest.mark.parametrize("text", ["", "年", "a", "十二月"])
def test_read_number_of_no_number(text):
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ＡＢＣ市 民政局", "ABC市民政局"),
        ("甲市\u3000民政局\u200b", "甲市民政局"),
        ("甲縣財政廳", "甲县财政厅"),
        ("甲局(乙办公室)", "甲局（乙办公室）"),
        ("Bureau  of 甲", "Bureau of甲"),
    ],
)
def test_name_form(name, expected):
    assert name_form(name) == expected
    assert name_form(expected) == expected


def test_table_of_simplified_characters_is_that_of_its_source():
    script = runpy.run_path(str(ROOT / "scripts" / "renew_simplified.py"))
    expected = script["simplified_forms"]()
    assert len(expected) >= 2_500
    assert {c: simplified(c) for c in expected} == expected
    kept = "".join(chr(code) for code in range(0x3400, 0xA000))
    kept = "".join(character for character in kept if character not in expected)
    assert simplified(kept) == kept
