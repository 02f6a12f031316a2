"""DOC and WPS: converted by LibreOffice where it is there, and checked afterwards."""

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from govopen_analytics.base.errors import ReadError, UnsupportedFormatError
from govopen_analytics.base.remarks import Remark
from govopen_analytics.readers.compound import WordText, word_text
from govopen_analytics.readers.docx import read_docx
from govopen_analytics.readers.limits import MAX_CONVERSION_SECONDS
from govopen_analytics.readers.source import Source

PROGRAMS = ("soffice", "libreoffice")
_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*\x14?")
_MIN_KEPT_SHARE = 0.98


def find_converter() -> str | None:
    """Find LibreOffice on this machine.

    Returns
    -------
    str or None
        Its path, or None where it is not installed.
    """
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def _convert(content: bytes, name: str, program: str) -> bytes:
    """Let LibreOffice write a file as DOCX, in a folder and profile of its own."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "given.doc"
        given.write_bytes(content)
        command = [
            program,
            "--headless",
            "--norestore",
            f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}",
            "--convert-to",
            "docx:MS Word 2007 XML",
            "--outdir",
            folder,
            str(given),
        ]
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=MAX_CONVERSION_SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise ReadError(
                f"{name}: LibreOffice took longer than {MAX_CONVERSION_SECONDS} "
                "seconds to convert the file and was stopped; open it in Word or WPS "
                "Office and save it as DOCX"
            ) from error
        converted = given.with_suffix(".docx")
        if not converted.exists():
            reason = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
            raise ReadError(
                f"{name}: LibreOffice could not convert the file "
                f"({reason or 'no reason given'}); open it in Word or WPS Office and "
                "save it as DOCX"
            )
        return converted.read_bytes()


def _check_conversion(stored: WordText, source: Source) -> tuple[Remark, ...]:
    """Compare what was stored with what came out of the conversion."""
    remarks = []
    n_cells = sum(len(block.cells) for block in source.blocks)
    n_rows = sum(bool(block.cells) for block in source.blocks)
    if stored.n_marks > n_cells + n_rows:
        counts = {"n_marks": stored.n_marks, "n_cells": n_cells, "n_rows": n_rows}
        remarks.append(Remark("doc_cells_missing", counts))
    before = Counter(_FIELD_CODE.sub("", stored.text))
    after = Counter(source.text)
    letters = {c: n for c, n in before.items() if c.isalnum()}
    n_lost = sum(max(0, n - after[c]) for c, n in letters.items())
    if n_lost > (1 - _MIN_KEPT_SHARE) * sum(letters.values()):
        counts = {"n_lost": n_lost, "n_letters": sum(letters.values())}
        remarks.append(Remark("doc_letters_missing", counts))
    return tuple(remarks)


def read_doc(content: bytes, name: str) -> Source:
    """Read an old Word file, or one of WPS Office, through LibreOffice.

    The result is compared with the text the file stores: a conversion that lost
    cells or letters carries a remark.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        File the messages name.

    Returns
    -------
    Source
        As `read_docx` gives it.

    Raises
    ------
    UnsupportedFormatError
        If LibreOffice is not installed.
    ReadError
        If the file is damaged or encrypted, or could not be converted.
    """
    stored = word_text(content, name)
    program = find_converter()
    if program is None:
        raise UnsupportedFormatError(
            f"{name}: reading old Word and WPS files needs LibreOffice, and neither of "
            f"{' or '.join(PROGRAMS)} was found; install it, or open the file in Word "
            "or WPS Office and save it as DOCX"
        )
    source = read_docx(_convert(content, name, program), name)
    return Source(
        text=source.text,
        blocks=source.blocks,
        format="doc",
        metadata=source.metadata,
        remarks=source.remarks + _check_conversion(stored, source),
    )
