"""The one kind of result that every measure of a corpus gives."""

import html
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from govopen_analytics.base.datapackage import to_csv
from govopen_analytics.base.errors import ExportError, choices
from govopen_analytics.charts.draw import draw
from govopen_analytics.charts.images import PICTURE_FORMATS, write_images
from govopen_analytics.charts.model import Chart, write_chart
from govopen_analytics.questions.tables import Table
from govopen_analytics.words import section
from govopen_analytics.words.remark_words import remark_in_words

_MOST_SHOWN = 12  # rows of a display
# Columns that a display leaves out: codes beside their labels, and the details of a
# test. The table has them.
_HIDDEN = {
    "theme_id",
    "flag",
    "due",
    "month",
    "is_observed",
    "is_adjacent",
    "start_char",
    "end_char",
    "share_shrunk",
    "share_corrected",
    "change_corrected",
    "change_per_year_corrected",
    "has_coding_error",
    "share_rank",
    "overlap_null_mean",
    "overlap_null_bound",
    "n_classified",
    "n_reference_classified",
    "distance_null_mean",
    "distance_null_bound",
    "p_value",
    "text",
    "score_before",
    "score_after",
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
    draw : callable
        Makes the chart of the table.
    lang : {"zh", "en"}
    interval : float
        Level of the intervals (0-1).
    counts : DataFrame or None
        What is behind the chart where the table lists places, not values.
    """

    name: str
    table: pd.DataFrame
    draw: Callable[[], Chart]
    lang: str = "zh"
    interval: float = 0.95
    counts: pd.DataFrame | None = None

    def plot(self) -> Chart:
        """Return the chart of this measure."""
        return self.draw()

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
                reasons = "; ".join(
                    remark_in_words(r, self.lang) for r in drawn.remarks
                )
                raise ExportError(f"{path.name} was not written: {reasons}")
            shutil.move(drawn.written[0], path)

    def __repr__(self) -> str:
        rows, columns = self.table.shape
        return f"Result({self.name}: {rows} rows, {columns} columns)"

    def _repr_html_(self) -> str:
        note = section("result", self.lang)["note"].format(
            name=html.escape(self.name), rows=f"{len(self.table):,}"
        )
        hidden = _HIDDEN & set(self.table.columns)
        head = self.table.head(_MOST_SHOWN).drop(columns=list(hidden))
        table = Table(head, lang=self.lang, interval=self.interval)
        return f"{table._repr_html_()}<p><small>{note}</small></p>"
