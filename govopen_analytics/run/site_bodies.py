"""An executed notebook to the body of a page."""

import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from govopen_analytics.questions.results import FIGURES_DIR
from govopen_analytics.run.notebooks import speaks
from govopen_analytics.words import section

_PLOTLY = "application/vnd.plotly.v1+json"
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
        div_id=f"chart-{meta.get('name', 'figure')}",
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
        f'<figure class="chart"><div class="scroll" tabindex="0" role="group" '
        f'aria-label="{label}">{chart}</div>'
        f'<figcaption data-figure="{html.escape(name)}"></figcaption></figure>'
    )


def _store_chart(output: dict[str, Any], words: Mapping[str, Any]) -> None:
    # nbconvert has no view of Plotly's own type and would drop it in silence.
    data = output.get("data", {})
    if _PLOTLY in data:
        spec = {key: data[_PLOTLY].get(key) for key in ("data", "layout")}
        output["data"] = {"text/html": live_chart(spec, words)}


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


def is_figure(path: str) -> bool:
    """Say whether a path below a run's folder is a picture or figure file."""
    return path.startswith(f"{FIGURES_DIR}/")
