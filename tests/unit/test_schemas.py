"""Every column is declared once, with a heading and a meaning in both languages."""

from collections import Counter
from importlib.resources import files

import pytest
import yaml

from govopen_analytics.base.languages import LANGUAGES
from govopen_analytics.base.schemas import (
    FIELDS,
    TABLES,
    column_meaning,
    heading,
    table_meaning,
)

DECLARED = yaml.safe_load(
    (files("govopen_analytics.base") / "columns.yml").read_text("utf-8")
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_column_and_table_has_a_meaning(lang):
    columns = [
        name for name in DECLARED["columns"] if not column_meaning("", name, lang)
    ]
    tables = [name for name in DECLARED["tables"] if not table_meaning(name, lang)]
    assert (columns, tables) == ([], [])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_two_columns_share_a_heading(lang):
    counts = Counter(heading(name, lang) for name in DECLARED["columns"])
    assert [text for text, n in counts.items() if n > 1] == []


def test_tables_name_declared_columns_only():
    named = {name for table in TABLES.values() for name in table.fields}
    assert named - set(FIELDS) == set()


@pytest.mark.parametrize(
    ("table", "column", "expected"),
    [
        ("theme_tasks", "rank", "1 为主要主题，2 起为次要主题"),
        ("theme_words", "rank", "次序，1 最突出"),
        ("any", "zzz", ""),
    ],
)
def test_a_column_may_mean_something_else_in_a_table(table, column, expected):
    assert column_meaning(table, column, "zh") == expected


@pytest.mark.parametrize(
    ("column", "lang", "expected"),
    [("agency", "zh", "机构"), ("agency", "en", "Agency"), ("zzz", "en", "zzz")],
)
def test_heading(column, lang, expected):
    assert heading(column, lang) == expected
