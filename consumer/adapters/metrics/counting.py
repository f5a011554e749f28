"""What happens is counted: one cheap method for each thing that can happen; any thread may call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, get_args

from consumer.adapters.metrics import labels
from consumer.adapters.metrics.families import Families
from consumer.adapters.metrics.labels import Bound, CircuitState, LedgerOperation, PublishKind, Rebalance, Result
from consumer.adapters.metrics.latest import Latest
from consumer.core.model import Millis, Record
from consumer.core.outcome import RevokeOutcome
from consumer.core.trace import trace_id
from consumer.ports import Completion, EventName, Operation, Partition, WallClock

COMMITTING: LedgerOperation = "write"
"""The only step of the ledger that commits."""


class Tell(Protocol):
    """Where the lines of the log go."""

    def __call__(self, name: EventName, **fields: object) -> None:
        """One line."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTopics:
    """Where records come from."""

    returns: str
    earns: str


class Metrics:
    """Counts what happens, and hands on what is to be logged.

    What is so at one moment is the snapshot's to tell, so that nothing is counted twice.
    """

    def __init__(self, families: Families, topics: SourceTopics, event: Tell, now: WallClock) -> None:
        of = self._of = families
        self._returns_topic = topics.returns
        sources = (topics.returns, topics.earns)
        self.event = event
        self._now = now
        self.latest = Latest()
        self._consumed = Bound(sources, of.records.consumed.labels)
        self._events = Bound(labels.STATUSES, of.records.events.labels)
        self._freshness = Bound(labels.STATUSES, of.records.freshness.labels)
        self._processing = Bound(labels.STATUSES, of.records.processing.labels)
        self._dead_letters = Bound(labels.DEAD_LETTER_CODES, of.records.dead_letters.labels)
        self._requests = {
            operation: Bound(labels.ANSWERS, partial(of.vendor.requests.labels, operation))
            for operation in labels.OPERATIONS
        }
        self._durations = {
            operation: Bound(labels.ANSWERS, partial(of.vendor.request_duration.labels, operation))
            for operation in labels.OPERATIONS
        }
        self._retries = Bound(labels.RETRY_REASONS, of.vendor.retries.labels)
        self._maps_ignored = Bound(labels.IGNORED_MAPS, of.kafka.maps_ignored.labels)
        self._skipped = Bound(sources, of.kafka.skipped.labels)
        self._circuit = Bound(get_args(CircuitState), of.vendor.circuit_transitions.labels)
        self._refreshes = Bound(get_args(Result), of.vendor.token_refreshes.labels)
        self._published = {
            (kind, result): of.kafka.published.labels(kind, result)
            for kind in get_args(PublishKind)
            for result in get_args(Result)
        }
        self._publish_duration = {key: of.kafka.publish_duration.labels(*key) for key in self._published}
        self._commits = Bound(get_args(Result), of.kafka.commits.labels)
        self._loop = Bound(get_args(labels.LoopPart), of.kafka.loop.labels)
        self._rebalances = Bound(get_args(Rebalance), of.kafka.rebalances.labels)
        self._kafka_errors = Bound(labels.KAFKA_ERRORS, of.kafka.errors.labels)
        self._ledger_commit = of.ledger.commit.labels(COMMITTING)
        self._ledger_group = of.ledger.group.labels(COMMITTING)
        self._ledger_errors = Bound(get_args(LedgerOperation), of.ledger.errors.labels)

    # ---- records and their outcomes

    def consumed(self, topic: str, count: int) -> None:
        """Records were admitted."""
        self._consumed[topic].inc(count)

    def released(self, topic: str, count: int) -> None:
        """Open records were let go on a revoke or a loss; the family counts returns."""
        if topic == self._returns_topic:
            self._of.records.released.inc(count)

    def settled(self, record: Record, outcome: RevokeOutcome, seconds: float) -> None:
        """The record's outcome was decided, so long after it was admitted."""
        self._processing[outcome.status].observe(seconds)
        self.latest.add(outcome)
        self.event(
            "outcome",
            event_id=outcome.event_id,
            topic=outcome.source.topic,
            partition=outcome.source.partition,
            offset=outcome.source.offset,
            status=outcome.status,
            cause=outcome.cause,
            error_codes=outcome.error_codes,
            attempts=outcome.attempts,
            request_ids=outcome.request_ids,
            seconds=round(seconds, 3),
            trace_id=trace_id(record),
        )

    # ---- the vendor

    def called(self, operation: Operation, code: str, seconds: float) -> None:
        """A request ended: `code` is its status, or the kind of silence."""
        self._requests[operation][code].inc()
        self._durations[operation][code].observe(seconds)

    def merged(self, earns: int, events: int) -> None:
        """A request carried so many earns for so many events."""
        self._of.vendor.earns_per_request.observe(earns)
        self._of.vendor.events_per_request.observe(events)

    def retried(self, reason: str) -> None:
        """A lane backs off."""
        self._retries[reason].inc()

    def throttled(self) -> None:
        """The vendor answered 429."""
        self._of.vendor.throttled.inc()
        self.event("throttled")

    def waited(self, seconds: float) -> None:
        """A lane waited so long for its turn to call."""
        self._of.vendor.quota_wait.observe(seconds)

    def refreshed(self, *, succeeded: bool) -> None:
        """The credentials were refreshed after a refusal, or could not be."""
        self.event("credentials_refreshed" if succeeded else "credentials_rejected")

    def renewed(self, result: Result) -> None:
        """A token or a password was renewed, after a refusal or in time, or could not be."""
        self._refreshes[result].inc()

    def token_asked(self, code: str, seconds: float) -> None:
        """A request for a token ended."""
        self.called("token", code, seconds)

    def circuit_moved(self, to: CircuitState) -> None:
        """The breaker changed."""
        self._circuit[to].inc()

    # ---- Kafka

    def polled(self, now: float) -> None:
        """The loop turns; seconds since 1970."""
        self._of.kafka.last_poll.set(now)

    def spent(self, part: labels.LoopPart, seconds: float) -> None:
        """The Kafka thread spent so long on a part of its turn."""
        self._loop[part].inc(seconds)

    def transaction(self, completions: Sequence[Completion], seconds: float, *, committed: bool) -> None:
        """A transaction ended; only a committed one's completions were published."""
        result: Result = "ok" if committed else "error"
        outcomes = [completion for completion in completions if completion.outcome is not None]
        letters = [completion for completion in completions if completion.dead_letter is not None]
        self._commits[result].inc()
        self._count_published(len(outcomes), "outcome", result, seconds)
        self._count_published(len(letters), "dlt", result, seconds)
        if committed:
            now = self._now()
            self._of.kafka.last_commit.set(now / 1000)
            for completion in letters:
                self._dead_letters[completion.dead_letter_reason or labels.OTHER].inc()
            for completion in outcomes:
                self._count_outcome(completion, now)

    def dropped(self, count: int) -> None:
        """Completions came for an assignment that is over."""
        self._of.kafka.dropped.inc(count)

    def skipped(self, topic: str, count: int) -> None:
        """Records were delivered that the restored map calls published."""
        self._skipped[topic].inc(count)

    def map_ignored(self, reason: str) -> None:
        """A commit's metadata could not be used."""
        self._maps_ignored[reason].inc()

    def rebalanced(self, kind: Rebalance) -> None:
        """Partitions came or went."""
        self._rebalances[kind].inc()

    def lag(self, partition: Partition, records: int) -> None:
        """How many offsets the partition's end is ahead of what is published."""
        self._of.kafka.lag.labels(partition.topic, str(partition.partition)).set(records)

    def forget(self, partition: Partition) -> None:
        """The partition is not ours any more; its lag left behind would be counted twice."""
        self._of.kafka.lag.remove_by_labels({"topic": partition.topic, "partition": str(partition.partition)})

    def round_trips(self, seconds: Mapping[str, float]) -> None:
        """The mean time that each broker which answered of late takes for it."""
        self._of.kafka.broker_rtt.set(max(seconds.values(), default=0.0))

    def failed(self, code: str) -> None:
        """Kafka answered with an error, by the name of its code."""
        self._kafka_errors[code].inc()

    # ---- the ledger

    def ledger_committed(self, seconds: float, requests: int) -> None:
        """A group of so many requests was written, which took so long."""
        self._ledger_commit.observe(seconds)
        self._ledger_group.observe(requests)

    def ledger_failed(self, step: str) -> None:
        """A step failed: connect, write or read; it is tried again."""
        self._ledger_errors[step].inc()

    # ---- within

    def _count_published(self, count: int, kind: PublishKind, result: Result, seconds: float) -> None:
        if count:
            self._published[kind, result].inc(count)
            self._publish_duration[kind, result].observe(seconds)

    def _count_outcome(self, completion: Completion, at: Millis) -> None:
        if completion.record.source.topic != self._returns_topic:
            self._of.records.late_earns.inc()
        elif completion.status is not None:
            self._events[completion.status].inc()
            age = max(0.0, (at - completion.record.timestamp) / 1000)
            self._freshness[completion.status].observe(age, _exemplar(completion.record))


def _exemplar(record: Record) -> dict[str, str] | None:
    found = trace_id(record)
    return None if found is None else {"trace_id": found}
