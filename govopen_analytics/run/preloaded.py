"""What kernels are forked with: libraries loaded once, words read once.

Python's fork server imports this module. Nothing here may start a thread of ours,
which a fork would lack, or depend on what a notebook is given.
"""

import pkgutil
from contextlib import suppress
from importlib import import_module

import numpy  # noqa: F401

from govopen_analytics import questions
from govopen_analytics.coding.features import segment_words
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
segment_words("")  # reads its dictionary, which takes longer than a small notebook
