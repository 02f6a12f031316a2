import os
import subprocess
import sys
import threading
import time

import pytest

from govopen_analytics.base import locking
from govopen_analytics.base.errors import BusyError, RunError
from govopen_analytics.base.locking import locked, remove_unfinished

HOLD = """
import os, signal, sys
from pathlib import Path
from govopen_analytics.base.locking import locked

with locked(Path(sys.argv[1])):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_one_at_a_time(tmp_path):
    with locked(tmp_path), pytest.raises(BusyError, match=f"process {os.getpid()} "):
        locked(tmp_path).__enter__()
    with locked(tmp_path) as killed:
        assert killed is None
    assert list(tmp_path.iterdir()) == []


def test_the_second_waits_for_the_first(tmp_path, monkeypatch):
    order, is_waiting, sleep = [], threading.Event(), time.sleep

    def wait(seconds):
        is_waiting.set()
        sleep(seconds)

    monkeypatch.setattr(locking.time, "sleep", wait)
    first = locked(tmp_path)
    first.__enter__()

    def second():
        with locked(tmp_path, seconds_wait=3600):
            order.append("second")

    waiting = threading.Thread(target=second)
    waiting.start()
    is_waiting.wait()
    order.append("first")
    first.__exit__(None, None, None)
    waiting.join()
    assert order == ["first", "second"]


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_killed_holder_is_noticed_and_stops_nobody(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)])
    assert process.wait() == -9
    assert (tmp_path / ".lock").exists()
    with locked(tmp_path) as killed:
        assert killed.startswith(f"process {process.pid} on ")
    assert not (tmp_path / ".lock").exists()


def test_a_lock_file_that_cannot_be_read_stops_nobody(tmp_path):
    (tmp_path / ".lock").write_bytes(b"\xff")
    with locked(tmp_path) as killed:
        assert killed is None


@pytest.mark.parametrize("target", ["precious.txt", "nowhere.txt"])
def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path, target):
    precious = tmp_path / "precious.txt"
    precious.write_text("mine", encoding="utf-8")
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / ".lock").symlink_to(tmp_path / target)
    with pytest.raises(RunError, match=r"\.lock is a symbolic link.*remove the link"):
        locked(folder).__enter__()
    assert precious.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "nowhere.txt").exists()


def test_what_was_left_half_built_is_removed(tmp_path):
    (tmp_path / ".building-1" / "tables").mkdir(parents=True)
    (tmp_path / ".building-latest-1").symlink_to("nowhere")
    (tmp_path / "kept").mkdir()
    removed = remove_unfinished(tmp_path)
    assert removed == [".building-1", ".building-latest-1"]
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
