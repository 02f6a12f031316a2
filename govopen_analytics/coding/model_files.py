"""Fitted models on disk, so that a process need not fit them again."""

import contextlib
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from govopen_analytics.base.cache import cache_folder
from govopen_analytics.coding.features import CharacterNgrams
from govopen_analytics.coding.linear import LinearModel
from govopen_analytics.coding.training import LeftOut

# Of some two megabytes each.
_MOST_KEPT = 64
# What is fitted depends on these too.
_LIBRARIES = ("numpy", "scipy", "scikit-learn")
_SOURCES = ("clauses.py", "codebook.py", "features.py", "linear.py", "training.py")


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
    path = folder / f"linear-{_digest(fingerprint, left_out)}.npz"
    try:
        return _read(path)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        model = fit()
    # A folder that cannot be written to costs time, nothing else.
    with contextlib.suppress(OSError):
        _write(model, path)
    return model


def _digest(fingerprint: str, left_out: LeftOut) -> str:
    parts = [fingerprint, *(f"{name} {version(name)}" for name in _LIBRARIES)]
    parts += [*sorted(left_out.documents), "/", *sorted(left_out.fields)]
    digest = hashlib.sha256("\n".join(parts).encode())
    for name in _SOURCES:
        digest.update(Path(__file__).with_name(name).read_bytes())
    return digest.hexdigest()


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
    # Characters are numbered in the order of their code points.
    codes = np.flatnonzero(model.ngrams.characters)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(
                file,
                codes=codes,
                sizes=np.array(model.ngrams.sizes),
                keys=model.ngrams.keys,
                idf=model.ngrams.idf,
                weights=model.weights,
                intercepts=model.intercepts,
            )
        os.replace(name, path)
        found = sorted(path.parent.glob("linear-*.npz"), key=os.path.getmtime)
        for old in found[:-_MOST_KEPT]:
            old.unlink(missing_ok=True)
    finally:
        Path(name).unlink(missing_ok=True)
