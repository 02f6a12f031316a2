"""The exception tree: one base, and names that say what is wrong."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


_LIBRARY = str(Path(__file__).parents[1]) + os.sep


class GovOpenError(Exception):
    """Base of every error this library raises on purpose."""


class SourceError(GovOpenError):
    """A raw file or its manifest row is not as declared."""


class ChecksumError(SourceError, ValueError):
    """A raw file's bytes differ from the checksum in the manifest."""


class ReadError(GovOpenError):
    """A file could not be turned into text."""


class UnsupportedFormatError(ReadError, ValueError):
    """No reader handles this file format."""


class EncodingError(ReadError, ValueError):
    """The bytes are not text in any encoding the readers know."""


class EmptyDocumentError(ReadError, ValueError):
    """The file holds no text."""


class NotAPlanError(ReadError, ValueError):
    """The text was read, but it is no plan or holds no recoverable task."""


class CodebookError(GovOpenError, ValueError):
    """A codebook breaks one of its rules."""


class SchemaError(GovOpenError, ValueError):
    """A table does not match its declared schema.

    Attributes
    ----------
    table : str
        Name of the table.
    failure_cases : DataFrame or None
        The offending rows, where rows are at fault.
    """

    def __init__(
        self, table: str, message: str, *, failure_cases: "pd.DataFrame | None" = None
    ) -> None:
        super().__init__(f"Table '{table}': {message}")
        self.table = table
        self.failure_cases = failure_cases


class InstallationError(GovOpenError):
    """Something the library needs is not installed, or not whole."""


class SelectionError(GovOpenError, ValueError):
    """Something was asked for that is not there, or no value of its kind."""


class ExportError(GovOpenError):
    """A chart, a table or a briefing could not be written."""


class BusyError(GovOpenError):
    """Another process is writing where this one was asked to."""


class RunError(GovOpenError):
    """A notebook run failed.

    Attributes
    ----------
    notebook : str or None
        Name of the notebook, without its folder.
    cell : int or None
        Position of the failing cell, counted from 1.
    """

    def __init__(
        self, message: str, *, notebook: str | None = None, cell: int | None = None
    ) -> None:
        super().__init__(message)
        self.notebook = notebook
        self.cell = cell


# Where the name to import differs from the name to install.
INSTALLED_AS = {
    "IPython": "ipython",
    "ahocorasick_rs": "ahocorasick-rs",
    "docx": "python-docx",
    "pdfminer": "pdfminer-six",
    "pptx": "python-pptx",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}


def installation_fault(error: BaseException) -> InstallationError | None:
    """Tell a fault of the installation from one of a file.

    The error that is returned says what to install; None where the installation is
    not at fault.
    """
    if isinstance(error, InstallationError):
        return error
    if isinstance(error, ImportError):
        top = (error.name or "").partition(".")[0]
        package = INSTALLED_AS.get(top, top).replace("_", "-")
        return InstallationError(
            f"Python cannot import '{error.name}' ({error}): the installation is not "
            f"whole; run `{sys.executable} -m pip install --force-reinstall {package}`"
        )
    name = error.filename if isinstance(error, FileNotFoundError) else None
    if isinstance(name, str) and name.startswith((_LIBRARY, sys.prefix + os.sep)):
        return InstallationError(
            f"{name} is missing: the installation is not whole; install the library "
            "again with `pip install --force-reinstall`"
        )
    return None


_MOST_SHOWN = 20
_MOST_BESIDE_THE_NEAREST = 5


def choices(
    value: object,
    allowed: Iterable[object],
    labels: Mapping[str, str] | None = None,
) -> str:
    """Say what was found, what is known, and the nearest known value.

    A clause to end an error message with. What `labels` has of a value stands in
    brackets behind it.
    """
    import difflib

    values = {str(name): name for name in allowed}
    if (same := values.get(str(value), value)) != value:
        kind = "a text" if isinstance(same, str) else "a number"
        return f"found {value!r}, expected {kind}: {same}"
    names = list(values)
    nearest = difflib.get_close_matches(str(value), names, n=3, cutoff=0.4)
    if labels:
        names = [f"{name} ({labels[name]})" for name in names]
    hint = f"; did you mean {' or '.join(nearest)}?" if nearest else ""
    shown = ", ".join(names)
    if len(names) > _MOST_SHOWN:
        first = names[: _MOST_BESIDE_THE_NEAREST if nearest else _MOST_SHOWN]
        shown = f"{', '.join(first)}, … ({len(names)} names)"
    return f"found {value!r}, expected one of: {shown}{hint}"
