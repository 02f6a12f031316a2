"""A finding is a record; every text about it is made from the record."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial

import pandas as pd

from govopen_analytics.base.languages import percent, signed
from govopen_analytics.charts.build import tasks_behind
from govopen_analytics.charts.display import Display, p_in_words
from govopen_analytics.charts.model import number as known
from govopen_analytics.measures import Differences
from govopen_analytics.measures.families import (
    CANNOT_BE_ANSWERED,
    ESTABLISHED,
    NOT_TOLD_APART,
    STATES,
    WORTH_ASKING,
)

# Units of numbers that are no shares, by the first word of their column.
_UNITS = {"change": "points", "distance": "distance", "n": "count"}


@dataclass(frozen=True)
class Finding:
    """What a question found, of one subject.

    Attributes
    ----------
    question : str
        Section of its words, and the name of its page's question.
    topic : str
        Heading under which the front page lists it.
    key : str
        What kind of finding it is: its sentence below the question's words.
    text, short : str
        The whole sentence, and the number alone with its subject.
    subject : str
        An agency, a plan, a theme or a pair of them; empty for the whole.
    number, lower, upper : float or None
        The value and the bounds of its interval.
    unit : str
        Of the number: "share" (0-1), "points" (share a year), "distance" (0-1) or
        "count".
    n : int or None
        Tasks it rests on (count).
    interval : float or None
        Level of the interval (0-1).
    state : str
        One of ``measures.families.STATES``; empty for a plain fact.
    p_adjusted : float or None
        P-value, corrected over its whole family.
    evidence : str
        Name of the chart or table of the run that shows it.
    caveats : tuple of str
        Keys of sentences that limit it, in the section ``caveats`` of ``words/``.
    is_detail : bool
        Whether the chart beside it shows it already: its page does not say it.
    tasks : str
        End of the explorer's address for the tasks behind it (``tasks_behind``).
    """

    question: str
    topic: str
    key: str
    text: str
    short: str
    subject: str = ""
    number: float | None = None
    lower: float | None = None
    upper: float | None = None
    unit: str = ""
    n: int | None = None
    interval: float | None = None
    state: str = ""
    p_adjusted: float | None = None
    evidence: str = ""
    caveats: tuple[str, ...] = ()
    is_detail: bool = False
    tasks: str = ""


def finding(
    question: str,
    key: str,
    row: pd.Series | None = None,
    *,
    display: Display,
    topic: str = "",
    value: str = "share",
    unit: str = "",
    subject: str = "",
    state: str = "",
    evidence: str = "",
    caveats: Iterable[str] = (),
    count: float | None = None,
    number: float | None = None,
    n_tasks: int | None = None,
    p_adjusted: float | None = None,
    is_detail: bool = False,
    **values: object,
) -> Finding:
    """Make a finding from a row of a measure, with the sentence of its key.

    Parameters
    ----------
    question, key : str
        Where its sentence stands in ``words/``.
    row : Series, optional
        Row of a table of measures; holds `value`, its bounds, ``n_tasks`` and
        ``p_adjusted`` where there are any, and what the sentence names of it.
    topic : str
        Empty takes `question`.
    value, unit : str
        Column of the number, and what it counts, where the column does not say it.
    subject : str
        Empty takes the agency of the row.
    state, evidence, caveats, is_detail
        As in ``Finding``.
    count, number, n_tasks, p_adjusted : float, optional
        Where no row holds them; `count` is a number of the unit "count".
    **values
        For the placeholders of the sentence (``Display.fill``), beside ``{subject}``.
    """
    words = display.words(question)
    if row is not None and not subject and "agency" in row:
        subject = display.agency(row["agency"])
    values["subject"] = subject
    text = display.fill(words[key], row, **values)
    text = text[:1].upper() + text[1:]
    if count is not None:
        number, unit = count, "count"
    unit = unit or _UNITS.get(value.partition("_")[0], "share")
    columns = {
        "number": (value, number),
        "lower": (f"{value}_lower", None),
        "upper": (f"{value}_upper", None),
        "n": ("n_tasks", n_tasks),
        "p_adjusted": ("p_adjusted", p_adjusted),
    }
    numbers = {
        name: known(given if row is None or given is not None else row.get(column))
        for name, (column, given) in columns.items()
    }
    n = numbers.pop("n")
    has_number = numbers["number"] is not None
    short = text
    if f"{key}_short" in words:
        short = display.fill(words[f"{key}_short"], row, **values)
    elif has_number and subject:
        short = _short(subject, numbers, unit, display)
    return Finding(
        question=question,
        topic=topic or question,
        key=key,
        text=text,
        short=short,
        subject=subject,
        unit=unit if has_number else "",
        n=None if n is None else int(n),
        interval=None if numbers["lower"] is None else display.interval,
        state=state,
        evidence=evidence,
        caveats=tuple(caveats),
        is_detail=is_detail,
        tasks="" if row is None else tasks_behind(row.to_dict()),
        **numbers,
    )


def difference_findings(
    differences: Differences,
    names: Mapping[str, str],
    who: Callable[[pd.Series], str],
    *,
    question: str,
    display: Display,
    topic: str = "",
    evidence: str = "",
) -> list[Finding]:
    """Say in which items groups differ, and who; equal non-results become one.

    `names` are the items to speak of; `who` names the group of a row of
    ``differences.cells``.
    """
    words, items = display.words("sentences"), differences.items
    item = items.columns[0]
    items = items.loc[items[item].isin(list(names))].set_index(item)
    items = items.loc[[name for name in names if name in items.index]]
    say = partial(
        finding,
        "sentences",
        display=display,
        topic=topic or question,
        evidence=evidence,
    )
    findings = []
    for name, row in items.iterrows():
        key = {ESTABLISHED: "differ", WORTH_ASKING: "differ_asking"}.get(row["state"])
        if key is None:
            continue
        cells = differences.cells
        cells = cells.loc[(cells[item] == name) & (cells["state"] == ESTABLISHED)]
        first, subject = None, names[name]
        if len(cells):
            # The number is that of the group that stands out most.
            gaps = (cells["share"] - cells["whole_share"]).abs()
            first = cells.loc[gaps.idxmax()]
            subject = f"{who(first)} {subject}"
        findings.append(
            say(
                key,
                first,
                subject=subject,
                state=row["state"],
                n_tasks=None if len(cells) else int(row["n_tasks"]),
                p_adjusted=row["p_adjusted"],
                name=names[name],
                p=p_in_words(row["p_adjusted"]),
                # Of one plan each nothing is known of other plans of the agencies.
                where=words[f"where_{row['test_unit']}"],
                who=_who_differs(cells, who, display),
            )
        )
    for state, key, caveats in (
        (NOT_TOLD_APART, "differ_none", ("not_told_apart",)),
        (CANNOT_BE_ANSWERED, "differ_unanswered", ()),
    ):
        part = items.loc[items["state"] == state]
        if len(part):
            findings.append(
                say(
                    key,
                    state=state,
                    caveats=caveats,
                    n_tasks=int(part["n_tasks"].max()),
                    p_adjusted=part["p_adjusted"].min(),
                    names=display.listed([names[name] for name in part.index]),
                    p=p_in_words(part["p_adjusted"].min()),
                    # "unit" is what a finding's number counts.
                    few=words[f"few_{part['test_unit'].iloc[0]}"],
                )
            )
    findings.sort(key=lambda finding: STATES.index(finding.state))
    return [replace(finding, question=question) for finding in findings]


def _who_differs(
    cells: pd.DataFrame, who: Callable[[pd.Series], str], display: Display
) -> str:
    words, text = display.words("sentences"), ""
    for key, is_higher in (("differ_above", True), ("differ_below", False)):
        part = cells.loc[cells["is_higher"] == is_higher]
        if len(part):
            order = part.sort_values("share", ascending=not is_higher)
            named = [
                display.fill(words["who_share"], row, who=who(row))
                for _, row in order.iterrows()
            ]
            text += display.fill(words[key], part.iloc[0], names=display.listed(named))
    return text or words["differ_nobody"]


def no_tasks(question: str, display: Display) -> list[Finding]:
    """Return the one finding about a corpus without a task."""
    text = display.words("sentences")["no_tasks"]
    state = CANNOT_BE_ANSWERED
    return [Finding(question, question, "no_tasks", text, text, state=state)]


def findings_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return findings as a table, one row each.

    Returns
    -------
    DataFrame, shape (n_findings, 17)
        ``topic``, ``finding`` (the text) and the other fields of ``Finding``.
    """
    names = list(Finding.__dataclass_fields__)
    names.remove("tasks")  # an address of the pages, not of the data
    rows = [asdict(own) | {"caveats": list(own.caveats)} for own in findings]
    table = pd.DataFrame(rows, columns=names).rename(columns={"text": "finding"})
    first = ["topic", "finding"]
    table = table[[*first, *(name for name in table if name not in first)]]
    return table.convert_dtypes()


def _short(
    subject: str, numbers: dict[str, float | None], unit: str, display: Display
) -> str:
    shown = {
        name: _written(numbers[name], unit) for name in ("number", "lower", "upper")
    }
    key = "short" if numbers["lower"] is None else "short_interval"
    return display.words("sentences")[key].format(subject=subject, **shown)


def _written(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "share":
        return percent(value)
    if unit == "points":
        return signed(100 * value)
    return f"{value:,.0f}" if unit == "count" else f"{value:.2f}"
