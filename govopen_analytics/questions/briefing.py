"""What a briefing holds: conclusions, a chart for each, the full text, the tables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd

from govopen_analytics import measures
from govopen_analytics.base.errors import CodebookError, SelectionError, choices
from govopen_analytics.base.languages import percent
from govopen_analytics.base.tables import Tables
from govopen_analytics.charts.build import chart_of, interval_kind_of, marks_of
from govopen_analytics.charts.display import Display
from govopen_analytics.charts.model import Chart, Panel, Series
from govopen_analytics.charts.style import shortened
from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.measures.families import ESTABLISHED
from govopen_analytics.measures.reference_coding import coder_notes
from govopen_analytics.questions import (
    change,
    commitments,
    coverage,
    likeness,
    responsibility,
    selection,
    summary,
    trust,
)
from govopen_analytics.questions.findings import Finding
from govopen_analytics.questions.result import Result
from govopen_analytics.questions.summary import Conclusion, Measured
from govopen_analytics.words import agency_name, section

MOST_BARS = 12  # rows of a chart on a slide
_LONGEST_NAME = 36  # Latin letters of the name of a row
_MOST_NAMED = 3
_SETTLED = (ESTABLISHED, "")  # states whose title is the result
_SMALL = 30  # tasks of an agency below which one task moves a share by 3 points


@dataclass(frozen=True)
class Claim:
    """One claim: its chart, what is set beside it, and what a speaker should know.

    Attributes
    ----------
    title : str
    chart : Chart
    points : tuple of Conclusion
        What the chart shows.
    notes : tuple of str
        Method and caveats, a paragraph each.
    """

    title: str
    chart: Chart
    points: tuple[Conclusion, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of the full text: a heading, sentences, charts."""

    title: str
    findings: tuple[Finding, ...]
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class Table:
    """A table for a workbook: its name, the note below it, rows with code names."""

    name: str
    note: str
    rows: pd.DataFrame


@dataclass(frozen=True)
class Briefing:
    """Everything that slides, pages and workbooks are written from.

    Attributes
    ----------
    lang : {"zh", "en"}
    title, subtitle, date, source : str
        Empty titles leave out cover and summary.
    headline : str
        The claim of the whole; empty where nothing is established.
    points : tuple of Conclusion
        In order of weight.
    claims : tuple of Claim
    method : tuple of (str, str)
        Terms and what they mean here.
    write_sections, write_tables : callable
        Make the full text and the tables when they are asked for.
    interval : float
        Level of the intervals (0-1).
    """

    lang: str
    title: str = ""
    subtitle: str = ""
    date: str = ""
    source: str = ""
    headline: str = ""
    points: tuple[Conclusion, ...] = ()
    claims: tuple[Claim, ...] = ()
    method: tuple[tuple[str, str], ...] = ()
    write_sections: Callable[[], Sequence[Section]] = field(default=tuple, repr=False)
    write_tables: Callable[[], Sequence[Table]] = field(default=tuple, repr=False)
    interval: float = 0.95

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The full text, by question; parts without content are left out."""
        sections = self.write_sections()
        return tuple(part for part in sections if part.findings or part.charts)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables; one without rows is left out."""
        return tuple(table for table in self.write_tables() if len(table.rows))


class Measuring(Protocol):
    """What a briefing asks of a corpus; ``govopen_analytics.Corpus`` has it."""

    tables: Tables
    lang: str
    interval: float
    date: str

    @property
    def codebook(self) -> Codebook: ...
    @property
    def confusion(self) -> measures.Confusion | None: ...
    @property
    def display(self) -> Display: ...
    def where(self, is_kept: pd.Series) -> "Measuring": ...
    def theme_shares(
        self, by: str | Sequence[str] = "agency", *, themes: Iterable[str] = ()
    ) -> Result: ...
    def change(self, by: str = "agency") -> Result: ...
    def trend(self) -> Result: ...
    def distances(self, *, against: str = "each") -> Result: ...
    def responsibility(self) -> Result: ...
    def deadlines(self, by: str = "agency") -> Result: ...
    def commitments(self, by: str = "agency") -> Result: ...
    def completion(self, by: str = "agency") -> Result: ...
    def reuse(self) -> Result: ...


def make_briefing(
    corpus: Measuring, *, themes: Iterable[str] = (), findings: Iterable[str] = ()
) -> Briefing:
    """Make a briefing of a corpus, in its language and at its level of intervals.

    `themes` are the identifiers or labels of the themes shown; shares stay shares of
    all tasks. `findings` are names of the conclusions kept (``finding_names``). None
    takes all; an unknown one is a ``SelectionError``.
    """
    lang, interval = corpus.lang, corpus.interval
    shown = selection.select_themes(corpus.tables["themes"], themes)
    measured = summary.measure_summary(
        corpus.tables, confusion=corpus.confusion, interval=interval
    )
    words = section("briefing", lang)
    points = summary.conclusions(measured, lang)
    wanted = list(findings)
    names = finding_names(points)
    for name in wanted:
        if name not in names:
            raise SelectionError(f"Finding of the briefing: {choices(name, names)}")
    chosen = [p for p, name in zip(points, names, strict=True) if name in wanted]
    points = chosen or points
    maker = _Maker(corpus, shown, measured)
    return Briefing(
        lang=lang,
        title=words["title"],
        subtitle=maker.subtitle(),
        date=corpus.date,
        source=corpus.display.source.line(lang).replace("\n", " "),
        headline="" if wanted else summary.headline(measured, points, lang),
        points=tuple(points),
        claims=tuple(maker.claims(points)),
        method=tuple(maker.method()),
        write_sections=maker.sections,
        write_tables=lambda: maker.sheets(points),
        interval=interval,
    )


def finding_names(points: Iterable[Conclusion]) -> list[str]:
    """Name conclusions by topic, and by subject where a topic has several."""
    points = list(points)
    topics = [point.topic for point in points]
    return [
        p.topic if topics.count(p.topic) == 1 else f"{p.topic}.{p.subject or p.key}"
        for p in points
    ]


class _Maker:
    """The parts of a briefing, from one corpus in one language."""

    def __init__(
        self, corpus: Measuring, themes: pd.DataFrame, measured: Measured | None
    ) -> None:
        self.corpus, self.tables, self.lang = corpus, corpus.tables, corpus.lang
        self.themes, self.m = themes, measured
        self.display = corpus.display
        self.words = section("briefing", self.lang)
        self.level = corpus.display.level

    @property
    def _coding(self) -> str:
        """Say whether intervals of theme shares hold errors of coding."""
        is_known = self.corpus.confusion is not None
        return self.words["coding" if is_known else "coding_unknown"]

    @cached_property
    def _load(self) -> pd.DataFrame:
        return self.corpus.responsibility().table

    @cached_property
    def _due(self) -> pd.DataFrame:
        return self.corpus.deadlines(by=selection.WHOLE).table

    @cached_property
    def _elements_of_all(self) -> pd.DataFrame:
        return self.corpus.commitments(by=selection.WHOLE).table

    @cached_property
    def _elements_of_each(self) -> pd.DataFrame:
        return self.corpus.commitments().table

    def subtitle(self) -> str:
        """Say whose plans these are."""
        documents = self.tables["documents"]
        agencies = [agency_name(a, self.lang) for a in documents["agency"].unique()]
        key = "few" if len(agencies) <= _MOST_NAMED else "many"
        return self.words[f"subtitle_{key}"].format(
            names=self.words["join"].join(agencies[:_MOST_NAMED]),
            agencies=f"{len(agencies):,}",
            documents=f"{len(documents):,}",
            tasks=f"{len(self.tables['tasks']):,}",
        )

    # Claims -----------------------------------------------------------------------

    def claims(self, points: Sequence[Conclusion]) -> list[Claim]:
        """Return a claim for each chart that conclusions rest on, in their order."""
        if self.m is None:
            return []
        groups: dict[str, list[Conclusion]] = {}
        for point in points:
            groups.setdefault(self._evidence(point), []).append(point)
        charts = ((group, self._chart(group[0])) for group in groups.values())
        return [
            Claim(self._title(group[0]), chart, tuple(group), tuple(self._notes(group)))
            for group, chart in charts
            if not chart.is_empty
        ]

    def _evidence(self, point: Conclusion) -> str:
        # Which chart: conclusions that rest on one chart share a slide.
        if point.topic in ("agencies", "gaps"):
            return "table" if len(self._measured().sizes) > 1 else "themes.top"
        return f"{point.topic}.{point.subject or point.key}"

    def _title(self, point: Conclusion) -> str:
        if point.state in _SETTLED and point.claim:
            return point.claim[:1].upper() + point.claim[1:]
        return self.words["titles"].get(point.topic, point.short)

    def _notes(self, points: Sequence[Conclusion]) -> list[str]:
        words = self.words["notes"]
        lines = [f"{p.figure} {p.short}{words['colon']}{p.text}" for p in points]
        about_themes = points[0].topic in ("agencies", "gaps", "themes")
        lines.append(words["themes" if about_themes else "form"])
        lines.append(words["interval"].format(level=self.level, coding=self._coding))
        lines += dict.fromkeys(words["states"][p.state] for p in points)
        return [*lines, *self._limits()]

    def _limits(self) -> list[str]:
        m = self._measured()
        words, sizes = self.words["limits"], m.sizes
        limits = [words["written"]]
        if m.is_confounded:
            limits.append(words["confounded"])
        few = sizes[sizes < _SMALL]
        if len(few):
            limits.append(words["few"].format(n=len(few), least=int(few.min())))
        return limits

    def _chart(self, point: Conclusion) -> Chart:
        if point.topic == "form":
            return self._form(point)
        if point.topic == "elements":
            return self._elements()
        if point.topic == "units":
            return self._units()
        if point.topic == "themes" and point.key == "dated":
            return self._months()
        # Of one agency a table would say twice what bars say with their intervals.
        if point.topic == "themes" or len(self._measured().sizes) == 1:
            return self._themes(point)
        return self._table()

    def _bars(
        self,
        name: str,
        rows: pd.DataFrame,
        labels: Iterable[str],
        is_decisive: Iterable[bool],
        *,
        value: str = "share",
        shown: Iterable[str] = (),
        form: str = "share",
        is_coded: bool = False,
        **more: Any,
    ) -> Chart:
        """Draw rows as bars with their intervals, those a claim rests on marked.

        `shown` is what stands at the bars; else it is their shares.
        """
        display = self.display if is_coded else self.display.uncoded
        names = tuple(shortened(list(labels), _LONGEST_NAME))
        marks = marks_of(
            rows,
            value,
            labels=list(shown) or [percent(share) for share in rows[value]],
            kinds=["decisive" if is_named else "context" for is_named in is_decisive],
            names=names if form == "share" else (),
        )
        kind, most = ("rows", 1.0) if form == "share" else ("bars", None)
        if form == "share":
            more.setdefault("interval_kind", "")
        panel = Panel(names, (Series("", marks),), kind=kind, form=form, most=most)
        panels = [panel] if len(rows) else ()
        return chart_of("briefing", name, display, panels=panels, **more)

    def _form(self, point: Conclusion) -> Chart:
        m, flag = self._measured(), point.subject
        each, whole = self._elements_of_each, self._elements_of_all
        cells = m.by_form.cells
        cells = cells.loc[(cells["flag"] == flag) & (cells["state"] == ESTABLISHED)]
        # Only what the title speaks of is marked.
        if point.key.startswith("without"):
            cells = cells.loc[cells["share"] == 0]
        else:
            cells = cells.loc[cells["is_higher"] == point.key.startswith("high")]
        rows, n_hidden = selection.extremes(
            selection.named_agencies(each.loc[each["flag"] == flag]),
            ["share", "n_tasks"],
            MOST_BARS,
        )
        whole = whole.loc[whole["flag"] == flag].assign(agency=selection.WHOLE)
        rows = pd.concat([rows, whole])
        words = section("summary", self.lang)
        names = summary.short_names(m.sizes.index, self.lang)
        names[selection.WHOLE] = words["table"]["whole"]
        agencies = [names.get(a, agency_name(a, self.lang)) for a in rows["agency"]]
        return self._bars(
            "form",
            rows,
            self._with_n(agencies, rows),
            rows["agency"].isin(cells["agency"].fillna("")),
            flag=words["flags"][flag],
            hidden=self.display.hidden(n_hidden),
        )

    def _elements(self) -> Chart:
        rows = self._elements_of_all
        names = self.display.words("commitments")["flags"]
        rows = rows.loc[rows["flag"].isin(commitments.FLAGS)]
        rows = rows.sort_values("share", ascending=False, kind="stable")
        labels = self._with_n(rows["flag"].map(names), rows)
        is_decisive = rows["flag"] == "has_all_elements"
        return self._bars("elements", rows, labels, is_decisive)

    def _units(self) -> Chart:
        load = self._load
        leading = load.loc[~load["is_collective"].astype(bool) & (load["n_lead"] > 0)]
        rows = leading.groupby("unit_name", as_index=False)["n_lead"].sum()
        rows = rows.sort_values("n_lead", ascending=False, kind="stable")
        hidden = self.display.hidden(max(0, len(rows) - MOST_BARS))
        rows = rows.head(MOST_BARS)
        return self._bars(
            "units",
            rows[["n_lead"]],
            rows["unit_name"],
            [True, *[False] * MOST_BARS][: len(rows)],
            value="n_lead",
            shown=[f"{n:,}" for n in rows["n_lead"]],
            form="count",
            hidden=hidden,
        )

    def _months(self) -> Chart:
        names = self.display.words("responsibility")["due"]
        rows = self._due
        rows = rows.loc[rows["n_due"] > 0]
        if rows["month"].isna().all():  # one bar without a month would say nothing
            rows = rows.head(0)
        return self._bars(
            "months",
            rows,
            rows["due"].map(names),
            rows["month"].notna(),
            shown=[f"{n:,}" for n in rows["n_due"]],
        )

    def _themes(self, point: Conclusion) -> Chart:
        m = self._measured()
        labels = self.themes.set_index("theme_id")[f"label_{self.lang}"]
        rows = m.pooled.loc[m.pooled["theme_id"].isin(labels.index)]
        rows = rows.sort_values("share", ascending=False, kind="stable")
        is_seen = rows["is_observed"].astype(bool)
        # The title speaks of those that nobody has, of the rarest or the largest.
        is_named: Iterable[bool] = ~is_seen
        if not (point.topic == "gaps" and point.key == "nobody"):
            place = len(rows) - 1 if point.topic == "gaps" else 0
            is_named = [i == place for i in range(len(rows))]
        return self._bars(
            "themes",
            rows,
            rows["theme_id"].map(labels),
            is_named,
            shown=rows["share"]
            .map(percent)
            .where(is_seen, section("charts", self.lang)["unseen"]),
            is_coded=True,
            interval_kind=interval_kind_of(rows),
        )

    def _table(self) -> Chart:
        table = summary.summary_table(self._measured(), self.lang)
        labels = list(self.themes[f"label_{self.lang}"])
        shown = [i for i, row in enumerate(table.rows) if row in labels]
        table = replace(
            table,
            rows=tuple(table.rows[i] for i in shown),
            cells=tuple(table.cells[i] for i in shown),
        )
        return chart_of("briefing", "table", self.display, table=table)

    def _with_n(self, names: Iterable[str], rows: pd.DataFrame) -> list[str]:
        """Return names with how many of their tasks have a flag."""
        parts = zip(names, rows["n_true"], rows["n_tasks"], strict=True)
        form = self.words["of"]
        return [form.format(name=name, k=f"{k:,}", n=f"{n:,}") for name, k, n in parts]

    def _measured(self) -> Measured:
        if self.m is None:
            raise SelectionError("No plan with a task: there is nothing to draw")
        return self.m

    # Method, text, tables ---------------------------------------------------------

    def method(self) -> list[tuple[str, str]]:
        """Say what the briefing rests on, and what it cannot say."""
        words = self.words["method"]
        if self.m is None:
            return [(words["data"][0], section("sentences", self.lang)["no_tasks"])]
        coder = self.display.source.coder
        values = {
            "level": self.level,
            "coding": self._coding,
            "subtitle": self.subtitle(),
            "version": self.display.source.codebook_version,
            "coder": section("charts", self.lang)["coders"].get(coder, coder),
            "trust": self._trust(),
            "limits": "".join(self._limits()),
        }
        return [(term, text.format(**values)) for term, text in words.values()]

    def _trust(self) -> str:
        """Say how many themes agree with the reference, and who made it."""
        errors, words = self.corpus.confusion, self.words["trust"]
        if errors is None:
            return str(words["unknown"])
        n_tasks = errors.tasks.sum()
        share = percent(np.trace(errors.tasks) / n_tasks)
        text: str = words["share"].format(share=share, n=f"{n_tasks:,.0f}")
        try:
            notes = coder_notes(self.corpus.codebook)
        except CodebookError:  # tables of another codebook, whose file is not known
            return text
        words = section("trust", self.lang)
        unchecked = trust.unchecked_reference(notes, words)
        return text + "".join(words[key].format(kinds=k) for key, k in unchecked)

    def sections(self) -> list[Section]:
        """Return the full text, a part for each question."""
        if self.m is None:
            return []
        parts = [self._coverage(), self._commitments(), self._responsibility()]
        if len(self.m.sizes) > 1:
            parts += [self._likeness(), self._change()]
        return parts

    def _section(
        self, name: str, findings: Iterable[Finding], charts: Iterable[Chart]
    ) -> Section:
        drawn = tuple(chart for chart in charts if not chart.is_empty)
        return Section(self.words["sections"][name], tuple(findings), drawn)

    def _coverage(self) -> Section:
        tables, documents = self.tables, self.tables["documents"]
        by = ["document_id", "agency", "year"]
        shares = self.corpus.theme_shares(by, themes=self.themes["theme_id"]).table
        coded = tables["theme_assignments"]["task_id"]
        findings = coverage.coverage_findings(
            shares,
            documents,
            self.themes,
            self.display,
            differences=measures.theme_differences(tables, by="document_id"),
            gaps=measures.gap_totals(tables, by="document_id"),
            n_unclassified=int((~tables["tasks"]["task_id"].isin(coded)).sum()),
        )
        plans, n_hidden = coverage.plans_with_most_tasks(documents)
        # Pages draw it as a table with intervals: a heat map would say the same.
        chart = coverage.theme_dot_plot(
            shares, plans, self.themes, self.display, n_hidden=n_hidden
        )
        return self._section("coverage", findings, [chart])

    def _commitments(self) -> Section:
        done = self.corpus.completion().table
        findings = commitments.commitment_findings(
            self._elements_of_all,
            self._elements_of_each,
            self.corpus.completion(by=selection.WHOLE).table,
            self._measured().by_form,
            self.display,
            n_agencies_reporting=done["agency"].nunique(),
        )
        charts = [
            commitments.element_dots(self._elements_of_each, self.display),
            commitments.completion_dots(done, self.display),
        ]
        return self._section("commitments", findings, charts)

    def _responsibility(self) -> Section:
        due = measures.due_flags(self.tables)
        findings = responsibility.responsibility_findings(
            self.tables["documents"],
            self._load,
            self._due,
            self._elements_of_all,
            measures.dominant_plans(self.tables, due),
            None,
            self.display,
        )
        charts = [
            responsibility.unit_load_dots(self._load, self.display),
            responsibility.due_dots(self._due, self.display),
        ]
        return self._section("responsibility", findings, charts)

    def _likeness(self) -> Section:
        corpus = self.corpus
        rest = corpus.distances(against="rest").table
        compared, n_hidden = likeness.most_different(rest)
        shown = corpus.where(likeness.is_among(self.tables["documents"], compared))
        reuse = corpus.reuse().table
        findings = likeness.likeness_findings(
            shown.distances().table, rest, reuse, self.display, n_hidden=n_hidden
        )
        charts = [
            likeness.rest_dots(rest, self.display),
            likeness.reuse_dots(reuse, self.display),
        ]
        return self._section("likeness", findings, charts)

    def _change(self) -> Section:
        documents, trends = self.tables["documents"], self.corpus.trend().table
        changes = change.first_to_last(self.corpus.change(by="agency").table)
        findings = change.change_findings(
            documents,
            measures.confounding(documents),
            trends,
            changes,
            self.themes,
            measures.change_parts(
                self.tables,
                confusion=self.corpus.confusion,
                interval=self.corpus.interval,
            ),
            self.display,
        )
        charts = [
            change.trend_dots(trends, self.themes, self.display),
            change.change_heat_map(changes, self.themes, self.display),
        ]
        return self._section("change", findings, charts)

    def sheets(self, points: Sequence[Conclusion]) -> list[Table]:
        """Return the tables of a workbook, named and noted."""
        if self.m is None:
            return []
        m, t = self.m, self.tables
        labels = t["themes"].set_index("theme_id")[f"label_{self.lang}"]
        states = self.words["states"]
        flags = self.display.words("commitments")["flags"]
        plans = t["documents"].set_index("document_id")[["agency", "year"]]
        tasks = t["tasks"].join(plans, on="document_id")
        shares = m.shares.assign(theme=m.shares["theme_id"].map(labels))
        themes, form = m.by_theme.cells, m.by_form.cells
        apart = pd.concat(
            [
                themes.assign(label=themes["theme_id"].map(labels)),
                form.assign(label=form["flag"].map(flags)),
            ]
        )
        rows = {
            "conclusions": pd.DataFrame(
                {
                    "finding": [f"{p.figure} {p.short}" for p in points],
                    "text": [p.text for p in points],
                    "state": [states[p.state] for p in points],
                    "n": [p.n for p in points],
                    "p_adjusted": [p.p_adjusted for p in points],
                }
            ),
            "shares": shares.loc[shares["theme_id"].isin(self.themes["theme_id"])],
            "apart": apart.assign(state=apart["state"].map(states)),
            "elements": self._elements_of_each,
            "units": self._load,
            "months": self._due,
            "tasks": tasks.assign(**selection.theme_columns(t, lang=self.lang)),
            "plans": t["documents"].assign(n_tasks=m.documents["n_tasks"]),
        }
        sheets = []
        for name, (title, note) in self.words["tables"].items():
            table = rows[name][_COLUMNS[name].split()]
            sheets.append(Table(title, note.format(level=self.level), table))
        return sheets


#: Columns of the tables of a workbook.
_COLUMNS = {
    "conclusions": "finding text state n p_adjusted",
    "shares": "agency theme share share_lower share_upper n_themed n_tasks",
    "apart": "agency label share whole_share n_tasks p_adjusted state",
    "elements": "agency label share share_lower share_upper n_true n_tasks",
    "units": "agency unit_name n_lead n_support n_due lead_share lead_share_lower "
    "lead_share_upper n_tasks",
    "months": "label n_due share share_lower share_upper n_tasks",
    "tasks": "agency year ordinal theme further_themes title content lead_units "
    "deadline_raw task_id",
    "plans": "agency year title issued_date n_tasks source_url",
}
