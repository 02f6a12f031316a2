"""One plan as published: its source with tasks, units and deadlines marked."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.base.tables import Tables
from govopen_analytics.explore import shipped, template
from govopen_analytics.explore.places import (
    Span,
    find_in_source,
    source_places,
    spans_by_plan,
    stretches,
)
from govopen_analytics.measures.commitments import has_named_lead
from govopen_analytics.measures.responsibility import DUE_KINDS
from govopen_analytics.questions.selection import theme_columns
from govopen_analytics.questions.short_displays import as_text
from govopen_analytics.words import agency_name, section

_UNIT_ROLES = ("lead_units", "support_units")
# A notebook shows a plan up to this many characters; its text is whole in ``text``.
_MOST_CHARACTERS = 20_000
_MOST_NAME = 26  # characters of a task in the list beside the text
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+\Z")
_DELIMITER = "delimiter"
Label = tuple[str, str]
Matches = dict[str, list[tuple[int, int, str]]]


@dataclass(frozen=True, repr=False)
class Document:
    """One plan: its row of ``corpus.documents`` and its text with tasks marked.

    Attributes
    ----------
    row : mapping
    tasks : list of mapping
        Its rows of ``corpus.tasks``.
    spans : list of Span
        What each character of it is.
    matches : dict of str to list of (int, int, str)
        Start and end in the text of a task and theme of its keywords, by task.
    labels : dict of str to str
        Label of each theme by its identifier.
    lang : {"zh", "en"}
    """

    row: Mapping[str, Any]
    tasks: list[dict[str, Any]]
    spans: list[Span]
    matches: Matches
    labels: dict[str, str]
    lang: str = "zh"

    @property
    def text(self) -> str:
        """The normalised source text."""
        return str(self.row["text"])

    @property
    def headline(self) -> str:
        """Agency, year, and how many tasks name a unit and a day."""
        words, tasks = section("plan_page", self.lang), self.tasks
        kinds = [as_text(task["deadline_kind"]) for task in tasks]
        return words["headline"].format(
            agency=agency_name(self.row["agency"], self.lang),
            year=words["no_year"] if pd.isna(self.row["year"]) else self.row["year"],
            tasks=f"{len(tasks):,}",
            units=f"{sum(has_named_lead(task['lead_units']) for task in tasks):,}",
            dated=f"{sum(kind in DUE_KINDS for kind in kinds):,}",
        )

    def __repr__(self) -> str:
        row = self.row
        return f"{row['document_id']}: {row['agency']} {row['year']}, {row['title']}"

    def _repr_html_(self) -> str:
        body = plan_body(self, most_characters=_MOST_CHARACTERS, tag="h3")
        return f"<style>{shipped('plan.css')}</style>{body}"


def plans_of(tables: Tables, lang: str) -> Iterator[Document]:
    """Yield every plan of some tables, with its tasks, spans, themes and keywords."""
    themes = tables.themes
    labels = dict(zip(themes["theme_id"], themes[f"label_{lang}"], strict=True))
    # Parted once: looking every plan up in whole tables takes n times as long.
    spans = spans_by_plan(tables.spans)
    tasks: dict[str, list[dict[str, Any]]] = {}
    labelled = tables.tasks.assign(**theme_columns(tables, lang=lang))
    for task in labelled.to_dict("records"):
        tasks.setdefault(task["document_id"], []).append(task)
    matches: Matches = {}
    columns = ["task_id", "start_char", "end_char", "theme_id"]
    for task_id, start, end, theme in tables.keyword_matches[columns].itertuples(
        index=False
    ):
        matches.setdefault(task_id, []).append((int(start), int(end), str(theme)))
    for row in tables.documents.to_dict("records"):
        plan = row["document_id"]
        yield Document(
            row, tasks.get(plan, []), spans.get(plan, []), matches, labels, lang
        )


def plan_body(
    document: Document,
    *,
    tag: str = "h1",
    most_characters: int | None = None,
    explorer: str = "",
) -> str:
    """Write a plan as HTML: every character is a task's or visibly left out.

    `tag` is the element of the headline. What stands behind so many characters is cut,
    and said so. `explorer` is the address of its tasks in the explorer.
    """
    text = document.text[:most_characters]
    is_cut = len(text) < len(document.text)
    return template("plan.html").render(
        plan=document,
        words=section("plan_page", document.lang),
        tag=tag,
        origin=_origin(document, explorer),
        facts=_facts(document),
        pieces=_Page(document, text).pieces(),
        cut=f"{most_characters:,}" if is_cut else "",
        contents=_contents(document),
        account=_account(document),
    )


class _Page:
    """Cuts the source into pieces, and tasks into stretches of one mark."""

    def __init__(self, document: Document, text: str) -> None:
        self.document, self.text = document, text
        self.roles = section("check", document.lang)["roles"]
        self.tasks = {task["task_id"]: task for task in document.tasks}
        self.labels: list[Label] = [("", "")] * len(self.text)
        owned: dict[str, list[Span]] = {}
        for span in document.spans:
            if span.task_id in self.tasks:
                owned.setdefault(str(span.task_id), []).append(span)
        for task_id, spans in owned.items():
            self._label(self.tasks[task_id], spans)

    def _label(self, task: Mapping[str, Any], spans: list[Span]) -> None:
        text = self.document.text
        for span in spans:
            if span.role == "title":
                self._put(span.start, span.end, "name")
            elif span.role in _UNIT_ROLES:
                self._put(span.start, span.end, "unit", self.roles[span.role])
        if matches := self.document.matches.get(task["task_id"]):
            places = source_places(task, spans, text)
            for first, last, theme in matches:
                label = self.document.labels.get(theme, theme)
                for start, end in stretches(places[first:last]):
                    self._put(start, end, "kw", label)
        if isinstance(task["deadline_raw"], str):
            start, end = find_in_source(task["deadline_raw"], spans, text)
            self._put(start, end, "due", self.roles["deadline"])

    def _put(self, start: int, end: int, kind: str, title: str = "") -> None:
        for i in range(start, min(end, len(self.text))):
            kinds, titles = self.labels[i]
            self.labels[i] = (
                f"{kinds} {kind}".strip(),
                "；".join(filter(None, dict.fromkeys([titles, title]))),
            )

    def pieces(self) -> Iterator[dict[str, Any]]:
        """Yield the pieces of the source in order, as the template takes them."""
        runs = _runs(self.document.spans)
        ends = [*(run.start for run in runs), len(self.text)][1:]
        shown: set[str | None] = set()
        if runs:
            yield from self._left(0, runs[0].start)
        for (start, end, role, task_id), following in zip(runs, ends, strict=True):
            if start >= len(self.text):
                return
            if task_id in self.tasks:
                yield {
                    "task": self.tasks[task_id],
                    "is_first": task_id not in shown,
                    "parts": self._marked(start, end),
                }
                shown.add(task_id)
            else:
                yield {
                    "text": self.text[start:end],
                    "is_heading": role == "heading",
                    "why": self.roles.get(role, role),
                }
            yield from self._left(end, following)

    def _left(self, start: int, end: int) -> Iterator[dict[str, Any]]:
        if (text := self.text[start:end]).strip():
            yield {"text": text}

    def _marked(self, start: int, end: int) -> Iterator[tuple[str, str, str]]:
        places = range(start, min(end, len(self.text)))
        for (kinds, title), group in groupby(places, key=lambda i: self.labels[i]):
            yield "".join(self.text[i] for i in group), kinds, title


def _runs(spans: list[Span]) -> list[Span]:
    """Join neighbouring spans of one task, or of one role that is no task's."""
    runs: list[Span] = []
    held: list[Span] = []  # marks between the cells of a row
    for span in spans:
        if span.role == _DELIMITER and span.task_id is None:
            held.append(span)
            continue
        last = runs[-1] if runs else None
        is_same = last is not None and (
            last.task_id == span.task_id
            if span.task_id
            else (last.task_id, last.role) == (None, span.role) != (None, "heading")
        )
        if last is not None and is_same:
            runs[-1] = last._replace(end=span.end)
        else:
            runs += [*held, span]
        held = []
    return runs + held


def _origin(document: Document, explorer: str) -> list[tuple[str, str]]:
    """Texts above the headline, each with the address it leads to, if any."""
    words, row = section("plan_page", document.lang), document.row
    day = "" if pd.isna(row["issued_date"]) else f"{row['issued_date']:%Y-%m-%d}"
    parts = [words["eyebrow"], as_text(row["title"]), as_text(row["doc_number"]), day]
    origin = [(part, "") for part in parts if part]
    address = as_text(row["source_url"])
    if _ADDRESS.match(address):
        origin.append((words["file"], address))
    else:
        origin.append((as_text(row["source_file"]), ""))
    return origin + ([(words["explore"], explorer)] if explorer else [])


def _facts(document: Document) -> str:
    words, row = section("plan_page", document.lang), document.row
    share = row["accounted_share"]
    whole = pd.notna(share) and share >= 1
    return words["whole" if whole else "facts"].format(
        n=f"{row['n_chars']:,}",
        accounted=percent(share),
        in_tasks=percent(row["task_share"]),
    )


def _contents(document: Document) -> Iterator[dict[str, Any]]:
    """Yield the entries of the list beside the text, with the chapters they open."""
    words = section("plan_page", document.lang)
    above = ""
    for task in document.tasks:
        chapter = as_text(task["chapter"])
        name = as_text(task["title"]) or as_text(task["content"])
        facts = [as_text(task["theme"]) or words["no_theme"], *task["lead_units"][:2]]
        facts += [task["deadline_raw"]] if isinstance(task["deadline_raw"], str) else []
        yield {
            "chapter": chapter if chapter != above else None,
            "task_id": task["task_id"],
            "ordinal": task["ordinal"],
            "name": name if len(name) <= _MOST_NAME else f"{name[:_MOST_NAME]}…",
            "facts": " · ".join(facts),
        }
        above = chapter


def _account(document: Document) -> list[tuple[str, str, str]]:
    """Say what every character of the source became: role, count, share."""
    roles = section("check", document.lang)["roles"]
    counts: Counter[str] = Counter()
    for span in document.spans:
        counts[span.role] += len("".join(document.text[span.start : span.end].split()))
    total = max(counts.total(), 1)
    return [
        (roles.get(role, role), f"{n:,}", percent(n / total))
        for role, n in counts.most_common()
    ]
