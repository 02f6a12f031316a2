"""Fitted models on disk, so that a process need not fit them again."""

import contextlib
import os
import zipfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from govopen_analytics.base.atomic_files import written_whole
from govopen_analytics.base.cache import cache_folder
from govopen_analytics.base.fingerprints import code_digest, digest_of
from govopen_analytics.coding.features import CharacterNgrams
from govopen_analytics.coding.linear import LinearModel
from govopen_analytics.coding.training import LeftOut

# Of some two megabytes each.
_MOST_KEPT = 64
# What is fitted depends on these too; asking for all packages takes half a second.
_LIBRARIES = ("numpy", "scipy", "scikit-learn")


def kept_model(
    fingerprint: str, left_out: LeftOut, fit: Callable[[], LinearModel]
) -> LinearModel:
    """Read a fitted model, or fit it and keep it.

    A file that cannot be read or written is no error: the model is fitted.

    Parameters
    ----------
    fingerprint : str
        Of the codebook.
    fit : callable
        Fits the model.
    """
    folder = cache_folder()
    if folder is None:
        return fit()
    made_by = [code_digest("base", "coding"), *map(version, _LIBRARIES)]
    names = [sorted(left_out.documents), sorted(left_out.fields)]
    digest = digest_of([made_by, fingerprint, *names])
    path = folder / f"linear-{digest.removeprefix('sha256:')}.npz"
    try:
        return _read(path)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        model = fit()
    # A folder that cannot be written to costs time, nothing else.
    with contextlib.suppress(OSError):
        _write(model, path)
    return model


def _read(path: Path) -> LinearModel:
    with np.load(path, allow_pickle=False) as data:
        arrays = {name: data[name] for name in data.files}
    characters = np.zeros(0x110000, dtype=np.int32)
    codes = arrays["codes"]
    characters[codes] = np.arange(1, len(codes) + 1)
    ngrams = CharacterNgrams(
        tuple(arrays["sizes"].tolist()), characters, arrays["keys"], arrays["idf"]
    )
    return LinearModel(ngrams, arrays["weights"], arrays["intercepts"])


def _write(model: LinearModel, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    ngrams = model.ngrams
    with written_whole(path) as aside, aside.open("wb") as file:
        np.savez(
            file,
            # Characters are numbered in the order of their code points.
            codes=np.flatnonzero(ngrams.characters),
            sizes=np.array(ngrams.sizes),
            keys=ngrams.keys,
            idf=ngrams.idf,
            weights=model.weights,
            intercepts=model.intercepts,
        )
    files = sorted(path.parent.glob("linear-*.npz"), key=os.path.getmtime)
    for old in files[:-_MOST_KEPT]:
        old.unlink(missing_ok=True)
