"""Count what a reader of a report sees: python benchmarks/page_text.py REPORT_FOLDER.

Counted are Chinese characters and all characters without blanks of each page: of its
text alone, without scripts, without what is folded away, and without charts. Pages of
single plans and the search are left out, for they show the plans themselves.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

UNSEEN = {"script", "style", "noscript", "head", "svg", "template"}
EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"}
LEFT_OUT = re.compile(r"^(plan-|plan_|search)")


class Visible(HTMLParser):
    """Collects the text of a page that is seen without a click."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, bool]] = []
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in EMPTY:
            return
        given = dict(attrs)
        hides = tag in UNSEEN or "hidden" in given or given.get("class") == "skip"
        hides |= tag == "details" and "open" not in given
        hides |= "input" in (given.get("class") or "").split()  # code of a notebook
        # What stands in place of a folded part is seen.
        shows = tag == "summary" and self.open and self.open[-1][0] == "details"
        is_hidden = hides or (self.is_hidden and not shows)
        if shows:
            is_hidden = any(hidden for _, hidden in self.open[:-1])
        self.open.append((tag, is_hidden))

    def handle_endtag(self, tag: str) -> None:
        while self.open and tag in {name for name, _ in self.open}:
            if self.open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self.is_hidden:
            self.parts.append(data)

    @property
    def is_hidden(self) -> bool:
        return bool(self.open) and self.open[-1][1]


def count(page: Path) -> tuple[int, int]:
    """Return the Chinese characters and all characters that a page shows."""
    visible = Visible()
    visible.feed(page.read_text(encoding="utf-8"))
    text = "".join("".join(visible.parts).split())
    return len(re.findall(r"[\u3400-\u9fff]", text)), len(text)


def main(folder: str) -> None:
    """Write a line a page, and the sum."""
    pages = [
        p for p in sorted(Path(folder).glob("*.html")) if not LEFT_OUT.match(p.stem)
    ]
    counts = [count(page) for page in pages]
    for page, (chinese, every) in zip(pages, counts, strict=True):
        sys.stdout.write(f"{chinese:7,} {every:7,}  {page.name}\n")
    chinese, every = (sum(part) for part in zip(*counts, strict=True))
    sys.stdout.write(f"{chinese:7,} {every:7,}  {len(pages)} pages\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
