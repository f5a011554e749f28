"""The day in numbers, and where to look next."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from consumer.core.dead_letter import REASONS
from consumer.core.outcome import OutcomeCause, OutcomeStatus, VerdictKind
from consumer.sandbox.demo.ending import Day
from consumer.sandbox.demo.shop import OUTAGE

NEXT = {
    "README.md": "what it promises, and how it keeps that",
    "docs/configuration.md": "every setting, from a file or the environment",
    "docs/logs.md": "every event of the log",
    "returns-consumer sandbox --port 8090": "this vendor, to develop against",
    "returns-consumer check --connect": "whether your settings are right",
    "returns-consumer run": "this service, on your Kafka",
}


def numbers(day: Day, calls: Sequence[Mapping[str, object]]) -> RenderableType:
    """How much of everything."""
    outcomes = [outcome for about in day.outcomes.values() for outcome in about]
    late = sum(outcome.cause is OutcomeCause.LATE_EARN for outcome in outcomes)
    statuses = Counter(outcome.status for outcome in outcomes)
    revoked = sum(verdict.kind is VerdictKind.REVOKED for outcome in outcomes for verdict in outcome.verdicts)
    letters = Counter(reason for about in day.letters.values() for reason in about)
    turned_away = sum(call["status"] == OUTAGE.status for call in calls)
    lines = {
        "Returns": str(sum(each.told.topic == "returns" for each in day.written)),
        "Outcomes": f"{len(outcomes)}: {_counted({status: statuses[status] for status in OutcomeStatus})}",
        "Late earns": f"{late} of these outcomes, told when the earn came after its return",
        "Calls": f"{len(calls)}, {turned_away} of them into the outage",
        "Earns revoked": str(revoked),
        "Dead letters": f"{sum(letters.values())}: {_counted({it: letters[it] for it in REASONS})}",
    }
    return _two_columns("The day in numbers", lines)


def where_next() -> RenderableType:
    """What to read and what to try."""
    return _two_columns("Where to look next", NEXT)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} x{number}" for name, number in counts.items() if number)


def _two_columns(title: str, lines: Mapping[str, str]) -> RenderableType:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="cyan", overflow="fold")
    table.add_column(overflow="fold")
    for name, text in lines.items():
        table.add_row(name, text)
    return Group(Text(title, style="bold"), table, Text())
