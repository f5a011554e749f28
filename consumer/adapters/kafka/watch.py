"""librdkafka's statistics: what the group, the log ends and the brokers are like."""

import json
import struct
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaError

from consumer.adapters.kafka.assignment import Assignment
from consumer.adapters.kafka.attempt import Fatal, failure_of
from consumer.adapters.kafka.credentials import Credentials, Tokens
from consumer.adapters.kafka.telling import KafkaTelemetry
from consumer.core.progress import Progress
from consumer.core.repeats import Repeats
from consumer.core.shut_door import remedy
from consumer.core.triage import Call, Remedy, triage
from consumer.ports import Partition

_MICROS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """One report of the consumer. Up to `ends` a committed reader could read, up to `passed` this one has."""

    join_state: str
    ends: Mapping[Partition, int]
    passed: Mapping[Partition, int]
    partition_counts: Mapping[str, int]
    round_trips: Mapping[str, float]


def read_statistics(text: str) -> Statistics:
    """The report; what it does not know yet is left out."""
    report = json.loads(text)
    topics, group = report.get("topics", {}), report.get("cgrp", {})
    return Statistics(
        # Without its coordinator a join stands still, and that is no fault of ours.
        join_state=group.get("join_state", "init") if group.get("state", "up") == "up" else "no-coordinator",
        ends=dict(_offsets(topics, "ls_offset", "hi_offset")),
        passed=dict(_offsets(topics, "app_offset")),
        partition_counts={name: sum(1 for at in it["partitions"] if at != "-1") for name, it in topics.items()},
        round_trips={
            broker["nodename"]: broker["rtt"]["avg"] / _MICROS
            for broker in report.get("brokers", {}).values()
            if broker.get("nodeid", -1) >= 0 and broker["rtt"]["cnt"]
        },
    )


class Listener:
    """The consumer's own voice: what it reports of the group, and its complaints."""

    def __init__(self, assignment: Assignment, telemetry: KafkaTelemetry, credentials: Credentials) -> None:
        self._assignment = assignment
        self._telemetry = telemetry
        self._credentials = credentials
        self._fatal: Fatal | None = None
        self._repeats = Repeats()
        self.partition_counts: Mapping[str, int] = {}
        self.join_state = "init"
        self.join_state_since = time.monotonic()

    def on_error(self, error: KafkaError) -> None:
        """Tell it, unless its like was told just now; one that is beyond help ends the worker at its next turn."""
        code, now = error.name(), time.monotonic()
        self._telemetry.failed(code)
        if self._repeats.is_news(code, now):
            self._repeats = self._repeats.after(code, now)
            self._telemetry.event("kafka_error", code=code, message=error.str(), **self._why(error))
        if triage(failure_of(error), Call.POLL, expired=False) is Remedy.STOP:
            # Raised from the loop: an exception in a callback of the client's would lose the records of that poll.
            self._fatal = Fatal(f"{code}: {error.str()}")

    def _why(self, error: KafkaError) -> Mapping[str, str]:
        """What is beyond the client's own words: the remedy, and the silence of who gives the tokens."""
        words = remedy(error.name(), error.str())
        told = {} if words is None else {"remedy": words}
        match self._credentials:
            case Tokens(refusal=str() as refusal):
                return {**told, "reason": refusal}
            case _:
                return told

    def stop_if_fatal(self) -> None:
        """Raises Fatal where the consumer is beyond help."""
        if self._fatal is not None:
            raise self._fatal

    def on_statistics(self, text: str) -> None:
        """Tell lag and round trips, and keep what the status wants to know."""
        report = read_statistics(text)
        for held in self._assignment:
            end = report.ends.get(held.partition)
            if end is not None:
                self._telemetry.lag(held.partition, max(0, end - _reached(held.progress, held.partition, report)))
        self._telemetry.round_trips(report.round_trips)
        self.partition_counts = report.partition_counts
        if report.join_state != self.join_state:
            self.join_state, self.join_state_since = report.join_state, time.monotonic()


_METADATA = struct.Struct("<7si")


def is_member(consumer: Consumer) -> bool:
    """Whether the group has taken us in, be it with no partition: under KIP-848 an empty assignment calls nobody back.

    The member's epoch is only in the group metadata, whose bytes the client treats as its own secret; if they ever
    look different, readiness waits for a partition, and nothing else changes.
    """
    metadata = bytes(consumer.consumer_group_metadata())
    if len(metadata) < _METADATA.size:
        return False
    version: bytes
    epoch: int
    version, epoch = _METADATA.unpack_from(metadata)
    return version == b"CGMDv2:" and epoch > 0


def _reached(progress: Progress, partition: Partition, report: Statistics) -> int:
    """Where nothing is open, all that was passed is done: behind the last record may be a transaction's marker."""
    return progress.watermark if progress.open else max(progress.watermark, report.passed.get(partition, 0))


def _offsets(
    topics: Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]], *names: str
) -> Iterator[tuple[Partition, int]]:
    """Of each partition the first of these offsets that is known."""
    for topic, of_topic in topics.items():
        for number, partition in of_topic["partitions"].items():
            known = [partition[name] for name in names if partition[name] >= 0]
            if number != "-1" and known:
                yield Partition(topic, int(number)), known[0]
