"""A run's charts and tables as slides, pages, pictures and a workbook."""

from govopen_analytics.charts.model import read_chart
from govopen_analytics.office.briefing import (
    FORMATS,
    Exported,
    Run,
    export_run,
    open_run,
)

__all__ = ["FORMATS", "Exported", "Run", "export_run", "open_run", "read_chart"]
