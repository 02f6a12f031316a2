"""``govopen lab``: JupyterLab with the notebook to explore in."""

import os
from pathlib import Path

import typer

from govopen_analytics.cli.check import language_of_system
from govopen_analytics.cli.shared import SystemLangOption, errors_on_one_line

_ROOT = (
    "注意：正以 root 身份运行；笔记本里的代码可以改动这台机器上的一切 · "
    "note: this runs as root; code in a notebook can change anything on this machine"
)


def lab(
    context: typer.Context,
    lang: SystemLangOption = "",
) -> None:
    """打开 JupyterLab，从探索开始 · open JupyterLab on the notebook to explore in."""
    with errors_on_one_line():
        from govopen_analytics.run.lab import is_root, lab_command, write_lab

        folder = Path(".")
        notebook = write_lab(folder, lang or language_of_system())
        command = lab_command(folder, notebook, context.args)
        if is_root():
            typer.echo(_ROOT, err=True)
    typer.echo(f"→ {notebook}")
    os.execv(command[0], command)
