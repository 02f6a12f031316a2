"""What commands share: options, answers as JSON, errors on one line, exit codes."""

import json
import os
import tomllib
from collections.abc import Callable
from functools import lru_cache
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

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
NOTEBOOKS = Path("notebooks")
_Command = TypeVar("_Command", bound=Callable[..., None])


@lru_cache(maxsize=1)
def commands() -> dict[str, dict[str, Any]]:
    """Read the words of the command line, from ``commands.toml``."""
    # YAML would take longer to load than all the rest of a page of help.
    text = Path(__file__).with_name("commands.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def described(command: _Command) -> _Command:
    """Give the parameters of a command their names, limits and words.

    They stand in ``commands.toml``: an option is called as its parameter, unless other
    names are given there.
    """
    own = commands()["shared"] | commands().get(command.__name__, {})
    kinds = get_type_hints(command)
    for name in signature(command).parameters:
        if kinds[name] is typer.Context:
            continue
        values = {"help": own[name]} if isinstance(own[name], str) else dict(own[name])
        names = values.pop("names", [f"--{name.replace('_', '-')}"])
        if values.pop("is_argument", False):
            kinds[name] = Annotated[kinds[name], typer.Argument(**values)]
        else:
            kinds[name] = Annotated[kinds[name], typer.Option(*names, **values)]
    command.__annotations__ = kinds
    return command


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
