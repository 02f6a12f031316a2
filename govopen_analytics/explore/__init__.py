"""Looking at single tasks: an explorer, the page of a plan, coding by hand."""

from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, Template


def shipped(name: str) -> str:
    """Return the text of a style sheet or template that stands beside the code."""
    return (files(__name__) / name).read_text("utf-8")


def script(name: str) -> str:
    """Return the text of a script with what all of them use."""
    return shipped("elements.js") + shipped(name)


@lru_cache
def template(name: str) -> Template:
    """Return a template of HTML, which escapes what is put in."""
    return Environment(autoescape=True).from_string(shipped(name))
