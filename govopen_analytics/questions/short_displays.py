"""Short displays of a corpus, a task and an explanation, always escaped."""

import html
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from govopen_analytics.base.errors import SelectionError, choices
from govopen_analytics.base.tables import Tables
from govopen_analytics.charts.display import Display
from govopen_analytics.coding.explain import Explanation, marked_text
from govopen_analytics.words import section

_MOST_NAMED = 8


@dataclass(frozen=True, repr=False)
class Task:
    """One task: its text with the keywords marked, and its place in the source.

    Attributes
    ----------
    row : Series
        Its row of ``corpus.tasks``.
    matches : DataFrame
        Its keywords, of ``corpus.matches``.
    source_file : str
    source_text : str
        The text of the plan from which the task was read, as it stands there.
    line : int
        Line of the normalised source on which it begins, from 1.
    """

    row: pd.Series
    matches: pd.DataFrame
    source_file: str
    source_text: str
    line: int
    display: Display

    @classmethod
    def of(
        cls, tables: Tables, tasks: pd.DataFrame, name: str, display: Display
    ) -> "Task":
        """Take a task out of the tables, by its ``task_id`` or such as "plan#3".

        Raises
        ------
        SelectionError
            If there is no such task, with the nearest ones.
        """
        plan, _, place = name.partition("#")
        is_meant = tasks["task_id"] == name
        if place:
            is_meant = (tasks["document_id"] == plan) & (
                tasks["ordinal"].astype("string") == place
            )
        if not is_meant.any():
            raise SelectionError(f"Corpus, task: {choices(name, tasks['task_id'])}")
        row = tasks.loc[is_meant].iloc[0]
        documents = tables.documents.set_index("document_id")
        document = documents.loc[row["document_id"]]
        start, end = int(row["start_char"]), int(row["end_char"])
        matches = tables.keyword_matches
        return cls(
            row=row,
            matches=matches.loc[matches["task_id"] == row["task_id"]],
            source_file=str(document["source_file"]),
            source_text=document["text"][start:end],
            line=document["text"].count("\n", 0, start) + 1,
            display=display,
        )

    @property
    def text(self) -> str:
        """What was coded: title and content."""
        return str(self.row["text"])

    def __repr__(self) -> str:
        return f"{self.row['task_id']}: {self.text}"

    def _repr_html_(self) -> str:
        words, row = self.display.words("displays"), self.row
        where = self.display.fill("{agency} {year}", row)
        title = f"<b>{html.escape(str(row['task_id']))}</b> · {html.escape(where)}"
        marked = marked_text(self.text, _spans(self.matches))
        place = words["place"].format(
            file=self.source_file,
            line=f"{self.line:,}",
            start=f"{row['start_char']:,}",
            end=f"{row['end_char']:,}",
        )
        facts = {
            words["themes"]: _listed([row["theme"]], words),
            words["further"]: _listed(row["further_themes"], words),
            words["units"]: _listed(row["lead_units"], words),
            words["support"]: _listed(row["support_units"], words),
            words["deadline"]: _listed([row["deadline_raw"]], words),
            words["chapter"]: _listed([row["chapter"], row["section"]], words),
            words["source"]: place,
        }
        return (
            f"<p>{title}</p><blockquote style='white-space:pre-wrap'>{marked}"
            f"</blockquote>{_facts(facts)}"
        )


@dataclass(frozen=True, repr=False)
class Explained:
    """Why a task has its themes, to be read; the evidence is in `explanation`."""

    explanation: Explanation
    lang: str = "zh"

    def __repr__(self) -> str:
        return self.explanation.in_words(self.lang)

    def _repr_html_(self) -> str:
        return f"<pre style='white-space:pre-wrap'>{html.escape(repr(self))}</pre>"


def corpus_lines(tables: Tables, lang: str) -> list[str]:
    """Say in a few lines, not escaped, what a corpus holds."""
    words, documents = section("displays", lang), tables.documents
    agencies = sorted(documents["agency"].dropna().unique())
    named = words["join"].join(agencies[:_MOST_NAMED])
    if len(agencies) > _MOST_NAMED:
        named += words["more"].format(n=len(agencies))
    summary = words["corpus"].format(
        documents=f"{len(documents):,}",
        tasks=f"{len(tables.tasks):,}",
        agencies=f"{len(agencies):,}",
        years=years_of(documents),
    )
    version = tables.themes["codebook_version"].iloc[0]
    lines = [summary, named, words["codebook"].format(version=version)]
    n_failed = tables.failures["source_file"].nunique()
    return lines + ([words["failures"].format(n=n_failed)] if n_failed else [])


def corpus_html(lines: list[str]) -> str:
    """Show the lines of ``corpus_lines``, the first of them in bold."""
    first, *rest = map(html.escape, lines)
    return f"<p><b>{first}</b><br>{'<br>'.join(rest)}</p>"


def years_of(documents: pd.DataFrame) -> str:
    """Write the first and the last year, such as "2021–2024"."""
    years = documents["year"].dropna()
    ends = dict.fromkeys([years.min(), years.max()]) if len(years) else ["–"]
    return "–".join(map(str, ends))


def _spans(matches: pd.DataFrame) -> list[tuple[int, int, str]]:
    columns = ["start_char", "end_char", "theme_id"]
    rows = matches[columns].itertuples(index=False)
    return [(int(start), int(end), str(theme)) for start, end, theme in rows]


def as_text(value: object) -> str:
    """Return a cell of a table as text, empty where it has no value."""
    return "" if value is None or pd.isna(value) else str(value)


def _listed(values: Iterable[object], words: dict) -> str:
    named = [text for value in values if (text := as_text(value))]
    return words["join"].join(named) or words["none"]


def _facts(facts: dict[str, str]) -> str:
    rows = "".join(
        f"<tr><th scope='row' style='text-align:left'>{html.escape(name)}</th>"
        f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
        for name, value in facts.items()
    )
    return f"<table>{rows}</table>"
