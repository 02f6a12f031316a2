"""A run's charts and tables as slides, pages, pictures and a workbook."""

from govopen_analytics.office.briefing import (
    FORMATS,
    Exported,
    Run,
    export_run,
    open_run,
)
from govopen_analytics.office.charts import read_chart

__all__ = ["FORMATS", "Exported", "Run", "export_run", "open_run", "read_chart"]
