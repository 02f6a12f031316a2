"""Every column is declared once; a table is a list of columns and a key."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from govopen_analytics.base.errors import SchemaError, choices


@dataclass(frozen=True)
class Field:
    """One column: its type, what it holds, and what it may hold.

    ``type`` is a Frictionless field type. ``constraints`` are Frictionless
    constraints; ``required`` and ``unique`` are decided by the table.
    """

    type: str
    description: str
    constraints: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns in order, its key."""

    row: str
    fields: list[str]
    primary_key: tuple[str, ...]
    required: tuple[str, ...] = ()


LEVELS = ("national", "province", "city", "county", "town")
#: What a plan is about; comparisons take those on open government.
SUBJECTS = ("open_government", "other")
DEADLINE_KINDS = ("month_end", "date", "year_end", "whole_year", "ongoing")

_SHARE = {"minimum": 0, "maximum": 1}
_COUNT = {"minimum": 0}

FIELDS: dict[str, Field] = {
    # documents
    "document_id": Field("string", "Identifier of the plan, unique in the corpus."),
    "agency": Field("string", "Full Chinese name of the agency that made the plan."),
    "level": Field(
        "string", "Administrative level of the agency.", {"enum": list(LEVELS)}
    ),
    "province": Field("string", "Province-level division of the agency."),
    "city": Field("string", "Prefecture-level division of the agency."),
    "county": Field("string", "County-level division of the agency."),
    "year": Field(
        "integer", "Calendar year the plan is for.", {"minimum": 1990, "maximum": 2100}
    ),
    "subject": Field(
        "string",
        "What the plan is about; comparisons leave 'other' out.",
        {"enum": list(SUBJECTS)},
    ),
    "title": Field("string", "Title, as printed; of a document or of a task."),
    "doc_number": Field("string", "Document number (文号), as printed."),
    "index_number": Field("string", "Index number (索引号), as printed."),
    "issued_date": Field("date", "Date of issue (成文日期), else of the notice."),
    "source_file": Field("string", "Path of the raw file below the raw folder."),
    "source_url": Field("string", "Address the raw file was published at."),
    "source_format": Field("string", "Format the file was read as."),
    "encoding": Field("string", "Character encoding the file was read with."),
    "sha256": Field("string", "SHA-256 of the raw file's bytes, in hexadecimal."),
    "layout": Field("string", "Layout the tasks were recognised in."),
    "inferred": Field(
        "array", "Names of this row's fields that were inferred, not declared."
    ),
    "n_tasks": Field("integer", "Number of tasks (count).", _COUNT),
    "n_chars": Field("integer", "Length of the stored text (characters).", _COUNT),
    "accounted_share": Field(
        "number", "Share of the non-blank characters with a named role (0-1).", _SHARE
    ),
    "task_share": Field(
        "number", "Share of the non-blank characters that stand in tasks (0-1).", _SHARE
    ),
    "warnings": Field("array", "What a person should look at, one sentence each."),
    "text": Field("string", "Text: of a document, the stored normalised source."),
    "note": Field("string", "Remark for people."),
    # tasks
    "task_id": Field("string", "Identifier of the task, unique in the corpus."),
    "ordinal": Field(
        "integer", "Position of the task in its plan, from 1.", {"minimum": 1}
    ),
    "chapter": Field("string", "Name of the chapter the task stands under."),
    "section": Field("string", "Name of the section the task stands under."),
    "is_title_inherited": Field(
        "boolean", "Whether the title was carried down from an earlier row."
    ),
    "content": Field("string", "Required content of the task."),
    "progress": Field("string", "Reported progress; never coded."),
    "lead_units": Field("array", "Units that lead the task, as printed."),
    "support_units": Field("array", "Units that support the task, as printed."),
    "deadline_raw": Field("string", "Deadline, as printed."),
    "deadline_kind": Field(
        "string", "Kind of deadline.", {"enum": list(DEADLINE_KINDS)}
    ),
    "deadline_date": Field("date", "Last day of the deadline, where it has one."),
    "carried": Field(
        "array", "Names of this row's fields that were taken from a neighbouring row."
    ),
    "start_char": Field(
        "integer", "Offset of the first character (characters, from 0).", _COUNT
    ),
    "end_char": Field("integer", "Offset behind the last character.", _COUNT),
    # spans
    "role": Field("string", "What the characters are: a task field or a remainder."),
    # failures
    "reason": Field("string", "Short name of what went wrong."),
    "message": Field("string", "What was found, what was expected, what to do."),
    # themes, keyword_matches, theme_assignments
    "codebook_version": Field("string", "Version of the codebook."),
    "theme_id": Field("string", "Identifier of the theme."),
    "label_zh": Field("string", "Chinese label."),
    "label_en": Field("string", "English label."),
    "definition_zh": Field("string", "Chinese definition."),
    "definition_en": Field("string", "English definition."),
    "is_core": Field("boolean", "Whether every report must show the theme."),
    "keyword": Field("string", "Keyword of the codebook that matched."),
    "coder": Field("string", "Who or what made the judgement."),
    "rank": Field("integer", "1 for the primary theme, 2 … secondary.", {"minimum": 1}),
    "score": Field("number", "Confidence of the coder in the theme (0-1).", _SHARE),
    # reviews, review_samples
    "reviewed_date": Field("date", "Day on which a person decided."),
    "primary_theme_id": Field(
        "string", "Primary theme a person decided on; empty where none fits."
    ),
    "secondary_theme_ids": Field("array", "Secondary themes a person decided on."),
    "text_sha256": Field(
        "string", "SHA-256 of the task's text when it was given to a person."
    ),
    "remark": Field("string", "Remark of the person who decided."),
    "sample_id": Field("string", "Identifier of a random sample of tasks."),
    "sampling_share": Field(
        "number", "Chance with which the task was drawn (0-1).", _SHARE
    ),
    "n_frame_tasks": Field(
        "integer", "Number of tasks the sample was drawn from (count).", _COUNT
    ),
    "frame_sha256": Field(
        "string", "SHA-256 of the identifiers the sample was drawn from."
    ),
    # comparisons
    "measure": Field("string", "Name of the measure."),
    "group": Field("string", "What was measured: the values that name the group."),
    "reference": Field(
        "string", "What it was compared with; 'none' where the measure has none."
    ),
    "value": Field("number", "Measured value; empty where n is too small for one."),
    "value_lower": Field("number", "Lower bound of the interval."),
    "value_upper": Field("number", "Upper bound of the interval."),
    "unit": Field("string", "Unit of the value."),
    "n_reference_tasks": Field(
        "integer", "Number of tasks of the reference (count).", _COUNT
    ),
}

TABLES: dict[str, Table] = {
    "documents": Table(
        "a plan as published",
        [
            "document_id",
            "agency",
            "level",
            "province",
            "city",
            "county",
            "year",
            "subject",
            "title",
            "doc_number",
            "index_number",
            "issued_date",
            "source_file",
            "source_url",
            "source_format",
            "encoding",
            "sha256",
            "layout",
            "inferred",
            "n_tasks",
            "n_chars",
            "accounted_share",
            "task_share",
            "warnings",
            "note",
            "text",
        ],
        ("document_id",),
        ("source_file", "sha256", "layout", "n_tasks", "n_chars", "text"),
    ),
    "tasks": Table(
        "an obligation in a plan",
        [
            "task_id",
            "document_id",
            "ordinal",
            "chapter",
            "section",
            "title",
            "is_title_inherited",
            "content",
            "text",
            "progress",
            "lead_units",
            "support_units",
            "deadline_raw",
            "deadline_kind",
            "deadline_date",
            "carried",
            "start_char",
            "end_char",
        ],
        ("task_id",),
        ("document_id", "ordinal", "text", "start_char", "end_char"),
    ),
    "spans": Table(
        "a run of characters of a document, with its role",
        ["document_id", "start_char", "end_char", "role", "task_id"],
        ("document_id", "start_char"),
        ("end_char", "role"),
    ),
    "failures": Table(
        "an input that did not become a document",
        ["source_file", "document_id", "reason", "message"],
        ("source_file", "reason"),
        ("message",),
    ),
    "themes": Table(
        "a category of a codebook",
        [
            "codebook_version",
            "theme_id",
            "label_zh",
            "label_en",
            "definition_zh",
            "definition_en",
            "is_core",
        ],
        ("codebook_version", "theme_id"),
        ("label_zh", "label_en"),
    ),
    "keyword_matches": Table(
        "a keyword found in a task's text",
        ["task_id", "theme_id", "keyword", "start_char", "end_char"],
        ("task_id", "theme_id", "start_char", "end_char"),
        ("keyword",),
    ),
    "theme_assignments": Table(
        "a coder's judgement that a task carries a theme",
        ["task_id", "theme_id", "coder", "rank", "score", "codebook_version"],
        ("task_id", "theme_id", "coder"),
        ("rank", "codebook_version"),
    ),
    "reviews": Table(
        "a person's decision about a task",
        [
            "task_id",
            "coder",
            "reviewed_date",
            "primary_theme_id",
            "secondary_theme_ids",
            "codebook_version",
            "text_sha256",
            "remark",
        ],
        ("task_id", "coder"),
        ("reviewed_date", "codebook_version", "text_sha256"),
    ),
    "review_samples": Table(
        "a task drawn into a random sample for review",
        [
            "sample_id",
            "task_id",
            "sampling_share",
            "n_frame_tasks",
            "frame_sha256",
        ],
        ("sample_id", "task_id"),
        ("sampling_share", "n_frame_tasks", "frame_sha256"),
    ),
    "comparisons": Table(
        "a measured value",
        [
            "measure",
            "group",
            "reference",
            "theme_id",
            "coder",
            "value",
            "value_lower",
            "value_upper",
            "unit",
            "n_tasks",
            "n_reference_tasks",
            "codebook_version",
        ],
        ("measure", "group", "reference", "theme_id", "coder"),
        ("unit", "n_tasks"),
    ),
}

_DTYPES = {
    "string": "string",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
}


def empty(table: str) -> pd.DataFrame:
    """Return the table with its columns and no rows."""
    return to_schema(pd.DataFrame(), table)


def to_schema(df: pd.DataFrame, table: str) -> pd.DataFrame:
    """Give a table its declared columns, in order, with their types.

    Parameters
    ----------
    df : DataFrame, shape (n_rows, ...)
        Rows; missing columns become empty, further columns are refused.
    table : str
        Name in ``TABLES``.

    Returns
    -------
    DataFrame, shape (n_rows, n_fields)

    Raises
    ------
    SchemaError
        If a column is not declared, or a value does not fit its type.
    """
    spec = _table(table)
    extra = [name for name in df.columns if name not in spec.fields]
    if extra:
        raise SchemaError(table, f"undeclared column: {choices(extra[0], spec.fields)}")
    columns = {}
    for name in spec.fields:
        values = df[name] if name in df else pd.Series([None] * len(df), index=df.index)
        kind = FIELDS[name].type
        try:
            if kind == "array":
                columns[name] = pd.Series(
                    [list(v) if isinstance(v, list | tuple) else [] for v in values],
                    index=df.index,
                    dtype=object,
                )
            elif kind == "date":
                columns[name] = pd.to_datetime(values).astype("datetime64[s]")
            else:
                columns[name] = values.astype(_DTYPES[kind])
        except (TypeError, ValueError) as error:
            raise SchemaError(
                table, f"column '{name}' should hold {kind} values: {error}"
            ) from error
    return pd.DataFrame(columns, index=df.index).reset_index(drop=True)


def validate(df: pd.DataFrame, table: str) -> pd.DataFrame:
    """Check a table against its schema and return it unchanged.

    Parameters
    ----------
    df : DataFrame, shape (n_rows, n_fields)
        The table.
    table : str
        Name in ``TABLES``.

    Raises
    ------
    SchemaError
        With ``failure_cases`` where rows are at fault.
    """
    spec = _table(table)
    missing = [name for name in spec.fields if name not in df.columns]
    if missing:
        raise SchemaError(table, f"missing columns: {', '.join(missing)}")
    keys = list(spec.primary_key)
    for name in [*keys, *spec.required]:
        _refuse(df, df[name].isna(), table, f"column '{name}' must not be empty")
    _refuse(df, df.duplicated(keys, keep=False), table, f"key {keys} is not unique")
    for name in spec.fields:
        limits = FIELDS[name].constraints
        values = df[name].dropna()
        if "enum" in limits:
            bad = ~values.isin(limits["enum"])
            if bad.any():
                message = (
                    f"column '{name}': {choices(values[bad].iloc[0], limits['enum'])}"
                )
                _refuse(df.loc[values.index], bad, table, message)
        for limit, wrong in (("minimum", values.lt), ("maximum", values.gt)):
            if limit in limits:
                bad = wrong(limits[limit])
                message = f"column '{name}' breaks its {limit} of {limits[limit]}"
                _refuse(df.loc[values.index], bad, table, message)
    return df


def _table(table: str) -> Table:
    if table not in TABLES:
        raise SchemaError(table, f"unknown table: {choices(table, TABLES)}")
    return TABLES[table]


def _refuse(df: pd.DataFrame, bad: pd.Series, table: str, message: str) -> None:
    bad = bad.fillna(False).astype(bool)
    if bad.any():
        raise SchemaError(
            table, f"{message} ({int(bad.sum())} rows)", failure_cases=df.loc[bad]
        )
