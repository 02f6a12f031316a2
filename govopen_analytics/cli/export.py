"""The command ``govopen export``: a run's charts and tables for a briefing."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from govopen_analytics.cli.errors import told_plainly

if TYPE_CHECKING:
    from govopen_analytics.office import Run


def export(
    run: Annotated[
        Path, typer.Option("--run", help="运行的文件夹 · folder of the run")
    ] = Path("reports/latest"),
    chart: Annotated[
        list[str] | None,
        typer.Option(
            "--chart",
            metavar="NAME",
            help="图名或页名，可重复 · name of a chart or of a page, may be repeated",
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="全部图表与数据表（默认）· all charts and tables (default)"
        ),
    ] = False,
    has_list: Annotated[
        bool,
        typer.Option("--list", help="只列出图名与标题 · only list names and titles"),
    ] = False,
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="LIST",
            help="格式，逗号分隔 · formats, separated by commas: "
            "png, svg, pdf, pptx, docx, xlsx",
        ),
    ] = "pptx,docx,xlsx",
    lang: Annotated[
        str | None,
        typer.Option(help="语言，默认随运行 · language, the run's by default: zh, en"),
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
    """导出图表与数据表，供简报使用 · write charts and tables for a briefing."""
    from govopen_analytics.office import export_run, open_run

    if chart and everything:
        raise typer.BadParameter("found --chart and --all, expected one of them")
    with told_plainly():
        opened = open_run(run, lang)
        if has_list:
            _list_charts(opened)
            return
        exported = export_run(
            opened,
            out,
            formats=[kind for kind in formats.split(",") if kind.strip()],
            charts=chart or [],
            templates=template or [],
            dpi=dpi,
        )
    for path in exported.written:
        typer.echo(path)
    for warning in exported.warnings:
        typer.echo(f"注意 · note: {warning}", err=True)
    for missing in exported.missing:
        typer.echo(f"缺少 · missing: {missing}", err=True)
    if not exported.written:
        typer.echo("什么也没有写出 · nothing was written", err=True)
    if exported.missing or not exported.written:
        raise typer.Exit(1)


def _list_charts(run: "Run") -> None:
    from govopen_analytics.office import read_chart

    for name, path in run.figures.items():
        typer.echo(f"{name}\t{read_chart(path).title}")
