"""Files read in worker processes: what exceeds a limit costs only itself."""

import os
import pickle
import signal
import sys
import time

import pytest

from govopen_analytics.base.remarks import Remark
from govopen_analytics.plans import corpus, one_file
from govopen_analytics.plans.corpus import read_plans
from govopen_analytics.plans.one_file import PlanFile, PlanRows
from govopen_analytics.plans.workers import Limits, bounded_results

PLAN = """某市民政局2023年政务公开工作要点

一、加强政策解读
（一）做好政策解读。政策文件公开后三日内发布解读材料。（办公室）
（二）扩大解读范围。会议文件同步解读。（办公室）
二、规范依申请公开
（三）规范依申请公开办理。依法按时答复申请人。（办公室）
"""
MEGABYTE = 1024**2
ON_LINUX = sys.platform == "linux"


def work(job: object) -> object:
    """What the name of a job says; anything else is returned."""
    if job == "sleep":
        time.sleep(60)
    if job == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if job == "fill":
        try:
            return len(bytearray(300 * MEGABYTE))
        except MemoryError:
            return "no memory"
    if job == "keep":
        work.kept = bytearray(150 * MEGABYTE)
    return "pid" if job != "pid" else os.getpid()


def results(jobs, *, n_workers=2, **limits):
    limits = Limits(**{"max_seconds": 30.0, "max_memory": 200 * MEGABYTE} | limits)
    found = dict(
        bounded_results(
            work,
            jobs,
            n_workers=n_workers,
            limits=limits,
            lost=lambda job, reason, told: (job, reason, told),
        )
    )
    return [found[n] for n in range(len(jobs))]


def test_every_job_has_its_result_in_few_processes():
    pids = results(["pid"] * 20)
    assert 1 <= len(set(pids)) <= 2 and os.getpid() not in pids
    assert results([]) == []
    assert len(set(results(["pid"] * 5, n_workers=1))) == 1


@pytest.mark.parametrize("n_workers", [1, 3])
def test_what_hangs_or_dies_costs_only_itself(n_workers):
    jobs = ["a", "sleep", "die", "a", "die", "a"]
    found = results(jobs, n_workers=n_workers, max_seconds=1.0)
    assert found[1] == ("sleep", "too_slow", "stopped after 1 seconds")
    died = ("die", "unexpected_error", "its process ended with code -9")
    assert [found[2], found[4]] == [died, died]
    assert [found[0], found[3], found[5]] == ["pid"] * 3


@pytest.mark.skipif(not ON_LINUX, reason="address space is counted on Linux")
def test_memory_is_limited_and_a_worker_that_took_much_is_replaced():
    assert results(["fill", "a"], n_workers=1) == ["no memory", "pid"]
    assert results(["fill"], max_memory=None)[0] == 300 * MEGABYTE
    first, _, second = results(["pid", "keep", "pid"], n_workers=1)
    assert first != second


def test_workers_are_gone_when_nobody_asks_any_more():
    running = bounded_results(
        work,
        ["pid", "sleep", "sleep"],
        n_workers=2,
        limits=Limits(),
        lost=lambda *told: told,
    )
    _, pid = next(running)
    running.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def rows_of(path, declared=None):
    declared = declared or {}
    name = declared.get("document_id", path.stem)
    return one_file.read_plan(PlanFile(path.parent, path.name, name, declared))


def test_a_plan_is_rows_that_can_be_sent(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text(PLAN, encoding="utf-8")
    declared = {
        "document_id": "d",
        "file": "plan.txt",
        "agency": "甲局",
        "year": "2023",
    }
    found = rows_of(path, declared)
    assert pickle.loads(pickle.dumps(found)) == found == rows_of(path, declared)
    assert (found.document["agency"], found.failures, found.remarks) == ("甲局", [], [])
    assert [task["task_id"] for task in found.tasks] == ["d-001", "d-002", "d-003"]
    inferred = rows_of(path)
    assert inferred.document["document_id"] == "plan"
    values = {"agency": "某市民政局", "year": 2023}
    assert inferred.remarks == [Remark("no_manifest_row", values)]


def test_whatever_goes_wrong_is_a_failure(tmp_path, monkeypatch):
    def reason(path, declared=None):
        found = rows_of(path, declared)
        assert found.document is None and not found.tasks
        return found.failures[0]["reason"]

    path = tmp_path / "plan.txt"
    assert reason(path) == "unreadable"
    path.write_text(PLAN, encoding="utf-8")
    assert reason(path, {"sha256": "0" * 64}) == "checksum_mismatch"
    for error, expected in ((MemoryError, "too_large"), (KeyError, "unexpected_error")):

        def fail(*args, error=error):
            raise error

        monkeypatch.setattr(one_file, "segment_document", fail)
        assert reason(path) == expected


def test_a_corpus_is_the_rows_of_its_files(tmp_path):
    for n in range(14):
        text = PLAN.replace("某市", f"第{n}市").replace("三日", f"{n}日")
        (tmp_path / f"p{n:02d}.txt").write_text(text, encoding="utf-8")
    one, many = (read_plans(tmp_path, n_workers=n) for n in (1, 3))
    for name in ("documents", "tasks", "spans", "failures", "remarks"):
        assert getattr(one, name).equals(getattr(many, name))
    rows = [rows_of(tmp_path / f"p{n:02d}.txt") for n in range(14)]
    texts = [task["text"] for each in rows for task in each.tasks]
    assert one.tasks["text"].tolist() == texts


def hang(job):
    if job.name == "b.txt":
        time.sleep(60)
    return PlanRows(None, [], [], [], [])


@pytest.mark.skipif(not ON_LINUX, reason="the replacement below is not sent elsewhere")
def test_a_file_that_takes_too_long_is_a_failure(tmp_path, monkeypatch):
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(PLAN, encoding="utf-8")
    monkeypatch.setattr(corpus, "read_plan", hang)
    failures = read_plans(tmp_path, limits=Limits(max_seconds=1.0)).failures
    assert failures["source_file"].tolist() == ["b.txt"]
    assert failures["reason"].tolist() == ["too_slow"]
    assert (
        "b.txt: reading was cut off: stopped after 1 seconds" in failures["message"][0]
    )
