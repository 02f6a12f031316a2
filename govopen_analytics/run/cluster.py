"""Workers on other machines: a Dask cluster that somebody has started."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from govopen_analytics.base.errors import InstallationError, RunError

_SECONDS_TO_ANSWER = 20


@contextmanager
def cluster_executor(
    address: str, *, seconds: float = _SECONDS_TO_ANSWER
) -> Iterator[Executor]:
    """Connect to a Dask scheduler, and leave it running at the end.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://10.0.0.5:8786``.
    seconds : float, default 20
        How long the scheduler and the first worker may take to answer (seconds).

    Yields
    ------
    concurrent.futures.Executor

    Raises
    ------
    InstallationError
        If Dask is not installed.
    RunError
        If the scheduler does not answer, or has no worker.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise InstallationError(
            "--cluster needs Dask; run `pip install 'govopen-analytics[cluster]'` here "
            "and on every worker"
        ) from error
    try:
        # A client waits without end for one that accepts and then says nothing.
        asyncio.run(asyncio.wait_for(_identity(address), seconds))
        client = Client(address, timeout=seconds, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise RunError(
            f"The scheduler at {address} did not answer within {seconds:g} seconds; "
            "start it with `dask scheduler`, or give the address that it prints"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=seconds)
        except TimeoutError as error:
            raise RunError(
                f"The scheduler at {address} has no worker; start some with "
                f"`dask worker {address}`"
            ) from error
        # An equal file is no reason to take the result of another.
        with client.get_executor(pure=False) as executor:
            yield executor


async def _identity(address: str) -> object:
    from distributed import rpc

    async with rpc(address) as scheduler:
        return await scheduler.identity()
