"""A report set to a folder ``reports/<run>/``, whole or not at all."""

import filecmp
import json
import os
import queue
import shutil
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from govopen_analytics.base.datapackage import read_datapackage, read_descriptor
from govopen_analytics.base.errors import GovOpenError
from govopen_analytics.base.fingerprints import (
    code_version,
    file_digest,
    package_versions,
    reviews_beside,
)
from govopen_analytics.base.locking import (
    BUILDING_PREFIX,
    disk_errors_explained,
    locked,
    remove_unfinished,
)
from govopen_analytics.base.remarks import Remark
from govopen_analytics.charts.images import find_browser, write_images
from govopen_analytics.explore.pages import ReportPages
from govopen_analytics.measures.confusion import Confusion
from govopen_analytics.questions import FIGURES_DIR, TABLES_DIR
from govopen_analytics.questions.summary import Measured, measure_summary
from govopen_analytics.run.changes import (
    STATE,
    changes_since,
    finding_states,
    plans_gone,
    read_state,
    state_of,
)
from govopen_analytics.run.downloads import write_briefings
from govopen_analytics.run.execute import BODY, EXECUTED, Outcome, require_kernel
from govopen_analytics.run.jobs import checked_jobs, plan_jobs
from govopen_analytics.run.notebooks import notebook_parameters, notebook_title
from govopen_analytics.run.pool import Request, n_cores, run_requests
from govopen_analytics.run.record import (
    latest_run,
    point_latest,
    read_record,
    refuse_copied_latest,
    remove_old_runs,
    write_record,
)
from govopen_analytics.run.reuse import (
    PlannedJob,
    left_by,
    link_or_copy,
    note_finished,
    plan_report,
    rescue_finished,
    slowest_first,
    snapshot,
)
from govopen_analytics.run.sets import Options, ReportSet
from govopen_analytics.run.site import NOTEBOOKS_DIR, site_folder, write_pages
from govopen_analytics.words.remark_words import remark_in_words

CHANGES = "changes.json"
_MOST_NAMED = 10  # plans, before only their number is told
_DATA_DIR, _JOBS_DIR, _LEFT_DIR = ".data", ".jobs", ".left"


def run_report(
    notebooks: list[Path],
    *,
    processed_dir: Path,
    reports_dir: Path,
    report_set: ReportSet | None = None,
    options: Options | None = None,
) -> tuple[Path, dict[str, Any]]:
    """Run a report set into ``reports/<run>/``; point ``latest`` at a good run.

    The run is built in a hidden folder and put in place in one step. A notebook
    that fails leaves the others running; the run is then marked as partial, or
    as failed where none succeeded, and ``latest`` stays where it was. So it does
    where no plan was read (failed), or where a plan that the last good run had
    is missing and was not removed on purpose (partial). A notebook
    whose inputs have not changed is taken from the last good run; where nothing
    has changed at all, that run is returned and nothing is written.

    The set chooses among the notebooks; without one, each runs once. Returned are the
    run's folder and what stands in its ``run.json``, with ``is_unchanged`` where
    nothing ran. What is refused is refused before anything runs.
    """
    options, chosen = options or Options(), report_set or ReportSet()
    plan_jobs(chosen, notebooks, None)
    consequence = "Nothing was published; the last good run is as it was"
    explained = partial(disk_errors_explained, reports_dir, "the run", consequence)
    with ExitStack() as stack:
        with explained():
            lock = locked(reports_dir, seconds_wait=options.seconds_wait)
            killed = stack.enter_context(lock)
        # What a build says of a full disk names its own folder.
        options.prepare()
        read_descriptor(processed_dir)
        checked_jobs(chosen, notebooks, processed_dir, options.codebook_path)
        stack.enter_context(explained())
        refuse_copied_latest(reports_dir, options.latest)
        run = _Run(chosen, notebooks, processed_dir, reports_dir, options)
        rescue_finished(reports_dir, run.building / _LEFT_DIR)
        remove_unfinished(reports_dir, kept=run.building)
        if killed:
            run.remarks.append(Remark("run_killed", {"holder": killed}))
        try:
            return run.publish()
        finally:
            shutil.rmtree(run.building, ignore_errors=True)


class _Run:
    """One run while it is being built."""

    def __init__(
        self,
        report_set: ReportSet,
        notebooks: list[Path],
        processed_dir: Path,
        reports_dir: Path,
        options: Options,
    ) -> None:
        self.set, self.notebooks = report_set, notebooks
        self.processed_dir, self.reports_dir = processed_dir, reports_dir
        # What stands beside the tables is not beside their snapshot.
        reviews_dir = options.reviews_dir or reviews_beside(processed_dir)
        self.options = replace(options, reviews_dir=reviews_dir)
        self.started = datetime.now(UTC)
        self.name = _free_name(reports_dir, self.started)
        self.building = reports_dir / f"{BUILDING_PREFIX}{self.name}"
        self.data_dir = self.building / _DATA_DIR
        self.remarks: list[Remark] = []
        self.removed: list[str] = []

    def publish(self) -> tuple[Path, dict[str, Any]]:
        """Build the run aside, put it in place, point ``latest`` at it."""
        self.package = read_descriptor(self.processed_dir)
        snapshot(self.processed_dir, self.data_dir, self.package)
        # Before any notebook runs: what is damaged must not be found at the end.
        self.tables = dict(read_datapackage(self.data_dir))  # each is read now
        self.last_good: tuple[dict[str, Any], dict[str, Any]] | None = None
        if folder := latest_run(self.reports_dir, self.options.latest):
            old_record, state = read_record(folder), read_state(folder)
            self.last_good = (old_record, state) if state else None
        problems = self._problems()
        self.jobs, notes = plan_report(
            self.set, self.notebooks, self.data_dir, self.reports_dir, self.options
        )
        self.remarks += notes
        if not problems and (unchanged := self._unchanged()):
            return unchanged
        entries = self._run_notebooks()
        self._show_progress("briefing")
        sites = {lang: self._site(lang) for lang in self.set.languages}
        date = self.started.date().isoformat()
        problems += write_briefings(sites, self.tables, self.set, date)
        record = self._record(entries, problems)
        self._write_pages(record)
        for name in (_DATA_DIR, _JOBS_DIR, _LEFT_DIR):
            shutil.rmtree(self.building / name, ignore_errors=name == _LEFT_DIR)
        write_record(self.building, record)
        folder = self.reports_dir / self.name
        os.replace(self.building, folder)
        if record["status"] == "complete":
            point_latest(self.reports_dir, self.name, self.options.latest)
        if self.set.keep is not None:
            remove_old_runs(self.reports_dir, self.set.name, self.set.keep)
        return folder, read_record(folder)

    def _problems(self) -> list[Remark]:
        """Say what keeps the run from being a good one, whatever its notebooks do."""
        documents = self.tables["documents"]
        if documents.empty:
            n_files = self.tables["failures"]["source_file"].nunique()
            return [Remark("nothing_read", {"n": n_files})]
        gone = plans_gone(self.last_good[1], documents) if self.last_good else []
        self.removed = [plan for plan in gone if plan in self.options.removed]
        missing = [plan for plan in gone if plan not in self.options.removed]
        if not missing:
            return []
        named = ", ".join(missing[:_MOST_NAMED])
        more = ", …" if len(missing) > _MOST_NAMED else ""
        values = {"n": len(missing), "plans": named + more}
        return [Remark("plans_missing", values)]

    def _unchanged(self) -> tuple[Path, dict[str, Any]] | None:
        """Return the last good run where this one would be the same."""
        source = self.jobs[0].source if self.jobs else None
        if source is None or any(
            p.changed or p.source is not source for p in self.jobs
        ):
            return None
        record = source.record
        names = {(p.job.name, p.job.lang) for p in self.jobs}
        is_same = (
            record["status"] == "complete"
            and names == {(e["name"], e["lang"]) for e in record["notebooks"]}
            and tuple(record["languages"]) == self.set.languages
            and tuple(record["set"]["formats"]) == self.set.formats
            and tuple(record["set"].get("briefing", ())) == self.set.briefing
            and (record["pictures"]["n_missing"] == 0 or find_browser() is None)
        )
        return (source.folder, {**record, "is_unchanged": True}) if is_same else None

    def _run_notebooks(self) -> list[dict[str, Any]]:
        """Run or take over every notebook; return their entries of the record."""
        entries: dict[int, dict[str, Any]] = {}
        for number, planned in enumerate(self.jobs):
            folder = self._job_folder(number)
            folder.mkdir(parents=True)
            if planned.source and not planned.changed:
                entries[number] = planned.source.take(
                    planned.job, folder, self.set.formats
                )
            elif not self.options.is_forced and (
                entry := left_by(self.building / _LEFT_DIR, planned, folder)
            ):
                entries[number] = entry
        to_run = [n for n in slowest_first(self.jobs) if n not in entries]
        if to_run:
            require_kernel()
        self._show_progress("notebooks", len(entries))
        drawing = _Drawing(self.set.formats)
        for number in entries:
            drawing.add(self._job_folder(number))

        def take_in(position: int, outcome: Outcome) -> None:
            number = to_run[position]
            entry = entries[number] = _entry(self.jobs[number], outcome)
            if not outcome.error:
                note_finished(self._job_folder(number), entry)
                drawing.add(self._job_folder(number))
            lang = f" ({entry['lang']})" if len(self.set.languages) > 1 else ""
            step = f"{entry['name']}{lang}: {entry['status']}, {outcome.seconds:.1f} s"
            self._show_progress(step, len(entries))

        run_requests(
            [self._request(number) for number in to_run],
            n_workers=self.options.n_workers or n_cores(),
            seconds_each=self.set.seconds_each,
            retries=self.set.retries,
            on_outcome=take_in,
        )
        self._show_progress("images")
        self.remarks += drawing.finish()
        self._n_missing = drawing.n_missing()
        return [
            {**entries[number], "files": self._placed_files(number, entries[number])}
            for number in range(len(self.jobs))
        ]

    def _show_progress(self, step: str, n_done: int = 0) -> None:
        """Tell of a notebook or, after all of them, of a step that makes something."""
        steps = {"images": self.set.formats, "briefing": self.set.briefing, "pages": 1}
        made = [name for name, makes in steps.items() if makes]
        if step in made:
            n_done = len(self.jobs) + made.index(step) + 1
        if step in made or step not in steps:
            self.options.on_progress(step, n_done, len(self.jobs) + len(made))

    def _job_folder(self, number: int) -> Path:
        return self.building / _JOBS_DIR / str(number)

    def _request(self, number: int) -> Request:
        job, paths = self.jobs[number].job, self.jobs[number].paths
        folder = self._job_folder(number).resolve()
        set_by_run = {
            # Relative, so that no run holds a machine's paths.
            "processed_dir": _relative(self.data_dir, folder),
            "output_dir": ".",
            "report_date": self.started.date().isoformat(),
            **{name: _relative(path, folder) for name, path in paths.items()},
        }
        declared = notebook_parameters(job.notebook)
        given = {name: set_by_run[name] for name in declared if name in set_by_run}
        asked = {n: v for n, v in job.parameters.items() if n not in paths}
        path = str(job.notebook.resolve())
        return Request(path, {**given, **asked}, str(folder), job.lang)

    def _placed_files(self, number: int, entry: Mapping[str, Any]) -> list[str]:
        """Move what a job left to its places in the run; return the results' names."""
        folder, site = self._job_folder(number), self._site(entry["lang"])
        (site / NOTEBOOKS_DIR).mkdir(parents=True, exist_ok=True)
        if (folder / EXECUTED).is_file():
            executed = site / NOTEBOOKS_DIR / f"{entry['name']}.ipynb"
            link_or_copy(folder / EXECUTED, executed)
        # A notebook that failed may have stopped in the middle of its results.
        if entry["status"] != "complete":
            return []
        return [
            self._placed(path, kind, entry, site)
            for kind in (TABLES_DIR, FIGURES_DIR)
            for path in sorted((folder / kind).glob("*.*"))
        ]

    def _placed(
        self, path: Path, kind: str, entry: Mapping[str, Any], site: Path
    ) -> str:
        name = f"{kind}/{path.name}"
        if entry["dimension"]:
            name = f"{kind}/{entry['name']}/{path.name}"
        elif (site / name).is_file() and not filecmp.cmp(path, site / name, False):
            name = f"{kind}/{entry['name']}/{path.name}"
            values = {"notebook": entry["name"], "result": f"{kind}/{path.name}"}
            self.remarks.append(Remark("result_renamed", {**values, "renamed": name}))
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).unlink(missing_ok=True)
        link_or_copy(path, site / name)
        return name

    def _site(self, lang: str) -> Path:
        return self.building / site_folder(lang, list(self.set.languages))

    def _record(
        self, entries: list[dict[str, Any]], problems: list[Remark]
    ) -> dict[str, Any]:
        finished = datetime.now(UTC)
        codebook = self.package.get("codebook", {})
        names = ("documents", "tasks", "failures", "remarks")
        warnings = [
            *self.package.get("warnings", []),
            *(remark for entry in entries for remark in entry["warnings"]),
            *map(asdict, self.remarks),
        ]
        files = [*self.package.get("sources", []), *self.package["resources"]]
        inputs = {item["path"]: item["hash"] for item in files}
        for path in sorted({planned.job.notebook for planned in self.jobs}):
            inputs[f"{NOTEBOOKS_DIR}/{path.name}"] = file_digest(path)
        return {
            "run": self.name,
            "status": _status(entries, problems),
            "problems": [self._with_message(asdict(problem)) for problem in problems],
            "removed": self.removed,
            "set": asdict(self.set),
            "lang": self.set.languages[0],
            "languages": list(self.set.languages),
            "started": self.started.isoformat(timespec="seconds"),
            "finished": finished.isoformat(timespec="seconds"),
            "seconds": round((finished - self.started).total_seconds(), 2),
            "parameters": self.set.parameters,
            "codebook": codebook,
            "codebook_version": codebook.get("version"),
            "n_rows": {name: len(self.tables[name]) for name in names},
            "inputs": inputs,
            "code": code_version(),
            "packages": package_versions(),
            "pictures": {"n_missing": self._n_missing},
            "notebooks": entries,
            "warnings": [self._with_message(remark) for remark in warnings],
        }

    def _with_message(self, remark: Mapping[str, Any]) -> dict[str, Any]:
        # The pages say it in their language, from code and values; a mail needs a text.
        message = remark_in_words(remark, self.set.languages[0])
        return {"code": remark["code"], "values": remark["values"], "message": message}

    def _write_pages(self, record: dict[str, Any]) -> None:
        self._show_progress("pages")
        bodies = {
            (planned.job.name, planned.job.lang): self._job_folder(number) / BODY
            for number, planned in enumerate(self.jobs)
        }

        def body_of(entry: Mapping[str, Any]) -> str:
            path = bodies[entry["name"], entry["lang"]]
            return path.read_text(encoding="utf-8") if path.is_file() else ""

        write_pages(
            self.building,
            record,
            body_of=body_of,
            tasks={n: ReportPages(self.tables, n) for n in record["languages"]},
            changes=self._changes(record),
            measured=self._measured(),
        )

    def _measured(self) -> Measured | None:
        # The same plans as on the pages; a set may choose among them.
        chosen = {
            name: values
            for name in ("agencies", "years", "interval")
            if (values := self.set.parameters.get(name))
        }
        confusion = Confusion.of_tables(self.tables)
        return measure_summary(self.tables, confusion=confusion, **chosen)

    def _changes(self, record: dict[str, Any]) -> dict[str, Any] | None:
        """Write what the next run compares itself with, and what has changed."""
        try:
            state = state_of(self.tables)
        except GovOpenError as error:
            unknown = Remark("changes_unknown", {"error": str(error)})
            record["warnings"].append(self._with_message(asdict(unknown)))
            return None
        state["findings"] = {
            lang: finding_states(
                self._site(lang), [e for e in record["notebooks"] if e["lang"] == lang]
            )
            for lang in record["languages"]
        }
        _write_json(self.building / STATE, state)
        changes = changes_since(self.last_good, record, state)
        _write_json(self.building / CHANGES, changes)
        return changes


class _Drawing:
    """Pictures drawn by one browser while notebooks run, in the notebooks' folders."""

    def __init__(self, formats: tuple[str, ...]) -> None:
        self._formats = formats
        self._waiting: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
        self._figures: list[Path] = []
        self._remarks: list[Remark] = []
        # An interrupted run does not wait for pictures.
        self._thread = threading.Thread(target=self._draw, daemon=True)
        self._thread.start()

    def add(self, folder: Path) -> None:
        """Have the charts of a notebook drawn that have no pictures yet."""
        for path in sorted((folder / FIGURES_DIR).glob("*.json")):
            self._figures.append(path)
            if not _is_drawn(path, self._formats):
                self._waiting.put(path)

    def finish(self) -> list[Remark]:
        """Wait for the last picture; return why some are missing."""
        self._waiting.put(None)
        self._thread.join()
        return self._remarks

    def n_missing(self) -> int:
        """Count the charts that lack a picture."""
        return sum(not _is_drawn(path, self._formats) for path in self._figures)

    def _draw(self) -> None:
        figures = iter(self._waiting.get, None)
        self._remarks = write_images(figures, formats=self._formats).remarks


def _entry(planned: PlannedJob, outcome: Outcome) -> dict[str, Any]:
    job = planned.job
    return {
        "name": job.name,
        "notebook": job.notebook.stem,
        "title": notebook_title(job.notebook, job.lang),
        "lang": job.lang,
        "dimension": job.dimension,
        "value": job.value,
        "label": job.label,
        "status": "failed" if outcome.error else "complete",
        "parameters": job.parameters,
        "inputs": planned.inputs,
        "taken_from": None,
        **{name: v for name, v in asdict(outcome).items() if name != "is_passing"},
    }


def _status(entries: list[dict[str, Any]], problems: list[Remark]) -> str:
    good = [entry["status"] == "complete" for entry in entries]
    if not any(good) or any(problem.code == "nothing_read" for problem in problems):
        return "failed"
    return "complete" if all(good) and not problems else "partial"


def _is_drawn(figure: Path, formats: tuple[str, ...]) -> bool:
    return all(figure.with_suffix(f".{kind}").is_file() for kind in formats)


def _relative(path: Path, start: Path) -> str:
    try:
        return Path(os.path.relpath(path.resolve(), start.resolve())).as_posix()
    except ValueError:  # on another drive
        return path.resolve().as_posix()


def _free_name(reports_dir: Path, started: datetime) -> str:
    name = started.strftime("%Y%m%dT%H%M%SZ")
    # A run killed in this second left its folder under the same name.
    taken = ("", BUILDING_PREFIX)
    number = 2
    free = name
    while any((reports_dir / f"{before}{free}").exists() for before in taken):
        free = f"{name}-{number}"
        number += 1
    return free


def _write_json(path: Path, content: Any) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(f"{text}\n", encoding="utf-8")
