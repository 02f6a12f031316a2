"""One source to its tasks, its metadata, and the account of its characters."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from govopen_analytics.base.remarks import Remark
from govopen_analytics.plans.cells import Table, Token, ordinal_of
from govopen_analytics.plans.draft import Draft
from govopen_analytics.plans.duties import apply_lead_note
from govopen_analytics.plans.flattened import find_tables
from govopen_analytics.plans.frontmatter import (
    Frame,
    closing_at,
    end_of_body,
    find_frame,
)
from govopen_analytics.plans.labelled import labelled_table
from govopen_analytics.plans.ledger import Ledger, Span, enter_rest, lines_in_no_task
from govopen_analytics.plans.lines import Line, lines_of
from govopen_analytics.plans.metadata import Metadata, read_metadata
from govopen_analytics.plans.numbering import HEADING_KINDS
from govopen_analytics.plans.obligations import says_what_to_do
from govopen_analytics.plans.outline import Node, paragraphs
from govopen_analytics.plans.plan_or_not import Judgement, judge, subject_of
from govopen_analytics.plans.prose import prose_tasks
from govopen_analytics.plans.tables import table_tasks
from govopen_analytics.plans.titles import opens_with_place, title_name
from govopen_analytics.plans.vocabulary import Forms
from govopen_analytics.readers.source import Source

FORMS = Forms("document")

_MOST_DEMANDS = 5
_BARE_STYLES = ("lines", "columns", "glued", "spaces")  # no marks between cells


@dataclass(frozen=True)
class Segmented:
    """What a source says; ``spans`` give each stretch its role and task, from 0."""

    tasks: list[Draft]  # in reading order; empty if the source is no plan
    metadata: Metadata
    spans: list[Span]
    layout: str
    verdict: str | None  # why there are no tasks; None if there are
    remarks: list[Remark]  # what a person should look at
    judgement: Judgement  # the evidence on whether it is a plan


@dataclass
class _Document:
    """What is known of a source before its tasks are."""

    text: str
    tables: list[Table]
    frame: Frame
    metadata: Metadata
    year: int | None
    ledger: Ledger = field(default_factory=Ledger)

    def tasks(self) -> tuple[list[Draft], str, list[Remark]]:
        """Read tables and running text; return tasks, layout and remarks."""
        in_tables: list[Draft] = []
        of_tables: list[Remark] = []
        table_ledger = Ledger()
        for table in self.tables:
            rows, remarks = table_tasks(table, self.text, self.year, table_ledger)
            in_tables += rows
            of_tables += remarks
        in_prose, remarks, prose_ledger = self._tasks_in_prose(bool(in_tables))
        if not in_tables:
            self.ledger.entries += prose_ledger.entries
            return in_prose, "prose", remarks
        if not in_prose:
            style = self.tables[0].style
            self.ledger.entries += table_ledger.entries
            return (
                in_tables,
                "table" if style == "grid" else f"table ({style})",
                of_tables,
            )
        repeated = _told_again(in_prose, in_tables, self.text)
        self.ledger.entries += prose_ledger.entries
        _complete(repeated, self.ledger)
        self.ledger.entries += table_ledger.entries
        again = {id(row) for _, row in repeated}
        rows = [row for row in in_tables if id(row) not in again]
        return [*in_prose, *rows], "prose and table", [*remarks, *of_tables]

    def _tasks_in_prose(
        self, beside_tasks: bool
    ) -> tuple[list[Draft], list[Remark], Ledger]:
        """Read running text before the first table and behind the last.

        Beside a table the numbered demands of a covering letter are no tasks, nor are
        notes: what stands there must say what is to be done, under numbers.
        """
        text, tables, frame, whole = self.text, self.tables, self.frame, Ledger()
        if tables and frame.handed_on is not None:
            return [], [], whole
        is_titled = _names_plan(self.metadata)
        is_titled = is_titled and not beside_tasks and frame.handed_on is None
        first = min((table.start for table in tables), default=len(text))
        stretches = [(frame.body_start, min(frame.body_end, first))]
        last = max((table.end for table in tables), default=len(text))
        if tables and _opens_chapter(paragraphs(text, last, len(text))):
            stretches.append((last, end_of_body(lines_of(text), last)))
        tasks: list[Draft] = []
        remarks: list[Remark] = []
        for start, end in stretches:
            ledger = Ledger()
            nodes = [  # what stands before the first number is preamble
                node
                for node in paragraphs(text, start, end)
                if node.number or len(node.text) > 60 or not node.is_furniture
            ]
            drafts, jumps = prose_tasks(
                nodes, text, self.year, ledger, is_titled=is_titled
            )
            acting = sum(says_what_to_do(draft.sentence(text)) for draft in drafts)
            if tables and acting <= 0.5 * len(drafts):
                continue
            whole.entries += ledger.entries
            tasks += drafts
            remarks += jumps
        return tasks, remarks, whole

    def judgement(self, tasks: list[Draft]) -> Judgement:
        """Weigh the evidence on whether it is a plan."""
        # 公开主体 and 公开时限 are columns of a catalogue, not of a table of tasks.
        roles = [
            {c.role for c in table.columns if not c.name.startswith("公开")}
            for table in self.tables
        ]
        has_task_table = any(
            held & {"title", "content", "text"} and held & {"lead", "deadline"}
            for held in roles
        )
        names = [column.name for table in self.tables for column in table.columns]
        title = self.metadata.title
        headlines = _headlines(self.text, title)
        return judge(title, headlines, names, has_task_table, self.text, tasks)

    def verdict(self, judgement: Judgement, tasks: list[Draft]) -> str | None:
        """Say why there are no tasks; None where there are."""
        if tasks and not judgement.is_plan:
            return f"not a plan: {judgement.kind}"
        # A letter makes a few demands on one level; a plan has more, or has chapters.
        are_demands = len(tasks) <= _MOST_DEMANDS and not any(d.chapter for d in tasks)
        if not self.tables and self.frame.handed_on is not None and are_demands:
            return "not a plan: a covering letter whose plan is missing"
        if tasks:
            return None
        is_against = any(sign.evidence.weight < 0 for sign in judgement.found)
        is_titled = _names_plan(self.metadata)
        if judgement.kind and is_against and not is_titled:
            return f"not a plan: {judgement.kind}"
        if self.tables or self.frame.title or self.frame.has_letter or is_titled:
            return "a plan, nothing recoverable"
        return "not a plan: no tasks recognised"


def _names_plan(metadata: Metadata) -> bool:
    return title_name(metadata.title or "").kind == "plan"


def segment_document(source: Source, year: int | None = None) -> Segmented:
    """Find the tasks of a source and account for all of its characters.

    Deadlines that name no year need that of the plan: the declared one, else the one
    that the document names.
    """
    text = source.text
    tables = [_trimmed(table, source) for table in find_tables(source)]
    if not any(table.header for table in tables):
        labelled = labelled_table(text)
        tables = [labelled] if labelled else tables
    first = min((table.start for table in tables), default=None)
    frame = find_frame(text, first)
    metadata = read_metadata(
        text, _head_end(frame, text, first), source.metadata, frame.title
    )
    year = metadata.year if year is None else year
    document = _Document(text, tables, frame, metadata, year)
    tasks, layout, remarks = document.tasks()
    judgement = document.judgement(tasks)
    verdict = document.verdict(judgement, tasks)
    metadata.subject = subject_of(metadata.title, [_letters(d, text) for d in tasks])
    metadata.inferred.append("subject")
    if verdict is not None:
        tasks, document.ledger = [], Ledger()
    tasks.sort(key=lambda draft: draft.start)
    apply_lead_note(tasks, text)
    ledger = document.ledger
    for position, draft in enumerate(tasks):
        for role, stretches in draft.stretches.items():
            for start, end in stretches:
                ledger.add(start, end, role, position)
    enter_rest(ledger, metadata.stretches, frame, text, has_tasks=bool(tasks))
    spans = ledger.settle(text)
    remarks = [*metadata.remarks, *remarks] if tasks else []
    remarks = [*source.remarks, *remarks]
    if tasks:
        remarks += lines_in_no_task(text, spans)
    return Segmented(tasks, metadata, spans, layout, verdict, remarks, judgement)


def _trimmed(table: Table, source: Source) -> Table:
    """Cut from the end of a table what is no cell: notes and page furniture."""
    if table.style == "labels":
        return table
    cells = {c.start for block in source.blocks for c in block.cells}
    if table.style in _BARE_STYLES:
        table = _without_signature(table, source.text)
    n = len(table.tokens)
    while n and not _is_cell(table, n - 1, source, cells):
        n -= 1
    return replace(table, tokens=table.tokens[:n])


def _is_cell(table: Table, i: int, source: Source, cells: set[int]) -> bool:
    token = table.tokens[i]
    line = Line(token.start, token.end, token.text)
    if table.style == "grid":
        return token.start in cells
    if table.style in _BARE_STYLES:
        return not (line.is_furniture or line.is_links or FORMS.annex.match(line.text))
    mark = "\t" if table.style == "tabs" else "|"
    is_last = (  # a cell cut off without its closing mark ends the text
        i > 0
        and table.style == "pipes"
        and token.opens_row is not True
        and not source.text[token.end :].strip()
        and not line.is_furniture
        and not FORMS.notes.search(line.folded)
    )
    return is_last or mark in _line_at(source.text, token)


def _without_signature(table: Table, text: str) -> Table:
    """Cut off the agency and the date that close a table of a cell a line.

    The last row has all its cells above them, or a blank line parts them from it.
    """
    at = closing_at(text, table.start)
    if at is None:
        return table
    above = [token for token in table.tokens if token.end <= at]
    row = 0
    while row < len(above) and ordinal_of(above[-1 - row].text) is None:
        row += 1
    is_parted = re.search(r"\n[ \t\u3000]*\n\s*$", text[:at]) is not None
    is_full = len(table.columns) <= row + 1 <= len(above)
    return replace(table, tokens=above) if is_parted or is_full else table


def _line_at(text: str, token: Token) -> str:
    """The line a cell ends on, and the next one if that is only a ``|``."""
    start = text.rfind("\n", 0, token.start) + 1
    end = text.find("\n", token.end)
    end = len(text) if end < 0 else end
    below = text[end : end + 200].strip().split("\n")[0]
    line = text[start:end] + ("" if below.strip(" \u3000|｜") else below)
    return line.replace("｜", "|")


def _head_end(frame: Frame, text: str, first: int | None) -> int:
    """Offset up to which the document speaks about itself."""
    if first is not None:
        return first
    for line in lines_of(text):
        number = line.number
        if line.start >= frame.body_start and number and number.value == 1:
            return line.start
    return max(frame.body_start, min(len(text), 1500))


def _opens_chapter(nodes: list[Node]) -> bool:
    """Whether running text below a table is a plan of its own, not notes."""
    first = next((node for node in nodes if node.number), None)
    above = nodes[: nodes.index(first)] if first else []
    titled = any(one.is_title for one in above)
    number = first.number if first else None
    return number is not None and (titled or number.kind in HEADING_KINDS)


def _body(text: str, start: int, end: int) -> list[Node]:
    """Paragraphs from the first number on; what stands before is preamble."""
    nodes = paragraphs(text, start, end)
    return [
        node
        for node in nodes
        if node.number or len(node.text) > 60 or not node.is_furniture
    ]


def _told_again(
    prose: list[Draft], table: list[Draft], text: str
) -> list[tuple[Draft, Draft]]:
    """Tasks of running text, each with the rows of a table that say the same.

    Texts are compared only where they share one of the rarest pairs of characters:
    two that are one task always do, and few others.
    """
    rows = [_letters(draft, text) for draft in table]
    frequency = Counter(pair for letters in rows for pair in _pairs(letters))
    rows_of_pair, rows_of_key = defaultdict(list), defaultdict(list)
    for n, letters in enumerate(rows):
        for pair in _pairs(letters):
            rows_of_pair[pair].append(n)
        for key in _keys(letters, frequency):
            rows_of_key[key].append(n)
    same = []
    for draft in prose:
        letters = _letters(draft, text)
        near = {n for key in _keys(letters, frequency) for n in rows_of_pair[key]}
        near |= {n for pair in _pairs(letters) for n in rows_of_key[pair]}
        same += [(draft, table[n]) for n in sorted(near) if _is_same(letters, rows[n])]
    return same


def _pairs(letters: str) -> set[str]:
    return {letters[i : i + 2] for i in range(len(letters) - 1)}


def _keys(letters: str, frequency: Counter[str]) -> set[str]:
    """The rarest pairs: one of its beginning, and more than a fifth of them all."""
    pairs = sorted(_pairs(letters), key=lambda pair: (frequency[pair], pair))
    head = min(_pairs(letters[:20]), key=lambda pair: frequency[pair], default=None)
    return {*pairs[: len(pairs) // 5 + 1]} | ({head} if head else set())


def _is_same(letters: str, others: str) -> bool:
    """Whether two texts are one task: one holds the beginning of the other."""
    if letters[:20] in others or others[:20] in letters:
        return True
    short, long = sorted((letters, others), key=len)
    pairs = _pairs(short)
    return len(pairs) > 8 and sum(pair in long for pair in pairs) >= 0.8 * len(pairs)


def _letters(draft: Draft, text: str) -> str:
    """What a task says, without white space and punctuation."""
    parts = (draft.text("title", text), draft.text("content", text))
    return re.sub(r"\W", "", "".join(part or "" for part in parts))


def _complete(repeated: list[tuple[Draft, Draft]], ledger: Ledger) -> None:
    """Add to tasks of running text what only the table says of them."""
    for draft, row in repeated:
        if not draft.lead:
            draft.lead, draft.support = row.lead, row.support
        draft.deadline = draft.deadline or row.deadline
        for stretches in row.stretches.values():
            for start, end in stretches:
                ledger.add(start, end, "repeated")


def _headlines(text: str, title: str | None) -> list[str]:
    """Lines at the head of a page, above the title, that could name the document.

    Entries of a menu are shorter, and name neither a year nor another document.
    """
    title_line = Line(0, 0, title or "").bare
    headlines = []
    for line in lines_of(text)[:15]:
        folded = line.bare.strip("|")
        if title_line and folded.endswith(title_line):
            break
        could_name = FORMS.could_name.search(folded) or (
            opens_with_place(folded) and len(folded) >= 10
        )
        is_line = 8 <= len(folded) < 70 and not re.search(r"^[•·*-]|[。;>]|:$", folded)
        if could_name and is_line and line.number is None:
            headlines.append(line.text)
    return headlines
