"""Write down what a report says, and compare two such notes.

Usage::

    python benchmarks/freeze.py write BASE.json
    python benchmarks/freeze.py compare BASE.json NEW.json

``write`` builds the five shipped plans and a synthetic corpus of six agencies and four
years, runs every notebook on them in both languages in this process, and notes values
and claims, not markup: the
cells of every table, the words, labels and numbers of every chart as office programs
get it, and the sentences of the pages. ``compare`` prints each difference and ends
with 1 where there is one. Use it around a change that should change nothing: write
BASE before it and NEW after it.
"""

import argparse
import csv
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import html

from govopen_analytics.charts.model import Chart, Mark, read_chart
from govopen_analytics.questions import FIGURES_DIR, TABLES_DIR
from govopen_analytics.run.build import build_processed
from govopen_analytics.synth import synthesize_corpus

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from in_process import BY_NUMBER, run  # noqa: E402  (needs the path above)

LANGUAGES = ("zh", "en")
FEWER = {"09": {"n_bootstrap": 100}}  # draws, which take most of the time
_DIGITS = 6  # of a number; more would tell one processor from another
_BLOCKS = ("h1", "h2", "h3", "h4", "p", "li", "td", "th", "summary", "div")
_NO_SENTENCES = ("script", "style", "svg")
_MOST_SHOWN = 8  # differences printed of one table, chart or page


def freeze(raw: Path, scratch: Path) -> dict[str, Any]:
    """Return what a report on one folder of plans says."""
    processed = scratch / "processed"
    build_processed(raw, processed)
    notes: dict[str, Any] = {}
    for path in sorted(processed.glob("*.parquet")):
        df = pd.read_parquet(path)
        notes[f"table {path.stem}"] = [
            [_plain(cell) for cell in row]
            for row in [df.columns, *df.itertuples(index=False)]
        ]
    for lang in LANGUAGES:
        folder = scratch / lang
        for number, notebook in BY_NUMBER.items():
            names = run(number, processed, folder, lang=lang, **FEWER.get(number, {}))
            shown = [value for key, value in names.items() if key.startswith("shown: ")]
            notes[f"{lang} page {number}"] = [*said(notebook), *displayed(shown)]
        for path in sorted((folder / TABLES_DIR).glob("*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.reader(file))
            notes[f"{lang} table {path.stem}"] = [
                [_plain(cell) for cell in row] for row in rows
            ]
        for path in sorted((folder / FIGURES_DIR).glob("*.json")):
            notes[f"{lang} chart {path.stem}"] = chart_notes(read_chart(path))
    return notes


def chart_notes(chart: Chart) -> dict[str, Any]:
    """Return the words of a chart, and its marks and cells in no order."""
    marks = [
        [panel.title, name, *map(_plain, (mark.x, *_values(mark))), mark.label]
        for panel in chart.panels
        for one in panel.series
        for name, mark in zip(panel.categories or repeat(""), one.marks, strict=False)
        if mark.value is not None
    ]
    table = chart.table
    cells = (
        [
            [row, column, _plain(cell.value), cell.label, cell.is_framed]
            for row, line in zip(table.rows, table.cells, strict=True)
            for column, cell in zip(table.columns, line, strict=True)
        ]
        if table
        else []
    )
    words = [chart.title, chart.axis, chart.source, chart.reason]
    return {
        "words": [word for word in words if word],
        "alt": chart.alt,
        "key": [chart.subtitle, *map(list, chart.key)],
        "marks": marks,
        "cells": cells,
    }


def _values(mark: Mark) -> tuple[float | None, ...]:
    return mark.value, mark.lower, mark.upper


def said(notebook: Path) -> Iterator[str]:
    """Yield the lines of a notebook's own words."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            text = "".join(cell["source"])
            yield from filter(None, map(str.strip, text.splitlines()))


def displayed(shown: Iterable[Any]) -> Iterator[str]:
    """Yield the sentences of what cells show, but for charts."""
    for value in shown:
        if hasattr(value, "_repr_html_") and type(value).__name__ != "Figure":
            yield from sentences(value._repr_html_())


def sentences(markup: str) -> Iterator[str]:
    """Yield the texts of the blocks of a page, without those of blocks inside."""
    if not markup.strip():
        return
    tree = html.fromstring(markup)
    for element in list(tree.iter(*_NO_SENTENCES)):
        element.drop_tree()
    for element in tree.iter(*_BLOCKS):
        inside = [child for child in element.iterdescendants(*_BLOCKS)]
        text = " ".join(element.text_content().split())
        if text and not inside:
            yield text


def _plain(value: Any) -> str:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return str([_plain(part) for part in value])
    try:
        return f"{float(value):.{_DIGITS}g}"
    except (TypeError, ValueError):
        return str(value)


def differences(base: Any, new: Any, place: str = "") -> Iterator[str]:
    """Yield what two notes have that the other has not."""
    if isinstance(base, dict) and isinstance(new, dict):
        for key in [*base, *(key for key in new if key not in base)]:
            where = f"{place} / {key}" if place else str(key)
            if key not in new or key not in base:
                yield f"{'-' if key in base else '+'} {where}"
            else:
                yield from differences(base[key], new[key], where)
    elif isinstance(base, list) and isinstance(new, list):
        before = Counter(json.dumps(part, ensure_ascii=False) for part in base)
        after = Counter(json.dumps(part, ensure_ascii=False) for part in new)
        changed = [f"- {part}" for part in (before - after).elements()]
        changed += [f"+ {part}" for part in (after - before).elements()]
        yield from (f"{place}: {line}" for line in changed[:_MOST_SHOWN])
        if len(changed) > _MOST_SHOWN:
            yield f"{place}: … {len(changed) - _MOST_SHOWN} more"
    elif base != new:
        yield f"{place}: {base!r} -> {new!r}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=("write", "compare"))
    parser.add_argument("base", type=Path)
    parser.add_argument("new", type=Path, nargs="?")
    options = parser.parse_args()
    if options.what == "compare":
        base, new = (
            json.loads(path.read_text(encoding="utf-8"))
            for path in (options.base, options.new)
        )
        found = list(differences(base, new))
        print("\n".join(found) or "no difference")
        sys.exit(1 if found else 0)
    notes = {}
    with tempfile.TemporaryDirectory() as scratch:
        corpus = synthesize_corpus(
            Path(scratch) / "corpus", n_agencies=6, years=(2021, 2022, 2023, 2024)
        )
        for name, raw in (("five", ROOT / "data" / "raw"), ("synth", corpus.raw_dir)):
            own = Path(scratch) / name
            own.mkdir()
            notes[name] = freeze(raw, own)
    options.base.write_text(
        json.dumps(notes, ensure_ascii=False, indent=1), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
