"""`run --shadow`: what a run would have done, for the person who ends it."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from consumer import wiring
from consumer.adapters.kafka.attempt import Fatal
from consumer.cli.causes import expected, refused
from consumer.cli.console import console, plain
from consumer.core.shadow import Foreseen
from consumer.core.story_words import KEPT_WORDS
from consumer.settings import Settings
from consumer.wiring.shadowing import shadow_ledger

MOST_ROWS = 20
"""Promotions that are shown; /status has all while it runs."""


def shadow(settings: Settings, ledger: Path | None) -> int:
    """Run until told to stop, then say what would have been done; the exit code."""
    file = ledger or shadow_ledger(settings)
    with expected(OSError, Fatal), refused(wiring.REFUSALS):
        code, foreseen = wiring.shadow(settings, file)
    out = console()
    out.print(Text("What this run would have done:", style="bold"))
    out.print(_table(foreseen))
    for line in _sentences(foreseen, settings):
        out.print(Text(line))
    out.print(Text(f"Nobody was called and nothing was published. The next shadow goes on from here, with {file}."))
    return code


def _table(foreseen: Foreseen) -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False, show_header=False)
    table.add_column("what")
    table.add_column("which")
    table.add_column("count", justify="right")
    table.add_column("words")
    for title, counts, words in _groups(foreseen):
        rows = sorted(counts.items(), key=lambda item: (-item[1], item[0])) or [("-", 0)]
        for at, (name, count) in enumerate(rows[:MOST_ROWS]):
            table.add_row(title if at == 0 else "", Text(plain(name)), str(count), words.get(name, ""))
        if len(rows) > MOST_ROWS:
            rest = rows[MOST_ROWS:]
            table.add_row("", f"{len(rest)} more", str(sum(count for _, count in rest)), "")
    return table


def _groups(foreseen: Foreseen) -> Iterator[tuple[str, Mapping[str, int], Mapping[str, str]]]:
    yield "Outcomes of returns", foreseen.returns, {}
    yield "Outcomes of late earns", foreseen.late_earns, {}
    yield "Earns revoked, by promotion", {str(promotion): count for promotion, count in foreseen.revoked.items()}, {}
    yield "Earns left, by reason", foreseen.kept, KEPT_WORDS
    yield "Dead letters, by reason", foreseen.dead_letters, {}


def _sentences(foreseen: Foreseen, settings: Settings) -> Iterator[str]:
    yield f"Requests: {foreseen.requests}, for {foreseen.earns_asked} earns."
    api = settings.api
    if api.quota_per_minute and foreseen.requests:
        minutes = math.ceil(foreseen.requests / (api.quota_per_minute * (1 - api.quota_reserve)))
        yield f"At {api.quota_per_minute} a minute (api.quota_per_minute) they take {minutes} min or more."
    if foreseen.flooded:
        yield "It would have held: too many records in a row would have been dead letters (dead_letters.flood_ratio)."
