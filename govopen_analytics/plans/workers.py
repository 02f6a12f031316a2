"""Files read by worker processes, each within a time and a memory limit."""

import gc
import multiprocessing
import signal
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

try:
    import resource
except ImportError:  # Windows, where only the time is limited
    resource = None  # type: ignore[assignment]

GIGABYTE = 1024**3


@dataclass(frozen=True)
class Limits:
    """What reading one file may take; no plan that we know comes near.

    Attributes
    ----------
    max_seconds : float or None
        Of the clock; None for no limit.
    max_memory : int or None
        In bytes, beyond what the worker takes when it starts; None for no limit. It
        holds where the system counts address space (Linux).
    """

    max_seconds: float | None = 600.0
    max_memory: int | None = 2 * GIGABYTE


DEFAULT_LIMITS = Limits()


def _address_space() -> int | None:
    """Return the address space of this process in bytes, where it can be known."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError):
        return None
    return pages * resource.getpagesize() if resource else None


def _work(
    connection: Connection, function: Callable[[Any], Any], max_memory: int | None
) -> None:
    """Answer jobs until there are no more, or much memory has been taken."""
    # Else the collector of this process would copy the memory of its parent.
    gc.freeze()
    # The parent ends its workers itself when it is interrupted.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    at_start = _address_space()
    if max_memory is not None and at_start is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = at_start + max_memory
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    parent = multiprocessing.parent_process()
    while parent and connection in wait([connection, parent.sentinel]):
        try:
            job = connection.recv()
        except EOFError:
            return
        connection.send(function(job))
        now = _address_space()
        if max_memory and at_start and now and now - at_start > max_memory / 2:
            return


class _Worker:
    """One process, and the job it is at."""

    def __init__(
        self,
        context: Any,
        function: Callable[[Any], Any],
        limits: Limits,
    ) -> None:
        self._limits = limits
        self.connection, theirs = context.Pipe()
        self.process = context.Process(
            target=_work, args=(theirs, function, limits.max_memory), daemon=True
        )
        with warnings.catch_warnings():
            # Libraries for arithmetic keep threads, which fork leaves behind.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.process.start()
        theirs.close()
        self.n: int  # the job it is at, set by give
        self.deadline = float("inf")

    def give(self, n: int, job: Any) -> None:
        self.n = n
        if self._limits.max_seconds is not None:
            self.deadline = time.monotonic() + self._limits.max_seconds
        self.connection.send(job)

    def goes_on(self, waiting: deque[tuple[int, Any]]) -> bool:
        """Take the next job; a process that has just ended is no loss."""
        try:
            self.give(*waiting[0])
        except (BrokenPipeError, ConnectionResetError):
            return False
        waiting.popleft()
        return True

    def result(
        self, lost: Callable[[Any, str, str], Any], job: Any
    ) -> tuple[Any, bool]:
        """Return the result of its job, and whether the process lives."""
        try:
            return self.connection.recv(), True
        except (EOFError, OSError):
            self.process.join()
            event = f"its process ended with code {self.process.exitcode}"
            return lost(job, "unexpected_error", event), False

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def bounded_results_in_a_worker(
    function: Callable[[Any], Any],
    jobs: Sequence[Any],
    *,
    limits: Limits,
    lost: Callable[[Any, str, str], Any],
) -> list[Any]:
    """Run a function over jobs inside a worker of an executor, one after the other.

    As ``bounded_results``, in a process of its own, so that a job that takes too much
    does not end the worker. Results are in the order of the jobs.
    """
    if multiprocessing.parent_process() is not None:
        # Executors make their workers daemons, which may have no children of theirs.
        # Ours end with their parent.
        multiprocessing.current_process().daemon = False
    # A worker has threads, which a copy of the process would not have.
    can_serve = sys.platform != "win32"
    context = multiprocessing.get_context("forkserver" if can_serve else "spawn")
    if can_serve:
        context.set_forkserver_preload([function.__module__])
    results = bounded_results(
        function, jobs, n_workers=1, limits=limits, lost=lost, context=context
    )
    return [result for _, result in sorted(results, key=lambda each: each[0])]


def bounded_results(
    function: Callable[[Any], Any],
    jobs: Sequence[Any],
    *,
    n_workers: int,
    limits: Limits,
    lost: Callable[[Any, str, str], Any],
    context: Any = None,
) -> Iterator[tuple[int, Any]]:
    """Run a function over jobs in worker processes, within the limits of each job.

    A job that takes longer than it may, or whose process dies, costs only itself:
    ``lost`` makes its result from the job, a reason (``too_slow`` or
    ``unexpected_error``) and what happened. Jobs and results can be pickled. The
    number of a job, from 0, and its result come as they are done. By default
    processes start as a copy of this one where that is safe.
    """
    if context is None:
        can_fork = sys.platform == "linux"
        context = multiprocessing.get_context("fork" if can_fork else "spawn")
    waiting = deque(enumerate(jobs))
    workers: list[_Worker] = []
    try:
        while waiting or workers:
            while waiting and len(workers) < n_workers:
                workers.append(_Worker(context, function, limits))
                workers[-1].give(*waiting.popleft())
            nearest = min(worker.deadline for worker in workers) - time.monotonic()
            timeout = None if nearest == float("inf") else max(0.0, nearest)
            ready = wait([worker.connection for worker in workers], timeout)
            for worker in list(workers):
                n = worker.n
                if worker.connection in ready:
                    result, is_alive = worker.result(lost, jobs[n])
                elif time.monotonic() >= worker.deadline:
                    event = f"stopped after {limits.max_seconds:g} seconds"
                    result, is_alive = lost(jobs[n], "too_slow", event), False
                else:
                    continue
                if not (is_alive and waiting and worker.goes_on(waiting)):
                    worker.end()
                    workers.remove(worker)
                yield n, result
    finally:
        for worker in workers:
            worker.end()
