"""One writer at a time in a folder, by a lock that ends with its process."""

import contextlib
import errno
import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from govopen_analytics.base.errors import BusyError, RunError

LOCK_NAME = ".lock"
BUILDING_PREFIX = ".building-"
_SECONDS_BETWEEN_TRIES = 0.2
# Windows locks bytes, not files: one far behind the text others want to read.
_LOCKED_BYTE = 1 << 20


@contextlib.contextmanager
def locked(folder: Path, *, seconds_wait: float = 0) -> Iterator[str | None]:
    """Lock a folder for writing by this process alone; make it where missing.

    The system gives a lock back when its process ends, however it ends. The
    file names its holder for the message of those who have to wait.

    Yields
    ------
    str or None
        Who held the lock before and was killed, if anyone was.

    Raises
    ------
    BusyError
        If another process holds the lock still.
    RunError
        If a symbolic link stands in the place of the lock.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOCK_NAME
    descriptor = _wait_for(path, seconds_wait)
    try:
        killed = _holder(path)
        _write_holder(descriptor)
        yield killed
    finally:
        # Removed while it is still held: who waits sees a new file and locks that.
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        os.close(descriptor)


def remove_unfinished(folder: Path, *, kept: Path | None = None) -> list[str]:
    """Remove what killed processes left half-built in a folder, under its lock.

    Return the names of what was removed; what the caller is building there is kept.
    """
    left = [p for p in sorted(folder.glob(f"{BUILDING_PREFIX}*")) if p != kept]
    for path in left:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return [path.name for path in left]


_DISK_ERRORS = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "your quota on the disk is used up; free some space",
    errno.EROFS: "the disk is read-only; give another folder",
    errno.EACCES: "this user may not write there; give another folder",
    errno.EPERM: "this user may not write there; give another folder",
    errno.ENOTDIR: "a part of that path is a file; give another folder",
}


@contextlib.contextmanager
def disk_errors_explained(folder: Path, what: str, consequence: str) -> Iterator[None]:
    """Turn what the system says of a disk into a sentence with what to do.

    It names what was written, and its consequence, a sentence.

    Raises
    ------
    RunError
        In place of an ``OSError``.
    """
    try:
        yield
    except OSError as error:
        unknown = f"{error}; see to that, or give another folder"
        reason = _DISK_ERRORS.get(error.errno or 0, unknown)
        raise RunError(
            f"{folder}: {what} could not be written: {reason}, then run again. "
            f"{consequence}"
        ) from error


def _wait_for(path: Path, seconds_wait: float) -> int:
    end = time.monotonic() + seconds_wait
    while True:
        descriptor = _opened(path)
        if _is_locked_by_us(descriptor) and _is_the_file(descriptor, path):
            return descriptor
        os.close(descriptor)
        if time.monotonic() >= end:
            holder = _holder(path) or "another process"
            raise BusyError(
                f"{path.parent} is being written by {holder}; wait until it ends, "
                "or give --wait SECONDS to have this run wait for it"
            )
        time.sleep(_SECONDS_BETWEEN_TRIES)


def _opened(path: Path) -> int:
    # A link there would have us empty the file that it names.
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    try:
        if path.is_symlink():
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        return os.open(path, flags, 0o644)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise RunError(
            f"{path} is a symbolic link, expected the file that a run makes and "
            "removes itself; remove the link and run again"
        ) from error


def _is_locked_by_us(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:
        return _is_locked_on_windows(descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_locked_on_windows(descriptor: int) -> bool:
    import msvcrt

    # The other systems' descriptions of this module lack its functions.
    lock: Any = msvcrt
    os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
    try:
        lock.locking(descriptor, lock.LK_NBLCK, 1)
    except OSError:
        return False
    return True


def _is_the_file(descriptor: int, path: Path) -> bool:
    # The holder before us may have removed the file between open and lock.
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _holder(path: Path) -> str | None:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        return f"process {holder['pid']} on {holder['host']} since {holder['started']}"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _write_holder(descriptor: int) -> None:
    started = datetime.now(UTC).isoformat(timespec="seconds")
    holder = {"pid": os.getpid(), "host": socket.gethostname(), "started": started}
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, json.dumps(holder).encode())
