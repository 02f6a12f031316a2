"""Raw plans to the tables of ``data/processed``."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from govopen_analytics.base.cache import Cache
from govopen_analytics.base.datapackage import (
    CSV_BYTES,
    PackageWriter,
    read_datapackage,
)
from govopen_analytics.base.errors import InstallationError, RunError
from govopen_analytics.base.fingerprints import file_digest, inputs_digest
from govopen_analytics.base.locking import (
    disk_errors_explained,
    locked,
    remove_unfinished,
)
from govopen_analytics.base.provenance import MANIFEST_NAME
from govopen_analytics.base.remarks import Remark
from govopen_analytics.base.schemas import to_schema
from govopen_analytics.base.tables import Tables
from govopen_analytics.coding.codebook import Codebook, load_codebook
from govopen_analytics.coding.coded import code_plans
from govopen_analytics.measures.confusion import Confusion
from govopen_analytics.plans.corpus import RawFolder
from govopen_analytics.plans.workers import DEFAULT_LIMITS, Limits
from govopen_analytics.review import (
    CarriedReviews,
    apply_reviews,
    carry_reviews,
    read_reviews,
    reviews_folder,
    text_sha256,
)
from govopen_analytics.review.carrying import document_of

# Another build into the same folder is writing for moments only.
_SECONDS_WAIT = 60
_SECONDS_TO_ANSWER = 20  # of a scheduler
_MOST_NAMED = 10  # files, before only their number is told


def build_processed(
    raw_dir: Path | str,
    out_dir: Path | str,
    *,
    codebook_path: Path | str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    executor: Any = None,
    is_forced: bool = False,
    csv_bytes: int | None = CSV_BYTES,
    on_progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> Tables:
    """Read a folder of plans, code their themes, and write every table.

    What reading a file and coding a document gave is kept in the user's cache folder,
    by all it was made from, and is not made again. A killed build goes on there.

    Parameters
    ----------
    raw_dir : Path or str
        Folder of plans as published, with or without ``manifest.csv``.
    out_dir : Path or str
        Folder for the tables, as Parquet and CSV with a ``datapackage.json``.
    codebook_path : Path or str, optional
        Codebook to code by; without it, the one that comes with the library.
    limits : Limits, default 600 seconds and 2 GiB
        Of the time and memory that reading one file may take.
    executor : concurrent.futures.Executor or distributed.Client, optional
        Reads the files instead of processes of this machine.
    is_forced : bool, default False
        Read and code everything again, whatever is kept of earlier builds.
    csv_bytes : int or None, default 200 MB
        A table whose CSV is larger is written as Parquet alone; None for no limit.
    on_progress : callable
        Called with the step's name, what is done of it and its total.
    """
    raw_dir, out_dir = Path(raw_dir), Path(out_dir)
    codebook = load_codebook(codebook_path)
    plans_kept = Cache.of_user("plans", reads=not is_forced)
    codes_kept = Cache.of_user("codes", reads=not is_forced)
    with (
        disk_errors_explained(out_dir, "the tables", "Those that are there stay"),
        tempfile.TemporaryDirectory(prefix="govopen-") as scratch,
    ):
        if not plans_kept.is_writable():  # what was read has to stand somewhere
            plans_kept = Cache(Path(scratch))
        folder = RawFolder(raw_dir, cache=plans_kept)
        folder.read(
            limits=limits, executor=executor, on_progress=partial(on_progress, "read")
        )
        reviews = read_reviews(reviews_folder(out_dir))
        people = carry_reviews(reviews, _tasks_that_matter(folder, reviews), codebook)
        with locked(out_dir, seconds_wait=_SECONDS_WAIT):
            remove_unfinished(out_dir)
            with PackageWriter(out_dir, csv_bytes=csv_bytes) as writer:
                sources, failures = _write_parts(
                    folder, codebook, people, codes_kept, writer, on_progress
                )
                on_progress("write", 0, 1)
                manifest = raw_dir / MANIFEST_NAME
                if manifest.is_file():
                    digest = file_digest(manifest)
                    source = {"title": "manifest", "path": manifest.name}
                    sources.append({**source, "hash": digest})
                # What an unexpected error left out may be there the next time.
                is_whole = "unexpected_error" not in set(failures["reason"])
                digest = inputs_digest(raw_dir, out_dir, codebook_path)
                details = {
                    "built_from": digest if is_whole else None,
                    "codebook": {
                        "name": codebook.name,
                        "version": codebook.version,
                        "sha256": codebook.fingerprint,
                    },
                    "sources": sources,
                    "warnings": [*_not_read(failures), *_decisions_changed(people)],
                }
                writer.publish(details)
    for cache in (plans_kept, codes_kept):
        cache.trim()
    return read_datapackage(out_dir)


def _write_parts(
    folder: RawFolder,
    codebook: Codebook,
    people: CarriedReviews,
    cache: Cache,
    writer: PackageWriter,
    on_progress: Callable[[str, int, int], None],
) -> tuple[list[dict[str, Any]], pd.DataFrame]:
    """Code and write the plans part by part; return the sources and the failures."""
    sources: list[dict[str, Any]] = []
    failures = pd.DataFrame()
    n_files = 0
    for part in folder.parts():
        tables = code_plans(part, codebook, cache=cache)
        in_part = people.reviews["task_id"].isin(part.tasks["task_id"])
        tables = tables.with_tables(
            theme_assignments=apply_reviews(
                tables.theme_assignments, people.reviews.loc[in_part]
            )
        )
        for name, table in tables.items():
            if name != "themes" or not sources:
                writer.add(name, table)
        sources += [
            {
                "title": plan.document_id,
                "path": plan.source_file,
                "hash": f"sha256:{plan.sha256}",
            }
            for plan in part.documents.itertuples()
        ]
        failures = part.failures
        n_files += len(part.documents)
        on_progress("code", n_files, len(folder))
    writer.add("review_changes", people.changes)
    if (measured := Confusion.of_codebook(codebook)) is not None:
        writer.add("coding_errors", measured.table(codebook.version))
    return sources, failures


def _tasks_that_matter(folder: RawFolder, reviews: pd.DataFrame) -> pd.DataFrame:
    """Return the tasks of every plan that a decision is about, or whose text it has."""
    rows: list[dict[str, Any]] = []
    documents = {document_of(task_id) for task_id in reviews["task_id"]}
    digests = set(reviews["text_sha256"])
    for n in range(len(folder) if len(reviews) else 0):
        tasks = folder.rows(n).tasks
        if any(
            task["document_id"] in documents or text_sha256(task["text"]) in digests
            for task in tasks
        ):
            rows += tasks
    return to_schema(pd.DataFrame(rows), "tasks")


def _decisions_changed(people: CarriedReviews) -> list[dict[str, Any]]:
    """Say how many decisions moved or do not count; a run repeats it."""
    remarks = (
        Remark("reviews_moved", {"n": people.n_moved}),
        Remark("reviews_orphaned", {"n": people.n_orphaned}),
    )
    return [asdict(remark) for remark in remarks if remark.values["n"]]


def _not_read(failures: pd.DataFrame) -> list[dict[str, Any]]:
    """Say which files became no plan; a run repeats it in its record."""
    files = sorted(set(failures["source_file"]))
    more = ["…"] if len(files) > _MOST_NAMED else []
    values = {"n": len(files), "names": ", ".join(files[:_MOST_NAMED] + more)}
    return [asdict(Remark("files_not_read", values))] if files else []


@contextmanager
def cluster_executor(
    address: str, *, seconds: float = _SECONDS_TO_ANSWER
) -> Iterator[Executor]:
    """Connect to a Dask scheduler, and leave it running at the end.

    It and the first worker have so many seconds to answer.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise InstallationError(
            "--cluster needs Dask; run `pip install 'govopen-analytics[cluster]'` here "
            "and on every worker"
        ) from error
    try:
        # A client waits without end for one that accepts and then says nothing.
        asyncio.run(asyncio.wait_for(_identity(address), seconds))
        client = Client(address, timeout=seconds, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise RunError(
            f"The scheduler at {address} did not answer within {seconds:g} seconds; "
            "start it with `dask scheduler`, or give the address that it prints"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=seconds)
        except TimeoutError as error:
            raise RunError(
                f"The scheduler at {address} has no worker; start some with "
                f"`dask worker {address}`"
            ) from error
        # An equal file is no reason to take the result of another.
        with client.get_executor(pure=False) as executor:
            yield executor


async def _identity(address: str) -> object:
    from distributed import rpc

    async with rpc(address) as scheduler:
        return await scheduler.identity()
