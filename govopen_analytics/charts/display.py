"""How a corpus is shown: language, level of intervals, and what a chart rests on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any, TypeAlias

import pandas as pd

from govopen_analytics.base.errors import SelectionError, choices
from govopen_analytics.base.languages import LANGUAGES, percent, signed
from govopen_analytics.synth.plans import SYNTHETIC_MARK
from govopen_analytics.words import agency_name, section

Row: TypeAlias = Mapping[Any, Any] | pd.Series
# A list in a sentence names this many and counts the rest.
MOST_NAMED = 5
_SIGNS = {">=": "≥", "<=": "≤"}
_YEARS = ("year", "year_from", "year_to")  # ends of names of columns
_POINTS = ("mean_absolute_error", "largest_error", "error")


@dataclass(frozen=True)
class ChartSource:
    """What the source line of a chart says.

    Attributes
    ----------
    n_documents, n_tasks : int
        Plans and tasks the chart rests on (counts).
    codebook_version : str
        Version of the codebook the tasks were coded with.
    coder : str
        Who or what coded the tasks.
    date : str
        Date of the chart, ISO 8601; may be empty.
    is_synthetic : bool
        Whether an agency of the corpus was made up.
    n_reviewed : int
        Tasks whose themes people decided (count).
    """

    n_documents: int = 0
    n_tasks: int = 0
    codebook_version: str = ""
    coder: str = ""
    date: str = ""
    is_synthetic: bool = False
    n_reviewed: int = 0

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame], *, date: str = "") -> "ChartSource":
        """Describe the tables a chart is drawn from.

        Parameters
        ----------
        tables : mapping of str to DataFrame
            ``documents``, ``tasks``, ``themes`` and ``theme_assignments``.
        date : str, default ""
            Date of the chart, ISO 8601.
        """
        agencies = tables["documents"]["agency"].astype("string").fillna("")
        coders = tables["theme_assignments"].query("rank == 1")["coder"]
        by_machine = coders.isin(section("charts", "zh")["coders"])
        return cls(
            n_documents=len(tables["documents"]),
            n_tasks=len(tables["tasks"]),
            codebook_version=_listed(tables["themes"]["codebook_version"]),
            coder=_listed(coders[by_machine] if by_machine.any() else coders),
            date=date,
            is_synthetic=bool(agencies.str.startswith(SYNTHETIC_MARK).any()),
            n_reviewed=int((~by_machine).sum()) if by_machine.any() else 0,
        )

    def line(self, lang: str) -> str:
        """Return the words under a chart; made-up data have a line of their own."""
        words = section("charts", lang)
        coding = ""
        if self.coder:
            coder = words["coders"].get(self.coder, self.coder)
            if self.n_reviewed:
                coder += words["reviewed"].format(n=f"{self.n_reviewed:,}")
            coding = words["source_coding"].format(
                version=self.codebook_version, coder=coder
            )
        line = words["source"].format(
            documents=f"{self.n_documents:,}",
            tasks=f"{self.n_tasks:,}",
            coding=coding,
            date=words["source_date"].format(date=self.date) if self.date else "",
        )
        return f"{line}\n{words['synthetic']}" if self.is_synthetic else line


@dataclass(frozen=True)
class Display:
    """Language, level and source, which all that shows a corpus has in common.

    Attributes
    ----------
    lang : {"zh", "en"}
        Language of labels, sentences and charts.
    interval : float
        Level of the intervals (0-1, exclusive).
    source : ChartSource
        What the source line of a chart says.

    Raises
    ------
    SelectionError
        If the language or the level is not among what it may be.
    """

    lang: str = "zh"
    interval: float = 0.95
    source: ChartSource = ChartSource()

    def __post_init__(self) -> None:
        if self.lang not in LANGUAGES:
            raise SelectionError(f"lang: {choices(self.lang, LANGUAGES)}")
        if not 0 < self.interval < 1:
            raise SelectionError(
                f"interval: found {self.interval!r}, expected a level between 0 and 1, "
                "such as 0.95"
            )

    @property
    def level(self) -> str:
        """The level of the intervals as a text, such as "95%"."""
        return f"{self.interval:.0%}"

    @property
    def uncoded(self) -> "Display":
        """The same for a chart that rests on no theme."""
        return replace(self, source=replace(self.source, coder="", n_reviewed=0))

    def words(self, name: str) -> dict[str, Any]:
        """Return a section of the words of the language."""
        return section(name, self.lang)

    # Names ------------------------------------------------------------------------

    def agency(self, name: object) -> str:
        """Return an agency's name, or the words for one that is not known."""
        return agency_name(name, self.lang)

    def themes(self, themes: pd.DataFrame) -> dict[str, str]:
        """Return labels by theme identifier, in the order of `themes`."""
        labels = themes[f"label_{self.lang}"]
        return dict(zip(themes["theme_id"], labels, strict=True))

    def quoted(self, themes: pd.DataFrame) -> dict[str, str]:
        """Return the same labels in quotation marks, for sentences."""
        form = self.words("sentences")["theme"]
        labels = self.themes(themes)
        return {key: form.format(name=label) for key, label in labels.items()}

    def plans(self, documents: pd.DataFrame, sizes: pd.DataFrame) -> dict[str, str]:
        """Return names of plans, with year and n, by ``document_id``.

        The order of `documents` is kept; n is ``n_tasks`` of `sizes`.
        """
        words, sizes = self.words("charts"), sizes.drop_duplicates("document_id")
        n_tasks = sizes.set_index("document_id")["n_tasks"]
        names = documents["agency"].fillna(documents["document_id"])
        return {
            plan.document_id: words[
                "plan_without_year" if pd.isna(plan.year) else "plan"
            ].format(agency=name, year=plan.year, n=n_tasks.get(plan.document_id, 0))
            for plan, name in zip(documents.itertuples(), names, strict=True)
        }

    def with_n(self, names: Iterable[object], sizes: Iterable[int]) -> list[str]:
        """Return one label per agency, unit or theme, with its n."""
        form = self.words("charts")["with_n"]
        return [
            form.format(name=self.agency(name), n=f"{n:,}")
            for name, n in zip(names, sizes, strict=True)
        ]

    # Sentences --------------------------------------------------------------------

    def hidden(self, n_hidden: int) -> str:
        """Say how many rows a chart leaves out; empty where it leaves out none."""
        form = self.words("charts")["hidden"]
        return form.format(n=f"{n_hidden:,}") if n_hidden else ""

    def listed(self, names: Iterable[str]) -> str:
        """Join names, and count those that a sentence has no room for."""
        words, names = self.words("sentences"), list(names)
        shown = words["join"].join(names[:MOST_NAMED])
        if len(names) > MOST_NAMED:
            shown += words["more"].format(n=f"{len(names):,}")
        return shown

    def points(self, change: float) -> str:
        """Write a difference of shares in percentage points, with its sign."""
        return self.words("charts")["points"].format(value=signed(100 * change))

    def marked(self, df: pd.DataFrame) -> pd.DataFrame:
        """Add a column ``note`` that says so where the data are synthetic."""
        if not self.source.is_synthetic:
            return df
        return df.assign(note=self.words("charts")["synthetic"])

    def fill(self, form: str, row: Row | None = None, /, **values: object) -> str:
        """Fill the placeholders of a sentence.

        Parameters
        ----------
        form : str
            Placeholders are names of `values` or columns of `row`. ``{level}`` is
            the level of the intervals, ``{p}`` the corrected p-value of the row, and
            ``{share_in_full}`` its share with interval and n, likewise of a change.
        row : mapping, optional
            Row of a table of measures; each value is written as its column asks.
        **values
            Go before the columns.
        """
        return form.format_map(_Placeholders(self, row, values))

    def written(self, value: Any, column: str) -> str:
        """Write a value of a column for a reader, not escaped."""
        words = self.words("tables")
        if isinstance(value, list | tuple):
            return words["join"].join(str(part) for part in value)
        if isinstance(value, bool):
            return words["true" if value else "false"]
        if pd.isna(value) and not isinstance(value, float):
            return ""
        if isinstance(value, pd.Timestamp):
            return value.date().isoformat()
        if column == "chance_unobserved" or "share" in column:
            return percent(value)
        if isinstance(value, float):
            return _number(value, column)
        if isinstance(value, Integral) and not column.endswith(_YEARS):
            return f"{value:,}"
        if column == "comparator":
            return _SIGNS.get(str(value), str(value))
        return words["values"].get(column, {}).get(value, str(value))


class _Placeholders(dict[str, object]):
    """The values of a sentence; what is not given is taken from a row."""

    def __init__(self, display: Display, row: Row | None, given: dict[str, object]):
        super().__init__(given, level=display.level)
        self._display, self._row = display, row

    def __missing__(self, name: str) -> str:
        display, row, column = self._display, self._row, name.removesuffix("_in_full")
        if row is None:
            raise KeyError(name)
        if name == "p":
            return p_in_words(row["p_adjusted"])
        if name == "agency":
            return display.agency(row[name])
        if name.startswith("n_"):
            return f"{row[name]:,.0f}"
        if name == column:
            return display.written(row[name], name)
        ends = {
            end: display.written(row[f"{column}_{end}"], column)
            for end in ("lower", "upper")
        }
        kind = "change" if column.startswith("change") else "share"
        return display.words("sentences")[kind].format(
            value=display.written(row[column], column),
            level=display.level,
            n=f"{row['n_tasks']:,.0f}" if kind == "share" else "",
            **ends,
        )


def joined(parts: Iterable[str], lang: str) -> str:
    """Join the parts of a subtitle that there are."""
    return section("charts", lang)["join"].join(part for part in parts if part)


def p_in_words(p_value: float) -> str:
    """Write a p-value; what rounding would turn into none reads ``< 0.001``."""
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"


def _number(value: float, column: str) -> str:
    is_missing = pd.isna(value)
    if column.endswith(_YEARS) and not column.startswith("change"):  # a year
        return "" if is_missing else f"{int(value)}"
    if column in ("p_adjusted", "p_value"):
        return "" if is_missing else "<0.001" if value < 0.001 else f"{value:.3f}"
    if is_missing:
        return "–"
    if column.startswith("change") or column in _POINTS:
        return signed(100 * value)
    return f"{value:.0f}" if column.startswith("overlap") else f"{value:.2f}"


def _listed(values: pd.Series) -> str:
    return ", ".join(sorted(set(values.dropna()))) or "–"
