import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from govopen_analytics import review
from govopen_analytics.base import schemas
from govopen_analytics.base.datapackage import (
    is_built,
    read_datapackage,
    read_descriptor,
)
from govopen_analytics.base.errors import RunError, SourceError
from govopen_analytics.run import build as build_module
from govopen_analytics.run.build import build_processed
from govopen_analytics.words.remark_words import remark_in_words

PLAN = """某市民政局2023年政务公开工作要点

一、加强政策解读
（一）做好政策解读。政策文件公开后三日内发布解读材料。（办公室）
（二）扩大解读范围。会议文件同步解读。（办公室）
二、规范依申请公开
（三）规范依申请公开办理。依法按时答复申请人。（办公室）
（四）加强网站建设。规范政务公开专栏，及时更新内容。（信息中心）
"""
NAMES = [
    "documents",
    "tasks",
    "failures",
    "remarks",
    "spans",
    "themes",
    "theme_assignments",
    "keyword_matches",
    "review_changes",
    "coding_errors",
]


@pytest.fixture
def raw_dir(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "plan.txt").write_text(PLAN, encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    return folder


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_every_table_is_written_and_read_back(raw_dir, tmp_path):
    built = build_processed(raw_dir, tmp_path / "out")
    read = read_datapackage(tmp_path / "out")
    assert list(read) == NAMES
    assert {name: len(table) for name, table in read.items()} == {
        name: len(table) for name, table in built.items()
    }


@pytest.mark.parametrize("method", ["add", "publish"])
@pytest.mark.parametrize(
    ("number", "told"), [(28, "the disk is full"), (30, "the disk is read-only")]
)
def test_a_disk_that_refuses_leaves_the_tables(
    raw_dir, tmp_path, monkeypatch, number, told, method
):
    def refuse(*args, **options):
        raise OSError(number, os.strerror(number))

    build_processed(raw_dir, tmp_path / "out")
    before = contents(tmp_path / "out")
    monkeypatch.setattr(build_module.PackageWriter, method, refuse)
    with pytest.raises(RunError, match=f"out: the tables could not be .*{told}"):
        build_processed(raw_dir, tmp_path / "out")
    assert contents(tmp_path / "out") == before


def test_a_bad_file_leaves_the_others_alone(raw_dir, tmp_path):
    tables = build_processed(raw_dir, tmp_path / "out")
    assert list(tables["documents"]["document_id"]) == ["plan"]
    assert len(tables["tasks"]) == 4
    assert list(tables["failures"]["source_file"]) == ["empty.txt"]
    told = read_descriptor(tmp_path / "out")["warnings"]
    assert [remark["code"] for remark in told] == ["files_not_read"]
    assert told[0]["values"] == {"n": 1, "names": "empty.txt"}


def test_themes_are_coded_with_evidence(raw_dir, tmp_path):
    tables = build_processed(raw_dir, tmp_path / "out")
    primary = tables["theme_assignments"].query("rank == 1")
    assert list(primary["theme_id"]) == [
        "policy_interpretation",
        "policy_interpretation",
        "application_disclosure",
        "platforms",
    ]
    assert {"解读"} <= set(tables["keyword_matches"]["keyword"].str[-2:])


def test_descriptor_names_codebook_and_sources(raw_dir, tmp_path):
    build_processed(raw_dir, tmp_path / "out")
    package = read_descriptor(tmp_path / "out")
    assert set(package["codebook"]) == {"name", "version", "sha256"}
    assert [source["path"] for source in package["sources"]] == ["plan.txt"]


def test_two_builds_at_once_give_the_bytes_of_one(raw_dir, tmp_path, monkeypatch):
    for n in range(5):
        text = PLAN.replace("某市", f"第{n}市").replace("（四）", f"（四）{n}、")
        (raw_dir / f"plan{n}.txt").write_text(text, encoding="utf-8")
    shutil.copytree(raw_dir, tmp_path / "elsewhere")
    raws = [raw_dir, tmp_path / "elsewhere"]
    with monkeypatch.context() as patch, ThreadPoolExecutor(2) as threads:
        patch.setenv("GOVOPEN_CACHE", str(tmp_path / "kept"))  # shared, and empty
        list(threads.map(build_processed, raws, [tmp_path / "a", tmp_path / "b"]))
    built = build_processed(raw_dir, tmp_path / "c")
    assert len(built["documents"]) == 6
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "c")


def test_a_failed_build_leaves_the_last_one(raw_dir, tmp_path):
    build_processed(raw_dir, tmp_path / "out")
    before = contents(tmp_path / "out")
    with pytest.raises(SourceError):
        build_processed(tmp_path / "nowhere", tmp_path / "out")
    assert contents(tmp_path / "out") == before


def test_progress_tells_step_done_and_total(raw_dir, tmp_path):
    told = []
    build_processed(
        raw_dir, tmp_path / "out", on_progress=lambda *args: told.append(args)
    )
    assert [step for step, _, _ in dict.fromkeys(told)][-1] == "write"
    assert all(0 <= done <= total for _, done, total in told)
    assert {"read", "code", "write"} == {step for step, _, _ in told}


def test_what_is_built_is_not_built_again(raw_dir, tmp_path):
    out = tmp_path / "out"
    assert not is_built(raw_dir, out)
    build_processed(raw_dir, out)
    assert is_built(raw_dir, out)


@pytest.mark.parametrize("harm", ["plan", "new plan", "table", "descriptor"])
def test_what_has_changed_is_built_again(raw_dir, tmp_path, harm):
    out = tmp_path / "out"
    build_processed(raw_dir, out)
    path = {
        "plan": raw_dir / "plan.txt",
        "new plan": raw_dir / "new.txt",
        "table": out / "tasks.csv",
        "descriptor": out / "datapackage.json",
    }[harm]
    path.write_text("{}", encoding="utf-8")
    assert not is_built(raw_dir, out)


def test_what_a_killed_build_left_is_removed(raw_dir, tmp_path):
    (tmp_path / "out" / ".building-x").mkdir(parents=True)
    build_processed(raw_dir, tmp_path / "out")
    assert list((tmp_path / "out").glob(".*")) == []


def test_decisions_that_moved_or_have_no_task_are_told(raw_dir, tmp_path):
    out = tmp_path / "processed"
    tasks = build_processed(raw_dir, out)["tasks"]
    texts = [*tasks["text"].iloc[:2], "取消的任务"]
    reviews = pd.DataFrame(
        {
            "task_id": ["plan-001", "plan-009", "plan-004"],
            "coder": "张",
            "reviewed_date": "2024-05-01",
            "primary_theme_id": "platforms",
            "secondary_theme_ids": [[], [], []],
            "codebook_version": "1.0",
            "text_sha256": [review.text_sha256(text) for text in texts],
            "text": texts,
        }
    )
    review.write_reviews(schemas.to_schema(reviews, "reviews"), tmp_path / "reviews")
    tables = build_processed(raw_dir, out)
    changes = tables["review_changes"].set_index("task_id")["outcome"]
    assert changes.to_dict() == {"plan-004": "text_gone", "plan-009": "same_text"}
    decided = tables["theme_assignments"].set_index("task_id")["coder"]
    assert decided[["plan-001", "plan-002"]].tolist() == ["张", "张"]
    told = read_descriptor(out)["warnings"]
    assert [(each["code"], each["values"]) for each in told[-2:]] == [
        ("reviews_moved", {"n": 1}),
        ("reviews_orphaned", {"n": 1}),
    ]
    for lang in ("zh", "en"):
        assert "review_changes" in remark_in_words(told[-1], lang)


def test_tables_with_an_unexpected_error_are_never_fresh(
    raw_dir, tmp_path, monkeypatch
):
    from govopen_analytics.plans import one_file

    def fail(*args, **options):
        raise RuntimeError("no reason")

    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr(one_file, "_rows_of", fail)
        build_processed(raw_dir, out, is_forced=True)
    assert not is_built(raw_dir, out)
    build_processed(raw_dir, out)
    assert is_built(raw_dir, out)
