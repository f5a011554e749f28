"""What an earn's id tells the sandbox to do: `e1~729`, `e2~500-once`, `e3~drop-twice`."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import cast, get_args

from consumer.sandbox.vendor.behaviour import Fault

_MARK = re.compile(r"~(\d{3,4}|[a-z]+)(?:-(once|twice))?(?:$|[~.:_-])")
_TIMES = {"once": 1, "twice": 2}
OF_THE_EARN = frozenset({400, 404, 409, 422, 729, 730, 731})
"""Codes that are an earn's own verdict; any other is the answer to the whole request."""
UNNAMED = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is to happen: a code, a fault, or that the earn is passed over in silence."""

    code: int | None = None
    fault: Fault | None = None
    unnamed: bool = False

    @property
    def is_of_the_earn(self) -> bool:
        """Whether only the earn that carries it is concerned."""
        return self.unnamed or self.code in OF_THE_EARN


@dataclass(slots=True)
class Marks:
    """Reads marks, and counts how often each with `-once` or `-twice` has acted."""

    _acted: Counter[str] = field(default_factory=Counter)

    def read(self, earn_id: str) -> Mark | None:
        """The mark that acts on this call, if any."""
        found = _MARK.search(earn_id)
        if found is None:
            return None
        word, often = found.groups()
        mark = _mark(word)
        if mark is None or (often is not None and self._acted[earn_id] >= _TIMES[often]):
            return None
        self._acted[earn_id] += 1
        return mark


def _mark(word: str) -> Mark | None:
    if word.isdigit():
        return Mark(code=int(word))
    if word == UNNAMED:
        return Mark(unnamed=True)
    return Mark(fault=cast("Fault", word)) if word in get_args(Fault) else None
