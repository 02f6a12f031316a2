"""Results kept in the user's cache folder, by the digest of all they were made from."""

import base64
import contextlib
import json
import os
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: Names the folder that holds what is kept; an empty value keeps nothing.
FOLDER_VARIABLE = "GOVOPEN_CACHE"
#: Most bytes of one kind of result; the oldest go first.
MOST_BYTES = 8 * 1024**3

# The bound is checked after a build; this much is kept then, so that not every
# build has to remove something.
_KEPT_SHARE = 0.9
# A file that is written takes moments; what is older was left by a killed process.
_SECONDS_UNFINISHED = 3600
_PART = ".part"


def cache_folder() -> Path | None:
    """Return the folder of what is kept, of the user's caches by default.

    None if the environment variable ``GOVOPEN_CACHE`` is set to nothing.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    if named is not None:
        return Path(named) if named else None
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library/Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "govopen-analytics"


class Cache:
    """Values that JSON can hold, each in a file named by its key.

    A file is written aside and moved in, so that several processes can share a
    folder. What is damaged, or was written under another key, counts as absent.

    Parameters
    ----------
    folder : Path or None
        Made where missing; None keeps nothing.
    reads : bool, default True
        Whether what is there is used; else everything is absent until it is kept.
    """

    def __init__(self, folder: Path | None, *, reads: bool = True) -> None:
        self.folder = folder
        self._reads = reads
        self._written: set[str] = set()

    @classmethod
    def of_user(cls, kind: str, *, reads: bool = True) -> "Cache":
        """Open the part of the user's cache that holds one kind of result."""
        folder = cache_folder()
        return cls(folder / kind if folder else None, reads=reads)

    def get(self, key: str) -> Any:
        """Return what is kept under a key, or None."""
        path = self._path(key)
        if path is None or not (self._reads or key in self._written):
            return None
        try:
            written_key, value = json.loads(zlib.decompress(path.read_bytes()))
            # What was not used for the longest time is deleted first.
            os.utime(path)
        except (OSError, zlib.error, ValueError, TypeError, RecursionError):
            return None
        return value if written_key == key else None

    def put(self, key: str, value: Any) -> bool:
        """Keep a value; say whether it could be written."""
        path = self._path(key)
        if path is None:
            return False
        text = json.dumps([key, value], ensure_ascii=False)
        content = zlib.compress(text.encode("utf-8", "surrogatepass"), 1)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, suffix=_PART)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                os.replace(name, path)
            finally:
                Path(name).unlink(missing_ok=True)
        except OSError:
            return False
        self._written.add(key)
        return True

    def tables(
        self, key: str, make: "Callable[[], dict[str, pd.DataFrame]]"
    ) -> "dict[str, pd.DataFrame]":
        """Return the tables that are kept under a key, or make and keep them.

        Tables that would not come back as they are, types included, are not kept.
        """
        try:
            return {name: _table(text) for name, text in self.get(key).items()}
        except (AttributeError, TypeError, ValueError, OSError):
            made = make()
        with contextlib.suppress(TypeError, ValueError, NotImplementedError):
            texts = {name: _text(table) for name, table in made.items()}
            if all(_table(texts[name]).equals(made[name]) for name in made):
                self.put(key, texts)
        return made

    def is_writable(self) -> bool:
        """Say whether anything can be kept."""
        if self.folder is None:
            return False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                return True
        except OSError:
            return False

    def trim(self, most_bytes: int = MOST_BYTES) -> None:
        """Remove the oldest values where all together take more than they may."""
        if self.folder is None or not self._written:
            return
        files = []
        for path in self.folder.glob("*/*"):
            with contextlib.suppress(OSError):
                state = path.stat()
                files.append((state.st_mtime, state.st_size, path))
        total = sum(size for _, size, _ in files)
        most = most_bytes * _KEPT_SHARE if total > most_bytes else total
        unfinished = time.time() - _SECONDS_UNFINISHED
        for mtime, size, path in sorted(files, key=lambda each: each[0]):
            if total > most or (path.suffix == _PART and mtime < unfinished):
                with contextlib.suppress(OSError):
                    path.unlink()
                    total -= size

    def _path(self, key: str) -> Path | None:
        if self.folder is None:
            return None
        name = key.removeprefix("sha256:")
        return self.folder / name[:2] / name


def _text(table: "pd.DataFrame") -> str:
    import pyarrow as pa

    arrow, buffer = pa.Table.from_pandas(table), pa.BufferOutputStream()
    with pa.ipc.new_stream(buffer, arrow.schema) as stream:
        stream.write_table(arrow)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _table(text: str) -> "pd.DataFrame":
    import pyarrow as pa

    return pa.ipc.open_stream(base64.b64decode(text)).read_all().to_pandas()
