"""Documents to tasks: every layout is recognised here, in one place."""

from govopen_analytics.plans.document import Segmented, segment_document
from govopen_analytics.plans.ledger import accounted_share, task_share

__all__ = ["Segmented", "accounted_share", "segment_document", "task_share"]
