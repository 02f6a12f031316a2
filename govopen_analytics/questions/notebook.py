"""What a notebook shows, and keeps in its run's folder: ``show(x)``."""

import html
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from govopen_analytics.base.datapackage import to_csv
from govopen_analytics.base.schemas import table_meaning
from govopen_analytics.charts.display import Display
from govopen_analytics.charts.model import Chart, write_chart
from govopen_analytics.measures.families import ESTABLISHED
from govopen_analytics.questions import FIGURES_DIR, FINDINGS_PREFIX, TABLES_DIR
from govopen_analytics.questions.findings import Finding, findings_table
from govopen_analytics.questions.result import Result
from govopen_analytics.questions.tables import (
    HtmlBlock,
    Table,
    finding_list,
    folded,
    task_lists,
)


class Shown(Protocol):
    """What a notebook needs to know of a corpus."""

    @property
    def display(self) -> Display:
        """Language, level of the intervals, and source."""


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
        self, corpus: Shown, output_dir: str = "", *, rests_on_corpus: bool = True
    ) -> None:
        self.display, self.output_dir = corpus.display, output_dir
        self._rests_on_corpus = rests_on_corpus
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
                title = self._words["table"].format(n=f"{len(shown):,}")
                self._table(shown, columns, title)
        elif isinstance(thing, pd.DataFrame):
            title = self._title(name) if name else ""
            self._table(thing if view is None else view, columns, title)
        elif isinstance(thing, list):
            answer = [finding for finding in thing if not finding.is_detail]
            # What is established comes first.
            answer.sort(key=lambda finding: finding.state != ESTABLISHED)
            if answer:
                self._display(finding_list(answer, self.display))
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
        if isinstance(thing, list):
            self._findings += thing
        elif isinstance(thing, pd.DataFrame) and self._rests_on_corpus:
            # A made-up agency says so in its name.
            thing = thing if "agency" in thing else self.display.marked(thing)
        keep(thing, self.output_dir, name)

    def evidence(self) -> None:
        """Head what follows as the evidence."""
        self._heading = self._words["evidence"]

    def tasks(self, tasks: pd.DataFrame, shares: pd.DataFrame) -> None:
        """Show the tasks behind each theme and plan, folded.

        Parameters
        ----------
        tasks : DataFrame
            Result of ``coverage.tasks_by_theme``.
        shares : DataFrame
            Shares by plan, with ``agency``, ``year`` and ``theme``.
        """
        block = task_lists(tasks, shares, self.display)
        if block.markup:
            title = self._words["tasks"]
            self._display(HtmlBlock(folded(block.markup, title)))

    def limits(self, *caveats: str) -> None:
        """Say once what limits the findings shown, with the sources of the methods.

        Parameters
        ----------
        *caveats : str
            Keys of further caveats in ``words/``.
        """
        words = self.display.words("caveats")
        keys = [key for finding in self._findings for key in finding.caveats]
        items = [html.escape(words[key]) for key in dict.fromkeys([*keys, *caveats])]
        if not items:
            return
        self._heading = self._words["limits"]
        markup = "".join(f"<li>{item}</li>" for item in items)
        self._display(HtmlBlock(f"<ul>{markup}</ul>{self._references()}"))

    @property
    def _words(self) -> dict[str, Any]:
        return self.display.words("notebook")

    def _references(self) -> str:
        known = self.display.words("references")
        names = dict.fromkeys(finding.question for finding in self._findings)
        texts = [html.escape(known[name]) for name in names if name in known]
        title = self._words["references"]
        return folded(f"<p>{' '.join(texts)}</p>", title) if texts else ""

    def _table(self, df: pd.DataFrame, columns: Iterable[str], title: str) -> None:
        if not df.empty:
            self._display(Table(df, columns, display=self.display, title=title))

    def _title(self, name: str) -> str:
        # As among the downloads; a table without a name there says what its rows are.
        names: dict[str, str] = self.display.words("site")["files"]
        return names.get(name) or table_meaning(name, self.display.lang)

    def _display(self, thing: object) -> None:
        if self._heading:
            display(HtmlBlock(f"<h2>{html.escape(self._heading)}</h2>"))
            self._heading = ""
        display(thing)


def keep(thing: object, output_dir: str | Path, name: str = "") -> None:
    """Write a chart, a table or findings below a run's folder.

    Parameters
    ----------
    thing : Chart, DataFrame or list of Finding
        Anything else is not kept. Pictures and office files are made from charts.
    output_dir : str or Path
        Folder of the run; empty writes nothing, for a notebook run by hand has none.
    name : str, default ""
        Name of the file of a table or of findings; empty writes neither.
    """
    if not output_dir:
        return
    if isinstance(thing, list) and name:
        thing, name = findings_table(thing), f"{FINDINGS_PREFIX}{name}"
    if isinstance(thing, Chart):
        path = Path(output_dir) / FIGURES_DIR / f"{thing.name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_chart(thing, path)
    elif isinstance(thing, pd.DataFrame) and name:
        path = Path(output_dir) / TABLES_DIR / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        to_csv(thing, path)


def display(thing: object) -> None:
    """Show a thing as a cell's output."""
    from IPython.display import display as show_in_cell

    show_in_cell(thing)
