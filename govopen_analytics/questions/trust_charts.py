"""Charts of the question: how far can the coding be trusted?"""

from collections.abc import Mapping

import pandas as pd

from govopen_analytics.base.schemas import heading
from govopen_analytics.charts.build import chart_of, heat_table, marks_of
from govopen_analytics.charts.model import Cell, Chart, Panel, Series, number
from govopen_analytics.charts.style import names_with_n, signed, theme_names
from govopen_analytics.measures.agreement import UNCLASSIFIED
from govopen_analytics.questions.trust import coder_label
from govopen_analytics.words import section

Tables = Mapping[str, pd.DataFrame]

#: The coder a report is made with, and the simplest one it is shown beside.
MAIN_CODER, PLAIN_CODER = "combined", "keywords"
_MEASURES = ("primary_accuracy", "micro_f1", "macro_f1")


def theme_f1_plot(
    tables: Tables,
    themes: pd.DataFrame,
    *,
    interval: float = 0.95,
    lang: str = "zh",
    date: str = "",
) -> Chart:
    """Draw the F1 of every theme with its interval, beside the plain coder's.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    themes : DataFrame, shape (n_themes, ...)
        The codebook's ``themes``.
    interval : float, default 0.95
        Level of the intervals (0-1).
    lang : {"zh", "en"}, default "zh"
    date : str, default ""
        Date in the source line, ISO 8601; empty writes none.

    Returns
    -------
    Chart
    """
    names = theme_names(themes, lang)
    scores = tables["theme_scores"].set_index("theme_id")
    main = scores.loc[scores["coder"] == MAIN_CODER]
    simple = scores.loc[scores["coder"] == PLAIN_CODER].reindex(main.index)
    own = [names[theme] for theme in main.index]
    labels = tuple(names_with_n(own, main["n_reference"], lang))
    marks = marks_of(main, "f1", labels=_decimal, names=labels)
    plain = marks_of(simple[["f1"]], "f1", labels=lambda value: "", kinds="plain")
    series = (
        Series(coder_label(MAIN_CODER, lang), marks),
        Series(coder_label(PLAIN_CODER, lang), plain),
    )
    return chart_of(
        "trust",
        "validity_theme_f1",
        source=_source(tables, themes, lang, date),
        lang=lang,
        panels=[Panel(labels, series, form="decimal", start=0.5, most=1.0)],
        interval=interval,
        interval_kind="plans",
        main=series[0].name,
        simple=series[1].name,
        n=len(labels),
        theme=names[main["f1"].idxmin()],
        lowest=_decimal(main["f1"].min()),
    )


def confusion_heat_map(
    tables: Tables,
    themes: pd.DataFrame,
    *,
    coder: str = MAIN_CODER,
    lang: str = "zh",
    date: str = "",
) -> Chart:
    """Draw which themes a coder takes for which.

    Parameters
    ----------
    tables, themes, lang, date
        As in ``theme_f1_plot``.
    coder : str, default "combined"

    Returns
    -------
    Chart
    """
    names = theme_names(themes, lang)
    counts = tables["confusions"]
    counts = counts.loc[counts["coder"] == coder]
    columns = {**names, UNCLASSIFIED: section("trust", lang)["unclassified"]}
    y = {theme: place for place, theme in enumerate(names)}
    x = {theme: place for place, theme in enumerate(columns)}
    is_right = counts["reference_theme_id"] == counts["coder_theme_id"]
    cells = {
        (y[row.reference_theme_id], x[row.coder_theme_id]): Cell(
            float(row.n_tasks), str(row.n_tasks), scale="one_way" if right else "wrong"
        )
        for row, right in zip(counts.itertuples(), is_right, strict=True)
        if row.n_tasks and row.reference_theme_id in y
    }
    return chart_of(
        "trust",
        "validity_confusion",
        source=_source(tables, themes, lang, date),
        lang=lang,
        table=heat_table(list(names.values()), list(columns.values()), cells),
        coder=coder_label(coder, lang),
        n=len(names),
        right=int(counts.loc[is_right, "n_tasks"].sum()),
        wrong=int(counts.loc[~is_right, "n_tasks"].sum()),
    )


def agreement_heat_map(
    tables: Tables, themes: pd.DataFrame, *, lang: str = "zh", date: str = ""
) -> Chart:
    """Draw Krippendorff's alpha of each pair of coders, nominal and MASI.

    Parameters
    ----------
    tables, themes, lang, date
        As in ``theme_f1_plot``.

    Returns
    -------
    Chart
    """
    table = tables["agreement"]
    pairs = table.loc[table["first_coder"] != table["second_coder"]]
    coders = list(dict.fromkeys([*pairs["first_coder"], *pairs["second_coder"]]))
    places = {coder: place for place, coder in enumerate(coders)}
    cells = {}
    for pair in pairs.itertuples():
        first, second = places[pair.first_coder], places[pair.second_coder]
        cell = Cell(number(pair.value), _decimal(pair.value))
        if pair.measure == "alpha_nominal":
            cells[second, first] = cell
        elif pair.measure == "alpha_masi":
            cells[first, second] = cell
    names = [coder_label(coder, lang) for coder in coders]
    return chart_of(
        "trust",
        "validity_agreement",
        source=_source(tables, themes, lang, date),
        lang=lang,
        table=heat_table(names, names, cells),
        n=len(coders),
    )


def ablation_plot(
    tables: Tables,
    themes: pd.DataFrame,
    *,
    interval: float = 0.95,
    lang: str = "zh",
    date: str = "",
) -> Chart:
    """Draw what each part of the coding adds, one panel a measure.

    Parameters
    ----------
    tables, themes, interval, lang, date
        As in ``theme_f1_plot``.

    Returns
    -------
    Chart
    """
    table = tables["ablation"]
    variants = list(dict.fromkeys(table["variant"]))
    labels = tuple(coder_label(name, lang) for name in variants)
    panels, scale = [], {"start": 0.7, "most": 1.0}
    for measure in _MEASURES:
        rows = table.loc[table["measure"] == measure].set_index("variant")
        title = heading(measure, lang)
        marks = marks_of(rows.loc[variants], "value", labels=_decimal, names=labels)
        own = Series(title, marks)
        panels.append(Panel(labels, (own,), title, form="decimal", **scale))
    return chart_of(
        "trust",
        "validity_ablation",
        source=_source(tables, themes, lang, date),
        lang=lang,
        panels=panels,
        interval=interval,
        interval_kind="plans",
        n=len(variants),
    )


def share_error_plot(
    tables: Tables,
    themes: pd.DataFrame,
    plan_names: Mapping[str, str] | None = None,
    *,
    coder: str = MAIN_CODER,
    interval: float = 0.95,
    lang: str = "zh",
    date: str = "",
) -> Chart:
    """Draw the error of every theme's share, one panel a plan.

    Parameters
    ----------
    tables, themes, interval, lang, date
        As in ``theme_f1_plot``.
    plan_names : mapping of str to str, optional
        Name of each plan for a reader; its document_id where there is none.
    coder : str, default "combined"

    Returns
    -------
    Chart
    """
    names = theme_names(themes, lang)
    labels = tuple(names.values())
    errors = tables["share_errors"]
    errors = errors.loc[errors["coder"] == coder]
    sizes = errors.drop_duplicates("document_id").set_index("document_id")["n_tasks"]
    called = [(plan_names or {}).get(plan, plan) for plan in sizes.index]
    panels = []
    for plan, title in zip(sizes.index, names_with_n(called, sizes, lang), strict=True):
        rows = errors.loc[errors["document_id"] == plan].set_index("theme_id")
        marks = marks_of(
            rows.loc[list(names)],
            "error",
            labels=lambda error: signed(100 * error),
            names=labels,
            scale=100,  # points, as the axis says: "%" would read as a ratio
        )
        panels.append(Panel(labels, (Series(title, marks),), title, form="points"))
    return chart_of(
        "trust",
        "validity_share_error",
        source=_source(tables, themes, lang, date),
        lang=lang,
        panels=panels,
        interval=interval,
        interval_kind="tasks",
        coder=coder_label(coder, lang),
        plans=len(panels),
        n=len(labels),
    )


def _decimal(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.2f}"


def _source(tables: Tables, themes: pd.DataFrame, lang: str, date: str) -> str:
    words, scores = section("trust", lang), tables["scores"].iloc[0]
    is_checked = bool(tables["coders"]["is_expert_checked"].all())
    text = words["chart_source"].format(
        version=", ".join(themes["codebook_version"].unique()),
        tasks=scores["n_tasks"],
        plans=scores["n_plans"],
        date=words["chart_date"].format(date=date) if date else "",
        unchecked="" if is_checked else words["chart_unchecked"],
    )
    return text.strip()
