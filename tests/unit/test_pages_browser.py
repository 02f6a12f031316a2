"""The pages in a real browser, from a disk, with the network cut off."""

from xml.etree import ElementTree

import pytest
from test_pages import NASTY, record, write_notebook

from govopen_analytics.charts.draw import draw
from govopen_analytics.charts.images import find_browser
from govopen_analytics.charts.style import ChartSource
from govopen_analytics.explore.pages import ReportPages
from govopen_analytics.questions.coverage import theme_heat_map
from govopen_analytics.questions.results import save_chart
from govopen_analytics.run.site import write_pages

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(find_browser() is None, reason="no browser here")

KINDS = ["index", "01_a", "04_b", "04_b-甲市民政局", "search", "plans", "plan-first"]
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
        "plans_new": [plan] * 20,
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
        source=ChartSource.of(tables),
    )
    notebooks = [entry for lang in ("zh", "en") for entry in entries(lang)]
    for entry in notebooks:
        own = folder / "en" if entry["lang"] == "en" else folder
        path = own / "notebooks" / f"{entry['name']}.ipynb"
        write_notebook(path, draw(figure))
        save_chart(figure, str(own))
        (own / "tables").mkdir(exist_ok=True)
        (own / "tables" / "findings_01.csv").write_text(
            f"\ufefftopic,finding\ncorpus,一\ntop,{NASTY}\n", encoding="utf-8"
        )
    whole = {**record(status="partial", warnings=[NASTY]), "languages": ["zh", "en"]}
    tasks = {lang: ReportPages(tables, lang) for lang in ("zh", "en")}
    whole["notebooks"] = notebooks
    write_pages(folder, whole, tasks=tasks, changes=changes())
    return folder


def shares_of(tables):
    from govopen_analytics import measures as compare

    names = ("tasks", "theme_assignments", "documents", "themes")
    return compare.theme_shares(*(tables[name] for name in names))


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
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    visit(page, site, name, lang)
    found = axe.Axe().run(page).response["violations"]
    serious = [
        (part["id"], [node["html"][:200] for node in part["nodes"]])
        for part in found
        if part["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert page.locator("script", has_text="alert(1)").count() == 0
    # The first key leads past the navigation.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
    # A phone shows the page without scrolling sideways.
    page.set_viewport_size({"width": 360, "height": 740})
    widths = page.evaluate("[document.body.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]
    assert page.trouble == []


STATUS = "6 项任务中有 {} 项"


@pytest.mark.parametrize(
    ("words", "n_found", "shown"),
    [
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
    ],
)
def test_search_over_tasks(page, site, words, n_found, shown):
    visit(page, site, "search")
    page.wait_for_selector(".go-row-text")
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
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
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
    found = axe.Axe().run(page).response["violations"]
    serious = [
        part["id"] for part in found if part["impact"] in ("serious", "critical")
    ]
    assert serious == []
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
    page.fill("#q", "channels")
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
    text = visit(page, site, "index").inner_text("main")
    assert "编码表有变化（1 → 2）" in text and "另有 8 处" in text
    assert f"全部计划·{NASTY}：10% → 50%（上次区间 0%–20%，任务 9 → 9 项）" in text
