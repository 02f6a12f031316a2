"""Folders of plans: what loads, and what lands in failures with which reason."""

import json
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from govopen_analytics.base.errors import InstallationError, SourceError
from govopen_analytics.base.schemas import validate
from govopen_analytics.plans import one_file
from govopen_analytics.plans.corpus import read_plans

PLAN = """某县档案局2023年政务公开工作要点

一、深化政策公开
（一）做好政策解读。对规范性文件开展解读。（办公室牵头，各股室配合）
（二）规范文件库。集中公开规范性文件。（法规股负责）
二、强化保障
（三）开展培训。年内至少组织1次培训。（人事股负责）
"""
NEWS = "4月7日,我局召开工作推进会。会议要求,各科室要提高认识,抓好各项工作的落实。"
REPORT = """某县2022年政府信息公开工作年度报告
一、总体情况
二、主动公开政府信息情况
三、收到和处理政府信息公开申请情况
"""
MANIFEST = "document_id,file,agency,level,year,sha256\n"


@pytest.fixture
def raw_dir(tmp_path):
    (tmp_path / "plan.txt").write_text(PLAN, encoding="utf-8")
    return tmp_path


def test_a_folder_without_a_manifest_loads(raw_dir):
    corpus = read_plans(raw_dir)
    document = corpus.documents.iloc[0]
    assert document["document_id"] == "plan"
    assert document["agency"] == "某县档案局"
    assert document["year"] == 2023
    assert document["level"] == "county"
    assert {"agency", "year", "level"} <= set(document["inferred"])
    assert corpus.failures.empty


def test_tables_are_valid_and_tasks_point_into_the_text(raw_dir):
    corpus = read_plans(raw_dir)
    for name in ("documents", "tasks", "failures", "remarks", "spans"):
        validate(getattr(corpus, name), name)
    assert len(corpus.tasks) == 3
    text = corpus.documents["text"].iloc[0]
    task = corpus.tasks.iloc[0]
    stretch = text[task["start_char"] : task["end_char"]]
    assert stretch.startswith("（一）做好政策解读")
    assert task["title"] == "做好政策解读"
    assert task["content"] == "对规范性文件开展解读。"
    assert task["text"] == "做好政策解读\n对规范性文件开展解读。"
    assert (task["lead_units"], task["support_units"]) == (["办公室"], ["各股室"])


def test_the_manifest_overrides_what_was_detected(raw_dir):
    rows = MANIFEST + "x,plan.txt,某市档案局,city,2021,\n"
    (raw_dir / "manifest.csv").write_text(rows, encoding="utf-8")
    document = read_plans(raw_dir).documents.iloc[0]
    assert document["document_id"] == "x"
    assert (document["agency"], document["level"]) == ("某市档案局", "city")
    assert document["year"] == 2021
    assert "agency" not in document["inferred"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "empty_document"),
        ("blank.txt", b" \n\n", "empty_document"),
        ("binary.txt", bytes(range(256)) * 8, "unknown_encoding"),
        ("news.txt", NEWS.encode(), "not_a_plan"),
        ("report.txt", REPORT.encode(), "not_a_plan"),
    ],
)
def test_a_bad_file_is_a_failure_and_the_others_load(raw_dir, name, content, reason):
    (raw_dir / name).write_bytes(content)
    corpus = read_plans(raw_dir)
    assert corpus.failures["source_file"].tolist() == [name]
    assert corpus.failures["reason"].tolist() == [reason]
    assert name in corpus.failures["message"].iloc[0]
    assert corpus.documents["document_id"].tolist() == ["plan"]


@pytest.mark.parametrize(
    ("rows", "failures", "remarks"),
    [
        ("a,plan.txt,县局,,2023,\nb,gone.txt,,,,\n", ["file_missing"], ["other.txt"]),
        ("a,other.txt,县局,,2023,\n", [], ["plan.txt"]),
        ("a,plan.txt,县局,,2023,00\n", ["checksum_mismatch"], ["other.txt"]),
        ("a,../plan.txt,,,,\n", ["manifest_row_outside"], ["other.txt", "plan.txt"]),
        (",,,,,\n,,,city,,\n", ["manifest_row_incomplete"], ["other.txt", "plan.txt"]),
    ],
)
def test_what_was_not_read_and_what_has_no_row(raw_dir, rows, failures, remarks):
    shutil.copy(raw_dir / "plan.txt", raw_dir / "other.txt")
    (raw_dir / "manifest.csv").write_text(MANIFEST + rows, encoding="utf-8")
    corpus = read_plans(raw_dir)
    assert corpus.failures["reason"].unique().tolist() == failures
    assert corpus.remarks["source_file"].tolist() == remarks
    assert set(corpus.remarks["code"]) == {"no_manifest_row"}


@pytest.mark.parametrize(
    ("row", "code", "values"),
    [
        ("a,b.txt,,,,", "duplicate_document_id", {"value": "a", "earlier": 2}),
        ("b,plan.txt,,,,", "duplicate_file", {"earlier": 2}),
        (",b.txt,,,,", "manifest_row_incomplete", {"column": "document_id"}),
        ("b,b.txt,,planet,,", "manifest_row_invalid", {"value": "planet"}),
        ("b,b.txt,,,next year,", "manifest_row_invalid", {"value": "next year"}),
        ("b,b.txt,,,20223,", "manifest_row_invalid", {"value": "20223"}),
        ("b,b.txt,,,0,", "manifest_row_invalid", {"value": "0"}),
        (f"b,b.txt,,,{'9' * 20},", "manifest_row_invalid", {"value": "9" * 20}),
        ("b,b.txt,,,²,", "manifest_row_invalid", {"value": "²"}),
        ("b,b.txt,,,1989,", "manifest_row_invalid", {"expected": "1990–2100"}),
    ],
)
def test_a_row_that_cannot_be_used_costs_that_row_only(raw_dir, row, code, values):
    shutil.copy(raw_dir / "plan.txt", raw_dir / "b.txt")
    rows = f"{MANIFEST}a,plan.txt,某县档案局,,2023,\n{row}\n"
    (raw_dir / "manifest.csv").write_text(rows, encoding="utf-8")
    corpus = read_plans(raw_dir)
    assert (len(corpus.documents), len(corpus.failures)) == (2, 0)
    (remark,) = corpus.remarks.query("code == @code").itertuples()
    assert remark.source_file == row.split(",")[1]
    assert json.loads(remark.values).items() >= {"row": 3, **values}.items()


def test_an_agency_written_in_other_widths_is_one_agency(raw_dir):
    written = ["ABC市民政局", "ＡＢＣ市民政局", "ABC市　民政局"]
    rows = [f"p{n},{n}.txt,{name},city,2023," for n, name in enumerate(written)]
    for n in range(3):
        shutil.copy(raw_dir / "plan.txt", raw_dir / f"{n}.txt")
    (raw_dir / "plan.txt").unlink()
    (raw_dir / "manifest.csv").write_text(MANIFEST + "\n".join(rows), "utf-8")
    corpus = read_plans(raw_dir)
    assert corpus.documents["agency"].tolist() == ["ABC市民政局"] * 3
    assert corpus.remarks["code"].tolist() == ["agency_rewritten"] * 2
    assert [json.loads(v)["written"] for v in corpus.remarks["values"]] == written[1:]


def test_what_the_manifest_does_not_say_is_a_remark(raw_dir):
    (raw_dir / "manifest.csv").write_text(f"{MANIFEST}a,plan.txt,,,,\n", "utf-8")
    found = read_plans(raw_dir).remarks
    assert dict(zip(found["code"], found["values"], strict=True)) == {
        "agency_inferred": '{"agency": "某县档案局"}',
        "year_inferred": '{"year": 2023}',
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("document_id,file,agncy\n", "unknown column: found 'agncy'.*did you mean"),
        ("document_id,file,text\n", "'text' has a name that the tables use"),
        ("document_id,file,\na,plan.txt,x\n", "column 3 has no name"),
        ("document_id,agency\n", "column 'file' is missing"),
        ("", "no CSV table"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_an_error(raw_dir, content, message):
    (raw_dir / "manifest.csv").write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read_plans(raw_dir)


def test_own_columns_of_the_manifest_go_into_documents(raw_dir):
    (raw_dir / "second.txt").write_text(PLAN, encoding="utf-8")
    rows = "document_id,file,agency,agency_series,地区,\na,plan.txt,甲局,某局,沿海,\n"
    (raw_dir / "manifest.csv").write_text(rows, encoding="utf-8")
    documents = read_plans(raw_dir).documents
    own = documents[["document_id", "agency", "agency_series", "地区"]]
    assert own.fillna("").values.tolist() == [
        ["a", "甲局", "某局", "沿海"],
        ["second", "某县档案局", "某县档案局", ""],
    ]
    validate(documents, "documents")


@pytest.mark.parametrize(
    ("name", "fault"), [("nowhere", "no such folder"), ("plan.txt", "is a file")]
)
def test_what_is_no_folder_is_an_error(raw_dir, name, fault):
    with pytest.raises(SourceError, match=f"{name}: {fault}"):
        read_plans(raw_dir / name)


def test_an_empty_folder_gives_empty_tables(tmp_path):
    corpus = read_plans(tmp_path)
    assert [len(corpus.documents), len(corpus.tasks), len(corpus.failures)] == [0, 0, 0]


def test_a_package_that_is_missing_stops_and_says_what_to_install(raw_dir, monkeypatch):
    monkeypatch.setitem(sys.modules, "lxml", None)
    monkeypatch.delitem(sys.modules, "govopen_analytics.readers.html", raising=False)
    (raw_dir / "page.html").write_text(f"<html><p>{PLAN}</p></html>", encoding="utf-8")
    with pytest.raises(InstallationError, match=r"pip install --force-reinstall lxml"):
        read_plans(raw_dir)


def test_a_missing_file_of_the_library_stops_and_is_no_fault_of_a_plan(
    raw_dir, monkeypatch
):
    missing = Path(one_file.__file__).with_name("no_such_table.csv")
    monkeypatch.setattr(
        one_file, "segment_document", lambda *args: missing.read_text("utf-8")
    )
    with pytest.raises(InstallationError, match=r"no_such_table.csv is missing"):
        read_plans(raw_dir)


def test_the_number_of_processes_changes_nothing(tmp_path):
    for n in range(14):
        text = PLAN.replace("某县", f"第{n}县")
        (tmp_path / f"plan_{n:02d}.txt").write_text(text, encoding="utf-8")
    one, two = read_plans(tmp_path, n_workers=1), read_plans(tmp_path, n_workers=2)
    pd.testing.assert_frame_equal(one.tasks, two.tasks)
    pd.testing.assert_frame_equal(one.documents, two.documents)


def test_files_of_one_name_get_identifiers_of_their_own(raw_dir):
    other = (raw_dir / "plan.txt").read_text("utf-8").replace("2023", "2024")
    (raw_dir / "plan.md").write_text(other, encoding="utf-8")
    ids = read_plans(raw_dir).documents["document_id"].tolist()
    assert ids == ["plan", "plan_txt"]
