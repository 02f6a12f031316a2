"""Small corpora for the tests of the comparisons."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from govopen_analytics.base.tables import Tables

# Nine themes, normalised entropy 0.919 and sum of squares 0.153: the agenda that
# the simulated figures of MEASURES are consistent with.
AGENDA = np.array([27, 15, 15, 10, 10, 9, 7, 4, 3]) / 100
THEMES = [f"theme_{k}" for k in range(9)]


def corpus(
    plans: dict[str, Sequence[Sequence[str]]],
    *,
    themes: Sequence[str] = THEMES,
    years: dict[str, int] | None = None,
    agencies: dict[str, str] | None = None,
) -> Tables:
    """Return tables from document_id -> the themes of each task."""
    tasks, assignments = [], []
    for document_id, carried in plans.items():
        for ordinal, theme_ids in enumerate(carried, start=1):
            task_id = f"{document_id}:{ordinal}"
            tasks.append((task_id, document_id, ordinal))
            assignments += [
                (task_id, theme_id, "person", rank, "1")
                for rank, theme_id in enumerate(theme_ids, start=1)
            ]
    agencies = agencies or {}
    years = years or {}
    documents = [
        (name, agencies.get(name, f"agency {name}"), years.get(name, 2024))
        for name in plans
    ]
    tables = {
        "tasks": pd.DataFrame(tasks, columns=["task_id", "document_id", "ordinal"]),
        "theme_assignments": pd.DataFrame(
            assignments,
            columns=["task_id", "theme_id", "coder", "rank", "codebook_version"],
        ),
        "documents": pd.DataFrame(documents, columns=["document_id", "agency", "year"]),
        "themes": pd.DataFrame({"codebook_version": "1", "theme_id": list(themes)}),
    }
    return Tables.of(tables)


def sampled(
    n_plans: int, n_tasks: int, rng: np.random.Generator, agenda: np.ndarray = AGENDA
) -> Tables:
    """Return plans whose tasks are drawn from one agenda, one theme each."""
    drawn = rng.choice(len(agenda), size=(n_plans, n_tasks), p=agenda)
    return corpus(
        {f"p{k:04d}": [[THEMES[theme]] for theme in row] for k, row in enumerate(drawn)}
    )


def panel_of(
    n_agencies: int,
    n_years: int,
    n_tasks: int,
    rng: np.random.Generator,
    *,
    slope: float,
    concentration: float | None = None,
) -> Tables:
    """Return plans of agencies over years; theme 0 gains `slope` a year, 1 loses it.

    With a `concentration` each plan draws an agenda of its own from a Dirichlet.
    """
    plans, years, agencies = {}, {}, {}
    for agency in range(n_agencies):
        for year in range(n_years):
            agenda = AGENDA.copy()
            moved = slope * (year - (n_years - 1) / 2)
            agenda[:2] += moved, -moved
            if concentration is not None:
                agenda = rng.dirichlet(agenda * concentration)
            name = f"p{agency}_{year}"
            drawn = rng.choice(len(agenda), size=n_tasks, p=agenda)
            plans[name] = [[THEMES[theme]] for theme in drawn]
            years[name], agencies[name] = 2020 + year, f"agency {agency:03d}"
    return corpus(plans, years=years, agencies=agencies)
