"""The pages in a real browser, from a disk, with the network cut off."""

import pytest
from test_pages import NASTY, record, write_notebook

from govopen_analytics.charts.draw import draw
from govopen_analytics.charts.images import find_browser
from govopen_analytics.charts.style import ChartSource
from govopen_analytics.questions.coverage import theme_heat_map
from govopen_analytics.questions.results import save_chart
from govopen_analytics.run.site import task_index, write_pages

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(find_browser() is None, reason="no browser here")

KINDS = ["index", "01_a", "04_b", "04_b-甲市民政局", "search"]
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
    tasks = {lang: task_index(tables, lang) for lang in ("zh", "en")}
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


@pytest.mark.parametrize(
    ("words", "n_found", "shown"),
    [
        ("解读", 3, "政策解读"),
        ("<script>", 1, NASTY),
        ("=cmd()", 1, "=cmd()"),
        ("甲市 申请", 2, "受理申请"),
        ("ＳＣＲＩＰＴ", 1, NASTY),
        ("没有这样的词", 0, None),
    ],
)
def test_search_over_tasks(page, site, words, n_found, shown):
    visit(page, site, "search")
    page.fill("#q", words)
    page.keyboard.press("Enter")
    assert page.inner_text("#found") == f"找到 {n_found} 项"
    assert page.locator("#results li").count() == n_found
    if shown:
        assert shown in page.inner_text("#results")
        assert page.locator("#results li mark").count() >= n_found
    assert page.trouble == []


def test_search_starts_from_the_front_page(page, site):
    visit(page, site, "index", "en")
    page.fill("#q", "channels")
    page.keyboard.press("Enter")
    page.wait_for_selector("#results li")
    assert page.inner_text("#found") == "Found: 1"
    link = page.locator("#results a")
    assert link.count() == 0  # the plan's agency has no page
    page.fill("#q", "甲市民政局")
    page.keyboard.press("Enter")
    page.locator("#results a").first.click()
    assert page.inner_text(".value") == "甲市民政局"


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
