"""What kernels are forked with: the libraries, loaded once.

Python's fork server imports this module. Nothing here may start a thread, which a
fork would lack, or depend on what a notebook is given.
"""

import pkgutil
from contextlib import suppress
from importlib import import_module

import numpy  # noqa: F401

from govopen_analytics import questions
from govopen_analytics.run.worker import leave_out_grammar

leave_out_grammar()
_MODULES = (
    "ipykernel.kernelapp",
    "govopen_analytics.corpus",
    "govopen_analytics.explore.explorer",
    *(
        f"{questions.__name__}.{m.name}"
        for m in pkgutil.iter_modules(questions.__path__)
    ),
)
for name in _MODULES:
    with suppress(ImportError):
        import_module(name)
