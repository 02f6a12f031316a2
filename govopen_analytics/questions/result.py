"""What a measure of a corpus gives: a table, its chart for any groups, a display."""

import html
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from govopen_analytics.base.data_files import load_yaml
from govopen_analytics.base.datapackage import to_csv
from govopen_analytics.base.errors import ExportError, choices
from govopen_analytics.base.languages import percent, signed
from govopen_analytics.charts.build import chart_of, interval_kind_of, marks_of
from govopen_analytics.charts.display import Display
from govopen_analytics.charts.draw import draw
from govopen_analytics.charts.images import PICTURE_FORMATS, write_images
from govopen_analytics.charts.model import (
    Chart,
    Mark,
    Panel,
    Reference,
    Series,
    write_chart,
)
from govopen_analytics.questions.selection import MOST_ROWS
from govopen_analytics.questions.tables import Table
from govopen_analytics.words.remark_words import remark_in_words

MOST_PANELS = 12
_MOST_SHOWN = 12  # rows of a display


@dataclass(frozen=True)
class ChartColumns:
    """Which columns of a measure's table make its chart.

    Attributes
    ----------
    value : str
        Column drawn, with ``_lower`` and ``_upper`` where the table has them.
    rows : sequence of str
        Columns that name a row beside those that name the group.
    panels : str
        Column with a value per panel; empty draws one panel.
    form : {"share", "points", "decimal", "count"}
        How values are written.
    sure : str
        Boolean column: filled marks where it holds; empty fills all.
    kind : {"unsure", "unseen"}
        The other marks.
    has_zero : bool
        Whether a line stands at 0.
    has_groups : bool
        Whether the columns that name the groups name rows.
    """

    value: str
    rows: Sequence[str] = ()
    panels: str = ""
    form: str = "share"
    sure: str = ""
    kind: str = "unsure"
    has_zero: bool = False
    has_groups: bool = True


_DATA = load_yaml("govopen_analytics.questions", "result.yml")
CHARTS = {name: ChartColumns(**columns) for name, columns in _DATA["charts"].items()}
_WRITTEN = {
    "share": percent,
    "points": lambda value: signed(100 * value),
    "decimal": "{:.2f}".format,
    "count": "{:+,.0f}".format,
}


@dataclass(frozen=True, repr=False)
class Result:
    """A measure's table, with its chart and a short display.

    Attributes
    ----------
    name : str
        Name of the measure.
    table : DataFrame
        Sort it, filter it, copy it.
    by : list of str
        Columns that name the groups.
    display : Display
        Language, level of the intervals, and source.
    counts : DataFrame or None
        What is behind the chart where the table lists places, not values.
    """

    name: str
    table: pd.DataFrame
    by: list[str]
    display: Display
    counts: pd.DataFrame | None = None

    def plot(self) -> Chart:
        """Return the chart of this measure: dots, with intervals where there are any.

        It shows the first 30 rows and 12 panels and says how many it leaves out; one
        sentence where there is no row. A notebook shows the ``Chart`` as a figure;
        ``charts.draw.draw`` makes a Plotly figure of it that can be changed.
        """
        table = self.table if self.counts is None else self.counts
        columns, words = CHARTS[self.name], self.display.words("measure_charts")
        names = [*(self.by if columns.has_groups else []), *columns.rows]
        rows = table.assign(_row=self._row_names(table, names), _panel="")
        if columns.panels:
            rows["_panel"] = table[columns.panels].astype("string").fillna("–")
        labels = tuple(rows["_row"].unique())
        shown = labels[:MOST_ROWS]
        reference = Reference(0.0, words["zero"], "") if columns.has_zero else None
        groups = list(rows.groupby("_panel", sort=False))
        panels = [
            Panel(
                shown,
                (Series("", _marks(part, shown, columns)),),
                title=title,
                form=columns.form,
                reference=reference,
            )
            for title, part in groups[:MOST_PANELS]
        ]
        n_hidden = max(len(labels) - MOST_ROWS, 0)
        n_hidden += max(len(groups) - MOST_PANELS, 0)
        has_intervals = f"{columns.value}_lower" in table
        return chart_of(
            "measure_charts",
            self.name,
            self.display,
            panels=panels,
            reason=words["nothing"],
            hidden=self.display.hidden(n_hidden),
            interval_kind=interval_kind_of(table) if has_intervals else None,
            n=len(table),
        )

    def _row_names(self, table: pd.DataFrame, names: list[str]) -> list[str]:
        texts = table[names].astype("string").fillna("–")
        labels = [" · ".join(row) for row in texts.itertuples(index=False)]
        if "n_tasks" not in table:
            return labels
        form = self.display.words("charts")["with_n"]
        return [
            form.format(name=label, n=f"{n:,}")
            for label, n in zip(labels, table["n_tasks"], strict=True)
        ]

    def save(self, path: str | Path) -> Path:
        """Write the chart or the table to a file.

        Parameters
        ----------
        path : str or Path
            ``.csv`` holds the table, ``.html`` the chart as a page that needs no
            network; ``.png``, ``.svg`` and ``.pdf`` are pictures of the chart, for
            which a browser has to be there.

        Returns
        -------
        Path

        Raises
        ------
        ExportError
            If the ending is another, or the picture could not be drawn.
        """
        path = Path(path)
        if path.suffix == ".csv":
            to_csv(self.table, path)
        elif path.suffix == ".html":
            draw(self.plot()).write_html(path)
        elif path.suffix[1:] in PICTURE_FORMATS:
            self._save_picture(path)
        else:
            kinds = [f".{kind}" for kind in ("csv", "html", *PICTURE_FORMATS)]
            raise ExportError(f"Ending of {path.name}: {choices(path.suffix, kinds)}")
        return path

    def _save_picture(self, path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{self.name}.json"
            write_chart(self.plot(), file)
            # A notebook has an event loop of its own; the browser needs another.
            with ThreadPoolExecutor(1) as pool:
                task = pool.submit(write_images, [file], formats=[path.suffix[1:]])
            drawn = task.result()
            if not drawn.written:
                lang = self.display.lang
                reasons = "; ".join(remark_in_words(r, lang) for r in drawn.remarks)
                raise ExportError(f"{path.name} was not written: {reasons}")
            shutil.move(drawn.written[0], path)

    def __repr__(self) -> str:
        rows, columns = self.table.shape
        return f"Result({self.name}: {rows} rows, {columns} columns)"

    def _repr_html_(self) -> str:
        note = self.display.words("result")["note"].format(
            name=html.escape(self.name), rows=f"{len(self.table):,}"
        )
        hidden = set(_DATA["details"]) & set(self.table.columns)
        head = self.table.head(_MOST_SHOWN).drop(columns=list(hidden))
        table = Table(head, display=self.display)
        return f"{table._repr_html_()}<p><small>{note}</small></p>"


def _marks(
    rows: pd.DataFrame, labels: tuple[str, ...], columns: ChartColumns
) -> tuple[Mark, ...]:
    drawn = rows.drop_duplicates("_row").set_index("_row").reindex(list(labels))
    kinds = ["sure"] * len(drawn)
    if columns.sure:
        kinds = ["sure" if s is True else columns.kind for s in drawn[columns.sure]]
    write = _WRITTEN[columns.form]
    return marks_of(
        drawn,
        columns.value,
        labels=[
            "" if pd.isna(value) else write(value) for value in drawn[columns.value]
        ],
        kinds=kinds,
        names=labels,
        scale=100.0 if columns.form == "points" else 1.0,
    )
