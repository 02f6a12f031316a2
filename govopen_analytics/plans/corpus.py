"""A folder of plans to a corpus: documents, tasks, and what failed."""

import json
import math
import os
import re
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, as_completed
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from govopen_analytics.base.cache import Cache
from govopen_analytics.base.errors import GovOpenError, InstallationError, RunError
from govopen_analytics.base.fingerprints import digest_of, file_digest, made_by
from govopen_analytics.base.provenance import Manifest, raw_files, read_manifest
from govopen_analytics.base.remarks import Remark
from govopen_analytics.base.schemas import TABLES, to_schema, validate
from govopen_analytics.base.tables import Tables
from govopen_analytics.base.text import fold, readable_name
from govopen_analytics.plans.one_file import PlanFile, PlanRows, failure_row, read_plan
from govopen_analytics.plans.workers import (
    DEFAULT_LIMITS,
    Limits,
    bounded_results,
    bounded_results_in_a_worker,
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
# Two files hold one plan where they share so much of the tasks of the longer one.
_LEAST_SHARED = 0.8


class RawFolder:
    """The plans of a folder: each file is read once, and its rows are kept.

    Files are known by what they hold. With a cache, a file is read again only when it,
    its row in the manifest or the code has changed, and rows stay on the disk
    until they are asked for; without one all rows are held. The folder may have a
    ``manifest.csv``; ``SourceError`` is raised if it is not there, or its manifest
    cannot be read.
    """

    def __init__(self, raw_dir: str | Path, *, cache: Cache | None = None) -> None:
        raw_dir = Path(raw_dir)
        self._manifest = read_manifest(raw_dir)
        self._files, unnamed = _files(raw_dir, self._manifest)
        self._failures = [*self._manifest.failures, *unnamed]
        self._cache = cache or Cache(None)
        self._keys: dict[int, str] = {}
        self._held: dict[int, PlanRows] = {}
        # By agency and year of a plan: its files and their formats.
        self._alike: dict[tuple[Any, Any], dict[int, str]] = {}
        self._repeats: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._files)

    def read(
        self,
        *,
        n_workers: int | None = None,
        limits: Limits = DEFAULT_LIMITS,
        executor: Any = None,
        on_progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        """Read every file whose rows are not kept.

        By default all cores read once there are many files. Each process is one of a
        pool; a file that exceeds a limit becomes a failure. The workers of an
        executor (of ``concurrent.futures``, or a client of Dask) see the folder under
        the same path and run the same code. Progress is the number of files done and
        of all. Raises ``InstallationError`` if a package is missing that reads a
        file, ``RunError`` if the executor stops or its workers differ.
        """
        waiting = []
        for n, file in enumerate(self._files):
            self._keys[n] = key = _key(file)
            rows = self._kept(n) if key else None
            if rows is None:
                waiting.append(n)
            else:
                self._note(n, rows)
        files = [self._files[n] for n in waiting]
        n_done = len(self) - len(files)
        on_progress(n_done, len(self))
        if executor is not None:
            results = _results_of(executor, files, limits)
        else:
            cores = (os.cpu_count() or 1) if len(files) >= _FEW else 1
            results = bounded_results(
                read_plan,
                files,
                n_workers=n_workers or cores,
                limits=limits,
                lost=PlanFile.lost,
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
            name, other = self._files[n].name, self._files[self._repeats[n]].name
            message = (
                f"{name}: holds the same plan as {other}, which was read; remove one "
                "of the two files"
            )
            return self._files[n].failed("same_plan", message)
        rows = self._kept(n)
        if rows is None:  # removed meanwhile, for another build needed the room
            rows = _read_again(self._files[n])
        others = sorted(i for i, read in self._repeats.items() if read == n)
        names = [self._files[i].name for i in others]
        repeated = [Remark("same_plan", {"file": name}) for name in names]
        return replace(rows, remarks=[*rows.remarks, *repeated])

    def tables(self) -> Tables:
        """Return the tables that are read from files, each valid."""
        (tables,) = self.parts(math.inf)
        return tables

    def parts(self, most_tasks: float = _TASKS_OF_A_PART) -> Iterator[Tables]:
        """Yield the tables of some files at a time, which together are ``tables``.

        Task ids sort within a part and from part to part; a part ends where it has
        `most_tasks`. All failures stand in the last part, and there is one even of a
        folder without files.
        """
        first, n_tasks, leader = 0, 0, ""
        results: list[PlanRows] = []
        failures = list(self._failures)
        for n, file in enumerate(self._files):
            if not _interleave(leader, file.document_id):
                leader = file.document_id
                if n_tasks >= most_tasks:
                    yield _assemble(self._files[first:n], results, self._manifest, [])
                    first, n_tasks, results = n, 0, []
            results.append(self.rows(n))
            n_tasks += len(results[-1].tasks)
            failures += results[-1].failures
        yield _assemble(self._files[first:], results, self._manifest, failures)

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
        is_same = is_certain and self._keys[n] == _key(self._files[n]) != ""
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
                group = {n: self.rows(n) for n in sorted(formats)}
                repeats |= _repeats_in(group, formats)
        return repeats


def _repeats_in(group: dict[int, PlanRows], formats: dict[int, str]) -> dict[int, int]:
    """Map files of one agency and year that repeat a plan to the file to read.

    The formats of two such files differ. The one with more units and deadlines is
    read; of two alike the first.
    """
    texts = {
        n: {re.sub(r"\W", "", fold(task["text"])) for task in rows.tasks}
        for n, rows in group.items()
    }
    fields = ("lead_units", "support_units", "deadline_kind")
    n_filled = {
        n: sum(bool(task[name]) for task in rows.tasks for name in fields)
        for n, rows in group.items()
    }
    repeats: dict[int, int] = {}
    read: list[int] = []
    for n in sorted(group, key=lambda n: (-n_filled[n], n)):
        same = [
            other
            for other in read
            if formats[n] != formats[other]
            and len(texts[n] & texts[other])
            >= _LEAST_SHARED * max(len(texts[n]), len(texts[other]))
        ]
        if same:
            repeats[n] = same[0]
        else:
            read.append(n)
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
    look at in the files that were read is in ``remarks``. Parameters are those of
    ``RawFolder`` and ``RawFolder.read``, which raise what this raises.
    """
    folder = RawFolder(raw_dir, cache=cache)
    folder.read(
        n_workers=n_workers, limits=limits, executor=executor, on_progress=on_progress
    )
    return folder.tables()


def _results_of(
    executor: Any, files: list[PlanFile], limits: Limits
) -> Iterator[tuple[int, PlanRows | InstallationError]]:
    """Read files with an executor, some in one call; yield them as they are done."""
    if hasattr(executor, "get_executor"):  # a client of Dask
        executor = executor.get_executor(pure=False)
    files = [replace(file, folder=file.folder.resolve()) for file in files]
    places = {}
    for first in range(0, len(files), _FILES_OF_A_CALL):
        some = files[first : first + _FILES_OF_A_CALL]
        future = executor.submit(_load_some, some, limits, made_by(*_READING))
        places[future] = first
    try:
        for future in as_completed(places):
            some = files[places[future] : places[future] + _FILES_OF_A_CALL]
            for n, result in enumerate(_answer_of(future, some)):
                yield places[future] + n, result
    finally:
        for future in places:
            future.cancel()


def _answer_of(
    future: Future[list[PlanRows | InstallationError]], files: list[PlanFile]
) -> list[PlanRows | InstallationError]:
    try:
        return future.result()
    except GovOpenError:
        raise
    except Exception as error:  # executors have errors of their own kinds
        event = f"{type(error).__name__}: {error}"
        if type(error).__name__ == "KilledWorker":  # of Dask, after several tries
            return [file.lost("unexpected_error", event) for file in files]
        raise RunError(
            f"Reading stopped, for the executor did not answer ({event}); see to its "
            "workers and run again: what was read is kept"
        ) from error


def _load_some(
    files: list[PlanFile], limits: Limits, code: str
) -> list[PlanRows | InstallationError]:
    """Read some files on a worker of an executor."""
    where = f"The worker on {socket.gethostname()}"
    if made_by(*_READING) != code:
        raise RunError(
            f"{where} has another version of the library, of a package or of "
            "LibreOffice; install the same everywhere"
        )
    if not files[0].folder.is_dir():
        raise RunError(
            f"{where} does not see {files[0].folder}; put the plans on a disk that all "
            "workers share under the same path"
        )
    return bounded_results_in_a_worker(
        read_plan, files, limits=limits, lost=PlanFile.lost
    )


def _key(file: PlanFile) -> str:
    """Name what the rows of a file depend on; nothing for one that cannot be opened."""
    try:
        content = file_digest(file.path)
    except OSError:
        return ""
    parts = [file.name, file.document_id, file.declared, file.has_unused_row]
    return digest_of([made_by(*_READING), content, *parts])


def _read_again(file: PlanFile) -> PlanRows:
    [(_, result)] = bounded_results(
        read_plan, [file], n_workers=1, limits=DEFAULT_LIMITS, lost=PlanFile.lost
    )
    if isinstance(result, InstallationError):
        raise result
    return result


def _files(raw_dir: Path, manifest: Manifest) -> tuple[list[PlanFile], list[dict]]:
    """Return the files of a folder in the order of their ids, and rows of ``failures``.

    A table cannot hold a name that is not UTF-8.
    """
    files, failures = [], []
    taken = {row["document_id"] for row in manifest.rows.values()}
    for name in raw_files(raw_dir):
        if (shown := readable_name(name)) != name:
            message = (
                f"{shown}: the name of the file is not UTF-8, as after unpacking an "
                "archive with names in GBK; rename it"
            )
            failures.append(failure_row(shown, None, "file_name_not_utf8", message))
            continue
        row = manifest.rows.get(name, {})
        document_id = row.get("document_id") or _free_id(name, taken)
        taken.add(document_id)
        has_unused_row = name in manifest.remarks
        files.append(PlanFile(raw_dir, name, document_id, row, has_unused_row))
    return sorted(files, key=lambda file: file.document_id), failures


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


def _interleave(document_id: str, later_id: str) -> bool:
    """Say whether ids of tasks of a later plan may sort among those of a plan."""
    # Both go on with "-": "a-200" and "a-2-001", "a (1)-001" and "a-001".
    rest = later_id.removeprefix(document_id)
    return document_id != "" and rest != later_id and rest[:1] <= "-"


def _assemble(
    files: list[PlanFile],
    results: list[PlanRows],
    manifest: Manifest,
    failures: list[dict],
) -> Tables:
    rows = {
        "documents": [r.document for r in results if r.document is not None],
        "tasks": [row for r in results for row in r.tasks],
        "failures": sorted(
            failures, key=lambda row: (row["source_file"], row["reason"])
        ),
        "remarks": [
            {
                "source_file": file.name,
                "document_id": file.document_id,
                "ordinal": ordinal,
                "code": remark.code,
                "values": json.dumps(remark.values, ensure_ascii=False, sort_keys=True),
                "start_char": remark.start_char,
            }
            for file, r in zip(files, results, strict=True)
            for ordinal, remark in enumerate(
                [*manifest.remarks.get(file.name, []), *r.remarks], start=1
            )
        ],
        "spans": [row for r in results for row in r.spans],
    }
    for row in rows["documents"]:
        for name in manifest.further_columns:
            row.setdefault(name, None)
    tables = {
        name: to_schema(pd.DataFrame(table_rows), name)
        for name, table_rows in rows.items()
    }
    # Every part has the same columns in the same order.
    fields = [*TABLES["documents"].fields, *manifest.further_columns]
    if len(tables["documents"]):
        tables["documents"] = tables["documents"][fields]
    return Tables.of({name: validate(table, name) for name, table in tables.items()})
