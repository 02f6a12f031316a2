"""How far can the coding be trusted? Measures, findings and charts.

The numbers rest on the codings that come with a codebook. A task is always coded by a
model that has not seen its plan, so they say what to expect of another plan of the
same kind, and nothing about plans of a kind the reference does not hold.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from govopen_analytics.base.cache import Cache
from govopen_analytics.base.fingerprints import digest_of, made_by
from govopen_analytics.base.languages import percent
from govopen_analytics.base.schemas import heading
from govopen_analytics.charts.build import chart_of, heat_table, marks_of
from govopen_analytics.charts.model import Cell, Chart, Panel, Series
from govopen_analytics.charts.style import names_with_n, signed, theme_names
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.coded import CODING
from govopen_analytics.measures.calibration import calibration
from govopen_analytics.measures.coded_tasks import (
    UNCLASSIFIED,
    CodedTasks,
    Draws,
    share_distances,
)
from govopen_analytics.measures.cross_validation import (
    ablation,
    cross_validated,
    cross_validation_scores,
    threshold_sensitivity,
)
from govopen_analytics.measures.reference_coding import (
    all_codings,
    coder_notes,
    reference_tasks,
)
from govopen_analytics.questions.findings import Finding, finding
from govopen_analytics.words import section

Tables = Mapping[str, pd.DataFrame]
Words = Mapping[str, Any]

#: The coder whose errors a reader of the report has to live with.
MAIN_CODER = "combined"
# Folders of the library that the measures of this module depend on.
_MEASURED_BY = (*CODING, "synth", "measures", "charts", "questions")


def coder_label(coder: str, lang: str = "zh") -> str:
    """Return the name of a coder or of a variant for a reader."""
    return section("trust", lang)["coders"].get(coder, coder)


def number(value: float) -> str:
    """Write a measure with three decimals, a missing one as a dash."""
    return "–" if pd.isna(value) else f"{value:.3f}"


def in_points(error: float) -> str:
    """Write an error of a share in percentage points, without a sign."""
    return "–" if pd.isna(error) else f"{100 * error:.1f}"


def between(
    value: float,
    lower: float,
    upper: float,
    words: Mapping[str, Any],
    form: Callable[[float], str] = number,
) -> str:
    """Write a value with its interval in brackets."""
    if pd.isna(value):
        return "–"
    return words["interval"].format(
        value=form(value), lower=form(lower), upper=form(upper)
    )


def titled(
    columns: dict[str, list], lang: str, interval: float = 0, with_bounds: str = ""
) -> pd.DataFrame:
    """Head columns with the names a reader knows them by.

    Parameters
    ----------
    columns : dict of str to list
        Cells by the column's name.
    lang : {"zh", "en"}
    interval : float, default 0
        Level of the intervals in the cells of `with_bounds` (0-1).
    with_bounds : str, optional
        The column whose cells hold an interval.

    Returns
    -------
    DataFrame of str, shape (n_rows, n_columns)
    """
    form = section("trust", lang)["with_interval"]
    heads = {name: heading(name, lang) for name in columns}
    if with_bounds:
        heads[with_bounds] += form.format(level=f"{interval:.0%}")
    return pd.DataFrame({heads[name]: cells for name, cells in columns.items()})


def validate_coding(
    codebook: Codebook,
    *,
    n_bootstrap: int = 1000,
    interval: float = 0.95,
    seed: int = 0,
) -> dict[str, pd.DataFrame]:
    """Measure every coder against the codebook's reference codings.

    The result depends on codebook, code and arguments alone, and is kept in the
    user's cache by them.

    Parameters
    ----------
    codebook : Codebook
        With reference codings.
    n_bootstrap : int, default 1000
        Draws behind each interval.
    interval : float, default 0.95
        Level of the intervals (0-1).
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    dict of str to DataFrame
        ``coders``, ``scores``, ``theme_scores``, ``confusions``, ``agreement``,
        ``share_errors``, ``share_distances``, ``abstentions``, ``calibration``,
        ``cross_validation``, ``threshold_sensitivity`` and ``ablation``; each
        function of this module describes its own. ``calibration`` and
        ``cross_validation`` rest on tasks of many fields, those of the plans
        included, and on tasks about nothing in the codebook.

    Raises
    ------
    CodebookError
        If the codebook has no reference codings.
    """
    arguments = [n_bootstrap, interval, seed]
    key = digest_of([made_by(*_MEASURED_BY), codebook.fingerprint, *arguments])
    kept = Cache.of_user("validity")
    draws = Draws(n_bootstrap, interval, seed)
    measured = kept.tables(key, lambda: _measured(codebook, draws))
    kept.trim()
    # Who the coders are stands in a file that is no part of the codebook's digest.
    return {"coders": coder_notes(codebook), **measured}


def _measured(codebook: Codebook, draws: Draws) -> dict[str, pd.DataFrame]:
    tasks = reference_tasks(codebook)
    codings = all_codings(tasks, codebook)
    coded = CodedTasks(tasks, codings, codebook.theme_ids, draws)
    errors = coded.share_errors()
    written, unseen = cross_validated(codebook)
    return {
        "scores": coded.scores(),
        "theme_scores": coded.theme_scores(),
        "confusions": coded.confusions(),
        # Columns of texts, or they would come back from the cache as another type.
        "agreement": coded.agreement().astype(
            {"first_coder": "str", "second_coder": "str"}
        ),
        "share_errors": errors,
        "share_distances": share_distances(errors),
        "abstentions": coded.abstentions(),
        "calibration": calibration(unseen, interval=draws.interval),
        "cross_validation": cross_validation_scores(written, unseen, codebook, draws),
        "threshold_sensitivity": threshold_sensitivity(tasks, codebook),
        "ablation": ablation(coded, codebook),
    }


def plan_labels(documents: pd.DataFrame, *, lang: str = "zh") -> dict[str, str]:
    """Name every plan by its agency and year.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    dict of str to str
        By document_id; plans that lack agency or year are left out.
    """
    form = section("trust", lang)["plan"]
    named = documents.dropna(subset=["agency", "year"])
    return {
        plan.document_id: form.format(agency=plan.agency, year=plan.year)
        for plan in named.itertuples()
    }


def validity_findings(
    tables: Mapping[str, pd.DataFrame],
    themes: pd.DataFrame,
    plan_names: Mapping[str, str] | None = None,
    *,
    interval: float = 0.95,
    lang: str = "zh",
) -> list[Finding]:
    """Say in sentences how far the coding can be trusted, and on what basis.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    themes : DataFrame
        The codebook's ``themes``.
    plan_names : mapping of str to str, optional
        Name of each plan for a reader.
    interval : float, default 0.95
        Level of the intervals.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    list of Finding
    """
    say = partial(finding, "trust", lang=lang, topic="validity", interval=interval)
    words = section("trust", lang)
    return [
        _score_finding(tables["scores"], words, say, lang),
        *_basis_findings(tables, words, say),
        _share_finding(tables, plan_names or {}, say),
        _weakest_finding(tables["theme_scores"], themes, say, lang),
        _abstention_finding(tables["abstentions"], say, lang),
        *_people_findings(tables, words, say, lang),
    ]


def codebook_findings(
    assignments: pd.DataFrame, codebook: Codebook, *, lang: str = "zh"
) -> list[Finding]:
    """Say where a corpus was coded by another codebook than the one judged.

    Parameters
    ----------
    assignments : DataFrame, shape (n_assignments, 6)
        ``theme_assignments`` of the corpus.
    codebook : Codebook
        The one whose reference codings were used.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    list of Finding
        At most one.
    """
    words = section("trust", lang)
    others = sorted(set(assignments["codebook_version"]) - {codebook.version})
    if not others:
        return []
    return [
        finding(
            "trust",
            "other_codebook",
            lang=lang,
            topic="validity",
            evidence="validity_scores",
            found=words["join"].join(others),
            name=codebook.name,
            version=codebook.version,
        )
    ]


def _score_finding(
    scores: pd.DataFrame, words: Words, say: Callable[..., Finding], lang: str
) -> Finding:
    rows = scores.loc[scores["coder"] == MAIN_CODER].set_index("measure")
    row = rows.loc["primary_accuracy"]
    bounds = (row["value"], row["value_lower"], row["value_upper"])
    return say(
        "score",
        row=row,
        value="value",
        subject=heading("primary_accuracy", lang),
        evidence="validity_scores",
        caveats=("few_reference_plans", "only_random_samples"),
        accuracy=between(*bounds, words, percent),
        n=row["n_tasks"],
        plans=row["n_plans"],
    )


def _weakest_finding(
    scores: pd.DataFrame, themes: pd.DataFrame, say: Callable[..., Finding], lang: str
) -> Finding:
    rows = scores.loc[scores["coder"] == MAIN_CODER].dropna(subset="f1")
    weakest = rows.sort_values("f1", kind="stable").iloc[0]
    theme = theme_names(themes, lang)[weakest["theme_id"]]
    return say(
        "weakest",
        row=weakest,
        value="f1",
        unit="score",
        subject=theme,
        evidence="validity_theme_scores",
        theme=theme,
        precision=percent(weakest["precision"]),
        recall=percent(weakest["recall"]),
        n=weakest["n_reference"],
        n_tasks=weakest["n_reference"],
    )


def _share_finding(
    tables: Tables, names: Mapping[str, str], say: Callable[..., Finding]
) -> Finding:
    rows = tables["share_distances"]
    rows = rows.loc[rows["coder"] == MAIN_CODER]
    worst = rows.sort_values("misplaced_share", ascending=False, kind="stable").iloc[0]
    plan = names.get(worst["document_id"], worst["document_id"])
    return say(
        "share",
        row=worst,
        value="misplaced_share",
        subject=plan,
        evidence="validity_share_errors",
        mean=percent(rows["misplaced_share"].mean(), 1),
        most=percent(worst["misplaced_share"], 1),
        plan=plan,
        n=worst["n_tasks"],
        largest=in_points(rows["largest_error"].max()),
    )


def _abstention_finding(
    rows: pd.DataFrame, say: Callable[..., Finding], lang: str
) -> Finding:
    row = rows.set_index("coder").loc[MAIN_CODER]
    return say(
        "abstained",
        evidence="validity_abstentions",
        is_detail=True,
        number=row["n_abstained"],
        unit="count",
        n_tasks=row["n_tasks"],
        n=int(row["n_tasks"]),
        abstained=int(row["n_abstained"]),
    )


def _people_findings(
    tables: Tables, words: Words, say: Callable[..., Finding], lang: str
) -> list[Finding]:
    """Speak of the pairs of coders that came with the codebook."""
    own = set(tables["coders"]["coder"])
    rows = tables["agreement"]
    rows = rows.loc[rows["first_coder"].isin(own) & rows["second_coder"].isin(own)]
    found = []
    pairs = rows.groupby(["first_coder", "second_coder"], sort=False)
    for (first, second), pair in pairs:
        by_measure = pair.set_index("measure")
        shown = {
            name: between(row["value"], row["value_lower"], row["value_upper"], words)
            for name, row in by_measure.iterrows()
        }
        found.append(
            say(
                "people",
                row=by_measure.loc["alpha_nominal"],
                value="value",
                unit="score",
                subject=f"{coder_label(first, lang)} – {coder_label(second, lang)}",
                evidence="validity_agreement",
                is_detail=True,
                first=coder_label(first, lang),
                second=coder_label(second, lang),
                nominal=shown["alpha_nominal"],
                masi=shown["alpha_masi"],
            )
        )
    return found


def _basis_findings(
    tables: Tables, words: Words, say: Callable[..., Finding]
) -> list[Finding]:
    notes, scores = tables["coders"], tables["scores"]
    shown = {"evidence": "validity_coders", "n_tasks": scores["n_tasks"].iloc[0]}
    return [
        say(key, kinds=kinds, **shown)
        for key, kinds in unchecked_reference(notes, words)
    ]


def unchecked_reference(notes: pd.DataFrame, words: Words) -> list[tuple[str, str]]:
    """Return which sentence says that experts did not check a reference.

    None where they checked all of it; else its key, and who made the reference.
    """
    if notes["is_expert_checked"].all():
        return []
    kinds = dict.fromkeys(words["kinds"][kind] for kind in notes["kind"])
    key = "partly_checked" if notes["is_expert_checked"].any() else "unchecked"
    return [(key, words["join"].join(kinds))]


#: The simplest coder, beside which that of a report is shown.
PLAIN_CODER = "keywords"


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
        "validity_theme_scores",
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
        "validity_share_errors",
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
