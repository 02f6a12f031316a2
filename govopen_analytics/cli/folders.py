"""The commands that make a folder to work in: ``init``, ``synth`` and ``lab``."""

import os
from pathlib import Path

import typer

from govopen_analytics.cli.shared import described, language_of_system

_ROOT = (
    "注意：正以 root 身份运行；笔记本里的代码可以改动这台机器上的一切 · "
    "note: this runs as root; code in a notebook can change anything on this machine"
)


@described
def init(
    folder: Path = Path("."),
    example: bool = False,
) -> None:
    """写出笔记本、报告集和清单 · write notebooks, report sets and a manifest."""
    from govopen_analytics.run.project import write_project

    written = write_project(folder, with_example=example)
    typer.echo(
        f"{len(written)} 个文件 · files → {folder}\n"
        "下一步 · next: "
        + ("" if example else "计划放入 · plans into data/raw; ")
        + "govopen report"
    )


@described
def synth(
    out: Path,
    agencies: int = 8,
    first_year: int = 2021,
    last_year: int = 2024,
    seed: int = 0,
) -> None:
    """生成合成语料，均标明【合成】 · write a synthetic corpus, marked as such."""
    from govopen_analytics.synth import synthesize_corpus

    if last_year < first_year:
        raise typer.BadParameter(
            f"last year {last_year} is before first year {first_year}"
        )
    years = list(range(first_year, last_year + 1))
    synthesize_corpus(out, n_agencies=agencies, years=years, seed=seed)
    typer.echo(
        f"{agencies} × {len(years)} → {out / 'raw'}，真值 · truth: {out / 'truth'}"
    )


@described
def lab(
    context: typer.Context,
    lang: str = "",
) -> None:
    """打开 JupyterLab，从探索开始 · open JupyterLab on the notebook to explore in."""
    from govopen_analytics.run.project import is_root, lab_command, write_lab

    folder = Path(".")
    notebook = write_lab(folder, language_of_system(lang))
    command = lab_command(folder, notebook, context.args)
    if is_root():
        typer.echo(_ROOT, err=True)
    typer.echo(f"→ {notebook}")
    os.execv(command[0], command)
