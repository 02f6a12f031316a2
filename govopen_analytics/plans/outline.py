"""Running text to an outline: paragraphs with their numbers, nested."""

import re
from itertools import pairwise

from govopen_analytics.base.text import read_number
from govopen_analytics.plans.lines import Line, raw_lines
from govopen_analytics.plans.numbering import Number, leading_number
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("outline")
_INLINE: list[tuple[re.Pattern[str]]] = FORMS.table("inline")


class Node(Line):
    """A paragraph, with what stands below it.

    Attributes
    ----------
    number : Number or None
        None for the root and for paragraphs without a number.
    plain : list of Node
        Paragraphs without a number that follow, before any child.
    children : list of Node
        Numbered paragraphs one level down.
    has_fuller_siblings : bool
        Whether a node beside it has children, so that a bare one is a heading.
    names_unit : bool
        Whether it is the unit that does all that stands below it.
    """

    def __init__(self, start: int, end: int, text: str, folded: str) -> None:
        super().__init__(start, end, text, folded)
        self.number = leading_number(folded)
        self.plain: list[Node] = []
        self.children: list[Node] = []
        self.has_fuller_siblings = self.names_unit = False

    def is_cut_by(self, below: "Node") -> bool:
        """Whether a line break cut this heading's last word, which goes on below."""
        is_bare = self.number is not None and not self.plain and not self.children
        return (
            is_bare
            and 0 < below.start - self.end <= 4
            and len(below.text) <= _SHORTEST
            and below.number is None
        )

    @property
    def rank(self) -> int:
        """Rank of its number; one below every number where it has none."""
        return self.number.rank if self.number else _NO_RANK

    @property
    def text_start(self) -> int:
        """Offset of the text behind the number."""
        return self.start + (self.number.end if self.number else 0)

    @property
    def said(self) -> str:
        """The text behind the number, as printed."""
        return self.text[self.number.end :] if self.number else self.text

    def walk(self) -> list["Node"]:
        """Return this node and all below it, in reading order."""
        nodes = [self, *self.plain]
        for child in self.children:
            nodes += child.walk()
        return nodes


_NO_RANK = 99
_BULLET_RANK = 8  # below every number
_LONGEST_HEADING = 40  # characters of a heading with an item behind it
_SHORTEST = 6  # characters of a numbered item
_EDGES = "# \t\n\u3000\xa0"  # a # opens a heading
_STOPS = "。;:!?)”】\n "


def paragraphs(source: str, start: int = 0, end: int | None = None) -> list[Node]:
    """Split a stretch of the source into paragraphs, numbers inside them too.

    A number within a paragraph opens one of its own where the numbers of its
    kind run on from 1 and a sentence ends before it, or where the paragraph is
    a whole document on one line.
    """
    end = len(source) if end is None else end
    length = len(source[start:end].strip())
    nodes: list[Node] = []
    for line in raw_lines(source[start:end]):
        text, folded = line.text, line.folded
        is_whole = len(text) > max(150, length / 2) or len(text) > 600
        cuts = _inline_cuts(folded, is_whole) if text.strip() else []
        for a, b in pairwise([0, *cuts, len(text)]):
            a += len(text[a:b]) - len(text[a:b].lstrip(_EDGES))
            b = a + len(text[a:b].rstrip())
            if b > a:
                at = start + line.start
                nodes.append(Node(at + a, at + b, text[a:b], folded[a:b]))
    if not any(3 <= node.rank < _NO_RANK for node in nodes):
        _number_bullets(nodes)
    return nodes


def _number_bullets(nodes: list[Node]) -> None:
    """Take the marks of a list of things to do for numbers, where there are none.

    A mark that always stands right above such a list opens its headings.
    """
    matches = [FORMS.bullet.match(node.folded) for node in nodes]
    marks = [match[1] if match else "" for match in matches]
    ends = [match.end() if match else 0 for match in matches]
    places: dict[str, list[int]] = {}
    for i, mark in enumerate(marks):
        if mark:
            places.setdefault(mark, []).append(i)
    places = {mark: at for mark, at in places.items() if len(at) > 1}
    lists = [
        mark
        for mark, at in places.items()
        if sum(_says_to_do(nodes[i].folded) for i in at) > len(at) / 2
    ]
    for mark, at in places.items():
        opens = all("".join(marks[i + 1 : i + 2]) in lists for i in at)
        if mark in lists or opens:
            rank = _BULLET_RANK + (mark in lists)
            for i in at:
                nodes[i].number = Number("bullet", rank, 1, ends[i])


def _says_to_do(text: str) -> bool:
    return bool(FORMS.acts.search(text)) and ":" not in text[:8]


def _inline_cuts(folded: str, is_whole: bool) -> list[int]:
    """Offsets at which a paragraph holds the beginning of another one."""
    cuts: set[int] = set()
    outside = _outside_brackets(folded)
    for (pattern,) in _INLINE:
        run: list[int] = []
        runs: list[list[int]] = []
        expected = 1
        for match in pattern.finditer(folded):
            value, at = read_number(match["n"]), match.start()
            if value is None or not (outside[at] or match[0].startswith("(")):
                continue
            before = folded[:at].rstrip(" ")[-1:]
            closes = at == 0 or before in _STOPS or folded[at - 1] == " "
            opens = _opens_below(folded, at)
            closes = closes or opens
            if not closes and not is_whole:
                continue
            if run and at - run[-1] < _SHORTEST:  # 一、二、三产业
                continue
            if value == expected:
                run.append(at)
                expected += 1
            elif value == 1 or (closes and not run):
                runs.append(run)
                run, expected = [at], value + 1
            elif run and value == 1 + expected:  # one number misprinted
                run.append(at)
                expected = value + 1
            elif opens or (closes and len(run) == 1):  # a lone number before it
                runs.append(run)
                run, expected = [at], value + 1
        runs.append(run)
        for run in runs:
            is_first = run and run[0] > 0 and _value_at(folded, run[0]) == 1
            follows_head = is_first and len(run) == 1 and is_whole
            if len(run) >= 2 or follows_head or _after_heading(folded, run):
                cuts.update(at for at in run if at > 0)
    return sorted(cuts)


def _opens_below(folded: str, at: int) -> bool:
    """Whether a number stands right behind a heading above it on its line."""
    start = max(folded.rfind(mark, 0, at) for mark in "。;") + 1
    heading, own = leading_number(folded[start:at]), leading_number(folded[at:])
    return bool(
        heading
        and own
        and heading.rank < own.rank
        and at - start < _LONGEST_HEADING
        and not re.search("[,:、]", folded[start + heading.end : at])
    )


def _after_heading(folded: str, run: list[int]) -> bool:
    """Whether a lone number follows the heading above it on its line."""
    return len(run) == 1 and run[0] > 0 and _opens_below(folded, run[0])


def _value_at(folded: str, at: int) -> int | None:
    number = leading_number(folded[at:])
    return number.value if number else None


def _outside_brackets(folded: str) -> list[bool]:
    depth, outside = 0, []
    for character in folded:
        depth = max(0, depth - (character in ")]》”"))
        outside.append(depth == 0)
        depth += character in "([《“"
        if depth > 3:
            depth = 0
    return outside


def outline(nodes: list[Node], *, with_inline: bool = False) -> Node:
    """Nest paragraphs by their numbers.

    Customary ranks decide what stands below what, except that a kind which has
    opened a level keeps it.
    """
    root = Node(0, 0, "", "")
    stack: list[Node] = [root]
    # 一是, 二是 are numbers only in a plan that has no others.
    kinds = [node.number.kind for node in nodes if node.number]
    is_inline = with_inline and kinds.count("inline") == len(kinds) > 1
    for node in nodes:
        if node.number is None or (node.number.kind == "inline" and not is_inline):
            above = stack[-1]
            if above.is_cut_by(node):
                blank = " " * (node.start - above.end)
                above.end = node.end
                above.text += blank + node.text
                above.folded += blank + node.folded
            else:
                above.plain.append(node)
            continue
        while len(stack) > 1 and stack[-1].rank >= node.rank:
            stack.pop()
        stack[-1].children.append(node)
        stack.append(node)
    _mark_siblings(root)
    return root


def _mark_siblings(root: Node) -> None:
    pending = [root]
    while pending:
        node = pending.pop()
        fuller = any(child.children for child in node.children)
        for child in node.children:
            child.has_fuller_siblings = fuller
        pending += node.children
