"""Looking at single tasks: an explorer, the page of a plan, coding by hand."""

from importlib.resources import files


def shipped(name: str) -> str:
    """Return the text of a script or style sheet that stands beside the code."""
    return (files(__name__) / name).read_text("utf-8")
