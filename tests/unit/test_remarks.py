"""What a person should look at: one number everywhere, said in both languages."""

import ast
import string
from pathlib import Path

import pandas as pd
import pytest
from in_process import package, run, shown_html
from reading import layout_file, layout_names, load_files
from typer.testing import CliRunner

import govopen_analytics
from govopen_analytics.base.remarks import Remark
from govopen_analytics.cli import app
from govopen_analytics.plans import one_file
from govopen_analytics.run.build import build_processed
from govopen_analytics.words import remark_words, section

PLAN = """某县档案局2023年政务公开工作要点

一、深化政策公开
（一）做好政策解读。对规范性文件开展解读。（办公室牵头）
（二）规范文件库。集中公开规范性文件。（法规股负责）
"""


def calls_of_remark():
    for path in Path(govopen_analytics.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "Remark",
                "_remark",
            ):
                yield node.args[0]


@pytest.mark.parametrize(
    ("remark", "lang", "expected"),
    [
        (Remark("numbering_jumps", {"before": 3, "after": 5}), "zh", "编号从 3 跳到 5"),
        (
            {"code": "sheet_hidden", "values": {"sheet": "甲"}},
            "en",
            'Sheet "甲" is hidden and was not read',
        ),
        (Remark("year_inferred", {"year": None}), "zh", "取自正文：不详"),
    ],
)
def test_a_remark_in_words(remark, lang, expected):
    assert remark_words.remark_in_words(remark, lang).endswith(expected)


def test_every_code_has_a_sentence_and_every_sentence_a_code():
    # Made of the name of a column, or chosen from a table.
    codes = {
        "agency_inferred",
        "year_inferred",
        "lead_unit_carried",
        "deadline_carried",
    }
    codes |= {a.value for a in calls_of_remark() if isinstance(a, ast.Constant)}
    for lang in ("zh", "en"):
        assert set(section("remarks", lang)) == codes | {"unknown"}


def test_every_remark_of_the_layouts_fills_its_sentence(tmp_path):
    files = [layout_file(name) for name in layout_names()]
    found = load_files(files, tmp_path).remarks
    assert found["code"].nunique() >= 5
    for lang in ("zh", "en"):
        said = remark_words.remarks_in_words(found, lang)
        left = [list(string.Formatter().parse(text)) for text in said]
        assert all(len(parts) == 1 and parts[0][1] is None for parts in left)


def test_every_reason_has_a_label_and_advice_in_both_languages():
    declared = {reason for _, reason in one_file._REASONS}
    known = set(section("advice", "en"))
    assert declared <= known and known == set(section("advice", "zh"))
    for lang in ("zh", "en"):
        assert set(section("tables", lang)["values"]["reason"]) == known
        told = remark_words.advice(pd.Series(sorted(known)), lang)
        assert (told.str.len() > 0).all()


def test_four_files_without_a_manifest_row_are_four_remarks_everywhere(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "manifest.csv").write_text("document_id,file\n", encoding="utf-8")
    for n in range(4):
        (raw / f"{n}.txt").write_text(PLAN.replace("某", "甲乙丙丁"[n]), "utf-8")
    tables = build_processed(raw, tmp_path / "out")
    assert [len(tables[name]) for name in ("documents", "failures", "remarks")] == [
        4,
        0,
        4,
    ]
    assert set(tables["remarks"]["code"]) == {"no_manifest_row"}
    assert set(tables["remarks"]["document_id"]) == set("0123")
    args = ["build", "--raw", str(raw), "--processed", str(tmp_path / "again")]
    told = CliRunner().invoke(app, args).output
    assert "0 个文件未读入 · files not read, 4 条说明 · remarks" in told
    assert told.count("The manifest has no row for this file") == 4
    page = run("01", package(tmp_path, tables))
    assert [own.text for own in page["findings"]][1:] == [
        "所有文件均已读入。",
        "关于 4 个文件有 4 条需要人工查看的说明。",
    ]
    assert shown_html(page).count("清单中没有这个文件，机构（") == 4
