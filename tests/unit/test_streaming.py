"""Tables that are written and read in parts."""

import errno
import os

import pandas as pd
import pyarrow.parquet as pq
import pytest
from packages import write_datapackage

from govopen_analytics import review
from govopen_analytics.base import datapackage, schemas
from govopen_analytics.base.datapackage import (
    PackageWriter,
    read_datapackage,
    read_descriptor,
)
from govopen_analytics.base.errors import RunError, SourceError
from govopen_analytics.base.tables import Tables
from govopen_analytics.plans import corpus
from govopen_analytics.plans.corpus import RawFolder
from govopen_analytics.plans.one_file import PlanRows
from govopen_analytics.run import build
from govopen_analytics.run.build import build_processed

TASK = "第{n}项。{name}公开政策文件，并同步解读。"


def plan_rows(job, n_tasks):
    """Rows as a plan of so many tasks gives them."""
    document = {
        "document_id": job.document_id,
        "agency": f"{job.document_id}市民政局",
        "year": 2023,
        "source_file": job.name,
        "source_format": "txt",
        "sha256": "0" * 64,
        "layout": "outline",
        "n_chars": 40,
        "n_tasks": n_tasks,
        "text": "文" * 40,
    }
    tasks = [
        {
            "task_id": f"{job.document_id}-{n:03d}",
            "document_id": job.document_id,
            "ordinal": n,
            "text": TASK.format(n=n, name=job.document_id),
            "start_char": 0,
            "end_char": 9,
        }
        for n in range(1, n_tasks + 1)
    ]
    return PlanRows(document, tasks, [], [], [])


#: Plans whose task ids sort among those of another, by their numbers of tasks.
PLANS = {"a": 230, "a (1)": 3, "a-2": 3, "a2": 2, "b": 2, "bad": 0, "c": 4}


@pytest.fixture
def raw_dir(tmp_path, monkeypatch):
    def load(job):
        n_tasks = PLANS[job.document_id]
        if not n_tasks:
            return job.failed("not_a_plan", f"{job.name}: not a plan")
        return plan_rows(job, n_tasks)

    folder = tmp_path / "raw"
    folder.mkdir()
    for name in PLANS:
        (folder / f"{name}.txt").write_text(name, encoding="utf-8")
    monkeypatch.setenv("GOVOPEN_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(
        corpus,
        "bounded_results",
        lambda function, jobs, **options: (
            (n, load(job)) for n, job in enumerate(jobs)
        ),
    )
    return folder


def in_parts(monkeypatch, most_tasks):
    monkeypatch.setattr(RawFolder.parts, "__defaults__", (most_tasks,))


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_parts_are_the_whole(raw_dir, tmp_path, monkeypatch):
    reviews = pd.DataFrame(
        {
            "task_id": ["a-230", "gone-001", "c-001"],
            "coder": "张",
            "reviewed_date": "2024-05-01",
            "primary_theme_id": "platforms",
            "secondary_theme_ids": [[], [], []],
            "codebook_version": "1.0",
            "text": [TASK.format(n=230, name="a"), TASK.format(n=2, name="b"), "别的"],
        }
    )
    reviews["text_sha256"] = [review.text_sha256(text) for text in reviews["text"]]
    reviews = schemas.to_schema(reviews, "reviews")
    written, ids = [], []
    for most_tasks in (10_000, 1):
        in_parts(monkeypatch, most_tasks)
        review.write_reviews(reviews, tmp_path / f"{most_tasks}" / "reviews")
        out = tmp_path / f"{most_tasks}" / "tables"
        tables = build_processed(raw_dir, out)
        written.append(contents(out))
        ids = tables.theme_assignments["task_id"].tolist()
        outcomes = tables["review_changes"]["outcome"].tolist()
    assert written[0] == written[1]
    assert ids == sorted(ids)
    assert outcomes == ["text_gone", "same_text"]
    assert tables["themes"]["theme_id"].is_unique
    assert tables.failures["source_file"].tolist() == ["bad.txt"]


@pytest.mark.parametrize(
    ("most_tasks", "n_plans"), [(1, [3, 1, 1, 1]), (238, [4, 2]), (9999, [6])]
)
def test_a_part_ends_where_no_task_ids_interleave(raw_dir, most_tasks, n_plans):
    folder = RawFolder(raw_dir)
    folder.read()
    parts = list(folder.parts(most_tasks))
    assert [len(part.documents) for part in parts] == n_plans
    assert [len(part.failures) for part in parts] == [0] * (len(parts) - 1) + [1]


def test_a_folder_without_plans_gives_every_table(tmp_path):
    (tmp_path / "raw").mkdir()
    tables = build_processed(tmp_path / "raw", tmp_path / "out")
    filled = {name for name, table in tables.items() if len(table)}
    assert filled == {"themes", "coding_errors"} and len(tables) == 10


def tasks_table(n):
    rows = {"task_id": [f"p-{i:04d}" for i in range(n)], "document_id": "p"}
    values = {
        "ordinal": range(1, n + 1),
        "text": "公开",
        "start_char": 0,
        "end_char": 2,
    }
    return schemas.to_schema(pd.DataFrame(rows | values), "tasks")


def test_row_groups_are_cut_alike_whatever_the_parts(tmp_path, monkeypatch):
    monkeypatch.setitem(datapackage._ROWS_OF_A_GROUP, "tasks", 10)
    table = tasks_table(35)
    write_datapackage({"tasks": table}, tmp_path / "whole")
    with PackageWriter(tmp_path / "parts") as writer:
        for start, end in ((0, 0), (0, 4), (4, 25), (25, 25), (25, 35)):
            writer.add("tasks", table.iloc[start:end].reset_index(drop=True))
        writer.publish()
    assert contents(tmp_path / "whole") == contents(tmp_path / "parts")
    found = pq.ParquetFile(tmp_path / "parts" / "tasks.parquet").metadata
    groups = [found.row_group(n).num_rows for n in range(found.num_row_groups)]
    assert groups == [10, 10, 10, 5]
    assert read_datapackage(tmp_path / "parts").tasks.equals(table)


@pytest.mark.parametrize(
    ("csv_bytes", "expected"), [(2000, False), (None, True), (10**6, True)]
)
def test_a_large_table_has_no_csv_unless_asked_for(tmp_path, csv_bytes, expected):
    write_datapackage({"tasks": tasks_table(2)}, tmp_path)
    with PackageWriter(tmp_path, csv_bytes=csv_bytes) as writer:
        writer.add("tasks", tasks_table(200))
        writer.publish()
    assert (tmp_path / "tasks.csv").exists() == expected
    resources = read_descriptor(tmp_path)["resources"]
    assert [item["format"] for item in resources] == ["csv"] * expected + ["parquet"]
    assert resources[0]["schema"]["primaryKey"] == ["task_id"]


def test_a_disk_that_is_full_in_the_middle_leaves_the_tables(
    raw_dir, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    build_processed(raw_dir, out)
    before = contents(out)
    in_parts(monkeypatch, 1)
    add, calls = PackageWriter.add, []

    def full(self, name, df):
        calls.append(name)
        if calls.count("tasks") == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        add(self, name, df)

    monkeypatch.setattr(build.PackageWriter, "add", full)
    with pytest.raises(RunError, match="the disk is full"):
        build_processed(raw_dir, out)
    assert contents(out) == before


def test_only_the_columns_and_rows_asked_for_are_read(tmp_path, monkeypatch):
    write_datapackage({"tasks": tasks_table(6)}, tmp_path)
    tables = read_datapackage(tmp_path).with_tables(other=pd.DataFrame())
    asked = []
    real = pq.read_table

    def read_table(file, columns, filters):
        asked.append(columns)
        return real(file, columns=columns, filters=filters)

    monkeypatch.setattr(pq, "read_table", read_table)
    rows = {"task_id": ["p-0001", "p-0004"]}
    part = tables.part("tasks", ["task_id", "ordinal"], rows)
    assert part["ordinal"].tolist() == [2, 5]
    assert asked == [["task_id", "ordinal"]]
    held = Tables.of({"tasks": tasks_table(6)})
    assert held.part("tasks", ["task_id", "ordinal"], rows).equals(part)
    os.truncate(tmp_path / "tasks.parquet", 100)
    with pytest.raises(SourceError, match=r"not the file that datapackage\.json"):
        tables.part("tasks", ["task_id"])
