"""Responsibility: which unit carries how much, and when it falls due."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from govopen_analytics.base.tables import Tables
from govopen_analytics.base.text import simplified
from govopen_analytics.measures.counts import flag_columns, group_columns
from govopen_analytics.measures.intervals import jeffreys_interval
from govopen_analytics.measures.shares import task_proportions

# Kinds that name a day to be done by; the others say how long work goes on.
DUE_KINDS = ("month_end", "date", "year_end")
WITHOUT_MONTH = ("whole_year", "ongoing", "other_year", "none")
PERIODS = (*(f"{month:02d}" for month in range(1, 13)), *WITHOUT_MONTH)
_COLLECTIVE = re.compile(
    r"^(?:各|相关|有关|其他|其它|所有|全体)"
    r"|^[^各]{0,8}(?:各|相关|有关|其他|所有|全体)[^，、]{0,6}(?:处室|科室|单位|部门|股室)$"
    r"|^(?:机关|直属)?(?:事业)?(?:处室|单位|部门)$"
)
# Totals below this are dominated by a plan by chance.
_LEAST_TOTAL = 5
_BRACKETS = str.maketrans("()", "（）")


def is_collective(name: str) -> bool:
    """Say whether a name such as 各处室 or 相关单位 stands for many units."""
    return _COLLECTIVE.search(name) is not None


def unit_load(
    tables: Tables,
    *,
    by: str | Sequence[str] = ("agency",),
    interval: float = 0.95,
) -> pd.DataFrame:
    """Count the tasks each unit leads and supports.

    Parameters
    ----------
    tables, by, interval
        As in ``theme_shares``; intervals are those of ``jeffreys_interval``. Units of
        the same name in two groups are different units.

    Returns
    -------
    DataFrame, shape (n_units, n_by + 9)
        One row per group and unit, heaviest first: the `by` columns,
        ``unit_name``, ``is_collective`` (a name such as 各处室 or 相关单位 that
        stands for many units), ``n_tasks`` (count, tasks of the group that name
        any unit), ``n_lead``, ``n_support`` (counts), ``n_due`` (count, tasks led
        that have a day to be done by), ``lead_share`` with ``lead_share_lower``
        and ``lead_share_upper`` (0-1, of ``n_tasks``).
    """
    by = [by] if isinstance(by, str) else list(by)
    roles = _unit_roles(tables, by)
    named = roles.groupby(by, dropna=False)["task"].nunique().rename("n_tasks")
    once = roles.drop_duplicates([*by, "unit_name", "role", "task"])
    is_lead = once["role"] == "lead"
    counts = {
        "n_lead": is_lead,
        "n_support": ~is_lead,
        "n_due": is_lead & once["is_due"],
    }
    sums = (
        once.assign(**counts).groupby([*by, "unit_name"], dropna=False)[[*counts]].sum()
    )
    rows = sums.reset_index().merge(named.reset_index(), on=by, how="left")
    rows["is_collective"] = rows["unit_name"].map(is_collective).astype(bool)
    rows["lead_share"] = rows["n_lead"] / rows["n_tasks"]
    rows["lead_share_lower"], rows["lead_share_upper"] = jeffreys_interval(
        rows["n_lead"].to_numpy(), rows["n_tasks"].to_numpy(), interval=interval
    )
    rows = rows.sort_values(
        [*by, "n_lead", "n_support", "unit_name"],
        ascending=[True] * len(by) + [False, False, True],
        ignore_index=True,
    )
    shares = ["lead_share", "lead_share_lower", "lead_share_upper"]
    return rows[[*by, "unit_name", "is_collective", "n_tasks", *counts, *shares]]


def deadlines_by_month(
    tables: Tables,
    *,
    by: str | Sequence[str] = ("agency",),
    interval: float = 0.95,
) -> pd.DataFrame:
    """Count the tasks that fall due in each month.

    A deadline at the end of the year falls due in December. Work that goes on
    all year or for good falls due in no month and is counted apart, as are
    deadlines in another year than the plan's and tasks without one.

    Parameters
    ----------
    tables, by, interval
        As in ``task_proportions``.

    Returns
    -------
    DataFrame, shape (n_groups * 16, n_by + 7)
        The `by` columns, ``due`` ("01" … "12", "whole_year", "ongoing",
        "other_year", "none"), ``month`` (1-12, else empty), ``n_tasks`` (count,
        tasks of the group), ``n_due`` (count), ``share`` with ``share_lower`` and
        ``share_upper`` (0-1). Months without a task have a row.
    """
    rows = task_proportions(tables, due_flags(tables), by=by, interval=interval)
    rows = rows.rename(columns={"flag": "due", "n_true": "n_due"})
    rows = rows.astype({"due": "string"})
    month = pd.to_numeric(rows["due"], errors="coerce").astype("Int64")
    rows.insert(rows.columns.get_loc("due") + 1, "month", month)
    return rows


def dominant_plans(tables: Tables, flags: pd.DataFrame) -> pd.DataFrame:
    """Name the plan that makes up most of a total over several plans.

    A total of 23 deadlines in December says little of agencies where 17 of them
    stand in one plan. A plan dominates a total of which it has more than half;
    totals below 5 are dominated by chance and left out.

    Parameters
    ----------
    tables : Tables
        Of the corpus.
    flags : DataFrame, shape (n_tasks, 1 + n_flags)
        ``task_id`` and boolean columns: what is counted.

    Returns
    -------
    DataFrame, shape (n_dominated, 8)
        One row per flag that a plan dominates: ``flag``, ``n_true`` (count, all
        plans), ``document_id``, ``agency``, ``year``, ``n_plan_true`` (count, of
        the plan), ``plan_part`` (0-1, of the total) and ``plan_task_part`` (0-1,
        the plan's part of all tasks). A plan dominates no total of which it has
        no more than of all tasks; a single plan gives no rows.
    """
    held = flag_columns(tables, flags)
    plan, plan_ids = pd.factorize(tables.tasks["document_id"])
    counts = np.zeros((len(plan_ids), held.shape[1]), dtype=int)
    np.add.at(counts, plan, held.to_numpy(dtype=int))
    size = np.bincount(plan, minlength=len(plan_ids))
    rows = []
    for name, of_plan in zip(held.columns, counts.T, strict=True):
        total = int(of_plan.sum())
        if total < _LEAST_TOTAL or len(plan_ids) < 2:
            continue
        top = int(of_plan.argmax())
        parts = (of_plan[top] / total, size[top] / size.sum())
        if parts[0] <= max(0.5, parts[1]):
            continue
        rows.append((name, total, plan_ids[top], int(of_plan[top]), *parts))
    columns = ["flag", "n_true", "document_id", "n_plan_true"]
    table = pd.DataFrame(rows, columns=[*columns, "plan_part", "plan_task_part"])
    plans = tables.documents[["document_id", "agency", "year"]]
    named = table.merge(plans, on="document_id")
    return named[[*columns[:3], "agency", "year", *table.columns[3:]]]


def due_flags(tables: Tables) -> pd.DataFrame:
    """Return one boolean column per period of ``deadlines_by_month``.

    Parameters
    ----------
    tables : Tables
        Of the corpus.

    Returns
    -------
    DataFrame, shape (n_tasks, 17)
        ``task_id`` and the periods.
    """
    due = _due(tables)
    flags = {period: due == period for period in PERIODS}
    return pd.DataFrame({"task_id": tables.tasks["task_id"].to_numpy(), **flags})


def _unit_roles(tables: Tables, by: list[str]) -> pd.DataFrame:
    """Return one row per task, role and unit named in it."""
    tasks = tables.tasks
    frame = group_columns(tables, by)
    frame["task"] = np.arange(len(tasks))
    frame["is_due"] = tasks["deadline_kind"].isin(DUE_KINDS).to_numpy()
    parts = []
    for role in ("lead", "support"):
        units = pd.Series([named_units(cell) for cell in tasks[f"{role}_units"]])
        named = frame.assign(role=role, unit_name=units).explode("unit_name")
        parts.append(named[named["unit_name"].notna()])
    return pd.concat(parts, ignore_index=True).astype({"unit_name": "string"})


def named_units(cell: Any) -> list[str]:
    """Return the units of a cell; Parquet hands lists back as arrays.

    A name printed with brackets of either width, or in traditional characters,
    is one name.
    """
    if cell is None or isinstance(cell, float):
        return []
    return list(dict.fromkeys(map(_plain_unit, cell)))


@lru_cache(maxsize=65_536)
def _plain_unit(name: str) -> str:
    return simplified(name).translate(_BRACKETS)


def _due(tables: Tables) -> np.ndarray:
    tasks = tables.tasks
    date = pd.to_datetime(tasks["deadline_date"])
    kind = tasks["deadline_kind"].astype("string").fillna("none").to_numpy(dtype=object)
    is_due = np.isin(kind, DUE_KINDS) & date.notna().to_numpy()
    year = group_columns(tables, ["year"])["year"].to_numpy(dtype=float)
    elsewhere = is_due & ~np.isnan(year) & (date.dt.year.to_numpy() != year)
    due = np.where(np.isin(kind, WITHOUT_MONTH), kind, "none")
    due = np.where(is_due, date.dt.strftime("%m").to_numpy(dtype=object), due)
    return np.where(elsewhere, "other_year", due)
