"""What instances say in their logs, and how they crash, each line read once however often one asks."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TRACEBACK = b"Traceback (most recent call last):"
INDENTED = (b" ", b"\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """A traceback of Python's: its last line, and the time of the last event before it, if there was one."""

    after: str
    error: str


class Heard:
    """Of one log, the events of some names so far, and the crashes."""

    def __init__(self, log: Path, names: Collection[str]) -> None:
        self._log = log
        self._names = frozenset(names)
        self._mark = re.compile(rb'"event": ?"(?:%s)"' % "|".join(map(re.escape, sorted(names))).encode())
        self._read = 0
        self._events: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        self._crashes: list[Crash] = []
        self.last_words = "it does not say why"
        """Beside the events."""
        self._before = b"{}"
        self._in_traceback = False

    def events(self, name: str) -> Sequence[Mapping[str, Any]]:
        """Those of this name, which is one of the names."""
        self._read_on()
        return self._events[name]

    def crashes(self) -> Sequence[Crash]:
        """Each traceback; one that led to another is one of its own."""
        self._read_on()
        return self._crashes

    def _read_on(self) -> None:
        with self._log.open("rb") as log:
            log.seek(self._read)
            news = log.read()
        whole = news[: news.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            if line.startswith(b"{"):
                self._before = line
                self._note(line)
            else:
                self._follow(line)

    def _note(self, line: bytes) -> None:
        if self._mark.search(line):
            fields = json.loads(line)
            if fields.get("event") in self._names:
                self._events[fields["event"]].append(fields)

    def _follow(self, line: bytes) -> None:
        """What is no event. Of a traceback the last line is the first that is not indented."""
        self.last_words = line.decode(errors="replace") or self.last_words
        if line.startswith(TRACEBACK):
            self._in_traceback = True
        elif self._in_traceback and not line.startswith(INDENTED):
            self._in_traceback = False
            after = json.loads(self._before).get("timestamp", "its start")
            self._crashes.append(Crash(after=after, error=self.last_words))
