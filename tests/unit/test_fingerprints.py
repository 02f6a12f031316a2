import re
from importlib import metadata
from types import SimpleNamespace

import pytest

from govopen_analytics.base.fingerprints import (
    code_digest,
    code_version,
    digest_of,
    file_digest,
    folder_digests,
    package_versions,
)

EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_digest_of_an_empty_file_is_the_known_one(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    assert file_digest(tmp_path / "a") == EMPTY


def test_a_folder_is_listed_by_relative_path_without_hidden_files(tmp_path):
    for name in ("b/c", "a", ".d", ".e/f", "~$a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert folder_digests(tmp_path) == {"a": EMPTY, "b/c": EMPTY}
    assert folder_digests(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    ("first", "second", "is_equal"),
    [
        ({"a": 1, "b": [2]}, {"b": [2], "a": 1}, True),
        ({"a": 1}, {"a": 2}, False),
        ([1, 2], [2, 1], False),
        (None, {}, False),
    ],
)
def test_digests_of_values(first, second, is_equal):
    assert (digest_of(first) == digest_of(second)) == is_equal


def test_versions_name_the_code_and_what_it_requires():
    assert {"python", "pandas", "papermill"} <= set(package_versions())
    assert re.fullmatch("[0-9a-f]{64}", code_version()["sha256"])
    assert code_digest() == f"sha256:{code_version()['sha256']}"


REQUIRES = {
    "govopen-analytics": ["a>=1", "b[x, z]>=2 ; python_version > '3'", "t; extra=='t'"],
    "a": ["c.d (>=1)", "a"],
    "b": ['e; extra == "x"', "f ; python_version < '3.9' and extra == 'y'", "gone"],
    "c-d": None,
    "e": ["A"],
    "f": [],
    "t": [],
}


def test_versions_are_those_of_requirements_of_requirements(monkeypatch):
    def distribution(name):
        if name not in REQUIRES:
            raise metadata.PackageNotFoundError(name)
        return SimpleNamespace(version=f"1+{name}", requires=REQUIRES[name])

    monkeypatch.setattr(metadata, "distribution", distribution)
    versions = package_versions.__wrapped__()
    assert versions.pop("python")
    assert versions == {name: f"1+{name}" for name in ("a", "b", "c-d", "e")}
