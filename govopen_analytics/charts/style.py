"""What all figures share: colours, the frame, the source line, names of plans."""

import html
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from govopen_analytics.synth.plans import SYNTHETIC_MARK
from govopen_analytics.words import section

WIDTH, HEIGHT = 1280, 720  # pixels: one slide

FONT_FAMILY = (
    "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, PingFang SC, "
    "Microsoft YaHei, WenQuanYi Micro Hei, sans-serif"
)
LONGEST_NAME = 40  # Latin letters of an agency's name, where there are many
_EDGE = 26  # pixels from the left edge to title and notes
INK, QUIET, PAPER = "#1f2933", "#52606d", "#ffffff"
GRID, HATCH = "#e4e7eb", "#9aa5b1"
# Dark blue and vermilion of Okabe and Ito: apart for colour-blind readers, and
# apart in grey.
ACCENT, SECOND = "#0b5394", "#d55e00"


class HtmlBlock:
    """A piece of HTML that a notebook shows as its cell's result."""

    def __init__(self, markup: str) -> None:
        self.markup = markup

    def _repr_html_(self) -> str:
        return self.markup


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
    is_synthetic : bool
        Whether an agency of the corpus was made up.
    n_reviewed : int
        Tasks whose themes people decided (count).
    """

    n_documents: int
    n_tasks: int
    codebook_version: str
    coder: str = ""
    date: str = ""
    is_synthetic: bool = False
    n_reviewed: int = 0

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
        agencies = tables["documents"]["agency"].astype("string").fillna("")
        coders = tables["theme_assignments"].query("rank == 1")["coder"]
        by_machine = coders.isin(section("chart_style", "zh")["coders"])
        return cls(
            n_documents=len(tables["documents"]),
            n_tasks=len(tables["tasks"]),
            codebook_version=_listed(tables["themes"]["codebook_version"]),
            coder=_listed(coders[by_machine] if by_machine.any() else coders),
            date=date,
            is_synthetic=bool(agencies.str.startswith(SYNTHETIC_MARK).any()),
            n_reviewed=int((~by_machine).sum()) if by_machine.any() else 0,
        )


def set_frame(
    figure: go.Figure, title: str, subtitle: str, height: int, *, top_margin: int
) -> None:
    """Give a figure its title, font, height (pixels) and margins."""
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


def add_note(
    figure: go.Figure, text: str, *, below: int, size: int = 12, color: str = QUIET
) -> None:
    """Write a line `below` the panels (pixels), from their left edge."""
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


def source_line(source: FigureSource, lang: str) -> str:
    """Return the escaped line that says what a figure rests on."""
    words = section("chart_style", lang)
    coder = words["coders"].get(source.coder, source.coder)
    if source.n_reviewed:
        coder += words["reviewed"].format(n=f"{source.n_reviewed:,}")
    line = words["source"].format(
        documents=f"{source.n_documents:,}",
        tasks=f"{source.n_tasks:,}",
        version=html.escape(source.codebook_version, quote=False),
        coder=html.escape(coder, quote=False),
        date=words["source_date"].format(date=source.date) if source.date else "",
    )
    return f"{line}<br><b>{words['synthetic']}</b>" if source.is_synthetic else line


def synthetic_remark(lang: str) -> str:
    """Return the sentence that marks made-up data."""
    return section("chart_style", lang)["synthetic"]


def described(figure: go.Figure, name: str, alt: str) -> go.Figure:
    """Give a figure its file name, and its words for those who cannot see it."""
    figure.update_layout(meta={"name": name, "alt": alt})
    return figure


def wrapped_name(name: str, width: int) -> str:
    """Escape a name, and break it into about equal lines of `width` letters.

    Parameters
    ----------
    name : str
        Not escaped; a name of several words is broken between them.
    width : int
        Longest line (letters); 0 breaks nothing.
    """
    if not width:
        lines = [name]
    elif " " in name:
        lines = textwrap.wrap(name, width, break_long_words=False)
    else:
        n_lines = -(-len(name) // width)
        step = -(-len(name) // n_lines) if n_lines else 1
        lines = [name[start : start + step] for start in range(0, len(name), step)]
    return "<br>".join(html.escape(line, quote=False) for line in lines)


def sentence_figure(
    name: str, title: str, sentence: str, *, source: FigureSource, lang: str
) -> go.Figure:
    """Return a low figure of one sentence: why there is nothing to draw.

    An empty sentence says that there is no plan with a task.
    """
    words = section("chart_style", lang)
    sentence = sentence or words["no_plans"]
    figure = go.Figure()
    set_frame(figure, title, "", 260, top_margin=80)
    figure.add_annotation(
        text=wrapped_name(sentence, words["sentence_wrap"]),
        x=0,
        xref="paper",
        xanchor="left",
        y=0.7,
        yref="paper",
        align="left",
        showarrow=False,
        font={"size": 16, "color": INK},
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    add_note(figure, source_line(source, lang), below=52)
    return described(figure, name, sentence)


def n_letters(text: str) -> int:
    """Return the width of a text in Latin letters; a Chinese character takes two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def shortened(texts: Sequence[str], width: int) -> list[str]:
    """Leave out the middle of texts that are wider than `width` Latin letters.

    Both ends are kept, for an agency's end says what it is. Where that would make
    two texts one, all are returned as they are.

    Parameters
    ----------
    texts : sequence of str
        Not escaped.
    width : int
    """
    short = [_shortened(text, width) for text in texts]
    return short if len(set(short)) == len(set(texts)) else list(texts)


def _shortened(text: str, width: int) -> str:
    cuts = range(1, len(text)) if n_letters(text) > width else ()
    return next((s for n in cuts if n_letters(s := _without(text, n)) <= width), text)


def _without(text: str, n: int) -> str:
    start = (len(text) - n) // 2
    return f"{text[:start]}…{text[start + n :]}"


def label_pixels(labels: Sequence[str]) -> int:
    """Return the width of the longest line of escaped labels, with a margin."""
    lines = [line for label in labels for line in label.split("<br>")]
    longest = max((n_letters(html.unescape(line)) for line in lines), default=0)
    return 30 + int(longest * 6.8)


def set_left_margin(figure: go.Figure, labels: Sequence[str]) -> None:
    """Make room for the labels of rows; the notes start at the page's edge."""
    # Plotly's own margin comes out a bracket short for Chinese labels.
    margin = label_pixels(labels)
    figure.update_layout(margin_l=margin)
    figure.update_yaxes(automargin=False)
    for note in figure.layout.annotations:
        if note.yanchor == "top":  # below the panels
            note.update(xshift=_EDGE - margin)


def plan_labels(
    documents: pd.DataFrame,
    sizes: pd.DataFrame,
    lang: str,
    width: int = 0,
    longest: int = 0,
) -> dict[str, str]:
    """Return escaped names of plans, with year and n, by ``document_id``.

    Parameters
    ----------
    documents : DataFrame, shape (n_documents, ...)
        A valid ``documents`` table; its order is kept.
    sizes : DataFrame
        Any table with ``document_id`` and ``n_tasks``.
    lang : {"zh", "en"}
    width : int, default 0
        Longest line of an agency's name (letters); 0 keeps all on one line.
    longest : int, default 0
        Names wider than this many Latin letters are shortened; 0 keeps all.
    """
    words = section("chart_style", lang)
    n_tasks = sizes.drop_duplicates("document_id").set_index("document_id")["n_tasks"]
    labels = {}
    names = documents["agency"].fillna(documents["document_id"]).tolist()
    shown = shortened(names, longest) if longest else names
    for plan, name in zip(documents.itertuples(), shown, strict=True):
        form = words["plan_without_year" if pd.isna(plan.year) else "plan"]
        labels[plan.document_id] = form.format(
            agency=wrapped_name(name, width),
            gap="<br>" if width else " ",
            year=plan.year,
            n=n_tasks.get(plan.document_id, 0),
        )
    return labels


def most_lines(labels: Iterable[str]) -> int:
    """Return the number of lines of the longest label."""
    return max((label.count("<br>") + 1 for label in labels), default=1)


def _listed(values: pd.Series) -> str:
    return ", ".join(sorted(set(values.dropna()))) or "–"
