"""Where a verb prints for people."""

from rich.console import Console

ONE_LINE = 1000
"""Columns of a file or a pipe: nothing is wrapped there, so that it can be searched."""


def console() -> Console:
    """The terminal as wide as it is, or a pipe."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=ONE_LINE)


def console_aside() -> Console:
    """Stderr, where stdout is for a program."""
    return Console(highlight=False, stderr=True, width=ONE_LINE)


def plain(text: str) -> str:
    """The text without what would steer a terminal: others wrote parts of it."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
