"""``python -m govopen_analytics``: the command line without its script."""

from govopen_analytics.cli import app

app()
