"""The transactional producer of one process, as the adapter knows it from confluent-kafka."""

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import NoReturn, cast
from weakref import WeakValueDictionary

from confluent_kafka import KafkaError, TopicPartition

from tests.flow.fakes import EARNS, RETURNS
from tests.simulation.cluster import DEAD_LETTERS, RESULTS, Transaction, letter_in, outcome_in
from tests.simulation.model_consumer import Consumer
from tests.simulation.site import Membership, Site, name_of, named, refuse

OnDelivery = Callable[[KafkaError, None], None]
CLIENTS: "WeakValueDictionary[str, Producer]" = WeakValueDictionary()
"""By its transactional id, each process's client: one that comes after it is of the same process."""


class Producer:
    """Stands in for `confluent_kafka.Producer`."""

    def __init__(self, properties: Mapping[str, object]) -> None:
        self._tell = cast("OnDelivery", properties["on_delivery"])
        self._transaction: Transaction | None = None
        self._is_fenced = False
        self._taken_for_copies = 0
        """Of the messages that come, so many are taken for those that the broker has from an aborted transaction."""
        self.is_doomed = False
        """Whether its process has to end: fenced by the seed, or kept by it from ending its transaction in time."""
        name = str(properties["transactional.id"])
        before = CLIENTS.get(name)
        if before is not None:
            self.connect(before._site, before._consumer)
        CLIENTS[name] = self

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
        self._reach("takes its name")

    def begin_transaction(self) -> None:
        self._go_on()
        self._transaction = self._site.cluster.begin()

    def produce(
        self,
        topic: str,
        value: bytes | None,
        key: bytes | None,
        partition: int,
        *,
        headers: list[tuple[str, bytes | None]],
    ) -> None:
        del key, partition
        if self._taken_for_copies:
            self._taken_for_copies -= 1
        elif topic == RESULTS:
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
            self._end_for_good("is fenced: its transaction took too long", by_the_seed=site.fibre.was_stalled)
        if site.tale.odds(site.moods.offsets_refused):
            refuse(KafkaError.NOT_COORDINATOR, retriable=True)
        refusal = site.group.refusal(group.member, group.generation, named(positions))
        if refusal is not None:
            site.tale.step(site.name, f"is refused with {KafkaError(refusal).name()}: {group.generation} is over")
            refuse(refusal, requires_abort=True)
        self._begun.offsets |= {name_of(each): (each.offset, each.metadata or "") for each in positions}

    def commit_transaction(self, timeout: float) -> None:
        del timeout
        site, begun = self._site, self._begun
        if begun.committed:
            return
        self._reach("commits")
        is_over = not site.cluster.is_open(begun)
        if is_over or site.tale.odds(site.moods.fenced / 2):
            site.cluster.abort(begun)
            by_the_seed = not is_over or site.fibre.was_stalled
            self._end_for_good("is fenced, its transaction aborted", by_the_seed=by_the_seed)
        if site.tale.odds(site.moods.commit_refused):
            site.tale.step(site.name, "cannot commit")
            refuse(KafkaError.COORDINATOR_NOT_AVAILABLE, requires_abort=True)
        if site.tale.odds(site.moods.commit_unheard / 2):
            site.tale.step(site.name, "is not heard")
            refuse(KafkaError._TIMED_OUT, retriable=True)
        site.cluster.commit(begun)
        site.tale.step(site.name, f"committed {_told(begun)}")
        site.fibre.check()
        if site.tale.odds(site.moods.fenced / 2):
            self._end_for_good("is fenced after its commit", by_the_seed=True)
        if site.tale.odds(site.moods.commit_unheard / 2):
            site.tale.step(site.name, "hears no answer")
            refuse(KafkaError._TIMED_OUT, retriable=True)
        self._reach("knows of it")
        self._consumer.is_nervous = False

    def abort_transaction(self, timeout: float) -> None:
        del timeout
        self._reach("aborts")
        self._site.cluster.abort(self._begun)
        self._consumer.is_nervous = True
        messages = len(self._begun.outcomes) + len(self._begun.letters)
        if messages and self._site.tale.odds(self._site.moods.thrown_away):
            self._site.tale.step(self._site.name, f"throws away {messages} messages that the broker has")
            self._taken_for_copies = messages
            self._tell(KafkaError(KafkaError._PURGE_QUEUE), None)

    def poll(self, timeout: float) -> None:
        del timeout

    def purge(self) -> None: ...

    def flush(self, timeout: float) -> None:
        del timeout

    @property
    def _begun(self) -> Transaction:
        assert self._transaction is not None
        return self._transaction

    def _end_for_good(self, what: str, *, by_the_seed: bool) -> NoReturn:
        self._is_fenced = True
        self.is_doomed = by_the_seed
        self._site.tale.step(self._site.name, what)
        refuse(KafkaError._FENCED, fatal=True)

    def _go_on(self) -> None:
        if self._is_fenced:
            refuse(KafkaError._FENCED, fatal=True)

    def _reach(self, what: str) -> None:
        """A request is on its way."""
        self._go_on()
        self._site.fibre.sleep(self._site.tale.delay())
        self._site.tale.step(self._site.name, what)
        self._site.fibre.check()


def _told(transaction: Transaction) -> str:
    outcomes = " ".join(f"{each.source}={each.status}" for each in transaction.outcomes)
    offsets = " ".join(
        f"{p.topic}/{p.partition}@{at}{'+' if above else ''}" for p, (at, above) in transaction.offsets.items()
    )
    return f"{outcomes} | {offsets}"
