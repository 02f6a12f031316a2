"""The pages in a real browser, from a disk, with the network cut off."""

import json
from xml.etree import ElementTree

import nbformat
import pytest
from summary_cases import agencies_of, summary_tables
from test_pages import NASTY, record, write_notebook, write_pages

from govopen_analytics.base.tables import Tables
from govopen_analytics.charts.display import ChartSource, Display
from govopen_analytics.charts.draw import draw
from govopen_analytics.charts.images import find_browser
from govopen_analytics.explore.pages import ReportPages
from govopen_analytics.questions.coverage import theme_heat_map
from govopen_analytics.questions.notebook import keep
from govopen_analytics.questions.summary import measure_summary
from govopen_analytics.questions.tables import Table

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(find_browser() is None, reason="no browser here")

KINDS = ["index", "01_a", "04_b", "04_b-甲市民政局", "search", "downloads", "changes"]
KINDS += ["plans", "plan-first"]
N_AGENCIES = 9


def entries(lang):
    (first,) = record(lang)["notebooks"]
    names = ["甲市民政局", NASTY, *(f"机构{n}" for n in range(N_AGENCIES - 2))]
    fanned = {**first, "notebook": "04_b", "dimension": "agency", "title": "机构：问？"}
    return [
        {**first, "status": "failed", "error": f"ValueError: {NASTY}", "cell": 2},
        *(
            {**fanned, "name": f"04_b-{i or names[0]}", "value": n, "label": n}
            for i, n in enumerate(names)
        ),
    ]


def changes():
    plan = {"document_id": NASTY, "agency": NASTY, "year": 2022}
    share = {"share": 0.1, "share_lower": 0.0, "share_upper": 0.2, "n_tasks": 9}
    moved = {"agency": None, "theme_id": "t", "theme": {"zh": NASTY, "en": NASTY}}
    return {
        "since": "20251231T000000Z",
        "since_date": "2025-12-31",
        "code_changed": True,
        "codebook_changed": True,
        "codebook_versions": ["1", "2"],
        "plans_new": [plan] * 60,
        "plans_removed": [],
        "tasks": [{**plan, "added": ["x"], "removed": [], "changed": []}],
        "shares": [{**moved, "old": share, "new": {**share, "share": 0.5}}],
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of every kind of page, in two languages, full of nasty text."""
    from conftest import small_tables

    tables = small_tables()
    folder = tmp_path_factory.mktemp("site")
    figure = theme_heat_map(
        shares_of(tables),
        tables["documents"],
        tables["themes"],
        Display(source=ChartSource.of(tables)),
    )
    notebooks = [entry for lang in ("zh", "en") for entry in entries(lang)]
    for entry in notebooks:
        own = folder / "en" if entry["lang"] == "en" else folder
        path = own / "notebooks" / f"{entry['name']}.ipynb"
        write_notebook(path, draw(figure))
        keep(figure, str(own))
        (own / "tables").mkdir(exist_ok=True)
        (own / "tables" / "findings_01.csv").write_text(
            f"\ufefftopic,finding,key,state\ncorpus,{NASTY},read,\n",
            encoding="utf-8",
        )
    whole = {**record(status="partial", warnings=[NASTY]), "languages": ["zh", "en"]}
    tasks = {lang: ReportPages(tables, lang) for lang in ("zh", "en")}
    whole["notebooks"] = notebooks
    measured = measure_summary(tables)
    write_pages(folder, whole, tasks=tasks, changes=changes(), measured=measured)
    return folder


def shares_of(tables):
    from govopen_analytics import measures as compare

    return compare.theme_shares(Tables.of(tables))


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        options = {"executable_path": find_browser(), "args": ["--no-sandbox"]}
        opened = started.chromium.launch(**options)
        yield opened
        opened.close()


@pytest.fixture
def page(browser):
    """A page that records what it asks the network for, and what goes wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.trouble = []
    opened.on("request", lambda asked: note_request(opened, asked.url))
    opened.on("pageerror", lambda error: opened.trouble.append(str(error)))
    opened.on("dialog", lambda dialog: opened.trouble.append("a dialog"))
    context.set_offline(True)
    yield opened
    context.close()


def note_request(page, url):
    if not url.startswith(("file:", "data:", "blob:")):
        page.trouble.append(url)


def visit(page, site, name, lang="zh"):
    own = site / "en" if lang == "en" else site
    page.goto((own / f"{name}.html").as_uri())
    return page


@pytest.mark.parametrize(
    ("name", "lang"), [*((name, "zh") for name in KINDS), ("index", "en")]
)
def test_every_kind_of_page_serves_everyone(page, site, name, lang):
    visit(page, site, name, lang)
    assert serious(page) == []
    assert page.locator("script", has_text="alert(1)").count() == 0
    # The first key leads past the navigation.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
    # A phone shows the page without scrolling sideways.
    page.set_viewport_size({"width": 390, "height": 844})
    widths = page.evaluate("[document.body.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]
    assert serious(page) == []
    assert page.trouble == []


def serious(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    return [
        (part["id"], [node["html"][:200] for node in part["nodes"]])
        for part in axe.Axe().run(page).response["violations"]
        if part["impact"] in ("serious", "critical")
    ]


LONG = "{}省某某市某某区经济技术开发区管理委员会政务服务和数据资源管理局办公室"
THEMES = {
    "a": "重点领域主动公开",
    "b": "标准化规范化与基层公开",
    "c": "决策公开与公众参与",
    **{f"t{n}": f"第{n}个没有人涉及的主题" for n in range(6)},
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("agencies", "n_conclusions", "n_cells"),
    [
        (agencies_of(1), 5, 1),
        (agencies_of(5, without_unit=2), 5, 6),
        (agencies_of(8, without_unit=2, name=LONG), 5, 9),
        (agencies_of(30, without_unit=9, name=LONG), 5, 7),
    ],
    ids=["1", "5", "8 of long names", "30 of long names"],
)
def test_the_answer_stands_on_the_first_screen(
    page, tmp_path, agencies, n_conclusions, n_cells, lang
):
    measured = measure_summary(summary_tables(agencies, THEMES))
    own = {**record(lang), "n_rows": {"documents": 1, "tasks": 1, "failures": 1}}
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "findings_01.csv").write_text("topic,finding,key,state\n")
    write_pages(tmp_path, own, body_of=lambda entry: "", measured=measured)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto((tmp_path / "index.html").as_uri())
    assert page.locator(".conclusions li").count() == n_conclusions
    assert page.locator(".heat tbody tr").count() == len(THEMES)
    assert page.locator(".heat tbody tr").first.locator("td").count() == n_cells
    assert bottom(page, ".conclusions") <= 720 and bottom(page, ".heat table") <= 720
    # Nothing is cut: a cell holds what is in it, at both widths.
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 720})
        cut = "cells => cells.filter(c => c.scrollWidth > c.clientWidth + 1).length"
        assert page.locator(".heat th, .heat td, .figure").evaluate_all(cut) == 0
        assert page.evaluate("document.body.scrollWidth") <= width
    assert page.trouble == []


def bottom(page, selector):
    return page.evaluate(
        "s => document.querySelector(s).getBoundingClientRect().bottom", selector
    )


def test_navigation_folds_on_a_phone(page, site):
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, site, "index")
    assert page.locator("nav.wide").is_hidden()
    page.click(".folded summary")
    page.click(".folded nav a:last-child")
    assert page.url.endswith("/downloads.html")


STATUS = "6 项任务中有 {} 项"


SEARCHES = [
    ("解读", 3, "政策解读"),
    ("解讀", 3, "政策解读"),
    ("<script>", 1, NASTY),
    ("=cmd()", 1, "=cmd()"),
    ("甲市 申请", 2, "受理申请"),
    ("ＳＣＲＩＰＴ", 1, NASTY),
    ("没有这样的词", 0, None),
    ("(", 1, NASTY),
    ("[", 0, None),
    ("\\", 0, None),
    ("🙂", 0, None),
    ("解" * 10_000, 0, None),
]


def test_search_over_tasks(page, site):
    visit(page, site, "search")
    for words, n_found, shown in SEARCHES:
        page.fill(".go-search input", "")
        page.wait_for_function("document.querySelectorAll('.go-row').length === 6")
        page.fill(".go-search input", words)
        told = STATUS.format(n_found) if n_found else "没有任务符合"
        page.wait_for_function(
            "told => document.querySelector('.go-status').textContent.startsWith(told)",
            arg=told,
        )
        assert page.locator(".go-row").count() == n_found
        if shown:
            assert shown in page.inner_text(".go-list")
            assert page.locator(".go-row mark").count() >= 1
    assert page.trouble == []


def test_the_explorer_by_keyboard(page, site):
    """Filter, choose, open, see it in its source, and come back, without a mouse."""
    visit(page, site, "search", "en")
    page.wait_for_selector(".go-row-text")
    page.focus(".go-facet:nth-child(4) summary")  # themes
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelectorAll('.go-row').length === 1")
    assert page.inner_text(".go-status").startswith("1 of 6 tasks")
    page.focus(".go-list")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".go-detail h2")
    assert page.evaluate("location.hash") == "#second-1"
    assert serious(page) == []
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "go-list"
    page.keyboard.press("Enter")
    page.click(".go-detail a")
    assert page.url.endswith("plan-second.html#second-1")
    assert page.trouble == []


def test_each_task_has_an_address_and_conditions_too(page, site):
    visit(page, site, "search")
    page.goto(page.url + "?agency=甲市民政局&theme=explain#first-2")
    page.wait_for_selector(".go-detail h2")
    assert page.inner_text(".go-status").startswith(STATUS.format(2))
    assert NASTY in page.inner_text(".go-detail .go-text")
    assert page.trouble == []


def test_what_stands_for_tasks_leads_to_them(page, site, tmp_path):
    visit(page, site, "index").locator(".heat td a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".go-row-text")
    assert "解读" in page.inner_text(".go-row >> nth=0")
    address = with_a_chart(tmp_path)
    for width, selector in ((390, ".narrow td a"), (1280, "details.table td a")):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(address)
        if width > 390:
            page.click("details.table summary")
        link = page.locator(selector).first
        assert link.get_attribute("title") == "看这些任务"
        link.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".go-row-text")
        assert "theme=explain" in page.url
    page.goto(address)
    box = page.locator(".nsewdrag").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.wait_for_function(
        "document.querySelector('.nsewdrag').style.cursor === 'pointer'"
    )
    page.mouse.click(box["x"] + 20, box["y"] + 20)
    page.wait_for_selector(".go-row-text")
    assert "theme=explain" in page.url
    assert page.trouble == []


def with_a_chart(folder):
    """Write a report of one page, with a chart and its table; return its address."""
    from conftest import small_tables

    tables = small_tables()
    shares = shares_of(tables).merge(tables["documents"][["document_id", "agency"]])
    display = Display(source=ChartSource.of(tables))
    chart = theme_heat_map(shares, tables["documents"], tables["themes"], display)
    shown = {"display": display, "title": "table"}
    table = Table(shares, ["agency", "share"], **shown)._repr_html_()
    plotly = {"application/vnd.plotly.v1+json": json.loads(draw(chart).to_json())}
    shown = [{**chart._repr_mimebundle_(), **plotly}, {"text/html": table}]
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_code_cell(
            "", outputs=[nbformat.v4.new_output("display_data", data=data)]
        )
        for data in shown
    ]
    (folder / "notebooks").mkdir()
    nbformat.write(notebook, folder / "notebooks" / "01_a.ipynb")
    own = record()
    own["notebooks"][0]["files"] = []
    write_pages(folder, own, tasks={"zh": ReportPages(tables, "zh")})
    return (folder / "01_a.html").as_uri()


def test_what_is_shown_is_exported(page, site):
    visit(page, site, "search")
    page.wait_for_selector(".go-row-text")
    page.fill(".go-search input", "cmd")
    page.wait_for_function("document.querySelectorAll('.go-row').length === 1")
    with page.expect_download() as table:
        page.click(".go-tools button:nth-child(1)")
    text = table.value.path().read_text(encoding="utf-8")
    assert text.startswith("\ufeff任务编号,机构,年份,序号,主题,责任单位,时限,内容\n")
    assert "first-2,甲市民政局,2022,2,政策解读；依申请公开" in text
    with page.expect_download() as chart:
        page.click(".go-tools button:nth-child(2)")
    drawn = ElementTree.fromstring(chart.value.path().read_text(encoding="utf-8"))
    texts = [node.text for node in drawn.iter() if node.tag.endswith("text")]
    assert "n = 1" in texts and "政策解读" in texts
    # A cell of the chart is a condition.
    page.click(".go-search button")
    page.wait_for_function("document.querySelectorAll('.go-row').length === 6")
    page.locator(".go-cell").nth(1).click()
    page.wait_for_function("document.querySelectorAll('.go-row').length === 1")
    assert page.trouble == []


def test_search_starts_from_the_front_page(page, site):
    visit(page, site, "index", "en")
    page.fill("header input[type=search]", "channels")
    page.keyboard.press("Enter")
    page.wait_for_selector(".go-row-text")
    assert page.inner_text(".go-status").startswith("1 of 6 tasks")


def test_pages_of_agencies_are_filtered_and_led_through(page, site):
    visit(page, site, "04_b")
    assert page.locator("#filtered li:visible").count() == N_AGENCIES
    page.fill("#filter", "机构3")
    assert page.locator("#filtered li:visible").count() == 1
    page.click("#filtered li:visible a")
    assert page.inner_text(".value") == "机构3"
    page.click("a[rel=next]")
    assert page.inner_text(".value") == "机构4"


def test_the_other_language_is_the_same_page(page, site):
    visit(page, site, "04_b-甲市民政局")
    page.click("a.language")
    assert page.url.endswith(
        "/en/04_b-%E7%94%B2%E5%B8%82%E6%B0%91%E6%94%BF%E5%B1%80.html"
    )
    assert page.evaluate("document.documentElement.lang") == "en"


def test_changes_stand_on_the_front_page(page, site):
    text = visit(page, site, "index").inner_text(".since")
    assert "与 2025-12-31 00:00 相比" in text and "新增计划 60 份" in text
    page.click(".since a")
    text = page.inner_text("main")
    assert "编码表有变化（1 → 2）" in text and "另有 10 处" in text
    assert f"全部计划·{NASTY}：10% → 50%（上次区间 0%–20%，任务 9 → 9 项）" in text
