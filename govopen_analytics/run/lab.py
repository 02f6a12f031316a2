"""JupyterLab with a notebook in one language, ready to run."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from govopen_analytics.base.errors import SelectionError, SourceError, choices
from govopen_analytics.base.languages import LANGUAGES
from govopen_analytics.base.locking import disk_errors_explained

FOLDER = "lab"
_SETTINGS = "@jupyterlab/apputils-extension/notification.jupyterlab-settings"


def write_lab(folder: Path, lang: str) -> Path:
    """Write a copy of ``00_explore`` in one language, where there is none yet.

    What a person made of their copy stays. Beside it stand settings that keep
    JupyterLab from asking the network for news.

    Parameters
    ----------
    folder : Path
        The project, with ``notebooks/``.
    lang : {"zh", "en"}

    Returns
    -------
    Path
        The notebook.

    Raises
    ------
    SelectionError
        If the language is not known.
    SourceError
        If the project has no ``notebooks/00_explore.ipynb``.
    RunError
        If the folder cannot be written.
    """
    if lang not in LANGUAGES:
        raise SelectionError(f"lang: {choices(lang, LANGUAGES)}")
    source = folder / "notebooks" / "00_explore.ipynb"
    if not source.is_file():
        raise SourceError(
            f"{source}: no such file; go to the folder of the project, or make one "
            "with `govopen init`"
        )
    path = folder / FOLDER / f"explore_{lang}.ipynb"
    with disk_errors_explained(folder, "the notebook", "Nothing was changed"):
        settings = folder / FOLDER / ".settings" / _SETTINGS
        settings.parent.mkdir(parents=True, exist_ok=True)
        quiet = {"fetchNews": "false", "checkForUpdates": False}
        settings.write_text(json.dumps(quiet), encoding="utf-8")
        if not path.exists():
            notebook = json.loads(source.read_text(encoding="utf-8"))
            text = json.dumps(_in_one_language(notebook, lang), ensure_ascii=False)
            path.write_text(text, encoding="utf-8")
    return path


def _in_one_language(notebook: dict[str, Any], lang: str) -> dict[str, Any]:
    cells = []
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags", [])
        languages = [tag for tag in tags if tag.startswith("lang-")]
        if languages and f"lang-{lang}" not in languages:
            continue
        if "parameters" in tags:
            source = "".join(cell["source"])
            cell = {**cell, "source": source.replace('"zh"', f'"{lang}"', 1)}
        cells.append(cell)
    # With a kernel named, JupyterLab does not ask for one.
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {**notebook["metadata"], "kernelspec": kernel}
    return {**notebook, "cells": cells, "metadata": metadata}


def lab_command(folder: Path, notebook: Path, further: list[str]) -> list[str]:
    """Return the command that opens a notebook in JupyterLab.

    Parameters
    ----------
    folder : Path
        The project: what JupyterLab shows.
    notebook : Path
        Result of ``write_lab``.
    further : list of str
        Further options of JupyterLab.
    """
    place = notebook.relative_to(folder).as_posix()
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={folder.resolve()}",
        f"--LabApp.default_url=/lab/tree/{place}",
        f"--LabApp.user_settings_dir={(notebook.parent / '.settings').resolve()}",
        *(["--allow-root"] if is_root() else []),
        *further,
    ]


def is_root() -> bool:
    """Say whether this process may do everything on the machine."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
