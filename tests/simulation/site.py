"""Where a Kafka client is: its process, what it reaches, and how it fails."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from consumer.ports import Partition
from tests.simulation.cluster import Cluster
from tests.simulation.fibre import Fibre
from tests.simulation.membership import Coordinator, Member
from tests.simulation.tale import Tale


@dataclass(frozen=True, slots=True, kw_only=True)
class Moods:
    """How often, of all calls of its kind, each thing goes wrong between a process and the brokers."""

    offsets_refused: float
    commit_unheard: float
    """The commit is there, or is not; the answer never comes. Asked again, the broker tells."""
    commit_refused: float
    fenced: float
    """Before the commit, or after it: the process cannot know."""
    thrown_away: float
    """An abort throws away what was sent and not answered, which the broker has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a client is: its process, and what it reaches."""

    name: str
    tale: Tale
    cluster: Cluster
    group: Coordinator
    fibre: Fibre
    moods: Moods


class Membership:
    """A consumer's group metadata, as it was when it was read."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.generation = member.generation

    def __bytes__(self) -> bytes:
        """As `watch.is_member` looks into it."""
        return b"CGMDv2:" + self.generation.to_bytes(4, "little", signed=True)


def refuse(code: int, *, retriable: bool = False, requires_abort: bool = False, fatal: bool = False) -> NoReturn:
    raise KafkaException(KafkaError(code, "simulated", fatal, retriable, requires_abort))


def name_of(partition: TopicPartition) -> Partition:
    return Partition(partition.topic, partition.partition)


def named(partitions: Sequence[TopicPartition]) -> list[Partition]:
    return [name_of(each) for each in partitions]
