"""One file to rows of the tables, or to an account of its characters."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from govopen_analytics.base.errors import (
    ChecksumError,
    EmptyDocumentError,
    EncodingError,
    GovOpenError,
    InstallationError,
    NotAPlanError,
    ReadError,
    UnsupportedFormatError,
    installation_fault,
)
from govopen_analytics.base.provenance import (
    DECLARED,
    MANIFEST_COLUMNS,
    check_checksum,
)
from govopen_analytics.base.remarks import Remark
from govopen_analytics.base.schemas import FIELDS
from govopen_analytics.base.text import name_form
from govopen_analytics.plans.cells import COLUMN_ROLES, ROLE_OF_CELL
from govopen_analytics.plans.document import Segmented, segment_document
from govopen_analytics.plans.ledger import Span, accounted_share, task_share
from govopen_analytics.plans.plan_or_not import Judgement
from govopen_analytics.readers import read_bytes
from govopen_analytics.readers.source import Source

# What stands first decides.
_REASONS = (
    (ChecksumError, "checksum_mismatch"),
    (UnsupportedFormatError, "unsupported_format"),
    (EncodingError, "unknown_encoding"),
    (EmptyDocumentError, "empty_document"),
    (NotAPlanError, "not_a_plan"),
    (ReadError, "unreadable"),
    (GovOpenError, "invalid"),
)
_DATES = tuple(name for name, field in FIELDS.items() if field.type == "date")
# Roles of characters that reach a field of a task.
TASK_ROLES = tuple(ROLE_OF_CELL.get(role, role) for role, _ in COLUMN_ROLES)


@dataclass(frozen=True)
class PlanRows:
    """Rows of the tables that one file gave; plain values, to be pickled."""

    document: dict | None  # None where the file is no plan
    tasks: list[dict]
    spans: list[dict]
    failures: list[dict]
    remarks: list[Remark]  # what a person should look at

    def to_json(self) -> dict[str, Any]:
        """Return the rows as values that JSON can hold."""
        return {
            **vars(self),
            "document": self.document and _with_dates(self.document, str),
            "tasks": [_with_dates(task, str) for task in self.tasks],
            "remarks": [vars(remark) for remark in self.remarks],
        }

    @classmethod
    def of_json(cls, value: dict[str, Any]) -> "PlanRows":
        """Return the rows that ``to_json`` gave."""
        read, document = dt.date.fromisoformat, value["document"]
        return cls(
            document=document and _with_dates(document, read),
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


def failure_row(name: str, document_id: str | None, reason: str, message: str) -> dict:
    """Return a row of ``failures``."""
    return {
        "source_file": name,
        "document_id": document_id,
        "reason": reason,
        "message": message,
    }


@dataclass(frozen=True)
class PlanFile:
    """A file of a folder, and what the manifest says of it."""

    folder: Path
    name: str  # its path below the folder, which tables and messages say
    document_id: str
    declared: dict[str, str] = field(default_factory=dict)  # its row in the manifest
    has_unused_row: bool = False  # the manifest has a row that cannot be used

    @property
    def path(self) -> Path:
        """Where it stands."""
        return self.folder / self.name

    def failed(self, reason: str, message: str) -> PlanRows:
        """Return the rows of a file that gave none."""
        failure = failure_row(self.name, self.document_id, reason, message)
        return PlanRows(None, [], [], [failure], [])

    def lost(self, reason: str, event: str) -> PlanRows:
        """Return the rows of a file whose worker gave none."""
        advice = (
            "split the file, or allow more time (govopen build --max-seconds)"
            if reason == "too_slow"
            else "please report it with the file"
        )
        message = f"{self.name}: reading was cut off: {event}; {advice}"
        return self.failed(reason, message)


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


def read_plan(file: PlanFile) -> PlanRows | InstallationError:
    """Read one plan to rows of the tables.

    The result depends on the file and its row in the manifest alone, and a corpus is
    the rows of its files. Whatever goes wrong with the file is a failure in the
    result. A fault of the installation is returned, not raised: it has to come out of
    another process.
    """
    try:
        return _rows_of(file)
    except GovOpenError as error:
        if isinstance(error, InstallationError):
            return error
        reason = next(name for kind, name in _REASONS if isinstance(error, kind))
        return file.failed(reason, str(error))
    except (ImportError, OSError) as error:
        if fault := installation_fault(error):
            return fault
        detail = getattr(error, "strerror", "")
        message = f"{file.name}: cannot be opened ({detail}); check its rights"
        return file.failed("unreadable", message)
    except MemoryError:
        message = (
            f"{file.name}: reading needs more memory than a file may take; split the "
            "file, or allow more (govopen build --max-memory)"
        )
        return file.failed("too_large", message)
    except Exception as error:  # a fault of ours must not cost the other files
        message = (
            f"{file.name}: {type(error).__name__}: {error}; this is a fault of the "
            "reader, please report it with the file"
        )
        return file.failed("unexpected_error", message)


def _rows_of(file: PlanFile) -> PlanRows:
    content = file.path.read_bytes()
    sha256 = check_checksum(file.name, content, file.declared.get("sha256"))
    source = read_bytes(content, file.name)
    year = file.declared.get("year")
    segmented = segment_document(source, int(year) if year else None)
    if segmented.verdict is not None:
        is_other = segmented.verdict.startswith("not")
        reason = "not_a_plan" if is_other else "nothing_recoverable"
        return file.failed(reason, f"{file.name}: {segmented.verdict}")
    document = _document_row(file, source, segmented, sha256)
    tasks = task_rows(file.document_id, source.text, segmented)
    spans = [
        {
            "document_id": file.document_id,
            "start_char": start,
            "end_char": end,
            "role": role,
            "task_id": None if task is None else tasks[task]["task_id"],
        }
        for start, end, role, task in segmented.spans
    ]
    remarks = [*_inferred(file, document), *segmented.remarks]
    written = file.declared.get("agency", segmented.metadata.agency)
    if written and written != document["agency"]:
        values = {"written": written, "agency": document["agency"]}
        remarks.insert(0, Remark("agency_rewritten", values))
    return PlanRows(document, tasks, spans, [], remarks)


def _inferred(file: PlanFile, document: dict) -> list[Remark]:
    """Name what decides comparisons and was not declared."""
    values = {name: document[name] for name in ("agency", "year")}
    if not file.declared:
        return [] if file.has_unused_row else [Remark("no_manifest_row", values)]
    return [
        Remark(f"{name}_inferred", {name: value})
        for name, value in values.items()
        if name not in file.declared
    ]


def _document_row(
    file: PlanFile, source: Source, segmented: Segmented, sha256: str
) -> dict:
    metadata, declared = segmented.metadata, file.declared
    row: dict[str, Any] = {
        "document_id": file.document_id,
        "doc_number": metadata.doc_number,
        "index_number": metadata.index_number,
        "issued_date": metadata.issued_date,
        "source_file": file.name,
        "source_url": declared.get("source_url"),
        "source_format": source.format,
        "encoding": source.encoding,
        "sha256": sha256,
        "layout": segmented.layout,
        "n_tasks": len(segmented.tasks),
        "n_chars": len(source.text),
        "accounted_share": accounted_share(segmented.spans),
        "task_share": task_share(segmented.spans),
        "note": declared.get("note"),
        "text": source.text,
    }
    for name in DECLARED:
        row[name] = declared.get(name, getattr(metadata, name))
    row["agency"] = name_form(row["agency"]) if row["agency"] else None
    row["year"] = int(row["year"]) if row["year"] is not None else None
    row["agency_series"] = declared.get("agency_series", row["agency"])
    row |= {name: declared[name] for name in declared if name not in MANIFEST_COLUMNS}
    row["inferred"] = [name for name in metadata.inferred if name not in declared]
    return row


def task_rows(document_id: str, text: str, segmented: Segmented) -> list[dict]:
    """Return the rows of the ``tasks`` table that a document gives."""
    rows = []
    for ordinal, draft in enumerate(segmented.tasks, start=1):
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


@dataclass(frozen=True)
class Account:
    """What became of a file.

    Attributes
    ----------
    n_tasks, layout, verdict, remarks, judgement, spans
        As in ``Segmented``.
    accounted_share, task_share : float
        Shares of the non-blank characters whose role is known, and that stand in
        tasks (0-1).
    roles : DataFrame
        One row a role: ``role``, ``is_task_field``, ``n_spans``, ``n_chars`` and
        ``share`` of the non-blank characters.
    remainder : DataFrame
        Every stretch that reached no task: ``role``, ``start_char``,
        ``end_char``, ``text``.
    tasks : DataFrame
        The tasks, with the columns of the ``tasks`` table.
    inferred : dict of str to str or int
        What was read of the document itself, by field.
    text : str
        The stored text.
    """

    n_tasks: int
    verdict: str | None
    layout: str
    accounted_share: float
    roles: pd.DataFrame
    remainder: pd.DataFrame
    remarks: list[Remark]
    task_share: float
    tasks: pd.DataFrame
    inferred: dict[str, str | int]
    judgement: Judgement
    text: str
    spans: list[Span]


def account_for(path: str | Path) -> Account:
    """Read a file and say what became of every character of it.

    Raises ``ReadError`` if the file cannot be read.
    """
    source, segmented = read_document(path)
    spans = pd.DataFrame(
        [(role, start, end, end - start) for start, end, role, _ in segmented.spans],
        columns=["role", "start_char", "end_char", "n_chars"],
    )
    roles = spans.groupby("role", as_index=False).agg(
        n_spans=("n_chars", "size"), n_chars=("n_chars", "sum")
    )
    roles["share"] = roles["n_chars"] / max(int(spans["n_chars"].sum()), 1)
    roles.insert(1, "is_task_field", roles["role"].isin(TASK_ROLES))
    roles = roles.sort_values(["is_task_field", "n_chars"], ascending=False)
    rest = spans[~spans["role"].isin(TASK_ROLES)].drop(columns="n_chars")
    rest["text"] = [
        source.text[start:end]
        for start, end in zip(rest["start_char"], rest["end_char"], strict=True)
    ]
    return Account(
        n_tasks=len(segmented.tasks),
        verdict=segmented.verdict,
        layout=segmented.layout,
        accounted_share=accounted_share(segmented.spans),
        roles=roles.reset_index(drop=True),
        remainder=rest.reset_index(drop=True),
        remarks=segmented.remarks,
        task_share=task_share(segmented.spans),
        tasks=pd.DataFrame(task_rows(Path(path).stem, source.text, segmented)),
        inferred={
            name: getattr(segmented.metadata, name)
            for name in segmented.metadata.inferred
        },
        judgement=segmented.judgement,
        text=source.text,
        spans=segmented.spans,
    )
