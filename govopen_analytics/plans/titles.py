"""What a title names: a plan, or another kind of document.

A Chinese title is a noun phrase whose last noun says what the document is:
…工作要点 is a plan, …工作要点解读 explains one. What wraps the name (关于印发《…》
的通知), the number of the document and remarks in brackets are taken off first.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from govopen_analytics.base.text import fold
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("titles")

#: Sides of open government: disclosure, its channels, explaining, answering.
SUBJECT = FORMS.subject

# Kind, form of the bare name; the first that fits decides. A kind other than
# "plan" is the name of what the document is.
_KINDS: list[tuple[str, re.Pattern[str]]] = FORMS.table("title_kinds")
PLAN_WORDS = FORMS.plan_words
NAMED_SUBJECT = FORMS.named_subject


@dataclass(frozen=True)
class TitleName:
    """What a title names."""

    bare: str  # without its wrapping, folded and without white space
    # "plan", "notice" (关于做好…的通知), the name of another kind of document, or None
    # where the last noun tells nothing.
    kind: str | None

    @property
    def is_on_subject(self) -> bool:
        """Whether the title names a side of open government."""
        return SUBJECT.search(self.bare) is not None


def without_label(line: str) -> str:
    """A line without the label (名 称：) that may stand before a title."""
    match = FORMS.label.match(fold(line))
    return line[match.end() :] if match else line


def without_number(title: str) -> str:
    """A title without the number of the document (文号) behind it."""
    match = FORMS.number_of_document.search(fold(title))
    if match is None:
        return title
    # Characters of the number and of the title's end may run into each other.
    opening = max(fold(title).rfind(mark, 0, match.end()) for mark in "([")
    ends = [m.end() for m in FORMS.title_end.finditer(fold(title), 0, opening)]
    start = max(match.start(), ends[-1] if ends else 0)
    return title[:start].rstrip(" \t\u3000(（-—_") or title


@lru_cache(maxsize=4096)
def title_name(title: str) -> TitleName:
    """Read what kind of document a title names."""
    bare = re.sub(r"\s+", "", fold(without_number(without_label(title))))
    bare = FORMS.remark.sub("", bare).strip("。;,、:")
    is_notice = False
    for _ in range(2):  # a notice may hand on another one
        wrapped = FORMS.wrapped.match(bare)
        notice = None if wrapped else FORMS.notice.match(bare)
        match = wrapped or notice
        if match is None:
            break
        is_notice = is_notice or notice is not None
        bare = match["name"]
    bare = FORMS.remark.sub("", re.sub("[《》〈〉]", "", bare))
    for kind, pattern in _KINDS:
        if not pattern.search(bare):
            continue
        if kind == "plan" and not is_notice and FORMS.headline.search(bare):
            return TitleName(bare, "news")
        return TitleName(bare, kind)
    if is_notice:
        return TitleName(bare, "notice")
    return TitleName(bare, "news" if FORMS.headline.search(bare) else None)


def is_plan_title(line: str) -> bool:
    """Tell whether a line could be the title of a plan."""
    folded = re.sub(r"\s+", "", fold(without_number(line)))
    if not 6 <= len(folded) <= 70 or FORMS.no_title.search(folded):
        return False
    if not PLAN_WORDS.search(folded):
        return title_name(line).kind == "plan" and bool(FORMS.years.search(folded))
    if NAMED_SUBJECT.search(folded):
        return True
    name = title_name(line)
    if name.kind != "plan":
        return False
    has_year = FORMS.years.search(folded) is not None
    return has_year or (opens_with_place(folded) and name.is_on_subject)


def opens_with_place(folded: str) -> bool:
    """Tell whether a folded line begins with the name of a place or an agency."""
    return FORMS.opens_with_place.match(folded) is not None


def is_notice_title(line: str) -> bool:
    """Tell whether a line is the title of a notice of a plan or of work."""
    folded = re.sub(r"\s+", "", fold(without_number(line)))
    if not 10 <= len(folded) <= 90 or re.search(r"[。;|>]|^[《(\[]", folded):
        return False
    if not re.search(r"(?:关于|印发|转发).*(?:通知|意见|函)$", folded):
        return False
    name = title_name(line)
    return name.kind == "plan" or (name.kind == "notice" and name.is_on_subject)
