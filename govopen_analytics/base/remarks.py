"""What a person should look at: a code and its values; ``words`` has the sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Remark:
    """Something of a file or a run that a person should look at.

    Attributes
    ----------
    code : str
        Which sentence it is, a key of ``remarks`` in ``words``.
    values : mapping of str to str, int or None
        What the sentence names; None where it is not known.
    start_char : int or None
        Where in the stored text it is, where it has a place.
    """

    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    start_char: int | None = None
