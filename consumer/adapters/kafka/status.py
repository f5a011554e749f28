"""How the Kafka thread is, as one frozen value that any thread may read."""

from dataclasses import dataclass
from enum import StrEnum

from consumer.ports import Partition


class Stage(StrEnum):
    """How far the worker is in its life."""

    WAITING = "waiting"
    """For the broker or for topics."""
    JOINING = "joining"
    """Subscribed; the group has not answered yet."""
    RUNNING = "running"
    """The group has answered, be it with no partition at all."""
    DRAINING = "draining"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionStatus:
    """One partition that is ours. `open` counts delivered, unpublished records; the map's fill is the last commit's."""

    partition: Partition
    epoch: int
    watermark: int
    open: int
    map_used_ratio: float
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaStatus:
    """A moment of the worker. Times are of `time.monotonic`; `last_poll` is 0 before the first.

    `returns_partitions` is the number of partitions of the returns topic, 0 while it is not known, and
    `own_returns_partitions` how many of them are ours: together they say which share of the quota is ours.
    """

    stage: Stage = Stage.WAITING
    reachable: bool = False
    missing_topics: tuple[str, ...] = ()
    partitions: tuple[PartitionStatus, ...] = ()
    unpublished: int = 0
    """Completions that are not in a committed transaction yet."""
    returns_partitions: int = 0
    own_returns_partitions: int = 0
    earns_partitions: int = 0
    join_state: str = "init"
    join_state_since: float = 0.0
    last_poll: float = 0.0
    exit_reason: str | None = None
