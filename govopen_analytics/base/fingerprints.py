"""Digests and versions: what a result was made from, so that it can be made again."""

import contextlib
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import IO, Any

_DISTRIBUTION = "govopen-analytics"
_LIBRARY = Path(__file__).parents[1]
#: Programs that decide which files can be read.
PROGRAMS = ("soffice", "libreoffice")

# A requirement as packages state it: name[extra, …] version; marker.
_REQUIREMENT = re.compile(r"\s*([\w.-]+)\s*(?:\[([^\]]*)\])?")
_EXTRA = re.compile(r"""\bextra\s*==\s*['"]([^'"]+)""")


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as ``sha256:<hexadecimal>``."""
    with path.open("rb") as file:
        return digest_of_open(file)


def digest_of_open(file: IO[bytes]) -> str:
    """Return the SHA-256 of a file that is open at its beginning."""
    digest = hashlib.file_digest(file, "sha256")  # type: ignore[arg-type]
    return f"sha256:{digest.hexdigest()}"


def folder_digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file below a folder, by relative path.

    Sorted by path, with forward slashes. Hidden files and folders are left out; a
    folder that is not there has none.
    """
    return {
        path.relative_to(folder).as_posix(): file_digest(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not is_hidden(path.relative_to(folder))
    }


def digest_of(value: Any) -> str:
    """Return the SHA-256 of a value that JSON can hold, whatever its order of keys."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode(errors='surrogateescape')).hexdigest()}"


@lru_cache
def code_digest(*folders: str) -> str:
    """Return one digest of every file of the library, or of some of its folders."""
    roots = [_LIBRARY / name for name in folders] or [_LIBRARY]
    files = (path for root in roots for path in sorted(root.rglob("*")))
    digests = {
        path.relative_to(_LIBRARY).as_posix(): file_digest(path)
        for path in files
        if path.is_file() and "__pycache__" not in path.parts
    }
    return digest_of(digests)


@lru_cache
def made_by(*folders: str) -> str:
    """Return one digest of what decides a result besides its input.

    These are the named folders of the library, the versions of all packages, and
    whether the programs are there that open some files.
    """
    programs = [name for name in PROGRAMS if shutil.which(name)]
    return digest_of([code_digest(*folders), package_versions(), programs])


def reviews_beside(processed_dir: Path) -> Path:
    """Return where people's decisions are kept: beside the tables."""
    return processed_dir.parent / "reviews"


def inputs_digest(
    raw_dir: Path | str,
    out_dir: Path | str,
    codebook_path: Path | str | None = None,
) -> str:
    """Return one digest of all that the tables are made from.

    It changes with any file of the raw folder, the reviews, the codebook and the
    library, with the packages, and with whether LibreOffice is there.
    """
    return digest_of(
        {
            "raw": folder_digests(Path(raw_dir)),
            "reviews": folder_digests(reviews_beside(Path(out_dir))),
            "codebook": file_digest(Path(codebook_path)) if codebook_path else None,
            "made_by": made_by(),
        }
    )


def code_version() -> dict[str, str | None]:
    """Return the library's version, its commit where git knows it, its digest."""
    return {
        "version": metadata.version(_DISTRIBUTION),
        "commit": _commit(_LIBRARY),
        "sha256": code_digest().removeprefix("sha256:"),
    }


@lru_cache(maxsize=1)
def package_versions() -> dict[str, str]:
    """Return the versions of Python and of every package the library runs on.

    These are the packages that it requires, those that they require, and so on, as
    far as they are installed.
    """
    import platform

    versions = {"python": platform.python_version()}
    seen: set[tuple[str, str]] = set()
    waiting = [(_DISTRIBUTION, "")]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        with contextlib.suppress(metadata.PackageNotFoundError):
            package = metadata.distribution(name)
            if name != _DISTRIBUTION:
                versions[name] = package.version
            waiting += _required(package.requires or [], extra)
    return dict(sorted(versions.items()))


def _required(requirements: Iterable[str], extra: str) -> Iterator[tuple[str, str]]:
    """List the packages that one asks for, each without and with its extras."""
    for line in requirements:
        requirement, _, marker = line.partition(";")
        condition = _EXTRA.search(marker)
        if (condition.group(1) if condition else "") != extra:
            continue
        named = _REQUIREMENT.match(requirement)
        if named is None:
            continue
        name, extras = named.groups()
        name = re.sub("[-_.]+", "-", name).lower()
        yield name, ""
        for further in filter(None, re.split(r"[\s,]+", extras or "")):
            yield name, further


def is_hidden(path: Path) -> bool:
    """Say whether a relative path is hidden, or a lock file of an office program."""
    return any(part.startswith((".", "~$")) for part in path.parts)


def _commit(folder: Path) -> str | None:
    if not shutil.which("git"):
        return None
    describe = ["describe", "--always", "--dirty", "--abbrev=12"]
    command = ["git", "-C", str(folder), *describe]
    try:
        described = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return described.stdout.strip() or None
