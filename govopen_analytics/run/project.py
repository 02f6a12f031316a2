"""A folder to work in, with notebooks and plans, and JupyterLab to explore there."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from govopen_analytics.base.errors import SelectionError, SourceError, choices
from govopen_analytics.base.languages import LANGUAGES
from govopen_analytics.base.locking import disk_errors_explained
from govopen_analytics.base.provenance import MANIFEST_COLUMNS, MANIFEST_NAME
from govopen_analytics.run.notebooks import speaks

_PACKAGE = Path(__file__).parents[1]
_MOST_NAMED = 3
_RAW = Path("data", "raw")
_LAB = "lab"
_SETTINGS = "@jupyterlab/apputils-extension/notification.jupyterlab-settings"


def write_project(folder: Path, *, with_example: bool = False) -> list[Path]:
    """Write what a report needs into a folder; nothing that is there is replaced.

    With the example, that is also the five plans that came with the package; without
    it, the manifest has its header alone. Returns the sorted paths in the folder.
    """
    contents = _contents(with_example)
    with disk_errors_explained(folder, "the project", "Nothing was replaced"):
        there = sorted(str(name) for name in contents if (folder / name).exists())
        if there:
            shown = ", ".join(there[:_MOST_NAMED])
            more = ", …" if len(there) > _MOST_NAMED else ""
            raise SourceError(
                f"{folder}: {len(there)} of the files are there already ({shown}"
                f"{more}) and are never replaced; remove them or give another folder"
            )
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".govopen-", dir=folder) as scratch:
            for name, content in contents.items():
                path = Path(scratch) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            for name in contents:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(Path(scratch) / name, folder / name)
    return sorted(contents)


def _contents(with_example: bool) -> dict[Path, bytes]:
    # In a clone they stand beside the package; a wheel holds them inside it.
    shipped = _PACKAGE / "starter"
    starter = shipped if shipped.is_dir() else _PACKAGE.parent
    paths = [starter / "reports.yml", *starter.glob("notebooks/*.ipynb")]
    paths += (starter / _RAW).iterdir() if with_example else []
    contents = {path.relative_to(starter): path.read_bytes() for path in paths}
    readme = _PACKAGE / "run" / "templates" / "project.md"
    contents[Path("README.md")] = readme.read_bytes()
    header = ",".join(MANIFEST_COLUMNS) + "\n"
    contents.setdefault(_RAW / MANIFEST_NAME, header.encode())
    return contents


def write_lab(folder: Path, lang: str) -> Path:
    """Write a copy of ``00_explore`` in one language, where there is none yet.

    What a person made of their copy stays. Beside it stand settings that keep
    JupyterLab from asking the network for news.
    """
    if lang not in LANGUAGES:
        raise SelectionError(f"lang: {choices(lang, LANGUAGES)}")
    source = folder / "notebooks" / "00_explore.ipynb"
    if not source.is_file():
        raise SourceError(
            f"{source}: no such file; go to the folder of the project, or make one "
            "with `govopen init`"
        )
    path = folder / _LAB / f"explore_{lang}.ipynb"
    with disk_errors_explained(folder, "the notebook", "Nothing was changed"):
        settings = folder / _LAB / ".settings" / _SETTINGS
        settings.parent.mkdir(parents=True, exist_ok=True)
        quiet = {"fetchNews": "false", "checkForUpdates": False}
        settings.write_text(json.dumps(quiet), encoding="utf-8")
        if not path.exists():
            notebook = json.loads(source.read_text(encoding="utf-8"))
            text = json.dumps(_in_one_language(notebook, lang), ensure_ascii=False)
            path.write_text(text, encoding="utf-8")
    return path


def _in_one_language(notebook: dict[str, Any], lang: str) -> dict[str, Any]:
    cells = [cell for cell in notebook["cells"] if speaks(cell, lang)]
    for cell in cells:
        if "parameters" in cell["metadata"].get("tags", []):
            source = "".join(cell["source"])
            cell["source"] = source.replace('"zh"', f'"{lang}"', 1)
    # With a kernel named, JupyterLab does not ask for one.
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {**notebook["metadata"], "kernelspec": kernel}
    return {**notebook, "cells": cells, "metadata": metadata}


def lab_command(folder: Path, notebook: Path, further: list[str]) -> list[str]:
    """Return the command that opens a notebook of a project in JupyterLab."""
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
