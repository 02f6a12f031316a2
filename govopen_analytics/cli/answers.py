"""Answers for programs: ``--json`` puts one JSON value on standard output."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import pandas as pd

JsonOption = Annotated[
    bool, typer.Option("--json", help="以 JSON 作答 · answer in JSON, for programs")
]


def tell_json(answer: Any) -> None:
    """Write an answer to standard output; what else is told goes to standard error."""
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2, allow_nan=False))


def rows_of(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return a table's rows as JSON holds them; what is missing is null."""
    return json.loads(table.to_json(orient="records", force_ascii=False))
