"""Tables chosen and joined for a reader; nothing is measured here."""

from collections.abc import Iterable, Mapping

import pandas as pd

from govopen_analytics.base.errors import SelectionError, choices
from govopen_analytics.base.languages import LANGUAGES, in_language
from govopen_analytics.words.remarks import advice, remarks_in_words


def select_plans(
    tables: Mapping[str, pd.DataFrame],
    *,
    agencies: Iterable[str] = (),
    years: Iterable[int] = (),
    subjects: Iterable[str] = ("open_government",),
) -> dict[str, pd.DataFrame]:
    """Keep the plans of some agencies, years and subjects, in every table.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables of the corpus by name, ``documents`` among them.
    agencies : iterable of str
        Names in ``documents.agency``; none keeps all.
    years : iterable of int
        Years in ``documents.year``; none keeps all.
    subjects : iterable of str, default ("open_government",)
        Values of ``documents.subject``; none keeps all. A plan whose subject is
        not known stays.

    Returns
    -------
    dict of str to DataFrame
        The same tables; those without a document or task keep all rows.

    Raises
    ------
    SelectionError
        If an agency or a year is not in the corpus, or no plan has both.
    """
    documents = tables["documents"]
    agencies, years = list(agencies), list(years)
    keep = _is_among(documents["agency"], agencies, "agency")
    keep &= _is_among(documents["year"], years, "year")
    if (agencies or years) and not keep.any():
        pairs = sorted({f"{a} {y}" for a, y in documents[["agency", "year"]].values})
        raise SelectionError(
            f"No plan of agencies {agencies} for years {years}; "
            f"the corpus holds: {', '.join(pairs)}"
        )
    if wanted := set(subjects):
        subject = documents.get("subject", pd.Series(pd.NA, index=documents.index))
        keep &= subject.isna() | subject.isin(wanted)
    left_out = documents.loc[~keep, "document_id"]
    tasks = tables["tasks"]
    task_ids = tasks.loc[~tasks["document_id"].isin(left_out), "task_id"]
    return {name: _rows_of(table, left_out, task_ids) for name, table in tables.items()}


def select_themes(themes: pd.DataFrame, theme_ids: Iterable[str] = ()) -> pd.DataFrame:
    """Keep some themes, core themes first, else in the codebook's order.

    Shares are computed on all themes before a choice is shown, since a task's
    other themes count against each of its themes.

    Parameters
    ----------
    themes : DataFrame, shape (n_themes, ...)
        A valid ``themes`` table.
    theme_ids : iterable of str
        Identifiers or Chinese or English labels; none keeps all.

    Returns
    -------
    DataFrame, shape (n_kept, ...)

    Raises
    ------
    SelectionError
        If the codebook has no such theme.
    """
    wanted = list(theme_ids)
    names = themes[["theme_id", "label_zh", "label_en"]]
    for name in wanted:
        if not names.isin([name]).any(axis=None):
            raise SelectionError(f"Theme: {choices(name, names['theme_id'])}")
    keep = names.isin(wanted).any(axis=1) if wanted else names["theme_id"].notna()
    is_other = ~themes["is_core"].fillna(False).astype(bool)
    return themes.loc[is_other[keep].sort_values(kind="stable").index]


def labelled_shares(
    shares: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    lang: str = "zh",
) -> pd.DataFrame:
    """Put the names of agencies and themes beside their shares.

    Parameters
    ----------
    shares : DataFrame, shape (n_documents * n_themes, ...)
        Result of ``compare.theme_shares`` by ``document_id``.
    documents, themes : DataFrame
        Valid tables; rows of `shares` they do not hold are left out.
    lang : {"zh", "en"}, default "zh"
        Language of the themes' labels.

    Returns
    -------
    DataFrame, shape (n_kept, n_columns + 3)
        ``agency``, ``year``, ``theme`` and the columns of `shares`, ordered by
        the rows of `documents`, then of `themes`.
    """
    plans = documents[["document_id", "agency", "year"]].assign(
        plan_order=range(len(documents))
    )
    labels = _theme_labels(themes, lang).assign(theme_order=range(len(themes)))
    rows = shares.merge(plans, on="document_id").merge(labels, on="theme_id")
    rows = rows.sort_values(["plan_order", "theme_order"], ignore_index=True)
    rest = [name for name in shares.columns if name not in ("document_id", "theme_id")]
    return rows[["document_id", "agency", "year", "theme_id", "theme", *rest]]


def tasks_by_theme(
    tables: Mapping[str, pd.DataFrame], themes: pd.DataFrame, *, lang: str = "zh"
) -> pd.DataFrame:
    """List the tasks behind every plan and theme, with the matched keywords.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``documents``, ``tasks``, ``theme_assignments`` (of one coder) and
        ``keyword_matches``.
    themes : DataFrame, shape (n_themes, ...)
        The themes to list.
    lang : {"zh", "en"}, default "zh"
        Language of the themes' labels.

    Returns
    -------
    DataFrame, shape (n_assignments, 11)
        One row per task and theme: ``theme_id``, ``theme``, ``document_id``,
        ``agency``, ``year``, ``task_id``, ``ordinal``, ``rank``, ``title``,
        ``content`` and ``keywords`` (list of str, as found, each once).
    """
    labels = _theme_labels(themes, lang).assign(theme_order=range(len(themes)))
    plans = tables["documents"][["document_id", "agency", "year"]].assign(
        plan_order=range(len(tables["documents"]))
    )
    tasks = tables["tasks"][["task_id", "document_id", "ordinal", "title", "content"]]
    rows = tables["theme_assignments"][["task_id", "theme_id", "rank"]]
    rows = rows.merge(tasks, on="task_id").merge(plans, on="document_id")
    rows = rows.merge(labels, on="theme_id")
    rows = rows.merge(
        _keywords(tables["keyword_matches"]), on=["task_id", "theme_id"], how="left"
    )
    rows["keywords"] = [v if isinstance(v, list) else [] for v in rows["keywords"]]
    rows = rows.sort_values(["theme_order", "plan_order", "ordinal"], ignore_index=True)
    first = ["theme_id", "theme", "document_id", "agency", "year", "task_id"]
    return rows[[*first, "ordinal", "rank", "title", "content", "keywords"]]


def unclassified_tasks(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """List the tasks that carry no theme.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``tasks`` and ``theme_assignments``.

    Returns
    -------
    DataFrame, shape (n_unclassified, ...)
        Rows of ``tasks``.
    """
    tasks = tables["tasks"]
    coded = tables["theme_assignments"]["task_id"]
    return tasks.loc[~tasks["task_id"].isin(coded)]


def files_not_read(failures: pd.DataFrame, *, lang: str = "zh") -> pd.DataFrame:
    """Give every file that was not read what to do about it.

    Parameters
    ----------
    failures : DataFrame, shape (n_failures, 4)
        A valid table.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_failures, 5)
        Columns of ``failures``, and ``advice``.
    """
    return failures.assign(advice=advice(failures["reason"], lang))


def remarks_to_read(remarks: pd.DataFrame, *, lang: str = "zh") -> pd.DataFrame:
    """Say every remark in the reader's language.

    Parameters
    ----------
    remarks : DataFrame, shape (n_remarks, 6)
        A valid table.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    DataFrame, shape (n_remarks, 7)
        Columns of ``remarks``, and the sentence ``remark``.
    """
    return remarks.assign(remark=remarks_in_words(remarks, lang))


def _is_among(values: pd.Series, wanted: list, name: str) -> pd.Series:
    known = sorted(set(values.dropna()))
    for value in wanted:
        if value not in known:
            raise SelectionError(f"Corpus, {name}: {choices(value, known)}")
    return values.isin(wanted) if wanted else pd.Series(True, index=values.index)


def _rows_of(
    table: pd.DataFrame, left_out: pd.Series, task_ids: pd.Series
) -> pd.DataFrame:
    # A file that became no plan belongs to no agency: it stays in every choice.
    if "document_id" in table.columns:
        return table.loc[~table["document_id"].isin(left_out)]
    if "task_id" in table.columns:
        return table.loc[table["task_id"].isin(task_ids)]
    return table


def _theme_labels(themes: pd.DataFrame, lang: str) -> pd.DataFrame:
    column = in_language({code: f"label_{code}" for code in LANGUAGES}, lang)
    return themes[["theme_id", column]].rename(columns={column: "theme"})


def _keywords(matches: pd.DataFrame) -> pd.DataFrame:
    found = matches.sort_values(["task_id", "theme_id", "start_char"])
    found = found.drop_duplicates(["task_id", "theme_id", "keyword"])
    grouped = found.groupby(["task_id", "theme_id"])["keyword"].agg(list)
    return grouped.rename("keywords").reset_index()
