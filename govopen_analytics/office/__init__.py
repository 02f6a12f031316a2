"""A briefing as slides, pages, a workbook and pictures."""

from govopen_analytics.office.briefing import (
    FORMATS,
    Written,
    briefing_bytes,
    write_briefing,
)

__all__ = ["FORMATS", "Written", "briefing_bytes", "write_briefing"]
