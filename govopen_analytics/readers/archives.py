"""Office archives: their parts, checked for size before they are unpacked."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO, TypeAlias

from lxml import etree

from govopen_analytics.base.errors import ReadError
from govopen_analytics.readers.limits import (
    MAX_PART_BYTES,
    MAX_PART_RATIO,
    MAX_PARTS,
    MAX_XML_TAGS,
    MIN_RATIO_BYTES,
    check_count,
    check_size,
)

Element: TypeAlias = etree._Element

# "Strict" files name the same elements differently.
_STRICT_NAMES = tuple(
    (
        f"http://purl.oclc.org/ooxml/{kind}".encode(),
        f"http://schemas.openxmlformats.org/{transitional}".encode(),
    )
    for kind, transitional in (
        ("wordprocessingml/main", "wordprocessingml/2006/main"),
        ("spreadsheetml/main", "spreadsheetml/2006/main"),
        ("officeDocument/relationships", "officeDocument/2006/relationships"),
    )
)
_ENCRYPTED_FLAG = 0x1
# Office files have no document type; one could only bring entities that expand.
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le"))
_DOCTYPE_WITHIN = 65_536


class Archive:
    """A ZIP archive whose parts are read one by one, within the limits.

    Parts are named in lower case, with forward slashes: some writers use
    backslashes, and Windows does not care about case.
    """

    def __init__(self, content: bytes) -> None:
        with _damage_explained("its table of contents"):
            self._zip = zipfile.ZipFile(BytesIO(content))
        parts = self._zip.infolist()
        check_count("parts in the archive", len(parts), MAX_PARTS)
        self._parts = {
            part.filename.replace("\\", "/").lower().lstrip("/"): part for part in parts
        }

    def __contains__(self, part: str) -> bool:
        return part in self._parts

    def find(self, pattern: str) -> list[str]:
        """Return the parts whose whole name matches, in the archive's order."""
        return [part for part in self._parts if re.fullmatch(pattern, part)]

    def stream(self, part: str) -> IO[bytes]:
        """Open one part for reading piece by piece."""
        info = self._checked(part)
        with _damage_explained(f"part {part}"):
            with self._zip.open(info) as opened:
                _refuse_document_type(opened.read(_DOCTYPE_WITHIN), part)
            return self._zip.open(info)

    def parse(self, part: str) -> Element | None:
        """Unpack and parse one XML part; None if the archive has no such part."""
        if part not in self._parts:
            return None
        info = self._checked(part)
        with _damage_explained(f"part {part}"):
            content = self._zip.read(info)
        _refuse_document_type(content, part)
        check_count(f"XML tags in part {part}", content.count(b"<"), MAX_XML_TAGS)
        for strict, transitional in _STRICT_NAMES:
            content = content.replace(strict, transitional)
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            huge_tree=True,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            return etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            raise ReadError(
                f"part {part} is not well-formed XML ({error}); open the file in the "
                "program that made it and save it again"
            ) from error

    def _checked(self, part: str) -> zipfile.ZipInfo:
        info = self._parts[part]
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise ReadError(
                f"part {part} is encrypted; remove the password in the program that "
                "made the file and save it again"
            )
        check_size(f"part {part} unpacked", info.file_size, MAX_PART_BYTES)
        ratio = info.file_size / max(1, info.compress_size)
        if info.file_size > MIN_RATIO_BYTES and ratio > MAX_PART_RATIO:
            raise ReadError(
                f"part {part} unpacks to {ratio:,.0f} times its size, the limit is "
                f"{MAX_PART_RATIO} times; this looks like a decompression bomb, so the "
                "file was not read"
            )
        return info


@contextmanager
def _damage_explained(place: str) -> Iterator[None]:
    """Say which part of a damaged archive could not be read."""
    try:
        yield
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise ReadError(
            f"the archive is cut off or damaged at {place} ({error}); download the "
            "file again"
        ) from error


def _refuse_document_type(content: bytes, part: str) -> None:
    if any(mark in content for mark in _DOCTYPES):
        raise ReadError(
            f"part {part} declares a document type, which an Office file never does "
            "and which can expand without end; the file was not read"
        )
