"""What is shown: plans, an agency, a theme, the rows a chart has room for."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from govopen_analytics.base.errors import SelectionError, choices
from govopen_analytics.base.schemas import further_columns
from govopen_analytics.base.tables import Tables
from govopen_analytics.charts.display import Display

# Rows of a chart that a person can still read as a whole.
MOST_ROWS = 30
WHOLE = "all"
ITSELF, PEERS = "agency", "peers"
# Columns of `documents` that stand beside every task.
_OF_THE_PLAN = (
    "agency",
    "year",
    "agency_series",
    "level",
    "province",
    "city",
    "county",
)
_FIRST = ("task_id", "agency", "year", "theme", "further_themes", "title", "content")
# Parameters of notebooks that select from the corpus, and the column they select by.
_SELECTED_BY = {
    "agency": "agency",
    "agencies": "agency",
    "year": "year",
    "years": "year",
    "theme": "theme",
    "themes": "theme",
}


def select_plans(
    tables: Mapping[str, pd.DataFrame],
    *,
    agencies: Iterable[str] = (),
    years: Iterable[int] = (),
    subjects: Iterable[str] = ("open_government",),
    columns: Mapping[str, Iterable[object]] | None = None,
) -> Tables:
    """Keep the plans of some agencies, years and subjects, in every table.

    Tables without a document or task keep all rows.

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
    columns : mapping of str to iterable, optional
        Values kept by further columns of ``documents``.

    Raises
    ------
    SelectionError
        If a column or a value is not in the corpus, or no plan has all of them.
    """
    documents = tables["documents"]
    wanted = {"agency": agencies, "year": years, **(columns or {})}
    chosen = {name: list(values) for name, values in wanted.items()}
    chosen = {name: values for name, values in chosen.items() if values}
    keep = pd.Series(True, index=documents.index)
    for name, values in chosen.items():
        keep &= _is_among(documents, values, name)
    if chosen and not keep.any():
        pairs = sorted({f"{a} {y}" for a, y in documents[["agency", "year"]].values})
        given = "; ".join(f"{name}: {values}" for name, values in chosen.items())
        raise SelectionError(
            f"No plan has {given}; the corpus holds: {', '.join(pairs)}"
        )
    if about := set(subjects):
        subject = documents.get("subject", pd.Series(pd.NA, index=documents.index))
        keep &= subject.isna() | subject.isin(about)
    return of_documents(tables, documents.loc[keep])


def select_tasks(tables: Mapping[str, pd.DataFrame], themes: Iterable[str]) -> Tables:
    """Keep the tasks that touch one of some themes, and their plans.

    Parameters
    ----------
    themes : iterable of str
        Identifiers or labels.

    Raises
    ------
    SelectionError
        If the codebook has no such theme, or no task touches one.
    """
    wanted = select_themes(tables["themes"], themes)
    coded = tables["theme_assignments"]
    coded = coded.loc[coded["theme_id"].isin(wanted["theme_id"])]
    tasks = tables["tasks"].loc[tables["tasks"]["task_id"].isin(coded["task_id"])]
    if tasks.empty:
        raise SelectionError(
            f"No task of these plans touches the themes {list(wanted['theme_id'])}"
        )
    return of_tasks(tables, tasks)


def of_tasks(tables: Mapping[str, pd.DataFrame], tasks: pd.DataFrame) -> Tables:
    """Keep the rows of some tasks, and their plans, in every table.

    ``documents.n_tasks`` counts the tasks kept.
    """
    n_tasks = tasks.groupby("document_id").size()
    documents = tables["documents"]
    documents = documents.loc[documents["document_id"].isin(n_tasks.index)]
    counted = documents["document_id"].map(n_tasks).astype("Int64")
    return of_documents(tables, documents.assign(n_tasks=counted), tasks)


def of_documents(
    tables: Mapping[str, pd.DataFrame],
    documents: pd.DataFrame,
    tasks: pd.DataFrame | None = None,
) -> Tables:
    """Keep the rows of some documents in every table, each when it is asked for.

    Of their tasks all are kept, or those in `tasks`.
    """
    if tasks is None:
        tasks = tables["tasks"]
        tasks = tasks.loc[tasks["document_id"].isin(documents["document_id"])]
    given = {"documents": documents, "tasks": tasks}
    names = [name for name in tables if name not in given]
    every = tables["documents"]["document_id"]
    left_out = every[~every.isin(documents["document_id"])]
    keep = partial(_rows_of, tables, left_out, tasks["task_id"])
    lazy = Tables({name: partial(keep, name) for name in [*given, *names]})
    return lazy.with_tables(**given)


def theme_columns(tables: Mapping[str, pd.DataFrame], *, lang: str) -> dict[str, Any]:
    """Return the labels of each task's themes, in the order of ``tasks``.

    ``theme`` (NA where no theme fits) and ``further_themes`` (list of str).
    """
    rows = tables["theme_assignments"].sort_values(["task_id", "rank"])
    labels = tables["themes"].set_index("theme_id")[f"label_{lang}"]
    named = rows["theme_id"].map(labels).groupby(rows["task_id"]).agg(list)
    each = [named.get(task_id, []) for task_id in tables["tasks"]["task_id"]]
    first = [labels[0] if labels else None for labels in each]
    return {
        "theme": pd.array(first, dtype="string"),
        "further_themes": [labels[1:] for labels in each],
    }


def tasks_with_plans(tables: Tables, lang: str) -> pd.DataFrame:
    """Return the tasks with agency, year, themes and place of their plan as columns."""
    plans = tables.documents.set_index("document_id")
    further = further_columns(tables.documents, "documents")
    places = plans.loc[tables.tasks["document_id"], [*_OF_THE_PLAN, *further]]
    tasks = tables.tasks.assign(
        **{name: places[name].array for name in places},
        **theme_columns(tables, lang=lang),
    )
    return tasks[[*_FIRST, *(name for name in tasks if name not in _FIRST)]]


def with_series(tables: Tables) -> Tables:
    """Fill ``agency_series``, where it is empty, with the agency's name."""

    def filled() -> pd.DataFrame:
        documents = tables.documents
        series = documents["agency_series"].fillna(documents["agency"])
        return documents.assign(agency_series=series)

    return Tables(
        {name: partial(tables.__getitem__, name) for name in tables}
        | {"documents": filled}
    )


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
            # Labels in the language that was asked in, each with its identifier.
            label = "label_en" if str(name).isascii() else "label_zh"
            known = names[[label, "theme_id"]].to_numpy().ravel()
            raise SelectionError(f"Theme: {choices(name, known)}")
    keep = names.isin(wanted).any(axis=1) if wanted else names["theme_id"].notna()
    is_other = ~themes["is_core"].fillna(False).astype(bool)
    return themes.loc[is_other[keep].sort_values(kind="stable").index]


def _is_among(documents: pd.DataFrame, wanted: list, name: str) -> pd.Series:
    if name not in documents:
        known = [column for column in documents if column != "text"]
        raise SelectionError(f"Corpus, column: {choices(name, known)}")
    known = sorted(set(documents[name].dropna()))
    for value in wanted:
        if value not in known:
            raise SelectionError(f"Corpus, {name}: {choices(value, known)}")
    return documents[name].isin(wanted)


def _rows_of(
    tables: Mapping[str, pd.DataFrame],
    left_out: pd.Series,
    task_ids: pd.Series,
    name: str,
) -> pd.DataFrame:
    table = tables[name]
    # A file that became no plan belongs to no agency: it stays in every choice.
    if "document_id" in table.columns:
        return table.loc[~table["document_id"].isin(left_out)]
    if "task_id" in table.columns:
        return table.loc[table["task_id"].isin(task_ids)]
    return table


def choose_agency(documents: pd.DataFrame, agency: str = "") -> str:
    """Return the agency asked for, or the one with most tasks.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    agency : str, default ""
        Name in ``documents.agency``; empty takes the agency with most tasks.

    Returns
    -------
    str

    Raises
    ------
    SelectionError
        If the corpus does not hold the agency, or no plan names one.
    """
    n_tasks = documents.groupby("agency")["n_tasks"].sum()
    if n_tasks.empty:
        raise SelectionError(
            "Corpus, agency: found no plan that names its agency, expected at least "
            "one; fill the column 'agency' of manifest.csv"
        )
    if not agency:
        return str(n_tasks.idxmax())
    if agency not in n_tasks.index:
        raise SelectionError(f"Corpus, agency: {choices(agency, n_tasks.index)}")
    return agency


def choose_theme(themes: pd.DataFrame, theme: str = "") -> pd.DataFrame:
    """Return the row of the theme asked for, or of the first core theme.

    Parameters
    ----------
    themes : DataFrame, shape (n_themes, ...)
        A valid ``themes`` table.
    theme : str, default ""
        Identifier, Chinese or English label; empty takes the first core theme.

    Returns
    -------
    DataFrame, shape (1, ...)

    Raises
    ------
    SelectionError
        If the codebook has no such theme.
    """
    if not theme:
        return select_themes(themes).head(1)
    names = themes[["label_zh", "theme_id", "label_en"]]
    is_meant = names.isin([theme]).any(axis=1)
    if not is_meant.any():
        known = [name for column in names for name in names[column]]
        raise SelectionError(f"Codebook, theme: {choices(theme, known)}")
    return themes.loc[is_meant].head(1)


def check_selection(
    tables: Mapping[str, pd.DataFrame], values: Mapping[str, Any]
) -> None:
    """Refuse values of parameters that a notebook would refuse for this corpus.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``documents``, ``tasks`` and ``themes``.
    values : mapping of str to object
        ``agency``, ``agencies``, ``year``, ``years``, ``theme`` or ``themes``;
        other names and empty values are left alone.

    Raises
    ------
    SelectionError
        If the corpus does not hold a value, or no plan is of these agencies and
        these years; the message names the parameter and the nearest values.
    """
    chosen: dict[str, list[Any]] = {"agency": [], "year": [], "theme": []}
    for name, column in _SELECTED_BY.items():
        if not values.get(name):
            continue
        wanted = [values[name]] if name == column else list(values[name])
        chosen[column] += wanted
        try:
            if column == "theme":
                for theme in wanted:
                    choose_theme(tables["themes"], theme)
            else:
                select_plans(tables, columns={column: wanted})
        except SelectionError as error:
            raise SelectionError(f"Parameter '{name}': {error}") from error
    select_plans(tables, agencies=chosen["agency"], years=chosen["year"])


def with_sides(
    tables: Mapping[str, pd.DataFrame], agency: str, *, same_level: bool = False
) -> Tables:
    """Mark each plan as the agency's or its peers', in a column ``side``.

    With `same_level`, peers are those of a level the agency has.
    """
    documents = tables["documents"]
    is_own = (documents["agency"] == agency).fillna(False).astype(bool)
    keep = is_own | True
    if same_level:
        levels = documents.loc[is_own, "level"].dropna()
        keep = is_own | documents["level"].isin(levels)
    documents = documents.assign(
        side=is_own.map({True: ITSELF, False: PEERS}).astype("string")
    ).loc[keep]
    return of_documents(tables, documents)


def with_whole(tables: Tables) -> Tables:
    """Add a column ``scope`` to the documents that puts all plans in one group."""
    documents = tables.documents
    scope = pd.array([WHOLE] * len(documents), dtype="string")
    return tables.with_tables(documents=documents.assign(scope=scope))


def panel_of(tables: Mapping[str, pd.DataFrame]) -> Tables:
    """Keep the plans of agencies that have plans for two or more years."""
    documents = tables["documents"].dropna(subset=["agency", "year"])
    n_years = documents.groupby("agency")["year"].transform("nunique")
    documents = documents.loc[n_years > 1]
    return of_documents(tables, documents)


def tasks_of_theme(tables: Tables, theme: pd.DataFrame) -> Tables:
    """Keep, of the tasks, those that touch a theme; there may be none.

    `theme` is the result of ``choose_theme``.
    """
    rows, tasks = tables.theme_assignments, tables.tasks
    touching = rows.loc[rows["theme_id"].isin(theme["theme_id"]), "task_id"]
    return tables.with_tables(tasks=tasks.loc[tasks["task_id"].isin(touching)])


def named_agencies(rows: pd.DataFrame) -> pd.DataFrame:
    """Let an empty name stand for an unknown agency, so that rows can be sorted."""
    return rows.assign(agency=rows["agency"].astype("string").fillna(""))


def extremes(
    rows: pd.DataFrame, order_by: Iterable[str], limit: int = MOST_ROWS
) -> tuple[pd.DataFrame, int]:
    """Keep the highest and the lowest rows, highest first.

    Parameters
    ----------
    rows : DataFrame, shape (n_rows, ...)
    order_by : iterable of str
        Columns that decide, the later ones between equals.
    limit : int, default MOST_ROWS
        Most rows kept.

    Returns
    -------
    shown : DataFrame, shape (n_shown, ...)
    n_hidden : int
    """
    rows = rows.sort_values(list(order_by), ascending=False, kind="stable")
    if len(rows) > limit:
        half = limit // 2
        shown = pd.concat([rows.head(limit - half), rows.tail(half)])
    else:
        shown = rows
    return shown.reset_index(drop=True), len(rows) - len(shown)


def largest_agencies(rows: pd.DataFrame, order_by: str) -> tuple[pd.DataFrame, int]:
    """Keep the rows of the 30 agencies with the largest values, largest first.

    Parameters
    ----------
    rows : DataFrame, shape (n_rows, ...)
        With ``agency``.
    order_by : str
        Column that decides, by its absolute value.

    Returns
    -------
    shown : DataFrame, shape (n_shown, ...)
        An unknown agency has an empty name.
    n_hidden : int
        Number of agencies left out.
    """
    rows = named_agencies(rows)
    values = rows[order_by].abs().fillna(0).groupby(rows["agency"]).max()
    shown = values.sort_values(ascending=False, kind="stable").index[:MOST_ROWS]
    order = pd.Series(range(len(shown)), index=shown, dtype="int64")
    rows = rows.loc[rows["agency"].isin(shown)]
    rows = rows.sort_values("agency", key=lambda names: names.map(order), kind="stable")
    return rows.reset_index(drop=True), len(values) - len(shown)


def telling_words(words: pd.DataFrame) -> pd.DataFrame:
    """Keep the words that stand out when tested alone and were used more than once.

    Which of them stay so with all words tested at once is their ``state``.

    Parameters
    ----------
    words : DataFrame, shape (n_words, ...)
        Result of ``measures.distinctive_words``.

    Returns
    -------
    DataFrame, shape (n_kept, ...)
    """
    is_telling = (words["log_odds_lower"] > 0) & (words["n_group_uses"] > 1)
    return words.loc[is_telling].reset_index(drop=True)


def with_theme_labels(
    rows: pd.DataFrame, themes: pd.DataFrame, display: Display
) -> pd.DataFrame:
    """Put the label before ``theme_id``, and leave out rows of other themes."""
    labels = display.themes(themes)
    rows = rows.loc[rows["theme_id"].isin(labels)].reset_index(drop=True)
    names = rows["theme_id"].map(labels).astype("string")
    rows.insert(list(rows.columns).index("theme_id"), "theme", names)
    return rows
