"""Time a report beside plain papermill and nbconvert in a loop.

Usage: python benchmarks/report.py [--agencies 300] [--skip-plain] [--set NAME]

Without ``--agencies`` the shipped plans are reported on by the shipped set; with it,
a synthetic corpus of that many agencies and one year, a page for each. Every step
runs in processes of its own; memory and processor time are those of the whole
family of processes, taken every half second. The plain loop runs the same notebooks
with the same parameters, one after the other, and converts each to HTML; it draws
no pictures, checks nothing and builds no pages around them.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from watching import look_at

from govopen_analytics.run import (
    Options,
    choose_set,
    corpus_values,
    find_notebooks,
    plan_jobs,
    read_report_sets,
)

ROOT = Path(__file__).parents[1]
_SECONDS_BETWEEN_LOOKS = 0.5
PLAIN = """
import json, sys
import nbconvert, nbformat, papermill
from pathlib import Path

for number, job in enumerate(json.loads(Path(sys.argv[1]).read_text())):
    executed = Path(sys.argv[2]) / f"{number}.ipynb"
    (executed.parent / str(number)).mkdir()
    values = {**job["parameters"], "output_dir": str(executed.parent / str(number))}
    papermill.execute_notebook(
        job["path"], str(executed), values, kernel_name="python3", progress_bar=False
    )
    body, _ = nbconvert.HTMLExporter().from_filename(str(executed))
    executed.with_suffix(".html").write_text(body)
"""


def watch(command: list[str]) -> dict[str, float]:
    """Run a command; return the time, processor time and peak memory of its family."""
    started, peak = time.monotonic(), 0
    busy: dict[tuple[int, float], float] = {}
    process = psutil.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, look_at(process, busy))
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    if process.returncode:
        raise SystemExit(f"{command}: exit code {process.returncode}")
    measured = {
        "seconds": round(time.monotonic() - started, 1),
        "processor_seconds": round(sum(busy.values()), 1),
        "peak_gib": round(peak / 2**30, 2),
        "load": round(psutil.getloadavg()[0], 1),
    }
    print(json.dumps(measured), file=sys.stderr)
    return measured


def plain_jobs(set_name: str | None, processed: Path) -> list[dict]:
    """List what the plain loop runs: the jobs of the set, none left out."""
    default, sets = read_report_sets(ROOT / "reports.yml")
    chosen = choose_set(default, sets, set_name)
    notebooks = find_notebooks(ROOT / "notebooks")
    jobs, _ = plan_jobs(chosen, notebooks, corpus_values(processed))
    return [
        {
            "path": str(job.notebook),
            "parameters": {**job.parameters, "processed_dir": str(processed)},
        }
        for job in jobs
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--agencies", type=int, default=0)
    parser.add_argument("--set", dest="set_name")
    parser.add_argument("--skip-plain", action="store_true")
    options = parser.parse_args()
    result: dict[str, object] = {"n_workers": Options().n_workers or psutil.cpu_count()}
    with tempfile.TemporaryDirectory() as scratch:
        raw, processed = ROOT / "data" / "raw", Path(scratch) / "processed"
        if options.agencies:
            raw = synthetic(Path(scratch) / "corpus", options.agencies)
        govopen = [sys.executable, "-m", "govopen_analytics"]
        folders = ["--raw", str(raw), "--out"]
        result["build"] = watch([*govopen, "build", *folders, str(processed)])
        reports = ["report", *folders, str(Path(scratch) / "reports")]
        chosen = [options.set_name] if options.set_name else []
        report = [*govopen, *reports, "--processed", str(processed), *chosen]
        jobs = plain_jobs(options.set_name, processed)
        result["n_jobs"] = len(jobs)
        result["cold"] = watch(report)
        result["nothing_changed"] = watch(report)
        if not options.skip_plain:
            listed, plain = Path(scratch) / "jobs.json", Path(scratch) / "plain"
            listed.write_text(json.dumps(jobs), encoding="utf-8")
            script = Path(scratch) / "plain.py"
            script.write_text(PLAIN, encoding="utf-8")
            plain.mkdir()
            result["plain_loop"] = watch(
                [sys.executable, str(script), str(listed), str(plain)]
            )
    print(json.dumps(result))


def synthetic(folder: Path, n_agencies: int) -> Path:
    """Write a synthetic corpus and return its raw folder."""
    from govopen_analytics.synth import synthesize_corpus

    return synthesize_corpus(folder, n_agencies=n_agencies, years=(2024,)).raw_dir


if __name__ == "__main__":
    main()
