"""Notebooks with parameters to a folder ``reports/<run>/``, whole or not at all.

Names are imported when first used: not every command needs the tables.
"""

from importlib import import_module as _import_module
from typing import Any

_NAMES = {
    "jobs": ("CorpusValues", "Job", "checked_jobs", "corpus_values", "plan_jobs"),
    "notebooks": (
        "OWN_PARAMETERS",
        "Parameter",
        "assign_parameters",
        "find_notebooks",
        "notebook_parameters",
    ),
    "record": (
        "LATEST",
        "RECORD",
        "check_run",
        "find_run",
        "point_latest",
        "read_record",
        "remove_old_runs",
    ),
    "report": (
        "Options",
        "PlannedJob",
        "plan_report",
        "run_report",
        "with_parameters",
    ),
    "sets": ("SETS_FILE", "Entry", "ReportSet", "choose_set", "read_report_sets"),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(_import_module(f"{__name__}.{_HOME[name]}"), name)
