"""Notebooks with parameters to a folder ``reports/<run>/``, whole or not at all."""

from govopen_analytics.run.jobs import (
    CorpusValues,
    Job,
    checked_jobs,
    corpus_values,
    plan_jobs,
)
from govopen_analytics.run.notebooks import (
    OWN_PARAMETERS,
    Parameter,
    assign_parameters,
    find_notebooks,
    notebook_parameters,
)
from govopen_analytics.run.record import (
    LATEST,
    RECORD,
    check_run,
    find_run,
    point_latest,
    read_record,
    remove_old_runs,
)
from govopen_analytics.run.report import (
    Options,
    PlannedJob,
    plan_report,
    run_report,
    with_parameters,
)
from govopen_analytics.run.sets import (
    SETS_FILE,
    Entry,
    ReportSet,
    choose_set,
    read_report_sets,
)

__all__ = [
    "LATEST",
    "OWN_PARAMETERS",
    "RECORD",
    "SETS_FILE",
    "CorpusValues",
    "Entry",
    "Job",
    "Options",
    "Parameter",
    "PlannedJob",
    "ReportSet",
    "assign_parameters",
    "check_run",
    "checked_jobs",
    "choose_set",
    "corpus_values",
    "find_notebooks",
    "find_run",
    "notebook_parameters",
    "plan_jobs",
    "plan_report",
    "point_latest",
    "read_record",
    "read_report_sets",
    "remove_old_runs",
    "run_report",
    "with_parameters",
]
