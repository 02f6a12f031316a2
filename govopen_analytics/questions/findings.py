"""A finding is a record; every text about it is made from the record."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import tasks_behind
from govopen_analytics.charts.model import number as known
from govopen_analytics.measures import Differences
from govopen_analytics.measures.families import (
    CANNOT_BE_ANSWERED,
    ESTABLISHED,
    NOT_TOLD_APART,
    STATES,
    WORTH_ASKING,
)
from govopen_analytics.words import section

# A list in a sentence names this many and counts the rest.
MOST_NAMED = 5


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
    *,
    lang: str,
    topic: str = "",
    row: pd.Series | None = None,
    value: str = "share",
    unit: str = "share",
    subject: str = "",
    state: str = "",
    interval: float | None = None,
    evidence: str = "",
    caveats: Iterable[str] = (),
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
    lang : {"zh", "en"}
    topic : str
        Empty takes `question`.
    row : Series, optional
        Row of a table of measures; holds `value`, its bounds, ``n_tasks`` and
        ``p_adjusted`` where there are any.
    value, unit : str
        Column of the number, and what it counts.
    subject, state, evidence, caveats, is_detail
        As in ``Finding``.
    number, n_tasks, p_adjusted : float, optional
        Where no row holds them.
    interval : float, optional
        Level of the intervals (0-1).
    **values
        For the placeholders of the sentence.

    Returns
    -------
    Finding
    """
    words = section(question, lang)
    level = "" if interval is None else f"{interval:.0%}"
    text = words[key].format(level=level, **values)
    text = text[:1].upper() + text[1:]
    found = {
        name: known(row.get(column)) if row is not None else given
        for name, column, given in (
            ("number", value, number),
            ("lower", f"{value}_lower", None),
            ("upper", f"{value}_upper", None),
            ("n", "n_tasks", n_tasks),
            ("p_adjusted", "p_adjusted", p_adjusted),
        )
    }
    n = found.pop("n")
    has_number = found["number"] is not None
    short = _short(subject, found, unit, lang) if has_number and subject else text
    if f"{key}_short" in words:
        short = words[f"{key}_short"].format(level=level, **values)
    return Finding(
        question=question,
        topic=topic or question,
        key=key,
        text=text,
        short=short,
        subject=subject,
        unit=unit if has_number else "",
        n=None if n is None else int(n),
        interval=interval if found["lower"] is not None else None,
        state=state,
        evidence=evidence,
        caveats=tuple(caveats),
        is_detail=is_detail,
        tasks="" if row is None else tasks_behind(row.to_dict()),
        **found,
    )


def difference_findings(
    differences: Differences,
    names: Mapping[str, str],
    who: Callable[[pd.Series], str],
    *,
    question: str,
    lang: str,
    topic: str = "",
    evidence: str = "",
) -> list[Finding]:
    """Say in which items groups differ, and who; equal non-results become one.

    Parameters
    ----------
    differences : Differences
        Result of ``measures.theme_differences`` or ``form_differences``.
    names : mapping of str to str
        The items to speak of, as they are named in the sentence.
    who : callable
        From a row of ``differences.cells`` to the name of its group.
    question, lang, topic, evidence
        As for ``finding``.

    Returns
    -------
    list of Finding
    """
    words, items = section("sentences", lang), differences.items
    item = items.columns[0]
    items = items.loc[items[item].isin(list(names))].set_index(item)
    items = items.loc[[name for name in names if name in items.index]]
    shown: dict[str, Any] = {"lang": lang, "topic": topic or question}
    shown["evidence"] = evidence
    found = []
    values: dict[str, Any]
    more: dict[str, Any]
    for name, row in items.iterrows():
        key = {ESTABLISHED: "differ", WORTH_ASKING: "differ_asking"}.get(row["state"])
        if key is not None:
            values = {"name": names[name], "p": p_in_words(row["p_adjusted"])}
            # Of one plan each nothing is known of other plans of the same agencies.
            values["where"] = words[f"where_{row['test_unit']}"]
            cells = differences.cells
            cells = cells.loc[(cells[item] == name) & (cells["state"] == ESTABLISHED)]
            values["who"] = _who_differs(cells, who, lang)
            more = {"subject": names[name], "n_tasks": int(row["n_tasks"])}
            if len(cells):
                # The number is that of the group that stands out most.
                gaps = (cells["share"] - cells["whole_share"]).abs()
                first = cells.loc[gaps.idxmax()]
                more = {"row": first, "subject": f"{who(first)} {names[name]}"}
            own = finding(
                "sentences", key, state=row["state"], **more, **shown, **values
            )
            found.append(replace(own, p_adjusted=float(row["p_adjusted"])))
    for state, key in (
        (NOT_TOLD_APART, "differ_none"),
        (CANNOT_BE_ANSWERED, "differ_unanswered"),
    ):
        part = items.loc[items["state"] == state]
        if len(part):
            values = {
                "names": listed([names[name] for name in part.index], lang),
                "p": p_in_words(part["p_adjusted"].min()),
                # "unit" is what a finding's number counts.
                "few": words[f"few_{part['test_unit'].iloc[0]}"],
            }
            more = {"n_tasks": int(part["n_tasks"].max())}
            more["p_adjusted"] = known(part["p_adjusted"].min())
            caveats = ("not_told_apart",) if state == NOT_TOLD_APART else ()
            more |= {"state": state, "caveats": caveats, **shown}
            found.append(finding("sentences", key, **more, **values))
    found.sort(key=lambda one: STATES.index(one.state))
    return [replace(one, question=question) for one in found]


def _who_differs(
    cells: pd.DataFrame, who: Callable[[pd.Series], str], lang: str
) -> str:
    words, text = section("sentences", lang), ""
    for key, is_higher in (("differ_above", True), ("differ_below", False)):
        part = cells.loc[cells["is_higher"] == is_higher]
        if len(part):
            order = part.sort_values("share", ascending=not is_higher)
            own = [
                words["who_share"].format(who=who(row), share=percent(row["share"]))
                for _, row in order.iterrows()
            ]
            whole = percent(part["whole_share"].iloc[0])
            text += words[key].format(names=listed(own, lang), whole=whole)
    return text or words["differ_nobody"]


def no_tasks(question: str, lang: str) -> list[Finding]:
    """Return the one finding about a corpus without a task."""
    text = section("sentences", lang)["no_tasks"]
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
    rows = [{**asdict(own), "caveats": list(own.caveats)} for own in findings]
    table = pd.DataFrame(rows, columns=names).rename(columns={"text": "finding"})
    first = ["topic", "finding"]
    table = table[[*first, *(name for name in table if name not in first)]]
    return table.convert_dtypes()


def _short(subject: str, found: dict[str, float | None], unit: str, lang: str) -> str:
    words = section("sentences", lang)
    shown = {name: _written(found[name], unit) for name in ("number", "lower", "upper")}
    key = "short" if found["lower"] is None else "short_interval"
    return words[key].format(subject=subject, **shown)


def _written(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "share":
        return percent(value)
    if unit == "points":
        return _signed(value)
    return f"{value:,.0f}" if unit == "count" else f"{value:.2f}"


def theme_name(name: str, lang: str) -> str:
    """Return a theme's label in quotation marks."""
    return section("sentences", lang)["theme"].format(name=name)


def listed(names: Iterable[str], lang: str) -> str:
    """Join names, and count those that a sentence has no room for."""
    words, names = section("sentences", lang), list(names)
    shown = words["join"].join(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        shown += words["more"].format(n=f"{len(names):,}")
    return shown


def share_in_words(row: pd.Series, lang: str, level: str) -> str:
    """Write a share with its n and interval."""
    return section("sentences", lang)["share"].format(
        share=percent(row["share"]),
        n=f"{int(row['n_tasks']):,}",
        level=level,
        lower=percent(row["share_lower"]),
        upper=percent(row["share_upper"]),
    )


def change_in_words(row: pd.Series, name: str, lang: str, level: str) -> str:
    """Write a difference of shares in percentage points, with its interval."""
    return section("sentences", lang)["change"].format(
        value=_signed(row[name]),
        level=level,
        lower=_signed(row[f"{name}_lower"]),
        upper=_signed(row[f"{name}_upper"]),
    )


def p_in_words(p_value: float) -> str:
    """Write a p-value; what rounding would turn into none reads ``< 0.001``."""
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"


def points_in_words(change: float) -> str:
    """Write a difference of shares in percentage points, with its sign."""
    return _signed(change)


def _signed(change: float) -> str:
    return f"{change:+.1%}".rstrip("%").replace("-", "−")
