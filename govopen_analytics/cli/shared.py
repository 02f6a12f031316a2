"""What commands share: options, answers as JSON, errors on one line, exit codes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from govopen_analytics.base.errors import BusyError, GovOpenError, installation_fault

if TYPE_CHECKING:
    import pandas as pd

# Exit codes for schedulers; docs/scheduling.md explains each.
EXIT_FAILED, EXIT_PARTIAL, EXIT_BUSY = 1, 3, 4

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
LangOption = Annotated[str, typer.Option("--lang", help="zh, en")]
CodebookOption = Annotated[
    Path | None, typer.Option("--codebook", help="编码表 · a codebook of your own")
]
SystemLangOption = Annotated[
    str, typer.Option("--lang", help="zh 或 en · zh or en; as the system says")
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


@contextmanager
def errors_on_one_line() -> Iterator[None]:
    """Turn an error of the library into one line and an exit code."""
    try:
        yield
    except (GovOpenError, ImportError) as error:
        error = installation_fault(error) or error
        typer.echo(f"错误 · error: {error}", err=True)
        is_busy = isinstance(error, BusyError)
        raise typer.Exit(EXIT_BUSY if is_busy else EXIT_FAILED) from error
