"""Charts of the question: how has coverage changed over the years?"""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from govopen_analytics.base.languages import percent
from govopen_analytics.charts.frame import (
    ChartSource,
    ChartText,
    finish,
    heat_chart,
    interval_chart,
    not_drawn,
    plain,
    points,
    row_labels,
    sentence_chart,
    theme_names,
    wrapped,
)
from govopen_analytics.charts.style import ACCENT, GRID, HEIGHT, INK
from govopen_analytics.questions.selection import largest, named_agencies
from govopen_analytics.words import agency_name, section


def plan_calendar(
    calendar: pd.DataFrame, *, source: ChartSource, lang: str = "zh"
) -> go.Figure:
    """Draw which agency-years have a plan, and which are missing.

    Parameters
    ----------
    calendar : DataFrame, shape (n_cells, 5)
        Result of ``answers.change.plan_calendar``.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"

    Returns
    -------
    Figure
        The 30 agencies with the largest plans, if there are more.
    """
    words = section("change_charts", lang)
    shown, n_hidden = largest(named_agencies(calendar), "agency", "n_tasks")
    agencies = list(dict.fromkeys(shown["agency"]))
    years = sorted(calendar["year"].dropna().unique())
    columns = [words["year"].format(year=year) for year in years]
    if shown["year"].isna().any():
        columns.append(words["no_year"])
    place = {year: x for x, year in enumerate(years)}
    cells = pd.DataFrame(
        {
            "x": [place.get(y, len(years)) for y in shown["year"].astype(object)],
            "y": [agencies.index(name) for name in shown["agency"]],
        }
    )
    is_there = shown["n_plans"] > 0
    cells["value"] = shown["n_tasks"].astype(float).where(is_there)
    cells["label"] = [
        str(n) if there else words["missing"]
        for n, there in zip(shown["n_tasks"], is_there, strict=True)
    ]
    cells["hover"] = [
        words["calendar_hover"].format(
            agency=wrapped(agency_name(agencies[y], lang)), year=columns[x], n=n
        )
        for x, y, n in zip(cells["x"], cells["y"], shown["n_tasks"], strict=True)
    ]
    text = ChartText(
        "plan_calendar",
        words["calendar_title"],
        words["calendar_subtitle"].format(hidden=not_drawn(n_hidden, lang)),
        words["calendar_axis"],
        words["calendar_alt"].format(
            agencies=len(agencies),
            columns=len(columns),
            there=int(is_there.sum()),
            missing=int((~is_there).sum()),
        ),
    )
    if cells.empty:
        return sentence_chart(text, "", source=source, lang=lang)
    rows = row_labels(agency_name(name, lang) for name in agencies)
    return heat_chart(
        cells.assign(is_sure=False),
        rows,
        columns,
        text,
        source=source,
        lang=lang,
        column_lines=1,
    )


def trend_dots(
    trends: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> go.Figure:
    """Draw each theme's change a year within agencies, with its interval.

    Parameters
    ----------
    trends : DataFrame, shape (n_themes, ...)
        Result of ``compare.panel_trend``.
    themes : DataFrame
        The themes to draw.
    source : ChartSource
    lang : {"zh", "en"}, default "zh"
    interval : float, default 0.95
        Level of the intervals, for the words that name it (0-1).

    Returns
    -------
    Figure
        One sentence where no agency has two years.
    """
    words = section("change_charts", lang)
    names = theme_names(themes, lang)
    rows = trends.loc[trends["theme_id"].isin(names)].dropna(subset=["change_per_year"])
    rows = rows.sort_values("change_per_year", ascending=False, kind="stable")
    changes = [points(change, lang) for change in rows["change_per_year"]]
    labels = [names[key] for key in rows["theme_id"]]
    is_sure = rows["is_beyond_chance"].astype(bool)
    found = [
        f"{plain(name)} {change}"
        for name, change, sure in zip(labels, changes, is_sure, strict=True)
        if sure
    ]
    text = ChartText(
        "trend_dots",
        words["trend_title"],
        words["trend_subtitle"].format(level=f"{interval:.0%}", themes=len(trends)),
        words["trend_axis"].format(
            agencies=trends["n_agencies"].max(), n=f"{trends['n_tasks'].max():,}"
        ),
        words["trend_alt"].format(themes=len(rows), found=words["join"].join(found)),
    )
    if rows.empty:
        return sentence_chart(text, words["no_panel"], source=source, lang=lang)
    # In percentage points, as the axis says: "%" would read as a ratio.
    marks = pd.DataFrame(
        {
            "y": range(len(rows)),
            "value": 100 * rows["change_per_year"].to_numpy(),
            "lower": 100 * rows["change_per_year_lower"].to_numpy(),
            "upper": 100 * rows["change_per_year_upper"].to_numpy(),
            "label": changes,
            "hover": [f"{a}<br>{b}" for a, b in zip(labels, changes, strict=True)],
            "mark": ["sure" if sure else "unsure" for sure in is_sure],
        }
    )
    return interval_chart(
        {"": marks},
        [wrapped(plain(name)) for name in labels],
        text,
        source=source,
        lang=lang,
        tick_format="+.1f",
        reference=0.0,
    )


def year_dots(
    shares: pd.DataFrame,
    documents: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> go.Figure:
    """Draw one panel a theme, with its share in each year of the panel.

    Parameters
    ----------
    shares : DataFrame, shape (n_years * n_themes, ...)
        Result of ``compare.theme_shares`` by ``year``, of ``selection.panel_of``.
    documents : DataFrame
        Documents of the panel.
    themes : DataFrame
        The themes to draw.
    source, lang, interval
        As in ``trend_dots``.

    Returns
    -------
    Figure
        One sentence where no agency has two years.
    """
    words = section("change_charts", lang)
    names = theme_names(themes, lang)
    n_agencies = documents["agency"].nunique()
    cells = documents.drop_duplicates(["agency", "year"])
    is_whole = len(cells) == n_agencies * documents["year"].nunique()
    sizes = shares.drop_duplicates("year").set_index("year")["n_tasks"]
    text = ChartText(
        "year_dots",
        words["year_title"],
        words["year_subtitle"].format(
            agencies=n_agencies,
            level=f"{interval:.0%}",
            unbalanced="" if is_whole else words["unbalanced"],
        ),
        words["year_axis"].format(
            sizes=", ".join(f"{year}: n = {n:,}" for year, n in sizes.items())
        ),
        words["year_alt"].format(themes=len(names)),
    )
    if shares.empty or not len(names):
        return sentence_chart(text, words["no_panel"], source=source, lang=lang)
    n_across = min(3, len(names))
    n_down = -(-len(names) // n_across)
    figure = make_subplots(
        rows=n_down,
        cols=n_across,
        shared_xaxes=True,
        shared_yaxes=True,
        horizontal_spacing=0.04,
        vertical_spacing=min(0.5 / n_down, 0.1),
        subplot_titles=list(names.values()),
    )
    for place, theme_id in enumerate(names):
        part = shares.loc[shares["theme_id"] == theme_id]
        position = {"row": place // n_across + 1, "col": place % n_across + 1}
        for trace in _year_traces(part, list(sizes.index)):
            figure.add_trace(trace, **position)
    height = max(HEIGHT, 215 + 165 * n_down)
    finish(figure, text, source=source, lang=lang, height=height, top_margin=132)
    top = float(shares["share_upper"].max()) * 1.15
    figure.update_yaxes(
        tickformat=".0%", range=[0, top], gridcolor=GRID, zeroline=False, nticks=5
    )
    figure.update_layout(margin_l=70)
    figure.update_xaxes(
        tickvals=list(range(len(sizes))),
        ticktext=[str(year) for year in sizes.index],
        range=[-0.5, len(sizes) - 0.3],
        showgrid=False,
        zeroline=False,
    )
    return figure


def change_heat_map(
    changes: pd.DataFrame,
    themes: pd.DataFrame,
    *,
    source: ChartSource,
    lang: str = "zh",
    interval: float = 0.95,
) -> go.Figure:
    """Draw agencies by themes: the change from an agency's first year to its last.

    Parameters
    ----------
    changes : DataFrame, shape (n_agencies * n_themes, ...)
        Result of ``answers.change.first_to_last``.
    themes : DataFrame
        The themes to draw.
    source, lang, interval
        As in ``trend_dots``.

    Returns
    -------
    Figure
        The 30 agencies with the largest changes, if there are more; one sentence
        where no agency has two years.
    """
    words = section("change_charts", lang)
    names = theme_names(themes, lang)
    rows = changes.loc[changes["theme_id"].isin(names)]
    shown, n_hidden = largest(named_agencies(rows), "agency", "change")
    agencies = shown.drop_duplicates("agency")
    text = ChartText(
        "change_heat_map",
        words["heat_title"],
        words["heat_subtitle"].format(
            level=f"{interval:.0%}", hidden=not_drawn(n_hidden, lang)
        ),
        words["heat_axis"],
        words["heat_alt"].format(agencies=len(agencies), themes=len(names)),
    )
    if shown.empty:
        return sentence_chart(text, words["no_panel"], source=source, lang=lang)
    labels = {
        row.agency: words["heat_row"].format(
            agency=agency_name(row.agency, lang),
            year_from=row.year_from,
            year_to=row.year_to,
            n_from=row.n_tasks_from,
            n_to=row.n_tasks_to,
        )
        for row in agencies.itertuples()
    }
    row_places = {name: y for y, name in enumerate(labels)}
    column_places = {key: x for x, key in enumerate(names)}
    cells = pd.DataFrame(
        {
            "x": [column_places[key] for key in shown["theme_id"]],
            "y": [row_places[name] for name in shown["agency"]],
            "value": shown["change"].astype(float).to_numpy(),
            "label": [_short_points(change) for change in shown["change"]],
            "hover": [
                words["heat_hover"].format(
                    row=wrapped(labels[row.agency]),
                    theme=names[row.theme_id],
                    change=points(row.change, lang),
                    lower=points(row.change_lower, lang),
                    upper=points(row.change_upper, lang),
                )
                for row in shown.itertuples()
            ],
            "is_sure": shown["is_beyond_chance"].astype(bool).to_numpy(),
        }
    )
    columns = list(theme_names(themes, lang, breaks=True).values())
    return heat_chart(
        cells,
        row_labels(labels.values()),
        columns,
        text,
        source=source,
        lang=lang,
        scale="two_way",
        column_lines=max(name.count("<br>") + 1 for name in columns),
    )


def _short_points(change: float) -> str:
    value = f"{change:+.0%}".rstrip("%").replace("-", "−")
    return "0" if value in ("+0", "−0") else value


def _year_traces(part: pd.DataFrame, years: list[int]) -> list[go.Scatter]:
    xs = [years.index(year) for year in part["year"]]
    bounds = zip(xs, part["share_lower"], part["share_upper"], strict=True)
    ends = [(x, float(low), float(high)) for x, low, high in bounds]
    return [
        go.Scatter(
            x=[x for place, _, _ in ends for x in (place, place, None)],
            y=[y for _, low, high in ends for y in (low, high, None)],
            mode="lines",
            line={"color": ACCENT, "width": 2},
            hoverinfo="skip",
        ),
        go.Scatter(
            x=xs,
            y=part["share"].astype(float).tolist(),
            mode="lines+markers+text",
            line={"color": ACCENT, "width": 1, "dash": "dot"},
            marker={"color": ACCENT, "size": 9},
            text=[f" {percent(share)}" for share in part["share"]],
            textposition="top right",
            textfont={"size": 12, "color": INK},
            cliponaxis=False,
            hoverinfo="skip",
        ),
    ]
