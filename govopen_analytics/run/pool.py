"""Notebooks run side by side, each with its time limit, by a few processes."""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govopen_analytics.run.execute import EXECUTED, Outcome, cell_source, running_cell
from govopen_analytics.run.worker import (
    FORKING,
    MARK,
    UNUSED_GRAMMAR,
    end_marked,
    kill_tree,
)

_MOST_TOLD = 400  # characters of a dead process's last words


@dataclass(frozen=True)
class Request:
    """One notebook to run: where it is, what it is given, where it works."""

    path: Path
    parameters: dict[str, Any]
    folder: Path
    lang: str


@dataclass
class Answer:
    """What became of a request, how long it took, and how often it was started."""

    outcome: Outcome
    seconds: float
    attempts: int


def n_cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_requests(
    requests: Sequence[Request],
    *,
    n_workers: int,
    seconds_each: float,
    retries: int = 1,
    on_answer: Callable[[int, Answer], None] = lambda number, answer: None,
) -> list[Answer]:
    """Run notebooks side by side; one that fails leaves the others running.

    Parameters
    ----------
    requests : sequence of Request
        Each with an empty folder of its own.
    n_workers : int
        Notebooks at the same time (count).
    seconds_each : float
        Time limit of one notebook (seconds).
    retries : int, default 1
        How often a notebook is started again whose kernel or process died. An
        error in a cell and a passed time limit are not tried again.
    on_answer : callable
        Called with the position of a request and its answer, as they come, from
        one thread at a time.

    Returns
    -------
    list of Answer
        In the order of `requests`.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(len(requests)):
        waiting.put(number)
    answers: dict[int, Answer] = {}
    telling = threading.Lock()

    def work(worker: "_Worker") -> None:
        with worker:
            while (number := _next(waiting)) is not None:
                answer = worker.run(requests[number], seconds_each, retries)
                with telling:
                    answers[number] = answer
                    on_answer(number, answer)

    with tempfile.TemporaryDirectory(prefix="govopen-") as scratch:
        _write_startup(Path(scratch))
        n_used = min(n_workers, len(requests))
        # To load the libraries for forks pays from the second notebook on.
        is_forking = len(requests) > n_used
        workers = [
            _Worker(Path(scratch), number, n_used, is_forking)
            for number in range(n_used)
        ]
        _run_threads([threading.Thread(target=work, args=(w,)) for w in workers])
    return [answers[number] for number in range(len(requests))]


def _next(waiting: "queue.SimpleQueue[int]") -> int | None:
    try:
        return waiting.get_nowait()
    except queue.Empty:
        return None


def _run_threads(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.daemon = True  # an interrupted run does not wait for notebooks
        thread.start()
    for thread in threads:
        thread.join()


class _Worker:
    """A process of ``run.worker``, started when needed and again when it died."""

    def __init__(
        self, scratch: Path, number: int, n_workers: int, is_forking: bool
    ) -> None:
        self._scratch = scratch
        self._log = scratch / f"worker-{number}.log"
        self._is_forking = is_forking
        self._mark = str(scratch / f"worker-{number}")
        self._environment = {**_environment(scratch, n_workers), MARK: self._mark}
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "_Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def run(self, request: Request, seconds: float, retries: int) -> Answer:
        """Run a notebook, again where its kernel or process died."""
        started = time.monotonic()
        for attempt in range(1, retries + 2):
            outcome = self._run_once(request, seconds)
            if not outcome.is_passing or attempt > retries:
                break
            _empty(request.folder)
        return Answer(outcome, round(time.monotonic() - started, 2), attempt)

    def _run_once(self, request: Request, seconds: float) -> Outcome:
        process = self._started()
        if process is None:
            error = f"The worker did not start: {self._last_words()}"
            return Outcome(error, "worker")
        content = {
            "path": str(request.path),
            "parameters": request.parameters,
            "folder": str(request.folder),
            "lang": request.lang,
        }
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            kill_tree(process.pid)
            end_marked(self._mark)

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            line = _exchange(process, json.dumps(content))
        finally:
            timer.cancel()
        if line:
            return Outcome(**json.loads(line))
        self._stop()
        return self._stopped(request.folder / EXECUTED, is_late.is_set(), seconds)

    def _stopped(self, executed: Path, is_late: bool, seconds: float) -> Outcome:
        cell = running_cell(executed)
        source = cell_source(executed, cell)
        if is_late:
            error = (
                f"TimeLimit: stopped after {seconds:g} seconds, the limit of one "
                "notebook; raise 'seconds_each' in reports.yml if it needs longer"
            )
            return Outcome(error, "time_limit", cell, source)
        error = f"The worker ended before the notebook did: {self._last_words()}"
        return Outcome(error, "worker", cell, source, is_passing=True)

    def _started(self) -> "subprocess.Popen[str] | None":
        if self._process is None:
            module = "govopen_analytics.run.worker"
            forking = [FORKING] if self._is_forking else []
            with self._log.open("wb") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", module, str(self._scratch), *forking],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    encoding="utf-8",
                    env=self._environment,
                )
            answers = self._process.stdout
            if answers is None or not answers.readline():
                self._stop()
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            kill_tree(self._process.pid)
            end_marked(self._mark)
            for stream in filter(None, (self._process.stdin, self._process.stdout)):
                stream.close()
            self._process.wait()
            self._process = None

    def _last_words(self) -> str:
        words = self._log.read_text(encoding="utf-8", errors="replace").strip()
        return words.split("\n")[-1][:_MOST_TOLD] or "it was killed, or lacked memory"


def _exchange(process: "subprocess.Popen[str]", line: str) -> str:
    if process.stdin is None or process.stdout is None:
        return ""
    try:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
        return process.stdout.readline()
    except (BrokenPipeError, ValueError):
        return ""


def _environment(scratch: Path, n_workers: int) -> dict[str, str]:
    # Each kernel gets its part of the cores, and nobody's personal start-up files.
    n_threads = str(max(1, n_cores() // n_workers))
    own = {
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
        # Kernels that are killed leave their sockets and connection files.
        "TMPDIR": str(scratch),
        "TEMP": str(scratch),
        "TMP": str(scratch),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": n_threads,
        "OPENBLAS_NUM_THREADS": n_threads,
    }
    return {**os.environ, **own}


def _write_startup(scratch: Path) -> None:
    startup = scratch / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    line = f"__import__('sys').modules.setdefault('{UNUSED_GRAMMAR}', None)\n"
    (startup / "00-light.py").write_text(line, encoding="utf-8")


def _empty(folder: Path) -> None:
    import shutil

    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
