"""A run's folder to pages that open from a memory stick, with no network."""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from govopen_analytics.base.languages import percent
from govopen_analytics.explore.pages import ReportPages
from govopen_analytics.questions.summary import Measured
from govopen_analytics.run.briefings import briefing_links
from govopen_analytics.run.changes import finding_rows
from govopen_analytics.run.notebooks import notebook_title
from govopen_analytics.run.site_bodies import (
    figure_name,
    fill_picture_links,
    notebook_body,
)
from govopen_analytics.run.site_files import downloads_of
from govopen_analytics.run.site_front import evidence_href, front_values
from govopen_analytics.words import section
from govopen_analytics.words.remark_words import remark_in_words

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
_MOST_CHANGES = 50  # of a kind on the page; changes.json has them all
_MOST_FAILED = 5  # named on the front page


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
    measured: Measured | None = None,
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
        ``n_rows``, ``started``, ``codebook_version``, ``code``.
    body_of : callable, optional
        From an entry of ``notebooks`` to its body; without it the executed
        notebook is rendered.
    tasks : mapping of str to ReportPages, optional
        The explorer and the plans by language; without them there is no search.
    changes : mapping, optional
        What changed since the last run.
    measured : Measured, optional
        What the front page tells; without it there are no conclusions on it.
    """
    _write_assets(folder)
    for lang in record["languages"]:
        site = folder / site_folder(lang, record["languages"])
        _Site(site, lang, record, tasks, changes, measured).write(body_of)


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
        measured: Measured | None,
    ) -> None:
        self.folder, self.lang, self.record = folder, lang, record
        self.changes, self.measured = changes, measured
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
            items=downloads_of(self.folder, page, self.lang),
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
        pages = [page for page in self.pages if not page["dimension"]]
        found = {
            group["name"]: [
                row
                for page in group["pages"]
                if not page["dimension"]
                for row in finding_rows(self.folder, page)
            ]
            for group in self.groups
        }
        changes = self._changes()
        self._fill(
            "index.html",
            "index.html.j2",
            title=self.words["title"],
            failed=[page for page in self.pages if page["status"] == "failed"],
            most_failed=_MOST_FAILED,
            front=front_values(
                self.measured, self.record, self.groups, found, self.lang
            ),
            briefing=briefing_links(self.folder),
            heat_href=evidence_href("theme_heat_map", pages),
            reading=evidence_href("failures", pages) or "downloads.html#warnings",
            changes=changes,
            changed=self._changed(),
            updated=self._updated(),
        )
        self._write_downloads(pages)
        if changes is not None:
            self._fill(
                "changes.html",
                "changes.html.j2",
                title=self.words["changes"],
                current="changes",
                changes=changes,
            )

    def _write_downloads(self, pages: list[dict[str, Any]]) -> None:
        words, root = self.words, self.root
        record = {
            "name": words["file_record"],
            "line": words["file_record_line"],
            "links": [("JSON", f"{root}run.json")],
        }
        changes = {
            "name": words["file_changes"],
            "line": words["file_changes_line"],
            "links": [("JSON", f"{root}changes.json")],
        }
        briefing = {
            "name": words["briefing"],
            "line": words["briefing_line"],
            "links": briefing_links(self.folder),
        }
        self._fill(
            "downloads.html",
            "downloads.html.j2",
            title=words["downloads"],
            current="downloads",
            groups_files=[
                (
                    group,
                    [
                        item
                        for page in group["pages"]
                        if page in pages
                        for item in downloads_of(self.folder, page, self.lang)
                    ],
                )
                for group in self.groups
            ],
            briefing_files=[briefing] if briefing["links"] else [],
            record_files=[record, *([changes] if self.changes is not None else [])],
        )

    def _updated(self) -> str:
        """Say when the run was made, and whether anything is different since."""
        date = _clock(self.record["started"])
        if self.changes is None or self._changed():
            return str(self.words["fact_date"].format(date=date))
        if not self.changes["since"]:
            return str(self.words["fact_first"].format(date=date))
        since = _clock(self.changes["since_date"])
        return str(self.words["fact_unchanged"].format(date=date, since=since))

    def _changed(self) -> list[str]:
        """Say in a few words what is different since the last run."""
        if self.changes is None or not self.changes["since"]:
            return []
        words = self.words["change_counts"]
        lines = self._findings()
        findings = [words["findings"].format(n=f"{len(lines):,}")] if lines else []
        found = {"plans_new": "plans_new", "plans_removed": "plans_removed"}
        found |= {"tasks": "tasks_changed", "shares": "shares_moved"}
        parts = [
            words[key].format(n=f"{len(self.changes[name]):,}")
            for name, key in found.items()
            if self.changes[name]
        ]
        for name in ("codebook", "code"):
            if self.changes[f"{name}_changed"]:
                return [*parts, *findings, words[name]]
        return parts + findings

    def _changes(self) -> dict[str, Any] | None:
        if self.changes is None:
            return None
        parts = {
            "findings_changed": self._findings(),
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
        since = self.changes["since"] and _clock(self.changes["since_date"])
        return {**self.changes, "since_date": since, "parts": cut}

    def _findings(self) -> list[str]:
        """Say which findings are new, gone, or of another state."""
        found = (self.changes or {}).get("findings", {}).get(self.lang, {})
        words, states = self.words["findings_entry"], self.words["states"]
        return [
            words[kind].format(
                text=row["text"],
                state=states[row["state"] or "counted"],
                old=states[row.get("old_state") or "counted"],
            )
            for kind in ("new", "changed", "gone")
            for row in found.get(kind, ())
        ]

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


def _clock(time: str) -> str:
    """Write an ISO 8601 time as a clock here shows it, to the minute."""
    return f"{datetime.fromisoformat(time).astimezone():%Y-%m-%d %H:%M}"


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
    for name in ("filter.js", "tasks.js"):
        _write(assets / name, (_TEMPLATES / name).read_text("utf-8"))
    _write(assets / "plotly.min.js", get_plotlyjs())


def _pictures(files: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in _of_kind(files, ".png", ".svg"):
        found.setdefault(figure_name(path), []).append(path)
    return found


def _of_kind(files: list[str], *suffixes: str) -> list[str]:
    return sorted({path for path in files if path.endswith(suffixes)})
