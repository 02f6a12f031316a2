"""Automatic list numbers: the figures a word processor or browser would print."""

from collections.abc import Callable

_DIGITS = "零一二三四五六七八九"
_UNITS = ((1000, "千"), (100, "百"), (10, "十"))
_FORMAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
# Beyond this no list is Chinese or Roman any more.
_MAX_SPELLED = 9999


def chinese_number(number: int) -> str:
    """Write a number the way Chinese lists count: 十, 十一, 二十, 一百零一.

    Parameters
    ----------
    number : int
        From 0; numbers above 9,999 stay decimal.

    Returns
    -------
    str
        The number in Chinese.
    """
    if not 0 <= number <= _MAX_SPELLED:
        return str(number)
    if number == 0:
        return _DIGITS[0]
    written, is_gap = "", False
    for size, unit in _UNITS:
        digit, number = divmod(number, size)
        if digit:
            written += ("零" if is_gap else "") + _DIGITS[digit] + unit
        is_gap = bool(written) and not digit
    if number:
        written += ("零" if is_gap else "") + _DIGITS[number]
    return written.removeprefix("一") if written.startswith("一十") else written


def _formal(number: int) -> str:
    """Write the figures of cheques, in which ten is 壹拾."""
    counted = chinese_number(number)
    return ("一" * counted.startswith("十") + counted).translate(_FORMAL)


def _letters(number: int) -> str:
    # The word processor's rule: a … z, aa, bb, …
    repeats, index = divmod(number - 1, 26)
    return chr(ord("a") + index) * (repeats + 1)


def _roman(number: int) -> str:
    written = ""
    for size, figure in _ROMAN:
        count, number = divmod(number, size)
        written += figure * count
    return written


def _full_width(number: int) -> str:
    return str(number).translate({ord("0") + d: 0xFF10 + d for d in range(10)})


def _enclosed(first: str, count: int) -> Callable[[int], str]:
    """Return a format for a run of figures in the character table."""

    def write(number: int) -> str:
        return chr(ord(first) + number - 1) if number <= count else str(number)

    return write


def _circled(number: int) -> str:
    # Circled figures go on in other places of the character table.
    for first, start, count in ((1, 0x2460, 20), (21, 0x3251, 15), (36, 0x32B1, 15)):
        if first <= number < first + count:
            return chr(start + number - first)
    return str(number)


def _cycled(characters: str) -> Callable[[int], str]:
    return lambda number: characters[(number - 1) % len(characters)]


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "chineseCounting": chinese_number,
    "chineseCountingThousand": chinese_number,
    "ideographDigital": chinese_number,
    "japaneseCounting": chinese_number,
    "japaneseDigitalTenThousand": chinese_number,
    "taiwaneseCounting": chinese_number,
    "taiwaneseCountingThousand": chinese_number,
    "taiwaneseDigital": chinese_number,
    "chineseLegalSimplified": _formal,
    "ideographLegalTraditional": _formal,
    "japaneseLegal": _formal,
    "ideographTraditional": _cycled(_STEMS),
    "ideographZodiac": _cycled(_BRANCHES),
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": _enclosed("⑴", 20),
    "decimalEnclosedFullstop": _enclosed("⒈", 20),
    "ideographEnclosedCircle": _enclosed("㊀", 10),
}
UNPRINTED = frozenset({"none", "bullet"})


def format_number(number: int, form: str) -> str:
    """Write one figure of a list label.

    Parameters
    ----------
    number : int
        Place in the list, usually from 1.
    form : str
        Number format, by its name in Office Open XML (``w:numFmt``).

    Returns
    -------
    str
        The figure; a format without figures gives nothing, an unknown one decimal.
    """
    if form in UNPRINTED:
        return ""
    if form not in _FORMATS or not 0 < number <= _MAX_SPELLED:
        return str(number)
    return _FORMATS[form](number)
