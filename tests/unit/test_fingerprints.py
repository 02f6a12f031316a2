import re

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
