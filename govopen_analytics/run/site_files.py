"""What can be downloaded, by the name a reader knows it by."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from govopen_analytics.base.schemas import table_meaning
from govopen_analytics.questions import FINDINGS_PREFIX
from govopen_analytics.words import section

_KINDS = (".csv", ".png", ".svg")


def downloads_of(
    folder: Path, page: Mapping[str, Any], lang: str
) -> list[dict[str, Any]]:
    """List what a page leaves to download: a chart, its pictures and its values as one.

    Parameters
    ----------
    folder : Path
        Of the language's site.
    page : mapping
        With its ``files`` and ``name``.
    lang : {"zh", "en"}

    Returns
    -------
    list of dict
        ``name``, ``line`` (what it holds) and ``links``, a list of (kind, path);
        charts first, then tables, then the findings with the notebook.
    """
    words = section("site", lang)
    by_stem: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    empty: set[str] = set()  # charts that only say why nothing is drawn
    for path in page["files"]:
        stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        if path.endswith(_KINDS):
            by_stem.setdefault(stem, []).append(path)
        elif path.endswith(".json") and (folder / path).is_file():
            titles[stem], is_empty = _title(folder / path)
            empty |= {stem} if is_empty else set()
    items, end = [], [("IPYNB", f"notebooks/{page['name']}.ipynb")]
    for stem, paths in by_stem.items():
        if stem.startswith(FINDINGS_PREFIX):
            end = [*(("CSV", path) for path in paths), *end]
            continue
        if stem in empty:
            continue
        name, line = titles.get(stem, ""), ""
        if not name:
            name, line = _named(stem, lang)
        links = [(path.rsplit(".", 1)[-1].upper(), path) for path in sorted(paths)]
        items.append({"name": name, "line": line, "links": links, "stem": stem})
    items.sort(key=lambda item: (item["stem"] not in titles, item["stem"]))
    return [*items, {"name": words["file_notebook"], "line": "", "links": end}]


def _named(stem: str, lang: str) -> tuple[str, str]:
    """Name a table, and say what a row of it is.

    A table that nothing declares, of a notebook of one's own, keeps its name.
    """
    names, meaning = section("site", lang)["files"], table_meaning(stem, lang)
    name = names.get(stem) or meaning or stem
    return name, "" if name == meaning else meaning


def _title(path: Path) -> tuple[str, bool]:
    """Return a chart's title, and whether it has nothing to draw."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return str(content.get("title", "")), bool(content.get("reason"))
