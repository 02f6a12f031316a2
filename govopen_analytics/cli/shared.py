"""What commands share: options, answers as JSON, errors on one line, exit codes."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from govopen_analytics.base.errors import BusyError, GovOpenError, installation_fault

if TYPE_CHECKING:
    import pandas as pd

# Exit codes for schedulers; docs/scheduling.md explains each.
EXIT_FAILED, EXIT_PARTIAL, EXIT_BUSY = 1, 3, 4


def language_of_system(given: str = "") -> str:
    """Return the language given; else English where the system has it, or Chinese."""
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    of_system = "en" if next(filter(None, names), "").startswith("en") else "zh"
    return given or of_system


# One name for each kind of folder, in every command.
RAW, PROCESSED, REPORTS = Path("data/raw"), Path("data/processed"), Path("reports")
RawOption = Annotated[
    Path, typer.Option("--raw", help="原始文件夹 · folder of plans as published")
]
ProcessedOption = Annotated[
    Path, typer.Option("--processed", help="数据表文件夹 · folder of the tables")
]
ReportsOption = Annotated[
    Path, typer.Option("--reports", help="报告文件夹 · folder of all runs")
]
ReviewsOption = Annotated[
    Path | None,
    typer.Option(
        "--reviews",
        help="复核文件夹，默认在数据表旁 · folder where reviews are kept; by default "
        "beside the tables",
    ),
]
AgencyOption = Annotated[
    list[str] | None,
    typer.Option("--agency", help="只要这家机构，可重复 · this agency, repeatable"),
]
YearOption = Annotated[
    list[int] | None,
    typer.Option("--year", help="只要这一年，可重复 · this year, repeatable"),
]
LangOption = Annotated[str, typer.Option("--lang", help="语言 · language: zh, en")]
CodebookOption = Annotated[
    Path | None, typer.Option("--codebook", help="编码表 · a codebook of your own")
]
SystemLangOption = Annotated[
    str,
    typer.Option(
        "--lang",
        callback=language_of_system,
        help="zh 或 en · zh or en; as the system says",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="以 JSON 作答 · answer in JSON, for programs")
]


def print_json(answer: Any) -> None:
    """Write an answer to standard output; all else goes to standard error."""
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2, allow_nan=False))


def rows_of(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return a table's rows as JSON holds them; what is missing is null."""
    return json.loads(table.to_json(orient="records", force_ascii=False))


class ErrorsOnOneLine(TyperGroup):
    """Commands that turn an error of the library into one line and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except (GovOpenError, ImportError) as error:
            error = installation_fault(error) or error
            typer.echo(f"错误 · error: {error}", err=True)
            is_busy = isinstance(error, BusyError)
            raise typer.Exit(EXIT_BUSY if is_busy else EXIT_FAILED) from error
