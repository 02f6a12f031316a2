"""A run's folder to pages that open from a memory stick, with no network."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from govopen_analytics.base.atomic_files import replace_file
from govopen_analytics.base.languages import percent
from govopen_analytics.explore.pages import ReportPages
from govopen_analytics.questions.summary import Measured
from govopen_analytics.run.changes import finding_rows
from govopen_analytics.run.downloads import briefing_links, downloads_of
from govopen_analytics.run.site_bodies import fill_picture_links
from govopen_analytics.run.site_front import evidence_href, front_values
from govopen_analytics.words import section
from govopen_analytics.words.remark_words import remark_in_words

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
    body_of: Callable[[Mapping[str, Any]], str],
    tasks: Mapping[str, ReportPages] | None = None,
    changes: Mapping[str, Any] | None = None,
    measured: Measured | None = None,
) -> None:
    """Write ``index.html``, a page per notebook and what they share.

    The folder of the run has ``notebooks/``, ``tables/`` and ``figures/``; a second
    language has the same below a folder of its own. Without tasks there is no search,
    without changes no comparison, and without what was measured no conclusion.
    """
    _write_assets(folder)
    for lang in record["languages"]:
        site = _Site(folder, lang, record, tasks[lang] if tasks else None, changes)
        for group in site.groups:
            for page in group["pages"]:
                site.write_notebook(page, group, body_of(page))
            if group["dimension"]:
                name = group["name"]
                site.fill(f"{name}.html", "group", group["title"], name, group=group)
        site.write_tasks()
        site.write_front(measured)


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
        tasks: ReportPages | None,
        changes: Mapping[str, Any] | None,
    ) -> None:
        folder_name = site_folder(lang, record["languages"])
        self.folder, self.lang, self.record = folder / folder_name, lang, record
        self.tasks, self.changes = tasks, changes
        self.words = section("site", lang)
        self.groups = _groups([e for e in record["notebooks"] if e["lang"] == lang])
        self.root = "../" if folder_name else ""
        folders = {n: site_folder(n, record["languages"]) for n in record["languages"]}
        self.languages = [
            {
                "lang": code,
                "name": section("site", code)["language"],
                "href": self.root + (f"{name}/" if name else ""),
            }
            for code, name in folders.items()
        ]

    def fill(
        self, name: str, template: str, title: str, current: str | None, **values: Any
    ) -> None:
        """Write a page; the navigation marks the `current` part of the site."""
        shared = {
            "title": title,
            "current": current,
            "words": self.words,
            "run": self.record,
            "root": self.root,
            "groups": self.groups,
            "languages": self.languages,
            "lang": self.lang,
            "has_search": self.tasks is not None,
            "file": name,
            "changes": self.changes,
        }
        page = _environment().get_template(f"{template}.html.j2")
        text = page.render(**shared, **values)
        replace_file(self.folder / name, text.encode())

    def write_notebook(
        self, page: dict[str, Any], group: dict[str, Any], body: str
    ) -> None:
        """Write the page of a notebook."""
        position = group["pages"].index(page)
        body = fill_picture_links(body, page["files"], self.lang)
        self.fill(
            f"{page['name']}.html",
            "notebook",
            page["title"],
            group["name"],
            page=page,
            group=group,
            body=f"{_BODY_START}{body}{_BODY_END}",
            previous=group["pages"][position - 1] if position else None,
            following=(group["pages"][position + 1 :] or [None])[0],
            items=downloads_of(self.folder, page, self.lang),
        )

    def write_tasks(self) -> None:
        """Write the explorer and the pages of plans, where there are any."""
        if self.tasks is None:
            return
        for name, text in self.tasks.assets():
            replace_file(self.folder / ASSETS_DIR / name, text.encode())
        for page in self.tasks.pages():
            self.fill(
                page.name,
                "part",
                page.title,
                page.current,
                head=page.head,
                body=page.body,
            )

    def write_front(self, measured: Measured | None) -> None:
        """Write the front page, and those of downloads and changes."""
        single = [group for group in self.groups if not group["dimension"]]
        pages = [page for group in single for page in group["pages"]]
        findings = {
            group["name"]: [
                row
                for page in group["pages"]
                for row in finding_rows(self.folder, page)
            ]
            for group in single
        }
        words, briefing = self.words, briefing_links(self.folder)
        all_pages = [page for group in self.groups for page in group["pages"]]
        self.fill(
            "index.html",
            "index",
            words["title"],
            None,
            failed=[page for page in all_pages if page["status"] == "failed"],
            most_failed=_MOST_FAILED,
            front=front_values(measured, self.record, self.groups, findings, self.lang),
            briefing=briefing,
            heat_href=evidence_href("theme_heat_map", pages),
            reading=evidence_href("failures", pages) or "downloads.html#warnings",
            changed=self._changed(),
        )

        def downloads(page: Mapping[str, Any]) -> list[dict[str, Any]]:
            return downloads_of(self.folder, page, self.lang)

        self.fill(
            "downloads.html",
            "downloads",
            words["downloads"],
            "downloads",
            briefing=briefing,
            downloads=downloads,
        )
        if self.changes is not None:
            self.fill(
                "changes.html",
                "changes",
                words["changes"],
                "changes",
                findings=self._findings(),
                most=_MOST_CHANGES,
            )

    def _changed(self) -> list[str]:
        """Say in a few words what is different since the last run."""
        if self.changes is None or not self.changes["since"]:
            return []
        words = self.words["change_counts"]
        counted = {
            "plans_new": self.changes["plans_new"],
            "plans_removed": self.changes["plans_removed"],
            "tasks_changed": self.changes["tasks"],
            "shares_moved": self.changes["shares"],
            "findings": self._findings(),
        }
        parts = [
            words[name].format(n=f"{len(rows):,}")
            for name, rows in counted.items()
            if rows
        ]
        # A changed codebook is a reason for all else, changed code for less.
        reasons = [n for n in ("codebook", "code") if self.changes[f"{n}_changed"]]
        return parts + [words[name] for name in reasons[:1]]

    def _findings(self) -> list[str]:
        """Say which findings are new, gone, or of another state."""
        changes = (self.changes or {}).get("findings", {}).get(self.lang, {})
        words, states = self.words["findings_entry"], self.words["states"]
        return [
            words[kind].format(
                text=row["text"],
                state=states[row["state"] or "counted"],
                old=states[row.get("old_state") or "counted"],
            )
            for kind in ("new", "changed", "gone")
            for row in changes.get(kind, ())
        ]


def _groups(entries: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the pages by their notebooks, as the navigation has them."""
    groups: dict[str, dict[str, Any]] = {}
    for entry in entries:
        # The navigation has room for the part before a question's first mark.
        short = entry["title"].split("：")[0].split(": ")[0]
        label = f"{entry['label']} · " if entry["label"] else ""
        page = {
            **entry,
            "kind": entry.get("kind") or "cell",
            "title": f"{label}{entry['title']}",
            "href": quote(f"{entry['name']}.html"),
        }
        group = groups.setdefault(
            entry["notebook"],
            {
                "name": entry["notebook"],
                "href": quote(f"{entry['notebook']}.html"),
                "short": short,
                "title": entry["title"],
                "dimension": entry["dimension"],
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


# Compiled once for all pages, not for each.
@lru_cache(maxsize=1)
def _environment() -> Any:
    import jinja2

    loader = jinja2.FileSystemLoader(_TEMPLATES)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined
    )
    filters = {"address": quote, "remark": remark_in_words}
    environment.filters |= {**filters, "clock": _clock, "percent": percent}
    return environment


def _write_assets(folder: Path) -> None:
    from plotly.offline import get_plotlyjs
    from pygments.formatters import HtmlFormatter

    code_colors = HtmlFormatter(style="friendly").get_style_defs(".highlight")
    texts = {
        name: (_TEMPLATES / name).read_text("utf-8")
        for name in ("page.css", "filter.js", "tasks.js")
    }
    texts["page.css"] += f"\n{code_colors}\n"
    texts["plotly.min.js"] = get_plotlyjs()
    for name, text in texts.items():
        replace_file(folder / ASSETS_DIR / name, text.encode())
