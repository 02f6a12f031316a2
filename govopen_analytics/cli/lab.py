"""``govopen lab``: JupyterLab with the notebook to explore in."""

import os
from pathlib import Path
from typing import Annotated

import typer

from govopen_analytics.cli.check import language_of_system
from govopen_analytics.cli.errors import told_plainly

_ROOT = (
    "注意：正以 root 身份运行；笔记本里的代码可以改动这台机器上的一切 · "
    "note: this runs as root; code in a notebook can change anything on this machine"
)


def lab(
    context: typer.Context,
    lang: Annotated[
        str, typer.Option("--lang", help="zh 或 en · zh or en; as the system says")
    ] = "",
) -> None:
    """打开 JupyterLab，从探索开始 · open JupyterLab on the notebook to explore in."""
    with told_plainly():
        from govopen_analytics.run.lab import is_root, lab_command, write_lab

        folder = Path(".")
        notebook = write_lab(folder, lang or language_of_system())
        command = lab_command(folder, notebook, context.args)
        if is_root():
            typer.echo(_ROOT, err=True)
    typer.echo(f"→ {notebook}")
    os.execv(command[0], command)
