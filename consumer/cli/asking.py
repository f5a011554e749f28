"""The options of `redrive` → what is wished for, or what is wrong with them."""

import math
import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import typer

from consumer.cli.causes import MISCONFIGURED, say
from consumer.cli.export import STDOUT
from consumer.cli.moment import exact, moment
from consumer.core.dead_letter import REASONS
from consumer.core.model import CustomerId, Millis
from consumer.core.redrive import LONGEST_NOTE, Selection
from consumer.flow.redrive import Wish
from consumer.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options as they were typed."""

    reasons: Sequence[str]
    customer: int | None
    promotion: str | None
    since: str | None
    until: str | None
    partition: int | None
    offset: int | None
    limit: int | None
    rate: float | None
    max_redrives: int
    note: str | None
    export: Path | None
    config: Path | None


def wish(settings: Settings, asked: Asked) -> Wish:
    """What is wished for; ends the process with a line for each option that is wrong."""
    problems = list(_problems(asked))
    for problem in problems:
        say(problem)
    if problems:
        raise typer.Exit(MISCONFIGURED)
    selection = Selection(
        topics=frozenset({settings.topics.returns, settings.topics.earns}),
        reasons=_reasons(asked),
        customer=None if asked.customer is None else CustomerId(asked.customer),
        promotion=asked.promotion,
        since=None if asked.since is None else moment(asked.since, _now()),
        until=None if asked.until is None else moment(asked.until, _now()),
        partition=asked.partition,
        offset=asked.offset,
        max_redrives=asked.max_redrives,
    )
    return Wish(selection=selection, limit=asked.limit, rate=asked.rate, note=asked.note)


def goes_on(asked: Asked, selection: Selection) -> str:
    """The command that goes on should this redrive be cut off: of ages, which pass, it has the moments."""
    options: dict[str, object] = {
        "--customer": asked.customer,
        "--promotion": asked.promotion,
        "--since": None if selection.since is None else exact(selection.since),
        "--until": None if selection.until is None else exact(selection.until),
        "--partition": asked.partition,
        "--offset": asked.offset,
        "--limit": asked.limit,
        "--rate": asked.rate,
        "--max-redrives": asked.max_redrives,
        "--note": asked.note,
        "--export": asked.export if asked.export in {None, STDOUT} else "ANOTHER-FILE",
        "--config": asked.config,
    }
    reasons = [("--reason", reason) for reason in REASONS if reason in selection.reasons]
    given = [(name, str(value)) for name, value in options.items() if value is not None]
    words = shlex.join(["returns-consumer", "redrive", "--yes", *chain(*reasons, *given)])
    return words if asked.limit is None else f"{words} (--limit counts anew)"


def _problems(asked: Asked) -> Iterator[str]:
    unknown = sorted(_reasons(asked) - set(REASONS))
    if unknown:
        yield f"--reason: {', '.join(unknown)} is none of {', '.join(REASONS)}"
    for option, text in (("--since", asked.since), ("--until", asked.until)):
        try:
            if text is not None:
                moment(text, _now())
        except ValueError as error:
            yield f"{option}: {error}"
    if asked.offset is not None and asked.partition is None:
        yield "--offset: needs --partition too, as each partition may have a letter at that offset"
    if asked.rate is not None and not (math.isfinite(asked.rate) and asked.rate > 0):
        yield "--rate: must be a number above 0"
    if asked.note is not None and len(asked.note) > LONGEST_NOTE:
        yield f"--note: must not be longer than {LONGEST_NOTE} characters"


def _reasons(asked: Asked) -> frozenset[str]:
    """Each option may hold several, with commas."""
    return frozenset(code.strip().lower() for text in asked.reasons for code in text.split(",") if code.strip())


def _now() -> Millis:
    return Millis(time.time_ns() // 1_000_000)
