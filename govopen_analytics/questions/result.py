"""The one kind of result that every measure of a corpus gives."""

import html
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from govopen_analytics.charts.model import Chart
from govopen_analytics.questions.readable import styled
from govopen_analytics.words import section

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
    "has_coding_error",
    "share_rank",
    "overlap_null_mean",
    "overlap_null_bound",
    "distance_null_mean",
    "distance_null_bound",
    "p_value",
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

    def __repr__(self) -> str:
        rows, columns = self.table.shape
        return f"Result({self.name}: {rows} rows, {columns} columns)"

    def _repr_html_(self) -> str:
        note = section("result", self.lang)["note"].format(
            name=html.escape(self.name), rows=f"{len(self.table):,}"
        )
        hidden = _HIDDEN & set(self.table.columns)
        head = self.table.head(_MOST_SHOWN).drop(columns=list(hidden))
        table = styled(head, lang=self.lang, interval=self.interval)
        return f"{table.to_html()}<p><small>{note}</small></p>"
