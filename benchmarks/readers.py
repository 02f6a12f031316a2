"""Time the readers: documents and megabytes per second, memory, growth with size.

Usage: python benchmarks/readers.py [--rows 30 1000 10000] [--formats html docx]

Plans of one table are written in every format and read back, each in a process of
its own, so that the peak memory is that of one document. Seconds are processor
seconds. Reading is linear where the microseconds per row stay the same from 1,000
rows to 10,000.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from plan_writer import WRITERS, write_text

from govopen_analytics.readers import read_bytes

SENTENCE = "深入推进决策、执行、管理、服务和结果公开，主动回应社会关切。"
HEADER = ["序号", "重点任务", "工作内容", "责任单位", "完成时限"]
# Repeated until this much processor time has passed, so that short reads count.
MIN_SECONDS = 1.0
MAX_REPEATS = 200
WRITERS = {"utf-8.txt": write_text, **WRITERS}
GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "formats"
KILOBYTES = 1024  # in which the system counts memory


def make_plan(n_rows: int) -> list:
    """Return a plan of a title, a paragraph and a table."""
    rows = [
        [str(n), f"任务{n}", SENTENCE * (n % 3 + 1), "办公室\n法规处", "年底前"]
        for n in range(1, n_rows + 1)
    ]
    return ["某市某局政务公开工作要点", SENTENCE * 4, [HEADER, *rows]]


def measure(path: Path) -> dict[str, float]:
    """Read one file, a short one again and again, and return what it took."""
    n_read, spent = 0, 0.0
    # The first file of a format also pays for importing its reader.
    read_bytes((GOLDEN / path.name).read_bytes(), path.name)
    content = path.read_bytes()
    while not n_read or (n_read < MAX_REPEATS and spent < MIN_SECONDS):
        before = time.process_time()
        read_bytes(content, path.name)
        spent += time.process_time() - before
        n_read += 1
    seconds = spent / n_read
    return {"seconds": seconds, "peak_megabytes": peak_memory() / KILOBYTES}


def peak_memory() -> int:
    """Return the most memory this process has held, in kilobytes."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # What getrusage gives on Linux includes the peak of the parent process.
    return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1])


def measure_apart(path: Path) -> dict[str, float]:
    """Measure in a process that has read nothing else."""
    command = [sys.executable, __file__, "--one", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def file_name(form: str) -> str:
    """Return the name under which a plan of a format is written."""
    return next(name for name in WRITERS if name.endswith(f".{form}"))


def report(formats: list[str], sizes: list[int]) -> None:
    """Print one line per format and size."""
    print("format   rows      KB  docs/s    MB/s  µs/row  peak MB")
    with tempfile.TemporaryDirectory() as folder:
        for form in formats:
            for n_rows in sizes:
                path = Path(folder) / file_name(form)
                path.write_bytes(WRITERS[path.name](make_plan(n_rows)))
                size = path.stat().st_size
                found = measure_apart(path)
                seconds = found["seconds"]
                print(
                    f"{form:<6}{n_rows:>7,}{size / 1e3:>8,.0f}{1 / seconds:>8,.1f}"
                    f"{size / 1e6 / seconds:>8,.2f}{seconds / n_rows * 1e6:>8,.0f}"
                    f"{found['peak_megabytes']:>9,.0f}",
                    flush=True,
                )


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[30, 1_000, 10_000])
    parser.add_argument("--formats", nargs="+", help="such as html docx; default all")
    parser.add_argument("--one", type=Path, help="measure this file and print JSON")
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one)))
        return
    known = [Path(name).suffix[1:] for name in WRITERS]
    report(arguments.formats or known, arguments.rows)


if __name__ == "__main__":
    main()
