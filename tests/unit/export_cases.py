"""A run's folder with three figures and two tables, for the tests of exports."""

import functools
import json
import pickle
import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd

from govopen_analytics.charts.display import ChartSource, Display
from govopen_analytics.questions.briefing import Briefing, Claim
from govopen_analytics.questions.corpus import corpus_overview
from govopen_analytics.questions.coverage import theme_dot_plot, theme_heat_map
from govopen_analytics.questions.notebook import keep

SOURCE = ChartSource(2, 6, "1", "hand", "2026-01-31")
STARTED = "2026-01-31T08:00:00+00:00"
FORMULA = "=cmd()"


def of_charts(charts, lang="zh"):
    """Return a briefing of charts alone: a slide or page for each."""
    return Briefing(lang, claims=tuple(Claim(one.title, one) for one in charts))


def apart(charts):
    """Return a chart for each panel: a page draws those of several as a table."""
    return [
        part
        for one in charts
        for part in [replace(one, panels=(p,)) for p in one.panels] or [one]
    ]


def write_run(folder: Path, tables, shares, *, lang="zh", status="complete") -> Path:
    """Write what a run of the report leaves, and return its folder."""
    names = ("documents", "themes", "tasks")
    frames = {name: tables[name] for name in names} | {"shares": shares}
    for name, blob in _made(pickle.dumps(frames), lang).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(blob)
    record = {
        "run": folder.name,
        "status": status,
        "lang": lang,
        "started": STARTED,
        "codebook_version": "1",
        "code": {"version": "0.1.0"},
    }
    path = folder / "run.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    return folder


@functools.cache
def _made(pickled: bytes, lang: str) -> dict[str, bytes]:
    """Draw the figures once for all tests that start from the same corpus."""
    tables = pickle.loads(pickled)
    documents, themes, shares = (tables[n] for n in ("documents", "themes", "shares"))
    display = Display(lang, source=SOURCE)
    with tempfile.TemporaryDirectory() as folder:
        for chart in (theme_heat_map, theme_dot_plot):
            keep(chart(shares, documents, themes, display), folder)
        keep(corpus_overview(documents, display), folder)
        keep(shares, folder, "theme_shares")
        keep(tables["tasks"], folder, "tasks")
        paths = [path for path in Path(folder).rglob("*") if path.is_file()]
        return {
            path.relative_to(folder).as_posix(): path.read_bytes() for path in paths
        }


def many_plans(tables, shares, n: int):
    """Return a corpus of n plans like the first one, and its shares."""
    first = shares[shares["document_id"] == "first"]
    documents = [
        tables["documents"].head(1).assign(document_id=f"plan-{i}") for i in range(n)
    ]
    rows = [first.assign(document_id=f"plan-{i}") for i in range(n)]
    return (
        {**tables, "documents": pd.concat(documents, ignore_index=True)},
        pd.concat(rows, ignore_index=True),
    )
