"""An executed notebook to the body of a page."""

import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
    """Render an executed notebook in one language, its charts live.

    Parameters
    ----------
    path : Path
        An executed notebook.
    lang : {"zh", "en"}

    Returns
    -------
    str
        HTML; the places of picture links are empty until ``fill_picture_links``.
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


def fill_picture_links(body: str, pictures: Mapping[str, list[str]], lang: str) -> str:
    """Put links to the pictures of each figure below it.

    Parameters
    ----------
    body : str
        Of ``notebook_body``, or one this function filled before.
    pictures : mapping of str to list of str
        Paths from the page by the figure's name; those without stay empty.
    lang : {"zh", "en"}
    """
    words = section("site", lang)
    return _LINKS.sub(
        lambda found: _caption(
            found[1], pictures.get(html.unescape(found[1]), []), words
        ),
        body,
    )


def live_chart(spec: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    """Return the HTML of a Plotly figure that needs ``plotly.min.js`` on its page.

    Parameters
    ----------
    spec : mapping
        ``data`` and ``layout`` of the figure.
    words : mapping
        The words of the page's language.
    """
    import plotly.io

    layout = {**spec["layout"], "dragmode": False}
    meta = layout.get("meta") or {}
    chart = plotly.io.to_html(
        {"data": spec["data"], "layout": layout},
        include_plotlyjs=False,
        include_mathjax=False,
        full_html=False,
        div_id=f"plot-{meta.get('name', 'figure')}",
        config=_CHART_OPTIONS,
        validate=False,
    )
    alt = html.escape(meta.get("alt", ""))
    inner = f'<div role="img" aria-label="{alt}">{chart}</div>'
    return framed(inner, meta.get("name", ""), words)


def framed(chart: str, name: str, words: Mapping[str, Any]) -> str:
    """Put a chart into a frame that scrolls sideways, with a place for links.

    Parameters
    ----------
    chart : str
        HTML.
    name : str
        Of the figure.
    words : mapping
        The words of the page's language.
    """
    label = html.escape(words["scroll"])
    return (
        f'<figure class="chart" id="chart-{html.escape(name)}">'
        f'<div class="scroll" tabindex="0" role="group" aria-label="{label}">'
        f"{chart}</div>"
        f'<figcaption data-figure="{html.escape(name)}"></figcaption></figure>'
    )


def _store_chart(output: dict[str, Any], words: Mapping[str, Any]) -> None:
    # nbconvert has no view of Plotly's own type and would drop it in silence.
    data = output.get("data", {})
    if _PLOTLY in data:
        spec = {key: data[_PLOTLY].get(key) for key in ("data", "layout")}
        wide, content = live_chart(spec, words), data.get(CHART_TYPE)
        # A notebook's own Plotly figure has no drawing for a phone, and scrolls.
        if content is not None:
            narrow = f'<div class="narrow">{phone_html(chart_from(content))}</div>'
            wide = wide.replace(
                '<div class="scroll"', f'{narrow}<div class="scroll wide"'
            )
        output["data"] = {"text/html": wide}


def _align_tables(output: dict[str, Any]) -> None:
    data = output.get("data", {})
    markup = "".join(data.get("text/html", ""))
    if "<table" in markup:
        data["text/html"] = _ALL_TABLES.sub(lambda one: _aligned(one[0]), markup)


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
    known = [text for text in texts if text]
    if known and all(_NUMBER.fullmatch(text) for text in known):
        return "number"
    longest = max((n_letters(text) for text in known), default=0)
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


def _caption(name: str, paths: list[str], words: Mapping[str, Any]) -> str:
    from urllib.parse import quote

    links = [
        f'<a href="{html.escape(quote(path))}" download>'
        f"{path.rsplit('.')[-1].upper()}</a>"
        for path in paths
    ]
    inner = f"{html.escape(words['picture'])}{' '.join(links)}" if links else ""
    return f'<figcaption data-figure="{name}">{inner}</figcaption>'


def figure_name(path: str) -> str:
    """Return the name of the figure a picture's path is of."""
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
