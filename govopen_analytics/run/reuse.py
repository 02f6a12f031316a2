"""Notebooks whose inputs have not changed are taken from an earlier run."""

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govopen_analytics.base.atomic_files import replace_file
from govopen_analytics.base.errors import RunError
from govopen_analytics.base.fingerprints import (
    code_digest,
    digest_of,
    file_digest,
    folder_digests,
    package_versions,
)
from govopen_analytics.base.locking import BUILDING_PREFIX
from govopen_analytics.run.execute import BODY, EXECUTED
from govopen_analytics.run.jobs import Job
from govopen_analytics.run.record import is_as_recorded, read_record
from govopen_analytics.run.site import NOTEBOOKS_DIR, page_body, site_folder

_FINISHED = ".finished.json"


@dataclass(frozen=True)
class Source:
    """A run that results may be taken from."""

    folder: Path
    record: dict[str, Any]


def open_source(folder: Path | None) -> Source | None:
    """Open a run to take results from; None where there is none to be read."""
    if folder is None:
        return None
    try:
        return Source(folder, read_record(folder))
    except RunError:
        return None


def job_inputs(
    job: Job,
    package: Mapping[str, Any],
    folders: Mapping[str, Path],
) -> dict[str, str]:
    """Return one digest of each kind of input a job depends on.

    The date in the charts' source lines is none: it says when they were drawn.

    Parameters
    ----------
    job : Job
    package : mapping
        Descriptor of the tables.
    folders : mapping of str to Path
        Files and folders beside the tables that parameters name.

    Returns
    -------
    dict of str to str
        ``notebook``, ``parameters``, ``data``, ``codebook``, ``code`` and
        ``packages``.
    """
    tables = {
        item["path"]: item["hash"]
        for item in package["resources"]
        if item["path"].endswith(".parquet")
    }
    further = {name: _digests(path) for name, path in folders.items()}
    return {
        "notebook": file_digest(job.notebook),
        "parameters": digest_of(job.parameters),
        "data": digest_of([tables, further]),
        "codebook": digest_of(package.get("codebook")),
        "code": code_digest(),
        "packages": digest_of(package_versions()),
    }


def changed_inputs(
    job: Job, inputs: Mapping[str, str], source: Source | None
) -> list[str]:
    """Name the inputs of a job that an earlier run did not have.

    Parameters
    ----------
    job : Job
    inputs : mapping
        Result of ``job_inputs``.
    source : Source or None

    Returns
    -------
    list of str
        Names of inputs; ``["first"]`` where the run has no such page, or had
        failed at it, ``["outputs"]`` where its files are not as recorded; empty
        where the results can be taken.
    """
    entry = _entry_of(job, source)
    if source is None or entry is None or entry["status"] != "complete":
        return ["first"]
    changed = [name for name in inputs if inputs[name] != entry["inputs"].get(name)]
    if changed:
        return changed
    return (
        []
        if is_as_recorded(source.folder, source.record, _files(entry, source))
        else ["outputs"]
    )


def take(job: Job, source: Source, folder: Path, formats: tuple[str, ...]) -> dict:
    """Copy a job's results from an earlier run, and return its entry there.

    Parameters
    ----------
    job : Job
    source : Source
        One for which ``changed_inputs`` was empty.
    folder : Path
        The job's own, empty folder.
    formats : tuple of str
        Kinds of pictures wanted; others are left.
    """
    entry = _entry_of(job, source)
    if entry is None:
        raise LookupError(f"{source.folder} has no page {job.name} in {job.lang}")
    site = source.folder / site_folder(job.lang, source.record["languages"])
    for name in entry["files"]:
        if name.endswith((".csv", ".json", *formats)):
            target = folder / _own_name(name, job)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(site / name, target)
    shutil.copyfile(site / NOTEBOOKS_DIR / f"{job.name}.ipynb", folder / EXECUTED)
    body = page_body(site / f"{job.name}.html")
    (folder / BODY).write_text(body, encoding="utf-8")
    return entry


def snapshot(processed_dir: Path, folder: Path, package: Mapping[str, Any]) -> None:
    """Keep the tables as they are now, whatever is built while the run goes on.

    Parameters
    ----------
    processed_dir : Path
    folder : Path
        Where they are kept; made.
    package : mapping
        Their descriptor.

    Raises
    ------
    RunError
        If a file is not the one described.
    """
    from govopen_analytics.base.datapackage import DESCRIPTOR

    folder.mkdir(parents=True)
    for item in package["resources"]:
        # Tables are replaced, never changed: a second name keeps the old one.
        link_or_copy(processed_dir / item["path"], folder / item["path"])
        if file_digest(folder / item["path"]) != item["hash"]:
            raise RunError(
                f"{processed_dir / item['path']} is not the file that {DESCRIPTOR} "
                "describes: it was changed, or another build is going on; run "
                "`govopen build` again"
            )
    link_or_copy(processed_dir / DESCRIPTOR, folder / DESCRIPTOR)


def note_finished(folder: Path, entry: Mapping[str, Any]) -> None:
    """Write beside what a notebook left that it is whole, should the run be killed."""
    kept = {"entry": entry, "outputs": folder_digests(folder)}
    replace_file(folder / _FINISHED, json.dumps(kept, ensure_ascii=False).encode())


def rescue_finished(reports_dir: Path, target: Path) -> None:
    """Move the notebooks that killed runs finished to a folder of their own."""
    found = sorted(reports_dir.glob(f"{BUILDING_PREFIX}*/.*/*/{_FINISHED}"))
    for number, path in enumerate(found):
        target.mkdir(parents=True, exist_ok=True)
        os.replace(path.parent, target / str(number))


def left_by(
    folder: Path, job: Job, inputs: Mapping[str, str], target: Path
) -> dict[str, Any] | None:
    """Move what a killed run left of a job to its folder, and return its entry.

    Parameters
    ----------
    folder : Path
        Where ``rescue_finished`` moved it.
    job : Job
    inputs : mapping
        Result of ``job_inputs``; others than the killed run had rule it out.
    target : Path
        The job's own, empty folder.

    Returns
    -------
    dict or None
        None where there is nothing, or not all of it as it was noted.
    """
    for path in sorted(folder.glob(f"*/{_FINISHED}")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(path.read_text(encoding="utf-8"))
            entry, outputs = kept["entry"], kept["outputs"]
            found = folder_digests(path.parent)
            if (
                (entry["name"], entry["lang"]) == (job.name, job.lang)
                and entry["inputs"] == inputs
                and all(found.get(name) == digest for name, digest in outputs.items())
            ):
                for name in found.keys() - outputs:  # pictures, perhaps half drawn
                    (path.parent / name).unlink()
                target.rmdir()
                os.replace(path.parent, target)
                return entry
    return None


def link_or_copy(path: Path, target: Path) -> None:
    """Give a file that nobody changes a second name, or copy it."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)


def _digests(path: Path) -> Any:
    return file_digest(path) if path.is_file() else folder_digests(path)


def _entry_of(job: Job, source: Source | None) -> dict[str, Any] | None:
    if source is None:
        return None
    for entry in source.record["notebooks"]:
        if (entry["name"], entry.get("lang")) == (job.name, job.lang):
            return entry
    return None


def _files(entry: Mapping[str, Any], source: Source) -> list[str]:
    site = site_folder(entry["lang"], source.record["languages"])
    own = [f"{entry['name']}.html", f"{NOTEBOOKS_DIR}/{entry['name']}.ipynb"]
    names = [*entry["files"], *own]
    return [f"{site}/{name}" if site else name for name in names]


def _own_name(name: str, job: Job) -> str:
    # In the run a job that is one of many has a folder below tables and figures.
    kind, *middle, last = name.split("/")
    return f"{kind}/{last}" if middle == [job.name] else name
