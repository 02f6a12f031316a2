"""Time a report beside plain papermill and nbconvert in a loop.

Usage: python benchmarks/report.py [--agencies 300] [--skip-plain] [--set NAME]

Without ``--agencies`` the shipped plans are reported on by the shipped set; with it,
a synthetic corpus of that many agencies and one year, a page for each. Memory and
processor time are those of a command and of all that it starts. The plain loop runs
the same notebooks with the same parameters, one after the other, and converts each to
HTML; it draws no pictures, checks nothing and builds no pages around them.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import psutil
from watching import ROOT, watch

from govopen_analytics.run.jobs import corpus_values, plan_jobs
from govopen_analytics.run.notebooks import find_notebooks
from govopen_analytics.run.sets import choose_set, read_report_sets

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


def plain_jobs(set_name: str | None, processed: Path) -> list[dict]:
    """List what the plain loop runs: the jobs of the set, none left out."""
    default, sets = read_report_sets(ROOT / "reports.yml")
    chosen = choose_set(default, sets, set_name)
    notebooks = find_notebooks(ROOT / "notebooks")
    jobs = plan_jobs(chosen, notebooks, corpus_values(processed))
    return [
        {
            "path": str(job.notebook),
            "parameters": {**job.parameters, "processed_dir": str(processed)},
        }
        for job in jobs
    ]


def commands(scratch: Path, raw: Path, set_name: str | None) -> dict[str, list[str]]:
    """Build the tables of some plans; return what to measure, by name.

    Parameters
    ----------
    scratch : Path
        An empty folder.
    raw : Path
        Folder of the plans.
    set_name : str or None
        Report set; None takes the default one.

    Returns
    -------
    dict of str to list of str
        ``report``, which changes nothing the second time, and ``plain``; ``jobs``
        has an item for each notebook that runs.
    """
    processed, reports = scratch / "processed", scratch / "reports"
    govopen = [sys.executable, "-m", "govopen_analytics"]
    folders = ["--raw", str(raw), "--processed", str(processed)]
    watch([*govopen, "build", *folders])
    report = [*govopen, "report", *folders, "--reports", str(reports)]
    report += [set_name] if set_name else []
    jobs = plain_jobs(set_name, processed)
    listed, plain = scratch / "jobs.json", scratch / "plain"
    listed.write_text(json.dumps(jobs), encoding="utf-8")
    script = scratch / "plain.py"
    script.write_text(PLAIN, encoding="utf-8")
    plain.mkdir()
    return {
        "report": report,
        "plain": [sys.executable, str(script), str(listed), str(plain)],
        "jobs": [job["path"] for job in jobs],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--agencies", type=int, default=0)
    parser.add_argument("--set", dest="set_name")
    parser.add_argument("--skip-plain", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch, raw = Path(name), ROOT / "data" / "raw"
        if options.agencies:
            raw = synthetic(scratch / "corpus", options.agencies)
        asked = commands(scratch, raw, options.set_name)
        print(f"{len(asked['jobs'])} notebooks, {psutil.cpu_count()} cores")
        steps = ["report", "report", "plain"][: 2 if options.skip_plain else 3]
        for step in steps:
            measured = {k: round(v, 2) for k, v in watch(asked[step]).items()}
            print(json.dumps({step: measured}), flush=True)


def synthetic(folder: Path, n_agencies: int) -> Path:
    """Write a synthetic corpus and return its raw folder."""
    from govopen_analytics.synth import synthesize_corpus

    return synthesize_corpus(folder, n_agencies=n_agencies, years=(2024,)).raw_dir


if __name__ == "__main__":
    main()
