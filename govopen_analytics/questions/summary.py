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
    """Measure what a summary tells.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``documents``, ``tasks``, ``themes`` and ``theme_assignments``.
    agencies, years
        As in ``select_plans``; none take all.
    confusion : Confusion, optional
        As in ``measures.theme_shares``.
    interval : float, default 0.95
        Level of the intervals (0-1).

    Returns
    -------
    Measured or None
        None where no plan has a task.
    """
    tables = select_plans(tables, agencies=agencies, years=years)
    tasks, documents = tables["tasks"], tables["documents"]
    if not len(tasks):
        return None
    flags = element_flags(measures.verifiability(tasks))
    due = measures.due_flags(tables)
    confounding = measures.confounding(documents)
    described: dict[str, Any] = {"confusion": confusion, "interval": interval}
    return Measured(
        documents=documents.assign(n_tasks=_tasks_of(documents, tasks)),
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
        is_confounded=bool(confounding["is_confounded"]),
    )


def _tasks_of(documents: pd.DataFrame, tasks: pd.DataFrame) -> pd.Series:
    found = tasks["document_id"].value_counts()
    return documents["document_id"].map(found).fillna(0).astype(int)


# Conclusions ----------------------------------------------------------------------


def conclusions(measured: Measured | None, lang: str = "zh") -> list[Conclusion]:
    """Choose three to five conclusions, in order of weight.

    What is established comes first, then what was counted, then what cannot be told
    apart, then what is worth asking; within one state the surest first. Which
    agency stands out, what nobody covers, and who leads by when keep their places.

    Parameters
    ----------
    measured : Measured or None
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    list of Conclusion
        None where there is no task.
    """
    if measured is None:
        return []
    say = _Sayer(measured, lang)
    found = [say.units(), say.gaps(), say.elements()]
    if len(measured.sizes) > 1:
        found += [say.agencies(), *say.form()]
    else:
        found += [say.themes(), say.deadlines()]
    return ranked([one for one in found if one is not None])


def ranked(
    found: Iterable[Conclusion], most: int = MOST_CONCLUSIONS
) -> list[Conclusion]:
    """Order conclusions by weight, and keep `most` of them.

    Parameters
    ----------
    found : iterable of Conclusion
    most : int

    Returns
    -------
    list of Conclusion
    """
    ordered = sorted(
        found,
        key=lambda one: (
            _WEIGHTS.index(one.state),
            1.0 if one.p_adjusted is None else one.p_adjusted,
        ),
    )
    spare = [one for one in ordered if one.topic not in _KEPT]
    dropped = spare[max(0, most - (len(ordered) - len(spare))) :]
    return [one for one in ordered if one not in dropped]


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
        themes = measured.themes
        self.labels = themes.set_index("theme_id")[f"label_{lang}"].to_dict()

    def _made(
        self, topic: str, key: str, figure: str, evidence: str, **values: Any
    ) -> Conclusion:
        words = self.words[topic]
        known = {"state", "subject", "number", "unit", "n", "p_adjusted"}
        fields = {name: values.pop(name) for name in known & set(values)}
        fields["tasks"] = values.pop("behind", "")
        return Conclusion(
            question="summary",
            topic=topic,
            key=key,
            text=words[key].format(**values),
            short=words[f"{key}_head"].format(**values),
            figure=figure,
            claim=words.get(f"{key}_claim", "").format(figure=figure, **values),
            evidence=evidence,
            **{"n": self.m.n_tasks, **fields},
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
        return self._few([self.labels[one] for one in theme_ids], "more_themes")

    def _unit(self, name: str, n: int) -> str:
        return self.words["units_of"][name].format(n=f"{n:,}")

    def agencies(self) -> Conclusion:
        """Say which agencies stand out in their themes, and whether any does."""
        items, cells = self.m.by_theme.items, self.m.by_theme.cells
        n, evidence = len(self.m.sizes), "theme_heat_map"
        shown: dict[str, Any] = {"all": f"{n:,}", "themes": len(items)}
        surely = cells.loc[cells["state"] == ESTABLISHED]
        if len(surely):
            order = surely["p_adjusted"].sort_values(kind="stable").index
            named = surely.loc[order]
            first = named.iloc[0]
            found = list(dict.fromkeys(named["agency"]))
            key = "above" if first["is_higher"] else "below"
            return self._made(
                "agencies",
                key,
                self._unit("agencies", len(found)),
                evidence,
                state=ESTABLISHED,
                number=float(len(found)),
                unit="count",
                p_adjusted=float(first["p_adjusted"]),
                names=self._agencies(found),
                behind=tasks_behind(first.to_dict()),
                first=self._agencies([first["agency"]]),
                theme=self.labels[first["theme_id"]],
                share=percent(first["share"]),
                whole=percent(first["whole_share"]),
                **shown,
            )
        state = _best(items["state"])
        differing = items.loc[items["state"] == state, "theme_id"]
        key = {ESTABLISHED: "differ", WORTH_ASKING: "asking"}.get(state, "none")
        key = "unanswered" if state == CANNOT_BE_ANSWERED else key
        number = 0.0 if state == NOT_TOLD_APART else float(len(differing))
        known = items["p_adjusted"].min()
        everywhere = (self.m.shares.groupby("theme_id")["is_observed"].all()).sum()
        return self._made(
            "agencies",
            key,
            self._unit("none", 0)
            if state == CANNOT_BE_ANSWERED
            else f"{number:,.0f}/{len(items):,}",
            evidence,
            state=state,
            number=number,
            unit="count",
            p_adjusted=None if pd.isna(known) else float(known),
            names=self._themes(differing),
            everywhere=f"{everywhere:,}",
            **shown,
        )

    def form(self) -> list[Conclusion]:
        """Say in which elements of form agencies differ, and who stands out."""
        items = self.m.by_form.items.set_index("flag")
        found = []
        for flag in ELEMENTS:
            item = items.loc[flag]
            if item["state"] in (ESTABLISHED, WORTH_ASKING):
                cells = self.m.by_form.cells
                found.append(self._form(flag, item, cells.loc[cells["flag"] == flag]))
        return found

    def _form(self, flag: str, item: pd.Series, cells: pd.DataFrame) -> Conclusion:
        named = cells.loc[cells["state"] == ESTABLISHED]
        apart = (named["share"] - named["whole_share"]).abs()
        named = named.loc[apart.sort_values(ascending=False, kind="stable").index]
        without = named.loc[named["share"] == 0]
        high = named.loc[named["is_higher"]]
        low = named.loc[~named["is_higher"]]
        whole = float(cells["whole_share"].iloc[0])
        values: dict[str, Any] = {
            "state": item["state"],
            "subject": flag,
            "p_adjusted": float(item["p_adjusted"]),
            "flag": self.words["flags"][flag],
            "whole": percent(whole),
            "high": self._shares_of(high),
            "low": self._shares_of(low),
        }
        evidence = "element_dots"
        if len(named) and named.iloc[0]["share"] == 0:
            n = int(without["n_tasks"].sum())
            return self._made(
                "form",
                "without" if len(high) == 0 else "without_high",
                self._unit("agencies", len(without)),
                evidence,
                number=float(len(without)),
                unit="count",
                names=self._agencies(without["agency"]),
                tasks=f"{n:,}",
                **values,
            )
        if len(named):
            first = named.iloc[0]
            key = "high" if first["is_higher"] else "low"
            key += "_both" if len(high) and len(low) else ""
            return self._made(
                "form",
                key,
                percent(first["share"]),
                evidence,
                number=float(first["share"]),
                unit="share",
                first=self._agencies([first["agency"]]),
                **values,
            )
        key = "nobody" if item["state"] == ESTABLISHED else "asking"
        return self._made(
            "form",
            key,
            percent(whole),
            evidence,
            number=whole,
            unit="share",
            least=percent(cells["share"].min()),
            most=percent(cells["share"].max()),
            **values,
        )

    def _shares_of(self, cells: pd.DataFrame) -> str:
        form = self.words["agency_share"]
        return self._few(
            [
                form.format(
                    name=self._agencies([cell.agency]), share=percent(cell.share)
                )
                for cell in cells.itertuples()
            ]
        )

    def gaps(self) -> Conclusion:
        """Say what nobody or hardly anybody covers."""
        pooled = self.m.pooled
        nobody = list(pooled.loc[~pooled["is_observed"].astype(bool), "theme_id"])
        n_tasks, evidence = f"{self.m.n_tasks:,}", "theme_heat_map"
        if nobody:
            upper = pooled.set_index("theme_id").loc[nobody, "share_upper"].max()
            return self._made(
                "gaps",
                "nobody",
                self._unit("themes", len(nobody)),
                evidence,
                state="",
                number=float(len(nobody)),
                unit="count",
                names=self._themes(nobody),
                tasks=n_tasks,
                upper=percent(upper),
            )
        held = self.m.shares.groupby("theme_id")["is_observed"].sum()
        with_it = pooled.assign(held=pooled["theme_id"].map(held))
        rarest = with_it.sort_values(["held", "n_themed"], kind="stable").iloc[0]
        values: dict[str, Any] = {
            "theme": self.labels[rarest["theme_id"]],
            "themed": f"{rarest['n_themed']:,}",
            "held": f"{rarest['held']:,}",
            "all": f"{len(self.m.sizes):,}",
            "tasks": n_tasks,
        }
        n_found = int(self.m.gap_totals["n_unobserved"])
        if len(self.m.sizes) < 2 or not n_found:
            return self._made(
                "gaps",
                "rarest" if len(self.m.sizes) > 1 else "rarest_alone",
                self._unit("tasks", int(rarest["n_themed"])),
                evidence,
                state="",
                number=float(rarest["n_themed"]),
                unit="count",
                **values,
            )
        return self._cells_missing(n_found, values, evidence)

    def _cells_missing(
        self, n_found: int, values: dict[str, Any], evidence: str
    ) -> Conclusion:
        totals = self.m.gap_totals
        known = self.m.gaps.dropna(subset=["p_adjusted"])
        first = known.sort_values("p_adjusted", kind="stable").iloc[0]
        total = str(states(np.array([totals["p_value"]]))[0])
        state = min((str(first["state"]), total), key=_STRENGTH.index)
        comparison = "fewer" if n_found <= totals["n_expected"] else "more"
        return self._made(
            "gaps",
            "cells",
            self._unit("cells", n_found),
            evidence,
            state=state,
            number=float(n_found),
            unit="count",
            p_adjusted=float(min(first["p_adjusted"], totals["p_value"])),
            compared=self.words["gaps"][comparison].format(
                found=f"{n_found:,}",
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
        load, flags = self.m.load, self.m.flags
        n_named = int(flags["has_lead_unit"].sum())
        when, evidence = self._when(), "unit_load_dots"
        own = load.loc[~load["is_collective"].astype(bool) & (load["n_lead"] > 0)]
        if own.empty:
            return self._made("units", "nobody", "0", evidence, state="", when=when)
        leads = own.groupby("unit_name")["n_lead"].agg(["sum", "size"])
        top = leads.sort_values(["sum", "size"], ascending=False, kind="stable").iloc[0]
        several = int(top["size"]) > 1
        share = int(top["sum"]) / self.m.n_tasks
        return self._made(
            "units",
            "several" if several else "one",
            self._unit("tasks", int(top["sum"])),
            evidence,
            state="",
            number=float(top["sum"]),
            unit="count",
            behind=tasks_behind({"unit_name": top.name}),
            name=str(top.name),
            share=percent(share),
            agencies=f"{int(top['size']):,}",
            agency=self._agencies(own.loc[own["unit_name"] == top.name, "agency"]),
            named=percent(n_named / self.m.n_tasks),
            when=when,
        )

    def _when(self) -> str:
        words = self.words["units"]
        months = self.m.due.loc[self.m.due.index.str.isdigit()]
        n_due = int(self.m.flags["has_deadline"].sum())
        if not months.sum():
            return words["no_date"]
        top = months.idxmax()
        text = words["peak"].format(
            due=percent(n_due / self.m.n_tasks),
            month=section("responsibility", self.lang)["due"][top],
            n=f"{months[top]:,}",
        )
        plans = self.m.dominant.loc[self.m.dominant["flag"] == top]
        for plan in plans.itertuples():
            of = {"n": plan.n_plan_true, "agency": self._agencies([plan.agency])}
            text += words["dominated"].format(**of)
        return text + words["end"]

    def elements(self) -> Conclusion:
        """Count the tasks that name output, quantity, unit and date."""
        has_all = self.m.flags.loc[self.m.flags["has_all_elements"]]
        held = has_all["agency"].value_counts()
        n = len(has_all)
        return self._made(
            "elements",
            ("some" if len(self.m.sizes) > 1 else "alone") if n else "none",
            self._unit("tasks", n),
            "element_dots",
            state="",
            number=float(n),
            unit="count",
            tasks=f"{self.m.n_tasks:,}",
            names=self._agencies(held.index),
        )

    def themes(self) -> Conclusion:
        """Name the largest theme of the only agency."""
        top = self.m.pooled.loc[self.m.pooled["share"].idxmax()]
        return self._made(
            "themes",
            "top",
            percent(top["share"]),
            "theme_heat_map",
            state="",
            number=float(top["share"]),
            unit="share",
            theme=self.labels[top["theme_id"]],
            tasks=f"{self.m.n_tasks:,}",
            lower=percent(top["share_lower"]),
            upper=percent(top["share_upper"]),
        )

    def deadlines(self) -> Conclusion:
        """Say how many tasks of the only agency can be checked by their date."""
        n = int(self.m.flags["has_deadline"].sum())
        return self._made(
            "themes",
            "dated",
            percent(n / self.m.n_tasks),
            "due_dots",
            state="",
            number=n / self.m.n_tasks,
            unit="share",
            n_due=f"{n:,}",
            tasks=f"{self.m.n_tasks:,}",
        )


_STRENGTH = (ESTABLISHED, WORTH_ASKING, NOT_TOLD_APART, CANNOT_BE_ANSWERED)


def _best(found: pd.Series) -> str:
    """Return the strongest state that any item has."""
    return min(found, key=_STRENGTH.index)


def short_names(agencies: Iterable[Any], lang: str = "zh") -> dict[Any, str]:
    """Name agencies by the division they belong to, where that tells them apart.

    Parameters
    ----------
    agencies : iterable of str
        Full names; a missing one has the words for it.
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    dict
        The short name by the full one; both are equal where the division alone
        would name two of them, or none is known.
    """
    full = {name: agency_name(name, lang) for name in agencies}
    short = {name: _division(text) for name, text in full.items()}
    times = pd.Series(list(short.values()), dtype=object).value_counts()
    return {n: s if times[s] == 1 and s else full[n] for n, s in short.items()}


def _division(name: str) -> str:
    region = locate_agency(name)
    found = [part for part in (region.province, region.city, region.county) if part]
    ends = [name.find(part) + len(part) for part in found if part in name]
    return name[: max(ends)] if ends else ""


# The table ------------------------------------------------------------------------


def summary_table(measured: Measured, lang: str = "zh") -> HeatTable:
    """Lay out themes by agencies; of many agencies, themes by their spread.

    Parameters
    ----------
    measured : Measured
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    HeatTable
        Rows are themes by their share of all tasks, largest first. The first column
        is of all together; the others are agencies, most tasks first, up to
        ``MOST_COLUMNS``; beyond that quantiles of the agencies' shares, and how many
        agencies have no task of the theme.
    """
    pooled = measured.pooled.sort_values("share", ascending=False, kind="stable")
    labels = measured.themes.set_index("theme_id")[f"label_{lang}"]
    wide = measured.shares.set_index(["theme_id", "agency"])
    build = _agency_cells if len(measured.sizes) <= MOST_COLUMNS else _spread_cells
    columns, cells = build(measured, wide, list(pooled["theme_id"]), lang)
    whole = [Cell(None, _share(row)) for _, row in pooled.iterrows()]
    most = max((c.value or 0 for line in cells for c in line), default=0) or 1.0
    return HeatTable(
        rows=tuple(labels[theme] for theme in pooled["theme_id"]),
        columns=(section("summary", lang)["table"]["whole"], *columns),
        cells=tuple((own, *line) for own, line in zip(whole, cells, strict=True)),
        most=most,
    )


def _share(row: Any) -> str:
    return percent(row["share"]) if row["is_observed"] else ""


def _agency_cells(
    measured: Measured, wide: pd.DataFrame, theme_ids: list[str], lang: str
) -> tuple[list[str], list[list[Cell]]]:
    framed = _framed(measured)
    unseen = section("charts", lang)["unseen"]
    short = short_names(measured.sizes.index, lang)
    rows = []
    for theme in theme_ids:
        line = []
        for agency in measured.sizes.index:
            cell = wide.loc[(theme, agency)]
            seen = bool(cell["is_observed"])
            value = float(cell["share"]) if seen else None
            label = percent(value) if value is not None else unseen
            row: dict[Hashable, Any] = {"agency": agency, "theme_id": theme}
            row["is_observed"] = seen
            is_framed = (theme, agency) in framed
            tasks = tasks_behind(row)
            line.append(Cell(value, label, is_framed=is_framed, tasks=tasks))
        rows.append(line)
    return [short[agency] for agency in measured.sizes.index], rows


def _framed(measured: Measured) -> set[tuple[str, Any]]:
    """Return the cells that differ from the whole, and gaps worth asking about."""
    cells, gaps = measured.by_theme.cells, measured.gaps
    cells = cells.loc[cells["state"] == ESTABLISHED]
    gaps = gaps.loc[gaps["state"].isin([ESTABLISHED, WORTH_ASKING])]
    pairs = [
        *zip(cells["theme_id"], cells["agency"], strict=True),
        *zip(gaps["theme_id"], gaps["agency"], strict=True),
    ]
    return set(pairs)


def _spread_cells(
    measured: Measured, wide: pd.DataFrame, theme_ids: list[str], lang: str
) -> tuple[list[str], list[list[Cell]]]:
    words, unseen = section("summary", lang)["table"], section("charts", lang)["unseen"]
    rows = []
    for theme in theme_ids:
        part = wide.loc[theme]
        absent = int((~part["is_observed"].astype(bool)).sum())
        spread = part["share"].quantile(list(_SPREAD))
        quantiles = [
            Cell(float(value), percent(value)) if value else Cell(None, unseen)
            for value in spread
        ]
        rows.append([*quantiles, Cell(None, f"{absent:,}")])
    return [*words["spread"], words["absent"]], rows
