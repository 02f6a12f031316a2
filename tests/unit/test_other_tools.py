"""The examples of docs/other_tools.md, run on tables that a build wrote."""

import re
from pathlib import Path

import pandas as pd
import pytest

duckdb = pytest.importorskip("duckdb")

DOCUMENT = Path(__file__).parents[2] / "docs" / "other_tools.md"


def test_the_queries_of_the_document(processed_dir):
    text = DOCUMENT.read_text(encoding="utf-8")
    text = text.replace("data/processed", processed_dir.as_posix())
    by_agency, by_unit = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    rows = duckdb.sql(by_agency).fetchall()
    assert rows == [("甲市民政局", 2022, 4, 0.0), ("乙市民政局", 2023, 2, 0.0)]
    assert duckdb.sql(by_unit).fetchall() == []


def test_the_csv_opens_in_a_spreadsheet_as_it_is(processed_dir):
    path = processed_dir / "tasks.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert pd.read_csv(path)["content"].tolist()[1] == "'=cmd()"
