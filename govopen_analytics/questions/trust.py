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
from govopen_analytics.base.languages import percent, signed
from govopen_analytics.base.schemas import heading
from govopen_analytics.charts.build import chart_of, heat_table, marks_of
from govopen_analytics.charts.display import Display
from govopen_analytics.charts.model import Cell, Chart, Panel, Series
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


def validate_coding(
    codebook: Codebook, *, n_bootstrap: int = 1000, interval: float = 0.95
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
    arguments = [n_bootstrap, interval]
    key = digest_of([made_by(*_MEASURED_BY), codebook.fingerprint, *arguments])
    cache = Cache.of_user("validity")
    draws = Draws(n_bootstrap, interval)
    measured = cache.tables(key, lambda: _measured(codebook, draws))
    cache.trim()
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


def plan_labels(documents: pd.DataFrame, display: Display) -> dict[str, str]:
    """Name every plan by its agency and year; those that lack one are left out.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    display : Display

    Returns
    -------
    dict of str to str
        By document_id.
    """
    form = display.words("trust")["plan"]
    named = documents.dropna(subset=["agency", "year"])
    return {
        plan.document_id: form.format(agency=plan.agency, year=plan.year)
        for plan in named.itertuples()
    }


def validity_findings(
    tables: Tables,
    themes: pd.DataFrame,
    display: Display,
    plan_names: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Say in sentences how far the coding can be trusted, and on what basis.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    themes : DataFrame
        The codebook's ``themes``.
    display : Display
    plan_names : mapping of str to str, optional
        Name of each plan for a reader.

    Returns
    -------
    list of Finding
    """
    return _Findings(tables, themes, display, plan_names or {}).all()


def codebook_findings(
    assignments: pd.DataFrame, codebook: Codebook, display: Display
) -> list[Finding]:
    """Say where a corpus was coded by another codebook than the one judged.

    Parameters
    ----------
    assignments : DataFrame, shape (n_assignments, 6)
        ``theme_assignments`` of the corpus.
    codebook : Codebook
        The one whose reference codings were used.
    display : Display

    Returns
    -------
    list of Finding
        At most one.
    """
    others = sorted(set(assignments["codebook_version"]) - {codebook.version})
    if not others:
        return []
    return [
        finding(
            "trust",
            "other_codebook",
            display=display,
            topic="validity",
            evidence="validity_scores",
            found=display.words("trust")["join"].join(others),
            name=codebook.name,
            version=codebook.version,
        )
    ]


class _Findings:
    """The sentences of one language about what was measured."""

    def __init__(
        self,
        tables: Tables,
        themes: pd.DataFrame,
        display: Display,
        plan_names: Mapping[str, str],
    ) -> None:
        self.tables, self.lang, self.plan_names = tables, display.lang, plan_names
        self.theme_names = display.themes(themes)
        self.words = display.words("trust")
        self.say = partial(finding, "trust", display=display, topic="validity")

    def all(self) -> list[Finding]:
        return [
            self._score(),
            *self._basis(),
            self._share(),
            self._weakest_theme(),
            self._abstained(),
            *self._people(),
        ]

    def _of_main_coder(self, name: str) -> pd.DataFrame:
        rows = self.tables[name]
        return rows.loc[rows["coder"] == MAIN_CODER]

    def _between(self, row: pd.Series, form: Callable[[float], str] = number) -> str:
        bounds = row["value"], row["value_lower"], row["value_upper"]
        return between(*bounds, self.words, form)

    def _score(self) -> Finding:
        scores = self._of_main_coder("scores").set_index("measure")
        row = scores.loc["primary_accuracy"]
        return self.say(
            "score",
            row=row,
            value="value",
            subject=heading("primary_accuracy", self.lang),
            evidence="validity_scores",
            caveats=("few_reference_plans", "only_random_samples"),
            accuracy=self._between(row, percent),
            n=row["n_tasks"],
            plans=row["n_plans"],
        )

    def _basis(self) -> list[Finding]:
        n_tasks = self.tables["scores"]["n_tasks"].iloc[0]
        return [
            self.say(key, kinds=kinds, evidence="validity_coders", n_tasks=n_tasks)
            for key, kinds in unchecked_reference(self.tables["coders"], self.words)
        ]

    def _share(self) -> Finding:
        rows = self._of_main_coder("share_distances")
        order = rows["misplaced_share"].sort_values(ascending=False, kind="stable")
        worst = rows.loc[order.index[0]]
        plan = self.plan_names.get(worst["document_id"], worst["document_id"])
        return self.say(
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

    def _weakest_theme(self) -> Finding:
        rows = self._of_main_coder("theme_scores").dropna(subset="f1")
        weakest = rows.sort_values("f1", kind="stable").iloc[0]
        theme = self.theme_names[weakest["theme_id"]]
        return self.say(
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
        )

    def _abstained(self) -> Finding:
        row = self._of_main_coder("abstentions").iloc[0]
        return self.say(
            "abstained",
            evidence="validity_abstentions",
            is_detail=True,
            number=float(row["n_abstained"]),
            unit="count",
            n_tasks=row["n_tasks"],
            n=int(row["n_tasks"]),
            abstained=int(row["n_abstained"]),
        )

    def _people(self) -> list[Finding]:
        """Speak of the pairs of coders that came with the codebook."""
        people = self.tables["coders"]["coder"]
        rows = self.tables["agreement"]
        rows = rows.loc[
            rows["first_coder"].isin(people) & rows["second_coder"].isin(people)
        ]
        findings = []
        for pair, measures in rows.groupby(["first_coder", "second_coder"], sort=False):
            first, second = (coder_label(coder, self.lang) for coder in pair)
            by_measure = measures.set_index("measure")
            findings.append(
                self.say(
                    "people",
                    row=by_measure.loc["alpha_nominal"],
                    value="value",
                    unit="score",
                    subject=f"{first} – {second}",
                    evidence="validity_agreement",
                    is_detail=True,
                    first=first,
                    second=second,
                    nominal=self._between(by_measure.loc["alpha_nominal"]),
                    masi=self._between(by_measure.loc["alpha_masi"]),
                )
            )
        return findings


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


def theme_f1_plot(tables: Tables, themes: pd.DataFrame, display: Display) -> Chart:
    """Draw the F1 of every theme with its interval, beside the plain coder's.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Result of ``validate_coding``.
    themes : DataFrame, shape (n_themes, ...)
        The codebook's ``themes``.
    display : Display
        The date of its source stands in the source line.

    Returns
    -------
    Chart
    """
    names = display.themes(themes)
    scores = tables["theme_scores"].set_index("theme_id")
    main = scores.loc[scores["coder"] == MAIN_CODER]
    simple = scores.loc[scores["coder"] == PLAIN_CODER].reindex(main.index)
    labels = tuple(
        display.with_n([names[theme] for theme in main.index], main["n_reference"])
    )
    marks = marks_of(main, "f1", labels=_decimal, names=labels)
    plain = marks_of(simple[["f1"]], "f1", labels=lambda value: "", kinds="plain")
    series = (
        Series(coder_label(MAIN_CODER, display.lang), marks),
        Series(coder_label(PLAIN_CODER, display.lang), plain),
    )
    return _chart(
        "validity_theme_scores",
        tables,
        themes,
        display,
        panels=[Panel(labels, series, form="decimal", start=0.5, most=1.0)],
        interval_kind="plans",
        main=series[0].name,
        simple=series[1].name,
        n=len(labels),
        theme=names[main["f1"].idxmin()],
        lowest=_decimal(main["f1"].min()),
    )


def confusion_heat_map(
    tables: Tables, themes: pd.DataFrame, display: Display, coder: str = MAIN_CODER
) -> Chart:
    """Draw which themes a coder takes for which; arguments as in ``theme_f1_plot``."""
    names = display.themes(themes)
    counts = tables["confusions"]
    counts = counts.loc[counts["coder"] == coder]
    columns = {**names, UNCLASSIFIED: display.words("trust")["unclassified"]}
    is_right = counts["reference_theme_id"] == counts["coder_theme_id"]
    cells = {
        (row.reference_theme_id, row.coder_theme_id): Cell(
            float(row.n_tasks), str(row.n_tasks), scale="one_way" if right else "wrong"
        )
        for row, right in zip(counts.itertuples(), is_right, strict=True)
        if row.n_tasks and row.reference_theme_id in names
    }
    return _chart(
        "validity_confusion",
        tables,
        themes,
        display,
        table=heat_table(names, columns, cells),
        coder=coder_label(coder, display.lang),
        n=len(names),
        right=int(counts.loc[is_right, "n_tasks"].sum()),
        wrong=int(counts.loc[~is_right, "n_tasks"].sum()),
    )


def share_error_plot(
    tables: Tables,
    themes: pd.DataFrame,
    display: Display,
    plan_names: Mapping[str, str] | None = None,
) -> Chart:
    """Draw the error of every theme's share, one panel a plan.

    Arguments are as in ``theme_f1_plot`` and ``validity_findings``.
    """
    names = display.themes(themes)
    labels = tuple(names.values())
    errors = tables["share_errors"]
    errors = errors.loc[errors["coder"] == MAIN_CODER]
    sizes = errors.drop_duplicates("document_id").set_index("document_id")["n_tasks"]
    plans = [(plan_names or {}).get(plan, plan) for plan in sizes.index]
    panels = []
    for plan, title in zip(sizes.index, display.with_n(plans, sizes), strict=True):
        rows = errors.loc[errors["document_id"] == plan].set_index("theme_id")
        marks = marks_of(
            rows.loc[list(names)],
            "error",
            labels=lambda error: signed(100 * error),
            names=labels,
            scale=100,  # points, as the axis says: "%" would read as a ratio
        )
        panels.append(Panel(labels, (Series(title, marks),), title, form="points"))
    return _chart(
        "validity_share_errors",
        tables,
        themes,
        display,
        panels=panels,
        interval_kind="tasks",
        coder=coder_label(MAIN_CODER, display.lang),
        plans=len(panels),
        n=len(labels),
    )


def _chart(
    name: str, tables: Tables, themes: pd.DataFrame, display: Display, **parts: Any
) -> Chart:
    """Return a chart whose source line names the reference codings."""
    words, scores = display.words("trust"), tables["scores"].iloc[0]
    is_checked = bool(tables["coders"]["is_expert_checked"].all())
    date = display.source.date
    source = words["chart_source"].format(
        version=", ".join(themes["codebook_version"].unique()),
        tasks=scores["n_tasks"],
        plans=scores["n_plans"],
        date=words["chart_date"].format(date=date) if date else "",
        unchecked="" if is_checked else words["chart_unchecked"],
    )
    return chart_of("trust", name, display, source=source.strip(), **parts)


def _decimal(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:.2f}"
