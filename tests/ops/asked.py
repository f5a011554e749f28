"""What an expression asks for: names of metrics, their labels and the values it compares them with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

SELECTOR = re.compile(r"\b((?:returns|process|python)_[a-z0-9_]+)\{([^}]*)\}")
MATCHER = re.compile(r'(\w+)\s*(=~|=)\s*"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Asked:
    """One selector."""

    name: str
    matchers: tuple[tuple[str, str, str], ...]


def asked(expression: str) -> Iterator[Asked]:
    for name, inside in SELECTOR.findall(expression):
        yield Asked(name, tuple(MATCHER.findall(inside)))
