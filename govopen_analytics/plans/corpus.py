"""A folder of plans to a corpus: documents, tasks, and what failed."""

import datetime as dt
import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from govopen_analytics.base.cache import Cache
from govopen_analytics.base.errors import (
    ChecksumError,
    EmptyDocumentError,
    EncodingError,
    GovOpenError,
    InstallationError,
    NotAPlanError,
    ReadError,
    RunError,
    UnsupportedFormatError,
    installation_fault,
)
from govopen_analytics.base.fingerprints import digest_of, file_digest, made_by
from govopen_analytics.base.provenance import (
    DECLARED,
    MANIFEST_COLUMNS,
    Manifest,
    check_checksum,
    raw_files,
    read_manifest,
)
from govopen_analytics.base.remarks import Remark
from govopen_analytics.base.schemas import FIELDS, TABLES, to_schema, validate
from govopen_analytics.base.tables import Tables
from govopen_analytics.base.text import name_form, readable_name
from govopen_analytics.plans import (
    Segmented,
    accounted_share,
    segment_document,
    task_share,
)
from govopen_analytics.plans.same_plan import same_plans
from govopen_analytics.plans.workers import (
    DEFAULT_LIMITS,
    Limits,
    bounded_results,
    bounded_results_in_a_worker,
)
from govopen_analytics.readers import read_bytes
from govopen_analytics.readers.source import Source

_REASONS = (
    (ChecksumError, "checksum_mismatch"),
    (UnsupportedFormatError, "unsupported_format"),
    (EncodingError, "unknown_encoding"),
    (EmptyDocumentError, "empty_document"),
    (NotAPlanError, "not_a_plan"),
    (ReadError, "unreadable"),
    (GovOpenError, "invalid"),
)
# Failures that the file alone decides; others may be gone the next time.
_CERTAIN = {
    "checksum_mismatch",
    "empty_document",
    "not_a_plan",
    "nothing_recoverable",
    "unknown_encoding",
    "unsupported_format",
}
# Folders of the library that the rows of a file depend on.
_READING = ("base", "readers", "plans")
# Fewer files are read by one worker: more take longer to start than to work.
_FEW = 12
# A part of a folder is held in memory while it is coded: about 12 kB a task.
_TASKS_OF_A_PART = 5_000
# Files that a worker of an executor reads in one call.
_FILES_OF_A_CALL = 16
_DATES = tuple(name for name, field in FIELDS.items() if field.type == "date")


@dataclass(frozen=True)
class _Job:
    """One file to read."""

    raw_dir: Path
    name: str
    document_id: str
    declared: dict[str, str]
    has_unused_row: bool


@dataclass(frozen=True)
class PlanRows:
    """Rows of the tables that one file gave; plain values, to be pickled.

    Attributes
    ----------
    document : dict or None
        A row of ``documents``; None where the file is no plan.
    tasks, spans, failures : list of dict
        Rows of those tables.
    remarks : list of Remark
        What a person should look at.
    """

    document: dict | None
    tasks: list[dict]
    spans: list[dict]
    failures: list[dict]
    remarks: list[Remark]

    def to_json(self) -> dict[str, Any]:
        """Return the rows as values that JSON can hold."""
        return {
            **vars(self),
            "document": _with_dates(self.document, str) if self.document else None,
            "tasks": [_with_dates(task, str) for task in self.tasks],
            "remarks": [vars(remark) for remark in self.remarks],
        }

    @classmethod
    def of_json(cls, value: dict[str, Any]) -> "PlanRows":
        """Return the rows that ``to_json`` gave."""
        read, document = dt.date.fromisoformat, value["document"]
        return cls(
            document=_with_dates(document, read) if document else None,
            tasks=[_with_dates(task, read) for task in value["tasks"]],
            spans=value["spans"],
            failures=value["failures"],
            remarks=[
                Remark(remark["code"], remark["values"], remark["start_char"])
                for remark in value["remarks"]
            ],
        )


def _with_dates(row: dict, change: Callable[[Any], Any]) -> dict:
    dates = {name: change(row[name]) for name in _DATES if row.get(name) is not None}
    return row | dates


class RawFolder:
    """The plans of a folder: each file is read once, and its rows are kept.

    Files are known by what they hold. With a cache, a file is read again only when it,
    its row in the manifest or the code has changed, and rows stay on the disk
    until they are asked for; without one all rows are held.

    Parameters
    ----------
    raw_dir : str or Path
        Folder of plans as published, with or without a ``manifest.csv``.
    cache : Cache, optional

    Raises
    ------
    SourceError
        If the folder is not there, or its manifest cannot be read.
    """

    def __init__(self, raw_dir: str | Path, *, cache: Cache | None = None) -> None:
        raw_dir = Path(raw_dir)
        names, self._unnamed = _named_in_utf8(raw_files(raw_dir))
        self._manifest = read_manifest(raw_dir)
        self._jobs = _jobs(raw_dir, names, self._manifest)
        self._cache = cache or Cache(None)
        self._keys: dict[int, str] = {}
        self._held: dict[int, PlanRows] = {}
        # By agency and year of a plan: its files and their formats.
        self._alike: dict[tuple[Any, Any], dict[int, str]] = {}
        self._repeats: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._jobs)

    def read(
        self,
        *,
        n_workers: int | None = None,
        limits: Limits = DEFAULT_LIMITS,
        executor: Any = None,
        on_progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        """Read every file whose rows are not kept.

        Parameters
        ----------
        n_workers : int, optional
            Number of processes; by default all cores once there are many files.
        limits : Limits, default 600 seconds and 2 GiB
            Of the time and memory that each file may take. What exceeds them becomes
            a failure. Each process is one of a pool, none starts for a file.
        executor : concurrent.futures.Executor or distributed.Client, optional
            Reads the files instead of processes of this machine. Its workers see
            the folder under the same path, and run the same code.
        on_progress : callable, optional
            Called with the number of files done and the number of all.

        Raises
        ------
        InstallationError
            If a package is missing that reads a file.
        RunError
            If the executor stops, or its workers are not as they have to be.
        """
        waiting = []
        for n, job in enumerate(self._jobs):
            self._keys[n] = key = _key(job)
            rows = self._kept(n) if key else None
            if rows is None:
                waiting.append(n)
            else:
                self._note(n, rows)
        jobs = [self._jobs[n] for n in waiting]
        n_done = len(self) - len(jobs)
        on_progress(n_done, len(self))
        if executor is not None:
            results = _results_of(executor, jobs, limits)
        else:
            cores = (os.cpu_count() or 1) if len(jobs) >= _FEW else 1
            results = bounded_results(
                _load, jobs, n_workers=n_workers or cores, limits=limits, lost=_lost
            )
        for place, result in results:
            if isinstance(result, InstallationError):  # no file is at fault
                raise result
            self._keep(waiting[place], result)
            self._note(waiting[place], result)
            n_done += 1
            on_progress(n_done, len(self))
        self._repeats = self._find_repeats()

    def rows(self, n: int) -> PlanRows:
        """Return the rows of a file; of a plan in several formats one file has any."""
        if n in self._repeats:
            name, other = self._jobs[n].name, self._jobs[self._repeats[n]].name
            message = (
                f"{name}: holds the same plan as {other}, which was read; remove one "
                "of the two files"
            )
            return _failed(self._jobs[n], "same_plan", message)
        found = self._kept(n)
        if found is None:  # removed meanwhile, for another build needed the room
            found = _loaded_again(self._jobs[n])
        others = sorted(i for i, read in self._repeats.items() if read == n)
        names = [self._jobs[i].name for i in others]
        repeated = [Remark("same_plan", {"file": name}) for name in names]
        return replace(found, remarks=[*found.remarks, *repeated])

    def tables(self) -> Tables:
        """Return the tables that are read from files, each valid."""
        results = [self.rows(n) for n in range(len(self))]
        failures = [row for result in results for row in result.failures]
        return self._assembled(self._jobs, results, failures)

    def parts(self, most_tasks: int = _TASKS_OF_A_PART) -> Iterator[Tables]:
        """Yield the tables of some files at a time, which together are ``tables``.

        Task ids sort within a part and from part to part; a part ends where it has
        `most_tasks`. All failures stand in the last part, and there is one even of a
        folder without files.
        """
        first, n_tasks, leader = 0, 0, ""
        results: list[PlanRows] = []
        failures: list[dict] = []
        for n, job in enumerate(self._jobs):
            if not _interleave(leader, job.document_id):
                leader = job.document_id
                if n_tasks >= most_tasks:
                    yield self._assembled(self._jobs[first:n], results, None)
                    first, n_tasks, results = n, 0, []
            results.append(self.rows(n))
            n_tasks += len(results[-1].tasks)
            failures += results[-1].failures
        yield self._assembled(self._jobs[first:], results, failures)

    def _assembled(
        self, jobs: list[_Job], results: list[PlanRows], failures: list[dict] | None
    ) -> Tables:
        if failures is not None:
            failures = [*self._manifest.failures, *self._unnamed, *failures]
        return _assemble(jobs, results, self._manifest, failures or [])

    def _kept(self, n: int) -> PlanRows | None:
        if n in self._held:
            return self._held[n]
        value = self._cache.get(self._keys[n])
        try:
            return None if value is None else PlanRows.of_json(value)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def _keep(self, n: int, rows: PlanRows) -> None:
        # The file may have been replaced after its key was made.
        is_certain = {row["reason"] for row in rows.failures} <= _CERTAIN
        is_same = is_certain and self._keys[n] == _key(self._jobs[n]) != ""
        if not (is_same and self._cache.put(self._keys[n], rows.to_json())):
            self._held[n] = rows

    def _note(self, n: int, rows: PlanRows) -> None:
        if rows.document is not None:
            plan = rows.document["agency"] or rows.document["title"]
            alike = self._alike.setdefault((plan, rows.document["year"]), {})
            alike[n] = rows.document["source_format"]

    def _find_repeats(self) -> dict[int, int]:
        """Map files to the file that holds the same plan in another format."""
        repeats: dict[int, int] = {}
        for formats in self._alike.values():
            if len(set(formats.values())) > 1:
                numbers = sorted(formats)
                group = [self.rows(n) for n in numbers]
                found = same_plans(
                    [r.document for r in group], [r.tasks for r in group]
                )
                repeats |= {numbers[i]: numbers[j] for i, j in found.items()}
        return repeats


def read_plans(
    raw_dir: str | Path,
    *,
    n_workers: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    executor: Any = None,
    cache: Cache | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Tables:
    """Read every plan of a folder.

    A file that cannot be read, is no plan, or is not as its manifest declares,
    becomes a row of ``failures``; the others are still read. What a person should
    look at in the files that were read is in ``remarks``.

    Parameters
    ----------
    raw_dir : str or Path
        Folder of plans as published, with or without a ``manifest.csv``.
    n_workers, limits, executor, on_progress
        As in ``RawFolder.read``.
    cache : Cache, optional
        Of rows read before; without it every file is read.

    Returns
    -------
    Tables
        Valid ``documents``, ``tasks``, ``spans``, ``failures`` and ``remarks``.

    Raises
    ------
    SourceError
        If the folder is not there, or its manifest cannot be read.
    InstallationError
        If a package is missing that reads a file.
    """
    folder = RawFolder(raw_dir, cache=cache)
    folder.read(
        n_workers=n_workers, limits=limits, executor=executor, on_progress=on_progress
    )
    return folder.tables()


def _results_of(
    executor: Any, jobs: list[_Job], limits: Limits
) -> Iterator[tuple[int, PlanRows | InstallationError]]:
    """Read files with an executor, some in one call; yield them as they are done."""
    if hasattr(executor, "get_executor"):  # a client of Dask
        executor = executor.get_executor(pure=False)
    jobs = [replace(job, raw_dir=job.raw_dir.resolve()) for job in jobs]
    places = {}
    for first in range(0, len(jobs), _FILES_OF_A_CALL):
        some = jobs[first : first + _FILES_OF_A_CALL]
        future = executor.submit(_load_some, some, limits, made_by(*_READING))
        places[future] = first
    try:
        for future in as_completed(places):
            some = jobs[places[future] : places[future] + _FILES_OF_A_CALL]
            for n, result in enumerate(_answer_of(future, some)):
                yield places[future] + n, result
    finally:
        for future in places:
            future.cancel()


def _answer_of(
    future: Future[list[PlanRows | InstallationError]], jobs: list[_Job]
) -> list[PlanRows | InstallationError]:
    try:
        return future.result()
    except GovOpenError:
        raise
    except Exception as error:  # executors have errors of their own kinds
        told = f"{type(error).__name__}: {error}"
        if type(error).__name__ == "KilledWorker":  # of Dask, after several tries
            return [_lost(job, "unexpected_error", told) for job in jobs]
        raise RunError(
            f"Reading stopped, for the executor did not answer ({told}); see to its "
            "workers and run again: what was read is kept"
        ) from error


def _load_some(
    jobs: list[_Job], limits: Limits, code: str
) -> list[PlanRows | InstallationError]:
    """Read some files on a worker of an executor."""
    where = f"The worker on {socket.gethostname()}"
    if made_by(*_READING) != code:
        raise RunError(
            f"{where} has another version of the library, of a package or of "
            "LibreOffice; install the same everywhere"
        )
    if not jobs[0].raw_dir.is_dir():
        raise RunError(
            f"{where} does not see {jobs[0].raw_dir}; put the plans on a disk that all "
            "workers share under the same path"
        )
    return bounded_results_in_a_worker(_load, jobs, limits=limits, lost=_lost)


def _key(job: _Job) -> str:
    """Name what the rows of a file depend on; nothing for one that cannot be opened."""
    try:
        content = file_digest(job.raw_dir / job.name)
    except OSError:
        return ""
    told = [job.name, job.document_id, job.declared, job.has_unused_row]
    return digest_of([made_by(*_READING), content, *told])


def _loaded_again(job: _Job) -> PlanRows:
    [(_, result)] = bounded_results(
        _load, [job], n_workers=1, limits=DEFAULT_LIMITS, lost=_lost
    )
    if isinstance(result, InstallationError):
        raise result
    return result


def read_document(path: str | Path) -> tuple[Source, Segmented]:
    """Read and segment one file, without a manifest.

    Raises ``ReadError`` if the file cannot be read.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReadError(f"{path}: cannot be opened ({error.strerror})") from error
    source = read_bytes(content, path.name)
    return source, segment_document(source)


def _named_in_utf8(names: list[str]) -> tuple[list[str], list[dict]]:
    """Part names that a table can hold from failures about those it cannot."""
    failures = []
    for name in names:
        if (shown := readable_name(name)) != name:
            message = (
                f"{shown}: the name of the file is not UTF-8, as after unpacking an "
                "archive with names in GBK; rename it"
            )
            failures.append(
                {
                    "source_file": shown,
                    "document_id": None,
                    "reason": "file_name_not_utf8",
                    "message": message,
                }
            )
    return [name for name in names if readable_name(name) == name], failures


def _jobs(raw_dir: Path, names: list[str], manifest: Manifest) -> list[_Job]:
    taken = {row["document_id"] for row in manifest.rows.values()}
    jobs = []
    for name in names:
        row = manifest.rows.get(name, {})
        document_id = row.get("document_id") or _free_id(name, taken)
        taken.add(document_id)
        has_unused_row = name in manifest.remarks
        jobs.append(_Job(raw_dir, name, document_id, row, has_unused_row))
    return sorted(jobs, key=lambda job: job.document_id)


def _free_id(name: str, taken: set[str]) -> str:
    """Make an identifier of a file's name; with its extension if it is taken."""
    path = Path(name)
    stem = "_".join(path.with_suffix("").parts)
    if stem not in taken:
        return stem
    with_suffix = f"{stem}_{path.suffix.lstrip('.')}"
    n, candidate = 2, with_suffix
    while candidate in taken:
        candidate, n = f"{with_suffix}_{n}", n + 1
    return candidate


def _load(job: _Job) -> PlanRows | InstallationError:
    # Returned, not raised: it has to come out of another process.
    try:
        return read_plan(
            job.raw_dir / job.name,
            job.declared,
            source_file=job.name,
            document_id=job.document_id,
            has_unused_row=job.has_unused_row,
        )
    except InstallationError as error:
        return error


def read_plan(
    path: str | Path,
    declared: Mapping[str, str] | None = None,
    *,
    source_file: str | None = None,
    document_id: str | None = None,
    has_unused_row: bool = False,
) -> PlanRows:
    """Read one plan to rows of the tables.

    The result depends on the arguments and the file alone, and a corpus is the rows
    of its files. Whatever goes wrong with the file is a failure in the result.

    Parameters
    ----------
    path : str or Path
        The file as published.
    declared : mapping of str to str, optional
        Its row in the manifest.
    source_file : str, optional
        Name in the tables and in messages; by default the declared one, else that
        of the file.
    document_id : str, optional
        By default the declared one, else the name without its extension.
    has_unused_row : bool, default False
        Whether the manifest has a row for the file that cannot be used.

    Returns
    -------
    PlanRows

    Raises
    ------
    InstallationError
        If a package is missing that reads the file.
    """
    path, declared = Path(path), dict(declared or {})
    name = source_file or declared.get("file") or path.name
    document_id = document_id or declared.get("document_id") or Path(name).stem
    job = _Job(path.parent, name, document_id, declared, has_unused_row)
    try:
        return _read(job, path)
    except InstallationError:
        raise
    except GovOpenError as error:
        reason = next(name for kind, name in _REASONS if isinstance(error, kind))
        return _failed(job, reason, str(error))
    except ImportError as error:
        raise installation_fault(error) or error from error
    except OSError as error:
        if fault := installation_fault(error):
            raise fault from error
        message = f"{name}: cannot be opened ({error.strerror}); check its rights"
        return _failed(job, "unreadable", message)
    except MemoryError:
        message = (
            f"{name}: reading needs more memory than a file may take; split the file, "
            "or allow more (govopen build --max-memory)"
        )
        return _failed(job, "too_large", message)
    except Exception as error:  # a fault of ours must not cost the other files
        return _failed(job, "unexpected_error", _unexpected(job, error))


def _lost(job: _Job, reason: str, told: str) -> PlanRows:
    """Make the result of a file whose worker gave none."""
    advice = (
        "split the file, or allow more time (govopen build --max-seconds)"
        if reason == "too_slow"
        else "please report it with the file"
    )
    return _failed(job, reason, f"{job.name}: reading was cut off: {told}; {advice}")


def _unexpected(job: _Job, error: Exception) -> str:
    return (
        f"{job.name}: {type(error).__name__}: {error}; this is a fault of the reader, "
        "please report it with the file"
    )


def _failed(job: _Job, reason: str, message: str) -> PlanRows:
    failure = {
        "source_file": job.name,
        "document_id": job.document_id,
        "reason": reason,
        "message": message,
    }
    return PlanRows(None, [], [], [failure], [])


def _read(job: _Job, path: Path) -> PlanRows:
    content = path.read_bytes()
    sha256 = check_checksum(job.name, content, job.declared.get("sha256"))
    source = read_bytes(content, job.name)
    declared_year = job.declared.get("year")
    found = segment_document(source, int(declared_year) if declared_year else None)
    if found.verdict is not None:
        reason = (
            "not_a_plan" if found.verdict.startswith("not") else "nothing_recoverable"
        )
        return _failed(job, reason, f"{job.name}: {found.verdict}")
    document = _document_row(job, source, found, sha256)
    written = job.declared.get("agency", found.metadata.agency)
    tasks = task_rows(job.document_id, source.text, found, document["year"])
    spans = [
        {
            "document_id": job.document_id,
            "start_char": start,
            "end_char": end,
            "role": role,
            "task_id": None if task is None else tasks[task]["task_id"],
        }
        for start, end, role, task in found.spans
    ]
    remarks = [*_inferred(job, document), *found.remarks]
    if written and written != document["agency"]:
        values = {"written": written, "agency": document["agency"]}
        remarks.insert(0, Remark("agency_rewritten", values))
    return PlanRows(document, tasks, spans, [], remarks)


def _inferred(job: _Job, document: dict) -> list[Remark]:
    """Name what decides comparisons and was not declared."""
    known = {name: document[name] for name in ("agency", "year")}
    if not job.declared:
        return [] if job.has_unused_row else [Remark("no_manifest_row", known)]
    return [
        Remark(f"{name}_inferred", {name: value})
        for name, value in known.items()
        if name not in job.declared
    ]


def _document_row(job: _Job, source: Source, found: Segmented, sha256: str) -> dict:
    metadata = found.metadata
    row: dict[str, Any] = {
        "document_id": job.document_id,
        "doc_number": metadata.doc_number,
        "index_number": metadata.index_number,
        "issued_date": metadata.issued_date,
        "source_file": job.name,
        "source_url": job.declared.get("source_url"),
        "source_format": source.format,
        "encoding": source.encoding,
        "sha256": sha256,
        "layout": found.layout,
        "n_tasks": len(found.tasks),
        "n_chars": len(source.text),
        "accounted_share": accounted_share(found.spans),
        "task_share": task_share(found.spans),
        "note": job.declared.get("note"),
        "text": source.text,
    }
    for name in DECLARED:
        row[name] = job.declared.get(name, getattr(metadata, name))
    row["agency"] = name_form(row["agency"]) if row["agency"] else None
    row["year"] = int(row["year"]) if row["year"] is not None else None
    row["agency_series"] = job.declared.get("agency_series", row["agency"])
    own = [name for name in job.declared if name not in MANIFEST_COLUMNS]
    row |= {name: job.declared[name] for name in own}
    row["inferred"] = [name for name in metadata.inferred if name not in job.declared]
    return row


def task_rows(
    document_id: str, text: str, found: Segmented, year: int | None
) -> list[dict]:
    """Return the rows of the ``tasks`` table that a document gives."""
    rows = []
    for ordinal, draft in enumerate(found.tasks, start=1):
        title, content = draft.title(text), draft.text("content", text)
        deadline = draft.deadline
        rows.append(
            {
                "task_id": f"{document_id}-{ordinal:03d}",
                "document_id": document_id,
                "ordinal": ordinal,
                "chapter": draft.chapter,
                "section": draft.section,
                "title": title,
                "is_title_inherited": title is not None
                and draft.text("title", text) is None,
                "content": content,
                "text": "\n".join(part for part in (title, content) if part),
                "progress": draft.text("progress", text),
                "lead_units": draft.lead,
                "support_units": draft.support,
                "deadline_raw": deadline.raw if deadline else None,
                "deadline_kind": deadline.kind if deadline else None,
                "deadline_date": deadline.date if deadline else None,
                "carried": draft.carried,
                "start_char": draft.start,
                "end_char": draft.end,
            }
        )
    return rows


def _interleave(document_id: str, later_id: str) -> bool:
    """Say whether ids of tasks of a later plan may sort among those of a plan."""
    # Both go on with "-": "a-200" and "a-2-001", "a (1)-001" and "a-001".
    rest = later_id.removeprefix(document_id)
    return document_id != "" and rest != later_id and rest[:1] <= "-"


def _assemble(
    jobs: list[_Job], results: list[PlanRows], manifest: Manifest, failures: list[dict]
) -> Tables:
    rows = {
        "documents": [r.document for r in results if r.document is not None],
        "tasks": [row for r in results for row in r.tasks],
        "failures": sorted(
            failures, key=lambda row: (row["source_file"], row["reason"])
        ),
        "remarks": [
            row
            for job, result in zip(jobs, results, strict=True)
            for row in _remark_rows(
                job, [*manifest.remarks.get(job.name, []), *result.remarks]
            )
        ],
        "spans": [row for r in results for row in r.spans],
    }
    for row in rows["documents"]:
        for name in manifest.further_columns:
            row.setdefault(name, None)
    tables = {
        name: to_schema(pd.DataFrame(found), name) for name, found in rows.items()
    }
    # Every part has the same columns in the same order.
    fields = [*TABLES["documents"].fields, *manifest.further_columns]
    if len(tables["documents"]):
        tables["documents"] = tables["documents"][fields]
    return Tables.of({name: validate(table, name) for name, table in tables.items()})


def _remark_rows(job: _Job, remarks: list[Remark]) -> list[dict]:
    return [
        {
            "source_file": job.name,
            "document_id": job.document_id,
            "ordinal": ordinal,
            "code": remark.code,
            "values": json.dumps(remark.values, ensure_ascii=False, sort_keys=True),
            "start_char": remark.start_char,
        }
        for ordinal, remark in enumerate(remarks, start=1)
    ]
