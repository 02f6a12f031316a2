"""How every command tells an error: one line, and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from govopen_analytics.base.errors import BusyError, GovOpenError, installation_fault

# What a scheduler is told; docs/scheduling.md explains each.
EXIT_FAILED, EXIT_PARTIAL, EXIT_BUSY = 1, 3, 4


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn an error of the library into one line and an exit code."""
    try:
        yield
    except (GovOpenError, ImportError) as error:
        error = installation_fault(error) or error
        typer.echo(f"错误 · error: {error}", err=True)
        is_busy = isinstance(error, BusyError)
        raise typer.Exit(EXIT_BUSY if is_busy else EXIT_FAILED) from error
