"""One plan as published: its source with tasks, units and deadlines marked."""

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.explore import shipped
from govopen_analytics.explore.places import (
    Span,
    find_in_source,
    source_places,
    spans_by_plan,
    stretches,
)
from govopen_analytics.measures.commitments import has_named_lead
from govopen_analytics.measures.responsibility import DUE_KINDS
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

    @classmethod
    def of(
        cls,
        tables: Mapping[str, pd.DataFrame],
        tasks: pd.DataFrame,
        document_id: str,
        lang: str,
    ) -> "Document":
        """Take a plan out of the tables.

        Parameters
        ----------
        tables : mapping of str to DataFrame
            ``documents``, ``spans``, ``keyword_matches`` and ``themes``.
        tasks : DataFrame
            ``tasks`` with the columns ``theme`` and ``further_themes``.
        document_id : str
        lang : {"zh", "en"}

        Returns
        -------
        Document
        """
        documents, spans = tables["documents"], tables["spans"]
        is_meant = documents["document_id"] == document_id
        own_spans = spans.loc[spans["document_id"] == document_id]
        matches, themes = tables["keyword_matches"], tables["themes"]
        own = tasks.loc[tasks["document_id"] == document_id]
        return cls(
            row=documents.loc[is_meant].iloc[0].to_dict(),
            tasks=own.to_dict("records"),
            spans=spans_by_plan(own_spans).get(document_id, []),
            matches=matches_of(matches.loc[matches["task_id"].isin(own["task_id"])]),
            labels=dict(zip(themes["theme_id"], themes[f"label_{lang}"], strict=True)),
            lang=lang,
        )

    @property
    def text(self) -> str:
        """The normalised source text."""
        return str(self.row["text"])

    @property
    def headline(self) -> str:
        """Agency, year, and how many tasks name a unit and a day."""
        words, tasks = section("plan_page", self.lang), self.tasks
        kinds = [_text(task["deadline_kind"]) for task in tasks]
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


def matches_of(matches: pd.DataFrame) -> Matches:
    """Return the rows of a ``keyword_matches`` table as plain values, by task."""
    columns = ["task_id", "start_char", "end_char", "theme_id"]
    found: Matches = {}
    for task_id, start, end, theme in matches[columns].itertuples(index=False):
        found.setdefault(task_id, []).append((int(start), int(end), str(theme)))
    return found


def plan_body(
    document: Document,
    *,
    tag: str = "h1",
    most_characters: int | None = None,
    explorer: str = "",
) -> str:
    """Write a plan as HTML: every character is a task's or visibly left out.

    Parameters
    ----------
    document : Document
    tag : str, default "h1"
        Element of the headline.
    most_characters : int, optional
        What stands behind is cut, and said so (characters).
    explorer : str, default ""
        Address of its tasks in the explorer.

    Returns
    -------
    str
        All text of the source is escaped.
    """
    words = section("plan_page", document.lang)
    cut = len(document.text) if most_characters is None else most_characters
    text = "".join(_Page(document, cut).pieces())
    if cut < len(document.text):
        text += f"<p class='left'>{html.escape(words['cut'].format(n=f'{cut:,}'))}</p>"
    return (
        f'<div class="go-plan"><p class="eyebrow">{_origin(document, explorer)}</p>'
        f"<{tag}>{html.escape(document.headline)}</{tag}>"
        f'<p class="facts">{html.escape(_facts(document))}</p>{_legend(words)}'
        f'<div class="grid"><div class="text" lang="zh-CN">{text}</div>'
        f"{_contents(document)}</div>{_account(document)}</div>"
    )


class _Page:
    """Writes the source piece by piece."""

    def __init__(self, document: Document, cut: int) -> None:
        self.document, self.text = document, document.text[:cut]
        self.words = section("plan_page", document.lang)
        self.roles = section("check", document.lang)["roles"]
        self.tasks = {task["task_id"]: task for task in document.tasks}
        self.seen: set[str] = set()
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

    def pieces(self) -> Iterator[str]:
        """Yield the stretches of the source in order, each as HTML."""
        runs = _runs(self.document.spans)
        starts = [run.start for run in runs]
        for number, (start, end, role, task_id) in enumerate(runs):
            last = starts[number + 1] if number + 1 < len(runs) else len(self.text)
            if start >= len(self.text):
                return
            if number == 0:
                yield self._plain(0, start)
            if task_id is not None and task_id in self.tasks:
                yield self._task(self.tasks[task_id], start, end)
            elif role == "heading":
                yield f"<h2>{html.escape(self.text[start:end])}</h2>"
            else:
                why = html.escape(self.roles.get(role, role))
                inner = html.escape(self.text[start:end])
                yield f'<p class="left"><span class="why">{why}</span>{inner}</p>'
            yield self._plain(end, last)

    def _plain(self, start: int, end: int) -> str:
        text = self.text[start:end]
        return f'<p class="left">{html.escape(text)}</p>' if text.strip() else ""

    def _task(self, task: Mapping[str, Any], start: int, end: int) -> str:
        task_id = html.escape(task["task_id"])
        number = f"#{task['ordinal']}"
        inner = "".join(self._marked(start, end))
        if task["task_id"] in self.seen:
            told = html.escape(self.words["continued"].format(number=number))
            return (
                f'<section class="task"><p class="chips">'
                f'<a class="perma" href="#{task_id}">{told}</a></p>'
                f"<p>{inner}</p></section>"
            )
        self.seen.add(task["task_id"])
        return (
            f'<section class="task" id="{task_id}"><p class="chips">'
            f'<a class="perma" href="#{task_id}">{number}</a>'
            f"{_chips(task, self.words)}</p><p>{inner}</p></section>"
        )

    def _marked(self, start: int, end: int) -> Iterator[str]:
        places = range(start, min(end, len(self.text)))
        for (kinds, title), group in groupby(places, key=lambda i: self.labels[i]):
            inner = html.escape("".join(self.text[i] for i in group))
            if kinds:
                told = f' title="{html.escape(title)}"' if title else ""
                inner = f'<mark class="{kinds}"{told}>{inner}</mark>'
            yield inner


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


def _chips(task: Mapping[str, Any], words: dict[str, Any]) -> str:
    if not isinstance(task["theme"], str):
        return f'<span class="chip">{html.escape(words["no_theme"])}</span>'
    first = f'<span class="chip p">{html.escape(task["theme"])}</span>'
    others = [
        f'<span class="chip">{html.escape(label)}</span>'
        for label in task["further_themes"]
    ]
    return first + "".join(others)


def _origin(document: Document, explorer: str) -> str:
    words, row = section("plan_page", document.lang), document.row
    day = "" if pd.isna(row["issued_date"]) else f"{row['issued_date']:%Y-%m-%d}"
    parts = [words["eyebrow"], _text(row["title"]), _text(row["doc_number"]), day]
    told = [html.escape(part) for part in parts if part]
    address = _text(row["source_url"])
    if _ADDRESS.match(address):
        told.append(
            f'<a href="{html.escape(address)}">{html.escape(words["file"])}</a>'
        )
    else:
        told.append(html.escape(_text(row["source_file"])))
    if explorer:
        link = html.escape(explorer)
        told.append(f'<a href="{link}">{html.escape(words["explore"])}</a>')
    return " · ".join(told)


def _facts(document: Document) -> str:
    words, row = section("plan_page", document.lang), document.row
    share = row["accounted_share"]
    whole = pd.notna(share) and share >= 1
    return words["whole" if whole else "facts"].format(
        n=f"{row['n_chars']:,}",
        accounted=percent(share),
        in_tasks=percent(row["task_share"]),
    )


def _legend(words: dict[str, Any]) -> str:
    legend = {key: html.escape(text) for key, text in words["legend"].items()}
    return (
        f'<p class="legend"><span><span class="chip p">{legend["primary"]}</span>'
        f'<span class="chip">{legend["further"]}</span></span>'
        f'<span><mark class="kw">{legend["keyword"]}</mark></span>'
        f'<span><mark class="unit">{legend["unit"]}</mark></span>'
        f'<span><mark class="due">{legend["due"]}</mark></span>'
        f'<span class="grey">{legend["left"]}</span></p>'
    )


def _contents(document: Document) -> str:
    words = section("plan_page", document.lang)
    lines, above = [], ""
    for task in document.tasks:
        chapter = _text(task["chapter"])
        if chapter != above:
            lines.append(f'<li class="ch">{html.escape(chapter)}</li>')
            above = chapter
        name = _text(task["title"]) or _text(task["content"])
        name = name if len(name) <= _MOST_NAME else f"{name[:_MOST_NAME]}…"
        units = list(task["lead_units"])
        told = [_text(task["theme"]) or words["no_theme"], *units[:2]]
        if isinstance(task["deadline_raw"], str):
            told.append(task["deadline_raw"])
        lines.append(
            f'<li><a href="#{html.escape(task["task_id"])}"><b>{task["ordinal"]}</b>'
            f"<span>{html.escape(name)}<small>{html.escape(' · '.join(told))}</small>"
            "</span></a></li>"
        )
    title = html.escape(words["contents"])
    return (
        f'<nav class="contents" aria-label="{title}"><details open><summary>{title}'
        f"</summary><ol>{''.join(lines)}</ol></details></nav>"
    )


def _account(document: Document) -> str:
    """Say what every character of the source became."""
    words = section("plan_page", document.lang)
    roles = section("check", document.lang)["roles"]
    counts: Counter[str] = Counter()
    for span in document.spans:
        counts[span.role] += len("".join(document.text[span.start : span.end].split()))
    total = max(counts.total(), 1)
    rows = "".join(
        f"<tr><th scope='row'>{html.escape(roles.get(role, role))}</th>"
        f"<td>{n:,}</td><td>{percent(n / total)}</td></tr>"
        for role, n in counts.most_common()
    )
    heads = "".join(f"<th scope='col'>{html.escape(h)}</th>" for h in words["account"])
    return (
        f'<details class="account"><summary>{html.escape(words["account_title"])}'
        f"</summary><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        "</details>"
    )


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)
