"""What can be downloaded beside the pages: the briefing, charts and tables."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from govopen_analytics.base.remarks import Remark
from govopen_analytics.base.schemas import table_meaning
from govopen_analytics.base.tables import Tables
from govopen_analytics.questions import FINDINGS_PREFIX
from govopen_analytics.run.sets import BRIEFING_FORMATS, ReportSet
from govopen_analytics.words import section

_BRIEFING = "briefing"
_KINDS = (".csv", ".png", ".svg")


def write_briefings(
    sites: Mapping[str, Path],
    tables: Mapping[str, pd.DataFrame],
    report_set: ReportSet,
    date: str,
) -> list[Remark]:
    """Write a briefing of the plans of a report into the folder of each language.

    The set's ``briefing`` names the formats, its parameters choose among the plans. A
    briefing that could not be written is a remark; a full disk is an error.
    """
    if not report_set.briefing or tables["tasks"].empty:
        return []
    from govopen_analytics.corpus import Corpus
    from govopen_analytics.office import write_briefing
    from govopen_analytics.questions.briefing import make_briefing

    given, problems = report_set.parameters, []
    for lang, folder in sites.items():
        try:
            interval = given.get("interval", 0.95)
            corpus = Corpus(Tables.of(tables), lang=lang, interval=interval, date=date)
            chosen = corpus.select(
                given.get("agencies") or (), given.get("years") or ()
            )
            made = make_briefing(chosen)
            write_briefing(made, folder, formats=report_set.briefing, name=_BRIEFING)
        except OSError:
            raise
        except Exception as error:
            # The pages are whole without it; its failure is reported, not raised.
            message = f"{type(error).__name__}: {error}".strip()
            values = {"lang": lang, "error": message}
            problems.append(Remark("briefing_failed", values))
    return problems


def briefing_links(folder: Path) -> list[tuple[str, str]]:
    """List the briefing's files in a folder as (kind, path)."""
    names = {kind.upper(): f"{_BRIEFING}.{kind}" for kind in BRIEFING_FORMATS}
    return [(kind, name) for kind, name in names.items() if (folder / name).is_file()]


def downloads_of(
    folder: Path, page: Mapping[str, Any], lang: str
) -> list[dict[str, Any]]:
    """List what a page leaves to download: a chart, its pictures and its values as one.

    Each has a ``name``, a ``line`` on what it holds, and ``links`` of (kind, path).
    Charts stand first, then tables, then the findings with the notebook.
    """
    by_stem: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    empty: set[str] = set()  # charts that only say why nothing is drawn
    for path in page["files"]:
        stem = Path(path).stem
        if path.endswith(_KINDS):
            by_stem.setdefault(stem, []).append(path)
        elif path.endswith(".json") and (folder / path).is_file():
            chart = json.loads((folder / path).read_text(encoding="utf-8"))
            titles[stem] = str(chart.get("title", ""))
            empty |= {stem} if chart.get("reason") else set()
    items, end = [], [("IPYNB", f"notebooks/{page['name']}.ipynb")]
    for stem, paths in by_stem.items():
        links = [(Path(path).suffix[1:].upper(), path) for path in sorted(paths)]
        if stem.startswith(FINDINGS_PREFIX):
            end = [*links, *end]
        elif stem not in empty:
            name, line = titles.get(stem, ""), ""
            if not name:
                name, line = _named(stem, lang)
            items.append({"name": name, "line": line, "links": links, "stem": stem})
    items.sort(key=lambda item: (item["stem"] not in titles, item["stem"]))
    name = section("site", lang)["file_notebook"]
    return [*items, {"name": name, "line": "", "links": end}]


def _named(stem: str, lang: str) -> tuple[str, str]:
    """Name a table, and say what a row of it is.

    A table that nothing declares, of a notebook of one's own, keeps its name.
    """
    names, meaning = section("site", lang)["files"], table_meaning(stem, lang)
    name = names.get(stem) or meaning or stem
    return name, "" if name == meaning else meaning
