"""What was read: rows, findings and charts of the corpus."""

from dataclasses import replace
from functools import partial

import pandas as pd

from govopen_analytics.charts.build import chart_of, marks_of
from govopen_analytics.charts.display import Display
from govopen_analytics.charts.model import Chart, Panel, Series
from govopen_analytics.questions.findings import Finding, finding
from govopen_analytics.questions.selection import MOST_ROWS
from govopen_analytics.words.remark_words import advice, remarks_in_words


def corpus_findings(
    documents: pd.DataFrame,
    tasks: pd.DataFrame,
    failures: pd.DataFrame,
    remarks: pd.DataFrame,
    display: Display,
) -> list[Finding]:
    """Say what was read, what could not be, and what to look at.

    Parameters
    ----------
    documents, tasks, failures, remarks : DataFrame
        Valid tables.
    """
    say = partial(finding, "corpus", display=display)
    findings = [
        say(
            "read",
            evidence="corpus_overview",
            count=len(documents),
            n_tasks=len(tasks),
            documents=f"{len(documents):,}",
            agencies=f"{documents['agency'].nunique():,}",
            years=_years(documents["year"], display.words("corpus")),
            tasks=f"{len(tasks):,}",
        )
    ]
    n_failed, n_remarks = failures["source_file"].nunique(), len(remarks)
    key = "failed" if n_failed else "failed_none"
    findings.append(say(key, evidence="failures", count=n_failed, n=n_failed))
    if n_remarks:
        n_files = remarks["source_file"].nunique()
        findings.append(
            say(
                "remarked",
                evidence="remarks",
                count=n_remarks,
                n=n_remarks,
                files=n_files,
            )
        )
    return findings


def _years(years: pd.Series, words: dict[str, str]) -> str:
    years = sorted(set(years.dropna()))
    if not years:
        return words["no_year"]
    form = words["years"] if len(years) > 1 else words["one_year"]
    return form.format(first=years[0], last=years[-1])


def files_not_read(failures: pd.DataFrame, display: Display) -> pd.DataFrame:
    """Give every file that was not read, in ``advice``, what to do about it."""
    return failures.assign(advice=advice(failures["reason"], display.lang))


def remarks_to_read(remarks: pd.DataFrame, display: Display) -> pd.DataFrame:
    """Say every remark in the reader's language, in ``remark``."""
    return remarks.assign(remark=remarks_in_words(remarks, display.lang))


def corpus_overview(documents: pd.DataFrame, display: Display) -> Chart:
    """Draw each plan's number of tasks and how much of its text has a role.

    Shows the 30 plans with the least text accounted for, if there are more.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    """
    words = display.words("corpus")["corpus_overview"]
    order = ["accounted_share", "n_tasks"]
    ordered = documents.sort_values(order, ascending=[True, False], kind="stable")
    shown = ordered.head(MOST_ROWS)
    shown = shown.sort_values("n_tasks", ascending=False, kind="stable")
    names = tuple(display.plans(shown, shown).values())
    n_hidden = len(documents) - len(shown)
    counts = Series(words["tasks"], marks_of(shown, "n_tasks", labels="{:,}".format))
    shares = Series(words["share"], marks_of(shown, "accounted_share", names=names))
    panels = [Panel(names, (counts,), kind="bars", form="count", axis=words["tasks"])]
    # Where all text of every plan has a role, a panel of equal dots says nothing.
    if shown["accounted_share"].lt(1).any():
        panels.append(Panel(names, (shares,), axis=words["share"], most=1.0))
    hidden = words["hidden"].format(shown=len(shown), n_hidden=f"{n_hidden:,}")
    chart = chart_of(
        "corpus",
        "corpus_overview",
        display.uncoded,
        panels=panels if names else (),
        hidden=hidden if n_hidden else "",
        rows=len(names),
    )
    return replace(chart, title=words["title_share"]) if len(panels) > 1 else chart
