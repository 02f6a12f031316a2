"""What briefings say of themselves, in both languages."""

import re
from typing import Any

from govopen_analytics.base.languages import in_language
from govopen_analytics.words import section

# An office chart draws bars where the figure draws dots, and grey where it
# hatches; what the words say of the marks has to follow.
_BARS_FOR_DOTS = {
    "zh": [
        ("(?:空心)?菱形：未见", "标“未见”者：不在任务之中"),
        ("(?:空心)?菱形", "标“未见”者"),
        ("橙色竖线", "橙色条形"),
        ("[●◆]", "■"),
        ("[○◇]", "□"),
        ("空心(?:圆点|圆|点)?", "浅色条形"),
        ("实心(?:圆点|圆|点)?", "深色条形"),
        ("方块|方点", "条形"),
        ("虚线", "竖线"),
        ("圆点", "条形"),
        ("点图", "条形图"),
    ],
    "en": [
        (r"\b(?:(?:open|hollow) )?diamonds?: not observed", "not obs.: in no task"),
        (r"\b(?:(?:open|hollow) )?diamonds?", "marked not obs."),
        ("[●◆]", "■"),
        ("[○◇]", "□"),
        (r"\b(?:open|hollow) (?:circle|dot)", "pale bar"),
        (r"\b(?:filled|solid) (?:circle|dot)", "dark bar"),
        (r"\b(?:open|hollow)(?=: )", "pale"),
        (r"\b(?:filled|solid)(?=: )", "dark"),
        (r"\bsquare", "bar"),
        (r"\bdotted line", "vertical line"),
        (r"\(dotted\)", "(vertical line)"),
        (r"\bdot plot", "bar chart"),
        (r"\bdot", "bar"),
    ],
}
_GREY_FOR_HATCHING = {
    "zh": [("斜线格|斜纹格", "灰色格"), ("热力图", "着色表格")],
    "en": [(r"\b(?:hatched|strokes)", "grey"), (r"\bheat map", "shaded table")],
}
# Office charts give all points of a series one size.
_NO_SIZES = {
    "zh": [("(?:圆)?点越大[^；]*；?", "")],
    "en": [(r"\b(?:larger|bigger) (?:dot|point|circle)s?\b[^;]*;? ?", "")],
}


def export_words(lang: str) -> dict[str, Any]:
    """Return the words of one language.

    Raises
    ------
    SelectionError
        If there are none in `lang`.
    """
    return section("office", lang)


def words_for_marks(
    text: str, lang: str, *, is_bars: bool = False, is_table: bool = False
) -> str:
    """Let what a figure says of its marks fit the marks of an office chart.

    Parameters
    ----------
    text : str
        A subtitle or a description.
    lang : {"zh", "en"}
    is_bars, is_table : bool, default False
        Whether bars stand for the figure's dots, a table for its heat map.
    """
    changes = list(in_language(_NO_SIZES, lang))
    changes += in_language(_BARS_FOR_DOTS, lang) if is_bars else []
    changes = [*changes, *(in_language(_GREY_FOR_HATCHING, lang) if is_table else [])]
    for pattern, wanted in changes:
        text = re.sub(pattern, _cased(wanted), text, flags=re.IGNORECASE)
    return text


def kept_together(text: str) -> str:
    """Keep an n with its number: no line ends between them."""
    return re.sub(r"n = (?=\d)", "n\u00a0=\u00a0", text)


def _cased(wanted: str) -> Any:
    def replaced(found: re.Match[str]) -> str:
        is_opening = found.group()[:1].isupper()
        return wanted[:1].upper() + wanted[1:] if is_opening else wanted

    return replaced
