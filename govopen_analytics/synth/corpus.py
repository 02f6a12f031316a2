"""Write a synthetic corpus with its truth beside it."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from govopen_analytics.base.errors import SourceError, choices
from govopen_analytics.synth import printing
from govopen_analytics.synth.plans import (
    MEAN_AGENDA,
    Deck,
    Plan,
    Task,
    chapters,
    compose_task,
    draw_agendas,
    name_agencies,
)

LAYOUTS = tuple(printing.PRINTERS)
DEFAULT_TRENDS = {"grassroots_standardization": 0.03, "proactive_disclosure": -0.03}
_N_PASSAGES = 6
_NOTE = "合成数据，仅供测试，不是任何机构的文件 (synthetic, for tests only)"


@dataclass(frozen=True)
class SyntheticCorpus:
    """Where a synthetic corpus was written, and what was planted in it.

    Attributes
    ----------
    raw_dir : Path
        Folder of plans with ``manifest.csv``, to be read like any other.
    truth_dir : Path
        Folder of the tables below, as CSV.
    documents : DataFrame, shape (n_documents, ...)
        ``document_id``, ``file``, ``agency``, ``level``, ``province``, ``city``,
        ``county``, ``year``, ``title``, ``layout``, ``n_tasks``, what the layout
        prints (``has_units``, ``has_deadlines``, ``has_progress``,
        ``has_content``) and ``is_synthetic``.
    agenda : DataFrame, shape (n_documents * n_themes, 5)
        ``document_id``, ``agency``, ``year``, ``theme_id``, ``share``: the true
        agenda (0-1) that the plan's tasks were drawn from.
    trends : DataFrame, shape (n_themes, 2)
        ``theme_id``, ``change_per_year`` (difference of shares a year).
    tasks : DataFrame, shape (n_tasks, ...)
        Every task in printed order: ``document_id``, ``ordinal``, ``theme_id``
        (primary), ``secondary_theme_id``, ``chapter``, ``title``, ``content``,
        ``lead_units``, ``support_units`` (joined by 、), ``deadline_raw``,
        ``deadline_kind``, ``deadline_date``, ``completion``, ``progress``,
        ``has_quantity``, ``passage``, ``source_document_id`` (the earlier plan
        that a planted passage stands in) and ``is_synthetic``. Units, deadlines
        and progress are empty where the layout does not print them.
    """

    raw_dir: Path
    truth_dir: Path
    documents: pd.DataFrame
    agenda: pd.DataFrame
    trends: pd.DataFrame
    tasks: pd.DataFrame


def synthesize_corpus(
    out_dir: str | Path,
    *,
    n_agencies: int = 8,
    years: Sequence[int] = (2021, 2022, 2023, 2024),
    seed: int = 0,
    tasks_per_plan: tuple[int, int] = (10, 60),
    layouts: Sequence[str] = LAYOUTS,
    trends: dict[str, float] | None = None,
    concentration: float = 60.0,
    missing_share: float = 0.0,
) -> SyntheticCorpus:
    """Write plans of invented agencies, and what is true of them.

    Six passages stand in a plan of the first year and again in a plan of another
    agency in a later year, where there are any.

    Plans are text, Markdown, HTML, DOCX and XLSX files in `out_dir`/raw with a
    manifest; the truth stands in `out_dir`/truth. Every agency is marked 【合成】,
    every manifest row has a note. The same arguments give the same bytes.

    Parameters
    ----------
    out_dir : str or Path
        Folder to write; it must not exist or be empty.
    n_agencies : int, default 8
        Number of agencies, of three levels.
    years : sequence of int, default (2021, 2022, 2023, 2024)
        Years each agency has a plan for.
    tasks_per_plan : tuple of int, default (10, 60)
        Fewest and most tasks of a plan, drawn evenly.
    layouts : sequence of str, default all
        Layouts to use, dealt out in turn.
    trends : dict of str to float, optional
        Change of a theme's share a year, the same in all agencies; sums to 0. By
        default grassroots standardization gains 0.03 a year and proactive
        disclosure loses as much.
    concentration : float, default 60.0
        How alike the agencies' agendas are; the greater the more alike.
    missing_share : float, default 0.0
        Chance that an agency lacks the plan of a year (0-1); each keeps one.

    Raises
    ------
    SourceError
        If `out_dir` holds something already.
    ValueError
        If an argument is not among what it may be.
    """
    out_dir = Path(out_dir)
    years = sorted(set(years))
    _check(n_agencies, years, tasks_per_plan, layouts, missing_share)
    if out_dir.exists() and (not out_dir.is_dir() or any(out_dir.iterdir())):
        raise SourceError(
            f"{out_dir}: found something there already, expected a new or empty "
            "folder; choose another or remove what it holds"
        )
    trends = _checked_trends(trends, years)
    rng = np.random.default_rng(seed)
    agendas = draw_agendas(n_agencies, years, trends, concentration, rng)
    plans: list[Plan] = []
    agenda: list[pd.DataFrame] = []
    for a, agency in enumerate(name_agencies(n_agencies)):
        for y in _kept_years(len(years), missing_share, rng):
            layout = layouts[len(plans) % len(layouts)]
            name = f"synthetic_{a + 1:04d}_{years[y]}"
            plan = Plan(name, agency, years[y], layout)
            n_tasks = int(rng.integers(tasks_per_plan[0], tasks_per_plan[1] + 1))
            plan.tasks = _compose(plan, agendas[a, y], n_tasks, rng)
            plans.append(plan)
            agenda.append(_agenda_rows(plan, agendas[a, y]))
    _plant_passages(plans, rng)
    tables = {
        "agenda": pd.concat(agenda, ignore_index=True),
        "trends": pd.DataFrame(
            [(theme, trends.get(theme, 0.0)) for theme in MEAN_AGENDA],
            columns=["theme_id", "change_per_year"],
        ),
    }
    return _write(out_dir, plans, tables)


def _checked_trends(
    trends: dict[str, float] | None, years: list[int]
) -> dict[str, float]:
    trends = DEFAULT_TRENDS if trends is None else trends
    for theme in trends:
        if theme not in MEAN_AGENDA:
            raise ValueError(f"trends: {choices(theme, MEAN_AGENDA)}")
    # A single year shows no trend, so none is planted.
    return trends if len(years) > 1 else {}


def _compose(
    plan: Plan,
    agenda: np.ndarray,
    n_tasks: int,
    rng: np.random.Generator,
) -> list[Task]:
    """Compose the tasks of a plan, in the order of its chapters."""
    deck = Deck(rng)
    tasks = [compose_task(agenda, plan.year, deck, rng) for _ in range(n_tasks)]
    order = list(dict.fromkeys(chapters().values()))
    return sorted(tasks, key=lambda task: order.index(task.chapter))


def _check(
    n_agencies: int,
    years: list[int],
    tasks_per_plan: tuple[int, int],
    chosen: Sequence[str],
    missing_share: float,
) -> None:
    if n_agencies < 1:
        raise ValueError(f"n_agencies: found {n_agencies}, expected at least 1")
    if not years:
        raise ValueError("years: found none, expected at least one, such as 2024")
    fewest, most = tasks_per_plan
    if not 1 <= fewest <= most:
        raise ValueError(
            f"tasks_per_plan: found {tasks_per_plan}, expected the fewest and the "
            "most tasks, such as (10, 60)"
        )
    if not chosen:
        raise ValueError("layouts: found none, expected some of " + ", ".join(LAYOUTS))
    for name in chosen:
        if name not in LAYOUTS:
            raise ValueError(f"layouts: {choices(name, LAYOUTS)}")
    if not 0 <= missing_share <= 1:
        raise ValueError(
            f"missing_share: found {missing_share}, expected a share from 0 to 1"
        )


def _kept_years(
    n_years: int, missing_share: float, rng: np.random.Generator
) -> list[int]:
    is_kept = rng.random(n_years) >= missing_share
    if not is_kept.any():
        is_kept[rng.integers(n_years)] = True
    return [int(y) for y in np.flatnonzero(is_kept)]


def _agenda_rows(plan: Plan, shares: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "document_id": plan.document_id,
            "agency": plan.agency.name,
            "year": plan.year,
            "theme_id": list(MEAN_AGENDA),
            "share": shares,
        }
    )


def _plant_passages(plans: list[Plan], rng: np.random.Generator) -> None:
    """Copy sentences of first-year plans into later plans of other agencies."""
    first_year = min(plan.year for plan in plans)
    earlier = [plan for plan in plans if plan.year == first_year]
    deck = Deck(rng)
    for _ in range(_N_PASSAGES):
        source = earlier[int(rng.integers(len(earlier)))]
        later = [
            plan
            for plan in plans
            if plan.year > first_year and plan.agency != source.agency
        ]
        if not later:
            return
        copy = later[int(rng.integers(len(later)))]
        passage = deck.passage()
        for plan in (source, copy):
            free = [task for task in plan.tasks if not task.passage] or plan.tasks
            task = free[int(rng.integers(len(free)))]
            task.content += passage + "。"
            task.passage = passage
            task.source_document_id = source.document_id if plan is copy else ""


def _write(
    out_dir: Path, plans: list[Plan], tables: dict[str, pd.DataFrame]
) -> SyntheticCorpus:
    """Write the corpus beside its place and move it there whole."""
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(dir=out_dir.parent, prefix=f".{out_dir.name}-"))
    try:
        raw_dir, truth_dir = building / "raw", building / "truth"
        raw_dir.mkdir()
        truth_dir.mkdir()
        tables["documents"] = _write_plans(plans, raw_dir)
        tables["tasks"] = pd.DataFrame(
            [
                _task_row(plan, ordinal, task)
                for plan in plans
                for ordinal, task in enumerate(printing.printed_order(plan), start=1)
            ]
        )
        for name, table in tables.items():
            path = truth_dir / f"{name}.csv"
            table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
        # mkdtemp gives a folder only its owner may enter.
        building.chmod(0o755)
        os.replace(building, out_dir)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return SyntheticCorpus(out_dir / "raw", out_dir / "truth", **tables)


def _write_plans(plans: list[Plan], raw_dir: Path) -> pd.DataFrame:
    rows, manifest = [], []
    for plan in plans:
        suffix, content = printing.print_plan(plan)
        name = plan.document_id + suffix
        (raw_dir / name).write_bytes(content)
        declared = {
            "document_id": plan.document_id,
            "file": name,
            "agency": plan.agency.name,
            "level": plan.agency.level,
            "province": plan.agency.province,
            "city": plan.agency.city,
            "county": plan.agency.county,
            "year": plan.year,
            "title": plan.title,
        }
        sha256 = hashlib.sha256(content).hexdigest()
        manifest.append({**declared, "source_url": "", "sha256": sha256, "note": _NOTE})
        rows.append(
            {
                **declared,
                "layout": plan.layout,
                "n_tasks": len(plan.tasks),
                **printing.printed_parts(plan.layout),
                "is_synthetic": True,
            }
        )
    path = raw_dir / "manifest.csv"
    pd.DataFrame(manifest).to_csv(path, index=False, lineterminator="\n")
    return pd.DataFrame(rows)


def _task_row(plan: Plan, ordinal: int, task: Task) -> dict[str, object]:
    """Return what a reader could find of a task, and what it was drawn from."""
    parts = printing.printed_parts(plan.layout)
    units, reports = parts["has_units"], parts["has_progress"]
    dated = parts["has_deadlines"]
    title, content = printing.printed_text(plan.layout, task)
    return {
        "document_id": plan.document_id,
        "ordinal": ordinal,
        "theme_id": task.themes[0],
        "secondary_theme_id": task.themes[1] if len(task.themes) > 1 else None,
        "chapter": task.chapter if plan.layout.startswith("prose") else None,
        "title": title,
        "content": content,
        "lead_units": "、".join(task.lead_units) if units else "",
        "support_units": "、".join(task.support_units) if units else "",
        "deadline_raw": task.deadline_raw if dated else None,
        "deadline_kind": task.deadline_kind if dated else None,
        "deadline_date": task.deadline_date if dated else None,
        "completion": task.completion if reports else None,
        "progress": task.progress if reports else None,
        "has_quantity": task.has_quantity,
        "passage": task.passage,
        "source_document_id": task.source_document_id,
        "is_synthetic": True,
    }
