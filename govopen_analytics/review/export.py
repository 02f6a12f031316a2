"""Tasks to the rows a person sees: text, context, evidence, the machine's themes."""

from pathlib import Path

import pandas as pd

from govopen_analytics.base.errors import SchemaError
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.keywords import keyword_in_context, keyword_matches
from govopen_analytics.review.carrying import text_sha256
from govopen_analytics.review.workbook import write_workbook
from govopen_analytics.words import section

_MACHINE_COLUMNS = (
    "evidence",
    "machine_primary",
    "machine_score",
    "machine_secondary",
)
_CONTEXT_CHARS = 8
_MOST_MATCHES = 12


def export_review(
    picked: pd.DataFrame,
    tasks: pd.DataFrame,
    documents: pd.DataFrame,
    assignments: pd.DataFrame,
    codebook: Codebook,
    path: Path | str,
    *,
    is_blind: bool = False,
    lang: str = "zh",
) -> None:
    """Write picked tasks as a workbook for a person to code in.

    Parameters
    ----------
    picked : DataFrame, shape (n_picked, 2 or more)
        ``task_id`` and ``reasons`` (list of str), in the order of the rows.
    tasks, documents : DataFrame
        Valid tables that hold the picked tasks and their plans.
    assignments : DataFrame, shape (n_assignments, 6)
        ``theme_assignments`` of the machine.
    codebook : Codebook
    path : Path or str
        File to write.
    is_blind : bool, default False
        Whether the machine's themes and its evidence are left out, as they should
        be for a sample that is to tell the machine's errors.
    lang : {"zh", "en"}, default "zh"
        Language of every word in the workbook.

    Raises
    ------
    SchemaError
        If a picked task is not in `tasks`.
    """
    rows = review_rows(picked, tasks, documents, assignments, codebook, lang=lang)
    if is_blind:
        rows = rows.drop(columns=list(_MACHINE_COLUMNS))
    write_workbook(rows, Path(path), codebook, lang=lang)


def review_rows(
    picked: pd.DataFrame,
    tasks: pd.DataFrame,
    documents: pd.DataFrame,
    assignments: pd.DataFrame,
    codebook: Codebook,
    *,
    lang: str = "zh",
) -> pd.DataFrame:
    """Lay picked tasks out as a person reads them.

    Parameters
    ----------
    picked, tasks, documents, assignments, codebook, lang
        As for ``export_review``.

    Returns
    -------
    DataFrame, shape (n_picked, 11)
        Columns of ``workbook.COLUMNS`` but those a person fills in.

    Raises
    ------
    SchemaError
        If a picked task is not in `tasks`.
    """
    words = section("review_export", lang)
    labels = codebook.labels(lang)
    missing = picked.loc[~picked["task_id"].isin(tasks["task_id"])]
    if not missing.empty:
        raise SchemaError(
            "tasks",
            f"{len(missing)} tasks to review are not in it, the first "
            f"'{missing['task_id'].iloc[0]}'; pick from the same tables",
            failure_cases=missing,
        )
    rows = tasks.set_index("task_id").loc[picked["task_id"]].reset_index()
    evidence = _evidence(rows, codebook, labels, words)
    themed = _themes_by_task(assignments)
    plans = _plan_names(documents, words)
    machine = [themed.get(task_id, []) for task_id in rows["task_id"]]
    return pd.DataFrame(
        {
            "task_id": rows["task_id"],
            "reasons": [
                words["join"].join(words["reasons"][name] for name in reasons)
                for reasons in picked["reasons"]
            ],
            "plan": rows["document_id"].map(plans),
            "chapter": rows["chapter"],
            "section": rows["section"],
            "text": rows["text"],
            "evidence": [evidence.get(i, words["no_match"]) for i in rows["task_id"]],
            "machine_primary": [
                labels[found[0][0]] if found else words["unclassified"]
                for found in machine
            ],
            "machine_score": [found[0][1] if found else None for found in machine],
            "machine_secondary": [
                words["join"].join(labels[theme] for theme, _ in found[1:]) or None
                for found in machine
            ],
            "text_sha256": rows["text"].map(text_sha256),
        }
    )


def _themes_by_task(
    assignments: pd.DataFrame,
) -> dict[str, list[tuple[str, float | None]]]:
    ordered = assignments.sort_values(["task_id", "rank"])
    themed: dict[str, list[tuple[str, float | None]]] = {}
    for row in ordered.itertuples():
        score = None if pd.isna(row.score) else round(float(row.score), 2)
        themed.setdefault(row.task_id, []).append((row.theme_id, score))
    return themed


def _plan_names(documents: pd.DataFrame, words: dict) -> dict[str, str]:
    return {
        plan.document_id: plan.document_id
        if pd.isna(plan.agency) or pd.isna(plan.year)
        else words["plan"].format(agency=plan.agency, year=plan.year)
        for plan in documents.itertuples()
    }


def _evidence(
    tasks: pd.DataFrame, codebook: Codebook, labels: dict[str, str], words: dict
) -> dict[str, str]:
    """List the keywords of each task in context, a line each."""
    matches = keyword_matches(tasks, codebook)
    shown = keyword_in_context(tasks, matches, width=_CONTEXT_CHARS)
    lines: dict[str, list[str]] = {}
    for row in shown.itertuples():
        line = words["match"].format(
            theme=labels[row.theme_id],
            before=row.before.replace("\n", " "),
            match=row.match,
            after=row.after.replace("\n", " "),
        )
        lines.setdefault(row.task_id, []).append(line)
    return {task_id: _first_lines(found, words) for task_id, found in lines.items()}


def _first_lines(lines: list[str], words: dict) -> str:
    n_more = len(lines) - _MOST_MATCHES
    more = [words["more"].format(n=n_more)] if n_more > 0 else []
    return "\n".join([*lines[:_MOST_MATCHES], *more])
