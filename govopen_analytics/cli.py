"""The command line ``govopen``; heavy modules are imported where they are used."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from govopen_analytics.cli_check import check

app = typer.Typer(
    help="政务公开年度计划分析：读入计划、编码主题、生成报告。\n\n"
    "Load open-government plans, code their themes, write the report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)

_STEPS = {
    "read": "读入计划 · reading plans",
    "code": "编码主题 · coding themes",
    "write": "写数据表 · writing tables",
    "images": "绘制图片 · drawing pictures",
    "pages": "写出网页 · writing pages",
}

RawOption = Annotated[
    Path, typer.Option("--raw", help="原始文件夹 · folder of plans as published")
]
ProcessedOption = Annotated[
    Path, typer.Option("--out", help="数据表文件夹 · folder for the tables")
]
CodebookOption = Annotated[
    Path | None, typer.Option("--codebook", help="编码表 · a codebook of your own")
]


app.command()(check)


@app.command()
def build(
    raw: RawOption = Path("data/raw"),
    out: ProcessedOption = Path("data/processed"),
    codebook: CodebookOption = None,
) -> None:
    """读入计划并写出数据表 · read the plans and write the tables."""
    with _told_plainly():
        _build(raw, out, codebook)


@app.command()
def report(
    raw: RawOption = Path("data/raw"),
    processed: Annotated[
        Path, typer.Option(help="数据表文件夹 · folder for the tables")
    ] = Path("data/processed"),
    out: Annotated[
        Path, typer.Option("--out", help="报告文件夹 · folder of all runs")
    ] = Path("reports"),
    notebooks: Annotated[
        Path, typer.Option(help="笔记本文件夹 · folder of notebooks")
    ] = Path("notebooks"),
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            "-p",
            metavar="NAME=VALUE",
            help="笔记本参数，可重复 · a notebook parameter, may be repeated: "
            "-p 'agencies=[…]' -p lang=en",
        ),
    ] = None,
    lang: Annotated[
        str | None, typer.Option(help="报告语言 · language of the report: zh, en")
    ] = None,
    codebook: CodebookOption = None,
) -> None:
    """写出数据表，运行笔记本，生成报告 · build, run the notebooks, write the report."""
    with _told_plainly():
        from govopen_analytics.run import (
            assign_parameters,
            find_notebooks,
            run_report,
        )

        values = _parameters(parameter or [])
        if lang is not None:
            values["lang"] = lang
        found = find_notebooks(notebooks)
        assign_parameters(found, values)  # refused before anything is built
        _build(raw, processed, codebook)
        with _progress() as tell:
            folder, record = run_report(
                found,
                processed_dir=processed,
                reports_dir=out,
                parameters=values,
                on_progress=tell,
            )
    _tell_report(folder, record)


def _build(raw: Path, out: Path, codebook: Path | None) -> None:
    from govopen_analytics.build import build_processed

    with _progress() as tell:
        built = build_processed(raw, out, codebook_path=codebook, on_progress=tell)
    n_documents, n_tasks, n_failures = (
        len(built.tables[name]) for name in ("documents", "tasks", "failures")
    )
    typer.echo(
        f"{n_documents} 份计划 · plans, {n_tasks} 项任务 · tasks, "
        f"{n_failures} 个未读入 · failures → {out}"
    )
    for failure in built.tables["failures"].itertuples():
        typer.echo(f"  {failure.source_file}: {failure.message}", err=True)


def _tell_report(folder: Path, record: dict[str, Any]) -> None:
    for warning in record["warnings"]:
        typer.echo(f"注意 · note: {warning}", err=True)
    page = folder / "index.html"
    if record["status"] == "complete":
        typer.echo(f"报告 · report: {page}")
        return
    for notebook in record["notebooks"]:
        if notebook["status"] == "failed":
            cell = f", cell {notebook['cell']}" if notebook["cell"] else ""
            typer.echo(f"{notebook['name']}{cell}: {notebook['error']}", err=True)
    typer.echo(f"运行失败 · the run failed; see {page}", err=True)
    raise typer.Exit(1)


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
def _told_plainly() -> Iterator[None]:
    from govopen_analytics.errors import GovOpenError

    try:
        yield
    except GovOpenError as error:
        typer.echo(f"错误 · error: {error}", err=True)
        raise typer.Exit(1) from error


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    # A log file gets no bar, only what is told at the end.
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=1)

        def tell(step: str, done: int, total: int) -> None:
            words = _STEPS.get(step, step)
            bar.update(task, description=words, completed=done, total=total)

        yield tell
