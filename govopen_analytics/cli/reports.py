"""The commands ``build``, ``report`` and ``notebooks``."""

import contextlib
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from govopen_analytics.base.errors import RunError
from govopen_analytics.cli.shared import (
    EXIT_FAILED,
    EXIT_PARTIAL,
    NOTEBOOKS,
    PROCESSED,
    RAW,
    REPORTS,
    commands,
    described,
    print_json,
)

if TYPE_CHECKING:
    from govopen_analytics.base.remarks import Remark
    from govopen_analytics.base.tables import Tables
    from govopen_analytics.run.reuse import PlannedJob
    from govopen_analytics.run.sets import Options, ReportSet


_MOST_NAMED = 3  # notebooks before an error that several have
_MOST_REMARKS = 10  # shown of a build; the page and remarks.csv have all


@described
def build(
    raw: Path = RAW,
    processed: Path = PROCESSED,
    codebook: Path | None = None,
    max_seconds: float = 600.0,
    max_memory: float = 2.0,
    cluster: str | None = None,
    csv: bool = False,
    force: bool = False,
) -> None:
    """读入计划并写出数据表 · read the plans and write the tables."""
    from govopen_analytics.base.datapackage import (
        CSV_BYTES,
        is_built,
        read_datapackage,
    )
    from govopen_analytics.plans.workers import GIGABYTE, Limits

    if not (force or csv) and is_built(raw, processed, codebook):
        typer.echo("没有变化 · nothing has changed")
        n_plans = _print_tables(read_datapackage(processed), processed)
    else:
        n_plans = _build(
            raw,
            processed,
            cluster=cluster,
            codebook_path=codebook,
            is_forced=force,
            limits=Limits(max_seconds, int(max_memory * GIGABYTE)),
            csv_bytes=None if csv else CSV_BYTES,
        )
    if n_plans == 0:
        raise RunError(
            f"No plan was read from {raw}; the lines above say why, {processed} "
            "holds empty tables"
        )


@described
def list_notebooks(
    notebooks: Path = NOTEBOOKS,
    as_json: bool = False,
) -> None:
    """列出笔记本及其参数、类型、默认值 · list the notebooks and their parameters.

    给值 · to give one: govopen report -p NAME=VALUE
    """
    from govopen_analytics.run.notebooks import (
        OWN_PARAMETERS,
        find_notebooks,
        notebook_parameters,
        notebook_title,
    )

    listed: list[dict[str, Any]] = [
        {
            "name": path.stem,
            "title": notebook_title(path),
            "parameters": [
                asdict(parameter)
                for parameter in notebook_parameters(path).values()
                if parameter.name not in OWN_PARAMETERS
            ],
        }
        for path in find_notebooks(notebooks)
    ]
    if as_json:
        print_json(listed)
        return
    for notebook in listed:
        typer.echo(f"{notebook['name']}: {notebook['title']}")
        for parameter in notebook["parameters"]:
            line = "{name}: {type} = {default!r}".format(**parameter)
            typer.echo(f"  {line:<40} {parameter['help']}".rstrip())


@described
def report(
    report_set: str | None = None,
    raw: Path = RAW,
    processed: Path = PROCESSED,
    reports: Path = REPORTS,
    notebooks: Path = NOTEBOOKS,
    sets: Path = Path("reports.yml"),
    parameter: list[str] | None = None,
    lang: str | None = None,
    codebook: Path | None = None,
    force: bool = False,
    dry_run: bool = False,
    keep: int | None = None,
    wait: int = 0,
    jobs: int | None = None,
    removed: list[str] | None = None,
    check: str | None = None,
    as_json: bool = False,
) -> None:
    """写出数据表，运行笔记本，生成报告 · build, run the notebooks, write the report.

    退出码 · exit codes: 0 完成 complete; 1 失败 failed or refused; 2 命令写错 misused;
    3 部分完成 partial; 4 另有运行 another run is going on. 详见 · more:
    docs/scheduling.md.
    """
    if as_json and not dry_run:
        raise typer.BadParameter(
            "--json goes with --dry-run; what a run did stands in its run.json"
        )
    if check is not None:
        _check(reports, check)
        return
    from govopen_analytics.base.datapackage import is_built
    from govopen_analytics.run.jobs import plan_jobs
    from govopen_analytics.run.notebooks import find_notebooks
    from govopen_analytics.run.record import LATEST
    from govopen_analytics.run.report import run_report
    from govopen_analytics.run.sets import Options, choose_set, read_report_sets

    default, report_sets = read_report_sets(sets)
    chosen = choose_set(default, report_sets, report_set)
    values = _parameters(parameter or []) | ({} if lang is None else {"lang": lang})
    chosen = chosen.with_parameters(values, keep=keep)
    paths = find_notebooks(notebooks)
    plan_jobs(chosen, paths, None)  # refused before anything is built
    options = Options(
        latest=LATEST if chosen.name == default else f"{LATEST}-{chosen.name}",
        n_workers=jobs,
        is_forced=force,
        seconds_wait=wait,
        codebook_path=codebook,
        removed=tuple(removed or ()),
    )
    with _ended_cleanly(), contextlib.ExitStack() as stack:
        if dry_run:
            folders = (raw, processed, reports)
            _dry_run(chosen, paths, folders, options, as_json=as_json)
            return

        def prepare() -> None:
            if force or not is_built(raw, processed, codebook):
                _build(raw, processed, codebook_path=codebook, is_forced=force)
            # Only now: a terminal shows one bar at a time.
            options.on_progress = stack.enter_context(_progress())

        options.prepare = prepare
        folder, record = run_report(
            paths,
            processed_dir=processed,
            reports_dir=reports,
            report_set=chosen,
            options=options,
        )
    _print_report(folder, record)


def _build(raw: Path, out: Path, *, cluster: str | None = None, **options: Any) -> int:
    """Build the tables and say what was read; return the number of plans."""
    from govopen_analytics.run.build import build_processed, cluster_executor

    with contextlib.ExitStack() as stack:
        if cluster:
            options["executor"] = stack.enter_context(cluster_executor(cluster))
        on_progress = stack.enter_context(_progress())
        tables = build_processed(raw, out, **options, on_progress=on_progress)
    return _print_tables(tables, out)


def _print_tables(tables: "Tables", out: Path) -> int:
    """Say what was read and what was not; return the number of plans."""
    failures, remarks = tables["failures"], tables["remarks"]
    n_plans, n_tasks = (
        len(tables.part(name, [key]))
        for name, key in (("documents", "document_id"), ("tasks", "task_id"))
    )
    typer.echo(
        f"{n_plans} 份计划 · plans, {n_tasks} 项任务 · "
        f"tasks, {failures['source_file'].nunique()} 个文件未读入 · files not read, "
        f"{len(remarks)} 条说明 · remarks → {out}"
    )
    for failure in failures.itertuples():
        name = f"{failure.source_file}: "
        typer.echo(f"  {name}{failure.message.removeprefix(name)}", err=True)
    if n_changed := len(tables["review_changes"]):
        typer.echo(
            f"{n_changed} 项人工判定去向有变 · decisions of people moved, or without a "
            f"task: {out / 'review_changes.csv'}",
            err=True,
        )
    from govopen_analytics.words.remark_words import remark_in_both

    for row in remarks.head(_MOST_REMARKS).itertuples():
        sentence = remark_in_both({"code": row.code, "values": json.loads(row.values)})
        typer.echo(f"  {row.source_file}: {sentence}", err=True)
    if (n_more := len(remarks) - _MOST_REMARKS) > 0:
        typer.echo(f"  另有 {n_more} 条 · more: remarks.csv", err=True)
    return n_plans


def _dry_run(
    chosen: "ReportSet",
    paths: list[Path],
    folders: tuple[Path, Path, Path],
    options: "Options",
    *,
    as_json: bool,
) -> None:
    """Say what a run would do, with tables that are built aside where need be."""
    from govopen_analytics.base.datapackage import is_built
    from govopen_analytics.base.fingerprints import reviews_beside
    from govopen_analytics.run.build import build_processed
    from govopen_analytics.run.reuse import plan_report

    raw, processed, out = folders
    is_stale = not is_built(raw, processed, options.codebook_path)
    with tempfile.TemporaryDirectory(prefix="govopen-") as scratch:
        if is_stale:
            options.reviews_dir = reviews_beside(processed)
            processed = Path(scratch) / "processed"
            if options.reviews_dir.is_dir():
                shutil.copytree(options.reviews_dir, reviews_beside(processed))
            build_processed(raw, processed, codebook_path=options.codebook_path)
        planned, notes = plan_report(chosen, paths, processed, out, options)
    if as_json:
        print_json(
            {
                "set": chosen.name,
                "writes_tables": is_stale,
                "notes": [asdict(note) for note in notes],
                "jobs": [_planned(job) for job in planned],
            }
        )
        return
    if is_stale:
        typer.echo("数据表会重新写出 · the tables would be written again")
    for note in notes:
        _print_note(note)
    for job in planned:
        typer.echo(_planned_line(job))
    n_run = sum(bool(job.changed) for job in planned)
    typer.echo(
        f"{chosen.name}: {n_run} 个会运行 · would run, "
        f"{len(planned) - n_run} 个取自上次 · would be taken from the last run"
    )


def _planned(planned: "PlannedJob") -> dict[str, Any]:
    job, would_run = planned.job, bool(planned.changed)
    run = planned.source.record["run"] if planned.source and not would_run else None
    return {
        "name": job.name,
        "lang": job.lang,
        "parameters": job.parameters,
        "would_run": would_run,
        "reasons": planned.changed,
        "taken_from": run,
    }


def _planned_line(planned: "PlannedJob") -> str:
    job = _planned(planned)
    values = " ".join(f"{name}={value}" for name, value in job["parameters"].items())
    if not job["would_run"]:
        return f"沿用 · take  {job['name']} ({values}): {job['taken_from']}"
    reasons = "; ".join(commands()["reasons"][name] for name in job["reasons"])
    return f"运行 · run   {job['name']} ({values}): {reasons}"


def _check(out: Path, name: str) -> None:
    from govopen_analytics.run.record import check_run, find_run

    folder = find_run(out, name)
    problems = check_run(folder)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        typer.echo(f"{len(problems)} 处不符 · problems in {folder}", err=True)
        raise typer.Exit(EXIT_FAILED)
    typer.echo(f"全部文件与记录相符 · every file is as recorded: {folder}")


def _print_report(folder: Path, record: dict[str, Any]) -> None:
    page = folder / "index.html"
    if record.get("is_unchanged"):
        typer.echo(f"没有变化，沿用上次 · nothing changed, the last run holds: {page}")
        return
    for warning in record["warnings"]:
        _print_note(warning)
    if record["status"] == "complete":
        typer.echo(f"报告 · report: {page}")
        return
    for problem in record["problems"]:
        _print_note(problem)
    for line in _failures(record["notebooks"]):
        typer.echo(line, err=True)
    status = record["status"]
    typer.echo(f"{commands()['status'][status]}; see {page}", err=True)
    raise typer.Exit(EXIT_PARTIAL if status == "partial" else EXIT_FAILED)


def _print_note(remark: "Remark | dict[str, Any]") -> None:
    from govopen_analytics.words.remark_words import remark_in_both

    typer.echo(f"注意 · note: {remark_in_both(remark)}", err=True)


def _failures(entries: list[dict[str, Any]]) -> list[str]:
    # Hundreds of pages that fail for one reason are one line.
    names_of: dict[str, list[str]] = {}
    for entry in entries:
        if entry["status"] == "failed":
            cell = f", cell {entry['cell']}" if entry["cell"] else ""
            names_of.setdefault(entry["error"], []).append(f"{entry['name']}{cell}")
    return [
        f"{'; '.join(names[:_MOST_NAMED])}"
        + (f"; +{len(names) - _MOST_NAMED}" if len(names) > _MOST_NAMED else "")
        + f": {error}"
        for error, names in names_of.items()
    ]


def _parameters(pairs: list[str]) -> dict[str, Any]:
    import yaml

    values = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name:
            raise typer.BadParameter(
                f"found {pair!r}, expected NAME=VALUE such as lang=en"
            )
        try:
            values[name.strip()] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise typer.BadParameter(
                f"{name}: found {value!r}, expected a value such as en, 2022 or "
                "[2022, 2023]"
            ) from error
    return values


@contextmanager
def _ended_cleanly() -> Iterator[None]:
    # SIGTERM of a scheduler removes an unfinished run, as Ctrl-C does.
    def end(number: int, frame: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _log_line
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1)

        def tell(step: str, done: int, total: int) -> None:
            words = commands()["steps"].get(step, step)
            bar.update(task, description=words, completed=done, total=total)

        yield tell


def _log_line(step: str, done: int, total: int) -> None:
    # A log gets a line per step and notebook, with the time; no bar.
    from datetime import datetime

    if step in ("read", "code") and done:
        return
    time = datetime.now().astimezone().isoformat(timespec="seconds")
    typer.echo(
        f"{time} [{done}/{total}] {commands()['steps'].get(step, step)}", err=True
    )
