import json
import re
from functools import partial

import nbformat
import pandas as pd
import plotly.graph_objects as go
import pytest
from bs4 import BeautifulSoup

from govopen_analytics.base.languages import LANGUAGES
from govopen_analytics.base.schemas import table_meaning
from govopen_analytics.charts.display import ChartSource, Display
from govopen_analytics.charts.draw import draw
from govopen_analytics.questions.coverage import theme_heat_map
from govopen_analytics.questions.findings import finding, findings_table
from govopen_analytics.questions.summary import measure_summary
from govopen_analytics.run import site
from govopen_analytics.run.notebooks import notebook_title
from govopen_analytics.run.site_bodies import notebook_body
from govopen_analytics.words import section

NASTY = "<script>alert(1)</script>"


def cell_of(kind, source, tags=(), outputs=()):
    cell = getattr(nbformat.v4, f"new_{kind}_cell")(source)
    cell.metadata["tags"] = list(tags)
    if kind == "code":
        cell.outputs = list(outputs)
    return cell


def write_notebook(path, figure, text=NASTY):
    out = nbformat.v4.new_output
    chart = {"application/vnd.plotly.v1+json": figure.to_plotly_json()}
    chart["application/vnd.plotly.v1+json"]["data"] = []
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        cell_of("markdown", "# 题：问？\n\n中文说明", ["lang-zh"]),
        cell_of("markdown", "# Title: question?\n\nEnglish words", ["lang-en"]),
        cell_of("code", f"# {NASTY}", outputs=[out("display_data", data=chart)]),
        cell_of("code", "1", outputs=[out("stream", text=text)]),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def record(lang="zh", status="complete", error="", warnings=()):
    notebook = {
        "name": "01_a",
        "notebook": "01_a",
        "title": "题：问？",
        "lang": lang,
        "dimension": None,
        "value": None,
        "label": "",
        "status": status,
        "cell": 2 if error else None,
        "cell_source": NASTY if error else "",
        "error": error,
        "taken_from": None,
        "files": ["tables/findings_01.csv"],
    }
    return {
        "run": "20260131T000000Z",
        "started": "2026-01-31T00:00:00+00:00",
        "n_rows": {"documents": 2, "tasks": 3, "failures": 0, "remarks": 0},
        "status": status,
        "problems": [],
        "languages": [lang],
        "codebook_version": "1",
        "code": {"version": "0.1.0"},
        "notebooks": [notebook],
        "warnings": [
            {"code": "changes_unknown", "values": {"error": text}} for text in warnings
        ],
    }


def write_pages(folder, record, **values):
    """Write the pages of a run whose notebooks are rendered now."""

    def body_of(page):
        path = folder / "notebooks" / f"{page['name']}.ipynb"
        return notebook_body(path, page["lang"])

    site.write_pages(folder, record, **{"body_of": body_of, **values})


@pytest.fixture
def folder(tmp_path):
    figure = go.Figure(layout={"meta": {"name": "theme_heat_map", "alt": 'a "b" <c>'}})
    write_notebook(tmp_path / "notebooks" / "01_a.ipynb", figure)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "findings_01.csv").write_text(
        f"\ufefftopic,finding,key,state\ncorpus,{NASTY}一,read,\n", encoding="utf-8"
    )
    return tmp_path


def page(folder, name="01_a"):
    return (folder / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("lang", "title"), [("zh", "题：问？"), ("en", "Title: question?")]
)
def test_notebook_title(folder, lang, title):
    assert notebook_title(folder / "notebooks" / "01_a.ipynb", lang) == title


@pytest.mark.parametrize(
    ("lang", "present", "absent"),
    [("zh", "中文说明", "English words"), ("en", "English words", "中文说明")],
)
def test_a_page_speaks_one_language(folder, lang, present, absent):
    write_pages(folder, record(lang))
    body = page(folder).split("<article")[1]
    assert present in body and absent not in body


@pytest.mark.parametrize("name", ["index", "01_a", "downloads"])
def test_text_from_elsewhere_is_shown_as_text(folder, name):
    error = f"ValueError: {NASTY}"
    write_pages(folder, record(status="failed", error=error, warnings=[NASTY]))
    text = page(folder, name)
    assert NASTY not in text and "&lt;script&gt;" in text


@pytest.mark.parametrize("name", ["index", "01_a", "downloads"])
def test_pages_fetch_nothing(folder, name):
    write_pages(folder, record())
    fetched = re.findall(r'(?:src|href)\s*=\s*"([^"#]*)"', page(folder, name))
    outside = [path for path in fetched if "//" in path or path.startswith("/")]
    missing = [path for path in fetched if not (folder / path).exists()]
    assert (outside, [path for path in missing if path != "run.json"]) == ([], [])


def test_a_chart_is_kept_and_described(folder):
    write_pages(folder, record())
    text = page(folder)
    chart = BeautifulSoup(text, "html.parser").find(id="chart-theme_heat_map")
    described = chart.find(role="img")
    assert "Plotly.newPlot" in text and described["aria-label"] == 'a "b" <c>'


def test_the_plotly_library_is_shared_not_repeated(folder):
    write_pages(folder, record())
    assert len(page(folder)) < 100_000
    assert (folder / "assets" / "plotly.min.js").stat().st_size > 1_000_000


def test_code_is_there_behind_a_labelled_switch(folder):
    write_pages(folder, record())
    text = page(folder)
    assert '<input type="checkbox" id="show-code"><label for="show-code">' in text
    assert 'class="input"' in text


def test_files_are_listed_by_names_and_questions(folder, tables):
    own = record()
    own["notebooks"][0]["files"] += ["tables/theme_shares.csv", "tables/mine.csv"]
    own["notebooks"][0]["files"] += ["tables/plan_calendar.csv"]
    (folder / "briefing.pptx").write_bytes(b"")
    write_pages(folder, own)
    soup = BeautifulSoup(page(folder, "downloads"), "html.parser")
    names = [item.strong.text for item in soup.select(".files li")]
    assert soup.h2.text == "题" and names == [
        "简报",
        "mine",
        table_meaning("plan_calendar", "zh"),
        "主题份额",
        "结论与笔记本",
        "运行记录",
    ]
    links = [link["href"] for link in soup.select(".files a")]
    assert links[0] == "briefing.pptx"
    assert links[-3:-1] == ["tables/findings_01.csv", "notebooks/01_a.ipynb"]
    front = BeautifulSoup(page(folder, "index"), "html.parser")
    assert [link["href"] for link in front.select(".briefing a")] == links[:1]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_table_with_a_name_says_what_its_rows_are(lang):
    names = section("site", lang)["files"]
    assert [name for name in names if not table_meaning(name, lang)] == []


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("", "参照经专家核对"),
        ("unchecked", "尚无专家核对"),
        ("partly_checked", "只有一部分经专家核对"),
    ],
)
def test_the_front_page_states_the_measured_trust(folder, key, told):
    row = pd.Series({"value": 0.62, "value_lower": 0.5, "value_upper": 0.75})
    shown = {"display": Display(), "topic": "validity", "kinds": "", "n": 9, "plans": 2}
    say = partial(finding, "trust", **shown, accuracy="", value="value")
    keys = ["score", *([key] if key else [])]
    found = [say(one, row=row if one == "score" else None) for one in keys]
    findings_table(found).to_csv(folder / "tables" / "findings_01.csv", index=False)
    write_pages(folder, record())
    soup = BeautifulSoup(page(folder, "index"), "html.parser")
    text = soup.select_one(".trust").text
    assert "62%" in text and "50%–75%" in text and told in text


def test_the_front_page_shows_conclusions_with_their_evidence(folder, tables):
    own = record()
    own["notebooks"][0]["files"] += ["figures/theme_heat_map.json"]
    write_pages(folder, own, measured=measure_summary(tables))
    soup = BeautifulSoup(page(folder, "index"), "html.parser")
    found = soup.select(".conclusions li")
    assert 3 <= len(found) <= 5
    assert all(one.select_one(".figure").text and one.h2.text for one in found)
    hrefs = [link["href"] for link in soup.select("a.figure")]
    assert "01_a.html#chart-theme_heat_map" in hrefs
    shown = soup.select(".heat tbody tr")
    assert [len(row.find_all("td")) for row in shown] == [3] * len(shown)
    assert soup.select_one(".card p").text == f"{NASTY}一"


def test_a_failed_run_says_so_first_with_cell_and_error(folder):
    write_pages(folder, record(status="failed", error="ValueError: no"))
    main = BeautifulSoup(page(folder, "index"), "html.parser").main
    first = main.find(True)
    assert first["class"] == ["alarm"] and first.h2.text.startswith("运行失败")
    assert "第 2 个单元格" in first.text and "ValueError: no" in first.text


@pytest.mark.parametrize(
    ("codebook_changed", "heading"),
    [
        (False, "份额移出上次区间"),
        (True, "换了编码表之后不同的份额（不能当作机构的变化）"),
    ],
)
def test_shares_under_another_codebook_are_no_change_of_agencies(
    folder, codebook_changed, heading
):
    share = {"share": 0.1, "share_lower": 0.05, "share_upper": 0.2, "n_tasks": 9}
    moved = {"agency": "甲", "theme_id": "a", "theme": {"zh": "题", "en": "T"}}
    changes = {
        "since": "20260101T000000Z",
        "since_date": "2026-01-01T08:30:00",
        "code_changed": False,
        "codebook_changed": codebook_changed,
        "codebook_versions": ["1 [aa]", "1 [bb]"],
        "plans_new": [],
        "plans_removed": [],
        "tasks": [],
        "shares": [{**moved, "old": share, "new": {**share, "share": 0.5}}],
        "findings": {"zh": {"new": [{"text": "甲不同。", "state": "established"}]}},
    }
    write_pages(folder, record(), changes=changes)
    text = page(folder, "changes")
    assert f"<h2>{heading}</h2>" in text
    assert ("编码表有变化（1 [aa] → 1 [bb]）" in text) == codebook_changed
    since = BeautifulSoup(page(folder, "index"), "html.parser").select_one(".since")
    assert since.strong.text == "与 2026-01-01 08:30 相比"
    assert "1 个份额" in since.text and "1 条结论有变" in since.text
    assert "<li>新：甲不同。（已确认）</li>" in text
    assert ("编码表换了" in since.text) == codebook_changed


def table_of(*rows):
    cells = ["".join(f"<td>{text}</td>" for text in row) for row in rows[1:]]
    head = "".join(f'<th scope="col">{text}</th>' for text in rows[0])
    lines = "".join(f"<tr>{line}</tr>" for line in [head, *cells])
    return f"<div><table>{lines}</table></div>"


@pytest.mark.parametrize(
    ("texts", "head", "cell"),
    [
        (["12", "1,234"], "number", "number"),
        (["12%", "–", ""], "number", "number"),
        (["0.17 (0.00–0.22)", "−3.5 (−4–1)"], "number", "number"),
        (["&lt;1%–12%"], "number", "number"),
        (["2021 年", "甲"], None, None),
        (["上海市民政局"], None, "text"),
        ([f"{'很长的标题' * 5}", "短"], None, "long"),
        (["&lt;b&gt;"], None, None),
        ([""], None, None),
    ],
)
def test_numbers_and_their_heading_are_aligned_alike(folder, texts, head, cell):
    path = folder / "notebooks" / "01_a.ipynb"
    markup = table_of(["x", "y"], *(["甲", text] for text in texts))
    out = nbformat.v4.new_output("display_data", data={"text/html": markup})
    notebook = nbformat.v4.new_notebook(cells=[cell_of("code", "1", outputs=[out])])
    nbformat.write(notebook, path)
    write_pages(folder, record())
    table = BeautifulSoup(page(folder), "html.parser").table
    assert table.find_all("th")[1].get("class", [None])[-1] == head
    cells = [row.find_all("td")[1] for row in table.find_all("tr")[1:]]
    assert {one.get("class", [None])[-1] for one in cells} == {cell}
    assert [one.decode_contents() for one in cells] == texts


def test_a_chart_has_a_drawing_for_a_phone(folder, tables, shares):
    display = Display(source=ChartSource.of(tables))
    chart = theme_heat_map(shares, tables["documents"], tables["themes"], display)
    drawn = json.loads(draw(chart).to_json())
    bundle = {"application/vnd.plotly.v1+json": drawn, **chart._repr_mimebundle_()}
    out = nbformat.v4.new_output("display_data", data=bundle)
    notebook = nbformat.v4.new_notebook(cells=[cell_of("code", "1", outputs=[out])])
    nbformat.write(notebook, folder / "notebooks" / "01_a.ipynb")
    write_pages(folder, record())
    soup = BeautifulSoup(page(folder), "html.parser")
    figure = soup.find(id="chart-theme_heat_map")
    assert figure.name == "figure" and len(figure.select(".narrow, .scroll.wide")) == 2
    shown = [cell.text for cell in figure.select(".narrow td span")]
    assert shown == [cell.label for line in chart.table.cells for cell in line]


def test_equal_runs_give_equal_pages(folder):
    write_pages(folder, record())
    first = page(folder), page(folder, "index")
    write_pages(folder, record())
    assert (page(folder), page(folder, "index")) == first
