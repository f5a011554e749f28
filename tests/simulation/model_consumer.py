"""The consumer of one process, as the adapter knows it from confluent-kafka."""

from collections.abc import Callable, Sequence

from confluent_kafka import KafkaError, TopicPartition

from consumer.ports import Partition
from tests.simulation.broker import Sent
from tests.simulation.membership import Member
from tests.simulation.site import Membership, Site, name_of, named, refuse

LONGEST_WAIT = 10.0
AFTER_AN_ABORT = 0.05
NOTHING_COMMITTED = -1001

Callback = Callable[["Consumer", list[TopicPartition]], None]


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
        self._paused |= set(named(partitions))

    def resume(self, partitions: Sequence[TopicPartition]) -> None:
        self._paused -= set(named(partitions))

    def incremental_assign(self, partitions: Sequence[TopicPartition]) -> None:
        self._next |= {name_of(each): max(0, each.offset) for each in partitions}

    def incremental_unassign(self, partitions: Sequence[TopicPartition]) -> None:
        for each in named(partitions):
            self._next.pop(each, None)

    def committed(self, partitions: Sequence[TopicPartition], timeout: float) -> list[TopicPartition]:
        """As read with `require_stable`: an open transaction is waited for."""
        del timeout
        site = self._site
        site.fibre.sleep(site.tale.delay())
        asked = named(partitions)
        if any(site.cluster.is_unstable(each) for each in asked):
            refuse(KafkaError.UNSTABLE_OFFSET_COMMIT, retriable=True)
        commits = [(each, *site.cluster.commits.get(each, (NOTHING_COMMITTED, ""))) for each in asked]
        site.tale.step(site.name, f"begins {' '.join(f'{p.topic}/{p.partition}@{at}' for p, at, _ in commits)}")
        return [TopicPartition(each.topic, each.partition, at, metadata) for each, at, metadata in commits]

    def get_watermark_offsets(self, partition: TopicPartition, timeout: float) -> tuple[int, int]:
        del timeout
        return 0, self._site.cluster.end(name_of(partition))

    def consumer_group_metadata(self) -> Membership:
        return Membership(self._member)

    def close(self) -> None:
        """Hear what the group has to say, and leave it."""
        self._site.fibre.check()
        if self._member in self._site.group.members:
            self._turn()
        if self._next:
            self._callbacks["revoke"](self, [TopicPartition(each.topic, each.partition) for each in self._next])
        self._site.group.leave(self._member)

    def _turn(self) -> None:
        """One poll's service to the group."""
        self._site.fibre.check()
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
        if change.fresh is not None:
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


def _positions(partitions: Sequence[Partition]) -> list[TopicPartition]:
    return [TopicPartition(each.topic, each.partition) for each in partitions]


def _words(partitions: Sequence[Partition]) -> str:
    return " ".join(f"{each.topic}/{each.partition}" for each in partitions)
