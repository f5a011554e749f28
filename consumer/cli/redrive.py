"""The verb `redrive`: what is asked for, and the answer in words."""

import base64
import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from consumer.adapters.kafka.attempt import Fatal
from consumer.cli.causes import FAILED, expected, refused, say
from consumer.cli.console import console
from consumer.cli.tally import Tally
from consumer.core.redrive import Fate, Letter
from consumer.flow.redrive import Wish
from consumer.ports import Unavailable
from consumer.settings import Settings
from consumer.wiring import REFUSALS, redriving
from consumer.wiring.values import Values

Tell = Callable[[Letter, Fate], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Whether the letters are sent, and the file that gets them as JSON Lines."""

    yes: bool
    export: Path | None


def redrive(settings: Settings, wish: Wish, doing: Doing) -> None:
    """Send the chosen dead letters again, or say which would be."""
    tally = Tally()
    act = redriving.send if doing.yes else redriving.look
    with (
        expected(OSError, Fatal, Unavailable),
        refused(REFUSALS),
        closing(Values(settings)) as values,
        _exported(doing, values, tally.note) as tell,
        _interruptible(tally, sending=doing.yes),
    ):
        act(settings, wish, values, tell)
    _tell(tally, sent=doing.yes)
    if doing.yes and tally.is_cut_short:
        raise typer.Exit(FAILED)


@contextmanager
def _interruptible(tally: Tally, *, sending: bool) -> Iterator[None]:
    """Say how far it went where it does not get to its end."""
    try:
        yield
    except (Fatal, KeyboardInterrupt):
        if sending:
            say(f"at least {tally.chosen} letters were sent; the same command goes on after them")
        raise


def _tell(tally: Tally, *, sent: bool) -> None:
    out = console()
    count = f"{tally.chosen} dead letter{'' if tally.chosen == 1 else 's'}"
    if tally.chosen:
        out.print(tally.table())
    out.print(f"{count} sent again." if sent else f"{count} would be sent again.")
    lines = tally.left()
    if lines:
        out.print("Not among them:")
    for line in lines:
        out.print(f"  {line}")
    if tally.chosen and not sent:
        out.print("Nothing was sent. Add --yes to send them.")


@contextmanager
def _exported(doing: Doing, values: Values, note: Tell) -> Iterator[Tell]:
    """`note`, which also writes each chosen letter to the file."""
    if doing.export is None:
        yield note
        return
    # What is sent is told once: the redrive that goes on after a kill must keep what the killed one wrote.
    mode = "a" if doing.yes else "w"
    with open(doing.export, mode, buffering=1, encoding="utf-8", opener=_for_its_owner_only) as lines:

        def tell(letter: Letter, fate: Fate) -> None:
            note(letter, fate)
            if fate is Fate.CHOSEN:
                lines.write(json.dumps(_line(letter, values), ensure_ascii=False) + "\n")

        yield tell


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
