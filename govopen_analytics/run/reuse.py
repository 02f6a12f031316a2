"""Which notebooks of a report have to run, and which an earlier run has done."""

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from govopen_analytics.base.atomic_files import replace_file
from govopen_analytics.base.datapackage import DESCRIPTOR, read_descriptor
from govopen_analytics.base.errors import RunError
from govopen_analytics.base.fingerprints import (
    code_digest,
    digest_of,
    file_digest,
    folder_digests,
    package_versions,
    reviews_beside,
)
from govopen_analytics.base.locking import BUILDING_PREFIX
from govopen_analytics.base.remarks import Remark
from govopen_analytics.run.execute import BODY, EXECUTED
from govopen_analytics.run.jobs import Job, checked_jobs
from govopen_analytics.run.notebooks import notebook_parameters
from govopen_analytics.run.record import latest_run, read_record, run_names
from govopen_analytics.run.sets import Options, ReportSet
from govopen_analytics.run.site import NOTEBOOKS_DIR, page_body, site_folder

_FINISHED = ".finished.json"


@dataclass(frozen=True)
class Source:
    """A run that results may be taken from."""

    folder: Path
    record: dict[str, Any]

    def entry_of(self, job: Job) -> dict[str, Any] | None:
        """Return what the run recorded of a job."""
        for entry in self.record["notebooks"]:
            if (entry["name"], entry["lang"]) == (job.name, job.lang):
                return entry
        return None

    def changed_inputs(self, job: Job, inputs: Mapping[str, str]) -> list[str]:
        """Name the inputs of a job that the run did not have.

        ``first`` stands for a run without that page, or that failed at it, and
        ``outputs`` for files that are not as recorded. Without any, the results can be
        taken.
        """
        entry = self.entry_of(job)
        if entry is None or entry["status"] != "complete":
            return ["first"]
        changed = [name for name in inputs if inputs[name] != entry["inputs"].get(name)]
        return changed or ([] if self._has_files_of(entry) else ["outputs"])

    def _has_files_of(self, entry: Mapping[str, Any]) -> bool:
        site = Path(site_folder(entry["lang"], self.record["languages"]))
        page, notebook = f"{entry['name']}.html", f"{entry['name']}.ipynb"
        names = [*entry["files"], page, f"{NOTEBOOKS_DIR}/{notebook}"]
        digests = {(site / n).as_posix(): self.folder / site / n for n in names}
        return all(
            path.is_file() and file_digest(path) == self.record["outputs"].get(name)
            for name, path in digests.items()
        )

    def take(self, job: Job, folder: Path, formats: tuple[str, ...]) -> dict[str, Any]:
        """Copy the results of a job, with pictures of some formats; return its entry.

        Only for a job without changed inputs.
        """
        entry = self.entry_of(job)
        if entry is None:
            raise LookupError(f"{self.folder} has no page {job.name} in {job.lang}")
        site = self.folder / site_folder(job.lang, self.record["languages"])
        for name in entry["files"]:
            if name.endswith((".csv", ".json", *formats)):
                # In the run a job that is one of many has a folder below each kind's.
                kind, *middle, last = name.split("/")
                own_name = f"{kind}/{last}" if middle == [job.name] else name
                target = folder / own_name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(site / name, target)
        shutil.copyfile(site / NOTEBOOKS_DIR / f"{job.name}.ipynb", folder / EXECUTED)
        body = page_body(site / f"{job.name}.html")
        (folder / BODY).write_text(body, encoding="utf-8")
        return {**entry, "taken_from": entry["taken_from"] or self.record["run"]}


@dataclass
class PlannedJob:
    """A job, what it depends on, and whether its results are there already.

    Attributes
    ----------
    job : Job
    inputs : dict of str to str
        One digest of each kind of input.
    changed : list of str
        Why it has to run; without a reason it is taken from `source`.
    source : Source or None
    paths : dict of str to Path
        Files and folders beside the tables that it reads, by parameter.
    """

    job: Job
    inputs: dict[str, str]
    changed: list[str]
    source: Source | None
    paths: dict[str, Path] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """How long it took the last time; without end where that is not known."""
        entry = self.source.entry_of(self.job) if self.source else None
        seconds = (entry or {}).get("seconds")
        return seconds if isinstance(seconds, int | float) else float("inf")


def slowest_first(jobs: list[PlannedJob]) -> list[int]:
    """Return positions of jobs so that a long one does not start last.

    First stand those that no last run timed, the largest file first.
    """

    def key(number: int) -> tuple[float, int]:
        planned = jobs[number]
        return planned.seconds, planned.job.notebook.stat().st_size

    return sorted(range(len(jobs)), key=key, reverse=True)


def plan_report(
    report_set: ReportSet,
    notebooks: list[Path],
    processed_dir: Path,
    reports_dir: Path,
    options: Options,
) -> tuple[list[PlannedJob], list[Remark]]:
    """Work out what a run would do, without doing it.

    The remarks are what a person should know beforehand.
    """
    package = read_descriptor(processed_dir)
    jobs, notes = checked_jobs(
        report_set, notebooks, processed_dir, options.codebook_path
    )
    sources = _sources(reports_dir, report_set, options)
    planned = []
    for job in jobs:
        paths = _paths_beside(job, processed_dir, options)
        inputs = _inputs(job, package, paths)
        possible = [(source.changed_inputs(job, inputs), source) for source in sources]
        changed, source = next(
            (pair for pair in possible if not pair[0]),
            possible[0] if possible else (["first"], None),
        )
        planned.append(PlannedJob(job, inputs, changed, source, paths))
    return planned, notes


def _sources(
    reports_dir: Path, report_set: ReportSet, options: Options
) -> list[Source]:
    """Return the last good run, and a newer one for what succeeded in it."""
    if options.is_forced:
        return []
    good = latest_run(reports_dir, options.latest)
    newest = [reports_dir / name for name in run_names(reports_dir)[-1:]]
    if good and newest and newest[0].name <= good.name:
        newest = []
    sources = []
    for folder in (*filter(None, [good]), *newest):
        with suppress(RunError):
            record = read_record(folder)
            if record["set"]["name"] == report_set.name:
                sources.append(Source(folder, record))
    return sources


def _paths_beside(job: Job, processed_dir: Path, options: Options) -> dict[str, Path]:
    """Return what a notebook reads beside the tables, where it declares that."""
    declared = notebook_parameters(job.notebook)
    defaults = {
        "codebook_path": options.codebook_path,
        "reviews_dir": options.reviews_dir or reviews_beside(processed_dir),
    }
    paths = {
        name: job.parameters.get(name) or default
        for name, default in defaults.items()
        if name in declared
    }
    return {name: Path(path) for name, path in paths.items() if path is not None}


def _inputs(
    job: Job, package: Mapping[str, Any], paths: Mapping[str, Path]
) -> dict[str, str]:
    """Return one digest of each kind of input.

    The date in the charts' source lines is none: it says when they were drawn.
    """
    tables = {
        item["path"]: item["hash"]
        for item in package["resources"]
        if item["path"].endswith(".parquet")
    }
    beside = {
        name: file_digest(path) if path.is_file() else folder_digests(path)
        for name, path in paths.items()
    }
    return {
        "notebook": file_digest(job.notebook),
        "parameters": digest_of(job.parameters),
        "data": digest_of([tables, beside]),
        "codebook": digest_of(package.get("codebook")),
        "code": code_digest(),
        "packages": digest_of(package_versions()),
    }


def snapshot(processed_dir: Path, folder: Path, package: Mapping[str, Any]) -> None:
    """Keep the tables of a descriptor, whatever is built while the run goes on."""
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
    content = {"entry": entry, "outputs": folder_digests(folder)}
    replace_file(folder / _FINISHED, json.dumps(content, ensure_ascii=False).encode())


def rescue_finished(reports_dir: Path, target: Path) -> None:
    """Move the notebooks that killed runs finished to a folder of their own."""
    finished = sorted(reports_dir.glob(f"{BUILDING_PREFIX}*/.*/*/{_FINISHED}"))
    for number, path in enumerate(finished):
        target.mkdir(parents=True, exist_ok=True)
        os.replace(path.parent, target / str(number))


def left_by(rescued: Path, planned: PlannedJob, target: Path) -> dict[str, Any] | None:
    """Move what a killed run left of a job to its empty folder; return its entry.

    There is none where the inputs were others, or a file is not as it was noted.
    """
    job = planned.job
    for path in sorted(rescued.glob(f"*/{_FINISHED}")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            noted = json.loads(path.read_text(encoding="utf-8"))
            entry, outputs = noted["entry"], noted["outputs"]
            digests = folder_digests(path.parent)
            if (
                (entry["name"], entry["lang"]) == (job.name, job.lang)
                and entry["inputs"] == planned.inputs
                and all(digests.get(name) == outputs[name] for name in outputs)
            ):
                for name in digests.keys() - outputs:  # pictures, perhaps half drawn
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
