"""Plain text and Markdown: one paragraph per line, stored as it is."""

from govopen_analytics.readers.encodings import decode_text
from govopen_analytics.readers.source import Block, Source


def line_blocks(text: str) -> tuple[Block, ...]:
    """Point at every line that is not blank.

    Parameters
    ----------
    text : str
        Text with ``\\n`` line ends.

    Returns
    -------
    tuple of Block
        One paragraph per line, without its line end.
    """
    blocks = []
    start = 0
    for line in text.split("\n"):
        if line and not line.isspace():
            blocks.append(Block(start, start + len(line)))
        start += len(line) + 1
    return tuple(blocks)


def read_text(content: bytes, name: str) -> Source:
    """Read plain text in any encoding Chinese agencies publish in.

    Tabs, bars and blank lines stay, because a table flattened into text can only
    be recovered from them.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        File the messages name.

    Returns
    -------
    Source
        One paragraph per line that is not blank.

    Raises
    ------
    EncodingError
        If the bytes are not text.
    """
    decoded = decode_text(content, name)
    return Source(
        decoded.text,
        line_blocks(decoded.text),
        "text",
        encoding=decoded.encoding,
        remarks=decoded.remarks,
    )
