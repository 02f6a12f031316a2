"""What was read: rows, findings and charts of the corpus."""

from dataclasses import replace

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import chart_of, marks_of
from govopen_analytics.charts.display import ChartSource
from govopen_analytics.charts.model import Chart, Panel, Series
from govopen_analytics.charts.style import plan_names
from govopen_analytics.questions.findings import Finding, finding
from govopen_analytics.words import section
from govopen_analytics.words.remark_words import advice, remarks_in_words


def corpus_findings(
    documents: pd.DataFrame,
    tasks: pd.DataFrame,
    failures: pd.DataFrame,
    remarks: pd.DataFrame,
    *,
    lang: str = "zh",
) -> list[Finding]:
    """Say what was read, what could not be, and what to look at.

    Parameters
    ----------
    documents, tasks, failures, remarks : DataFrame
        Valid tables.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    list of Finding
    """
    words = section("corpus", lang)
    evidence = "corpus_overview"
    found = [
        finding(
            "corpus",
            "read",
            lang=lang,
            evidence=evidence,
            number=len(documents),
            unit="count",
            n_tasks=len(tasks),
            documents=f"{len(documents):,}",
            agencies=f"{documents['agency'].nunique():,}",
            years=_years(documents["year"], words),
            tasks=f"{len(tasks):,}",
        )
    ]
    n_failed = failures["source_file"].nunique()
    key = "failed" if n_failed else "failed_none"
    shown = {"evidence": "failures", "number": n_failed, "unit": "count"}
    found.append(finding("corpus", key, lang=lang, n=n_failed, **shown))
    if len(remarks):
        shown = {"evidence": "remarks", "number": len(remarks), "unit": "count"}
        values = {"n": len(remarks), "files": remarks["source_file"].nunique()}
        found.append(finding("corpus", "remarked", lang=lang, **shown, **values))
    return found


def _years(years: pd.Series, words: dict[str, str]) -> str:
    known = sorted(set(years.dropna()))
    if not known:
        return words["no_year"]
    form = words["years"] if len(known) > 1 else words["one_year"]
    return form.format(first=known[0], last=known[-1])


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


MOST_ROWS = 30


def corpus_overview(
    documents: pd.DataFrame, *, source: ChartSource, lang: str = "zh"
) -> Chart:
    """Draw each plan's number of tasks and how much of its text has a role.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    Chart
        The 30 plans with the least text accounted for, if there are more.
    """
    words = section("corpus", lang)["corpus_overview"]
    order = ["accounted_share", "n_tasks"]
    ordered = documents.sort_values(order, ascending=[True, False], kind="stable")
    shown = ordered.head(MOST_ROWS)
    shown = shown.sort_values("n_tasks", ascending=False, kind="stable")
    names = tuple(plan_names(shown, shown, lang).values())
    n_hidden = len(documents) - len(shown)
    counts = marks_of(shown, "n_tasks", labels=lambda n: f"{n:,}")
    shares = marks_of(shown, "accounted_share", labels=percent, names=names)
    panels = [
        Panel(
            names,
            (Series(words["tasks"], counts),),
            kind="bars",
            form="count",
            axis=words["tasks"],
        ),
    ]
    # Where all text of every plan has a role, a panel of equal dots says nothing.
    if shown["accounted_share"].lt(1).any():
        marks = (Series(words["share"], shares),)
        panels.append(Panel(names, marks, axis=words["share"], most=1.0))
    hidden = words["hidden"].format(shown=len(shown), n_hidden=f"{n_hidden:,}")
    chart = chart_of(
        "corpus",
        "corpus_overview",
        source=source.without_coding,
        lang=lang,
        panels=panels if names else (),
        hidden=hidden if n_hidden else "",
        rows=len(names),
    )
    return replace(chart, title=words["title_share"]) if len(panels) > 1 else chart
