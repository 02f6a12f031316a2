"""A run to material for briefings: pictures, slides, pages, a workbook."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from govopen_analytics.base.errors import ExportError, SelectionError, choices
from govopen_analytics.base.shapes import read_json
from govopen_analytics.charts.model import Chart, read_chart
from govopen_analytics.office import images
from govopen_analytics.office.docx import document_bytes
from govopen_analytics.office.package import write_whole
from govopen_analytics.office.pptx import deck_bytes
from govopen_analytics.office.xlsx import Sheet, chart_sheet, read_sheet, workbook_bytes
from govopen_analytics.questions.results import FIGURES_DIR, TABLES_DIR
from govopen_analytics.words.remarks import remark_in_words

FORMATS = (*images.FORMATS, "pptx", "docx", "xlsx")
_RECORD = "run.json"
_SET_NAME, _TABLES_NAME = "briefing", "tables"
_TEMPLATE_OF = {".pptx": "pptx", ".potx": "pptx", ".docx": "docx", ".dotx": "docx"}


@dataclass(frozen=True)
class Run:
    """A run of the report, as briefings need it.

    Attributes
    ----------
    folder : Path
    record : dict
        Its ``run.json``.
    lang : {"zh", "en"}
        Language of the words in the files below.
    figures, tables : dict of str to Path
        Files by name, in the order of the notebooks; that of an agency or a theme
        opens with the name of its page and a stroke.
    """

    folder: Path
    record: dict[str, Any]
    lang: str
    figures: dict[str, Path]
    tables: dict[str, Path]

    @property
    def languages(self) -> list[str]:
        """Languages of the run, its own first."""
        own = str(self.record.get("lang", "zh"))
        return [str(lang) for lang in self.record.get("languages") or [own]]

    @property
    def started(self) -> datetime:
        """When the run started: the date of everything made from it."""
        try:
            moment = datetime.fromisoformat(str(self.record.get("started")))
        except ValueError:
            moment = datetime(2000, 1, 1, tzinfo=UTC)
        return moment.astimezone(UTC).replace(microsecond=0)

    def label(self, name: str) -> str:
        """Return the agency or theme a file is for; empty for the whole."""
        page = name.rpartition("/")[0]
        labels = (
            entry.get("label")
            for entry in self.record.get("notebooks") or ()
            if (entry.get("name"), entry.get("lang")) == (page, self.lang)
        )
        return str(next(labels, "") or page)


_REMEDY = "give the folder that `govopen report` wrote with --run"
_SHAPE = {
    "status?": str,
    "started?": str,
    "lang?": str,
    "languages?": [str],
    "notebooks?": [{"name?": str, "lang?": str, "label?": str, "files?": [str]}],
}


@dataclass
class Exported:
    """What became of an export.

    Attributes
    ----------
    written : list of Path
    warnings : list of str
        What a person should know of the files, one sentence each.
    missing : list of str
        What was asked for and could not be made, and why, one sentence each.
    """

    written: list[Path] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def open_run(path: Path, lang: str | None = None) -> Run:
    """Open the folder of a run.

    Parameters
    ----------
    path : Path
        The folder, or ``reports/latest``, which may be a link or, where the file
        system has none, a file ``latest.txt`` that names the run.
    lang : {"zh", "en"}, optional
        Language of its files; the run's first one where not given.

    Raises
    ------
    ExportError
        If there is no run.
    SelectionError
        If the run has no files in `lang`.
    """
    named = path.with_name(f"{path.name}.txt")
    if not path.exists() and named.is_file():
        path = path.parent / named.read_text(encoding="utf-8").strip()
    content = read_json(path / _RECORD, _SHAPE, ExportError, _REMEDY)
    run = Run(path.resolve(), content, "", {}, {})
    lang = _checked_language(run, lang)
    # The first language of a run stands in its folder, others below it.
    site = run.folder / lang if lang != run.languages[0] else run.folder
    return replace(
        run,
        lang=lang,
        figures=_files(site / FIGURES_DIR, ".json", content, lang),
        tables=_files(site / TABLES_DIR, ".csv", content, lang),
    )


def export_run(
    run: Run,
    out: Path,
    *,
    formats: Sequence[str],
    charts: Sequence[str] = (),
    templates: Sequence[Path] = (),
    dpi: int = 200,
    on_progress: Callable[[str, int, int], None] = lambda step, done, total: None,
) -> Exported:
    """Write charts and tables of a run for a briefing.

    Everything is checked before anything is written, and every file is written
    whole or not at all. Only pictures need a browser; without one the others are
    written and ``missing`` says so.

    Parameters
    ----------
    run : Run
    out : Path
        Folder for the files; made where missing.
    formats : sequence of str
        Some of ``FORMATS``.
    charts : sequence of str
        Names of figures, or of pages for all figures on them; a figure that many
        agencies or themes have may go without the page's name for all of these.
        None takes all. A choice of charts has their data in the workbook; all of
        them have the run's tables there.
    templates : sequence of Path
        At most one for slides and one for pages.
    dpi : int, default 200
        Resolution of PNG files (dots per inch).
    on_progress : callable
        Told the format, how many are done, and how many there are.

    Returns
    -------
    Exported

    Raises
    ------
    SelectionError
        If a chart or a format is not there.
    ExportError
        If a template has no place for charts, or a file cannot be written.
    """
    formats = _checked_formats(formats)
    names = _checked_charts(run, charts)
    by_format = _checked_templates(templates, formats)
    images.check_dpi(dpi)
    exported = Exported(warnings=_remarks(run))
    found = _read_charts(run, names, exported)
    stem = _file_name(charts[0]) if len(charts) == 1 else _SET_NAME
    job = _Job(run, found, out, stem, exported)
    made: list[tuple[Path, bytes]] = []
    for done, kind in enumerate(formats):
        on_progress(kind, done, len(formats))
        if kind == "xlsx":
            made.append(_workbook(job, has_choice=bool(charts)))
        elif kind not in images.FORMATS:
            made += _pages(job, kind, by_format.get(kind))
    # A template that does not do is found before anything is written.
    exported.written += [write_whole(path, blob) for path, blob in made]
    pictures = [kind for kind in formats if kind in images.FORMATS]
    if pictures:
        files = {_file_name(name): run.figures[name] for name in names}
        drawn = images.write_pictures(files, out, pictures, dpi=dpi, when=run.started)
        exported.written += drawn.written
        exported.missing += [remark_in_words(r, run.lang) for r in drawn.remarks]
    on_progress("done", len(formats), len(formats))
    return exported


@dataclass(frozen=True)
class _Job:
    run: Run
    charts: list[Chart]
    out: Path
    stem: str
    exported: Exported


def _pages(job: _Job, kind: str, template: Path | None) -> list[tuple[Path, bytes]]:
    if not job.charts:
        job.exported.missing.append(
            f"No {kind}: run {job.run.folder.name} has no chart that it could hold"
        )
        return []
    make = deck_bytes if kind == "pptx" else document_bytes
    blob = make(job.charts, lang=job.run.lang, when=job.run.started, template=template)
    return [(job.out / f"{job.stem}.{kind}", blob)]


def _workbook(job: _Job, *, has_choice: bool) -> tuple[Path, bytes]:
    charts = job.charts if has_choice else None
    blob = workbook_bytes(
        _sheets(job.run, charts, job.exported),
        record=job.run.record,
        sources=[chart.source for chart in job.charts if chart.source],
        lang=job.run.lang,
        when=job.run.started,
    )
    name = job.stem if has_choice else _TABLES_NAME
    return job.out / f"{name}.xlsx", blob


def _files(
    folder: Path, suffix: str, record: Mapping[str, Any], lang: str
) -> dict[str, Path]:
    """Return the files of a kind by name, in the order of their notebooks."""
    found = {path.relative_to(folder): path for path in folder.rglob(f"*{suffix}")}
    entries = [e for e in record.get("notebooks") or () if e.get("lang") == lang]
    listed = [name for entry in entries for name in entry.get("files") or ()]
    place = {name: i for i, name in enumerate(listed)}
    last = len(listed)
    order = {own: f"{folder.name}/{own.as_posix()}" for own in found}
    names = sorted(found, key=lambda own: (place.get(order[own], last), order[own]))
    return {own.with_suffix("").as_posix(): found[own] for own in names}


def _file_name(name: str) -> str:
    return name.replace("/", "-")


def _checked_formats(formats: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(kind.strip().lower() for kind in formats))
    for kind in wanted:
        if kind not in FORMATS:
            raise SelectionError(f"Format of the export: {choices(kind, FORMATS)}")
    return wanted


def _checked_charts(run: Run, charts: Sequence[str]) -> list[str]:
    wanted: list[str] = []
    for asked in charts:
        named = [
            name
            for name in run.figures
            if asked == name or asked in name.rpartition("/")[::2]
        ]
        if not named:
            raise SelectionError(
                f"Chart of run {run.folder.name}: {choices(asked, run.figures)}; "
                "`govopen export --list` shows them all"
            )
        wanted += named
    return list(dict.fromkeys(wanted)) or list(run.figures)


def _checked_language(run: Run, lang: str | None) -> str:
    if lang is not None and lang not in run.languages:
        own = ", ".join(map(repr, run.languages))
        raise SelectionError(
            f"Run {run.folder.name}: found words in {own}, expected {lang!r}; "
            f"run `govopen report --lang {lang}` and export that run, or leave out "
            "--lang"
        )
    return lang or run.languages[0]


def _checked_templates(
    templates: Sequence[Path], formats: Sequence[str]
) -> dict[str, Path]:
    by_format: dict[str, Path] = {}
    for path in templates:
        kind = _TEMPLATE_OF.get(path.suffix.lower())
        if kind is None:
            raise ExportError(
                f"Template {path}: found the ending {path.suffix!r}, expected one of "
                f"{', '.join(_TEMPLATE_OF)}"
            )
        if kind in by_format:
            raise ExportError(
                f"Template {path}: found a second template for {kind}, expected one; "
                f"the first is {by_format[kind]}"
            )
        if kind not in formats:
            raise ExportError(
                f"Template {path}: found the formats {', '.join(formats)}, expected "
                f"{kind} among them; add it to --format"
            )
        by_format[kind] = path
    return by_format


def _remarks(run: Run) -> list[str]:
    status = run.record.get("status")
    if status == "complete":
        return []
    return [
        f"Run {run.folder.name} is {status}, not complete: charts or tables may be "
        "missing; its index.html says which"
    ]


def _read_charts(run: Run, names: Sequence[str], exported: Exported) -> list[Chart]:
    """Read the charts; one without an office form does not stop the others."""
    found = []
    for name in names:
        try:
            chart = read_chart(run.figures[name])
        except ExportError as error:
            exported.missing.append(str(error))
            continue
        if chart.is_empty:
            exported.warnings.append(
                f"Chart '{name}' draws nothing and is left out: {chart.reason}"
            )
            continue
        own = f"{chart.name} {run.label(name)}".strip()
        found.append(replace(chart, name=own))
    return found


def _sheets(
    run: Run, charts: Sequence[Chart] | None, exported: Exported
) -> list[Sheet]:
    if charts is not None:
        return [chart_sheet(chart, run.lang) for chart in charts]
    parts: dict[str, dict[str, Path]] = {}
    for name, path in run.tables.items():
        parts.setdefault(path.stem, {})[run.label(name)] = path
    sheets = []
    for own in parts.values():
        try:
            sheets.append(read_sheet(own, run.lang))
        except ExportError as error:
            exported.missing.append(str(error))
    exported.warnings += [text for sheet in sheets for text in sheet.warnings]
    return sheets
