"""The command ``govopen briefing``: slides, pages and a workbook of the conclusions."""

from datetime import date as Date
from pathlib import Path

import typer

from govopen_analytics.base.errors import SelectionError
from govopen_analytics.cli.shared import (
    PROCESSED,
    described,
)


@described
def briefing(
    processed: Path = PROCESSED,
    codebook: Path | None = None,
    agency: list[str] | None = None,
    year: list[int] | None = None,
    theme: list[str] | None = None,
    finding: list[str] | None = None,
    has_list: bool = False,
    formats: str = "pptx,docx,xlsx",
    lang: str = "zh",
    date: str | None = None,
    template: list[Path] | None = None,
    dpi: int = 200,
    out: Path = Path("briefings"),
) -> None:
    """写出简报：幻灯片、文稿、数据表 · write a briefing: slides, pages, tables."""
    from govopen_analytics.corpus import open_corpus
    from govopen_analytics.office import write_briefing
    from govopen_analytics.questions.briefing import finding_names, make_briefing

    if date is not None:
        _check_date(date)
    corpus = open_corpus(
        processed,
        codebook=codebook,
        lang=lang,
        date=date or Date.today().isoformat(),
    ).select(agencies=agency or (), years=year or ())
    made = make_briefing(corpus, themes=theme or (), findings=finding or ())
    if has_list:
        for name, point in zip(finding_names(made.points), made.points, strict=True):
            typer.echo(f"{name}\t{point.figure} {point.short}")
        return
    written = write_briefing(
        made,
        out,
        formats=[kind for kind in formats.split(",") if kind.strip()],
        templates=template or [],
        dpi=dpi,
    )
    for path in written.paths:
        typer.echo(path)
    for missing in written.missing:
        typer.echo(f"缺少 · missing: {missing}", err=True)
    if written.missing:
        raise typer.Exit(1)


def _check_date(text: str) -> None:
    try:
        is_date = Date.fromisoformat(text).isoformat() == text
    except ValueError:
        is_date = False
    if not is_date:
        raise SelectionError(
            f"--date: found {text!r}, expected a day of the calendar as YYYY-MM-DD, "
            f"such as {Date.today().isoformat()}"
        )
