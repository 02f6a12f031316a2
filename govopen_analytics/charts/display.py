"""How a corpus is shown: language, level of intervals, and what a chart rests on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from govopen_analytics.synth.plans import SYNTHETIC_MARK
from govopen_analytics.words import agency_name, section


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

    @property
    def without_coding(self) -> "ChartSource":
        """The source of a chart that rests on no theme."""
        return replace(self, coder="", n_reviewed=0)

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
    """

    lang: str = "zh"
    interval: float = 0.95
    source: ChartSource = ChartSource()

    @property
    def level(self) -> str:
        """The level of the intervals as a text, such as "95%"."""
        return f"{self.interval:.0%}"

    @property
    def uncoded(self) -> "Display":
        """The same for a chart that rests on no theme."""
        return replace(self, source=self.source.without_coding)

    def words(self, name: str) -> dict[str, Any]:
        """Return a section of the words of the language."""
        return section(name, self.lang)

    def agency(self, name: object) -> str:
        """Return an agency's name, or the words for one that is not known."""
        return agency_name(name, self.lang)

    def themes(self, themes: pd.DataFrame) -> dict[str, str]:
        """Return labels by theme identifier, in the order of `themes`."""
        labels = themes[f"label_{self.lang}"]
        return dict(zip(themes["theme_id"], labels, strict=True))

    def with_n(self, names: Iterable[object], sizes: Iterable[int]) -> list[str]:
        """Return one label per agency, unit or theme, with its n."""
        form = self.words("charts")["with_n"]
        return [
            form.format(name=self.agency(name), n=f"{n:,}")
            for name, n in zip(names, sizes, strict=True)
        ]

    def hidden(self, n_hidden: int) -> str:
        """Say how many rows a chart leaves out; empty where it leaves out none."""
        form = self.words("charts")["hidden"]
        return form.format(n=f"{n_hidden:,}") if n_hidden else ""


def _listed(values: pd.Series) -> str:
    return ", ".join(sorted(set(values.dropna()))) or "–"
