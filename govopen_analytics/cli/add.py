"""``govopen add``: a new plan into the raw folder, shown before it is written."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from govopen_analytics.cli.check import language_of_system
from govopen_analytics.cli.shared import (
    EXIT_FAILED,
    RAW,
    RawOption,
    SystemLangOption,
    errors_on_one_line,
)


def add(
    files: Annotated[
        list[Path], typer.Argument(help="计划文件 · files of plans", metavar="FILE…")
    ],
    agency: Annotated[str, typer.Option(help="机构 · agency")] = "",
    agency_series: Annotated[
        str, typer.Option(help="机构更名前后同一名称 · one name over a renaming")
    ] = "",
    year: Annotated[str, typer.Option(help="年份 · year")] = "",
    level: Annotated[str, typer.Option(help="层级 · level")] = "",
    province: Annotated[str, typer.Option(help="省份 · province")] = "",
    city: Annotated[str, typer.Option(help="城市 · city")] = "",
    county: Annotated[str, typer.Option(help="区县 · county")] = "",
    subject: Annotated[str, typer.Option(help="计划类型 · what it is about")] = "",
    title: Annotated[str, typer.Option(help="标题 · title")] = "",
    source_url: Annotated[str, typer.Option(help="来源网址 · address")] = "",
    note: Annotated[str, typer.Option(help="备注 · note")] = "",
    raw: RawOption = RAW,
    yes: Annotated[
        bool, typer.Option("--yes", help="不再询问，直接写入 · write without asking")
    ] = False,
    lang: SystemLangOption = "",
) -> None:
    """加入新的计划：先显示读到什么，同意后写入 · add plans, shown before written."""
    options = dict(locals())
    lang = lang or language_of_system()
    with errors_on_one_line():
        from govopen_analytics.base.schemas import heading
        from govopen_analytics.explore.adding import GIVEN_COLUMNS, read_addition
        from govopen_analytics.words import section

        words = section("adding", lang)
        declared = {name: options[name] for name in GIVEN_COLUMNS}
        for path in files:
            addition = read_addition(path, raw, declared, lang=lang)
            if addition.missing and not yes and sys.stdin.isatty():
                answers = {
                    name: typer.prompt(heading(name, lang)) for name in addition.missing
                }
                addition = read_addition(path, raw, {**declared, **answers}, lang=lang)
            for line in addition.lines():
                typer.echo(line)
            try:
                is_agreed = yes or addition.missing or typer.confirm(words["ask"])
            except typer.Abort:
                typer.echo(f"\n{words['no_answer']}", err=True)
                raise typer.Exit(EXIT_FAILED) from None
            if is_agreed:
                typer.echo(addition.save())
            else:
                typer.echo(words["nothing_written"])
