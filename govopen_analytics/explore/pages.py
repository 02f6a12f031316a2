"""The explorer and a page for each plan, as the report has them."""

import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import pandas as pd

from govopen_analytics.base.tables import Tables
from govopen_analytics.explore import as_text, script, shipped
from govopen_analytics.explore.plan import plan_body, plans_of
from govopen_analytics.explore.task_index import TaskIndex
from govopen_analytics.questions.selection import of_documents
from govopen_analytics.words import agency_name, section

EXPLORER, PLANS = "search.html", "plans.html"
#: Most tasks that one page of the explorer serves (count).
MOST_TASKS = 30_000
#: With more plans, none has a page of its own (count).
MOST_PLANS = 2_000
# Names of files that are alike on every system.
_PLAIN_NAME = re.compile(r"[\w.-]{1,80}\Z")


@dataclass(frozen=True)
class ReportPage:
    """One page of the site: its file, title, and what stands in it as HTML."""

    name: str
    title: str
    head: str
    body: str
    current: str


class ReportPages:
    """The explorer's pages of a report in one language.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``documents``, ``tasks``, ``themes``, ``theme_assignments``, ``spans`` and
        ``keyword_matches``.
    lang : {"zh", "en"}
    most_tasks : int, default MOST_TASKS
        Most tasks of one page; more are split by year, then by level (count).
    most_plans : int, default MOST_PLANS
        With more plans, none has a page of its own (count).
    """

    def __init__(
        self,
        tables: Mapping[str, pd.DataFrame],
        lang: str,
        *,
        most_tasks: int = MOST_TASKS,
        most_plans: int = MOST_PLANS,
    ) -> None:
        self.tables, self.lang = Tables.of(tables), lang
        self.most_tasks, self.most_plans = most_tasks, most_plans
        documents = self.tables.documents
        self.has_plans = len(documents) <= most_plans
        self._parts = _parts(documents, self.tables.tasks, most_tasks)

    def plan_addresses(self) -> dict[str, str]:
        """Return the page of each plan; empty where there are none."""
        plans = self.tables.documents["document_id"]
        return {plan: _plan_file(plan) for plan in plans} if self.has_plans else {}

    def assets(self) -> Iterator[tuple[str, str]]:
        """Yield names and texts of the files that the pages load."""
        for name in ("plan.css", "explorer.css"):
            yield name, shipped(name)
        for name, plans in self._parts.items():
            documents = self.tables.documents
            kept = documents.loc[documents["document_id"].isin(plans)]
            index = TaskIndex(of_documents(self.tables, kept), self.lang)
            known = self.plan_addresses()
            content = {
                "header": index.header(),
                "columns": index.columns(),
                "texts": index.texts,
                "addresses": {plan: known[plan] for plan in plans if plan in known},
            }
            text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
            yield _data_file(name), f"window.govopenTasks = {text};\n"

    def pages(self) -> Iterator[ReportPage]:
        """Yield every page: the explorer, the list of plans, and the plans."""
        for name, plans in self._parts.items():
            yield self._explorer(name, plans)
        if EXPLORER not in self._parts:
            yield self._index_of_parts()
        yield self._plan_list()
        if self.has_plans:
            yield from self._plan_pages()

    def _explorer(self, name: str, plans: list[str]) -> ReportPage:
        words = section("explore", self.lang)
        n = int(self.tables.tasks["document_id"].isin(plans).sum())
        size = words["size"].format(n=f"{n:,}", most=f"{self.most_tasks:,}")
        part = "" if name == EXPLORER else f" · {_part_name(name)}"
        title = f"{words['title']}{part}"
        explorer = script("explorer.js")
        body = (
            f"<h1>{html.escape(title)}</h1><p><small>{html.escape(size)}</small></p>"
            f"<noscript><p>{html.escape(words['no_script'])}</p></noscript>"
            f'<div id="explorer"></div>\n<script>\n{explorer}'
            'govopenExplorer.page(document.getElementById("explorer"), '
            "window.govopenTasks, window.govopenTasks.addresses);\n</script>"
        )
        head = (
            '<link rel="stylesheet" href="assets/explorer.css">\n'
            f'<script src="assets/{quote(_data_file(name))}"></script>'
        )
        return ReportPage(name, title, head, body, "search")

    def _index_of_parts(self) -> ReportPage:
        words = section("explore", self.lang)
        links = "".join(
            f'<li><a class="part" href="{quote(name)}">{html.escape(told)}</a></li>'
            for name, plans in self._parts.items()
            for told in [
                words["part"].format(
                    name=_part_name(name),
                    n=f"{self.tables.tasks['document_id'].isin(plans).sum():,}",
                )
            ]
        )
        told = words["parts"].format(most=f"{self.most_tasks:,}")
        # What was searched for on another page goes on to the part that is chosen.
        script = (
            'document.querySelectorAll("a.part").forEach((link) => '
            "{ link.search = location.search; link.hash = location.hash; });"
        )
        body = (
            f"<h1>{html.escape(words['title'])}</h1><p>{html.escape(told)}</p>"
            f'<ul class="cards">{links}</ul><script>{script}</script>'
        )
        return ReportPage(EXPLORER, words["title"], "", body, "search")

    def _plan_list(self) -> ReportPage:
        words = section("plan_page", self.lang)
        addresses = self.plan_addresses()
        rows = []
        for plan in self.tables.documents.itertuples():
            title = html.escape(as_text(plan.title) or plan.document_id)
            if address := addresses.get(plan.document_id):
                title = f'<a href="{quote(address)}">{title}</a>'
            agency = html.escape(agency_name(plan.agency, self.lang))
            rows.append(
                f"<tr><th scope='row'>{agency}</th><td>{as_text(plan.year)}</td>"
                f"<td>{title}</td><td class='number'>{plan.n_tasks:,}</td></tr>"
            )
        heads = "".join(
            f"<th scope='col'>{html.escape(one)}</th>" for one in words["plans_heads"]
        )
        hint = words["plans_hint"]
        if not self.has_plans:
            hint = words["too_many"].format(most=f"{self.most_plans:,}")
        label = html.escape(words["plans"])
        body = (
            f"<h1>{label}</h1><p>{html.escape(hint)}</p>"
            f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
            f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody>"
            "</table></div>"
        )
        return ReportPage(PLANS, words["plans"], "", body, "plans")

    def _plan_pages(self) -> Iterator[ReportPage]:
        addresses = self.plan_addresses()
        part_of = {plan: name for name, plans in self._parts.items() for plan in plans}
        head = '<link rel="stylesheet" href="assets/plan.css">'
        for document in plans_of(self.tables, self.lang):
            plan, row = document.row["document_id"], document.row
            agency, year = quote(as_text(row["agency"])), as_text(row["year"])
            address = f"{quote(part_of[plan])}?agency={agency}&year={year}"
            body = plan_body(document, explorer=address)
            yield ReportPage(addresses[plan], document.headline, head, body, "plans")


def _parts(
    documents: pd.DataFrame, tasks: pd.DataFrame, most: int
) -> dict[str, list[str]]:
    """Share the plans out among pages of the explorer; one where all fit."""
    if len(tasks) <= most:
        return {EXPLORER: documents["document_id"].tolist()}
    n_tasks = tasks.groupby("document_id").size()
    size = documents["document_id"].map(n_tasks).fillna(0)
    year = documents["year"].map(as_text)
    keys = year.where(size.groupby(year).transform("sum") <= most, None)
    keys = keys.fillna(year + "-" + documents["level"].map(as_text))
    grouped = documents["document_id"].groupby(keys, sort=True)
    return {f"search-{_plain(str(key))}.html": list(plans) for key, plans in grouped}


def _part_name(page: str) -> str:
    return page.removeprefix("search-").removesuffix(".html")


def _data_file(page: str) -> str:
    return f"tasks-{page.removesuffix('.html')}.js"


def _plan_file(document_id: str) -> str:
    return f"plan-{_plain(document_id)}.html"


def _plain(name: str) -> str:
    """Return a name that every file system takes, another for another name."""
    if _PLAIN_NAME.match(name):
        return name
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
