"""A process that runs one notebook after the other for ``run.pool``.

Requests and answers are lines of JSON on its standard input and output. It ends,
with its kernel and the folder of temporary files it was given, as soon as its input
does: nothing outlives a run that was killed.
"""

import contextlib
import json
import os
import queue
import shutil
import sys
import threading
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import psutil

# Plotly's display and nbconvert import nbformat, and that a grammar for addresses no
# notebook holds: 1.7 of the 6 processor seconds of a notebook, where it is installed.
UNUSED_GRAMMAR = "rfc3987_syntax"

FORKING = "--fork-kernels"
MARK = "GOVOPEN_WORKER"  # variable that names the worker a process belongs to
_ROUNDS, _SECONDS_TO_END = 10, 5


def main() -> None:
    """Answer requests until there are no more."""
    leave_out_grammar()
    if not sys.flags.safe_path:
        del sys.path[0]  # where the command runs: its files are no modules of ours
    answers = _own_output()
    requests: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read, args=(requests,), daemon=True).start()
    # Loaded before the first request, whose time limit is for the notebook.
    import nbconvert  # noqa: F401
    import papermill  # noqa: F401
    import plotly.io  # noqa: F401

    from govopen_analytics.run.execute import execute_notebook

    if FORKING in sys.argv:
        from govopen_analytics.run.kernels import fork_kernels

        fork_kernels()
    servers = {child.pid for child in psutil.Process().children()}
    _answer(answers, {"ready": True})
    while True:
        request = json.loads(requests.get())
        path, folder = Path(request["path"]), Path(request["folder"])
        parameters, lang = request["parameters"], request["lang"]
        outcome = execute_notebook(path, parameters, folder, lang)
        end_marked(os.environ.get(MARK, ""), servers)
        _answer(answers, asdict(outcome))


def leave_out_grammar() -> None:
    """Have this process never load the grammar that no notebook needs."""
    # None there makes an import fail, as the language reference says.
    sys.modules.setdefault(UNUSED_GRAMMAR, None)  # type: ignore[arg-type]


def kill_tree(pid: int) -> None:
    """Kill a process and all it started, kernels among them, if it is still there."""
    try:
        process = psutil.Process(pid)
        family = [*process.children(recursive=True), process]
    except psutil.NoSuchProcess:
        return
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()


def end_marked(mark: str, kept: Collection[int] = ()) -> None:
    """End every process that carries a worker's mark, but this one and some others.

    What a notebook starts inherits its environment, in whatever session it runs. A
    process that cleared its environment, or runs as another user, is not found.
    """
    # A process may start another while it is being ended.
    for _ in range(_ROUNDS):
        marked = [
            process
            for process in psutil.process_iter()
            if process.pid not in (os.getpid(), *kept) and _has(process, mark)
        ]
        if not marked:
            return
        for process in marked:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(marked, timeout=_SECONDS_TO_END)


def _has(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(MARK) == mark
    except (psutil.Error, OSError):
        return False


def _own_output() -> TextIO:
    # Whatever a library writes to standard output must not pass for an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _read(requests: queue.Queue[str]) -> None:
    for line in sys.stdin:
        requests.put(line)
    for child in psutil.Process().children(recursive=True):
        kill_tree(child.pid)
    end_marked(os.environ.get(MARK, ""))
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    kill_tree(os.getpid())


def _answer(answers: TextIO, content: dict) -> None:
    answers.write(json.dumps(content) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
