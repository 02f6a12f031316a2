"""The time, processor time and memory of a command and of all that it starts."""

import subprocess
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
_SECONDS_BETWEEN_LOOKS = 0.1

Measured = dict[str, float]


def watch(command: list[str]) -> Measured:
    """Run a command; return the time, processor time and peak memory of its family."""
    started, peak = time.monotonic(), 0
    busy: dict[tuple[int, float], float] = {}
    process = psutil.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, look_at(process, busy))
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    if process.returncode:
        raise SystemExit(f"{command}: exit code {process.returncode}")
    return {
        "seconds": time.monotonic() - started,
        "processor": sum(busy.values()),
        "peak_gib": peak / 2**30,
        "load": psutil.getloadavg()[0],
    }


def look_at(process: psutil.Process, busy: dict[tuple[int, float], float]) -> int:
    """Note the processor time of a process and all it started; return their memory."""
    total = 0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return total
    for member in family:
        try:
            used = member.cpu_times()
            busy[member.pid, member.create_time()] = used.user + used.system
            total += member.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total
