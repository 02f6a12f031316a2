import re

import pytest
from bs4 import BeautifulSoup

from govopen_analytics.charts.model import (
    Cell,
    Chart,
    HeatTable,
    Mark,
    Panel,
    Reference,
    Series,
    chart_from,
    read_chart,
    write_chart,
)
from govopen_analytics.charts.phone import phone_html


def rows_of(*values, kind="rows", names=None, n_panels=1, **more):
    marks = tuple(Mark(*value) for value in values)
    names = tuple(names or (f"row {i}" for i in range(len(marks))))
    panel = Panel(names, (Series("", marks),), "panel", kind, **more)
    return Chart("c", "title", "source", "en", panels=(panel,) * n_panels)


def heat_of(n_rows, n_columns):
    cells = tuple(
        tuple(Cell(0.5, f"{row}.{column}") for column in range(n_columns))
        for row in range(n_rows)
    )
    rows = tuple(f"r{i}" for i in range(n_rows))
    columns = tuple(f"c{i}" for i in range(n_columns))
    return Chart("c", "t", "s", "en", table=HeatTable(rows, columns, cells))


def places(chart):
    """Return (class, left, width) of everything on a track, in percent."""
    soup = BeautifulSoup(phone_html(chart), "html.parser")
    found = []
    for one in soup.select(".track i"):
        style = dict(re.findall(r"(left|width):([-0-9.]+)%", one["style"]))
        found.append((" ".join(one["class"]), style.get("left"), style.get("width")))
    return found


@pytest.mark.parametrize(
    ("chart", "expected"),
    [
        (
            rows_of((0.5, 0.25, 1.0)),
            [("line sure", "25.0", "75.0"), ("dot sure", "50.0", None)],
        ),
        (
            rows_of((0.5,), (1.0,), kind="bars"),
            [("amount", None, "50.0"), ("amount", None, "100.0")],
        ),
        # A value below 0 moves the start, and 0 has a line of its own.
        (
            rows_of((-1.0,), (1.0,)),
            [
                ("dot sure", "0.0", None),
                ("at", "50.0", None),
                ("dot sure", "100.0", None),
                ("at", "50.0", None),
            ],
        ),
        (
            rows_of((1.0,), reference=Reference(0.5, "all", "50%")),
            [("dot sure", "100.0", None), ("at", "50.0", None)],
        ),
        (rows_of((None,), (1.0,)), [("dot sure", "100.0", None)]),
    ],
)
def test_marks_stand_where_their_values_are(chart, expected):
    assert places(chart) == expected


@pytest.mark.parametrize(
    ("chart", "counts"),
    [
        (heat_of(5, 9), {"tbody tr": 9, "tbody td": 45, ".many": 0}),
        (heat_of(9, 5), {"tbody tr": 9, "tbody td": 45, ".many": 0}),
        (heat_of(30, 9), {"tbody tr": 30, "tbody td": 270, ".many": 1}),
        (rows_of(*[(1.0,)] * 10, n_panels=3), {"li": 30, "details": 0}),
        (rows_of(*[(1.0,)] * 30, n_panels=9), {"li": 270, "details": 9}),
        (rows_of(*[(1.0,)] * 90), {"li": 90, "details": 0}),
        (
            rows_of((1.0, None, None, "A", "sure", "", 1.0, 2.0), kind="map"),
            {"circle": 1, "ol li": 1},
        ),
        (Chart("c", "t", "s", "en", reason="none"), {"p": 3, "li": 0}),
    ],
)
def test_form_by_what_there_is_to_draw(chart, counts):
    soup = BeautifulSoup(phone_html(chart), "html.parser")
    assert {name: len(soup.select(name)) for name in counts} == counts


def test_text_is_escaped():
    chart = rows_of((1.0, None, None, "<b>"), names=["<script>"])
    markup = phone_html(chart)
    assert "<script>" not in markup and "<b>" not in markup


def test_a_chart_in_an_output_is_the_chart_of_its_file(tmp_path):
    chart = rows_of((0.5, 0.25, 1.0), reference=Reference(0.5, "all", "50%"))
    write_chart(chart, tmp_path / "c.json")
    bundle = chart._repr_mimebundle_()
    content = bundle["application/vnd.govopen.chart+json"]
    assert chart_from(content) == read_chart(tmp_path / "c.json") == chart
    assert chart_from(content) == chart  # reading leaves it as it was
