"""The explorer and a page for each plan, as the report has them."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import pandas as pd

from govopen_analytics.base.tables import Tables
from govopen_analytics.explore import script, shipped, template
from govopen_analytics.explore.plan import plan_body, plans_of
from govopen_analytics.explore.task_index import TaskIndex
from govopen_analytics.questions.selection import of_documents
from govopen_analytics.questions.short_displays import as_text
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

    More than `most_tasks` tasks are split by year, then by level; of more than
    `most_plans` plans none has a page of its own.
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
            addresses = self.plan_addresses()
            content = {
                "header": index.header(),
                "columns": index.columns(),
                "texts": index.texts,
                "addresses": {p: addresses[p] for p in plans if p in addresses},
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
        body = template("search.html").render(
            title=title,
            size=size,
            words=words,
            script=script("explorer.js"),
        )
        head = (
            '<link rel="stylesheet" href="assets/explorer.css">\n'
            f'<script src="assets/{quote(_data_file(name))}"></script>'
        )
        return ReportPage(name, title, head, body, "search")

    def _index_of_parts(self) -> ReportPage:
        words = section("explore", self.lang)
        counts = self.tables.tasks["document_id"].value_counts()
        parts = [
            (
                quote(name),
                words["part"].format(
                    name=_part_name(name),
                    n=f"{counts.reindex(plans, fill_value=0).sum():,}",
                ),
            )
            for name, plans in self._parts.items()
        ]
        hint = words["parts"].format(most=f"{self.most_tasks:,}")
        body = template("parts.html").render(words=words, hint=hint, parts=parts)
        return ReportPage(EXPLORER, words["title"], "", body, "search")

    def _plan_list(self) -> ReportPage:
        words = section("plan_page", self.lang)
        addresses = self.plan_addresses()
        plans = [
            (
                agency_name(plan.agency, self.lang),
                as_text(plan.year),
                as_text(plan.title) or plan.document_id,
                quote(addresses.get(plan.document_id, "")),
                f"{plan.n_tasks:,}",
            )
            for plan in self.tables.documents.itertuples()
        ]
        hint = words["plans_hint"]
        if not self.has_plans:
            hint = words["too_many"].format(most=f"{self.most_plans:,}")
        body = template("plans.html").render(words=words, hint=hint, plans=plans)
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
