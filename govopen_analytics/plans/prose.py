"""Numbered paragraphs to tasks."""

import re
from itertools import pairwise

from govopen_analytics.base.remarks import Remark
from govopen_analytics.base.text import fold
from govopen_analytics.plans.cells import column_role
from govopen_analytics.plans.deadlines import (
    governing_deadline,
    limit_of_heading,
    only_deadline,
    parse_deadline,
)
from govopen_analytics.plans.draft import Draft, Stretch
from govopen_analytics.plans.duties import (
    Duty,
    duty_for_all_below,
    duty_for_those_above,
    find_duties,
    glued_duty,
    is_label_line,
    read_label_lines,
)
from govopen_analytics.plans.ledger import Ledger
from govopen_analytics.plans.lines import heading_name, is_formality, is_preamble
from govopen_analytics.plans.outline import Group, Node, groups_of, outline
from govopen_analytics.plans.units import (
    Responsibility,
    duty_in_clauses,
    parse_responsibility,
)
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("prose")

_LONGEST_TITLE, _LONGEST_WITH_COMMA, _LONGEST_HEADING = 42, 34, 60
_LONGEST_BARE = 30  # characters of a heading that has nothing below it


def prose_tasks(
    nodes: list[Node],
    source: str,
    year: int | None,
    ledger: Ledger,
    *,
    is_titled: bool = False,
) -> tuple[list[Draft], list[Remark]]:
    """Read the tasks of numbered running text.

    The finest numbered level holds the tasks, chapter by chapter; a heading
    with several paragraphs and no numbers below it has a task a paragraph. Where a
    title names a plan, paragraphs without any number can be its tasks. The ledger
    takes what belongs to no task.
    """
    root = outline(nodes, with_inline=is_titled)
    reader = _ProseReader(source, year, ledger)
    if not root.children and _are_tasks(root.plain):
        for node in root.plain:
            reader.add_group(Group(None, None, [node]), [])
        return reader.tasks, []
    if not root.children and is_titled:
        for group in groups_of(root.plain):
            reader.add_group(group, [])
        return reader.tasks, []
    ledger.enter("preamble", root.plain)
    ledger.enter("notes", _closing(root))
    by_unit = len(root.children) > 1 and all(  # headings are names of units
        child.children
        and FORMS.strong_unit.fullmatch(fold(heading_name(child.printed, 0)))
        for child in root.children
    )
    for child in root.children:
        child.names_unit = by_unit
    for child in root.children:
        reader.read(child, [])
    return reader.tasks, _gaps(root)


class _ProseReader:
    """Walks an outline and collects its leaves as tasks."""

    def __init__(self, source: str, year: int | None, ledger: Ledger) -> None:
        self.source, self.year, self.ledger = source, year, ledger
        self.tasks: list[Draft] = []
        self.default: Responsibility | None = None

    def read(self, node: Node, above: list[str]) -> None:
        """Read a paragraph and what stands below it."""
        text, name = node.printed, self._name(node)
        if len(above) < 2 and is_preamble(text):
            self.ledger.enter("preamble", node.walk())
        elif not node.children and is_formality(text):
            self.ledger.enter("notes", node.walk())
        elif node.children:
            self._read_chapter(node, [*above, name])
        elif parts := self._parts(node):
            self.ledger.add(node.start, min(node.end, parts[0][0]), "heading")
            first = len(self.tasks)
            for start, end in parts:  # 一是 is the number of the part
                self._task([(start + 2, end)], [*above, name], (start, start + 2))
            self._share_last_duty(first)
        elif self._is_heading_of_paragraphs(node):
            self.ledger.add(node.start, node.end, "heading")
            self._each_paragraph(node, [*above, heading_name(text, 0)])
        elif (
            node.has_fuller_siblings
            and not node.plain
            and len(text) <= _LONGEST_BARE
            and not re.search("[。;]", fold(text))
        ):
            self.ledger.add(node.start, node.end, "heading")
        else:
            below = [(plain.start, plain.end) for plain in node.plain]
            number = (node.start, node.text_start)
            self._task([(node.text_start, node.end), *below], above, number)

    def _name(self, node: Node) -> str:
        """A heading without its number, its sentence and who is responsible."""
        duties = self._duties((node.text_start, node.end))
        end = min((duty.start for duty in duties), default=node.end)
        text = self.source[node.text_start : end]
        return heading_name(_title_of(text, has_more=True)[0], 0)

    def _read_chapter(self, node: Node, names: list[str]) -> None:
        self.ledger.add(node.start, node.end, "heading")
        before = self.default
        if node.names_unit:
            self.default = parse_responsibility(node.printed, self.year)
        for duty in self._duties((node.start, node.end)):
            self.default = duty.responsibility
        for plain in node.plain:
            self.default = duty_for_all_below(plain.text, self.year) or self.default
            self.ledger.add(plain.start, plain.end, "notes")
        first = len(self.tasks)
        for child in node.children:
            self.read(child, names)
        last = node.children[-1]
        closes = any(one.is_label for one in last.plain)
        if closes and not any(child.children for child in node.children):
            self._share_last_duty(first)
        self.default = before

    def _share_last_duty(self, first: int) -> None:
        """Give tasks what only the line behind the last of them says."""
        tasks = self.tasks[first:]
        if any(task.lead or task.deadline for task in tasks[:-1]):
            return
        for task in tasks[:-1]:
            task.take_units(tasks[-1])
            task.take_deadline(tasks[-1])

    def add_group(self, group: Group, above: list[str]) -> None:
        """Take paragraphs that a heading names, or none, for a task."""
        if group.chapter is not None:
            self.ledger.add(group.chapter.start, group.chapter.end, "heading")
            above = [*above, heading_name(group.chapter.text, 0)]
        names = [*above, *([group.title.text] if group.title else [])]
        if any(map(is_preamble, names)):
            self.ledger.enter("preamble", group.parts)
            return
        self._task([(part.start, part.end) for part in group.parts], above, None)

    def _is_heading_of_paragraphs(self, node: Node) -> bool:
        """Whether the paragraphs under a heading are tasks of their own."""
        texts = [plain for plain in node.plain if not plain.is_label]
        is_long = len(node.printed) > _LONGEST_HEADING or FORMS.sentence_end.search(
            node.behind_number
        )
        if len(texts) < 2 or is_long:
            return False
        if node.rank <= 1 and _named_groups(node):
            return True
        closed = sum(bool(self._duties((one.start, one.end))) for one in texts)
        whole = all(one.folded.endswith(("。", ";")) for one in texts)
        return closed >= 2 or (node.rank <= 1 and whole)

    def _each_paragraph(self, node: Node, above: list[str]) -> None:
        if node.rank <= 1 and (named := _named_groups(node)):
            for one in named:
                self.add_group(one, above)
            return
        groups: list[list[Stretch]] = []
        for plain in node.plain:
            if groups and plain.is_label:
                groups[-1].append((plain.start, plain.end))
            else:
                groups.append([(plain.start, plain.end)])
        for group in groups:
            self._task(group, above, None)

    def _parts(self, node: Node) -> list[Stretch]:
        """Stretches of 一是…二是… where they are the finest level.

        They are, under a chapter heading: there is nothing between the two.
        """
        end = max([node.end, *(plain.end for plain in node.plain)])
        folded = fold(self.source[node.text_start : end])
        marks = list(FORMS.inline_part.finditer(folded))
        values = ["一二三四五六七八九十".index(mark[1]) + 1 for mark in marks]
        if len(marks) < 2 or values != list(range(1, len(marks) + 1)):
            return []
        starts = [node.text_start + mark.start(1) for mark in marks]
        parts = list(pairwise([*starts, end]))
        is_finest = node.rank <= 1
        return (
            parts if is_finest or sum(map(bool, map(self._duties, parts))) > 1 else []
        )

    def _duties(self, stretch: Stretch) -> list[Duty]:
        return find_duties(self.source, *stretch, self.year)

    def _task(
        self, stretches: list[Stretch], above: list[str], number: Stretch | None
    ) -> None:
        """Make a task of paragraphs, the first without its number."""
        chapter, section, *_ = [*above, None, None]
        draft = Draft(chapter=chapter, section=section)
        if number:
            draft.add("ordinal", *number)
        stretches = [stretches[0], *map(self._without_label, stretches[1:])]
        labels = [
            one for one in stretches[1:] if is_label_line(self.source[slice(*one)])
        ]
        texts = [one for one in stretches if one not in labels]
        duties = [duty for one in texts for duty in self._duties(one)]
        pieces = self._without(texts, duties)
        glued = glued_duty(self.source, *pieces[-1], self.year) if pieces else None
        if glued:
            duties.append(glued)
            pieces[-1] = (pieces[-1][0], glued.start)
        for duty in duties:
            draft.add("lead_units", duty.start, duty.end)
        labels, progress = self._without_progress(labels)
        for one in labels:
            draft.add("lead_units", *one)
        for one in progress:
            draft.add("progress", *one)
        parts: list[Responsibility | None] = [duty.responsibility for duty in duties]
        if not parts and not labels:
            clauses = (self.source[slice(*stretch)] for stretch in pieces)
            parts = [duty_in_clauses(clause, self.year) for clause in clauses]
        if labels:
            lines = [self.source[slice(*label)] for label in labels]
            parts.append(read_label_lines(lines, self.year))
        self._assign(draft, [part for part in parts if part is not None])
        in_sentence = any(fold(self.source[duty.start]) not in "([" for duty in duties)
        self._title_and_content(draft, pieces, has_more=in_sentence)
        title = draft.text("title", self.source)
        content = draft.text("content", self.source)
        if draft.deadline is None and above:  # a month's heading is its tasks' limit
            draft.deadline = limit_of_heading(above[0], self.year)
        if draft.deadline is None and title and content:
            draft.deadline = governing_deadline(
                title, content, self.year
            ) or only_deadline(content, self.year)
        elif draft.deadline is None:
            draft.deadline = only_deadline(title or content or "", self.year)
        if draft.deadline is None and title and fold(title).endswith(")"):
            inside = title[max(title.rfind("("), title.rfind("（")) + 1 : -1]
            draft.deadline = parse_deadline(inside, self.year)  # 动员阶段（4月）
        if not title and not content:
            return
        self.tasks.append(draft)
        whole = self.source[stretches[0][0] : stretches[-1][1]]
        if above_too := duty_for_those_above(whole, self.year):
            n_tasks, shared = above_too
            for task in self.tasks[-n_tasks:]:
                task.lead, task.support = list(shared.lead), list(shared.support)
                task.deadline = task.deadline or shared.deadline

    def _without_label(self, stretch: Stretch) -> Stretch:
        """Cut off a label such as 工作举措： before what is to be done."""
        label = FORMS.content_label.match(fold(self.source[slice(*stretch)]))
        if label is None or column_role(label["name"]) != "content":
            return stretch
        self.ledger.add(stretch[0], stretch[0] + label.end(), "delimiter")
        return stretch[0] + label.end(), stretch[1]

    def _without_progress(
        self, labels: list[Stretch]
    ) -> tuple[list[Stretch], list[Stretch]]:
        """Part from label lines what they say of progress, without its label."""
        rest, progress = [], []
        for start, end in labels:
            match = FORMS.progress.search(fold(self.source[start:end]))
            if match:
                label = start + match.start(), start + match.end()
                self.ledger.add(*label, "delimiter")
                progress.append((label[1], end))
                end = label[0]
            if self.source[start:end].strip():
                rest.append((start, end))
        return rest, progress

    def _without(self, texts: list[Stretch], duties: list[Duty]) -> list[Stretch]:
        """Cut what says who is responsible out of a task's text."""
        pieces: list[Stretch] = []
        for start, end in texts:
            for duty in duties:
                if start <= duty.start and duty.end <= end:
                    pieces.append((start, duty.start))
                    start = duty.end
            pieces.append((start, end))
        return [
            one for one in pieces if self.source[slice(*one)].strip(" 。;\n\t\u3000")
        ]

    def _assign(self, draft: Draft, parts: list[Responsibility]) -> None:
        """Give a task the units and the deadline that were said of it."""
        draft.lead = list(dict.fromkeys(unit for part in parts for unit in part.lead))
        support = dict.fromkeys(unit for part in parts for unit in part.support)
        draft.support = [unit for unit in support if unit not in draft.lead]
        deadlines = [part.deadline for part in parts if part.deadline is not None]
        draft.deadline = deadlines[0] if deadlines else None
        if not draft.lead and self.default:
            draft.lead = list(self.default.lead)
            draft.support = list(self.default.support)
            draft.deadline = draft.deadline or self.default.deadline
            draft.carried.append("lead_units")

    def _title_and_content(
        self, draft: Draft, pieces: list[Stretch], *, has_more: bool
    ) -> None:
        if not pieces:
            return
        (start, end), rest = pieces[0], pieces[1:]
        text = self.source[start:end]
        title, content_at = _title_of(text, has_more=has_more or bool(rest))
        if title:
            at = start + text.index(title)
            limit = parse_deadline(title, self.year) if content_at < len(text) else None
            draft.add("deadline" if limit else "title", at, at + len(title))
            draft.deadline = draft.deadline or limit  # 三月份: what is due then
        for stretch in ((start + content_at, end), *rest):
            draft.add("content", *stretch)


def _named_groups(node: Node) -> list[Group]:
    """Paragraphs below a chapter's heading that headings without numbers name."""
    groups = groups_of(node.plain)
    named = [one for one in groups if one.title or one.chapter]
    return groups if len(named) > 1 else []


def _closing(root: Node) -> list[Node]:
    """Take away the paragraph behind the last item that speaks of all of them."""
    leaves = [node for node in root.walk() if node.number and not node.children]
    if len(leaves) < 2 or any(leaf.plain for leaf in leaves[:-1]):
        return []
    last = leaves[-1].plain
    if len(last) != 1 or not FORMS.for_all.match(last[0].folded):
        return []
    leaves[-1].plain = []
    return last


def _are_tasks(nodes: list[Node]) -> bool:
    """Whether nearly every paragraph opens with a name of what is to be done."""
    named = [
        node
        for node in nodes
        if len(node.text) > 60 and _title_of(node.text, has_more=False)[0]
    ]
    acting = sum(FORMS.acts.match(node.folded) is not None for node in named)
    return acting >= 3 and acting >= 0.7 * len(nodes)


def _title_of(text: str, *, has_more: bool) -> tuple[str, int]:
    """Part a paragraph into a title and the offset of its content.

    The title is the first sentence where it reads like a heading: short, with
    one comma at most, and not the whole of what is said.
    """
    folded = fold(text).rstrip()
    match = FORMS.title_end.search(folded)
    stop, behind = match.span() if match else (len(folded), len(folded))
    first = folded[:stop]
    n_commas = first.count(",")
    longest = _LONGEST_WITH_COMMA if n_commas else _LONGEST_TITLE
    if not first.strip() or n_commas > 1 or len(first) > longest:
        return "", 0
    says_all = not folded[behind:].strip(" 。;") and not has_more
    is_sentence = folded.endswith(("。", ";")) or len(first) > 24 or n_commas
    if says_all and is_sentence:
        return "", 0
    return text[:stop].strip(), behind


def _gaps(root: Node) -> list[Remark]:
    """Name the gaps in the numbering."""
    remarks = []
    for node in root.walk():
        numbers = [child.number for child in node.children if child.number]
        if len({number.kind for number in numbers}) > 1:
            continue
        for before, after in pairwise(number.value for number in numbers):
            if after not in (before + 1, 1):
                values = {"before": before, "after": after}
                remarks.append(Remark("numbering_jumps", values, node.start))
    return remarks
