"""Cost of finding tasks as a plan grows from 100 to 10,000 rows, by layout.

Run ``python benchmarks/segment.py`` to measure; figures are printed, not judged.
Reading the file is not counted: each source is in memory before the clock starts.
"""

import argparse
import math
import resource
import statistics
import time
from collections.abc import Callable

from govopen_analytics.plans import segment_document
from govopen_analytics.readers import read_bytes
from govopen_analytics.readers.source import Source

HEADER = ("序号", "工作任务", "具体要求", "责任科室", "完成时限")
TITLE = "某市某局2024年政务公开工作要点任务分解表"
SUBJECTS = ("规划", "预决算", "许可", "处罚", "采购", "项目", "价格", "名录")
UNITS = ("办公室", "法规科、信息科", "各科室", "财务科牵头，各科室配合")
LIMITS = ("年底前", "6月底前", "持续推进", "全年")
SIZES = (100, 1_000, 10_000)
N_SHORT_PLANS = 200


def rows(n_rows: int) -> list[tuple[str, ...]]:
    """Cells of a task table, no two rows alike."""
    return [
        (
            str(i),
            f"公开{SUBJECTS[i % 8]}信息第{i}项",
            f"按时公布第{i}批{SUBJECTS[i % 8]}信息，注明来源和更新时间，方便查询。",
            UNITS[i % 4],
            LIMITS[i % 4],
        )
        for i in range(1, n_rows + 1)
    ]


def tabbed(n_rows: int) -> str:
    lines = ["\t".join(row) for row in [HEADER, *rows(n_rows)]]
    return "\n".join([TITLE, *lines])


def piped(n_rows: int) -> str:
    lines = ["\n|\n".join(row) for row in [HEADER, *rows(n_rows)]]
    return "\n|\n".join([TITLE, *lines, ""])


def cell_a_line(n_rows: int) -> str:
    lines = ["\n".join(row) for row in [HEADER, *rows(n_rows)]]
    return "\n".join([TITLE, *lines])


def prose(n_rows: int) -> str:
    """Ten tasks a chapter, each with a bracket that says who is responsible."""
    chapters = "一二三四五六七八九"
    lines = [TITLE.removesuffix("任务分解表")]
    for i, (_, title, content, units, limit) in enumerate(rows(n_rows)):
        if i % 10 == 0:
            lines.append(f"{chapters[i // 10 % 9]}、做好第{i // 10 + 1}方面公开")
        duty = f"（责任单位：{units}；完成时限：{limit}）"
        lines.append(f"{i % 10 + 1}.{title}。{content}{duty}")
    return "\n".join(lines)


def grid(n_rows: int) -> str:
    """The same table as a CSV file, whose cells the format itself gives."""
    lines = [",".join(f'"{cell}"' for cell in row) for row in [HEADER, *rows(n_rows)]]
    return "\n".join(lines)


LAYOUTS: dict[str, tuple[str, Callable[[int], str]]] = {
    "tabs": ("plan.txt", tabbed),
    "lone | lines": ("plan.txt", piped),
    "cell a line": ("plan.txt", cell_a_line),
    "prose": ("plan.txt", prose),
    "CSV cells": ("plan.csv", grid),
}


def source_of(layout: str, n_rows: int) -> Source:
    name, write = LAYOUTS[layout]
    return read_bytes(write(n_rows).encode("utf-8"), name)


def median_seconds(source: Source, n_repeats: int) -> tuple[float, int]:
    """Median wall time of segmenting a source, and how many tasks it gave."""
    seconds, n_tasks = [], 0
    for _ in range(n_repeats):
        start = time.perf_counter()
        n_tasks = len(segment_document(source, 2024).tasks)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), n_tasks


def growth(layout: str, sizes: tuple[int, ...]) -> None:
    """Print the cost at each size, and the exponent from one size to the next.

    An exponent of 1 is linear: ten times the rows, ten times the seconds.
    """
    before: tuple[int, float] | None = None
    for n_rows in sizes:
        source = source_of(layout, n_rows)
        seconds, n_tasks = median_seconds(source, 1 if n_rows >= 10_000 else 5)
        exponent = ""
        if before:
            power = math.log(seconds / before[1]) / math.log(n_rows / before[0])
            exponent = f"{power:.2f}"
        print(
            f"{layout:<14}{n_rows:>8,}{n_tasks:>8,}{seconds:>10.3f}"
            f"{1e6 * seconds / n_rows:>12.0f}{len(source.text) / seconds / 1e6:>9.2f}"
            f"{exponent:>10}"
        )
        before = n_rows, seconds


def throughput(layout: str, n_rows: int) -> None:
    """Print documents per second for plans of ordinary length."""
    sources = [source_of(layout, n_rows + i % 7) for i in range(N_SHORT_PLANS)]
    segment_document(sources[0], 2024)
    start = time.perf_counter()
    for source in sources:
        segment_document(source, 2024)
    seconds = time.perf_counter() - start
    n_chars = sum(len(source.text) for source in sources)
    print(
        f"{layout:<14}{n_rows:>8,}{len(sources) / seconds:>12.1f}"
        f"{n_chars / seconds / 1e6:>12.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    sizes = tuple(parser.parse_args().sizes)
    segment_document(source_of("prose", 10), 2024)  # loads the lists of divisions
    print("Growth (median of repeated runs)")
    print(
        f"{'layout':<14}{'rows':>8}{'tasks':>8}{'seconds':>10}{'us a row':>12}"
        f"{'M chr/s':>9}{'exponent':>10}"
    )
    for layout in LAYOUTS:
        growth(layout, sizes)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Peak memory of the process: {peak:,.0f} MiB")
    print(f"\nThroughput, one process, {N_SHORT_PLANS} plans each")
    print(f"{'layout':<14}{'rows':>8}{'documents/s':>12}{'M chr/s':>12}")
    for layout in LAYOUTS:
        throughput(layout, 30)


if __name__ == "__main__":
    main()
