"""From tables to comparisons: every measure with its n, its interval, its source."""

from govopen_analytics.measures.change import change_parts, panel_trend, share_change
from govopen_analytics.measures.commitments import (
    completion,
    parse_quantities,
    task_quantities,
    verifiability,
)
from govopen_analytics.measures.confusion import Confusion, corrected_shares
from govopen_analytics.measures.differences import (
    Differences,
    form_differences,
    gap_totals,
    theme_differences,
    theme_gaps,
)
from govopen_analytics.measures.distance import (
    agenda_distances,
    agenda_map,
    jensen_shannon_distance,
    overlap,
)
from govopen_analytics.measures.index import (
    index_ranks,
    read_index_weights,
    weighted_index,
)
from govopen_analytics.measures.responsibility import (
    deadlines_by_month,
    dominant_plans,
    due_flags,
    unit_load,
)
from govopen_analytics.measures.reuse import reuse_by_group, shared_passages, text_reuse
from govopen_analytics.measures.sensitivity import share_sensitivity
from govopen_analytics.measures.shares import (
    confounding,
    pooled_shares,
    task_proportions,
    theme_shares,
)
from govopen_analytics.measures.words import distinctive_words

__all__ = [
    "Confusion",
    "Differences",
    "agenda_distances",
    "agenda_map",
    "change_parts",
    "completion",
    "confounding",
    "corrected_shares",
    "deadlines_by_month",
    "distinctive_words",
    "dominant_plans",
    "due_flags",
    "form_differences",
    "gap_totals",
    "index_ranks",
    "jensen_shannon_distance",
    "overlap",
    "panel_trend",
    "parse_quantities",
    "pooled_shares",
    "read_index_weights",
    "reuse_by_group",
    "share_change",
    "share_sensitivity",
    "shared_passages",
    "task_proportions",
    "task_quantities",
    "text_reuse",
    "theme_differences",
    "theme_gaps",
    "theme_shares",
    "unit_load",
    "verifiability",
    "weighted_index",
]
