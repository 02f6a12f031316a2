"""What readers see stands in both languages, with the same keys and values."""

import string
from importlib.resources import files

import pytest
import yaml

from govopen_analytics import words
from govopen_analytics.base.errors import SelectionError


def leaves(value, path="") -> dict:
    if isinstance(value, dict):
        pairs = [leaves(part, f"{path}.{key}") for key, part in value.items()]
        return {key: leaf for pair in pairs for key, leaf in pair.items()}
    if isinstance(value, list):
        pairs = [leaves(part, f"{path}[{n}]") for n, part in enumerate(value)]
        return {key: leaf for pair in pairs for key, leaf in pair.items()}
    return {path: value}


def placeholders(value) -> set:
    names = {field for _, field, _, _ in string.Formatter().parse(str(value)) if field}
    return {name.split("!")[0].split(":")[0] for name in names}


@pytest.fixture(scope="module")
def both():
    folder = files("govopen_analytics.words")
    return [
        leaves(yaml.safe_load((folder / f"{lang}.yml").read_text("utf-8")))
        for lang in ("zh", "en")
    ]


def test_keys_agree(both):
    zh, en = both
    assert sorted(set(zh) ^ set(en)) == []


def test_placeholders_agree(both):
    zh, en = both
    differ = [key for key in zh if placeholders(zh[key]) != placeholders(en[key])]
    assert differ == []


def test_nothing_is_empty(both):
    assert [key for leaf in both for key, value in leaf.items() if value is None] == []


def test_a_language_that_is_not_there_is_refused():
    with pytest.raises(SelectionError, match="fr"):
        words.section("names", "fr")


@pytest.mark.parametrize(
    ("name", "lang", "expected"),
    [
        ("甲市民政局", "zh", "甲市民政局"),
        ("", "zh", "（机构未注明）"),
        (None, "en", "(agency unknown)"),
        (float("nan"), "en", "(agency unknown)"),
    ],
)
def test_name_of_an_agency(name, lang, expected):
    assert words.agency_name(name, lang) == expected
