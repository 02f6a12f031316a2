"""Processor time and memory of a process and of all that it starts."""

import psutil


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
