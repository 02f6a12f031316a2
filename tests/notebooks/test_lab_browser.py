"""JupyterLab in a real browser with the network cut off: explore, code, add a plan."""

import json
import os
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from govopen_analytics import review
from govopen_analytics.charts.images import find_browser
from govopen_analytics.run.build import build_processed
from govopen_analytics.run.project import lab_command, write_lab

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(find_browser() is None, reason="no browser here")

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PLAN = (
    "{agency}{year}年政务公开工作要点\n一、加强公开\n"
    "（一）做好政策解读<script>alert(1)</script>。（责任单位：办公室）\n"
    "（二）受理依申请公开。（责任单位：法规科）\n"
    "（三）办好政府网站。（责任单位：办公室）\n"
)
PLANS = [("甲市民政局", 2023), ("乙市民政局", 2024)]
ADDED = PLAN.format(agency="丙市民政局", year=2025)
CELLS = [
    'corpus.code("A. B.", n_random=6)',
    f"corpus.add({ADDED!r}).save()",
    'print("chosen:", len(explorer.selected.tasks))',
]
N_TASKS = 3 * len(PLANS)


@pytest.fixture
def project(tmp_path):
    """A project with two plans, its tables, and the notebook to explore in."""
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    for agency, year in PLANS:
        text = PLAN.format(agency=agency, year=year)
        (raw / f"p{year}.txt").write_text(text, encoding="utf-8")
    build_processed(raw, tmp_path / "data" / "processed")
    (tmp_path / "notebooks").mkdir()
    shutil.copy(NOTEBOOKS / "00_explore.ipynb", tmp_path / "notebooks")
    path = write_lab(tmp_path, "en")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"] += [
        {"cell_type": "code", "id": f"own{i}", "metadata": {}, "source": source}
        | {"outputs": [], "execution_count": None}
        for i, source in enumerate(CELLS)
    ]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return tmp_path


@pytest.fixture
def address(project):
    """JupyterLab on loopback, started as ``govopen lab`` does; its own address."""
    notebook = project / "lab" / "explore_en.ipynb"
    further = ["--no-browser", "--ip=127.0.0.1", "--port=0"]
    started = subprocess.Popen(
        lab_command(project, notebook, further),
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(project / "config")},
    )
    lines = iter(started.stderr.readline, "")
    pattern = re.compile(r"http://127\.0\.0\.1:\d+/lab/tree/\S+\?token=\w+")
    try:
        yield next(found[0] for line in lines if (found := pattern.search(line)))
    finally:
        # A full pipe would stop the server before it ends.
        rest = threading.Thread(target=started.stderr.read)
        rest.start()
        started.terminate()
        started.wait()
        rest.join()


@pytest.fixture
def page(address):
    """The notebook, opened; it records what goes wrong."""
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox"]
        )
        opened = browser.new_page(viewport={"width": 1400, "height": 1800})
        opened.set_default_timeout(240_000)
        opened.trouble = []
        note = opened.trouble.append
        opened.on("pageerror", lambda error: note(str(error)))
        opened.on("dialog", lambda dialog: note("a dialog"))
        opened.on("console", lambda m: note(m.text) if m.type == "error" else None)
        opened.route(
            lambda asked: "//127.0.0.1" not in asked, lambda route: route.abort()
        )
        opened.goto(address)
        opened.wait_for_selector(".jp-Notebook .jp-Cell")
        opened.wait_for_selector("text=| Idle")  # cells run before that are lost
        yield opened
        browser.close()


def test_a_first_hour_in_jupyterlab(project, page):
    page.click(".lm-MenuBar-item:has-text('Run')")
    page.click(".lm-Menu-item[data-command='runmenu:run-all']")
    page.wait_for_selector(f"text=chosen: {N_TASKS}")
    explore(page)
    sort_a_table(page)
    code_by_hand(page)
    # The plan of the cell is there, with its row in the manifest.
    manifest = (project / "data" / "raw" / "manifest.csv").read_text(encoding="utf-8")
    assert "丙市民政局" in manifest and "2025" in manifest
    kept = review.read_reviews(project / "data" / "reviews")
    assert kept["coder"].tolist() == ["A. B."] * 3
    assert set(kept["primary_theme_id"]) == {"policy_interpretation"}
    if folder := os.environ.get("GOVOPEN_PICTURES"):
        page.screenshot(path=f"{folder}/lab.png")
    assert page.trouble == []


def explore(page):
    """Use every control of the explorer, and give what is shown back to Python."""
    page.wait_for_selector(".go-list .go-row-text")
    told(page, ".go-status", f"{N_TASKS} of {N_TASKS} tasks")
    page.fill(".go-search input", "解讀")
    told(page, ".go-status", f"2 of {N_TASKS}")
    page.click(".go-row >> nth=0")
    page.wait_for_selector(".go-source mark")
    assert "<script>alert(1)</script>" in page.inner_text(".go-source mark")
    assert "p2023.txt, from line 3" in page.inner_text(".go-detail")
    page.click(".go-close")
    for place, kind in enumerate(("csv", "xlsx", "svg"), 1):
        with page.expect_download() as saved:
            page.click(f".go-tools button:nth-child({place})")
        assert saved.value.suggested_filename == f"tasks.{kind}"
    page.click(".go-facet:nth-child(1) summary")
    page.click(".go-facet:nth-child(1) label >> nth=0")
    told(page, ".go-status", f"1 of {N_TASKS}")
    # The table for those without a kernel is there, and hidden while one runs.
    static = page.locator("[class^=govopen-]").first
    assert static.count() == 1 and not static.is_visible()
    page.click(".jp-CodeCell >> nth=-1")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=chosen: 1")
    page.click(".go-search button")
    told(page, ".go-status", f"{N_TASKS} of {N_TASKS} tasks")
    page.locator(".go-cell").first.click()
    told(page, ".go-status", f"1 of {N_TASKS}")


def sort_a_table(page):
    table = page.locator(".jp-OutputArea table:has(th:text-is('Share'))").first
    cells = table.locator("tbody tr td:nth-child(3)")
    place = table.locator("thead th").all_inner_texts().index("Share") + 1
    cells = table.locator(f"tbody td:nth-child({place})")
    head = table.locator("thead th").nth(place - 1)
    for is_falling in (False, True):
        head.click()
        shares = [float(text.rstrip("%")) for text in cells.all_inner_texts()]
        assert shares == sorted(shares, reverse=is_falling) and len(set(shares)) > 1


def code_by_hand(page):
    """Code three tasks with the keyboard alone."""
    page.focus(".go-code")
    for n in (1, 2, 3):
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        told(page, ".go-code-summary p", f"A. B.: {n} of {N_TASKS} done")


def told(page, selector, text):
    page.wait_for_function(
        "([where, text]) => document.querySelector(where).textContent.startsWith(text)",
        arg=[selector, text],
    )
