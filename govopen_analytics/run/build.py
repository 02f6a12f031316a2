"""Raw plans to the tables of ``data/processed``."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from govopen_analytics.base.cache import Cache
from govopen_analytics.base.datapackage import write_datapackage
from govopen_analytics.base.freshness import inputs_digest
from govopen_analytics.base.locking import disk_errors_told, locked, remove_unfinished
from govopen_analytics.base.remarks import Remark
from govopen_analytics.base.tables import Tables
from govopen_analytics.coding.codebook import load_codebook
from govopen_analytics.coding.coded import code_plans
from govopen_analytics.measures.confusion import Confusion
from govopen_analytics.plans.corpus import read_plans
from govopen_analytics.plans.workers import DEFAULT_LIMITS, Limits
from govopen_analytics.review import (
    CarriedReviews,
    apply_reviews,
    carry_reviews,
    read_reviews,
    reviews_folder,
)

# Another build into the same folder is writing for moments only.
_SECONDS_WAIT = 60
_MOST_NAMED = 10  # files, before only their number is told


@dataclass(frozen=True)
class Built:
    """What a build made: the tables by name, and the descriptor's path."""

    tables: Tables
    descriptor: Path


def build_processed(
    raw_dir: Path | str,
    out_dir: Path | str,
    *,
    codebook_path: Path | str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    is_forced: bool = False,
    on_progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> Built:
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
    is_forced : bool, default False
        Read and code everything again, whatever is kept of earlier builds.
    on_progress : callable
        Called with the step's name, what is done of it and its total.

    Returns
    -------
    Built

    Raises
    ------
    GovOpenError
        If the folder or its manifest cannot be used, or the tables cannot be
        written; a single bad file becomes a row of ``failures`` instead.
    """
    raw_dir, out_dir = Path(raw_dir), Path(out_dir)
    codebook = load_codebook(codebook_path)
    plans_kept = Cache.of_user("plans", reads=not is_forced)
    codes_kept = Cache.of_user("codes", reads=not is_forced)
    plans = read_plans(
        raw_dir,
        limits=limits,
        cache=plans_kept,
        on_progress=partial(on_progress, "read"),
    )
    tables = code_plans(
        plans, codebook, cache=codes_kept, on_progress=partial(on_progress, "code")
    )
    for kept in (plans_kept, codes_kept):
        kept.trim()
    people = carry_reviews(
        read_reviews(reviews_folder(out_dir)), tables.tasks, codebook
    )
    tables = tables.with_tables(
        theme_assignments=apply_reviews(tables.theme_assignments, people.reviews),
        review_changes=people.changes,
    )
    if (measured := Confusion.of_codebook(codebook)) is not None:
        errors = measured.table(codebook.version)
        tables = tables.with_tables(coding_errors=errors)
    on_progress("write", 0, 1)
    # What an unexpected error left out may be there the next time: never fresh.
    is_whole = "unexpected_error" not in set(tables.failures["reason"])
    digest = inputs_digest(raw_dir, out_dir, codebook_path) if is_whole else None
    details = {
        "built_from": digest,
        "codebook": {
            "name": codebook.name,
            "version": codebook.version,
            "sha256": codebook.fingerprint,
        },
        "sources": _sources(raw_dir, tables.documents),
        "warnings": [
            *_not_read(tables.failures),
            *_decisions_changed(people),
        ],
    }
    with (
        disk_errors_told(out_dir, "the tables", "Those that are there stay"),
        locked(out_dir, seconds_wait=_SECONDS_WAIT),
    ):
        remove_unfinished(out_dir)
        return Built(tables, write_datapackage(tables, out_dir, details=details))


def _decisions_changed(people: CarriedReviews) -> list[dict[str, Any]]:
    """Say how many decisions moved or do not count; a run repeats it."""
    told = (
        Remark("reviews_moved", {"n": people.n_moved}),
        Remark("reviews_orphaned", {"n": people.n_orphaned}),
    )
    return [asdict(remark) for remark in told if remark.values["n"]]


def _not_read(failures: pd.DataFrame) -> list[dict[str, Any]]:
    """Say which files became no plan; a run repeats it in its record."""
    files = sorted(set(failures["source_file"]))
    if not files:
        return []
    shown = ", ".join(files[:_MOST_NAMED]) + (", …" if len(files) > _MOST_NAMED else "")
    return [asdict(Remark("files_not_read", {"n": len(files), "names": shown}))]


def _sources(raw_dir: Path, documents: pd.DataFrame) -> list[dict[str, Any]]:
    sources = [
        {"title": plan.document_id, "path": plan.source_file, "hash": plan.sha256}
        for plan in documents.itertuples()
    ]
    manifest = raw_dir / "manifest.csv"
    if manifest.is_file():
        digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
        sources.append({"title": "manifest", "path": manifest.name, "hash": digest})
    return [{**source, "hash": f"sha256:{source['hash']}"} for source in sources]
