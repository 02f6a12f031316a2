"""The briefing of a run: slides, pages and a workbook beside its pages."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from govopen_analytics.base.remarks import Remark
from govopen_analytics.base.tables import Tables
from govopen_analytics.run.sets import BRIEFING_FORMATS, ReportSet

NAME = "briefing"


def write_briefings(
    sites: Mapping[str, Path],
    tables: Mapping[str, pd.DataFrame],
    report_set: ReportSet,
    date: str,
) -> list[Remark]:
    """Write a briefing of the plans of a report in each of its languages.

    Parameters
    ----------
    sites : mapping of str to Path
        Folder by language.
    tables : mapping of str to DataFrame
        Of the whole corpus; the set's agencies and years choose among its plans.
    report_set : ReportSet
        Its ``briefing`` names the formats; none writes nothing.
    date : str
        Of the report, ISO 8601.

    Returns
    -------
    list of Remark
        One for each language whose briefing could not be written.

    Raises
    ------
    OSError
        If the disk is full or cannot be written to.
    """
    if not report_set.briefing or tables["tasks"].empty:
        return []
    from govopen_analytics.corpus import Corpus
    from govopen_analytics.office import write_briefing
    from govopen_analytics.questions.briefing import make_briefing

    given, problems = report_set.parameters, []
    for lang, folder in sites.items():
        try:
            interval = given.get("interval", 0.95)
            corpus = Corpus(Tables.of(tables), lang=lang, interval=interval, date=date)
            chosen = corpus.select(
                given.get("agencies") or (), given.get("years") or ()
            )
            made = make_briefing(chosen)
            write_briefing(made, folder, formats=report_set.briefing, name=NAME)
        except OSError:
            raise
        except Exception as error:
            # The pages are whole without it: it must not cost them, nor be silent.
            told = f"{type(error).__name__}: {error}".strip()
            problems.append(Remark("briefing_failed", {"lang": lang, "error": told}))
    return problems


def briefing_links(folder: Path) -> list[tuple[str, str]]:
    """List the briefing's files in a folder as (kind, path)."""
    names = {kind: f"{NAME}.{kind}" for kind in BRIEFING_FORMATS}
    return [(k.upper(), name) for k, name in names.items() if (folder / name).is_file()]
