"""A folder to work in: notebooks, report sets, a manifest, perhaps example plans."""

import shutil
import tempfile
from pathlib import Path

from govopen_analytics.base.errors import SourceError
from govopen_analytics.base.locking import disk_errors_explained
from govopen_analytics.base.provenance import MANIFEST_COLUMNS, MANIFEST_NAME

_PACKAGE = Path(__file__).parents[1]
_MOST_NAMED = 3
_RAW = Path("data", "raw")


def starter_folder() -> Path:
    """Return the folder with the notebooks and plans that came with the package.

    In a clone they stand beside the package; a wheel holds them inside it.
    """
    shipped = _PACKAGE / "starter"
    return shipped if shipped.is_dir() else _PACKAGE.parent


def write_project(folder: Path, *, with_example: bool = False) -> list[Path]:
    """Write what a report needs into a folder; nothing that is there is replaced.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    with_example : bool, default False
        Write the five plans that came with the package too; without them the
        manifest has its header alone.

    Returns
    -------
    list of Path
        The files written, relative to `folder`, sorted.

    Raises
    ------
    SourceError
        If a file of that name is there already: then nothing is written.
    RunError
        If the disk is full or read-only.
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
    starter = starter_folder()
    found = {
        Path("README.md"): _PACKAGE / "run" / "templates" / "project.md",
        Path("reports.yml"): starter / "reports.yml",
    }
    for path in starter.glob("notebooks/*.ipynb"):
        found[path.relative_to(starter)] = path
    if with_example:
        for path in starter.joinpath(_RAW).iterdir():
            found[path.relative_to(starter)] = path
    contents = {name: path.read_bytes() for name, path in found.items()}
    header = ",".join(MANIFEST_COLUMNS) + "\n"
    contents.setdefault(_RAW / MANIFEST_NAME, header.encode())
    return contents
