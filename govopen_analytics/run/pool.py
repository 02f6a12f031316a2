"""Notebooks run side by side, each with its time limit, by a few processes."""

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from govopen_analytics.run.execute import EXECUTED, Outcome, stopped_at
from govopen_analytics.run.worker import (
    FORKING,
    MARK,
    UNUSED_GRAMMAR,
    end_marked,
    kill_tree,
)

_MOST_OF_LOG = 400  # characters of the last line that a dead process wrote


@dataclass(frozen=True)
class Request:
    """One notebook to run: where it is, what it is given, where it works."""

    path: str
    parameters: dict[str, Any]
    folder: str
    lang: str


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
    retries: int,
    on_outcome: Callable[[int, Outcome], None],
) -> None:
    """Run notebooks side by side; one that fails leaves the others running.

    Each request has an empty folder of its own. A notebook whose kernel or process
    died is started again up to `retries` times; an error in a cell and a passed time
    limit are not tried again. Outcomes are told as they come, with the position of the
    request, from one thread at a time.
    """
    n_used = min(n_workers, len(requests))
    waiting: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    for number in (*range(len(requests)), *[None] * n_used):
        waiting.put(number)
    telling = threading.Lock()

    def work(worker: "_Worker") -> None:
        try:
            for number in iter(waiting.get, None):
                outcome = worker.run(requests[number], seconds_each, retries)
                with telling:
                    on_outcome(number, outcome)
        finally:
            worker.stop()

    with tempfile.TemporaryDirectory(prefix="govopen-") as scratch:
        startup = Path(scratch, "ipython", "profile_default", "startup")
        startup.mkdir(parents=True)
        line = f"__import__('sys').modules.setdefault('{UNUSED_GRAMMAR}', None)\n"
        (startup / "00-light.py").write_text(line, encoding="utf-8")
        # To load the libraries for forks pays from the second notebook on.
        further = [FORKING] if len(requests) > n_used else []
        # An interrupted run does not wait for notebooks.
        threads = [
            threading.Thread(
                target=work,
                args=(_Worker(Path(scratch), number, n_used, further),),
                daemon=True,
            )
            for number in range(n_used)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


class _Worker:
    """A process of ``run.worker``, started when needed and again when it died."""

    def __init__(
        self, scratch: Path, number: int, n_workers: int, further: list[str]
    ) -> None:
        module = "govopen_analytics.run.worker"
        self._command = [sys.executable, "-m", module, str(scratch), *further]
        self._log = scratch / f"worker-{number}.log"
        self._mark = str(scratch / f"worker-{number}")
        # Each kernel gets its part of the cores, and nobody's personal start-up files.
        n_threads = str(max(1, n_cores() // n_workers))
        self._environment = {
            **os.environ,
            MARK: self._mark,
            "IPYTHONDIR": str(scratch / "ipython"),
            "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
            # Kernels that are killed leave their sockets and connection files.
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch)),
            "PYTHONHASHSEED": "0",
            "PYTHONUTF8": "1",
            "OMP_NUM_THREADS": n_threads,
            "OPENBLAS_NUM_THREADS": n_threads,
        }
        self._process: subprocess.Popen[str] | None = None

    def run(self, request: Request, seconds: float, retries: int) -> Outcome:
        """Run a notebook, again where its kernel or process died."""
        started = time.monotonic()
        for attempt in range(1, retries + 2):
            outcome = self._run_once(request, seconds)
            if not outcome.is_passing or attempt > retries:
                break
            shutil.rmtree(request.folder)
            Path(request.folder).mkdir()
        outcome.seconds = round(time.monotonic() - started, 2)
        outcome.attempts = attempt
        return outcome

    def _run_once(self, request: Request, seconds: float) -> Outcome:
        # The time limit is for the notebook, not for the start of the worker.
        if not self._is_started():
            return Outcome(f"The worker did not start: {self._last_line()}", "worker")
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            self._kill()

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            answer = self._answer(json.dumps(asdict(request)))
        finally:
            timer.cancel()
        if answer:
            return Outcome(**json.loads(answer))
        self.stop()
        cell, source = stopped_at(Path(request.folder, EXECUTED))
        if is_late.is_set():
            error = (
                f"TimeLimit: stopped after {seconds:g} seconds, the limit of one "
                "notebook; raise 'seconds_each' in reports.yml if it needs longer"
            )
            return Outcome(error, "time_limit", cell, source)
        error = f"The worker ended before the notebook did: {self._last_line()}"
        return Outcome(error, "worker", cell, source, is_passing=True)

    def _is_started(self) -> bool:
        if self._process is not None:
            return True
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                env=self._environment,
            )
        if self._answer():
            return True
        self.stop()
        return False

    def _answer(self, line: str = "") -> str:
        """Send a line, if there is one, and wait for the answer; empty without one."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return ""
        try:
            if line:
                process.stdin.write(f"{line}\n")
                process.stdin.flush()
            return process.stdout.readline()
        except (BrokenPipeError, ValueError):
            return ""

    def _kill(self) -> None:
        if self._process is not None:
            kill_tree(self._process.pid)
            end_marked(self._mark)

    def stop(self) -> None:
        """End the process, its kernel and whatever that started."""
        if self._process is not None:
            self._kill()
            for stream in filter(None, (self._process.stdin, self._process.stdout)):
                stream.close()
            self._process.wait()
            self._process = None

    def _last_line(self) -> str:
        text = self._log.read_text(encoding="utf-8", errors="replace").strip()
        return text.split("\n")[-1][:_MOST_OF_LOG] or "it was killed, or lacked memory"
