"""What instances say in their logs, each line read once however often one asks."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any


class Heard:
    """Of one log, the events of some names so far."""

    def __init__(self, log: Path, names: Collection[str]) -> None:
        self._log = log
        self._names = frozenset(names)
        self._mark = re.compile(rb'"event": ?"(?:%s)"' % "|".join(map(re.escape, sorted(names))).encode())
        self._read = 0
        self._events: dict[str, list[Mapping[str, Any]]] = defaultdict(list)

    def events(self, name: str) -> Sequence[Mapping[str, Any]]:
        """Those of this name, which is one of the names."""
        self._read_on()
        return self._events[name]

    def _read_on(self) -> None:
        with self._log.open("rb") as log:
            log.seek(self._read)
            news = log.read()
        whole = news[: news.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            if line.startswith(b"{") and self._mark.search(line):
                fields = json.loads(line)
                if fields.get("event") in self._names:
                    self._events[fields["event"]].append(fields)
