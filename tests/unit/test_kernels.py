"""Kernels are forks where that is possible, and start as usual where it is not."""

import asyncio
import multiprocessing
import sys

import pytest

from govopen_analytics.run import kernels

OURS = [sys.executable, "-m", "ipykernel_launcher", "-f", "connection.json"]


@pytest.mark.parametrize(
    ("methods", "platform"),
    [(["spawn"], "linux"), (["spawn", "forkserver"], "darwin")],
)
def test_a_system_that_cannot_fork_well_is_left_alone(monkeypatch, methods, platform):
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: methods)
    monkeypatch.setattr(sys, "platform", platform)
    assert kernels.fork_kernels() is False


@pytest.mark.parametrize("command", [["R", "--slave", "-e", "IRkernel::main()"], OURS])
def test_what_cannot_be_forked_starts_as_usual(monkeypatch, command):
    async def launch(self, cmd, **options):
        return {"started": cmd}

    def refuse(*arguments):
        raise ConnectionRefusedError

    monkeypatch.setattr(kernels.LocalProvisioner, "launch_kernel", launch)
    monkeypatch.setattr(kernels, "_Forked", refuse)
    started = asyncio.run(kernels.ForkedProvisioner().launch_kernel(command))
    assert started == {"started": command}
