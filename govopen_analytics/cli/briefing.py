"""The command ``govopen briefing``: slides, pages and a workbook of the conclusions."""

from datetime import date as Date
from pathlib import Path
from typing import Annotated

import typer

from govopen_analytics.base.errors import SelectionError
from govopen_analytics.cli.shared import (
    PROCESSED,
    AgencyOption,
    CodebookOption,
    LangOption,
    ProcessedOption,
    YearOption,
)

Names = list[str] | None


def briefing(
    processed: ProcessedOption = PROCESSED,
    codebook: CodebookOption = None,
    agency: AgencyOption = None,
    year: YearOption = None,
    theme: Annotated[
        Names,
        typer.Option(
            "--theme",
            help="只列这个主题，可重复；分母不变 · show this theme, repeatable; shares "
            "stay shares of all tasks",
        ),
    ] = None,
    finding: Annotated[
        Names,
        typer.Option(
            "--finding",
            help="只要这条结论，可重复，名称见 --list · this conclusion, repeatable",
        ),
    ] = None,
    has_list: Annotated[
        bool,
        typer.Option("--list", help="只列出结论 · only list the conclusions"),
    ] = False,
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="LIST",
            help="格式，逗号分隔 · formats, separated by commas: "
            "pptx, docx, xlsx, png, svg, pdf",
        ),
    ] = "pptx,docx,xlsx",
    lang: LangOption = "zh",
    date: Annotated[
        str | None,
        typer.Option(help="日期，默认今天 · date, today by default: YYYY-MM-DD"),
    ] = None,
    template: Annotated[
        list[Path] | None,
        typer.Option(
            "--template",
            metavar="FILE",
            help="本单位的 PPTX 或 DOCX 模板，各一个 · the office's own PPTX or DOCX, "
            "one of each",
        ),
    ] = None,
    dpi: Annotated[
        int, typer.Option(help="PNG 的分辨率 · resolution of PNG (dots per inch)")
    ] = 200,
    out: Annotated[
        Path, typer.Option("--out", help="输出文件夹 · folder for the files")
    ] = Path("briefings"),
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
