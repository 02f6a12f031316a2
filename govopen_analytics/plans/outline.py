"""Running text to an outline: paragraphs with their numbers, nested."""

import re
from dataclasses import dataclass
from itertools import pairwise

from govopen_analytics.base.text import read_number
from govopen_analytics.plans.lines import Line, raw_lines
from govopen_analytics.plans.numbering import Number, leading_number
from govopen_analytics.plans.obligations import says_what_to_do
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
    def printed(self) -> str:
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
        if sum(
            FORMS.acts.search(nodes[i].folded) is not None
            and ":" not in nodes[i].folded[:8]
            for i in at
        )
        > len(at) / 2
    ]
    for mark, at in places.items():
        opens = all("".join(marks[i + 1 : i + 2]) in lists for i in at)
        if mark in lists or opens:
            rank = _BULLET_RANK + (mark in lists)
            for i in at:
                nodes[i].number = Number("bullet", rank, 1, ends[i])


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
            if len(run) == 1 and run[0] > 0:  # right behind a heading, or the first
                number = leading_number(folded[run[0] :])
                is_first = number is not None and number.value == 1
                if (is_first and is_whole) or _opens_below(folded, run[0]):
                    cuts.add(run[0])
            elif len(run) > 1:
                cuts.update(at for at in run if at > 0)
    return sorted(cuts)


def _opens_below(folded: str, at: int) -> bool:
    """Whether a number stands right behind a heading above it on its line."""
    start = max(folded.rfind(mark, 0, at) for mark in "。;") + 1
    heading, item = leading_number(folded[start:at]), leading_number(folded[at:])
    return bool(
        heading
        and item
        and heading.rank < item.rank
        and at - start < _LONGEST_HEADING
        and not re.search("[,:、]", folded[start + heading.end : at])
    )


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


_LONGEST_UNNUMBERED = 36


_LEAST_TASKS, _LEAST_ACTING = 2, 0.6


@dataclass
class Group:
    """A task's paragraphs: its headings, the one that names it, and its text."""

    chapter: Node | None
    title: Node | None
    body: list[Node]

    @property
    def parts(self) -> list[Node]:
        """Its title, where it has one, and its paragraphs."""
        return [*([self.title] if self.title else []), *self.body]


def groups_of(nodes: list[Node]) -> list[Group]:
    """Read paragraphs without numbers as tasks; none where they are no list."""
    runs = _runs(nodes)
    if not runs:
        return []
    titled = [len(body) == 1 for heads, body in runs if heads]
    names_tasks = len(titled) > 1 and sum(titled) >= 0.7 * len(titled)
    has_levels = any(len(heads) > 1 for heads, _ in runs)
    groups: list[Group] = []
    chapter: Node | None = None
    for heads, body in runs:
        if heads and (has_levels or not names_tasks):
            chapter = heads[0] if len(heads) > 1 or not names_tasks else chapter
        title = (
            heads[-1] if heads and (names_tasks and heads[-1] is not chapter) else None
        )
        if title is not None:
            groups.append(Group(chapter, title, [one for part in body for one in part]))
        else:
            groups += [Group(chapter, None, part) for part in body]
    texts = ["。".join(node.text for node in group.parts) for group in groups]
    acting = sum(map(says_what_to_do, texts))
    is_list = len(groups) >= _LEAST_TASKS and acting >= _LEAST_ACTING * len(groups)
    return groups if is_list else []


def _runs(nodes: list[Node]) -> list[tuple[list[Node], list[list[Node]]]]:
    """Headings, and the paragraphs below them; label lines belong to the one above."""
    runs: list[tuple[list[Node], list[list[Node]]]] = []
    heads: list[Node] = []
    for node in nodes:
        if _is_heading(node):
            heads.append(node)
        elif node.is_label and runs and not heads:
            runs[-1][1][-1].append(node)
        elif heads or not runs:
            runs.append((heads, [[node]]))
            heads = []
        else:
            runs[-1][1].append([node])
    if runs and not runs[0][0]:  # what stands above the first heading
        body = [one for one in runs[0][1] if not FORMS.opening.search(one[0].folded)]
        runs = runs[1:] if len(runs) > 1 else [([], body)]
    return [run for run in runs if run[1]]


def _is_heading(node: Node) -> bool:
    """Whether a paragraph without a number has the form of a heading."""
    folded = node.folded.strip("# *")
    return (
        2 <= len(folded) <= _LONGEST_UNNUMBERED
        and not re.search(r"[。;!?]|[,、:]$|\)$", folded)
        and not node.is_label
        and node.role == "preamble"
    )
