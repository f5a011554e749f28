"""The other side of the Kafka worker for its tests: a loop, a scripted intake, telemetry that remembers."""

import queue
import threading
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from confluent_kafka import Consumer, TopicPartition

from consumer.adapters.kafka import KafkaConfig, KafkaWorker, Topics
from consumer.core.model import Record
from consumer.ports import Completion, Message, Partition, Unavailable
from tests.testbed.reader import ReadCommitted, Stored
from tests.testbed.topics import Topics as Admin
from tests.testbed.topics import ToProduce, produce
from tests.testbed.waiting import wait_until

PATIENCE = 40


class Loop:
    """Runs what is posted, in order, on one thread, as an event loop does."""

    def __init__(self) -> None:
        self._posted: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="loop", daemon=True)
        self._thread.start()

    def post(self, work: Callable[[], None]) -> None:
        self._posted.put(work)

    def _run(self) -> None:
        while (work := self._posted.get()) is not None:
            work()

    def close(self) -> None:
        self._posted.put(None)
        self._thread.join()


class Calls:
    """The drain of the scripted intake: done when none of its records is inside a call."""

    def __init__(self, under_way: Callable[[], bool]) -> None:
        self._under_way = under_way
        self._done = threading.Event()

    def look(self) -> None:
        if not self._under_way():
            self._done.set()

    def done(self) -> bool:
        return self._done.is_set()

    def wait(self, seconds: float) -> bool:
        return self._done.wait(seconds)


def outcome_of(record: Record) -> Message:
    return Message(key=record.key, value=str(record.source).encode(), headers=(("status", b"REVOKED"),))


def completion_of(record: Record) -> Completion:
    return Completion(record=record, outcome=outcome_of(record), dead_letter=None)


@dataclass(kw_only=True)
class ScriptedIntake:
    """Completes each record at once, but for those that `keeps` says: these stay inside a call until let go."""

    loop: Loop
    keeps: Callable[[Record], bool] = lambda _: False
    completion: Callable[[Record], Completion | None] = completion_of
    publish: Callable[[Sequence[Completion]], None] = lambda _: None
    seen: list[Record] = field(default_factory=list)
    kept: list[Record] = field(default_factory=list)
    epochs: list[Mapping[Partition, int]] = field(default_factory=list)
    revocations: list[Sequence[Partition]] = field(default_factory=list)
    losses: list[Sequence[Partition]] = field(default_factory=list)
    drains: list[Calls] = field(default_factory=list)
    most_kept: int = 0

    def received(self, records: Sequence[Record]) -> None:
        self.seen += records
        kept: list[Record] = []
        ended: list[Record] = []
        for record in records:
            (kept if self.keeps(record) else ended).append(record)
        self.kept += kept
        self.most_kept = max([self.most_kept, *Counter(_partition(record) for record in self.kept).values()])
        self._complete(ended)

    def assigned(self, partitions: Mapping[Partition, int]) -> None:
        self.epochs.append(partitions)

    def revoked(self, partitions: Sequence[Partition]) -> Calls:
        self.revocations.append(partitions)
        gone = set(partitions)
        drain = Calls(lambda: any(_partition(record) in gone for record in self.kept))
        drain.look()
        self.drains.append(drain)
        return drain

    def lost(self, partitions: Sequence[Partition]) -> None:
        self.losses.append(partitions)
        self.kept = [record for record in self.kept if _partition(record) not in partitions]

    def let_go(self, chosen: Callable[[Record], bool] = lambda _: True) -> None:
        """The calls of these come to their end; any thread may call."""

        def end() -> None:
            ended = [record for record in self.kept if chosen(record)]
            self.kept = [record for record in self.kept if not chosen(record)]
            self._complete(ended)
            for drain in self.drains:
                drain.look()

        self.loop.post(end)

    def _complete(self, records: Sequence[Record]) -> None:
        completions = [self.completion(record) for record in records]
        self.publish([completion for completion in completions if completion is not None])


def _partition(record: Record) -> Partition:
    return Partition(record.source.topic, record.source.partition)


class Told:
    """Telemetry that remembers."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Mapping[str, object]]] = []
        self.codes: Counter[str] = Counter()
        self.committed: list[int] = []
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.aborted = self.stale = self.passed_over = self.admitted = self.let_go = self.polls = 0
        self.ignored: list[str] = []
        self.lags: dict[Partition, int] = {}
        self.brokers: Mapping[str, float] = {}

    def polled(self, now: float) -> None:
        assert now > 0
        self.polls += 1

    def spent(self, part: str, seconds: float) -> None:
        self.seconds[part] += seconds

    def transaction(self, completions: Sequence[Completion], seconds: float, *, committed: bool) -> None:
        assert seconds >= 0
        if committed:
            self.committed.append(len(completions))
        else:
            self.aborted += 1

    def dropped(self, count: int) -> None:
        self.stale += count

    def consumed(self, topic: str, count: int) -> None:
        assert topic
        self.admitted += count

    def released(self, topic: str, count: int) -> None:
        assert topic
        self.let_go += count

    def skipped(self, topic: str, count: int) -> None:
        assert topic
        self.passed_over += count

    def map_ignored(self, reason: str) -> None:
        self.ignored.append(reason)

    def rebalanced(self, kind: str) -> None:
        self.codes[kind] += 1

    def lag(self, partition: Partition, records: int) -> None:
        self.lags[partition] = records

    def forget(self, partition: Partition) -> None:
        self.lags.pop(partition, None)

    def round_trips(self, seconds: Mapping[str, float]) -> None:
        self.brokers = seconds

    def failed(self, code: str) -> None:
        self.codes[code] += 1

    def event(self, name: str, **fields: object) -> None:
        self.events.append((name, fields))

    def fields(self, name: str) -> Mapping[str, object] | None:
        return next((fields for told, fields in self.events if told == name), None)


class Followed:
    """An earn feed's memory; it has followed everything unless told otherwise, and answers unless it is away."""

    def __init__(self, *, new: bool = False, away: bool = False) -> None:
        self.new = new
        self.away = away
        self.asked = 0
        self.partitions: set[Partition] = set()

    def is_followed(self, partition: Partition, seconds: float) -> bool:
        self._answer(seconds)
        return not self.new or partition in self.partitions

    def follow(self, partition: Partition, seconds: float) -> None:
        self._answer(seconds)
        self.partitions.add(partition)

    def _answer(self, seconds: float) -> None:
        assert 0 < seconds <= 2
        self.asked += 1
        if self.away:
            raise Unavailable("ledger")


def a_config(bootstrap: str, **changes: object) -> KafkaConfig:
    """A group and topics of its own, unless named."""
    name = uuid.uuid4().hex[:8]
    values: dict[str, object] = {
        "bootstrap_servers": bootstrap,
        "group_id": f"group-{name}",
        "group_protocol": "classic",
        "options": {},
        "topics": Topics(
            returns=f"returns-{name}", earns=f"earns-{name}", results=f"results-{name}", dead_letters=f"dead-{name}"
        ),
        "window": 1000,
        "drain": 10.0,
    } | changes
    return KafkaConfig(**values)  # type: ignore[arg-type] # a builder takes what the dataclass takes


def create_topics(config: KafkaConfig, partitions: int = 4) -> None:
    admin = Admin(config.bootstrap_servers)
    for topic in config.topics.all:
        admin.create(topic, partitions if topic in config.topics.sources else 1)


class Instance:
    """One worker with its loop and its scripted intake."""

    def __init__(
        self,
        config: KafkaConfig,
        *,
        keeps: Callable[[Record], bool] = lambda _: False,
        completion: Callable[[Record], Completion | None] = completion_of,
        feed: Followed | None = None,
        told: Told | None = None,
    ) -> None:
        self.loop = Loop()
        self.told = told or Told()
        self.feed = feed or Followed()
        self.intake = ScriptedIntake(loop=self.loop, keeps=keeps, completion=completion)
        self.worker = KafkaWorker(config, self.intake, self.loop.post, self.told, self.feed)
        self.intake.publish = self.worker.publish
        self.worker.start()

    def until(self, condition: Callable[[], bool], what: str) -> None:
        def met_or_ended() -> bool:
            return condition() or self.worker.join(0)

        try:
            wait_until(met_or_ended, within=PATIENCE, what=what)
            assert condition(), f"ended before: {what}"
        except (TimeoutError, AssertionError) as error:
            error.add_note(f"{self.worker.status}\n{self.told.events[-8:]}\n{self.told.codes}")
            raise

    def until_seen(self, count: int) -> None:
        self.until(lambda: len(self.intake.seen) >= count, f"{count} records seen")

    def until_owning(self, count: int) -> None:
        self.until(lambda: len(self.worker.status.partitions) == count, f"{count} partitions")

    def until_published(self, count: int) -> None:
        self.until(lambda: sum(self.told.committed) >= count, f"{count} published")

    def stop(self, *, now: bool = False) -> None:
        self.worker.stop(now=now)
        self.end()

    def end(self) -> None:
        assert self.worker.join(PATIENCE), self.worker.status
        self.loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self.worker.join(0):
            self.stop(now=True)


def fill(config: KafkaConfig, count: int, topic: str | None = None) -> None:
    """Write so many returns (or records of another topic) with 50 different keys."""
    produce(
        config.bootstrap_servers,
        topic or config.topics.returns,
        [ToProduce(value=b"record %d" % n, key=b"%d" % (n % 50)) for n in range(count)],
    )


def published(config: KafkaConfig, topic: str) -> list[Stored]:
    """What a downstream reader finds."""
    with ReadCommitted(config.bootstrap_servers, topic) as reader:
        return reader.to_the_end()


def assert_exactly_once(config: KafkaConfig) -> None:
    """Each record of both source topics has one outcome, and there is no other."""
    outcomes = Counter(record.value for record in published(config, config.topics.results))
    sources = {
        f"{topic}/{it.partition}/{it.offset}".encode()
        for topic in config.topics.sources
        for it in published(config, topic)
    }
    assert {it: count for it, count in outcomes.items() if count != 1} == {}
    assert set(outcomes) == sources


def commits(config: KafkaConfig, topic: str) -> list[TopicPartition]:
    """The group's commits of a topic, those that are there."""
    reader = Consumer({"bootstrap.servers": config.bootstrap_servers, "group.id": config.group_id})
    count = Admin(config.bootstrap_servers).partitions(topic)
    found = reader.committed([TopicPartition(topic, number) for number in range(count)], 20)
    reader.close()
    return [commit for commit in found if commit.offset >= 0]


def commit(config: KafkaConfig, position: TopicPartition) -> None:
    """Commit in the name of the group, as an administrator would."""
    writer = Consumer({"bootstrap.servers": config.bootstrap_servers, "group.id": config.group_id})
    writer.commit(offsets=[position], asynchronous=False)
    writer.close()
