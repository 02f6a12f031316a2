"""What a notebook shows and keeps: set once for the notebook, then ``show(x)``."""

import html
from collections.abc import Iterable
from typing import Protocol

import pandas as pd

from govopen_analytics.base.schemas import table_meaning
from govopen_analytics.charts.display import ChartSource
from govopen_analytics.charts.model import Chart
from govopen_analytics.charts.style import with_remark
from govopen_analytics.measures.families import ESTABLISHED
from govopen_analytics.questions import run_files
from govopen_analytics.questions.findings import Finding
from govopen_analytics.questions.result import Result
from govopen_analytics.questions.tables import (
    HtmlBlock,
    Table,
    finding_list,
    folded,
    task_lists,
)
from govopen_analytics.words import section


class Speaker(Protocol):
    """What a notebook needs to know of a corpus."""

    lang: str
    interval: float

    @property
    def source(self) -> ChartSource:
        """What the source line of a chart says."""


class Notebook:
    """Shows things in the language of a corpus, and keeps them where there is a run.

    A page has four parts in this order: the answer, its chart, the evidence and the
    limits. A heading appears with the first thing below it, so that no part of a page
    is empty.

    Parameters
    ----------
    corpus : Corpus
        Gives the language and the level of the intervals.
    output_dir : str, default ""
        Folder of the run; empty keeps nothing.
    rests_on_corpus : bool, default True
        Whether the tables rest on the corpus: those of made-up plans say so.
    """

    def __init__(
        self, corpus: Speaker, output_dir: str = "", *, rests_on_corpus: bool = True
    ) -> None:
        self.lang, self.interval = corpus.lang, corpus.interval
        self.output_dir = output_dir
        self._source = corpus.source if rests_on_corpus else None
        self._heading = ""
        self._findings: list[Finding] = []

    def __call__(
        self,
        thing: object,
        columns: Iterable[str] = (),
        *,
        table: pd.DataFrame | None = None,
        view: pd.DataFrame | None = None,
        name: str = "",
    ) -> None:
        """Display a thing, and keep it where the notebook is part of a run.

        Parameters
        ----------
        thing : Chart, DataFrame, Result, list of Finding, or object
            Findings are a list of sentences; those that a chart shows already are
            kept alone. What is empty is kept and not shown.
        columns : iterable of str
            Columns of a table that are shown; none shows all. All are kept.
        table : DataFrame, optional
            What a chart was drawn from: it stands folded below the chart and is kept
            under the chart's name.
        view : DataFrame, optional
            What is shown in place of the table that is kept.
        name : str, default ""
            Name of the file of a table or of findings; without it they are not
            kept. Charts and results have names of their own.
        """
        if isinstance(thing, Result):
            name, thing = name or thing.name, thing.table
        self.keep(thing, name)
        if isinstance(thing, Chart):
            if thing.is_empty:
                self.keep(table, thing.name)
                return
            self._display(thing)
            if table is not None:
                self.keep(table, thing.name)
                shown = table if view is None else view
                title = section("notebook", self.lang)["table"]
                self._table(shown, columns, title.format(n=f"{len(shown):,}"))
        elif isinstance(thing, pd.DataFrame):
            title = self._title(name) if name else ""
            self._table(thing if view is None else view, columns, title)
        elif isinstance(thing, list):
            answer = [own for own in thing if not own.is_detail]
            # What is established comes first.
            answer.sort(key=lambda own: own.state != ESTABLISHED)
            if answer:
                self._display(finding_list(answer, self.lang))
        else:
            self._display(thing)

    def keep(self, thing: object, name: str = "") -> None:
        """Write a thing into the run's folder without showing it.

        Parameters
        ----------
        thing : Chart, DataFrame or list of Finding
            Anything else is not kept.
        name : str, default ""
            Name of the file of a table or of findings; empty writes neither.
        """
        if isinstance(thing, Chart):
            run_files.save_chart(thing, self.output_dir)
        elif isinstance(thing, list):
            self._findings += thing
            if name:
                run_files.save_findings(thing, self.output_dir, name)
        elif isinstance(thing, pd.DataFrame) and name:
            # A made-up agency says so in its name.
            if self._source and "agency" not in thing:
                thing = with_remark(thing, self._source, lang=self.lang)
            run_files.save_table(thing, self.output_dir, name)

    def evidence(self) -> None:
        """Head what follows as the evidence."""
        self._heading = section("notebook", self.lang)["evidence"]

    def tasks(self, tasks: pd.DataFrame, shares: pd.DataFrame) -> None:
        """Show the tasks behind each theme and plan, folded.

        Parameters
        ----------
        tasks : DataFrame
            Result of ``coverage.tasks_by_theme``.
        shares : DataFrame
            Shares by plan, with ``agency``, ``year`` and ``theme``.
        """
        block = task_lists(tasks, shares, lang=self.lang)
        if block.markup:
            title = section("notebook", self.lang)["tasks"]
            self._display(HtmlBlock(folded(block.markup, title)))

    def limits(self, *caveats: str) -> None:
        """Say once what limits the findings shown, with the sources of the methods.

        Parameters
        ----------
        *caveats : str
            Keys of further caveats in ``words/``.
        """
        words = section("caveats", self.lang)
        keys = [key for own in self._findings for key in own.caveats]
        items = [html.escape(words[key]) for key in dict.fromkeys([*keys, *caveats])]
        if not items:
            return
        self._heading = section("notebook", self.lang)["limits"]
        markup = "".join(f"<li>{item}</li>" for item in items)
        self._display(HtmlBlock(f"<ul>{markup}</ul>{self._references()}"))

    def _references(self) -> str:
        known = section("references", self.lang)
        questions = dict.fromkeys(own.question for own in self._findings)
        found = [html.escape(known[name]) for name in questions if name in known]
        title = section("notebook", self.lang)["references"]
        return folded(f"<p>{' '.join(found)}</p>", title) if found else ""

    def _table(self, df: pd.DataFrame, columns: Iterable[str], title: str) -> None:
        if not df.empty:
            own = {"lang": self.lang, "title": title}
            self._display(Table(df, columns, interval=self.interval, **own))

    def _title(self, name: str) -> str:
        # As among the downloads; a table without a name there says what its rows are.
        names: dict[str, str] = section("site", self.lang)["files"]
        return names.get(name) or table_meaning(name, self.lang)

    def _display(self, thing: object) -> None:
        if self._heading:
            display(HtmlBlock(f"<h2>{html.escape(self._heading)}</h2>"))
            self._heading = ""
        display(thing)


def display(thing: object) -> None:
    """Show a thing as a cell's output."""
    from IPython.display import display as show_in_cell

    show_in_cell(thing)
