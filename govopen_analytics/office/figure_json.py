"""Plotly's JSON read by hand: text without markup, lists of numbers, axes."""

import base64
import html
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_BREAK = re.compile(r"\s*<br\s*/?>\s*")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
# What XML cannot hold, whatever the source text did.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_HEX = re.compile(r"#([0-9a-fA-F]{6})")
_RGB = re.compile(r"rgba?\(\s*(\d+),\s*(\d+),\s*(\d+)")


def printable(text: object, instead: str = "") -> str:
    """Return a text without the characters that XML cannot hold."""
    return _UNPRINTABLE.sub(instead, str(text))


def plain_text(markup: object) -> str:
    """Return Plotly's markup as the text it shows, on one line.

    A break between two Chinese characters, or behind a hyphen, vanishes; elsewhere
    it is a blank.
    """
    if markup is None:
        return ""
    text = str(markup)
    pieces = [html.unescape(_TAG.sub("", piece)) for piece in _BREAK.split(text)]
    joined = pieces[0]
    for piece in pieces[1:]:
        is_chinese = _WIDE.match(joined[-1:]) and _WIDE.match(piece)
        is_one = is_chinese or joined.endswith("-")
        joined += piece if is_one else f" {piece}"
    return printable(joined).strip()


def decoded(values: object) -> list[Any]:
    """Return an array of a figure as a list; NaN becomes None.

    Plotly writes numpy arrays as ``{"dtype": …, "bdata": …}`` in base 64.
    """
    if isinstance(values, Mapping) and "bdata" in values:
        raw = base64.b64decode(values["bdata"])
        array = np.frombuffer(raw, dtype=np.dtype(values["dtype"]))
        if "shape" in values:
            shape = [int(part) for part in str(values["shape"]).split(",")]
            array = array.reshape(shape)
        values = array.tolist()
    if values is None:
        return []
    if not isinstance(values, list | tuple):
        return [values]
    return [_without_nan(value) for value in values]


def per_mark(value: object, n: int) -> list[Any]:
    """Return an attribute that is one for all marks or one for each, as n values."""
    if isinstance(value, list | tuple | Mapping):
        found = decoded(value)
        return (found + [None] * n)[:n]
    return [value] * n


def number(value: object) -> float | None:
    """Return a coordinate as a float; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def hex_color(value: object, fallback: str) -> str:
    """Return a colour as six hexadecimal digits."""
    text = str(value)
    found = _HEX.match(text)
    if found:
        return found.group(1).lower()
    found = _RGB.match(text)
    if found:
        return "".join(f"{int(part):02x}" for part in found.groups())
    return fallback


def axis_key(name: str | None, letter: str) -> str:
    """Return the layout's key of an axis: ``x2`` is ``xaxis2``."""
    return f"{letter}axis{(name or letter)[1:]}"


def axis_labels(axis: Mapping[str, Any]) -> dict[float, str]:
    """Return an axis's own labels by position; none where it counts."""
    places = decoded(axis.get("tickvals"))
    texts = decoded(axis.get("ticktext"))
    return {
        float(place): plain_text(text)
        for place, text in zip(places, texts, strict=False)
        if number(place) is not None
    }


def is_reversed(axis: Mapping[str, Any]) -> bool:
    """Say whether an axis runs from its far end."""
    ends = decoded(axis.get("range"))
    if len(ends) == 2 and None not in map(number, ends):
        return ends[0] > ends[1]
    return axis.get("autorange") == "reversed"


def nearest(places: Sequence[float], value: float) -> float | None:
    """Return the labelled position a mark belongs to, within half a step."""
    if not places:
        return None
    found = min(places, key=lambda place: abs(place - value))
    return found if abs(found - value) < 0.5 else None


def number_format(tick_format: str, values: Sequence[float | None]) -> str:
    """Return the spreadsheet's format for an axis of a figure.

    Parameters
    ----------
    tick_format : str
        Plotly's format; empty where it has none.
    values : sequence of float or None
        Values on the axis, which decide where the format does not.
    """
    found = re.fullmatch(r"[+,~]*(?:\.(\d))?%", tick_format or "")
    if found:
        digits = int(found.group(1) or 0)
        return f"0.{'0' * digits}%" if digits else "0%"
    known = [value for value in values if value is not None]
    if all(value == int(value) for value in known):
        return "#,##0"
    return "0.00" if max(map(abs, known), default=0) < 100 else "#,##0.0"


def written(value: float, form: str) -> str:
    """Write a number as a spreadsheet would, for the formats used here."""
    if form.endswith("%"):
        digits = form.count("0") - 1
        return f"{value:.{digits}%}"
    if form == "#,##0":
        return f"{value:,.0f}"
    if form == "#,##0.0":
        return f"{value:,.1f}"
    return f"{value:.2f}"


def _without_nan(value: object) -> object:
    if isinstance(value, list):
        return [_without_nan(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
