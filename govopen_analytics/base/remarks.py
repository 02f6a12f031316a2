"""What a person should look at: a code and its values, said elsewhere in words."""

from dataclasses import dataclass, field

Value = str | int | None


@dataclass(frozen=True)
class Remark:
    """Something of a file or a run that a person should look at.

    Attributes
    ----------
    code : str
        Which sentence it is, one of ``words.remarks.CODES``.
    values : dict of str to str, int or None
        What the sentence names; None where it is not known.
    start_char : int or None
        Where in the stored text it is, where it has a place.
    """

    code: str
    values: dict[str, Value] = field(default_factory=dict)
    start_char: int | None = None
