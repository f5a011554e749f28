"""The Kafka client of one process, as the adapter knows it from confluent-kafka: a consumer and a producer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import NoReturn

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from consumer.ports import Partition
from tests.flow.fakes import EARNS, RETURNS
from tests.simulation.broker import Sent
from tests.simulation.cluster import DEAD_LETTERS, RESULTS, Cluster, Transaction, letter_in, outcome_in
from tests.simulation.fibre import Fibre
from tests.simulation.group import Group, Member
from tests.simulation.tale import Tale

LONGEST_WAIT = 1.0
AFTER_AN_ABORT = 0.05
NOTHING_COMMITTED = -1001

Callback = Callable[["Consumer", list[TopicPartition]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moods:
    """How often, of all calls of its kind, each thing goes wrong between a process and the brokers."""

    offsets_refused: float
    commit_unheard: float
    """The commit is there, or is not; the answer never comes. Asked again, the broker tells."""
    commit_refused: float
    fenced: float
    """Before the commit, or after it: the process cannot know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a client is: its process, and what it reaches."""

    name: str
    tale: Tale
    cluster: Cluster
    group: Group
    fibre: Fibre
    moods: Moods
    on_turn: Callable[[], None]


class Delivered:
    """A record as the client delivers it."""

    def __init__(self, sent: Sent) -> None:
        self._sent = sent

    def topic(self) -> str:
        return self._sent.source.topic

    def partition(self) -> int:
        return self._sent.source.partition

    def offset(self) -> int:
        return self._sent.source.offset

    def key(self) -> bytes:
        return b"key"

    def value(self) -> bytes | None:
        return self._sent.value

    def headers(self) -> list[tuple[str, bytes | None]]:
        return list(self._sent.headers)

    def timestamp(self) -> tuple[int, int]:
        return 1, 1_700_000_000_000

    def error(self) -> None:
        return None


class Membership:
    """A consumer's group metadata, as it was when it was read."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.generation = member.generation

    def __bytes__(self) -> bytes:
        return b""


class Consumer:
    """Stands in for `confluent_kafka.Consumer`."""

    def __init__(self, properties: object) -> None:
        del properties
        self._callbacks: dict[str, Callback] = {}
        self._next: dict[Partition, int] = {}
        self._paused: set[Partition] = set()
        self.is_nervous = False
        """Whether something waits that no event will tell of."""

    def connect(self, site: Site) -> None:
        """Be the client of this process."""
        self._site = site
        self._member = Member(name=site.name, wake=self.wake)

    @property
    def member(self) -> Member:
        """As the group knows it."""
        return self._member

    def subscribe(self, topics: list[str], *, on_assign: Callback, on_revoke: Callback, on_lost: Callback) -> None:
        del topics
        self._callbacks = {"assign": on_assign, "revoke": on_revoke, "lost": on_lost}
        self._site.group.enter(self._member)

    def wake(self) -> None:
        """There is something to do."""
        self._site.fibre.poke(self._site.tale.delay())

    def consume(self, most: int = 1, timeout: float = LONGEST_WAIT) -> list[Delivered]:
        """What is there; where nothing is, what comes before the consumer is woken."""
        self._turn()
        if timeout == 0:
            self._site.fibre.sleep(self._site.tale.delay(0.001))
        elif not (found := self._fetch(most)):
            self._site.fibre.wait(AFTER_AN_ABORT if self.is_nervous else LONGEST_WAIT)
            self._turn()
        else:
            return found
        return self._fetch(most)

    def poll(self, timeout: float) -> Delivered | None:
        found = self.consume(1, timeout)
        return found[0] if found else None

    def pause(self, partitions: Sequence[TopicPartition]) -> None:
        self._paused |= set(_named(partitions))

    def resume(self, partitions: Sequence[TopicPartition]) -> None:
        self._paused -= set(_named(partitions))

    def incremental_assign(self, partitions: Sequence[TopicPartition]) -> None:
        self._next |= {_name(each): max(0, each.offset) for each in partitions}

    def incremental_unassign(self, partitions: Sequence[TopicPartition]) -> None:
        for each in _named(partitions):
            self._next.pop(each, None)

    def committed(self, partitions: Sequence[TopicPartition], timeout: float) -> list[TopicPartition]:
        """As read with `require_stable`: an open transaction is waited for."""
        del timeout
        site = self._site
        site.fibre.sleep(site.tale.delay())
        named = _named(partitions)
        if any(site.cluster.is_unstable(each) for each in named):
            _refuse(KafkaError.UNSTABLE_OFFSET_COMMIT, retriable=True)
        commits = [(each, *site.cluster.commits.get(each, (NOTHING_COMMITTED, ""))) for each in named]
        site.tale.step(site.name, f"begins {' '.join(f'{p.topic}/{p.partition}@{at}' for p, at, _ in commits)}")
        return [TopicPartition(each.topic, each.partition, at, metadata) for each, at, metadata in commits]

    def get_watermark_offsets(self, partition: TopicPartition, timeout: float) -> tuple[int, int]:
        del timeout
        return 0, self._site.cluster.end(_name(partition))

    def consumer_group_metadata(self) -> Membership:
        return Membership(self._member)

    def close(self) -> None:
        """Leave the group."""
        self._site.fibre.check()
        if self._next:
            self._callbacks["revoke"](self, [TopicPartition(each.topic, each.partition) for each in self._next])
        self._site.group.leave(self._member)

    def _turn(self) -> None:
        """One poll's service to the group."""
        self._site.fibre.check()
        self._site.on_turn()
        change = self._site.group.poll(self._member) if self._callbacks else None
        if change is None:
            return
        if change.lost:
            self._site.tale.step(self._site.name, f"lost {_words(change.lost)}")
            self._callbacks["lost"](self, _positions(change.lost))
        if change.gone:
            self._site.tale.step(self._site.name, f"gives up {_words(change.gone)}")
            self._callbacks["revoke"](self, _positions(change.gone))
            self._site.group.released(self._member, change.gone)
        if change.fresh or not change.gone:
            self._callbacks["assign"](self, _positions(change.fresh))

    def _fetch(self, most: int) -> list[Delivered]:
        """Records of all partitions that are not paused, a run of each, the partitions in any order."""
        site = self._site
        sources = [each for each in self._next if each not in self._paused]
        site.tale.chance.shuffle(sources)
        found: list[Sent] = []
        for partition in sources:
            ready = [each for each in site.cluster.logs[partition] if each.source.offset >= self._next[partition]]
            taken = ready[: min(len(ready), most - len(found), site.tale.chance.randint(1, 5))]
            if taken:
                self._next[partition] = taken[-1].source.offset + 1
                found += taken
        if found:
            site.tale.step(site.name, f"takes {' '.join(f'{it.source}' for it in found)}")
        return [Delivered(each) for each in found]


class Producer:
    """Stands in for `confluent_kafka.Producer`."""

    def __init__(self, properties: object) -> None:
        del properties
        self._transaction: Transaction | None = None
        self._is_fenced = False

    def connect(self, site: Site, consumer: Consumer) -> None:
        """Be the client of this process."""
        self._site = site
        self._consumer = consumer

    def list_topics(self, timeout: float) -> SimpleNamespace:
        del timeout
        one = SimpleNamespace(partitions={0: None})
        return SimpleNamespace(topics=dict.fromkeys((RETURNS, EARNS, RESULTS, DEAD_LETTERS), one))

    def init_transactions(self, timeout: float) -> None:
        del timeout
        self._site.fibre.sleep(self._site.tale.delay())

    def begin_transaction(self) -> None:
        self._go_on()
        self._transaction = self._site.cluster.begin()

    def produce(
        self, topic: str, value: bytes | None, key: bytes | None, partition: int, *, headers: list[tuple[str, bytes | None]]
    ) -> None:
        del key, partition
        if topic == RESULTS:
            self._begun.outcomes.append(outcome_in(value))
        else:
            self._begun.letters.append(letter_in(headers))

    def send_offsets_to_transaction(
        self, positions: Sequence[TopicPartition], group: Membership, timeout: float
    ) -> None:
        del timeout
        site = self._site
        self._reach("sends offsets")
        if not site.cluster.is_open(self._begun):
            self._end_for_good("is fenced: its transaction took too long")
        if site.tale.odds(site.moods.offsets_refused):
            _refuse(KafkaError.NOT_COORDINATOR, retriable=True)
        if not site.group.is_current(group.member, group.generation):
            site.tale.step(site.name, f"is refused: generation {group.generation} is over")
            _refuse(KafkaError.ILLEGAL_GENERATION, requires_abort=True)
        self._begun.offsets |= {_name(each): (each.offset, each.metadata) for each in positions}

    def commit_transaction(self, timeout: float) -> None:
        del timeout
        site, begun = self._site, self._begun
        if begun.committed:
            return
        self._reach("commits")
        if not site.cluster.is_open(begun) or site.tale.odds(site.moods.fenced / 2):
            site.cluster.abort(begun)
            self._end_for_good("is fenced, its transaction aborted")
        if site.tale.odds(site.moods.commit_refused):
            site.tale.step(site.name, "cannot commit")
            _refuse(KafkaError.COORDINATOR_NOT_AVAILABLE, requires_abort=True)
        if site.tale.odds(site.moods.commit_unheard / 2):
            site.tale.step(site.name, "is not heard")
            _refuse(KafkaError._TIMED_OUT, retriable=True)
        site.cluster.commit(begun)
        site.tale.step(site.name, f"committed {_told(begun)}")
        site.fibre.check()
        if site.tale.odds(site.moods.fenced / 2):
            self._end_for_good("is fenced after its commit")
        if site.tale.odds(site.moods.commit_unheard / 2):
            site.tale.step(site.name, "hears no answer")
            _refuse(KafkaError._TIMED_OUT, retriable=True)
        self._reach("knows of it")
        self._consumer.is_nervous = False

    def abort_transaction(self, timeout: float) -> None:
        del timeout
        self._reach("aborts")
        self._site.cluster.abort(self._begun)
        self._consumer.is_nervous = True

    def poll(self, timeout: float) -> None:
        del timeout

    def purge(self) -> None: ...

    def flush(self, timeout: float) -> None:
        del timeout

    @property
    def _begun(self) -> Transaction:
        assert self._transaction is not None
        return self._transaction

    def _end_for_good(self, what: str) -> NoReturn:
        self._is_fenced = True
        self._site.tale.step(self._site.name, what)
        _refuse(KafkaError._FENCED, fatal=True)

    def _go_on(self) -> None:
        if self._is_fenced:
            _refuse(KafkaError._FENCED, fatal=True)

    def _reach(self, what: str) -> None:
        """A request is on its way."""
        self._go_on()
        self._site.fibre.sleep(self._site.tale.delay())
        self._site.tale.step(self._site.name, what)
        self._site.fibre.check()


def _refuse(code: int, *, retriable: bool = False, requires_abort: bool = False, fatal: bool = False) -> NoReturn:
    raise KafkaException(KafkaError(code, "simulated", fatal, retriable, requires_abort))


def _name(partition: TopicPartition) -> Partition:
    return Partition(partition.topic, partition.partition)


def _named(partitions: Sequence[TopicPartition]) -> list[Partition]:
    return [_name(each) for each in partitions]


def _positions(partitions: Sequence[Partition]) -> list[TopicPartition]:
    return [TopicPartition(each.topic, each.partition) for each in partitions]


def _words(partitions: Sequence[Partition]) -> str:
    return " ".join(f"{each.topic}/{each.partition}" for each in partitions)


def _told(transaction: Transaction) -> str:
    outcomes = " ".join(f"{each.source}={each.status}" for each in transaction.outcomes)
    offsets = " ".join(f"{p.topic}/{p.partition}@{at}{'+' if above else ''}" for p, (at, above) in transaction.offsets.items())
    return f"{outcomes} | {offsets}"
