"""Notes such as 逗号前为牵头单位 or 排在首位的为牵头单位, applied to all tasks."""

from govopen_analytics.base.text import fold
from govopen_analytics.plans.draft import Draft
from govopen_analytics.plans.units import split_units
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("lead_notes")

_MARKS = {"逗号": ",", "分号": ";"}


def apply_lead_note(tasks: list[Draft], source: str) -> None:
    """Part lead from support where a note says how a list of units is to be read.

    Tasks whose text says itself who supports are left alone.
    """
    folded = fold(source)
    before_mark = FORMS.before_mark.search(folded)
    if not before_mark and not FORMS.first.search(folded):
        return
    for draft in tasks:
        if len(draft.lead) < 2 or draft.support:
            continue
        n_lead = 1
        if before_mark:
            printed = draft.text("lead_units", source) or ""
            n_lead = _n_before(printed, _MARKS[before_mark["mark"]])
        draft.lead, draft.support = draft.lead[:n_lead], draft.lead[n_lead:]


def _n_before(printed: str, mark: str) -> int:
    """How many units stand before a list's first comma or semicolon."""
    folded = fold(printed)
    label = FORMS.label.match(folded)
    start = label.end() if label else 0
    stop = folded.find(mark, start)
    return len(split_units(printed[start : None if stop < 0 else stop]))
