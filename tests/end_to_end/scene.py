"""One proof's scene: topics of its own, the vendor, instances of the service, and the evidence they leave."""

import itertools
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from confluent_kafka import Consumer, TopicPartition

from tests.end_to_end import encodings
from tests.end_to_end.instance import Instance, run_verb
from tests.end_to_end.truth import Evidence, Given, Letter, PolicyTruth, Produced, Seen
from tests.end_to_end.vendor import PASSWORD, USER, Vendor
from tests.end_to_end.world import World
from tests.testbed.parts import Broker
from tests.testbed.reader import ReadCommitted, Stored
from tests.testbed.topics import Topics, ToProduce, produce
from tests.testbed.waiting import wait_until

RETURNS, EARNS, RESULTS, DEAD_LETTERS = "returns", "earns", "results", "dead-letters"
RESULT_PARTITIONS = 4
SECONDS = 90


class Scene:
    """Everything of one run; leaving it kills what still runs."""

    def __init__(self, kafka: Broker, folder: Path, vendor: Vendor, *, partitions: int = 8) -> None:
        self.vendor = vendor
        self.bootstrap = kafka.bootstrap
        self.folder = folder
        self._prefix = uuid4().hex[:8]
        self.partitions = partitions
        self._partitions = {RETURNS: partitions, EARNS: 4, RESULTS: RESULT_PARTITIONS, DEAD_LETTERS: 2}
        self._numbers = itertools.count(1)
        self._given: dict[tuple[str, int], list[Given]] = {}
        self.instances: list[Instance] = []
        self.kills: list[float] = []
        self._side_by_side = False
        self.wall = time.time() - time.monotonic()
        self.settings = self._settings()

    def topic(self, name: str) -> str:
        return f"{self._prefix}-{name}"

    def create_topics(self, *names: str) -> Self:
        """All four, or those named."""
        for name in names or self._partitions:
            Topics(self.bootstrap).create(self.topic(name), self._partitions[name])
        return self

    def _settings(self) -> dict[str, str]:
        return {
            "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": self.bootstrap,
            "CONSUMER_KAFKA__GROUP_ID": f"{self._prefix}-group",
            "CONSUMER_TOPICS__RETURNS": self.topic(RETURNS),
            "CONSUMER_TOPICS__EARNS": self.topic(EARNS),
            "CONSUMER_TOPICS__RESULTS": self.topic(RESULTS),
            "CONSUMER_TOPICS__DEAD_LETTERS": self.topic(DEAD_LETTERS),
            "CONSUMER_LEDGER__URL": f"sqlite:///{self.folder}/ledger.db",
            "CONSUMER_API__BASE_URL": self.vendor.url,
            "CONSUMER_API__USERNAME": USER,
            "CONSUMER_API__PASSWORD": PASSWORD,
            "CONSUMER_API__QUOTA_PER_MINUTE": "0",
            "CONSUMER_API__CONCURRENCY": "64",
            "CONSUMER_LOG__FORMAT": "json",
            "PROMETHEUS_DISABLE_CREATED_SERIES": "true",
        }

    def use_postgres(self, url: str) -> Self:
        """Keep the ledger in this database, which gets its tables here."""
        self.settings["CONSUMER_LEDGER__URL"] = url.replace("postgresql+psycopg://", "postgresql://")
        run_verb("migrate", self.settings, self.folder)
        return self

    def start(
        self, *, program: Sequence[str] = ("-m", "consumer"), options: Sequence[str] = (), **more: str
    ) -> Instance:
        """One more instance, not waited for."""
        self._side_by_side |= any(other.process.exit_code is None for other in self.instances)
        name = f"instance-{next(self._numbers)}"
        own = {**self.settings, **self.own_settings(name), **more}
        instance = Instance(self.folder, name, own, program=program, options=options)
        self.instances.append(instance)
        return instance

    def own_settings(self, name: str) -> Mapping[str, str]:
        """What only the instance of this name is told."""
        del name
        return {}

    def ready(self, **more: str) -> Instance:
        """One more instance that has its partitions."""
        instance = self.start(**more)
        instance.until_ready()
        return instance

    def kill(self, instance: Instance) -> None:
        """kill -9, kept for the oracle."""
        instance.kill()
        self.kills.append(time.monotonic())

    def stop_all(self) -> None:
        """SIGTERM for all that run; each must end well."""
        for instance in self.instances:
            if instance.process.exit_code is None and instance.stop() != 0:
                raise RuntimeError(f"an instance did not stop well\n{instance.process.log_tail()}")

    def produce(self, given: Iterable[Given]) -> None:
        """Write the records in their order."""
        by_topic: dict[str, list[Given]] = {RETURNS: [], EARNS: []}
        for each in given:
            by_topic[each.topic].append(each)
            self._given.setdefault((each.topic, each.partition), []).append(each)
        for name, records in by_topic.items():
            produce(self.bootstrap, self.topic(name), [_to_produce(each) for each in records])

    def play(self, world: World, *, within: float = SECONDS) -> None:
        """Produce wave after wave, each settled before the next."""
        for wave in sorted({given.wave for given in world.given}):
            self.produce(world.wave(wave))
            self.until_at_rest(within=within)

    def until_at_rest(self, *, within: float = SECONDS) -> None:
        """Return once the group has committed all that was produced; a process that died is told."""

        def at_rest() -> bool:
            self.look_after()
            return not any(self.lag().values())

        try:
            wait_until(at_rest, within=within, what="all that was produced is committed")
        except TimeoutError as error:
            left = {where: lag for where, lag in self.lag().items() if lag}
            raise TimeoutError(f"{error}; left: {left}\n{self.how_it_is()}") from None

    def how_it_is(self) -> str:
        """What a failure's message tells: each instance's own view, and the end of the last one's log."""
        pages = [instance.page("status") for instance in self.instances]
        told = "\n".join(page.text for page in pages if page)
        return f"{told}\n{self.instances[-1].process.log_tail()}"

    def look_after(self) -> None:
        """Tell of a process that died."""
        for instance in self.instances:
            code = instance.process.exit_code
            if code not in {None, 0, -9}:
                raise RuntimeError(f"an instance ended with {code}\n{instance.process.log_tail()}")

    def lag(self) -> Mapping[tuple[str, int], int]:
        """How far the group's commits are behind what was produced."""
        ends = {(self.topic(name), partition): len(given) for (name, partition), given in self._given.items()}
        reader = Consumer({"bootstrap.servers": self.bootstrap, "group.id": f"{self._prefix}-group", "log_level": 0})
        with closing(reader):
            commits = reader.committed([TopicPartition(*where) for where in ends], timeout=30)
        return {
            (each.topic, each.partition): ends[each.topic, each.partition] - max(each.offset, 0) for each in commits
        }

    def results(self) -> tuple[Seen, ...]:
        """The committed outcomes."""
        with ReadCommitted(self.bootstrap, self.topic(RESULTS)) as reader:
            return tuple(as_seen(stored) for stored in reader.to_the_end())

    def evidence(self, policy: PolicyTruth | None = None) -> Evidence:
        """What the oracle judges."""
        letters = map(as_letter, self.read(DEAD_LETTERS))
        return self.evidence_of(list(self._produced()), self.results(), list(letters), policy)

    def evidence_of(
        self,
        produced: Sequence[Produced],
        outcomes: Sequence[Seen],
        letters: Sequence[Letter],
        policy: PolicyTruth | None = None,
    ) -> Evidence:
        """These records, with all that the vendor and we ourselves know."""
        return Evidence(
            produced=tuple(produced),
            outcomes=tuple(outcomes),
            letters=tuple(letters),
            vendor=self.vendor.evidence(),
            concurrency=int(self.settings["CONSUMER_API__CONCURRENCY"]),
            policy=policy or PolicyTruth(),
            kills=tuple(self.kills),
            side_by_side=self._side_by_side,
            wall=self.wall,
        )

    def read(self, name: str) -> list[Stored]:
        with ReadCommitted(self.bootstrap, self.topic(name)) as reader:
            return reader.to_the_end()

    def _produced(self) -> Iterable[Produced]:
        for name in (RETURNS, EARNS):
            for stored in self.read(name):
                given = self._given[name, stored.partition][stored.offset]
                if (stored.key, stored.value) != (given.key, given.value):
                    raise RuntimeError(f"{name}/{stored.partition}@{stored.offset} is not what was written there")
                yield Produced(given=given, topic=self.topic(name), offset=stored.offset, timestamp=stored.timestamp)

    def __enter__(self) -> Self:
        self.vendor.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for instance in self.instances:
            instance.kill()
        self.vendor.__exit__(kind, error, at)


def _to_produce(given: Given) -> ToProduce:
    return ToProduce(value=given.value, key=given.key, headers=given.headers, partition=given.partition)


def as_letter(stored: Stored) -> Letter:
    return Letter(key=stored.key, value=stored.value, headers=stored.headers)


def as_seen(stored: Stored) -> Seen:
    return Seen(
        partition=stored.partition,
        offset=stored.offset,
        timestamp=stored.timestamp,
        key=stored.key,
        headers=stored.headers,
        outcome=encodings.outcome(stored.value),
    )
