"""Whether a text says what is to be done, or what was done.

Both are told by grammar: an obligation opens with a verb that has an object, or
carries a modal (应, 须, 要); a report carries a mark of completion (了, 已, 共计).
"""

from govopen_analytics.base.text import fold
from govopen_analytics.plans.vocabulary import Forms

FORMS = Forms("obligations")


def opens_with_duty(text: str) -> bool:
    """Tell whether a text opens with a verb and its object."""
    match = FORMS.acts.search(fold(text).lstrip())
    return match is not None and match.start() == 0


def says_what_to_do(text: str) -> bool:
    """Tell whether a text is an obligation: a verb with its object, or a modal."""
    folded = fold(text)
    return any(form.search(folded) for form in (FORMS.acts, FORMS.modal, FORMS.timed))


def says_what_was_done(text: str) -> bool:
    """Tell whether a text reports on the past."""
    return FORMS.result.search(fold(text)) is not None
