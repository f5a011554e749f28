"""Where each partition begins, as the group's commits and their maps tell."""

import time
from collections.abc import Callable, Sequence

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition

from consumer.adapters.kafka.assignment import Start
from consumer.adapters.kafka.attempt import Attempts, Patience
from consumer.adapters.kafka.delivered import answered
from consumer.adapters.kafka.telling import EarnFeed, KafkaTelemetry
from consumer.core.offset_map import Empty, Ignored, Restored, decode
from consumer.core.progress import Progress
from consumer.core.repeats import QUIET
from consumer.core.triage import Call
from consumer.ports import Partition

SILENT = 15.0
"""Seconds without an answer that are worth a line: a killed owner's transaction ends sooner."""
FIND_WITH = "kafka-transactions.sh --bootstrap-server BROKER find-hanging --broker-id ID --max-transaction-timeout 1"


class _Silence:
    """How long the group's commits are asked for, told seldom."""

    def __init__(self, telemetry: KafkaTelemetry, patience: float) -> None:
        self._telemetry = telemetry
        self._since = time.monotonic()
        self._due = self._since + patience

    def tell(self) -> None:
        """One line where it has been long."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + QUIET
            self._telemetry.event("commits_unanswered", seconds=round(now - self._since), find_with=FIND_WITH)


class Starts:
    """Reads the commits of newly assigned partitions."""

    def __init__(
        self,
        earns_topic: str,
        attempts: Attempts,
        feed: EarnFeed,
        telemetry: KafkaTelemetry,
        *,
        silent: float = SILENT,
    ) -> None:
        """`silent` is in seconds: how long the commits may be asked for before that is told."""
        self._silent = silent
        self._earns_topic = earns_topic
        self._attempts = attempts
        self._feed = feed
        self._telemetry = telemetry

    def of(self, consumer: Consumer, assigned: Sequence[TopicPartition], given_up: Callable[[], bool]) -> list[Start]:
        """The start of each. Waits while the broker is away. Raises Fatal or Interrupted."""
        if not assigned:
            return []
        patience = Patience(deadline=float("inf"), given_up=given_up)
        silence = _Silence(self._telemetry, self._silent)

        def committed(wait: float) -> list[TopicPartition]:
            silence.tell()
            # A transaction that is still open on a partition is waited for: the answer is stable.
            return _sound(consumer.committed(list(assigned), wait))

        return [
            self._start(consumer, commit, patience) for commit in self._attempts.ask(Call.READ, committed, patience)
        ]

    def _start(self, consumer: Consumer, commit: TopicPartition, patience: Patience) -> Start:
        partition = Partition(commit.topic, commit.partition)
        followed = commit.topic != self._earns_topic or self._attempts.ask(
            Call.READ, lambda wait: self._feed.is_followed(partition, wait), patience
        )
        if commit.offset < 0:
            if not followed:
                self._attempts.ask(Call.READ, lambda wait: self._feed.follow(partition, wait), patience)
            return Start(partition=partition, offset=OFFSET_BEGINNING, progress=Progress(0), unfollowed=False)
        if not followed:
            self._telemetry.event(
                "earn_feed_restarted", topic=partition.topic, partition=partition.partition, committed=commit.offset
            )
            return Start(partition=partition, offset=OFFSET_BEGINNING, progress=Progress(0), unfollowed=True)

        def ends(wait: float) -> tuple[int, int]:
            return answered(consumer.get_watermark_offsets(TopicPartition(commit.topic, commit.partition), wait))

        low, high = self._attempts.ask(Call.READ, ends, patience)
        if commit.offset > high:
            self._telemetry.event(
                "log_cut",
                topic=partition.topic,
                partition=partition.partition,
                committed=commit.offset,
                log_end=high,
            )
            return Start(partition=partition, offset=OFFSET_BEGINNING, progress=Progress(0), unfollowed=False)
        if low > commit.offset:
            self._telemetry.event(
                "records_expired",
                topic=partition.topic,
                partition=partition.partition,
                committed=commit.offset,
                log_start=low,
            )
        progress = Progress(commit.offset, self._restored(partition, commit, high))
        return Start(partition=partition, offset=commit.offset, progress=progress, unfollowed=False)

    def _restored(self, partition: Partition, commit: TopicPartition, log_end: int) -> tuple[int, ...]:
        match decode(commit.metadata, committed=commit.offset, log_end=log_end):
            case Restored(edges=edges):
                return edges
            case Empty():
                return ()
            case Ignored(reason=reason):
                self._telemetry.map_ignored(reason)
                self._telemetry.event(
                    "offset_map_ignored", topic=partition.topic, partition=partition.partition, reason=str(reason)
                )
                return ()


def _sound(commits: list[TopicPartition]) -> list[TopicPartition]:
    for commit in commits:
        if commit.error is not None:
            raise KafkaException(commit.error)
    return commits
