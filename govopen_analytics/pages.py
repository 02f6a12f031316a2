"""A run's folder to pages that open from a memory stick, with no network."""

import csv
import html
import itertools
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from govopen_analytics.languages import in_language
from govopen_analytics.results import FIGURES_DIR, FINDINGS_PREFIX, TABLES_DIR

ASSETS_DIR, NOTEBOOKS_DIR = "assets", "notebooks"
_TEMPLATES = Path(__file__).parent / "templates"
_PLOTLY = "application/vnd.plotly.v1+json"
# Papermill puts cells of its own before a failing one; our pages say it better.
_ERROR_MARK = "papermill-error-cell-tag"
# The figure the front page shows, where a notebook made it.
_FRONT_FIGURE = "theme_heat_map"
_CHART_OPTIONS = {"responsive": True, "displayModeBar": False, "scrollZoom": False}

_WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "html_lang": "zh-Hans",
        "title": "政务公开年度计划分析报告",
        "home": "首页",
        "skip": "跳到正文",
        "navigation": "页面",
        "made_by": "运行",
        "codebook": "编码表版本",
        "code": "程序版本",
        "status": {"complete": "运行完成", "failed": "运行失败"},
        "notebook_status": {"complete": "已完成", "failed": "失败"},
        "failed": "未能完成的部分",
        "cell": "第 {n} 个单元格",
        "findings": "主要发现",
        "no_findings": "本次运行没有得出发现。",
        "topics": {
            "corpus": "",
            "confounding": "能不能比较年份",
            "top": "各计划最重的主题",
            "core": "核心主题在各计划之间",
        },
        "chart": "一图看全",
        "picture": "下载此图：",
        "scroll": "图表，可左右滚动",
        "pages": "各页",
        "downloads": "下载",
        "tables": "数据表（CSV，可用 Excel 打开）",
        "figures": "图片",
        "no_images": "本次运行没有生成图片，原因见下方提醒。",
        "record": "运行记录与笔记本",
        "warnings": "提醒",
        "show_code": "显示代码",
    },
    "en": {
        "html_lang": "en",
        "title": "Open-government annual plans: report",
        "home": "Home",
        "skip": "Skip to content",
        "navigation": "Pages",
        "made_by": "Run",
        "codebook": "codebook version",
        "code": "code version",
        "status": {"complete": "Run complete", "failed": "Run failed"},
        "notebook_status": {"complete": "complete", "failed": "failed"},
        "failed": "What could not be completed",
        "cell": "cell {n}",
        "findings": "Main findings",
        "no_findings": "This run produced no findings.",
        "topics": {
            "corpus": "",
            "confounding": "Can years be compared?",
            "top": "The heaviest theme of each plan",
            "core": "Core themes across plans",
        },
        "chart": "The whole picture",
        "picture": "Download this figure: ",
        "scroll": "Chart, scrolls sideways",
        "pages": "Pages",
        "downloads": "Downloads",
        "tables": "Tables (CSV, opens in Excel)",
        "figures": "Pictures",
        "no_images": "This run made no pictures; see the warnings.",
        "record": "Run record and notebooks",
        "warnings": "Warnings",
        "show_code": "Show code",
    },
}


def notebook_title(path: Path, lang: str = "zh") -> str:
    """Return a notebook's first heading in a language, else its name.

    Parameters
    ----------
    path : Path
        A notebook; markdown cells tagged ``lang-<code>`` are for that language.
    lang : {"zh", "en"}, default "zh"
    """
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        first = "".join(cell["source"]).lstrip().split("\n", 1)[0]
        is_heading = cell["cell_type"] == "markdown" and first.startswith("# ")
        if is_heading and _speaks(cell, lang):
            return first[2:].strip()
    return path.stem


def write_pages(folder: Path, record: Mapping[str, Any]) -> None:
    """Write ``index.html``, a page per notebook and what they share.

    Parameters
    ----------
    folder : Path
        Folder of a run, with ``notebooks/``, ``tables/`` and ``figures/``.
    record : mapping
        The run's record: ``run``, ``status``, ``lang``, ``notebooks`` (each with
        ``name``, ``title``, ``status``, ``cell``, ``error``), ``warnings``,
        ``codebook_version`` and ``code``.
    """
    words = in_language(_WORDS, record["lang"])
    pages = [_page(entry) for entry in record["notebooks"]]
    _write_assets(folder)
    shared = {"words": words, "run": record, "pages": pages}
    for page in pages:
        path = folder / NOTEBOOKS_DIR / f"{page['name']}.ipynb"
        body = _notebook_body(path, record["lang"]) if path.is_file() else ""
        text = _fill(
            "notebook.html.j2",
            **shared,
            title=page["title"],
            current=page["name"],
            body=body,
            error=page["error"],
        )
        _write(folder / f"{page['name']}.html", text)
    chart, is_live = _front_chart(folder, words)
    text = _fill(
        "index.html.j2",
        **shared,
        title=words["title"],
        current=None,
        failed=[page for page in pages if page["status"] == "failed"],
        findings=_findings(folder),
        chart=chart,
        chart_html=is_live,
        tables=_listed(folder, TABLES_DIR, ".csv"),
        images=_listed(folder, FIGURES_DIR, ".png", ".svg"),
    )
    _write(folder / "index.html", text)


def _page(entry: Mapping[str, Any]) -> dict[str, Any]:
    # The navigation has room for the part before a question's first mark.
    return {**entry, "short": entry["title"].split("：")[0].split(": ")[0]}


def _fill(template: str, **values: Any) -> str:
    import jinja2

    loader = jinja2.FileSystemLoader(_TEMPLATES)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template(template).render(**values)


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.writing")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def _write_assets(folder: Path) -> None:
    from plotly.offline import get_plotlyjs
    from pygments.formatters import HtmlFormatter

    assets = folder / ASSETS_DIR
    assets.mkdir(exist_ok=True)
    code_colors = HtmlFormatter(style="friendly").get_style_defs(".highlight")
    css = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
    _write(assets / "page.css", f"{css}\n{code_colors}\n")
    _write(assets / "plotly.min.js", get_plotlyjs())


def _speaks(cell: Mapping[str, Any], lang: str) -> bool:
    tags = cell["metadata"].get("tags", [])
    languages = [tag for tag in tags if tag.startswith("lang-")]
    return not languages or f"lang-{lang}" in languages


def _notebook_body(path: Path, lang: str) -> str:
    import nbformat
    from nbconvert import HTMLExporter

    words = in_language(_WORDS, lang)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if _speaks(cell, lang) and _ERROR_MARK not in cell.metadata.get("tags", [])
    ]
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            _store_chart(output, path.parent.parent, words)
    exporter = HTMLExporter(
        template_name="basic",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        # Nothing may be fetched: the pages work with no network.
        mathjax_url="",
        require_js_url="",
        mermaid_js_url="",
        jquery_url="",
    )
    body, _ = exporter.from_notebook_node(notebook)
    return body


def _store_chart(
    output: dict[str, Any], folder: Path, words: Mapping[str, Any]
) -> None:
    # nbconvert has no view of Plotly's own type and would drop it in silence.
    data = output.get("data", {})
    if _PLOTLY in data:
        spec = {key: data[_PLOTLY].get(key) for key in ("data", "layout")}
        output["data"] = {"text/html": _live_chart(spec, folder, words)}


def _live_chart(spec: Mapping[str, Any], folder: Path, words: Mapping[str, Any]) -> str:
    import plotly.io

    layout = {**spec["layout"], "dragmode": False}
    meta = layout.get("meta") or {}
    chart = plotly.io.to_html(
        {"data": spec["data"], "layout": layout},
        include_plotlyjs=False,
        include_mathjax=False,
        full_html=False,
        div_id=f"chart-{meta.get('name', 'figure')}",
        config=_CHART_OPTIONS,
        validate=False,
    )
    return _framed(chart, meta, folder, words, role="img")


def _framed(
    chart: str,
    meta: Mapping[str, str],
    folder: Path,
    words: Mapping[str, Any],
    *,
    role: str = "",
) -> str:
    alt = html.escape(meta.get("alt", ""))
    inner = f'<div role="img" aria-label="{alt}">{chart}</div>' if role else chart
    caption = _picture_links(meta.get("name", ""), folder, words)
    label = html.escape(words["scroll"])
    return (
        f'<figure class="chart"><div class="scroll" tabindex="0" role="region" '
        f'aria-label="{label}">{inner}</div>{caption}</figure>'
    )


def _picture_links(name: str, folder: Path, words: Mapping[str, Any]) -> str:
    paths = [f"{FIGURES_DIR}/{name}.{kind}" for kind in ("png", "svg")]
    links = [
        f'<a href="{html.escape(path)}" download>{path.rsplit(".")[-1].upper()}</a>'
        for path in paths
        if (folder / path).is_file()
    ]
    if not links:
        return ""
    return f"<figcaption>{html.escape(words['picture'])}{' '.join(links)}</figcaption>"


def _front_chart(folder: Path, words: Mapping[str, Any]) -> tuple[str, bool]:
    # A picture is light on a phone; without pictures the live chart stands in.
    path = folder / FIGURES_DIR / f"{_FRONT_FIGURE}.json"
    if not path.is_file():
        return "", False
    spec = json.loads(path.read_text(encoding="utf-8"))
    picture = path.with_suffix(".svg")
    if not picture.is_file():
        return _live_chart(spec, folder, words), True
    meta = spec["layout"]["meta"]
    alt = html.escape(meta["alt"])
    image = f'<img src="{FIGURES_DIR}/{picture.name}" alt="{alt}">'
    return _framed(image, meta, folder, words), False


def _findings(folder: Path) -> list[tuple[str, list[str]]]:
    rows = itertools.chain.from_iterable(
        _read_rows(path)
        for path in sorted((folder / TABLES_DIR).glob(f"{FINDINGS_PREFIX}*.csv"))
    )
    grouped = itertools.groupby(rows, key=lambda row: row["topic"])
    return [(topic, [row["finding"] for row in group]) for topic, group in grouped]


def _read_rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _listed(folder: Path, name: str, *suffixes: str) -> list[str]:
    found = sorted((folder / name).glob("*"))
    return [f"{name}/{path.name}" for path in found if path.suffix in suffixes]
