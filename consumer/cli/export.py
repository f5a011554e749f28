"""Dead letters as JSON Lines, in a new file that only its owner may read, or on stdout."""

import base64
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import typer

from consumer.cli.causes import MISCONFIGURED, say
from consumer.core.redrive import Letter
from consumer.wiring.values import Values

STDOUT = Path("-")


class Export:
    """Where the letters are written, if anywhere; `written` are those that are there as a whole."""

    def __init__(self, lines: TextIO | None, values: Values) -> None:
        self._lines = lines
        self._values = values
        self.written = 0

    def write(self, letter: Letter) -> None:
        """One line more. Raises OSError, Unavailable."""
        if self._lines is None:
            return
        self._lines.write(json.dumps(_line(letter, self._values), ensure_ascii=False) + "\n")
        self._lines.flush()
        self.written += 1


@contextmanager
def exported(to: Path | None, values: Values) -> Iterator[Export]:
    """The export; ends the process where there is such a file, which may hold what is found nowhere else."""
    if to is None or to == STDOUT:
        yield Export(None if to is None else sys.stdout, values)
        return
    try:
        lines = open(to, "x", encoding="utf-8", opener=_for_its_owner_only)  # noqa: SIM115 - closed below
    except FileExistsError:
        say(f"--export: {to} is there already; name a new file")
        raise typer.Exit(MISCONFIGURED) from None
    with lines:
        yield Export(lines, values)


def _for_its_owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _line(letter: Letter, values: Values) -> dict[str, object]:
    record = letter.record
    fields = values.fields(record)
    headers = {name: None if value is None else value.decode("utf-8", "replace") for name, value in record.headers}
    line: dict[str, object] = {
        "reason": letter.reason,
        "message": letter.message,
        "event_id": letter.event_id,
        "customer_id": values.customer_of(record),
        "redrives": letter.redrives,
        "set_aside_at": record.timestamp,
        "partition": record.source.partition,
        "offset": record.source.offset,
        "headers": headers,
        "key": None if record.key is None else record.key.decode("utf-8", "replace"),
        "record": fields,
    }
    if fields is None and record.value is not None:
        line["value_base64"] = base64.b64encode(record.value).decode()
    return line
