"""How long the explorer takes in a browser with no network: shown, and each filter.

``python benchmarks/explorer.py [--tasks 100000] [--runs 5] [--page]`` copies the tasks
of the built tables under names of more agencies and years. By default JupyterLab shows
the widget; with ``--page`` the browser opens the report's page from the disk.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import pandas as pd
from playwright.sync_api import Page, sync_playwright

from govopen_analytics import open_corpus
from govopen_analytics.base.tables import Tables
from govopen_analytics.charts.images import find_browser
from govopen_analytics.explore.pages import ReportPages
from govopen_analytics.run.project import lab_command

ROOT = Path(__file__).parents[1]
N_YEARS = 4
# From an event to the page that shows its result, in milliseconds.
TIMED = """([selector, event]) => new Promise((done) => {
  const status = document.querySelector(".go-status"), before = status.textContent;
  const target = document.querySelector(selector), start = performance.now();
  new MutationObserver((_, watch) => {
    if (status.textContent === before) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
  }).observe(status, { childList: true, characterData: true, subtree: true });
  if (event === "click") target.click();
  else { target.value = event; target.dispatchEvent(new Event("input")); }
})"""
FACETS = ("agency", "year", "level", "theme", "unit", "due")
WORDS = ("政策解读", "公开", "養老")


def copied(tables: Tables, n_tasks: int) -> Tables:
    """Repeat the tasks of a corpus until there are `n_tasks` or a few more."""
    n_copies = -(-n_tasks // len(tables.tasks))
    documents = _repeated(tables.documents, n_copies)
    number, year = documents.pop("copy"), documents["year"]
    documents["agency"] += "（" + (number // N_YEARS).astype(str) + "）"
    documents["year"] = year.min() + (number % N_YEARS).astype(year.dtype)
    return Tables.of(
        {
            "documents": documents,
            "themes": tables.themes,
            **{
                name: _repeated(tables[name], n_copies).drop(columns="copy")
                for name in ("tasks", "theme_assignments")
            },
        }
    )


def _repeated(table: pd.DataFrame, n_copies: int) -> pd.DataFrame:
    copies = pd.concat([table.assign(copy=i) for i in range(n_copies)])
    copies = copies.reset_index(drop=True)
    for name in copies.columns.intersection(["document_id", "task_id"]):
        copies[name] += "-" + copies["copy"].astype(str)
    return copies


def measured(page: Page) -> dict[str, float]:
    """Use each filter and the search once; return milliseconds by name."""
    times = {}
    for place, name in enumerate(FACETS, 1):
        box = f".go-facet:nth-child({place}) label input"
        times[name] = page.evaluate(TIMED, [box, "click"])
        times[f"{name}, taken back"] = page.evaluate(TIMED, [box, "click"])
    for words in WORDS:
        search = ".go-search input"
        times[f"search {words}"] = page.evaluate(TIMED, [search, words])
        page.evaluate(TIMED, [".go-search button", "click"])
    return times


def in_a_page(tables: Tables, folder: Path, page: Page) -> float:
    """Open the report's page from the disk; return seconds until tasks are shown."""
    pages = ReportPages(tables, "zh", most_tasks=len(tables.tasks))
    (folder / "assets").mkdir(exist_ok=True)
    for name, text in pages.assets():
        (folder / "assets" / name).write_text(text, encoding="utf-8")
    made = next(pages.pages())
    text = f"<!doctype html><meta charset=utf-8>{made.head}<body>{made.body}"
    (folder / made.name).write_text(text, encoding="utf-8")
    start = time.perf_counter()
    page.goto((folder / made.name).as_uri())
    page.wait_for_selector(".go-list .go-row-text")
    return time.perf_counter() - start


def in_jupyterlab(
    processed: Path, n_tasks: int, folder: Path, page: Page
) -> tuple[float, dict[str, float]]:
    """Show the widget; return seconds until tasks are shown, and ``measured``."""
    load = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from explorer import copied, open_corpus\n"
        "from govopen_analytics.explore.explorer import Explorer\n"
        f"tables = copied(open_corpus({str(processed)!r}).tables, {n_tasks})\n"
        "print('tables', 'loaded')"  # not as it stands in the cell itself
    )
    cells = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": source}
        | {"outputs": [], "execution_count": None}
        for i, source in enumerate([load, "Explorer(tables, lambda shown: shown)"])
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4}
    path = folder / "explorer.ipynb"
    path.write_text(json.dumps(notebook | {"nbformat_minor": 5}), encoding="utf-8")
    further = ["--no-browser", "--ip=127.0.0.1", "--port=0"]
    server = subprocess.Popen(
        lab_command(folder, path, further),
        stderr=(log := (folder / "log").open("w")),
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "config")},
    )
    try:
        while not (
            address := re.search(r"http://127\S+", (folder / "log").read_text())
        ):
            time.sleep(0.2)
        page.goto(address[0])
        page.wait_for_selector("text=| Idle")
        page.click(".jp-CodeCell >> nth=0")
        page.keyboard.press("Shift+Enter")
        page.wait_for_selector("text=tables loaded")
        start = time.perf_counter()
        page.keyboard.press("Shift+Enter")
        page.wait_for_selector(".go-list .go-row-text")
        shown = time.perf_counter() - start
        return shown, measured(page)
    finally:
        server.terminate()
        server.wait()
        log.close()


def main() -> None:
    """Print a table: medians and the range over the runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processed", type=Path, default=ROOT / "data" / "processed")
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    tables = copied(open_corpus(options.processed).tables, options.tasks)
    rows: dict[str, list[float]] = {}
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox"]
        )
        for _ in range(options.runs):
            with tempfile.TemporaryDirectory() as folder:
                page = browser.new_page(viewport={"width": 1280, "height": 1800})
                page.set_default_timeout(300_000)
                page.route(re.compile("^https?://(?!127)"), lambda asked: asked.abort())
                if options.page:
                    shown = in_a_page(tables, Path(folder), page)
                    times = measured(page)
                else:
                    where = (options.processed, options.tasks, Path(folder))
                    shown, times = in_jupyterlab(*where, page)
                for name, value in {"shown": 1000 * shown, **times}.items():
                    rows.setdefault(name, []).append(value)
                page.close()
        browser.close()
    print(f"{len(tables.tasks):,} tasks, {len(tables.documents):,} plans; ", end="")
    print(f"{options.runs} runs, load {os.getloadavg()[0]:.1f}; milliseconds")
    for name, values in rows.items():
        least, most = min(values), max(values)
        print(f"{name}: {statistics.median(values):.0f} ({least:.0f}–{most:.0f})")


if __name__ == "__main__":
    main()
