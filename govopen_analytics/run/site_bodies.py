"""An executed notebook to the body of a page."""

import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from govopen_analytics.charts.model import CHART_TYPE, chart_from
from govopen_analytics.charts.phone import phone_html
from govopen_analytics.charts.style import n_letters
from govopen_analytics.run.notebooks import speaks
from govopen_analytics.words import section

_PLOTLY = "application/vnd.plotly.v1+json"
_ALL_TABLES = re.compile("<table.*?</table>", re.S)
_ROWS = re.compile("<tr.*?</tr>", re.S)
_CELLS = re.compile("<(th|td)((?: [^>]*)?)>(.*?)</(?:th|td)>", re.S)
_CLASS = re.compile(' class="([^"]*)"')
# A number, with its interval in brackets or joined bounds, or a dash for none.
_NUMBER = re.compile(r"[-+−<≥≤ ]*[\d.,]+%?(?:[ –(（].*[\d%)）])?|[–—-]")
_LONG, _SHORT = 36, 8  # Latin letters of the longest cell of texts, and of marks
# Papermill puts cells of its own before a failing one; our pages say it better.
_ERROR_MARK = "papermill-error-cell-tag"
_CHART_OPTIONS = {"responsive": True, "displayModeBar": False, "scrollZoom": False}
# Pictures are drawn after bodies are made; their links are filled in at the end.
_LINKS = re.compile(r'<figcaption data-figure="([^"]*)">.*?</figcaption>', re.S)


def notebook_body(path: Path, lang: str) -> str:
    """Render an executed notebook in one language, its charts live, as HTML.

    The places of picture links are empty until ``fill_picture_links``.
    """
    import nbformat
    from nbconvert import HTMLExporter

    words = section("site", lang)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if speaks(cell, lang) and _ERROR_MARK not in cell.metadata.get("tags", [])
    ]
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            _store_chart(output, words)
            _align_tables(output)
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


def fill_picture_links(body: str, files: list[str], lang: str) -> str:
    """Put links to the pictures among a page's files below their figures.

    The body is that of ``notebook_body``, or one that was filled before.
    """
    words = html.escape(section("site", lang)["picture"])
    pictures = [path for path in sorted(set(files)) if path.endswith((".png", ".svg"))]

    def caption(place: re.Match[str]) -> str:
        links = [
            f'<a href="{html.escape(quote(path))}" download>'
            f"{Path(path).suffix[1:].upper()}</a>"
            for path in pictures
            if Path(path).stem == html.unescape(place[1])
        ]
        inner = f"{words}{' '.join(links)}" if links else ""
        return f'<figcaption data-figure="{place[1]}">{inner}</figcaption>'

    return _LINKS.sub(caption, body)


def _store_chart(output: dict[str, Any], words: Mapping[str, Any]) -> None:
    """Store a chart as HTML, in a frame that scrolls sideways, with its caption empty.

    nbconvert has no view of Plotly's own type and would drop it in silence.
    """
    data = output.get("data", {})
    if _PLOTLY not in data:
        return
    import plotly.io

    layout = {**data[_PLOTLY]["layout"], "dragmode": False}
    meta = layout.get("meta") or {}
    name = meta.get("name", "")
    chart = plotly.io.to_html(
        {"data": data[_PLOTLY]["data"], "layout": layout},
        include_plotlyjs=False,
        include_mathjax=False,
        full_html=False,
        div_id=f"plot-{meta.get('name', 'figure')}",
        config=_CHART_OPTIONS,
        validate=False,
    )
    # A notebook's own Plotly figure has no drawing for a phone, and scrolls.
    content, narrow, kind = data.get(CHART_TYPE), "", "scroll"
    if content is not None:
        narrow = f'<div class="narrow">{phone_html(chart_from(content))}</div>'
        kind = "scroll wide"
    alt, label = html.escape(meta.get("alt", "")), html.escape(words["scroll"])
    wide = (
        f'<figure class="chart" id="chart-{html.escape(name)}">{narrow}'
        f'<div class="{kind}" tabindex="0" role="group" aria-label="{label}">'
        f'<div role="img" aria-label="{alt}">{chart}</div></div>'
        f'<figcaption data-figure="{html.escape(name)}"></figcaption></figure>'
    )
    output["data"] = {"text/html": wide}


def _align_tables(output: dict[str, Any]) -> None:
    data = output.get("data", {})
    markup = "".join(data.get("text/html", ""))
    if "<table" in markup:
        data["text/html"] = _ALL_TABLES.sub(lambda table: _aligned(table[0]), markup)


def _aligned(table: str) -> str:
    """Say of each column whether it holds numbers, names or texts.

    A heading stands where its numbers do; a name is not broken; a text has room.
    """
    rows = [_CELLS.findall(row) for row in _ROWS.findall(table)]
    body = [row for row in rows if any(cell[0] == "td" for cell in row)]
    width = min((len(row) for row in body), default=0)
    if not width or "colspan" in table or any(len(row) != width for row in rows):
        return table
    kinds = [_kind([_bare(row[place][2]) for row in body]) for place in range(width)]

    def marked(row: re.Match[str]) -> str:
        kind = iter(kinds)
        return _CELLS.sub(lambda cell: _with_class(cell, next(kind)), row[0])

    return _ROWS.sub(marked, table)


def _kind(texts: list[str]) -> str:
    texts = [text for text in texts if text]
    if texts and all(_NUMBER.fullmatch(text) for text in texts):
        return "number"
    longest = max((n_letters(text) for text in texts), default=0)
    return "long" if longest > _LONG else "text" if longest > _SHORT else ""


def _with_class(cell: re.Match[str], kind: str) -> str:
    tag, attributes, inner = cell.groups()
    if not kind or (tag == "th" and kind != "number"):
        return cell[0]
    kept = _CLASS.sub("", attributes)
    names = " ".join([*_CLASS.findall(attributes), kind])
    return f'<{tag}{kept} class="{names}">{inner}</{tag}>'


def _bare(markup: str) -> str:
    return html.unescape(re.sub("<[^>]*>", " ", markup)).strip()
