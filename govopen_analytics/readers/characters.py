"""Characters no text should hold, taken out the same way for every format."""

import re

from govopen_analytics.base.text import drop_glosses

# A line may end in any of these; Word writes \v for a break inside a paragraph.
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")

_SPACES = dict.fromkeys([*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0xA0)], " ")
# U+FEFF is a byte order mark, wherever a page was glued together from files.
_REMOVED = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
# No-break spaces; the ideographic space U+3000 indents paragraphs and stays.
_NO_BREAK = dict.fromkeys([0xA0, 0x202F], " ")
# No page has room for more; patterns that skip blanks would look at each again.
_MAX_BLANKS = 100
_LONG_BLANKS = re.compile(f"[ \u3000]{{{_MAX_BLANKS + 1},}}")
_TRANSLATION = {**_SPACES, **_REMOVED, **_NO_BREAK}
_HAS_ODDITY = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\xa0\u2028\u2029\u200b-\u200d\u202f\u2060\ufeff\ud800-\udfff]"
)
# Half a character, which no file could be written with.
_SURROGATES = re.compile("[\ud800-\udfff]")


def normalise_characters(text: str) -> str:
    """Bring line ends, spaces and control characters to one form.

    Line ends become ``\\n``, control characters and no-break spaces a space; byte
    order marks, zero-width characters and pinyin glosses (發(fā)布) go. Tabs,
    ideographic spaces and full-width forms stay. Of more than 100 blanks in a row the
    first 100 stay.

    Parameters
    ----------
    text : str
        Text as decoded.

    Returns
    -------
    str
        The text every reader stores; normalising it again changes nothing.
    """
    if _HAS_ODDITY.search(text):
        text = _LINE_ENDS.sub("\n", text).translate(_TRANSLATION)
        text = _SURROGATES.sub("\ufffd", text)
    if len(text) > _MAX_BLANKS:
        text = _LONG_BLANKS.sub(lambda found: found[0][:_MAX_BLANKS], text)
    return drop_glosses(text)


def one_line(text: str) -> str:
    """Join the white space of a text to single spaces.

    Parameters
    ----------
    text : str
        Text whose line breaks mean nothing (HTML, a metadata value).

    Returns
    -------
    str
        The text on one line; ideographic spaces stay.
    """
    return re.sub("[ \t\n]+", " ", normalise_characters(text)).strip(" ")
