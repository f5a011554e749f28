"""The verb `topics create`: makes the four topics; those that are there are left as they are."""

from collections.abc import Iterator
from dataclasses import dataclass

import typer

from consumer.adapters.kafka.administration import BROKERS_DEFAULT, Administration, TopicToMake
from consumer.adapters.kafka.attempt import Fatal
from consumer.adapters.web.words import counted
from consumer.cli.causes import FAILED, expected
from consumer.core.model import Millis
from consumer.core.topics import DAY, Role, TopicSeen, config_of, copies, largest_record, problems
from consumer.settings import Settings
from consumer.wiring import parts

PATIENCE = 30.0
"""Seconds for one answer: a new topic is everywhere only after a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a new topic is spread. `copies` None is the brokers' own default."""

    partitions: int
    copies: int | None


def create(settings: Settings, shape: Shape) -> None:
    """Make what is missing and say what was done; ends the process with 1 where one could not be made."""
    seen: dict[Role, TopicSeen] = {}
    failed = False
    with expected(Fatal):
        brokers = Administration(parts.kafka_config(settings), PATIENCE)
        brokers.brokers()
    # The sources come first: how large a dead letter may be depends on them.
    for role in Role:
        try:
            typer.echo(_made(brokers, settings, role, shape, seen))
        except Fatal as refused:
            failed = True
            name = getattr(settings.topics, role)
            typer.echo(f"{'failed':8}topics.{role}: {name} cannot be created or looked at: {refused}")
    for line in _hints(seen):
        typer.echo(line)
    if failed:
        raise typer.Exit(FAILED)


def _made(brokers: Administration, settings: Settings, role: Role, shape: Shape, seen: dict[Role, TopicSeen]) -> str:
    config = config_of(
        role,
        copies=shape.copies,
        memory=Millis(int(settings.ledger.retention * 1000)),
        largest_record=largest_record(seen),
    )
    topic = TopicToMake(
        name=getattr(settings.topics, role),
        partitions=shape.partitions,
        copies=BROKERS_DEFAULT if shape.copies is None else shape.copies,
        config=config,
    )
    is_new = brokers.make(topic)
    now = seen[role] = brokers.topic(topic.name)
    if not is_new:
        return f"{'exists':8}topics.{role}: {now.name} has {counted(now.partitions, 'partition')}; it is left as it is"
    days = int(config["retention.ms"]) / DAY
    return (
        f"{'created':8}topics.{role}: {now.name} with {counted(now.partitions, 'partition')} "
        f"and {counted(now.copies, 'copy', 'copies')}, kept for {days:g} days"
    )


def _hints(seen: dict[Role, TopicSeen]) -> Iterator[str]:
    for role, topic in seen.items():
        yield from (f"{'problem':8}topics.{role}: {topic.name}: {text}" for text in problems(role, seen))
    few = copies(seen)
    if few is not None:
        yield f"{'note':8}{few}"
