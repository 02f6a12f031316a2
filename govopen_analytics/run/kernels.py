"""Kernels that are forked from a process which has loaded the libraries already.

Jupyter asks a "provisioner" for the process of a kernel. Ours lets Python's fork
server make it. Where it cannot, a kernel starts as usual: on a system that forks
badly, for an interpreter that is not ours, or when the server does not answer.
"""

import multiprocessing
import os
import sys
from importlib.metadata import EntryPoint
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

_NAME, _LAUNCHER = "govopen-forked", "ipykernel_launcher"
_PRELOADED = "govopen_analytics.run.preloaded"


def fork_kernels() -> bool:
    """Let the kernels of this process be forked from now on; say whether they can be.

    The process that they are forked from has loaded its libraries then.
    """
    # On macOS the system's own libraries may fail in a process that was forked.
    methods = multiprocessing.get_all_start_methods()
    if "forkserver" not in methods or sys.platform == "darwin":
        return False
    multiprocessing.get_context("forkserver").set_forkserver_preload([_PRELOADED])
    try:
        _Forked(os.getpid).wait()  # answered once all is loaded
    except (OSError, EOFError):
        return False
    factory = KernelProvisionerFactory.instance()
    place = f"{__name__}:{ForkedProvisioner.__name__}"
    factory.provisioners[_NAME] = EntryPoint(_NAME, place, factory.GROUP_NAME)
    factory.default_provisioner_name = _NAME
    return True


class ForkedProvisioner(LocalProvisioner):
    """Start a kernel as a fork; what else Jupyter does with its process stays."""

    async def launch_kernel(
        self, cmd: list[str], **kwargs: Any
    ) -> KernelConnectionInfo:
        """Start the kernel that a command line names."""
        if cmd[0] != sys.executable or _LAUNCHER not in cmd:
            return await super().launch_kernel(cmd, **kwargs)
        arguments = cmd[cmd.index(_LAUNCHER) + 1 :]
        folder = str(kwargs.get("cwd") or os.getcwd())
        environment = dict(kwargs.get("env") or os.environ)
        try:
            process: Any = _Forked(run_kernel, arguments, environment, folder)
        except (OSError, EOFError):
            return await super().launch_kernel(cmd, **kwargs)
        # A group of its own it has only once it runs: signals go to the process.
        self.process, self.pid, self.pgid = process, process.pid, None
        self.cwd = folder
        return self.connection_info


class _Forked:
    """A process of the fork server, as Jupyter handles one of ``subprocess``."""

    stdin = stdout = stderr = None

    def __init__(self, function: Any, *arguments: Any) -> None:
        context = multiprocessing.get_context("forkserver")
        self._process = context.Process(target=function, args=arguments)
        self._process.start()
        self.pid = self._process.pid or 0

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        self._process.join(timeout)
        return self.poll()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()


def run_kernel(arguments: list[str], environment: dict[str, str], folder: str) -> None:
    """Be a kernel, as ``python -m ipykernel_launcher`` in a folder would be one."""
    import numpy
    from ipykernel import kernelapp

    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = [_LAUNCHER, *arguments]
    numpy.random.seed()  # each fork would draw the same numbers
    # With its parent the kernel ends too; the default was read before the fork.
    parent = f"--IPKernelApp.parent_handle={os.getppid()}"
    kernelapp.launch_new_instance([*arguments, parent])
