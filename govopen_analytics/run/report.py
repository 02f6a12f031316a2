"""A report set to a folder ``reports/<run>/``, whole or not at all."""

import filecmp
import os
import queue
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from govopen_analytics.base.datapackage import read_datapackage, read_descriptor
from govopen_analytics.base.errors import GovOpenError, RunError, choices
from govopen_analytics.base.fingerprints import (
    code_version,
    file_digest,
    package_versions,
    reviews_beside,
)
from govopen_analytics.base.languages import LANGUAGES
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
from govopen_analytics.run.briefings import write_briefings
from govopen_analytics.run.changes import (
    STATE,
    compare_states,
    finding_states,
    plans_gone,
    read_state,
    state_of,
)
from govopen_analytics.run.execute import BODY, EXECUTED, require_kernel
from govopen_analytics.run.jobs import Job, checked_jobs, plan_jobs
from govopen_analytics.run.notebooks import notebook_parameters
from govopen_analytics.run.pool import Answer, Request, n_cores, run_requests
from govopen_analytics.run.record import (
    LATEST,
    latest_run,
    point_latest,
    read_record,
    refuse_copied_latest,
    remove_old_runs,
    run_names,
    write_record,
)
from govopen_analytics.run.reuse import (
    Source,
    changed_inputs,
    job_inputs,
    left_by,
    link_or_copy,
    note_finished,
    open_source,
    rescue_finished,
    snapshot,
    take,
)
from govopen_analytics.run.sets import ReportSet
from govopen_analytics.run.site import (
    NOTEBOOKS_DIR,
    notebook_title,
    site_folder,
    write_pages,
)
from govopen_analytics.words.remark_words import remark_in_words

CHANGES = "changes.json"
_MOST_NAMED = 10  # plans, before only their number is told
_DATA_DIR, _JOBS_DIR, _LEFT_DIR = ".data", ".jobs", ".left"

Progress = Callable[[str, int, int], None]


def _silent(step: str, done: int, total: int) -> None:
    return None


def _nothing() -> None:
    return None


@dataclass
class Options:
    """How a report is run, beside what it holds.

    Attributes
    ----------
    latest : str
        Name of the link that names its last good run.
    n_workers : int or None
        Notebooks at the same time (count); None takes the cores there are.
    is_forced : bool
        Run every notebook, whatever has not changed.
    seconds_wait : float
        How long to wait for another run into the same folder (seconds).
    codebook_path : Path or None
        A codebook of one's own, for notebooks that ask for it.
    removed : tuple of str
        Values of ``document_id`` of plans that were removed on purpose.
    reviews_dir : Path or None
        Folder of people's judgements; None takes the one beside the tables.
    on_progress : callable
        Called with each step's name, the steps done and their total.
    prepare : callable
        Called before the tables are read, with the folder of all runs locked: writes
        the tables where they are not up to date.
    """

    latest: str = LATEST
    n_workers: int | None = None
    is_forced: bool = False
    seconds_wait: float = 0
    codebook_path: Path | None = None
    reviews_dir: Path | None = None
    removed: tuple[str, ...] = ()
    on_progress: Progress = field(default=_silent, compare=False)
    prepare: Callable[[], None] = field(default=_nothing, compare=False)


@dataclass
class PlannedJob:
    """A job, what it depends on, and whether its results are there already."""

    job: Job
    inputs: dict[str, str]
    changed: list[str]
    source: Source | None
    own: dict[str, str] = field(default_factory=dict)


def slowest_first(jobs: Sequence[PlannedJob]) -> list[int]:
    """Order notebooks so that a long one does not start last.

    Parameters
    ----------
    jobs : sequence of PlannedJob

    Returns
    -------
    list of int
        Positions in `jobs`: first those that no last run timed, the largest file
        first, then the others by the time they took.
    """

    def key(number: int) -> tuple[float, int, int]:
        job, source = jobs[number].job, jobs[number].source
        seconds = [
            entry["seconds"]
            for entry in (source.record["notebooks"] if source else [])
            if (entry["name"], entry["lang"]) == (job.name, job.lang)
            and isinstance(entry.get("seconds"), int | float)
        ]
        known = seconds[0] if seconds else float("inf")
        return -known, -job.notebook.stat().st_size, number

    return sorted(range(len(jobs)), key=key)


def run_report(
    notebooks: list[Path],
    *,
    processed_dir: Path,
    reports_dir: Path,
    parameters: Mapping[str, Any] | None = None,
    report_set: ReportSet | None = None,
    seconds_each: int | None = None,
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

    Parameters
    ----------
    notebooks : list of Path
        All there are; the set chooses among them.
    processed_dir : Path
        Folder that ``build.build_processed`` wrote.
    reports_dir : Path
        Folder of all runs; made where missing.
    parameters : mapping of str to object, optional
        In place of those of the set; ``lang`` makes it the only language.
    report_set : ReportSet, optional
        Without it, every notebook once.
    seconds_each : int, optional
        In place of the set's time limit of one notebook (seconds).
    options : Options, optional

    Returns
    -------
    folder : Path
        The run's folder.
    record : dict
        What stands in its ``run.json``, and ``is_unchanged`` where nothing ran.

    Raises
    ------
    RunError
        If a notebook or a parameter is refused, the last good run is not as it
        was written, or ``latest`` is no link, before anything runs; or if the
        disk is full or cannot be written to: nothing is published then.
    SourceError
        If `processed_dir` holds no tables.
    BusyError
        If another run into the folder is going on.
    """
    options = options or Options()
    chosen = with_parameters(report_set or ReportSet(), parameters or {})
    if seconds_each is not None:
        chosen = replace(chosen, seconds_each=seconds_each)
    plan_jobs(chosen, notebooks, None)
    kept = "Nothing was published; the last good run is as it was"
    explained = partial(disk_errors_explained, reports_dir, "the run", kept)
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


def with_parameters(
    report_set: ReportSet, parameters: Mapping[str, Any], *, keep: int | None = None
) -> ReportSet:
    """Give a set other values of parameters; ``lang`` is its only language then.

    Parameters
    ----------
    report_set : ReportSet
    parameters : mapping of str to object
    keep : int, optional
        In place of the set's number of runs kept (count).

    Returns
    -------
    ReportSet

    Raises
    ------
    RunError
        If the language is not known.
    """
    values = {**report_set.parameters, **parameters}
    lang = values.pop("lang", None)
    if lang is not None and lang not in LANGUAGES:
        raise RunError(f"Parameter 'lang': {choices(lang, LANGUAGES)}")
    return replace(
        report_set,
        parameters=values,
        languages=report_set.languages if lang is None else (lang,),
        keep=keep or report_set.keep,
    )


def plan_report(
    report_set: ReportSet,
    notebooks: list[Path],
    processed_dir: Path,
    reports_dir: Path,
    options: Options,
) -> tuple[list[PlannedJob], list[Remark]]:
    """Work out what a run would do, without doing it.

    Parameters
    ----------
    report_set : ReportSet
    notebooks : list of Path
    processed_dir, reports_dir : Path
    options : Options

    Returns
    -------
    jobs : list of PlannedJob
        Those whose ``changed`` is empty would be taken from an earlier run.
    notes : list of Remark
        What a person should know beforehand.
    """
    package = read_descriptor(processed_dir)
    jobs, notes = checked_jobs(
        report_set, notebooks, processed_dir, options.codebook_path
    )
    sources = _sources(reports_dir, report_set, options)
    return [
        _planned(job, package, sources, _places(job, processed_dir, options))
        for job in jobs
    ], notes


def _sources(
    reports_dir: Path, report_set: ReportSet, options: Options
) -> list[Source]:
    # After the last good run, what succeeded in a newer one that was not all good.
    if options.is_forced:
        return []
    good = open_source(latest_run(reports_dir, options.latest))
    names = run_names(reports_dir)[-1:]
    newest = open_source(reports_dir / names[0]) if names else None
    found = [good]
    if newest and (good is None or newest.folder.name > good.folder.name):
        found.append(newest)
    return [
        source
        for source in found
        if source and source.record.get("set", {}).get("name") == report_set.name
    ]


def _planned(
    job: Job,
    package: Mapping[str, Any],
    sources: list[Source],
    places: dict[str, Path],
) -> PlannedJob:
    inputs = job_inputs(job, package, places)
    found = [(changed_inputs(job, inputs, source), source) for source in sources]
    changed, source = next(
        ((c, s) for c, s in found if not c), found[0] if found else (["first"], None)
    )
    return PlannedJob(job, inputs, changed, source)


def _places(job: Job, processed_dir: Path, options: Options) -> dict[str, Path]:
    # Files beside the tables that a notebook reads, where it declares that it does.
    declared = notebook_parameters(job.notebook)
    defaults = {
        "codebook_path": options.codebook_path,
        "reviews_dir": options.reviews_dir or reviews_beside(processed_dir),
    }
    places = {}
    for name, default in defaults.items():
        given = job.parameters.get(name)
        path = Path(given) if given else default
        if name in declared and path is not None:
            places[name] = path
    return places


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
        self.options = options
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
        self.last_good = _last_good(self.reports_dir, self.options.latest)
        problems = self._problems()
        jobs, notes = plan_report(
            self.set, self.notebooks, self.data_dir, self.reports_dir, self._inside()
        )
        self.remarks += notes
        if not problems and (unchanged := self._unchanged(jobs)):
            return unchanged
        entries = self._run_notebooks(jobs)
        problems += self._brief()
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

    def _inside(self) -> Options:
        # What stands beside the tables is not beside their snapshot.
        reviews = self.options.reviews_dir or reviews_beside(self.processed_dir)
        return replace(self.options, reviews_dir=reviews)

    def _unchanged(self, jobs: list[PlannedJob]) -> tuple[Path, dict] | None:
        source = jobs[0].source if jobs else None
        if source is None or any(p.changed or p.source is not source for p in jobs):
            return None
        record = source.record
        names = {(p.job.name, p.job.lang) for p in jobs}
        is_same = (
            record["status"] == "complete"
            and names == {(e["name"], e["lang"]) for e in record["notebooks"]}
            and tuple(record["languages"]) == self.set.languages
            and tuple(record["set"]["formats"]) == self.set.formats
            and tuple(record["set"].get("briefing", ())) == self.set.briefing
            and (record["pictures"]["n_missing"] == 0 or find_browser() is None)
        )
        return (source.folder, {**record, "is_unchanged": True}) if is_same else None

    def _run_notebooks(self, jobs: list[PlannedJob]) -> list[dict[str, Any]]:
        entries: dict[int, dict[str, Any]] = {}
        requests: dict[int, Request] = {}
        for number, planned in enumerate(jobs):
            folder = self._job_folder(number)
            folder.mkdir(parents=True)
            if not planned.changed and planned.source is not None:
                entries[number] = self._taken(planned.job, planned.source, folder)
            elif entry := self._left(planned, folder):
                entries[number] = entry
            else:
                requests[number] = self._request(planned, folder)
        if requests:
            require_kernel()
        requests = {n: requests[n] for n in slowest_first(jobs) if n in requests}
        done = len(entries)

        def tell(position: int, answer: Answer) -> None:
            nonlocal done
            done += 1
            number = list(requests)[position]
            job = jobs[number].job
            entries[number] = _entry(jobs[number], answer)
            if not answer.outcome.error:
                note_finished(self._job_folder(number), entries[number])
                drawing.add(self._job_folder(number))
            name = job.name
            if len(self.set.languages) > 1:
                name = f"{name} ({job.lang})"
            result = "failed" if answer.outcome.error else "complete"
            self._tell(f"{name}: {result}, {answer.seconds:.1f} s", done)

        self._n_jobs = len(jobs)
        self._tell("notebooks", done)
        drawing = _Drawing(self.set.formats)
        for number in entries:
            drawing.add(self._job_folder(number))
        run_requests(
            list(requests.values()),
            n_workers=self.options.n_workers or n_cores(),
            seconds_each=self.set.seconds_each,
            retries=self.set.retries,
            on_answer=tell,
        )
        self._tell("images")
        self.remarks += drawing.finish()
        self._n_missing = drawing.n_missing()
        return [
            self._collected(entries[number], self._job_folder(number))
            for number in range(len(jobs))
        ]

    def _tell(self, step: str, n_done: int = 0) -> None:
        """Tell of a notebook or, after all of them, of a step that makes something."""
        steps = {"images": self.set.formats, "briefing": self.set.briefing, "pages": 1}
        made = [name for name, makes in steps.items() if makes]
        if step in made:
            n_done = self._n_jobs + made.index(step) + 1
        if step in made or step not in steps:
            self.options.on_progress(step, n_done, self._n_jobs + len(made))

    def _job_folder(self, number: int) -> Path:
        return self.building / _JOBS_DIR / str(number)

    def _taken(self, job: Job, source: Source, folder: Path) -> dict[str, Any]:
        entry = take(job, source, folder, self.set.formats)
        first = entry["taken_from"] or source.record["run"]
        return {**entry, "path": str(job.notebook), "taken_from": first}

    def _left(self, planned: PlannedJob, folder: Path) -> dict[str, Any] | None:
        if self.options.is_forced:
            return None
        entry = left_by(self.building / _LEFT_DIR, planned.job, planned.inputs, folder)
        return entry and {**entry, "path": str(planned.job.notebook)}

    def _request(self, planned: PlannedJob, folder: Path) -> Request:
        job = planned.job
        places = _places(job, self.processed_dir, self.options)
        own = {
            # Relative, so that no run holds a machine's paths.
            "processed_dir": _relative(self.data_dir, folder),
            "output_dir": ".",
            "report_date": self.started.date().isoformat(),
            **{name: _relative(path, folder) for name, path in places.items()},
        }
        declared = notebook_parameters(job.notebook)
        given = {name: own[name] for name in declared if name in own}
        kept = {n: v for n, v in job.parameters.items() if n not in places}
        return Request(
            job.notebook.resolve(), {**given, **kept}, folder.resolve(), job.lang
        )

    def _collected(self, entry: dict[str, Any], folder: Path) -> dict[str, Any]:
        """Move what a job left to its places in the run."""
        site = self._site(entry["lang"])
        (site / NOTEBOOKS_DIR).mkdir(parents=True, exist_ok=True)
        executed = folder / EXECUTED
        if executed.is_file():
            link_or_copy(executed, site / NOTEBOOKS_DIR / f"{entry['name']}.ipynb")
        files: list[str] = []
        # A notebook that failed may have stopped in the middle of its results.
        if entry["status"] == "complete":
            for kind in (TABLES_DIR, FIGURES_DIR):
                for path in sorted((folder / kind).glob("*.*")):
                    files.append(self._placed(path, kind, entry, site))
        body = folder / BODY
        return {
            **entry,
            "files": files,
            "body": str(body) if body.is_file() else None,
        }

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

    def _brief(self) -> list[Remark]:
        self._tell("briefing")
        sites = {lang: self._site(lang) for lang in self.set.languages}
        date = self.started.date().isoformat()
        return write_briefings(sites, self.tables, self.set, date)

    def _record(
        self, entries: list[dict[str, Any]], problems: list[Remark]
    ) -> dict[str, Any]:
        finished = datetime.now(UTC)
        codebook = self.package.get("codebook", {})
        names = ("documents", "tasks", "failures", "remarks")
        lang = self.set.languages[0]
        return {
            "run": self.name,
            "status": _status(entries, problems),
            "problems": [_told(asdict(problem), lang) for problem in problems],
            "removed": self.removed,
            "set": {**asdict(self.set), "notebooks": _told_entries(self.set)},
            "lang": lang,
            "languages": list(self.set.languages),
            "started": self.started.isoformat(timespec="seconds"),
            "finished": finished.isoformat(timespec="seconds"),
            "seconds": round((finished - self.started).total_seconds(), 2),
            "parameters": self.set.parameters,
            "codebook": codebook,
            "codebook_version": codebook.get("version"),
            "n_rows": {name: len(self.tables[name]) for name in names},
            "inputs": _inputs(self.package, {entry["path"] for entry in entries}),
            "code": code_version(),
            "packages": package_versions(),
            "pictures": {"n_missing": self._n_missing},
            "notebooks": entries,
            "warnings": [
                _told(remark, lang)
                for remark in (
                    *self.package.get("warnings", []),
                    *(remark for entry in entries for remark in entry["warnings"]),
                    *map(asdict, self.remarks),
                )
            ],
        }

    def _write_pages(self, record: dict[str, Any]) -> None:
        self._tell("pages")
        changes = self._changes(record)
        bodies = {(e["name"], e["lang"]): e.pop("body") for e in record["notebooks"]}
        for entry in record["notebooks"]:
            entry.pop("path")
        write_pages(
            self.building,
            record,
            body_of=partial(_body, bodies),
            tasks={n: ReportPages(self.tables, n) for n in record["languages"]},
            changes=changes,
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
        try:
            state = state_of(self.tables)
        except GovOpenError as error:
            unknown = Remark("changes_unknown", {"error": str(error)})
            record["warnings"].append(_told(asdict(unknown), record["lang"]))
            return None
        state["findings"] = {
            lang: finding_states(
                self._site(lang), [e for e in record["notebooks"] if e["lang"] == lang]
            )
            for lang in record["languages"]
        }
        _write_json(self.building / STATE, state)
        before, old = self.last_good or (None, state)
        told = {**_since(before, record), **compare_states(old, state)}
        _write_json(self.building / CHANGES, told)
        return told


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


def _last_good(
    reports_dir: Path, latest: str
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Read the record and the state of the last good run, where there is one."""
    folder = latest_run(reports_dir, latest)
    if folder is None:
        return None
    record, state = read_record(folder), read_state(folder)
    return None if state is None else (record, state)


def _since(
    before: Mapping[str, Any] | None, record: Mapping[str, Any]
) -> dict[str, Any]:
    old = before or record
    return {
        "run": record["run"],
        "since": old["run"] if before else None,
        "since_date": old["started"] if before else None,
        "code_changed": old["code"]["sha256"] != record["code"]["sha256"],
        "codebook_changed": old["codebook"] != record["codebook"],
        "codebook_versions": _codebook_names(old["codebook"], record["codebook"]),
    }


def _codebook_names(*codebooks: Mapping[str, Any]) -> list[str]:
    # A codebook may change without a new version: then digests tell it apart.
    names = [str(codebook.get("version", "?")) for codebook in codebooks]
    if len(set(names)) > 1 or codebooks[0] == codebooks[1]:
        return names
    digests = [str(codebook.get("sha256", "?"))[:8] for codebook in codebooks]
    return [f"{name} [{d}]" for name, d in zip(names, digests, strict=True)]


def _entry(planned: PlannedJob, answer: Answer) -> dict[str, Any]:
    job, outcome = planned.job, answer.outcome
    return {
        "name": job.name,
        "notebook": job.notebook.stem,
        "path": str(job.notebook),
        "title": notebook_title(job.notebook, job.lang),
        "lang": job.lang,
        "dimension": job.dimension,
        "value": job.value,
        "label": job.label,
        "status": "failed" if outcome.error else "complete",
        "seconds": answer.seconds,
        "attempts": answer.attempts,
        "cell": outcome.cell,
        "cell_source": outcome.cell_source,
        "error": outcome.error,
        "kind": outcome.kind,
        "parameters": job.parameters,
        "warnings": outcome.warnings,
        "inputs": planned.inputs,
        "taken_from": None,
    }


def _told(remark: Mapping[str, Any], lang: str) -> dict[str, Any]:
    # The pages say it in their language, from code and values; a mail needs a text.
    kept = {name: remark[name] for name in ("code", "values")}
    return {**kept, "message": remark_in_words(remark, lang)}


def _body(bodies: Mapping[tuple[str, str], str | None], entry: Mapping) -> str:
    path = bodies[entry["name"], entry["lang"]]
    return Path(path).read_text(encoding="utf-8") if path else ""


def _status(entries: list[dict[str, Any]], problems: list[Remark]) -> str:
    good = [entry["status"] == "complete" for entry in entries]
    if not any(good) or any(problem.code == "nothing_read" for problem in problems):
        return "failed"
    return "complete" if all(good) and not problems else "partial"


def _is_drawn(figure: Path, formats: tuple[str, ...]) -> bool:
    return all(figure.with_suffix(f".{kind}").is_file() for kind in formats)


def _told_entries(report_set: ReportSet) -> list[dict[str, Any]]:
    return [asdict(entry) for entry in report_set.notebooks]


def _inputs(package: Mapping[str, Any], notebooks: set[str]) -> dict[str, str]:
    tables = {item["path"]: item["hash"] for item in package["resources"]}
    sources = {item["path"]: item["hash"] for item in package.get("sources", [])}
    paths = [Path(name) for name in sorted(notebooks)]
    code = {f"{NOTEBOOKS_DIR}/{path.name}": file_digest(path) for path in paths}
    return {**sources, **tables, **code}


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
    import json

    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(f"{text}\n", encoding="utf-8")
