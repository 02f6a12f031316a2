"""Numbered paragraphs to tasks."""

import re
from itertools import pairwise

from govopen_analytics.segment.deadlines import (
    deadline_of_cell,
    governing_deadline,
    parse_deadline,
)
from govopen_analytics.segment.draft import Draft, Ledger, heading_name
from govopen_analytics.segment.numbering import Number
from govopen_analytics.segment.outline import Node, outline
from govopen_analytics.segment.units import (
    Responsibility,
    is_labelled,
    looks_like_units,
    parse_responsibility,
    split_units,
)
from govopen_analytics.text import fold

_PREAMBLE = re.compile(
    r"(?:指导思想|总体要求|总体目标|工作目标|主要目标|目标要求|总体思路|工作思路|基本原则|工作原则|总则|附则|"
    r"总体原则|目标任务|编制依据|工作背景|总体安排|基本要求|指导原则)(?:[和与及、](?:\S{2,6}))?"
)
_INNER = r"(?:[^()\[\]]|[(\[](?:[^()\[\]]|[(\[][^()\[\]]*[)\]])*[)\]])"
_BRACKET = re.compile(rf"[(\[]({_INNER}{{2,400}})[)\]]")
_OPEN_BRACKET = re.compile(rf"[(\[]({_INNER}{{2,200}})$")
_DUTY_WORD = re.compile(
    "牵头|负责|配合|落实|责任(?:单位|部门|科室|处室|股室|人|领导|时限)|主办|协办|承办|统筹"
)
_SENTENCE_END = re.compile("[。;!?](?=.)")
_INLINE_PART = re.compile(r"(?:^|(?<=[。;,:)\n]))\s*([一二三四五六七八九十])是(?!否)")
_ALL_BELOW = re.compile(
    r"(?:以下|上述|以上)(?:各项|任务|工作|内容)*(?:均|都|全部)由(.{2,60}?)(?:负责|落实|牵头|承担)"
)
_TAIL_UNITS = re.compile(
    r"(?<=[。;])([^。;()]{2,60}?)(持续推进|长期坚持|常态化开展|长期推进|年底前|全年|\d{1,2}月底前)?[。;]?$"
)
_STRONG_UNIT = re.compile(
    r"[\u3400-\u9fff]{1,12}(?:局|厅|处|科|室|办|委|股|部|中心|所|站|单位|部门)"
)
_LABEL_TAIL = re.compile(
    r"(?<=[。;])\s*((?:责任|牵头|配合|主办|完成|承办|落实)[^。;:]{1,8}:.{2,200})$"
)
_EDGES = re.compile(r"^[\s(（〔\[]+|[\s)）〕\]。;；]+$")
_LONGEST_TITLE = 42


def prose_tasks(
    nodes: list[Node], source: str, year: int | None, ledger: Ledger
) -> tuple[list[Draft], list[str]]:
    """Read the tasks of numbered running text.

    The finest numbered level holds the tasks, chapter by chapter; a heading
    with several paragraphs and no numbers below it has a task a paragraph.

    Parameters
    ----------
    nodes : list of Node
        Paragraphs, from the first that is not preamble.
    source : str
        Text of the source.
    year : int or None
        Year of the plan.
    ledger : Ledger
        Takes what belongs to no task.

    Returns
    -------
    tasks : list of Draft
    warnings : list of str
    """
    root = outline(nodes)
    reader = _ProseReader(source, year, ledger)
    for node in root.plain:
        ledger.add(node.start, node.end, "preamble")
    for child in root.children:
        child.has_fuller_siblings = any(one.children for one in root.children)
        reader.read(child, [])
    return reader.tasks, reader.warnings + _gaps(root, source)


class _ProseReader:
    """Walks an outline and collects its leaves as tasks."""

    def __init__(self, source: str, year: int | None, ledger: Ledger) -> None:
        self.source, self.year, self.ledger = source, year, ledger
        self.tasks: list[Draft] = []
        self.warnings: list[str] = []
        self.default: Responsibility | None = None

    def read(self, node: Node, above: list[str]) -> None:
        text = self._text(node)
        if _PREAMBLE.match(fold(heading_name(text, 0))) and not above[1:]:
            for one in node.walk():
                self.ledger.add(one.start, one.end, "preamble")
            return
        if node.children:
            title, _ = self._split_title(node, has_children=True)
            self.ledger.add(node.start, node.end, "heading")
            for plain in node.plain:
                self._introduce(plain)
            for child in node.children:
                child.has_fuller_siblings = any(one.children for one in node.children)
                self.read(child, [*above, heading_name(title, 0)])
            return
        parts = self._parts(node)
        if parts:
            self.ledger.add(node.start, min(node.end, parts[0][0]), "heading")
            name = heading_name(self._split_title(node, has_children=True)[0], 0)
            for start, end in parts:  # 一是 is the number of the part
                part = Node(start, end, Number("inline", 7, 0, 2))
                self._task([(start, end)], [*above, name], number=part, has_title=True)
            return
        paragraphs = [p for p in node.plain if not self._is_label(p)]
        is_bare = not _SENTENCE_END.search(fold(text)) and len(text) <= 60
        if is_bare and len(paragraphs) > 1 and self._one_task_each(node, paragraphs):
            self.ledger.add(node.start, node.end, "heading")
            self._each_paragraph(node, [*above, heading_name(text, 0)])
            return
        is_heading = len(text) <= 30 and not re.search("[。;]", fold(text))
        if is_heading and not node.plain and node.has_fuller_siblings:
            self.ledger.add(node.start, node.end, "heading")
            return
        spans = [(node.start, node.end), *((p.start, p.end) for p in node.plain)]
        self._task(spans, above, number=node, has_title=True)

    def _text(self, node: Node) -> str:
        return self.source[node.text_start : node.end]

    def _introduce(self, plain: Node) -> None:
        """A paragraph between a heading and its items: who does all of them."""
        text = self.source[plain.start : plain.end]
        match = _ALL_BELOW.search(fold(text))
        if match:
            self.default = parse_responsibility(
                text[match.start(1) : match.end(1)], self.year
            )
        self.ledger.add(plain.start, plain.end, "notes")

    def _is_label(self, node: Node) -> bool:
        text = re.sub(r"^[\s(（〔\[]+", "", self.source[node.start : node.end])
        return is_labelled(text) and len(text) < 200

    def _one_task_each(self, node: Node, paragraphs: list[Node]) -> bool:
        """Whether the paragraphs under a heading are tasks of their own."""
        closed = sum(bool(self._duties(p.start, p.end)) for p in paragraphs)
        if closed >= 2:
            return True
        whole = sum(
            fold(self.source[p.start : p.end]).endswith(("。", ";")) for p in paragraphs
        )
        return node.number.rank <= 1 and whole == len(paragraphs)

    def _each_paragraph(self, node: Node, above: list[str]) -> None:
        spans: list[tuple[int, int]] = []
        for plain in node.plain:
            if self._is_label(plain) and spans:
                spans.append((plain.start, plain.end))
                continue
            if spans:
                self._task(spans, above, has_title=True)
            spans = [(plain.start, plain.end)]
        if spans:
            self._task(spans, above, has_title=True)

    def _parts(self, node: Node) -> list[tuple[int, int]]:
        """Stretches of 一是…二是… where they are the finest level.

        They are, under a chapter heading: there is nothing between the two.
        """
        end = max([node.end, *(p.end for p in node.plain)])
        folded = fold(self.source[node.text_start : end])
        marks = [m for i, m in enumerate(_INLINE_PART.finditer(folded))]
        values = ["一二三四五六七八九十".index(m[1]) + 1 for m in marks]
        if len(marks) < 2 or values != list(range(1, len(marks) + 1)):
            return []
        starts = [node.text_start + m.start(1) for m in marks]
        spans = list(zip(starts, [*starts[1:], end], strict=True))
        duties = sum(bool(self._duties(a, b)) for a, b in spans)
        if node.number.rank <= 1 or duties >= 2:
            return spans
        return []

    def _split_title(self, node: Node, *, has_children: bool) -> tuple[str, int]:
        """Return the title of a paragraph and where its content begins."""
        return _title_of(self._text(node), has_more=has_children)

    def _duties(self, start: int, end: int) -> list[tuple[int, int, Responsibility]]:
        """Find the brackets of a stretch that say who is responsible."""
        text = self.source[start:end]
        folded = fold(text)
        found = []
        matches = list(_BRACKET.finditer(folded))
        tail = _OPEN_BRACKET.search(folded)
        if tail and not any(m.start() == tail.start() for m in matches):
            matches.append(tail)
        for match in matches:
            inner = text[match.start(1) : match.end(1)]
            is_last = not folded[match.end() :].strip(" 。;,")
            follows_stop = folded[: match.start()].rstrip()[-1:] in "。;,"
            named = _DUTY_WORD.search(folded[match.start(1) : match.end(1)])
            if named and (is_labelled(inner) or _is_duty(inner)):
                pass
            elif not ((is_last or follows_stop) and looks_like_units(inner)):
                continue
            duty = parse_responsibility(inner, self.year)
            if duty is not None:
                found.append((start + match.start(), start + match.end(), duty))
        tail = _LABEL_TAIL.search(folded)
        within = tail and any(m.start() <= tail.start(1) < m.end() for m in matches)
        if tail and not within and is_labelled(text[tail.start(1) :]):
            duty = parse_responsibility(text[tail.start(1) :], self.year)
            if duty is not None and (duty.lead or duty.deadline):
                found.append((start + tail.start(1), end, duty))
        return found

    def _task(
        self,
        spans: list[tuple[int, int]],
        above: list[str],
        *,
        number: Node | None = None,
        has_title: bool = False,
    ) -> None:
        draft = Draft(
            chapter=above[0] if above else None,
            section=above[1] if len(above) > 1 else None,
        )
        duties = [duty for span in spans for duty in self._duties(*span)]
        pieces: list[tuple[int, int]] = []
        labels: list[tuple[int, int]] = []
        for span in spans:
            is_first = span == spans[0]
            start = number.text_start if is_first and number else span[0]
            if is_first and number:
                draft.add("ordinal", span[0], start)
            node = Node(*span)
            if not is_first and self._is_label(node):
                labels.append(span)
                continue
            for a, b, _ in duties:
                if start <= a and b <= span[1]:
                    pieces.append((start, a))
                    draft.add("lead_units", a, b)
                    start = b
            pieces.append((start, span[1]))
        duties += self._labelled(labels, draft)
        pieces = [p for p in pieces if self.source[slice(*p)].strip(" 。;\n\t　")]
        pieces, tail = self._tail(pieces)
        if tail:
            duties.append(tail)
            draft.add("lead_units", tail[0], tail[1])
        self._title_and_content(draft, pieces, has_title)
        for _, _, duty in duties:
            draft.lead += [unit for unit in duty.lead if unit not in draft.lead]
            draft.support += [
                unit for unit in duty.support if unit not in draft.support
            ]
            draft.deadline = draft.deadline or duty.deadline
        draft.support = [unit for unit in draft.support if unit not in draft.lead]
        if not draft.lead and self.default:
            draft.lead, draft.support = (
                list(self.default.lead),
                list(self.default.support),
            )
        title = draft.text("title", self.source)
        content = draft.text("content", self.source)
        if draft.deadline is None and title and content:
            draft.deadline = governing_deadline(title, content, self.year)
        if title or content:
            self.tasks.append(draft)

    def _labelled(
        self, labels: list[tuple[int, int]], draft: Draft
    ) -> list[tuple[int, int, Responsibility]]:
        """Read lines such as 牵头单位：… and 责任单位：… together."""
        if not labels:
            return []
        for span in labels:
            draft.add("lead_units", *span)
        raw = ";".join(_EDGES.sub("", self.source[a:b]) for a, b in labels)
        duty = parse_responsibility(raw, self.year)
        deadline = _labelled_deadline(raw.rsplit(";", 1)[-1], self.year)
        draft.deadline = draft.deadline or deadline
        return [(*labels[0], duty)] if duty else []

    def _title_and_content(
        self, draft: Draft, pieces: list[tuple[int, int]], has_title: bool
    ) -> None:
        if not pieces:
            return
        (start, end), rest = pieces[0], pieces[1:]
        title, content_at = _title_of(self.source[start:end], has_more=bool(rest))
        if title and has_title:
            shift = self.source[start:end].index(title)
            draft.add("title", start + shift, start + shift + len(title))
            draft.add("content", start + content_at, end)
        else:
            draft.add("content", start, end)
        for a, b in rest:
            draft.add("content", a, b)

    def _tail(
        self, pieces: list[tuple[int, int]]
    ) -> tuple[list[tuple[int, int]], tuple[int, int, Responsibility] | None]:
        """Part units that were glued to the end: …更新。办公室常态化开展."""
        if not pieces:
            return pieces, None
        start, end = pieces[-1]
        match = _TAIL_UNITS.search(fold(self.source[start:end]))
        if not match or not all(map(_STRONG_UNIT.fullmatch, split_units(match[1]))):
            return pieces, None
        units = self.source[start + match.start(1) : start + match.end(1)]
        duty = parse_responsibility(units, self.year)
        if duty is None:
            return pieces, None
        if match[2]:
            printed = self.source[start + match.start(2) : start + match.end(2)]
            deadline = deadline_of_cell(printed, self.year)
            duty = Responsibility(duty.lead, duty.support, deadline)
        return [*pieces[:-1], (start, start + match.start(1))], (
            start + match.start(1),
            end,
            duty,
        )


def _is_duty(inner: str) -> bool:
    """Whether a bracket with a word of duty in it is about who does what."""
    folded = fold(inner)
    clauses = [c for c in re.split("[,;。]", folded) if c.strip()]
    if len(folded) > 300 or not clauses:
        return False
    if any(is_labelled(c) for c in clauses) and looks_like_units(clauses[0]):
        return True
    about = [
        c
        for c in clauses
        if looks_like_units(c)
        or parse_deadline(c, None)
        or re.search(r"(?:牵头|负责|落实|配合)[^,]{0,4}$", c)
    ]
    return len(about) >= 0.6 * len(clauses) and not folded.startswith(
        ("以下", "即", "指")
    )


def _labelled_deadline(text: str, year: int | None):
    match = re.match(
        r"\s*[((]?\s*(?:完成|责任|工作|办理|落实)?(?:时间|时限|期限)(?:要求|节点)?\s*[::]\s*(.+?)[))。;]*\s*$",
        text,
    )
    return deadline_of_cell(match[1], year) if match else None


def _title_of(text: str, *, has_more: bool) -> tuple[str, int]:
    """Part a paragraph into a title and the offset of its content.

    The title is the first sentence where it reads like a heading: short, with
    one comma at most, and not the whole of what is said.
    """
    folded = fold(text)
    stop = re.search(
        r"。|(?<=[\u3400-\u9fff])\.(?=[\u3400-\u9fff])|:(?=.{15})|\s{1,}(?=\S{12})|$",
        folded.rstrip(),
    )
    first = folded[: stop.start()]
    rest = folded[stop.end() :].strip(" 。;")
    is_heading = (
        0 < len(first.strip()) <= _LONGEST_TITLE
        and first.count(",") <= 1
        and not (first.count(",") and len(first) > 34)
    )
    if stop.group() == ":" and not rest:
        rest = ""
    is_sentence = not rest and not has_more
    if is_sentence and (folded.rstrip().endswith(("。", ";")) or len(first) > 24):
        return "", 0
    if is_sentence and first.count(","):
        return "", 0
    if not is_heading:
        return "", 0
    return text[: stop.start()].strip(), stop.end()


def _gaps(root: Node, source: str) -> list[str]:
    """Name the gaps in the numbering."""
    found = []
    for node in root.walk():
        values = [child.number.value for child in node.children if child.number]
        kinds = {child.number.kind for child in node.children}
        if len(kinds) > 1:
            continue
        for before, after in pairwise(values):
            if after not in (before + 1, 1):
                found.append(f"The numbering jumps from {before} to {after}.")
    return found
