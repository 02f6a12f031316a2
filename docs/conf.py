"""The documents as a site: `make docs`."""

from pathlib import Path

from govopen_analytics.base.languages import LANGUAGES
from govopen_analytics.base.schemas import (
    FIELDS,
    TABLES,
    column_meaning,
    heading,
    table_meaning,
)
from govopen_analytics.coding.codebook import load_codebook

project = "govopen_analytics"
language = "zh_CN"
extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["_build"]
html_theme = "pydata_sphinx_theme"
# Nothing is fetched: a page from a disk works without a network.
html_theme_options = {"show_prev_next": False, "secondary_sidebar_items": ["page-toc"]}
html_show_sourcelink = False
myst_heading_anchors = 3
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
GENERATED = Path(__file__).parent / "generated"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _columns() -> str:
    lines = ["# 变量 · Variables", ""]
    for name, table in TABLES.items():
        lines += [f"## `{name}`", ""]
        lines += [" · ".join(table_meaning(name, lang) for lang in LANGUAGES), ""]
        lines += ["| 列 · column | 类型 · type | 含义 | meaning |", "|---|---|---|---|"]
        for field in table.fields:
            zh, en = (column_meaning(name, field, lang) for lang in LANGUAGES)
            head = heading(field, "zh")
            shown = f"`{field}`" if head == field else f"`{field}` {head}"
            cells = (shown, FIELDS[field].type, _cell(zh), _cell(en))
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def _codebook() -> str:
    book = load_codebook()
    lines = [f"# 编码表 · Codebook {book.version}", ""]
    for theme in book.themes.itertuples():
        lines += [f"## {theme.label_zh} · {theme.label_en}", ""]
        lines += [f"`{theme.theme_id}`", ""]
        lines += [str(theme.definition_zh), "", str(theme.definition_en), ""]
        own = (k.text for k in book.keywords if k.theme_id == theme.theme_id)
        words = "、".join(own)
        lines += [f"关键词 · keywords: {words}", ""]
    return "\n".join(lines)


def setup(app: object) -> None:
    """Write the pages that have a source of their own."""
    GENERATED.mkdir(exist_ok=True)
    for name, page in (("columns", _columns()), ("codebook", _codebook())):
        path = GENERATED / f"{name}.md"
        if not path.is_file() or path.read_text("utf-8") != page:
            path.write_text(page, encoding="utf-8")
