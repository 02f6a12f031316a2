"""The same tables from one process, two, and a cluster that loses a worker."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from pathlib import Path

import pytest

from govopen_analytics.base.errors import RunError, SourceError
from govopen_analytics.plans import corpus
from govopen_analytics.plans.corpus import read_plans
from govopen_analytics.run.build import build_processed, cluster_executor

PLAN = """第{n}市民政局2023年政务公开工作要点

一、加强政策解读
（一）做好政策解读。政策文件公开后{n}日内发布解读材料。（办公室）
（二）扩大解读范围。会议文件同步解读。（办公室）
"""


@pytest.fixture
def raw_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("GOVOPEN_CACHE", "")
    folder = tmp_path / "raw"
    folder.mkdir()
    for n in range(1, 25):
        (folder / f"p{n:02d}.txt").write_text(PLAN.format(n=n), encoding="utf-8")
    return folder


@pytest.fixture
def started():
    """Start programs of Dask, and end them afterwards."""
    processes = []

    def start(*args):
        command = [sys.executable, "-m", "dask", *args]
        environment = {**os.environ, "DASK_DISTRIBUTED__DASHBOARD__LINK": ""}
        processes.append(
            subprocess.Popen(
                command,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_one_process_two_and_a_cluster_give_equal_bytes(
    raw_dir, tmp_path, started, monkeypatch
):
    pytest.importorskip("distributed")
    monkeypatch.setattr(corpus, "_FILES_OF_A_CALL", 3)
    for n in (1, 2):
        monkeypatch.setattr(os, "cpu_count", lambda n=n: n)
        build_processed(raw_dir, tmp_path / f"{n}")
    address_file = tmp_path / "scheduler.json"
    started(
        *("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
        *("--scheduler-file", str(address_file)),
    )
    worker = (
        *("worker", "--scheduler-file", str(address_file), "--no-dashboard"),
        *("--nthreads", "1", "--host", "127.0.0.1"),
    )
    # The first dies for good; the other is watched over, as is usual.
    workers = [started(*worker, "--no-nanny"), started(*worker)]
    while not address_file.exists():
        time.sleep(0.05)
    from distributed import Client

    with Client(scheduler_file=str(address_file), set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        address = client.scheduler.address

    def kill_one(step, done, total):
        if (step, workers[0].poll()) == ("read", None) and 0 < done < total:
            workers[0].kill()
            workers[0].wait()

    with cluster_executor(address) as executor:
        build_processed(
            raw_dir, tmp_path / "cluster", executor=executor, on_progress=kill_one
        )
    assert workers[0].poll() is not None
    assert contents(tmp_path / "1") == contents(tmp_path / "2")
    assert contents(tmp_path / "1") == contents(tmp_path / "cluster")


@pytest.mark.parametrize("listens", [True, False])
def test_a_scheduler_that_does_not_answer_is_told_in_time(listens):
    pytest.importorskip("distributed")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if listens:
            silent.listen()
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        start = time.monotonic()
        with (
            pytest.raises(RunError, match=f"The scheduler at {address} did not answer"),
            cluster_executor(address, seconds=0.5),
        ):
            pass
        assert time.monotonic() - start < 20


class Pool(Executor):
    """An executor that answers in this process, with a result or an error."""

    def __init__(self, error=None):
        self.error = error

    def submit(self, function, *args):
        future = Future()
        try:
            if self.error:
                raise self.error
            future.set_result(function(*args))
        except Exception as error:
            future.set_exception(error)
        return future


class KilledWorker(Exception):
    """Named as the error of Dask."""


def test_files_that_end_their_workers_are_failures(raw_dir):
    failures = read_plans(
        raw_dir, executor=Pool(KilledWorker("tried 3 times"))
    ).failures
    assert failures["reason"].tolist() == ["unexpected_error"] * 24
    assert "tried 3 times" in failures["message"][0]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("error", "Reading stopped, for the executor did not answer .*OSError: gone"),
        ("code", "has another version of the library"),
        ("folder", "does not see .*raw"),
    ],
)
def test_an_executor_that_cannot_work_is_told(raw_dir, monkeypatch, change, told):
    load = corpus._load_some

    def elsewhere(jobs, limits, code):
        if change == "folder" and raw_dir.exists():
            raw_dir.rename(raw_dir.with_name("moved"))
        return load(jobs, limits, "other" if change == "code" else code)

    monkeypatch.setattr(corpus, "_load_some", elsewhere)
    pool = Pool(OSError("gone") if change == "error" else None)
    with pytest.raises(RunError, match=told):
        read_plans(raw_dir, executor=pool)


@pytest.mark.parametrize("given", ["s3://bucket/plans", Path("s3://bucket/plans")])
def test_object_storage_is_refused_with_how_to_copy(given):
    with pytest.raises(SourceError, match="copy them first, for instance with `aws s3"):
        read_plans(given)
