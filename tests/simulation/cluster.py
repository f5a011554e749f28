"""Kafka's brokers: the logs, the commits with their metadata, and transactions, as a committed reader sees them."""

import pickle
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from consumer.core.model import Coordinates
from consumer.core.outcome import RevokeOutcome
from consumer.ports import Partition
from tests.flow.fakes import RETURNS
from tests.simulation.broker import Sent
from tests.simulation.tale import Tale

RESULTS = "results"
DEAD_LETTERS = "dead-letters"
TRANSACTION_TIMEOUT = 10.0
_PREFIX = len("rcmap1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A dead letter, by what it says of its record."""

    source: Coordinates
    reason: str


@dataclass(slots=True, eq=False)
class Transaction:
    """What one producer wrote and did not yet commit."""

    outcomes: list[RevokeOutcome] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    offsets: dict[Partition, tuple[int, str]] = field(default_factory=dict)
    committed: bool = False


class Cluster:
    """What outlives every process."""

    def __init__(self, tale: Tale, partitions: Iterable[Partition]) -> None:
        self.tale = tale
        self.logs: dict[Partition, list[Sent]] = {each: [] for each in partitions}
        self.commits: dict[Partition, tuple[int, str]] = {}
        self.published: dict[Partition, frozenset[int]] = {each: frozenset() for each in self.logs}
        self.published_at: dict[Coordinates, float] = {}
        self.outcomes: list[RevokeOutcome] = []
        """Those in committed transactions, in the order of their topic."""
        self.letters: list[Letter] = []
        self.still_to_come = 0
        self.on_change: Callable[[], None] = lambda: None
        self._open: list[Transaction] = []

    def begin(self) -> Transaction:
        """A transaction, which ends by itself after its timeout."""
        self._open.append(begun := Transaction())
        self.tale.loop.call_later(TRANSACTION_TIMEOUT, self.abort, begun)
        return begun

    def abort(self, transaction: Transaction) -> None:
        """Forget what is in it."""
        if transaction in self._open:
            self._open.remove(transaction)

    def is_open(self, transaction: Transaction) -> bool:
        return transaction in self._open

    def is_unstable(self, partition: Partition) -> bool:
        """Whether an open transaction may yet move the partition's commit."""
        return any(partition in each.offsets for each in self._open)

    def commit(self, transaction: Transaction) -> None:
        """Let readers of committed records see it."""
        self._open.remove(transaction)
        transaction.committed = True
        for what in self._broken_by(transaction):
            self.tale.finds(what)
        for partition, (offset, metadata) in transaction.offsets.items():
            self.commits[partition] = (offset, metadata)
            newly = frozenset(self._published(partition, offset, metadata)) - self.published[partition]
            self.published[partition] |= newly
            places = (Coordinates(partition.topic, partition.partition, each) for each in newly)
            self.published_at |= dict.fromkeys(places, self.tale.loop.time())
        self.outcomes += transaction.outcomes
        self.letters += transaction.letters
        self.tale.changed()
        self.on_change()

    def send(self, sent: Sent) -> None:
        """Bring a record to its log when its time comes."""
        self.still_to_come += 1
        self.tale.loop.call_at(sent.at, self._arrive, sent)

    def echo(self, partition: Partition, fields: Mapping[str, object], at: float) -> None:
        """A record that the day did not know of comes to the end of a log of its own kind."""
        self.still_to_come += 1
        self.tale.loop.call_at(at, self._append, partition, pickle.dumps(dict(fields)))

    def _append(self, partition: Partition, value: bytes) -> None:
        source = Coordinates(partition.topic, partition.partition, self.end(partition))
        self._arrive(Sent(source=source, value=value, at=self.tale.loop.time()))

    def end(self, partition: Partition) -> int:
        """The offset after the last record."""
        log = self.logs[partition]
        return log[-1].source.offset + 1 if log else 0

    def open(self) -> list[Coordinates]:
        """The records that are in the logs and not published."""
        return [
            each.source
            for partition, log in self.logs.items()
            for each in log
            if each.source.offset not in self.published[partition]
        ]

    def is_settled(self) -> bool:
        """Whether every record there will be is published."""
        return not self.still_to_come and all(
            len(log) == len(self.published[partition]) for partition, log in self.logs.items()
        )

    def _arrive(self, sent: Sent) -> None:
        self.still_to_come -= 1
        self.logs[Partition(sent.source.topic, sent.source.partition)].append(sent)
        self.on_change()

    def _published(self, partition: Partition, offset: int, metadata: str) -> Iterator[int]:
        above = _ranges(metadata)
        for each in self.logs[partition]:
            at = each.source.offset
            if at < offset or any(start <= at < stop for start, stop in above):
                yield at

    def _broken_by(self, transaction: Transaction) -> Iterator[str]:
        """Each record's outcome must be in the transaction that moves its offset, and nothing may move back."""
        newly: set[Coordinates] = set()
        for partition, (offset, metadata) in transaction.offsets.items():
            after = frozenset(self._published(partition, offset, metadata))
            before = self.published[partition]
            if not before <= after:
                yield f"{partition}: the commit forgets that {sorted(before - after)} are published"
            newly |= {Coordinates(partition.topic, partition.partition, each) for each in after - before}
        told = Counter(outcome.source for outcome in transaction.outcomes)
        yield from (f"{count} outcomes of {source} in one transaction" for source, count in told.items() if count > 1)
        yield from (f"an outcome of {source} without its offset" for source in told if source not in newly)
        yield from (f"{source} moved without an outcome" for source in sorted(newly) if _lacks_one(source, told))
        dead = Counter(letter.source for letter in transaction.letters)
        yield from (f"a dead letter of {source} without its offset" for source in dead if source not in newly)


def _lacks_one(source: Coordinates, told: Counter[Coordinates]) -> bool:
    return source.topic == RETURNS and source not in told


def _ranges(metadata: str) -> Sequence[tuple[int, int]]:
    """The ranges of a map, read without the product's own reading."""
    if not metadata:
        return ()
    body = b64decode(metadata[_PREFIX:])[:-4]
    at, shift, number, ranges = int.from_bytes(body[:8]), 0, 0, list[int]()
    for part in body[8:]:
        number |= (part & 0x7F) << shift
        shift += 7
        if not part & 0x80:
            at += number
            ranges.append(at)
            shift = number = 0
    return list(zip(ranges[::2], ranges[1::2], strict=True))


def outcome_in(value: bytes | None) -> RevokeOutcome:
    """An outcome as the tests' encoder writes it."""
    outcome = pickle.loads(value or b"")  # noqa: S301 - our own
    assert isinstance(outcome, RevokeOutcome)
    return outcome


def letter_in(headers: Iterable[tuple[str, bytes | None]]) -> Letter:
    """What a dead letter says of its record."""
    told = {name: (value or b"").decode() for name, value in headers}
    source = Coordinates(told["dlt-topic"], int(told["dlt-partition"]), int(told["dlt-offset"]))
    return Letter(source=source, reason=told["dlt-reason"])
