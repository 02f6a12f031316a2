"""A run's folder to pages that open from a memory stick, with no network."""

import csv
import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.draw import draw
from govopen_analytics.charts.model import read_chart
from govopen_analytics.charts.style import drawing_of, full_alt
from govopen_analytics.explore.pages import ReportPages
from govopen_analytics.questions.results import FIGURES_DIR, FINDINGS_PREFIX, TABLES_DIR
from govopen_analytics.run.site_bodies import (
    figure_name,
    fill_picture_links,
    framed,
    live_chart,
    notebook_body,
    notebook_title,
)
from govopen_analytics.words import section
from govopen_analytics.words.remarks import remark_in_words

__all__ = [
    "NOTEBOOKS_DIR",
    "notebook_body",
    "notebook_title",
    "page_body",
    "site_folder",
    "write_pages",
]

ASSETS_DIR, NOTEBOOKS_DIR = "assets", "notebooks"
_TEMPLATES = Path(__file__).with_name("templates")
_BODY_START, _BODY_END = '<article class="notebook">\n', "\n</article>"
# The figure the front page shows, where a notebook made it.
_FRONT_FIGURE = "theme_heat_map"
_MOST_CHANGES = 12  # of a kind on the front page; changes.json has them all


def site_folder(lang: str, languages: list[str]) -> str:
    """Return the folder of a language below the run's; the first one has none."""
    return "" if lang == languages[0] else lang


def write_pages(
    folder: Path,
    record: Mapping[str, Any],
    *,
    body_of: Callable[[Mapping[str, Any]], str] | None = None,
    tasks: Mapping[str, ReportPages] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Write ``index.html``, a page per notebook and what they share.

    Parameters
    ----------
    folder : Path
        Folder of a run, with ``notebooks/``, ``tables/`` and ``figures/``; a
        second language has the same below a folder of its own.
    record : mapping
        The run's record: ``run``, ``status``, ``languages``, ``notebooks`` (each
        with ``name``, ``notebook``, ``lang``, ``title``, ``label``,
        ``dimension``, ``status``, ``cell``, ``cell_source``, ``error``, ``kind``
        of failure, ``taken_from`` and ``files``), ``warnings`` (remarks),
        ``codebook_version``, ``code``.
    body_of : callable, optional
        From an entry of ``notebooks`` to its body; without it the executed
        notebook is rendered.
    tasks : mapping of str to ReportPages, optional
        The explorer and the plans by language; without them there is no search.
    changes : mapping, optional
        What changed since the last run.
    """
    _write_assets(folder)
    for lang in record["languages"]:
        site = folder / site_folder(lang, record["languages"])
        _Site(site, lang, record, tasks, changes).write(body_of)


def page_body(page: Path) -> str:
    """Return the body of a notebook's page that ``write_pages`` wrote."""
    text = page.read_text(encoding="utf-8")
    return text.split(_BODY_START, 1)[1].rsplit(_BODY_END, 1)[0]


class _Site:
    """The pages of one language: what their templates share."""

    def __init__(
        self,
        folder: Path,
        lang: str,
        record: Mapping[str, Any],
        tasks: Mapping[str, ReportPages] | None,
        changes: Mapping[str, Any] | None,
    ) -> None:
        self.folder, self.lang, self.record, self.changes = (
            folder,
            lang,
            record,
            changes,
        )
        self.words = section("site", lang)
        self.tasks = tasks[lang] if tasks else None
        self.pages = [_page(e) for e in record["notebooks"] if e["lang"] == lang]
        self.groups = _groups(self.pages)
        own = site_folder(lang, record["languages"])
        self.root = "../" if own else ""
        self.languages = [
            {
                "lang": code,
                "name": section("site", code)["language"],
                "href": f"{self.root}{_folder_href(code, record['languages'])}",
            }
            for code in record["languages"]
        ]

    def write(self, body_of: Callable[[Mapping[str, Any]], str] | None) -> None:
        self.folder.mkdir(exist_ok=True)
        for group in self.groups:
            for page in group["pages"]:
                self._write_notebook(page, group, body_of or self._rendered)
            if group["dimension"]:
                self._fill(
                    f"{group['name']}.html",
                    "group.html.j2",
                    title=group["title"],
                    current=group["name"],
                    group=group,
                )
        if self.tasks is not None:
            self._write_tasks(self.tasks)
        self._write_front()

    def _fill(self, name: str, template: str, **values: Any) -> None:
        shared = {
            "words": self.words,
            "run": self.record,
            "root": self.root,
            "groups": self.groups,
            "languages": self.languages,
            "lang": self.lang,
            "has_search": self.tasks is not None,
            "file": name,
            "current": None,
        }
        text = _environment().get_template(template).render(**{**shared, **values})
        _write(self.folder / name, text)

    def _rendered(self, page: Mapping[str, Any]) -> str:
        path = self.folder / NOTEBOOKS_DIR / f"{page['name']}.ipynb"
        return notebook_body(path, self.lang) if path.is_file() else ""

    def _write_notebook(
        self,
        page: dict[str, Any],
        group: dict[str, Any],
        body_of: Callable[[Mapping[str, Any]], str],
    ) -> None:
        position = group["pages"].index(page)
        body = fill_picture_links(body_of(page), _pictures(page["files"]), self.lang)
        self._fill(
            f"{page['name']}.html",
            "notebook.html.j2",
            title=page["title"],
            current=group["name"],
            page=page,
            group=group,
            body=f"{_BODY_START}{body}{_BODY_END}",
            previous=group["pages"][position - 1] if position else None,
            following=(group["pages"][position + 1 :] or [None])[0],
            tables=_of_kind(page["files"], ".csv"),
            images=_of_kind(page["files"], ".png", ".svg"),
        )

    def _write_tasks(self, tasks: ReportPages) -> None:
        assets = self.folder / ASSETS_DIR
        assets.mkdir(exist_ok=True)
        for name, text in tasks.assets():
            _write(assets / name, text)
        for page in tasks.pages():
            self._fill(
                page.name,
                "part.html.j2",
                current=page.current,
                title=page.title,
                head=page.head,
                body=page.body,
            )

    def _write_front(self) -> None:
        chart, is_live = self._front_chart()
        single = [
            path
            for page in self.pages
            for path in page["files"]
            if not page["dimension"]
        ]
        self._fill(
            "index.html",
            "index.html.j2",
            title=self.words["title"],
            failed=[page for page in self.pages if page["status"] == "failed"],
            findings=_findings(
                self.folder,
                [page for page in self.pages if not page["dimension"]],
                self.words["topics"],
            ),
            chart=chart,
            chart_html=is_live,
            tables=_of_kind(single, ".csv"),
            images=_of_kind(single, ".png", ".svg"),
            changes=self._changes(),
        )

    def _front_chart(self) -> tuple[str, bool]:
        # A picture is light on a phone; without pictures the live chart stands in.
        path = self.folder / FIGURES_DIR / f"{_FRONT_FIGURE}.json"
        if not path.is_file():
            return "", False
        chart = read_chart(path)
        picture = path.with_suffix(".svg")
        if picture.is_file():
            address = f"{FIGURES_DIR}/{picture.name}"
            image = _environment().from_string(
                '<img src="{{ address }}" alt="{{ alt }}">'
            )
            shown = image.render(
                address=address, alt=full_alt(chart, drawing_of(chart))
            )
            framed_chart = framed(shown, chart.name, self.words)
        else:
            framed_chart = live_chart(draw(chart).to_plotly_json(), self.words)
        pictures = {
            chart.name: [
                f"{FIGURES_DIR}/{path.with_suffix(kind).name}"
                for kind in (".png", ".svg")
                if path.with_suffix(kind).is_file()
            ]
        }
        filled = fill_picture_links(framed_chart, pictures, self.lang)
        return filled, not picture.is_file()

    def _changes(self) -> dict[str, Any] | None:
        if self.changes is None:
            return None
        parts = {
            "plans_new": [self._plan(plan) for plan in self.changes["plans_new"]],
            "plans_removed": [
                self._plan(plan) for plan in self.changes["plans_removed"]
            ],
            "tasks_changed": [self._tasks(part) for part in self.changes["tasks"]],
            "shares_moved": [self._share(part) for part in self.changes["shares"]],
        }
        cut = {
            kind: (lines[:_MOST_CHANGES], max(0, len(lines) - _MOST_CHANGES))
            for kind, lines in parts.items()
            if lines
        }
        return {**self.changes, "parts": cut}

    def _plan(self, plan: Mapping[str, Any]) -> str:
        agency = plan["agency"] or plan["document_id"]
        if plan["year"] is None:
            return str(agency)
        return self.words["plan"].format(agency=agency, year=plan["year"])

    def _tasks(self, part: Mapping[str, Any]) -> str:
        counts = {key: len(part[key]) for key in ("added", "removed", "changed")}
        return f"{self._plan(part)} · {self.words['tasks_counts'].format(**counts)}"

    def _share(self, part: Mapping[str, Any]) -> str:
        labels = part["theme"]
        return self.words["shares_entry"].format(
            group=part["agency"] or self.words["all_plans"],
            theme=labels.get(self.lang) or part["theme_id"],
            old=percent(part["old"]["share"]),
            new=percent(part["new"]["share"]),
            lower=percent(part["old"]["share_lower"]),
            upper=percent(part["old"]["share_upper"]),
            old_n=part["old"]["n_tasks"],
            new_n=part["new"]["n_tasks"],
        )


def _page(entry: Mapping[str, Any]) -> dict[str, Any]:
    # The navigation has room for the part before a question's first mark.
    short, question = entry["title"], entry["title"]
    for mark in ("：", ": "):
        short = short.split(mark)[0]
    title = f"{entry['label']} · {question}" if entry["label"] else question
    return {
        **entry,
        "kind": entry.get("kind") or "cell",
        "short": short,
        "question": question,
        "title": title,
        "href": quote(f"{entry['name']}.html"),
    }


def _groups(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = {}
    for page in pages:
        group = groups.setdefault(
            page["notebook"],
            {
                "name": page["notebook"],
                "href": quote(f"{page['notebook']}.html"),
                "short": page["short"],
                "title": page["question"],
                "dimension": page["dimension"],
                "pages": [],
                "status": "complete",
            },
        )
        group["pages"].append(page)
        if page["status"] == "failed":
            group["status"] = "failed"
    return list(groups.values())


def _folder_href(lang: str, languages: list[str]) -> str:
    own = site_folder(lang, languages)
    return f"{own}/" if own else ""


# Compiled once for all pages, not for each.
@lru_cache(maxsize=1)
def _environment() -> Any:
    import jinja2

    loader = jinja2.FileSystemLoader(_TEMPLATES)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["address"] = quote
    environment.filters["remark"] = remark_in_words
    return environment


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name[:60]}.writing")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def _write_assets(folder: Path) -> None:
    from plotly.offline import get_plotlyjs
    from pygments.formatters import HtmlFormatter

    assets = folder / ASSETS_DIR
    assets.mkdir(exist_ok=True)
    code_colors = HtmlFormatter(style="friendly").get_style_defs(".highlight")
    css = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
    _write(assets / "page.css", f"{css}\n{code_colors}\n")
    _write(assets / "filter.js", (_TEMPLATES / "filter.js").read_text("utf-8"))
    _write(assets / "plotly.min.js", get_plotlyjs())


def _pictures(files: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in _of_kind(files, ".png", ".svg"):
        found.setdefault(figure_name(path), []).append(path)
    return found


def _of_kind(files: list[str], *suffixes: str) -> list[str]:
    return sorted({path for path in files if path.endswith(suffixes)})


def _findings(
    folder: Path, pages: list[dict[str, Any]], topics: Mapping[str, str]
) -> list[tuple[str, list[str]]]:
    # A topic without a heading of its own goes under its notebook's short title.
    rows = [
        (topics.get(row["topic"], page["short"]), row["finding"])
        for page in pages
        for path in page["files"]
        if path.startswith(f"{TABLES_DIR}/{FINDINGS_PREFIX}")
        for row in _read_rows(folder / path)
    ]
    grouped = itertools.groupby(rows, key=lambda row: row[0])
    return [(heading, [row[1] for row in group]) for heading, group in grouped]


def _read_rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
