"""``govopen init``: a folder to work in."""

from pathlib import Path
from typing import Annotated

import typer

from govopen_analytics.cli.shared import errors_on_one_line


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="目标文件夹 · folder to write")
    ] = Path("."),
    example: Annotated[
        bool, typer.Option("--example", help="附五份示例计划 · with the five plans")
    ] = False,
) -> None:
    """写出笔记本、报告集和清单 · write notebooks, report sets and a manifest."""
    with errors_on_one_line():
        from govopen_analytics.run.project import write_project

        written = write_project(folder, with_example=example)
    typer.echo(
        f"{len(written)} 个文件 · files → {folder}\n"
        "下一步 · next: "
        + ("" if example else "计划放入 · plans into data/raw; ")
        + "govopen report"
    )
