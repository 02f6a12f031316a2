"""What a notebook shows and keeps: set once for the notebook, then ``show(x)``."""

from collections.abc import Iterable

import pandas as pd

from govopen_analytics.charts.model import Chart
from govopen_analytics.questions import results, tables
from govopen_analytics.questions.findings import Finding
from govopen_analytics.questions.readable import styled
from govopen_analytics.questions.result import Result


class Notebook:
    """Shows things in one language, and keeps them where there is a run.

    Parameters
    ----------
    output_dir : str, default ""
        Folder of the run; empty keeps nothing.
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals, for the words that name it (0-1).
    """

    def __init__(
        self, output_dir: str = "", *, lang: str = "zh", interval: float = 0.95
    ) -> None:
        self.output_dir, self.lang, self.interval = output_dir, lang, interval

    def show(
        self, thing: object, columns: Iterable[str] = (), *, name: str = ""
    ) -> None:
        """Display a thing, and keep it where the notebook is part of a run.

        Parameters
        ----------
        thing : DataFrame, Result, Chart or object
            A table is shown with headings in the language, the first 200 rows of
            it; a list of findings or sentences as a list.
        columns : iterable of str
            Columns of a table that are shown; none shows all. All are kept.
        name : str, default ""
            Name of the file of a table or of findings; without it they are not
            kept. Charts and results have names of their own.
        """
        if isinstance(thing, Result):
            name, thing = name or thing.name, thing.table
        if isinstance(thing, pd.DataFrame):
            self.keep(thing, name)
            display(self._table(thing, columns))
        elif isinstance(thing, Chart):
            results.save_chart(thing, self.output_dir)
            display(results.if_drawn(thing))
        elif isinstance(thing, list):
            self.keep(thing, name)
            display(tables.sentence_list(thing))
        else:
            display(thing)

    def keep(self, thing: pd.DataFrame | list[Finding], name: str) -> None:
        """Write a table or findings into the run's folder without showing them.

        Parameters
        ----------
        thing : DataFrame or list of Finding
        name : str
            Name of the file; empty writes nothing.
        """
        if name and isinstance(thing, list):
            results.save_findings(thing, self.output_dir, name)
        elif name:
            results.save_table(thing, self.output_dir, name)

    def _table(self, table: pd.DataFrame, columns: Iterable[str]) -> object:
        if table.empty:
            return tables.plain_table(table, lang=self.lang)
        return styled(table, columns, lang=self.lang, interval=self.interval)


def display(thing: object) -> None:
    """Show a thing as a cell's output."""
    from IPython.display import display as show_in_cell

    show_in_cell(thing)
