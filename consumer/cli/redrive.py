"""The verb `redrive`: what is asked for, and the answer in words."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from consumer.adapters.kafka.attempt import Fatal
from consumer.cli.causes import FAILED, expected, refused, say
from consumer.cli.console import console, console_aside
from consumer.cli.export import STDOUT, Export, exported
from consumer.cli.tally import Tally
from consumer.core.redrive import Fate, Letter
from consumer.flow.redrive import Wish
from consumer.ports import Unavailable
from consumer.settings import Settings
from consumer.wiring import REFUSALS, redriving
from consumer.wiring.values import Values

FORGETFUL = (
    "No earlier redrive is remembered. Brokers forget what was sent once nobody redrives for\n"
    "offsets.retention.minutes, 7 days by default: what was sent before that is among these."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Whether the letters are sent, where they are exported to, and the command that goes on should this be cut off."""

    yes: bool
    export: Path | None
    goes_on: str


def redrive(settings: Settings, wish: Wish, doing: Doing) -> None:
    """Send the chosen dead letters again, or say which would be."""
    with (
        expected(OSError, Fatal, Unavailable),
        refused(REFUSALS),
        closing(Values(settings)) as values,
        exported(doing.export, values) as export,
    ):
        tally = Tally()
        out = console_aside() if doing.export == STDOUT else console()
        if not doing.yes:
            _look(redriving.Redriving(settings=settings, wish=wish, values=values), tally, export, out)
            return
        say(f"Should this be cut off, it goes on with: {doing.goes_on}")
        with _interruptible(tally, export):
            redriving.Redriving(settings=settings, wish=wish, values=values).send(tally.note, export.write)
    _tell(tally, "sent again", out)
    if tally.is_cut_short:
        raise typer.Exit(FAILED)


def _look(redrive: redriving.Redriving, tally: Tally, export: Export, out: Console) -> None:
    def tell(letter: Letter, fate: Fate) -> None:
        tally.note(letter, fate)
        if fate is Fate.CHOSEN:
            export.write(letter)

    is_remembered = redrive.look(tell)
    _tell(tally, "would be sent again", out)
    if tally.chosen:
        if not is_remembered:
            out.print(FORGETFUL)
        out.print("Nothing was sent. Add --yes to send them.")


@contextmanager
def _interruptible(tally: Tally, export: Export) -> Iterator[None]:
    """Say how far it went where it does not get to its end."""
    try:
        yield
    except (OSError, Fatal, Unavailable, KeyboardInterrupt):
        say(f"at least {tally.chosen} letters were sent; what is left goes on with the command above")
        doubtful = export.written - tally.chosen
        if doubtful > 0:
            say(f"the last lines of the export, {doubtful} of them, are of letters that may not have been sent")
        raise


def _tell(tally: Tally, done: str, out: Console) -> None:
    if tally.chosen:
        out.print(tally.table())
    if tally.in_vain:
        out.print(f"{tally.in_vain}\n")
    out.print(f"{tally.chosen} dead letter{'' if tally.chosen == 1 else 's'} {done}.")
    lines = tally.left()
    if lines:
        out.print("Not among them:")
    for line in lines:
        out.print(f"  {line}")
