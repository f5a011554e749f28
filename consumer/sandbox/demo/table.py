"""A chapter as a table that a person enjoys reading."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from consumer.core.outcome import FAILURE_KINDS, REVOKED_KINDS, OutcomeCause, OutcomeStatus, RevokeOutcome, Verdict
from consumer.sandbox.demo.ending import Day, words
from consumer.sandbox.demo.story import Chapter, Story

ROOMY = 100
"""Columns from which the status has one of its own."""
STATUS, EARNS, LETTER = 25, 37, 11
Block = tuple[list[Text], ...]
"""The lines of one outcome, column by column."""
STYLES = {
    OutcomeStatus.REVOKED: "bold green",
    OutcomeStatus.PARTLY_REVOKED: "bold yellow",
    OutcomeStatus.NOTHING_TO_REVOKE: "bold blue",
    OutcomeStatus.FAILED: "bold red",
    OutcomeStatus.DUPLICATE: "bold cyan",
    OutcomeStatus.INVALID: "bold magenta",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one outcome says."""

    status: OutcomeStatus
    is_late: bool
    earns: tuple[tuple[str, str, str], ...]
    """Promotion, verdict and style."""
    letter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Often:
    """How many outcomes say the same, and how many calls carried them."""

    times: int
    calls: int


def chapter(told: Chapter, day: Day, width: int) -> RenderableType:
    """All stories of a chapter with what became of them, at most so wide."""
    table = Table(box=box.SIMPLE_HEAD, width=width, pad_edge=False, show_header=width >= ROOMY)
    table.add_column("What happened", ratio=1)
    if width >= ROOMY:
        table.add_column("Outcome", width=STATUS)
        table.add_column("Earn by earn", width=EARNS)
        table.add_column("Dead letter", width=LETTER)
    else:
        table.add_column("Outcome, earn by earn", width=min(EARNS, width // 2))
    for story in told.stories:
        outcomes = [_roomy(*row) if width >= ROOMY else _narrow(*row) for row in _rows(story, day)]
        table.add_row(story.title, *_stacked(outcomes))
        table.add_section()
    return Group(Text(told.title, style="bold"), Text(told.note, style="dim"), table)


def _rows(story: Story, day: Day) -> Iterator[tuple[Row, Often]]:
    """The story's outcomes in order; those that say the same are one row."""
    told = [(_row(outcome, ", ".join(ended.letters)), outcome) for ended in day.of(story) for outcome in ended.outcomes]
    for row, alike in groupby(told, key=itemgetter(0)):
        outcomes = [outcome for _, outcome in alike]
        yield row, Often(times=len(outcomes), calls=len({it for outcome in outcomes for it in outcome.request_ids}))


def _row(outcome: RevokeOutcome, letter: str) -> Row:
    return Row(
        status=outcome.status,
        is_late=outcome.cause is OutcomeCause.LATE_EARN,
        earns=tuple((verdict.promotion_id, words(verdict), _style(verdict)) for verdict in outcome.verdicts),
        letter=letter,
    )


def _style(verdict: Verdict) -> str:
    if verdict.kind in REVOKED_KINDS:
        return "green"
    return "red" if verdict.kind in FAILURE_KINDS else "blue"


def _roomy(row: Row, often: Often) -> Block:
    """Side by side: status, earns, dead letter."""
    status = [_status(row, often)]
    if row.is_late:
        status.append(Text(OutcomeCause.LATE_EARN, style="dim"))
    return status, _earns(row), [Text(row.letter, style="red")]


def _narrow(row: Row, often: Often) -> Block:
    """One below the other."""
    cause = Text(f" {OutcomeCause.LATE_EARN}" if row.is_late else "", style="dim")
    lines = [Text.assemble(_status(row, often), cause)]
    lines += [Text("  ") + earn for earn in _earns(row)]
    if row.letter:
        lines.append(Text(f"  dead letter: {row.letter}", style="red"))
    return (lines,)


def _stacked(blocks: Sequence[Block]) -> list[Text]:
    """Each column's lines, those of one block at the same height."""
    columns: list[list[Text]] = [[] for _ in blocks[0]] if blocks else []
    for block in blocks:
        height = max(len(lines) for lines in block)
        for column, lines in zip(columns, block, strict=True):
            column.extend((*lines, *(Text() for _ in range(height - len(lines)))))
    return [Text("\n").join(lines) for lines in columns]


def _status(row: Row, often: Often) -> Text:
    status = Text(str(row.status), style=STYLES[row.status])
    if often.times == 1:
        return status
    calls = f" in {often.calls} calls" if often.calls else ""
    return Text.assemble(f"{often.times} x ", status, calls)


def _earns(row: Row) -> list[Text]:
    return [Text(f"{promotion} ").append(verdict, style=style) for promotion, verdict, style in row.earns]
