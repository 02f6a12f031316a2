"""Coding tasks by models that have seen neither their field nor their plan."""

from collections.abc import Iterator

import pandas as pd

from govopen_analytics.coding.codebook import Codebook
from govopen_analytics.coding.training import LeftOut, training_tasks

#: Fields are left out this many times, several at once; plans one by one.
N_FIELD_FOLDS = 10


def folds(codebook: Codebook) -> Iterator[tuple[LeftOut, pd.DataFrame]]:
    """Split coded tasks into parts that are left out together.

    Parameters
    ----------
    codebook : Codebook
        With training tasks or reference codings.

    Yields
    ------
    left_out : LeftOut
        Whole fields, or one plan.
    tasks : DataFrame, shape (n_tasks, 9)
        The tasks of these, as ``training_tasks`` lays them out.
    """
    tasks = training_tasks(codebook)
    fields = sorted(codebook.training["field"].unique())
    for number in range(min(N_FIELD_FOLDS, len(fields))):
        part = frozenset(fields[number::N_FIELD_FOLDS])
        yield LeftOut(fields=part), tasks.loc[tasks["group"].isin(part)]
    for document in sorted(codebook.reference["document_id"].unique()):
        own = tasks.loc[tasks["group"] == document]
        yield LeftOut(documents=frozenset([document])), own
