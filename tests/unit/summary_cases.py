"""Corpora for the front page: agencies, and how their tasks are written."""

import pandas as pd
from compare_cases import corpus


def summary_tables(agencies, themes):
    """Return tables from agency -> list of (theme, unit, month) of its tasks.

    A unit is a name or None, a month a number or None; `themes` maps each theme to
    its label.
    """
    made = corpus(
        {name: [[theme] for theme, _, _ in rows] for name, rows in agencies.items()},
        agencies={name: name for name in agencies},
        themes=list(themes),
    )
    written = [row for rows in agencies.values() for row in rows]
    tasks = made["tasks"].assign(
        text="做好政务公开工作",
        lead_units=[[unit] if unit else [] for _, unit, _ in written],
        support_units=[[] for _ in written],
        deadline_kind=["month_end" if month else None for _, _, month in written],
        deadline_date=[
            pd.Timestamp(2024, month, 28) if month else pd.NaT
            for _, _, month in written
        ],
    )
    labels = list(themes.values())
    return {
        "documents": made["documents"],
        "tasks": tasks,
        "theme_assignments": made["theme_assignments"],
        "themes": made["themes"].assign(
            label_zh=labels,
            label_en=labels,
            is_core=[True, *[False] * (len(labels) - 1)],
        ),
    }


def agencies_of(n, *, n_tasks=20, without_unit=0, name="{}市民政局"):
    """Return `n` agencies alike but for the last, which name no unit."""
    letters = "甲乙丙丁戊己庚辛壬癸"
    names = [letters[i // 10 % 10] * (i >= 10) + letters[i % 10] for i in range(n)]
    return {
        name.format(own): [
            ("abc"[k % 3], None if i >= n - without_unit else "办公室", None)
            for k in range(n_tasks)
        ]
        for i, own in enumerate(names)
    }
