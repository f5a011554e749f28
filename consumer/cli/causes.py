"""Errors as a chain of causes: what a person needs of them, without a traceback."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import typer

FAILED = 1
"""The exit code of what died and wants a restart."""
MISCONFIGURED = 2


def say(line: str) -> None:
    """One line on stderr."""
    typer.echo(line, err=True)


@contextmanager
def expected(*kinds: type[Exception]) -> Iterator[None]:
    """End with the causes in words where the world failed us in one of these ways; anything else crashes."""
    try:
        yield
    except kinds as error:
        for line in causes(error):
            say(line)
        raise typer.Exit(FAILED) from None


@contextmanager
def refused(settings: Mapping[type[Exception], str]) -> Iterator[None]:
    """End as wrong settings do where a part refuses one of them; `settings` has the name for each error."""
    try:
        yield
    except tuple(settings) as error:
        say(f"{settings[type(error)]}: {' '.join(str(error).split())}")
        raise typer.Exit(MISCONFIGURED) from None


def causes(error: BaseException) -> Iterator[str]:
    """The error and what caused it, a line for each that says something new."""
    told: set[str] = set()
    current: BaseException | None = error
    prefix = "error"
    while current is not None:
        line = _first_line(current)
        if line not in told:
            yield f"{prefix}: {line}"
            prefix = "  cause"
        told.add(line)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _first_line(error: BaseException) -> str:
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
