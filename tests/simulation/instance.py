"""One process of the service: the real flow and the real Kafka worker, on the simulated world."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from consumer.adapters.kafka import KafkaConfig, KafkaWorker, Stage, Topics
from consumer.adapters.kafka.silence import Silence
from consumer.adapters.memory import MemoryLedger
from consumer.core.model import Record
from consumer.ports import Completion, Drain, Partition
from tests.flow.fakes import EARNS, RETURNS, PickleEncoder
from tests.flow.parts import Codec, Options, Parts, Ports, parts
from tests.simulation.cluster import DEAD_LETTERS, RESULTS, Cluster
from tests.simulation.fibre import Baton, Fibre
from tests.simulation.membership import Coordinator
from tests.simulation.model_consumer import Consumer
from tests.simulation.model_producer import Producer
from tests.simulation.moody_vendor import MoodyConnection, MoodyVendor
from tests.simulation.shaky_registry import RegistryMoods, ShakyRegistry
from tests.simulation.shaky_store import ShakyStore, StoreMoods
from tests.simulation.site import Moods, Site
from tests.simulation.tale import Tale

Protocol = Literal["classic", "consumer"]
BUSY = 0.005
DRAIN = 20.0
A_LOOK = 0.1
"""Seconds between two looks at a drain: what is handed in ends the wait, so that few are in vain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """All that outlives a process, and what the operator and the weather chose."""

    tale: Tale
    baton: Baton
    cluster: Cluster
    group: Coordinator
    protocol: Protocol
    vendor: MoodyVendor
    ledger: MemoryLedger
    options: Options
    window: int
    client_moods: Moods
    store_moods: StoreMoods
    registry_moods: RegistryMoods


class Counts(Silence):
    """Telemetry of the Kafka thread: what was consumed is published, released or still open."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self.drops = 0

    def consumed(self, topic: str, count: int) -> None:
        self.open[topic] += count

    def released(self, topic: str, count: int) -> None:
        self.open[topic] -= count

    def transaction(self, completions: Sequence[Completion], seconds: float, *, committed: bool) -> None:
        del seconds
        if committed:
            self.open.subtract(each.record.source.topic for each in completions)


class _Drain:
    """A drain that a fibre waits for."""

    def __init__(self, drain: Drain, fibre: Fibre) -> None:
        self._drain = drain
        self._fibre = fibre

    def done(self) -> bool:
        return self._drain.done()

    def wait(self, seconds: float) -> bool:
        self._fibre.wait(max(seconds, A_LOOK))
        return self.done()


class Instance:
    """Runs until it is stopped, killed, or ends by itself; `on_end` is told when it is over."""

    def __init__(self, name: str, around: Surroundings, on_end: Callable[["Instance"], None]) -> None:
        self.name = name
        self.is_dead = False
        self.is_stopping = False
        self.counts = Counts()
        self.window = around.window
        self._around = around
        self._on_end = on_end
        self._posted = 0.0
        store = ShakyStore(name, around.ledger, around.vendor.history, around.tale, around.store_moods)
        store.is_dead = lambda: self.is_dead
        ports = Ports(api=MoodyConnection(name, around.vendor), ledger=store, publisher=self)
        self.made: Parts = parts(ports, replace(around.options, codec=self._codec()))
        self.worker = KafkaWorker(_config(around), self, self._post, self.counts, store)
        self.fibre = around.baton.made[-1]
        self.fibre.on_end = self._ended
        self.consumer = cast("Consumer", self.worker._consumer)
        site = self._site()
        self.consumer.connect(site)
        self._producer.connect(site, self.consumer)

    @property
    def _producer(self) -> Producer:
        """As it is now."""
        return cast("Producer", self.worker._transactions.client)

    # ---- a process's life

    def start(self) -> None:
        self._around.tale.step(self.name, "starts")
        self.worker.start()

    def stop(self) -> None:
        """As SIGTERM does."""
        if not self.is_dead and not self.is_stopping:
            self._around.tale.step(self.name, "is to stop")
            self.is_stopping = True
            self.worker.stop()
            self.fibre.poke()

    def kill(self) -> None:
        """As kill -9 does."""
        if self.is_dead:
            return
        self._around.vendor.history.died(by=self.name)
        try:
            # At this step another may be killed in whose thread this happens: that ends all that is under way here.
            self._die("is killed")
        finally:
            self.fibre.kill()

    def stall(self, seconds: float) -> None:
        """The Kafka thread stands still, and the event loop goes on: soon the group thinks it dead."""
        self._around.tale.step(self.name, f"stalls for {seconds:.1f} s")
        self.fibre.stall(seconds)

    def expel(self) -> None:
        """The group thinks it dead, and gives its partitions to others; it does not know."""
        if not self.is_dead and self.consumer.member.owned:
            self._around.vendor.history.outcast(by=self.name)
            self._around.group.leave(self.consumer.member)

    def _die(self, how: str) -> None:
        self.is_dead = True
        for task in self.made.tasks:
            task.cancel()
        self._around.tale.step(self.name, how)

    def _ended(self) -> None:
        if not self.is_dead:
            if self.worker.status.stage is not Stage.ENDED:
                self._around.tale.finds(f"{self.name} does not hear that its Kafka thread ended")
            reason = self.worker.status.exit_reason
            self._die(f"ends: {reason or 'stopped'}")
            if reason is not None:
                self._around.vendor.history.died(by=self.name)
            if not (self._producer.is_doomed if reason is not None else self.is_stopping):
                self._around.tale.finds(f"{self.name} ends for nothing: {reason or 'stopped'}")
        if self.fibre.crashed:
            self._around.tale.finds(f"the Kafka thread of {self.name} crashed")
        self._on_end(self)

    # ---- between the two: ports.Publisher, ports.Intake, and the way across

    def publish(self, completions: Sequence[Completion]) -> None:
        if not self.is_dead:
            self._around.tale.step(self.name, f"hands in {' '.join(str(each.record.source) for each in completions)}")
        if not self.is_dead:
            self.worker.publish(completions)
            self.fibre.poke(self._around.tale.delay(BUSY))

    def received(self, records: Sequence[Record]) -> None:
        self.made.inflow.received(records)

    def assigned(self, partitions: Mapping[Partition, int]) -> None:
        self._around.tale.step(self.name, f"owns {' '.join(f'{p.topic}/{p.partition}' for p in partitions)}")
        self.made.inflow.assigned(partitions)

    def revoked(self, partitions: Sequence[Partition]) -> Drain:
        self._around.tale.step(self.name, "drains")
        return _Drain(self.made.inflow.revoked(partitions), self.fibre)

    def lost(self, partitions: Sequence[Partition]) -> None:
        self._around.tale.step(self.name, "drops what it lost")
        self._around.vendor.history.learnt(by=self.name)
        self.made.inflow.lost(partitions)

    def _post(self, work: Callable[[], None]) -> None:
        loop, tale = self._around.tale.loop, self._around.tale
        self._posted = max(self._posted + 1e-6, loop.time() + tale.delay(0.002))
        loop.call_at(self._posted, self._do, work)

    def _do(self, work: Callable[[], None]) -> None:
        if not self.is_dead:
            work()

    def _codec(self) -> Codec:
        """A process knows no schema when it starts."""
        returns, earns = (ShakyRegistry(self.name, self._around.tale, self._around.registry_moods) for _ in range(2))
        return Codec(returns=returns, earns=earns, encoder=PickleEncoder())

    def _site(self) -> Site:
        around = self._around
        return Site(
            name=self.name,
            tale=around.tale,
            cluster=around.cluster,
            group=around.group,
            fibre=self.fibre,
            moods=around.client_moods,
        )


def _config(around: Surroundings) -> KafkaConfig:
    return KafkaConfig(
        bootstrap_servers="nowhere",
        group_id="group",
        group_protocol=around.protocol,
        options={},
        topics=Topics(returns=RETURNS, earns=EARNS, results=RESULTS, dead_letters=DEAD_LETTERS),
        window=around.window,
        drain=DRAIN,
    )
