import json

import frictionless
import pandas as pd
import pytest
from packages import write_datapackage

from govopen_analytics.base.datapackage import (
    DESCRIPTOR,
    read_datapackage,
    read_descriptor,
    safe_cell,
    to_csv,
)
from govopen_analytics.base.errors import SchemaError, SourceError


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=cmd()", "'=cmd()"),
        ("  =cmd()", "'  =cmd()"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("\t=a", "'\t=a"),
        ("＝甲", "'＝甲"),
        ("甲=乙", "甲=乙"),
        ("", ""),
        (-1, -1),
        (["甲", "乙"], "甲；乙"),
        (["=甲"], "'=甲"),
        ([], ""),
        (None, None),
    ],
)
def test_safe_cell(value, expected):
    assert safe_cell(value) == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pd.Series([True, None], dtype="boolean"), "true"),
        (pd.Series([-3, None], dtype="Int64"), "-3"),
        (pd.Series(pd.to_datetime(["2022-08-31", None])), "2022-08-31"),
        (pd.Series(["=1+1", None], dtype="string"), "'=1+1"),
        (pd.Series([["甲", "乙"], []], dtype=object), "甲；乙"),
    ],
)
def test_csv_cells(tmp_path, column, expected):
    to_csv(pd.DataFrame({"key": [1, 2], "column": column}), tmp_path / "t.csv")
    lines = (tmp_path / "t.csv").read_bytes().decode("utf-8-sig").split("\n")
    assert lines[:3] == ["key,column", f"1,{expected}", "2,"]


def test_csv_header_starts_no_formula(tmp_path):
    to_csv(pd.DataFrame({"=a": [1]}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == b"\xef\xbb\xbf'=a\n1\n"


def test_round_trip(tmp_path, tables):
    write_datapackage(tables, tmp_path)
    read = read_datapackage(tmp_path)
    assert list(read) == list(tables)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(read[name], table)


def test_own_columns_of_documents_travel_with_the_table(tmp_path, tables):
    own = tables["documents"].assign(地区=pd.array(["沿海", None], dtype="string"))
    descriptor = write_datapackage({**tables, "documents": own}, tmp_path)
    pd.testing.assert_frame_equal(read_datapackage(tmp_path).documents, own)
    assert frictionless.validate(str(descriptor)).valid
    with pytest.raises(SchemaError, match="undeclared column: found '地区'"):
        write_datapackage({**tables, "tasks": tables["tasks"].assign(地区=1)}, tmp_path)


def test_equal_tables_give_equal_bytes(tmp_path, tables):
    write_datapackage(tables, tmp_path / "a")
    write_datapackage(tables, tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_frictionless_finds_the_package_valid(tmp_path, tables):
    descriptor = write_datapackage(tables, tmp_path)
    report = frictionless.validate(str(descriptor))
    assert (report.valid, report.flatten(["message"])) == (True, [])


def test_frictionless_finds_a_changed_table(tmp_path, tables):
    descriptor = write_datapackage(tables, tmp_path)
    path = tmp_path / "tasks.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("second", "third"))
    assert not frictionless.validate(str(descriptor)).valid


def test_descriptor_names_rows_keys_and_details(tmp_path, tables):
    write_datapackage(tables, tmp_path, details={"codebook": {"version": "1"}})
    package = read_descriptor(tmp_path)
    tasks = next(r for r in package["resources"] if r["name"] == "tasks")
    assert package["codebook"] == {"version": "1"}
    assert tasks["schema"]["primaryKey"] == ["task_id"]
    assert tasks["schema"]["foreignKeys"][0]["reference"]["resource"] == "documents"


def test_files_of_other_names_stay(tmp_path, tables):
    (tmp_path / "README.md").write_text("keep")
    write_datapackage(tables, tmp_path)
    assert (tmp_path / "README.md").read_text() == "keep"
    assert not list(tmp_path.glob(".building-*"))


def test_a_table_that_breaks_its_schema_changes_nothing(tmp_path, tables):
    write_datapackage(tables, tmp_path)
    before = contents(tmp_path)
    doubled = pd.concat([tables["tasks"], tables["tasks"]])
    with pytest.raises(SchemaError, match="not unique"):
        write_datapackage({**tables, "tasks": doubled}, tmp_path)
    assert contents(tmp_path) == before


def test_an_interrupted_write_is_refused_and_then_mended(tmp_path, tables):
    write_datapackage(tables, tmp_path)
    (tmp_path / DESCRIPTOR).unlink()  # what a kill between the two steps leaves
    with pytest.raises(SourceError, match="interrupted; run `govopen build`"):
        read_datapackage(tmp_path)
    write_datapackage(tables, tmp_path)
    assert len(read_datapackage(tmp_path)["tasks"]) == 6


@pytest.mark.parametrize("damage", ["change", "remove"])
def test_a_file_that_is_not_the_described_one_is_refused(tmp_path, tables, damage):
    write_datapackage(tables, tmp_path)
    path = tmp_path / "tasks.parquet"
    path.unlink() if damage == "remove" else path.write_bytes(b"PAR1")
    with pytest.raises(SourceError, match=r"tasks\.parquet is missing or is not"):
        _ = read_datapackage(tmp_path).tasks


def test_descriptor_is_json_with_chinese_as_such(tmp_path, tables):
    text = write_datapackage(tables, tmp_path).read_text(encoding="utf-8")
    assert "；" in text and json.loads(text)["name"] == "govopen-analytics"
