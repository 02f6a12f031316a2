"""What a corpus says, in few conclusions and one table: the front page of a report.

Everything is measured anew from the tables with the measures that the pages use, so
that a page which failed takes nothing from the front page, and both say the same.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from govopen_analytics import measures
from govopen_analytics.base.languages import percent
from govopen_analytics.charts.build import tasks_behind
from govopen_analytics.charts.display import Display
from govopen_analytics.charts.model import Cell, HeatTable
from govopen_analytics.measures import Differences
from govopen_analytics.measures.families import (
    CANNOT_BE_ANSWERED,
    ESTABLISHED,
    NOT_TOLD_APART,
    WORTH_ASKING,
    states,
)
from govopen_analytics.plans.divisions import locate_agency
from govopen_analytics.questions.commitments import ELEMENTS, element_flags
from govopen_analytics.questions.findings import Finding
from govopen_analytics.questions.selection import select_plans
from govopen_analytics.words import agency_name, section

#: A front page has room for this many.
MOST_CONCLUSIONS = 5
#: What is certain comes first, then what cannot be told, then what to ask.
_WEIGHTS = (ESTABLISHED, "", NOT_TOLD_APART, WORTH_ASKING, CANNOT_BE_ANSWERED)
#: Questions that keep their place whatever else is found.
_KEPT = ("agencies", "gaps", "units")
#: A table of cells has room for this many agencies, beyond that for their spread.
MOST_COLUMNS = 8
_SPREAD = (0.0, 0.25, 0.5, 0.75, 1.0)
_MOST_NAMED = 3  # names of a sentence
#: Chart or table of the run that shows what a conclusion says.
_EVIDENCE = {
    "agencies": "theme_heat_map",
    "form": "element_dots",
    "gaps": "theme_heat_map",
    "units": "unit_load_dots",
    "elements": "element_dots",
    "themes.top": "theme_heat_map",
    "themes.dated": "due_dots",
}


@dataclass(frozen=True)
class Conclusion(Finding):
    """A finding with what is set large beside it.

    Attributes
    ----------
    figure : str
        The number as it is set, with its unit; ``short`` is the heading and
        ``text`` the sentence below it.
    claim : str
        What it says in one clause, for the title of a slide; empty where it may not
        be claimed.
    """

    figure: str = ""
    claim: str = ""


@dataclass(frozen=True)
class Measured:
    """The measures of a summary; its words are made from them in any language.

    Attributes
    ----------
    documents : DataFrame
    shares, pooled : DataFrame
        ``theme_shares`` by agency, and of all together.
    themes : DataFrame
    by_theme, by_form : Differences
    flags : DataFrame
        ``verifiability`` with ``has_all_elements``.
    gaps : DataFrame
        ``theme_gaps``.
    gap_totals : dict
    load, dominant : DataFrame
        ``unit_load`` by agency; ``dominant_plans`` on ``due_flags``.
    due : Series
        Tasks by the period they are due in (counts), as in ``due_flags``.
    is_confounded : bool
        No agency has plans of two years, and there are several.
    """

    documents: pd.DataFrame
    shares: pd.DataFrame
    pooled: pd.DataFrame
    themes: pd.DataFrame
    by_theme: Differences
    by_form: Differences
    flags: pd.DataFrame
    gaps: pd.DataFrame
    gap_totals: Mapping[str, float]
    load: pd.DataFrame
    due: pd.Series
    dominant: pd.DataFrame
    is_confounded: bool

    @property
    def sizes(self) -> pd.Series:
        """Tasks by agency (counts), most first."""
        n = self.shares.drop_duplicates("agency").set_index("agency")["n_tasks"]
        return n.sort_values(ascending=False, kind="stable")

    @property
    def n_tasks(self) -> int:
        """Tasks in all (count)."""
        return len(self.flags)


def measure_summary(
    tables: Mapping[str, pd.DataFrame],
    *,
    agencies: Iterable[str] = (),
    years: Iterable[int] = (),
    confusion: measures.Confusion | None = None,
    interval: float = 0.95,
) -> Measured | None:
    """Measure what a summary tells; None where no plan has a task.

    `agencies` and `years` are as in ``select_plans``, `confusion` and `interval` as in
    ``measures.theme_shares``.
    """
    tables = select_plans(tables, agencies=agencies, years=years)
    tasks, documents = tables["tasks"], tables["documents"]
    if not len(tasks):
        return None
    flags = element_flags(measures.verifiability(tasks))
    due = measures.due_flags(tables)
    n_tasks = documents["document_id"].map(tasks["document_id"].value_counts())
    described: dict[str, Any] = {"confusion": confusion, "interval": interval}
    return Measured(
        documents=documents.assign(n_tasks=n_tasks.fillna(0).astype(int)),
        shares=measures.theme_shares(tables, by="agency", **described),
        pooled=measures.theme_shares(tables, by=[], **described),
        themes=tables["themes"],
        by_theme=measures.theme_differences(tables),
        by_form=measures.form_differences(tables, flags),
        flags=flags.merge(documents[["document_id", "agency"]], on="document_id"),
        gaps=measures.theme_gaps(tables, interval=interval),
        gap_totals=measures.gap_totals(tables),
        load=measures.unit_load(tables, by="agency", interval=interval),
        due=due.drop(columns="task_id").sum(),
        dominant=measures.dominant_plans(tables, due),
        is_confounded=bool(measures.confounding(documents)["is_confounded"]),
    )


# Conclusions ----------------------------------------------------------------------


def conclusions(measured: Measured | None, lang: str = "zh") -> list[Conclusion]:
    """Choose three to five conclusions, in order of weight.

    What is established comes first, then what was counted, then what cannot be told
    apart, then what is worth asking; within one state the surest first. Which
    agency stands out, what nobody covers, and who leads by when keep their places.

    Without a task there are none.
    """
    if measured is None:
        return []
    say = _Sayer(measured, lang)
    points = [say.units(), say.gaps(), say.elements()]
    if len(measured.sizes) > 1:
        points += [say.agencies(), *say.form()]
    else:
        points += [say.themes(), say.deadlines()]
    return ranked(points)


def ranked(points: Iterable[Conclusion]) -> list[Conclusion]:
    """Order conclusions by weight, and keep as many as a front page has room for."""

    def weight(point: Conclusion) -> tuple[int, float]:
        p = 1.0 if point.p_adjusted is None else point.p_adjusted
        return _WEIGHTS.index(point.state), p

    ordered = sorted(points, key=weight)
    spare = [point for point in ordered if point.topic not in _KEPT]
    room = max(0, MOST_CONCLUSIONS - (len(ordered) - len(spare)))
    return [point for point in ordered if point not in spare[room:]]


def headline(
    measured: Measured | None, shown: Iterable[Conclusion], lang: str = "zh"
) -> str:
    """Return the claim of the whole; empty where nothing is established.

    No more is claimed than the conclusions that are `shown` below it.
    """
    if measured is None:
        return ""
    words = section("summary", lang)
    themes = measured.by_theme.items["state"]
    form = measured.by_form.items.set_index("flag")["state"].reindex(ELEMENTS)
    named = {point.subject for point in shown if point.topic == "form"}
    surely = [flag for flag in ELEMENTS if form[flag] == ESTABLISHED and flag in named]
    names = words["join"].join(words["flags"][flag] for flag in surely)
    if (themes == ESTABLISHED).any():
        key = "headline_both" if surely else "headline_themes"
        return str(words[key].format(names=names))
    if not surely:
        return ""
    claim = words["headline_form"].format(names=names)
    if (themes == CANNOT_BE_ANSWERED).any():
        return str(claim[:1].upper() + claim[1:])
    return str(words["headline_no_themes"] + words["stop"] + claim)


class _Sayer:
    """The words of one language for what was measured."""

    def __init__(self, measured: Measured, lang: str) -> None:
        self.m, self.lang = measured, lang
        self.words = section("summary", lang)
        self.names = short_names(measured.sizes.index, lang)
        self.labels = Display(lang).themes(measured.themes)

    def _made(
        self,
        topic: str,
        key: str,
        number: float | None,
        unit: str,
        *,
        figure: str = "",
        state: str = "",
        subject: str = "",
        p_adjusted: float | None = None,
        behind: str = "",
        **values: Any,
    ) -> Conclusion:
        """Say a number: a share, or a count of what `unit` names in ``units_of``.

        The sentence is `key` of the topic; `figure` is how the number is set, where
        its unit alone does not say it.
        """
        words, units = self.words[topic], self.words["units_of"]
        if not figure:
            figure = units[unit].format(n=f"{number:,.0f}") if unit in units else ""
            figure = figure or percent(number)
        m = self.m
        counts = {"tasks": m.n_tasks, "all": len(m.sizes), "themes": len(m.themes)}
        values = {**{name: f"{n:,}" for name, n in counts.items()}, **values}
        return Conclusion(
            question="summary",
            topic=topic,
            key=key,
            text=words[key].format(**values),
            short=words[f"{key}_head"].format(**values),
            figure=figure,
            claim=words.get(f"{key}_claim", "").format(figure=figure, **values),
            evidence=_EVIDENCE.get(topic) or _EVIDENCE[f"{topic}.{key}"],
            state=state,
            subject=subject,
            number=None if number is None else float(number),
            unit="count" if unit in units else unit,
            n=m.n_tasks,
            p_adjusted=p_adjusted,
            tasks=behind,
        )

    def _agencies(self, names: Iterable[Any]) -> str:
        named = [self.names.get(name, agency_name(name, self.lang)) for name in names]
        return self._few(named)

    def _few(self, named: list[str], more: str = "more") -> str:
        """Join a few names; of many the first stands for them, with their number."""
        if len(named) <= _MOST_NAMED:
            return self.words["join"].join(named)
        return named[0] + self.words[more].format(n=f"{len(named):,}")

    def _themes(self, theme_ids: Iterable[str]) -> str:
        return self._few([self.labels[theme] for theme in theme_ids], "more_themes")

    def agencies(self) -> Conclusion:
        """Say which agencies stand out in their themes, and whether any does."""
        items, cells = self.m.by_theme.items, self.m.by_theme.cells
        surely = cells.loc[cells["state"] == ESTABLISHED]
        if len(surely):
            named = surely.sort_values("p_adjusted", kind="stable")
            first, names = named.iloc[0], named["agency"].unique()
            return self._made(
                "agencies",
                "above" if first["is_higher"] else "below",
                len(names),
                "agencies",
                state=ESTABLISHED,
                p_adjusted=float(first["p_adjusted"]),
                behind=tasks_behind(first.to_dict()),
                names=self._agencies(names),
                first=self._agencies([first["agency"]]),
                theme=self.labels[first["theme_id"]],
                share=percent(first["share"]),
                whole=percent(first["whole_share"]),
            )
        state = min(items["state"], key=_STRENGTH.index)
        differing = items.loc[items["state"] == state, "theme_id"]
        n_differing = 0 if state == NOT_TOLD_APART else len(differing)
        figure = f"{n_differing:,}/{len(items):,}"
        if state == CANNOT_BE_ANSWERED:
            figure = self.words["units_of"]["none"]
        least = items["p_adjusted"].min()
        everywhere = self.m.shares.groupby("theme_id")["is_observed"].all().sum()
        return self._made(
            "agencies",
            _AGENCIES_KEY[state],
            n_differing,
            "themes",
            figure=figure,
            state=state,
            p_adjusted=None if pd.isna(least) else float(least),
            names=self._themes(differing),
            everywhere=f"{everywhere:,}",
            themes=len(items),
        )

    def form(self) -> list[Conclusion]:
        """Say in which elements of form agencies differ, and who stands out."""
        items, cells = self.m.by_form.items.set_index("flag"), self.m.by_form.cells
        return [
            self._form(flag, items.loc[flag], cells.loc[cells["flag"] == flag])
            for flag in ELEMENTS
            if items.loc[flag, "state"] in (ESTABLISHED, WORTH_ASKING)
        ]

    def _form(self, flag: str, item: pd.Series, cells: pd.DataFrame) -> Conclusion:
        named = cells.loc[cells["state"] == ESTABLISHED]
        apart = (named["share"] - named["whole_share"]).abs()
        named = named.loc[apart.sort_values(ascending=False, kind="stable").index]
        without = named.loc[named["share"] == 0]
        high, low = named.loc[named["is_higher"]], named.loc[~named["is_higher"]]
        whole = float(cells["whole_share"].iloc[0])
        values: dict[str, Any] = {
            "flag": self.words["flags"][flag],
            "whole": percent(whole),
            "high": self._shares_of(high),
            "low": self._shares_of(low),
        }
        if len(named) and named.iloc[0]["share"] == 0:
            key, number, unit = "without", float(len(without)), "agencies"
            key += "_high" if len(high) else ""
            values["names"] = self._agencies(without["agency"])
            values["tasks"] = f"{int(without['n_tasks'].sum()):,}"
        elif len(named):
            first = named.iloc[0]
            key, number, unit = "low", float(first["share"]), "share"
            key = "high" if first["is_higher"] else key
            key += "_both" if len(high) and len(low) else ""
            values["first"] = self._agencies([first["agency"]])
        else:
            key = "nobody" if item["state"] == ESTABLISHED else "asking"
            number, unit = whole, "share"
            values["least"] = percent(cells["share"].min())
            values["most"] = percent(cells["share"].max())
        p = float(item["p_adjusted"])
        about = {"state": item["state"], "subject": flag, "p_adjusted": p}
        return self._made("form", key, number, unit, **about, **values)

    def _shares_of(self, cells: pd.DataFrame) -> str:
        names = [self._agencies([agency]) for agency in cells["agency"]]
        form = self.words["agency_share"]
        return self._few(
            [
                form.format(name=name, share=percent(share))
                for name, share in zip(names, cells["share"], strict=True)
            ]
        )

    def gaps(self) -> Conclusion:
        """Say what nobody or hardly anybody covers."""
        pooled, m = self.m.pooled, self.m
        nobody = pooled.loc[~pooled["is_observed"].astype(bool)]
        if len(nobody):
            return self._made(
                "gaps",
                "nobody",
                len(nobody),
                "themes",
                names=self._themes(nobody["theme_id"]),
                upper=percent(nobody["share_upper"].max()),
            )
        held = m.shares.groupby("theme_id")["is_observed"].sum()
        with_it = pooled.assign(held=pooled["theme_id"].map(held))
        rarest = with_it.sort_values(["held", "n_themed"], kind="stable").iloc[0]
        values: dict[str, Any] = {
            "theme": self.labels[rarest["theme_id"]],
            "themed": f"{rarest['n_themed']:,}",
            "held": f"{rarest['held']:,}",
        }
        n_gaps = int(m.gap_totals["n_unobserved"])
        if len(m.sizes) < 2 or not n_gaps:
            key = "rarest" if len(m.sizes) > 1 else "rarest_alone"
            return self._made("gaps", key, int(rarest["n_themed"]), "tasks", **values)
        totals, known = m.gap_totals, m.gaps.dropna(subset=["p_adjusted"])
        first = known.sort_values("p_adjusted", kind="stable").iloc[0]
        total = str(states(np.array([totals["p_value"]]))[0])
        comparison = "fewer" if n_gaps <= totals["n_expected"] else "more"
        return self._made(
            "gaps",
            "cells",
            n_gaps,
            "cells",
            state=min((str(first["state"]), total), key=_STRENGTH.index),
            p_adjusted=float(min(first["p_adjusted"], totals["p_value"])),
            compared=self.words["gaps"][comparison].format(
                found=f"{n_gaps:,}",
                cells=f"{totals['n_cells']:,.0f}",
                expected=f"{totals['n_expected']:,.0f}",
            ),
            agency=self._agencies([first["agency"]]),
            missing=self.labels[first["theme_id"]],
            n_agency=f"{first['n_tasks']:,}",
            p=percent(first["p_adjusted"]),
            **values,
        )

    def units(self) -> Conclusion:
        """Say who leads, and by when."""
        load, when = self.m.load, self._when()
        leading = load.loc[~load["is_collective"].astype(bool) & (load["n_lead"] > 0)]
        if leading.empty:
            return self._made("units", "nobody", None, "", figure="0", when=when)
        leads = leading.groupby("unit_name")["n_lead"].agg(["sum", "size"])
        top = leads.sort_values(["sum", "size"], ascending=False, kind="stable").iloc[0]
        agencies = leading.loc[leading["unit_name"] == top.name, "agency"]
        return self._made(
            "units",
            "several" if int(top["size"]) > 1 else "one",
            int(top["sum"]),
            "tasks",
            behind=tasks_behind({"unit_name": top.name}),
            name=str(top.name),
            share=percent(int(top["sum"]) / self.m.n_tasks),
            agencies=f"{int(top['size']):,}",
            agency=self._agencies(agencies),
            named=percent(int(self.m.flags["has_lead_unit"].sum()) / self.m.n_tasks),
            when=when,
        )

    def _when(self) -> str:
        words, due = self.words["units"], self.m.due
        months = due.loc[due.index.str.isdigit()]
        if not months.sum():
            return words["no_date"]
        top = months.idxmax()
        text = words["peak"].format(
            due=percent(int(self.m.flags["has_deadline"].sum()) / self.m.n_tasks),
            month=section("responsibility", self.lang)["due"][top],
            n=f"{months[top]:,}",
        )
        plans = self.m.dominant.loc[self.m.dominant["flag"] == top]
        for plan in plans.itertuples():
            agency = self._agencies([plan.agency])
            text += words["dominated"].format(n=plan.n_plan_true, agency=agency)
        return text + words["end"]

    def elements(self) -> Conclusion:
        """Count the tasks that name output, quantity, unit and date."""
        has_all = self.m.flags.loc[self.m.flags["has_all_elements"]]
        key = "some" if len(self.m.sizes) > 1 else "alone"
        names = self._agencies(has_all["agency"].value_counts().index)
        n = len(has_all)
        return self._made("elements", key if n else "none", n, "tasks", names=names)

    def themes(self) -> Conclusion:
        """Name the largest theme of the only agency."""
        top = self.m.pooled.loc[self.m.pooled["share"].idxmax()]
        return self._made(
            "themes",
            "top",
            top["share"],
            "share",
            theme=self.labels[top["theme_id"]],
            lower=percent(top["share_lower"]),
            upper=percent(top["share_upper"]),
        )

    def deadlines(self) -> Conclusion:
        """Say how many tasks of the only agency can be checked by their date."""
        n = int(self.m.flags["has_deadline"].sum())
        share = n / self.m.n_tasks
        return self._made("themes", "dated", share, "share", n_due=f"{n:,}")


_STRENGTH = (ESTABLISHED, WORTH_ASKING, NOT_TOLD_APART, CANNOT_BE_ANSWERED)
_AGENCIES_KEY = {
    ESTABLISHED: "differ",
    WORTH_ASKING: "asking",
    NOT_TOLD_APART: "none",
    CANNOT_BE_ANSWERED: "unanswered",
}


def short_names(agencies: Iterable[Any], lang: str = "zh") -> dict[Any, str]:
    """Name agencies by the division they belong to, where that tells them apart.

    The short names are by the full ones; both are equal where the division alone
    would name two of them, or none is known. A missing name has the words for it.
    """
    full = {name: agency_name(name, lang) for name in agencies}
    short = {name: _division(text) for name, text in full.items()}
    times = pd.Series(list(short.values()), dtype=object).value_counts()
    return {n: s if times[s] == 1 and s else full[n] for n, s in short.items()}


def _division(name: str) -> str:
    region = locate_agency(name)
    parts = filter(None, (region.province, region.city, region.county))
    ends = [name.find(part) + len(part) for part in parts if part in name]
    return name[: max(ends)] if ends else ""


# The table ------------------------------------------------------------------------


def summary_table(measured: Measured, lang: str = "zh") -> HeatTable:
    """Lay out themes by agencies; of many agencies, themes by their spread.

    Rows are themes by their share of all tasks, largest first. The first column is
    of all together; the others are agencies, most tasks first, up to
    ``MOST_COLUMNS``; beyond that quantiles of the agencies' shares, and how many
    agencies have no task of the theme.
    """
    pooled = measured.pooled.sort_values("share", ascending=False, kind="stable")
    themes = Display(lang).themes(measured.themes)
    wide = measured.shares.set_index("theme_id")
    table, unseen = section("summary", lang)["table"], section("charts", lang)["unseen"]
    is_spread = len(measured.sizes) > MOST_COLUMNS
    columns = list(short_names(measured.sizes.index, lang).values())
    if is_spread:
        columns = [*table["spread"], table["absent"]]
    framed = _framed(measured)
    lines = []
    for theme in pooled.itertuples():
        rows = wide.loc[[theme.theme_id]]
        if is_spread:
            cells = _spread(rows, unseen)
        else:
            rows = rows.reset_index().set_index("agency", drop=False)
            order = rows.loc[measured.sizes.index].to_dict("records")
            cells = [_share_cell(row, framed, unseen) for row in order]
        whole = Cell(None, percent(theme.share) if theme.is_observed else "")
        lines.append((whole, *cells))
    values = [cell.value or 0 for line in lines for cell in line]
    return HeatTable(
        rows=tuple(themes[theme] for theme in pooled["theme_id"]),
        columns=(table["whole"], *columns),
        cells=tuple(lines),
        most=max(values, default=0) or 1.0,
    )


_PLACE = ("agency", "theme_id", "is_observed")


def _share_cell(row: dict[Hashable, Any], framed: set[Any], unseen: str) -> Cell:
    is_seen = bool(row["is_observed"])
    value = float(row["share"]) if is_seen else None
    is_framed = (row["theme_id"], row["agency"]) in framed
    place: dict[Hashable, Any] = {n: row[n] for n in _PLACE}
    label = percent(value) if is_seen else unseen
    return Cell(value, label, is_framed=is_framed, tasks=tasks_behind(place))


def _framed(measured: Measured) -> set[Any]:
    """Return the cells that differ from the whole, and gaps worth asking about."""
    cells, gaps = measured.by_theme.cells, measured.gaps
    cells = cells.loc[cells["state"] == ESTABLISHED]
    gaps = gaps.loc[gaps["state"].isin([ESTABLISHED, WORTH_ASKING])]
    both = pd.concat([cells[["theme_id", "agency"]], gaps[["theme_id", "agency"]]])
    return set(both.itertuples(index=False, name=None))


def _spread(rows: pd.DataFrame, unseen: str) -> list[Cell]:
    """Return the quantiles of shares, and how many agencies have no such task."""
    quantiles = [
        Cell(float(value), percent(value)) if value else Cell(None, unseen)
        for value in rows["share"].quantile(list(_SPREAD))
    ]
    absent = int((~rows["is_observed"].astype(bool)).sum())
    return [*quantiles, Cell(None, f"{absent:,}")]
