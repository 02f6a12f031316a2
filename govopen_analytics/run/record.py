"""``run.json``: what a run was made from and what it made, and whether that holds."""

import contextlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from govopen_analytics.base.data_files import ANY, read_json
from govopen_analytics.base.errors import RunError, choices
from govopen_analytics.base.fingerprints import folder_digests
from govopen_analytics.base.locking import BUILDING_PREFIX
from govopen_analytics.base.text import readable_name

LATEST, RECORD = "latest", "run.json"
RESTORE = "restore the folder as `govopen report` wrote it, or remove it and run again"
_SHAPE = {
    "run": str,
    "status": str,
    "set": {"name": str, "formats": [str]},
    "languages": [str],
    "started": str,
    "codebook": dict,
    "code": {"sha256": str},
    "pictures": {"n_missing": int},
    "outputs": {ANY: str},
    "notebooks": [
        {
            "name": str,
            "lang": str,
            "status": str,
            "error": str,
            "files": [str],
            "inputs": {ANY: str},
            "taken_from": str | None,
        }
    ],
}
_RUN_NAME = re.compile(r"\d{8}T\d{6}Z(-\d+)?")


def read_record(folder: Path) -> dict[str, Any]:
    """Read the record of a run; refuse one that is not as a run writes it."""
    path = folder / RECORD
    record = read_json(path, _SHAPE, RunError, RESTORE)
    names = [*record["outputs"], *(n for e in record["notebooks"] for n in e["files"])]
    for name in names:
        if name.startswith("/") or ".." in name.split("/"):
            raise RunError(f"{path}: found '{name}', no file of the run; {RESTORE}")
    return record


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write ``run.json``, with the digest of every other file of the run."""
    outputs = folder_digests(folder)
    outputs.pop(RECORD, None)
    text = json.dumps({**record, "outputs": outputs}, ensure_ascii=False, indent=2)
    (folder / RECORD).write_text(f"{text}\n", encoding="utf-8")


def check_run(folder: Path) -> list[str]:
    """Compare a run's files with its record.

    Each file that is missing, changed or not recorded, and each notebook that had
    failed, is a line; a good run as it was written has none.
    """
    record = read_record(folder)
    expected = record["outputs"]
    digests = folder_digests(folder)
    digests.pop(RECORD, None)
    problems = [f"{name}: missing" for name in expected if name not in digests]
    problems += [
        f"{name}: changed since the run, expected {digest}, found {digests[name]}"
        for name, digest in expected.items()
        if name in digests and digests[name] != digest
    ]
    problems += [
        f"{readable_name(name)}: not written by the run"
        for name in digests.keys() - expected.keys()
    ]
    problems += [
        f"{entry['name']}: the notebook failed: {entry['error']}"
        for entry in record["notebooks"]
        if entry["status"] == "failed"
    ]
    return sorted(problems)


def find_run(reports_dir: Path, name: str) -> Path:
    """Return the folder of a run by its name, a link's name, or its path."""
    for folder in (reports_dir / name, Path(name)):
        if (folder / RECORD).is_file():
            return folder.resolve()
    if (named := latest_run(reports_dir, name)) is not None:
        return named
    names = [*run_names(reports_dir), LATEST]
    raise RunError(f"Run in {reports_dir}: {choices(name, names)}")


def run_names(reports_dir: Path) -> list[str]:
    """List the runs of a folder, oldest first; what is no run is left out."""
    if not reports_dir.is_dir():
        return []
    return sorted(
        path.name
        for path in reports_dir.iterdir()
        if _RUN_NAME.fullmatch(path.name) and (path / RECORD).is_file()
    )


def latest_run(reports_dir: Path, latest: str = LATEST) -> Path | None:
    """Return the folder of the last good run that a link or text file names."""
    link, named = reports_dir / latest, reports_dir / f"{latest}.txt"
    if link.is_dir():
        return link.resolve()
    with contextlib.suppress(OSError):
        folder = reports_dir / named.read_text(encoding="utf-8").strip()
        if (folder / RECORD).is_file():
            return folder
    return None


def point_latest(reports_dir: Path, run_id: str, latest: str = LATEST) -> None:
    """Let ``reports/latest`` name a run, in one step.

    Where the file system has no symbolic links, ``latest.txt`` holds the name.
    """
    temporary = reports_dir / f"{BUILDING_PREFIX}{latest}-{run_id}"
    try:
        os.symlink(run_id, temporary, target_is_directory=True)
        os.replace(temporary, reports_dir / latest)
    except OSError:
        temporary.unlink(missing_ok=True)
        written = reports_dir / f"{BUILDING_PREFIX}{latest}-{run_id}.txt"
        written.write_text(f"{run_id}\n", encoding="utf-8")
        os.replace(written, reports_dir / f"{latest}.txt")


def refuse_copied_latest(reports_dir: Path, latest: str = LATEST) -> None:
    """Refuse to run where ``latest`` is a folder, as copying a link makes it."""
    path = reports_dir / latest
    if path.is_dir() and not path.is_symlink():
        raise RunError(
            f"{path} is a folder, expected a link to a run: copying the reports made "
            "it one, and it would go on showing the old page; rename or remove it and "
            "run again"
        )


def remove_old_runs(reports_dir: Path, set_name: str, keep: int) -> list[str]:
    """Remove all but the newest runs of a set; return their names.

    One that a ``latest`` names, and the newest good one, always stay.
    """
    statuses = {}
    for name in run_names(reports_dir):
        with contextlib.suppress(RunError):
            record = read_record(reports_dir / name)
            if record["set"]["name"] == set_name:
                statuses[name] = record["status"]
    good = [name for name, status in statuses.items() if status == "complete"]
    kept = {*list(statuses)[-keep:], *good[-1:]}
    for link in reports_dir.glob(f"{LATEST}*"):
        named = latest_run(reports_dir, link.name.removesuffix(".txt"))
        kept |= {named.name} if named else set()
    removed = [name for name in statuses if name not in kept]
    for name in removed:
        # Renamed first: a run half removed must not pass for one.
        doomed = reports_dir / f"{BUILDING_PREFIX}removed-{name}"
        os.replace(reports_dir / name, doomed)
        shutil.rmtree(doomed, ignore_errors=True)
    return removed
