"""Comparisons to figures: one function a chart, and no arithmetic on the data.

A figure carries its name and its description for those who cannot see it in
``layout.meta``; positions, not shares, are the only numbers computed here.
"""

import html
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from govopen_analytics.languages import in_language, percent
from govopen_analytics.views import select_themes

WIDTH, HEIGHT = 1280, 720  # pixels: one slide

FONT_FAMILY = (
    "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, "
    "Microsoft YaHei, WenQuanYi Micro Hei, sans-serif"
)
INK, QUIET, PAPER = "#1f2933", "#52606d", "#ffffff"
GRID, HATCH = "#e4e7eb", "#9aa5b1"
# Dark blue and vermilion of Okabe and Ito: apart for colour-blind readers, and
# apart in grey.
ACCENT, SECOND = "#0b5394", "#d55e00"
_BLUES = [
    [0.0, "#f1f6fb"],
    [0.25, "#c3daee"],
    [0.5, "#7fb0d8"],
    [0.75, "#3479b5"],
    [1.0, "#0a3d70"],
]
_LIGHT_TEXT_FROM = 0.68  # of the scale: where light text gains on dark

_WORDS = {
    "zh": {
        "wrap": 6,
        "head_lines": 2,
        "label_wrap": 15,
        "longest_line": 24,
        "plan": "{agency}{gap}{year} 年，n = {n}",
        "plan_without_year": "{agency}{gap}年份不详，n = {n}",
        "source": "资料来源：{documents} 份政务公开年度计划，共 n = {tasks} 项任务；"
        "编码表 {version} 版；编码者：{coder}{date}。",
        "source_date": "；{date}",
        "coders": {
            "combined": "关键词与文本相似度（自动）",
            "keywords": "关键词（自动）",
            "tfidf": "TF-IDF 相似度（自动）",
            "linear": "线性分类（自动）",
        },
        "heat_title": "各机构年度计划在各主题上的任务份额",
        "heat_subtitle": "深色份额大；斜线格：该计划的 n 项任务中未见此主题",
        "share_axis": "份额 = 该主题的任务（多主题任务按 1/k 计）÷ 该计划全部任务 n",
        "unseen": "未见",
        "core": "核心主题",
        "other": "其他主题",
        "hover": "{plan}<br>{theme}<br>份额 {share}（{level} 区间 "
        "{lower}–{upper}）<br>{themed} 项任务涉及，共 {n} 项",
        "dot_title": "各主题的任务份额与 {level} 区间",
        "dot_subtitle": "圆点为份额，线段为区间；空心菱形：n 项任务中未见",
        "dot_rows": "年度计划（按任务数 n 由多到少）",
        "overview_title": "读入的年度计划：任务数与正文去向",
        "overview_tasks": "任务数（项）",
        "overview_share": "有明确去向的字符占全文非空白字符的份额",
        "alt_heat": "热力图：{rows} 份年度计划与 {columns} 个主题的任务份额。{tops}",
        "alt_top": "{plan}份额最大的主题是{theme}（{share}）",
        "alt_dot": "点图：{columns} 个主题各一格，"
        "每格列出 {rows} 份年度计划的份额与区间。",
        "alt_overview": "条形图与点图：{rows} 份年度计划的任务数，"
        "以及正文有去向的份额。",
        "alt_join": "；",
        "alt_stop": "。",
    },
    "en": {
        "wrap": 14,
        "head_lines": 4,
        "label_wrap": 15,
        "longest_line": 28,
        "plan": "{agency}{gap}{year}, n = {n}",
        "plan_without_year": "{agency}{gap}year unknown, n = {n}",
        "source": "Source: {documents} annual open-government plans, n = {tasks} "
        "tasks; codebook version {version}; coder: {coder}{date}.",
        "source_date": "; {date}",
        "coders": {
            "combined": "keywords and text similarity (automatic)",
            "keywords": "keywords (automatic)",
            "tfidf": "TF-IDF similarity (automatic)",
            "linear": "linear classifier (automatic)",
        },
        "heat_title": "Share of tasks per theme in each agency's annual plan",
        "heat_subtitle": "Darker is larger; hatched: not observed in the plan's n "
        "tasks",
        "share_axis": "Share = tasks of the theme (a task with k themes counts 1/k "
        "to each) ÷ all n tasks of the plan",
        "unseen": "not obs.",
        "core": "core themes",
        "other": "further themes",
        "hover": "{plan}<br>{theme}<br>share {share} ({level} interval "
        "{lower}–{upper})<br>{themed} of {n} tasks touch it",
        "dot_title": "Share of tasks per theme, with {level} intervals",
        "dot_subtitle": "Dot: share; line: interval; open diamond: not observed in n "
        "tasks",
        "dot_rows": "Annual plans, most tasks first",
        "overview_title": "Plans read: number of tasks, and where the text went",
        "overview_tasks": "Tasks (count)",
        "overview_share": "Characters with a named role, share of all non-blank ones",
        "alt_heat": "Heat map: shares of tasks in {rows} annual plans by {columns} "
        "themes. {tops}",
        "alt_top": "{plan}: the largest is {theme} ({share})",
        "alt_dot": "Dot plot: one panel for each of {columns} themes, with shares and "
        "intervals of {rows} annual plans.",
        "alt_overview": "Bars and dots: number of tasks of {rows} annual plans, and "
        "the share of their text with a named role.",
        "alt_join": "; ",
        "alt_stop": ".",
    },
}


@dataclass(frozen=True)
class FigureSource:
    """What the source line of a figure says.

    Attributes
    ----------
    n_documents, n_tasks : int
        Plans and tasks the figure rests on (counts).
    codebook_version : str
        Version of the codebook the tasks were coded with.
    coder : str
        Who or what coded the tasks.
    date : str
        Date of the figure, ISO 8601; may be empty.
    """

    n_documents: int
    n_tasks: int
    codebook_version: str
    coder: str = ""
    date: str = ""

    @classmethod
    def of(
        cls, tables: Mapping[str, pd.DataFrame], *, date: str = ""
    ) -> "FigureSource":
        """Describe the tables a figure is drawn from.

        Parameters
        ----------
        tables : mapping of str to DataFrame
            ``documents``, ``tasks``, ``themes`` and ``theme_assignments``.
        date : str, default ""
            Date of the figure, ISO 8601.
        """
        return cls(
            n_documents=len(tables["documents"]),
            n_tasks=len(tables["tasks"]),
            codebook_version=_listed(tables["themes"]["codebook_version"]),
            coder=_listed(tables["theme_assignments"]["coder"]),
            date=date,
        )


def theme_heat_map(
    shares: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    source: FigureSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> go.Figure:
    """Draw plans by themes, coloured by the share of the plan's tasks.

    A theme without a task in a plan is hatched and marked as not observed; it is
    never shown as 0 %.

    Parameters
    ----------
    shares : DataFrame, shape (n_documents * n_themes, ...)
        Result of ``compare.theme_shares`` by ``document_id``.
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table; its order is the order of the rows.
    themes : DataFrame, shape (n_themes, ...)
        A valid ``themes`` table; core themes are drawn first.
    source : FigureSource
        What the source line says.
    lang : {"zh", "en"}, default "zh"
        Language of every word in the figure.
    interval : float, default 0.95
        Level of the intervals in `shares`, for the words that name it (0-1).

    Returns
    -------
    Figure

    Raises
    ------
    SelectionError
        If the library has no words in `lang`.
    """
    words = in_language(_WORDS, lang)
    themes = select_themes(themes)
    rows = _plan_labels(documents, shares, words)
    columns = _theme_labels(themes, lang)
    row_labels = list(
        _plan_labels(documents, shares, words, words["label_wrap"]).values()
    )
    cells = _cells(shares, rows, columns, words, interval)
    top = max(float(shares["share"].max()), 0.01) if len(shares) else 1.0

    figure = go.Figure()
    figure.add_trace(_heat_cells(cells, top))
    figure.add_trace(_hatching(cells))
    figure.add_trace(_heat_text(cells, words, top))
    n_core = int(themes["is_core"].fillna(False).sum())
    _mark_core(figure, n_core, len(themes), words)
    row_height = max(46, 17 * _most_lines(row_labels) + 10)
    height = max(HEIGHT, 295 + row_height * len(rows))
    _frame(figure, words["heat_title"], words["heat_subtitle"], height, top_margin=195)
    figure.update_xaxes(
        tickvals=list(range(len(columns))),
        ticktext=list(_theme_labels(themes, lang, words["wrap"]).values()),
        side="top",
        tickfont={"size": 12},
        showgrid=False,
        range=[-0.5, len(columns) - 0.5],
        tickangle=0,
        ticks="",
        zeroline=False,
    )
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=row_labels,
        ticklabelstandoff=4,
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        automargin=True,
        ticks="",
        zeroline=False,
    )
    _note(figure, words["share_axis"], below=22, size=14, color=INK)
    _note(figure, _source_line(source, words), below=52)
    return _described(figure, "theme_heat_map", _heat_alt(cells, rows, columns, words))


def theme_dot_plot(
    shares: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    source: FigureSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> go.Figure:
    """Draw one panel a theme, with each plan's share and its interval.

    Plans stand in the same order in every panel, most tasks first, so that wide
    intervals gather at the foot.

    Parameters
    ----------
    shares, documents, themes, source, lang, interval
        As in ``theme_heat_map``.

    Returns
    -------
    Figure

    Raises
    ------
    SelectionError
        If the library has no words in `lang`.
    """
    words = in_language(_WORDS, lang)
    themes = select_themes(themes)
    sizes = shares.drop_duplicates("document_id").set_index("document_id")["n_tasks"]
    documents = documents.assign(n_tasks=documents["document_id"].map(sizes))
    documents = documents.sort_values("n_tasks", ascending=False, kind="stable")
    rows = _plan_labels(documents, shares, words)
    columns = _theme_labels(themes, lang)
    row_labels = list(rows.values())
    if max(map(len, row_labels), default=0) > words["longest_line"]:
        width = words["label_wrap"]
        row_labels = list(_plan_labels(documents, shares, words, width).values())
    n_across = min(3, max(1, len(columns)))
    n_down = max(1, -(-len(columns) // n_across))
    figure = make_subplots(
        rows=n_down,
        cols=n_across,
        shared_xaxes=True,
        shared_yaxes=True,
        horizontal_spacing=0.025,
        vertical_spacing=0.24 / (n_down * max(1.0, len(rows) / 5)),
        subplot_titles=list(columns.values()),
    )
    cells = _cells(shares, rows, columns, words, interval)
    for position, theme_id in enumerate(columns):
        panel = cells[cells["theme_id"] == theme_id]
        place = {"row": position // n_across + 1, "col": position % n_across + 1}
        for trace in _dots(panel, words):
            figure.add_trace(trace, **place)
    level = f"{interval:.0%}"
    row_height = 8 + 16 * _most_lines(row_labels)
    height = max(HEIGHT, 210 + n_down * (60 + row_height * len(rows)))
    title = words["dot_title"].format(level=level)
    _frame(figure, title, words["dot_subtitle"], height, top_margin=120)
    figure.update_xaxes(
        tickformat=".0%", rangemode="tozero", gridcolor=GRID, zeroline=False
    )
    # Room on the right, for the label behind the longest interval.
    longest = float(shares["share_upper"].max()) if len(shares) else 1.0
    figure.update_xaxes(range=[-0.02, longest * 1.22], nticks=6)
    figure.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=row_labels,
        ticklabelstandoff=6,
        range=[len(rows) - 0.4, -0.6],
        gridcolor=GRID,
        zeroline=False,
        automargin=True,
    )
    for title in figure.layout.annotations:
        title.update(font={"size": 14, "color": INK, "weight": 700}, yshift=2)
    _note(figure, words["share_axis"], below=34, size=14, color=INK)
    _note(figure, _source_line(source, words), below=60)
    alt = words["alt_dot"].format(rows=len(rows), columns=len(columns))
    return _described(figure, "theme_dot_plot", alt)


def corpus_overview(
    documents: pd.DataFrame, *, source: FigureSource, lang: str = "zh"
) -> go.Figure:
    """Draw each plan's number of tasks and how much of its text has a role.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table.
    source : FigureSource
        What the source line says.
    lang : {"zh", "en"}, default "zh"
        Language of every word in the figure.

    Returns
    -------
    Figure

    Raises
    ------
    SelectionError
        If the library has no words in `lang`.
    """
    words = in_language(_WORDS, lang)
    documents = documents.sort_values("n_tasks", ascending=False)
    width = words["label_wrap"]
    labels = list(_plan_labels(documents, documents, words, width).values())
    places = list(range(len(labels)))
    figure = make_subplots(
        rows=1,
        cols=2,
        shared_yaxes=True,
        column_widths=[0.6, 0.4],
        horizontal_spacing=0.05,
    )
    figure.add_trace(
        go.Bar(
            x=documents["n_tasks"].tolist(),
            y=places,
            orientation="h",
            marker_color=ACCENT,
            text=documents["n_tasks"].tolist(),
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        ),
        row=1,
        col=1,
    )
    accounted = documents["accounted_share"].astype("Float64")
    figure.add_trace(
        go.Scatter(
            x=accounted.to_numpy(dtype=float, na_value=float("nan")).tolist(),
            y=places,
            mode="markers+text",
            marker={"color": SECOND, "size": 13},
            text=[percent(share) for share in accounted],
            textposition="bottom center",
            cliponaxis=False,
            hoverinfo="skip",
        ),
        row=1,
        col=2,
    )
    row_height = max(46, 17 * _most_lines(labels) + 10)
    height = max(HEIGHT, 210 + row_height * len(labels))
    _frame(figure, words["overview_title"], "", height, top_margin=90)
    figure.update_xaxes(gridcolor=GRID, zeroline=False)
    figure.update_xaxes(
        title={"text": words["overview_tasks"], "font": {"size": 14}},
        rangemode="tozero",
        row=1,
        col=1,
    )
    figure.update_xaxes(
        title={"text": words["overview_share"], "font": {"size": 14}},
        range=[0, 1.03],
        tickformat=".0%",
        row=1,
        col=2,
    )
    figure.update_yaxes(
        tickvals=places,
        ticktext=labels,
        ticklabelstandoff=4,
        range=[len(labels) - 0.5, -0.5],
        gridcolor=GRID,
        zeroline=False,
        automargin=True,
    )
    _note(figure, _source_line(source, words), below=70)
    alt = words["alt_overview"].format(rows=len(labels))
    return _described(figure, "corpus_overview", alt)


def _listed(values: pd.Series) -> str:
    return ", ".join(sorted(set(values.dropna()))) or "–"


def _plan_labels(
    documents: pd.DataFrame,
    sizes: pd.DataFrame,
    words: dict[str, Any],
    width: int = 0,
) -> dict[str, str]:
    n_tasks = sizes.drop_duplicates("document_id").set_index("document_id")["n_tasks"]
    labels = {}
    for plan in documents.itertuples():
        name = plan.document_id if pd.isna(plan.agency) else plan.agency
        form = words["plan_without_year" if pd.isna(plan.year) else "plan"]
        labels[plan.document_id] = form.format(
            agency=_wrapped(name, width),
            gap="<br>" if width else " ",
            year=plan.year,
            n=n_tasks.get(plan.document_id, 0),
        )
    return labels


def _most_lines(labels: Iterable[str]) -> int:
    return max((label.count("<br>") + 1 for label in labels), default=1)


def _theme_labels(themes: pd.DataFrame, lang: str, width: int = 0) -> dict[str, str]:
    names = themes[f"label_{lang}"]
    return {
        theme_id: _wrapped(name, width)
        for theme_id, name in zip(themes["theme_id"], names, strict=True)
    }


def _wrapped(name: str, width: int) -> str:
    # Words are kept where the script has them; lines come out about equal.
    if not width:
        lines = [name]
    elif " " in name:
        lines = textwrap.wrap(name, width, break_long_words=False)
    else:
        n_lines = -(-len(name) // width)
        step = -(-len(name) // n_lines) if n_lines else 1
        lines = [name[start : start + step] for start in range(0, len(name), step)]
    return "<br>".join(html.escape(line, quote=False) for line in lines)


def _cells(
    shares: pd.DataFrame,
    rows: dict[str, str],
    columns: dict[str, str],
    words: dict[str, Any],
    interval: float,
) -> pd.DataFrame:
    # Places of the cells; `rows` and `columns` are names on one line.
    shown = shares["document_id"].isin(rows) & shares["theme_id"].isin(columns)
    cells = shares.loc[shown].copy()
    cells["y"] = cells["document_id"].map({key: i for i, key in enumerate(rows)})
    cells["x"] = cells["theme_id"].map({key: i for i, key in enumerate(columns)})
    cells["plan"] = cells["document_id"].map(rows)
    cells["theme"] = cells["theme_id"].map(columns)
    cells["hover"] = _hover(cells, words, interval)
    return cells.sort_values(["y", "x"])


def _hover(cells: pd.DataFrame, words: dict[str, Any], interval: float) -> list[str]:
    return [
        words["hover"].format(
            plan=cell.plan,
            theme=cell.theme,
            share=percent(cell.share) if cell.is_observed else words["unseen"],
            level=f"{interval:.0%}",
            lower=percent(cell.share_lower),
            upper=percent(cell.share_upper),
            themed=cell.n_themed,
            n=cell.n_tasks,
        )
        for cell in cells.itertuples()
    ]


def _heat_cells(cells: pd.DataFrame, top: float) -> go.Heatmap:
    observed = cells["share"].where(cells["is_observed"].astype(bool))
    return go.Heatmap(
        x=cells["x"].tolist(),
        y=cells["y"].tolist(),
        z=[None if pd.isna(share) else float(share) for share in observed],
        colorscale=_BLUES,
        zmin=0,
        zmax=top,
        xgap=3,
        ygap=3,
        showscale=False,
        hovertext=cells["hover"].tolist(),
        hoverinfo="text",
        hoverongaps=True,
    )


def _hatching(cells: pd.DataFrame) -> go.Scatter:
    # Parallels on either side of the middle, which is left to the words.
    edge = 0.47
    xs: list[float | None] = []
    ys: list[float | None] = []
    for cell in cells.loc[~cells["is_observed"].astype(bool)].itertuples():
        for offset in (-0.7, -0.5, -0.3, 0.3, 0.5, 0.7):
            first, last = max(-edge, -edge - offset), min(edge, edge - offset)
            xs += [cell.x + first, cell.x + last, None]
            ys += [cell.y - first - offset, cell.y - last - offset, None]
    return go.Scatter(
        x=xs, y=ys, mode="lines", line={"color": HATCH, "width": 1.2}, hoverinfo="skip"
    )


def _heat_text(cells: pd.DataFrame, words: dict[str, Any], top: float) -> go.Scatter:
    observed = cells["is_observed"].astype(bool)
    is_dark = observed & (cells["share"] >= _LIGHT_TEXT_FROM * top)
    texts = [
        percent(share) if seen else words["unseen"]
        for share, seen in zip(cells["share"], observed, strict=True)
    ]
    colors = [
        PAPER if dark else INK if seen else QUIET
        for dark, seen in zip(is_dark, observed, strict=True)
    ]
    sizes = [16 if seen else 12 for seen in observed]
    return go.Scatter(
        x=cells["x"].tolist(),
        y=cells["y"].tolist(),
        mode="text",
        text=texts,
        textfont={"color": colors, "size": sizes},
        hoverinfo="skip",
    )


def _mark_core(
    figure: go.Figure, n_core: int, n_themes: int, words: dict[str, Any]
) -> None:
    if not 0 < n_core < n_themes:
        return
    figure.add_vline(x=n_core - 0.5, line={"color": INK, "width": 2})
    spans = ((0, n_core, words["core"]), (n_core, n_themes, words["other"]))
    for first, end, text in spans:
        figure.add_annotation(
            x=(first + end - 1) / 2,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=words["head_lines"] * 16 + 14,
            text=f"<b>{text}</b>",
            showarrow=False,
            font={"size": 13, "color": QUIET},
        )


def _dots(panel: pd.DataFrame, words: dict[str, Any]) -> list[go.Scatter]:
    traces = []
    for is_observed in (True, False):
        part = panel.loc[panel["is_observed"].astype(bool) == is_observed]
        marks = {"color": ACCENT, "size": 10, "symbol": "circle"}
        if not is_observed:
            marks = {
                "color": PAPER,
                "size": 9,
                "symbol": "diamond",
                "line": {"color": SECOND, "width": 2},
            }
        traces.append(_interval_lines(part, ACCENT if is_observed else SECOND))
        traces.append(
            go.Scatter(
                x=part["share"].astype(float).tolist(),
                y=part["y"].tolist(),
                mode="markers",
                marker=marks,
                hovertext=part["hover"].tolist(),
                hoverinfo="text",
            )
        )
        # The blank keeps the label off the end of the line.
        texts = [f" {percent(share)}" for share in part["share"]]
        traces.append(
            go.Scatter(
                x=part["share_upper"].astype(float).tolist(),
                y=part["y"].tolist(),
                mode="text",
                text=texts if is_observed else [f" {words['unseen']}"] * len(part),
                textposition="middle right",
                textfont={"size": 12, "color": INK if is_observed else QUIET},
                hoverinfo="skip",
                cliponaxis=False,
            )
        )
    return traces


def _interval_lines(part: pd.DataFrame, color: str) -> go.Scatter:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for cell in part.itertuples():
        xs += [float(cell.share_lower), float(cell.share_upper), None]
        ys += [cell.y, cell.y, None]
    return go.Scatter(
        x=xs, y=ys, mode="lines", line={"color": color, "width": 2}, hoverinfo="skip"
    )


def _frame(
    figure: go.Figure, title: str, subtitle: str, height: int, *, top_margin: int
) -> None:
    figure.update_layout(
        title={
            "text": title,
            "subtitle": {"text": subtitle, "font": {"size": 14, "color": QUIET}},
            "x": 0.02,
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 22},
            "font": {"size": 22, "color": INK},
        },
        font={"family": FONT_FAMILY, "size": 13, "color": INK},
        height=height,
        margin={"l": 20, "r": 30, "t": top_margin, "b": 100},
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        showlegend=False,
        hoverlabel={"font": {"family": FONT_FAMILY, "size": 13}},
        template="none",
    )


def _note(
    figure: go.Figure, text: str, *, below: int, size: int = 12, color: str = QUIET
) -> None:
    figure.add_annotation(
        text=text,
        x=0,
        xref="paper",
        xanchor="left",
        y=0,
        yref="paper",
        yanchor="top",
        yshift=-below,
        align="left",
        showarrow=False,
        font={"size": size, "color": color},
    )


def _source_line(source: FigureSource, words: dict[str, Any]) -> str:
    coder = words["coders"].get(source.coder, source.coder)
    return words["source"].format(
        documents=source.n_documents,
        tasks=source.n_tasks,
        version=html.escape(source.codebook_version, quote=False),
        coder=html.escape(coder, quote=False),
        date=words["source_date"].format(date=source.date) if source.date else "",
    )


def _heat_alt(
    cells: pd.DataFrame,
    rows: dict[str, str],
    columns: dict[str, str],
    words: dict[str, Any],
) -> str:
    tops = [
        words["alt_top"].format(
            plan=html.unescape(cell.plan),
            theme=html.unescape(cell.theme),
            share=percent(cell.share),
        )
        for cell in cells.sort_values(["y", "share"], ascending=[True, False])
        .drop_duplicates("y")
        .head(8)
        .itertuples()
    ]
    listed = words["alt_join"].join(tops) + words["alt_stop"] if tops else ""
    return words["alt_heat"].format(rows=len(rows), columns=len(columns), tops=listed)


def _described(figure: go.Figure, name: str, alt: str) -> go.Figure:
    figure.update_layout(meta={"name": name, "alt": alt})
    return figure
