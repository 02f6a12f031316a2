import pandas as pd
import pytest
from reading import layout_file, layout_names, load_files

from govopen_analytics.plans import corpus
from govopen_analytics.words import remarks, section


@pytest.mark.parametrize(
    ("remark", "expected"),
    [
        ("The numbering jumps from 3 to 5.", "编号从 3 跳到 5"),
        ("watermarks and notes left out: 初稿", "略去的水印与批注：初稿"),
        ("pages missing from the file: 2", "文件中缺少的页数：2"),
        ("page numbers left out: 1, 2", "略去的页码：1, 2"),
        ("sheet '甲' is hidden and was not read", "工作表“甲”是隐藏的，没有读"),
        (
            "the name ends in .txt but the content is html; read as html",
            "文件名以 .txt 结尾，内容却是 html，按 html 读入",
        ),
        (
            "Files not read as plans: 2 (a.pdf, b.pdf)",
            "有 2 个文件没有读成计划（a.pdf, b.pdf），原因见“语料”页",
        ),
        ("something new", "something new"),
    ],
)
def test_a_remark_in_chinese(remark, expected):
    assert remarks.remark_in_words(remark, "zh") == expected
    assert remarks.remark_in_words(remark, "en") == remark


def test_every_remark_of_the_layouts_has_chinese_words(tmp_path):
    files = [layout_file(name) for name in layout_names()]
    found = load_files(files, tmp_path).documents["warnings"].explode().dropna()
    untold = [one for one in found if remarks.remark_in_words(one, "zh") == one]
    assert len(found) > 10 and untold == []


def test_every_reason_has_a_label_and_advice_in_both_languages():
    declared = {reason for _, reason in corpus._REASONS}
    known = set(section("advice", "en"))
    assert declared <= known and known == set(section("advice", "zh"))
    for lang in ("zh", "en"):
        assert set(section("html_tables", lang)["values"]["reason"]) == known
        told = remarks.advice(pd.Series(sorted(known)), lang)
        assert (told.str.len() > 0).all()
