"""Files written whole or not at all, and office packages of the same bytes."""

import contextlib
import io
import os
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

_ENTRY_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say
CONTENT_TYPES = "[Content_Types].xml"
_MOMENT = re.compile(
    rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:(?:created|modified)>)"
)


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a file beside `path` to write to; it takes that place at the end.

    If the block fails, a former file stays as it is.
    """
    # Short enough for any name; another process may be writing the same file.
    aside = path.with_name(f".{path.name[:60]}.{os.getpid()}.writing")
    try:
        yield aside
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def replace_file(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all; its folder is made where missing.

    Raises
    ------
    OSError
        If the folder cannot be made or written to; a former file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as aside:
        aside.write_bytes(content)
    return path


def stable_package(blob: bytes, when: datetime) -> bytes:
    """Rewrite an office package so that equal content gives equal bytes.

    The parts are sorted, without the time of day; its properties name `when` as the
    date of creation and change. Workbooks inside it likewise.
    """
    moment = when.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(blob)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written,
    ):
        # Readers that stream expect the list of types first.
        names = sorted(
            source.namelist(), key=lambda name: (name != CONTENT_TYPES, name)
        )
        for name in names:
            part = source.read(name)
            if name.endswith(".xlsx"):
                part = stable_package(part, when)
            if name == "docProps/core.xml":
                part = _MOMENT.sub(rb"\g<1>" + moment + rb"\g<3>", part)
            entry = zipfile.ZipInfo(name, _ENTRY_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            written.writestr(entry, part)
    return target.getvalue()
