"""The world of one seed: what is there, how it feels, what goes wrong at which step."""

from asyncio import AbstractEventLoop
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import blake2b
from random import Random
from unittest.mock import patch

from consumer.adapters.kafka import attempt, handover, hung, laps, outbox, rebalance, transaction, watch, worker
from consumer.adapters.memory import MemoryLedger
from consumer.core.offset_map import encode
from tests.flow.parts import LEASE, now
from tests.flow.records import earn_fields
from tests.simulation.cluster import Cluster
from tests.simulation.day_maker import a_day
from tests.simulation.fibre import Baton, Promise
from tests.simulation.instance import Instance, Protocol, Surroundings
from tests.simulation.model_consumer import Consumer
from tests.simulation.model_producer import Producer
from tests.simulation.moody_vendor import MoodyVendor
from tests.simulation.random_day import RandomDay
from tests.simulation.tale import Strike, Tale
from tests.simulation.weather import (
    a_group,
    chosen_options,
    client_moods,
    registry_moods,
    store_moods,
    vendor_moods,
)

LATEST_STRIKE = 150
MOST_STRIKES = 5
PATIENCE = 200.0
"""Less than a claim's lease, so nobody waits it out. Only of several processes two may each hold what the other one's
request wants."""
CLOCKED = (attempt, handover, hung, laps, outbox, rebalance, transaction, watch, worker)
"""The modules of the adapter that read the time."""


class SeededWorld:
    """Everything of one run, and the processes that come and go in it."""

    def __init__(self, seed: int, loop: AbstractEventLoop) -> None:
        chance = Random(seed)
        self.day: RandomDay = a_day(chance)
        self.tale = Tale(chance, loop)
        self.baton = Baton(loop)
        self.cluster = Cluster(self.tale, self.day.partitions)
        protocol: Protocol = chance.choice(("classic", "consumer"))
        self.group = a_group(protocol, self.tale, self.day)
        options = chosen_options(chance)
        self.vendor = MoodyVendor(self.day, self.tale, vendor_moods(chance, options.per_minute))
        self.ledger = MemoryLedger(now)
        self.instances: list[Instance] = []
        self.last_strike = 0.0
        self.most_alive = 0
        self.is_closing = False
        self._size = chance.choice((1, 1, 2, 2, 3))
        self._session = chance.choice((0.2, 1.0, 6.0))
        self._echoes = chance.choice((0.0, 0.5, 1.0))
        self._around = Surroundings(
            tale=self.tale,
            baton=self.baton,
            cluster=self.cluster,
            group=self.group,
            protocol=protocol,
            vendor=self.vendor,
            ledger=self.ledger,
            options=options,
            window=chance.choice((1, 2, 4, 8, 50)),
            client_moods=client_moods(chance),
            store_moods=store_moods(chance),
            registry_moods=registry_moods(chance),
        )
        self.tale.strikes = dict(self._strikes(chance))
        self.tale.fingerprint = self._fingerprint
        self.vendor.on_revoked = self._echo
        self.cluster.on_change = self._wake_all

    def begin(self) -> None:
        """Let the day begin, and the first processes start."""
        for sent in self.day.sent:
            self.cluster.send(sent)
        for _ in range(self._size):
            self.start_one(self.tale.delay(1.0))

    def start_one(self, after: float) -> None:
        """Start a process so much later."""
        self.tale.loop.call_later(after, self._start)

    def _start(self) -> None:
        if not self.is_closing:
            instance = Instance(f"p{len(self.instances) + 1}", self._around, self._on_end)
            self.instances.append(instance)
            instance.start()
            self.most_alive = max(self.most_alive, len(self.alive))

    @property
    def alive(self) -> list[Instance]:
        return [each for each in self.instances if not each.is_dead]

    @property
    def longest_stall(self) -> float:
        """Seconds for which a Kafka thread may stand still."""
        return 4 * self._session

    @property
    def patience(self) -> float:
        """Seconds after the last strike in which everything must be settled."""
        return PATIENCE + (LEASE if self.most_alive > 1 else 0.0) + self.vendor.waits

    # ---- what goes wrong

    def _strikes(self, chance: Random) -> Iterator[tuple[int, Strike]]:
        ways: tuple[Strike, ...] = (
            self._kill,
            self._kill,
            self._stop,
            self._expel,
            self._expel,
            self._stall,
            self._move,
            self._meddle,
            self._join,
        )
        for _ in range(chance.randint(0, MOST_STRIKES)):
            yield chance.randint(2, LATEST_STRIKE), chance.choice(ways)

    def _struck(self, who: str) -> Instance | None:
        """The process whose step it is; sometimes another one."""
        self.last_strike = self.tale.loop.time()
        alive = self.alive
        own = [each for each in alive if each.name == who]
        return own[0] if own and self.tale.odds(0.75) else self.tale.chance.choice(alive) if alive else None

    def _kill(self, who: str) -> None:
        if (struck := self._struck(who)) is not None:
            self.tale.loop.call_later(self.tale.delay(2 * self._session), self.group.leave, struck.consumer.member)
            self.start_one(self.tale.delay(2 * self._session))
            struck.kill()

    def _stop(self, who: str) -> None:
        if (struck := self._struck(who)) is not None:
            struck.stop()

    def _expel(self, who: str) -> None:
        if (struck := self._struck(who)) is not None:
            struck.expel()

    def _stall(self, who: str) -> None:
        if (struck := self._struck(who)) is not None:
            seconds = self.tale.delay(self.longest_stall)
            struck.stall(seconds)
            if seconds > self._session:
                self.tale.loop.call_later(self._session, struck.expel)

    def _move(self, who: str) -> None:
        del who
        self.last_strike = self.tale.loop.time()
        self.tale.step("grp", "moves partitions")
        self.group.move()

    def _meddle(self, who: str) -> None:
        """Another program leaves a commit of its own, with a map that is not of this commit; partitions move then."""
        empty = [each for each, (_, above) in self.cluster.commits.items() if not above]
        if empty:
            partition = self.tale.chance.choice(empty)
            offset, _ = self.cluster.commits[partition]
            self.cluster.commits[partition] = (offset, encode(max(0, offset - 1), (offset + 1, offset + 3)))
            self._move(who)

    def _join(self, _: str) -> None:
        self.last_strike = self.tale.loop.time()
        if len(self.alive) < 3:
            self.start_one(self.tale.delay(0.1))

    def _on_end(self, ended: Instance) -> None:
        """A process that was not killed is over; somebody starts another."""
        self.group.leave(ended.consumer.member)
        if not self.is_closing and len(self.alive) < self._size:
            self.start_one(self.tale.delay(0.5))

    # ---- what the world does by itself

    def _echo(self, earn: str) -> None:
        """The vendor notifies of what it revoked, us as everybody."""
        if not self.tale.odds(self._echoes):
            return
        fields = earn_fields(earn, kind="REVOKED")
        self.cluster.echo(self.day.echoes, fields, self.tale.loop.time() + self.tale.delay(0.2))

    def _wake_all(self) -> None:
        for instance in self.instances:
            if not instance.is_dead and instance.fibre.is_alive():
                instance.consumer.wake()

    # ---- for those who watch

    def _fingerprint(self) -> int:
        shelf = self.ledger.shelf
        parts = (
            *(f"{it.earn.state}{it.earn.claim}" for it in shelf.earns.values()),
            *("".join(each.state for each in it) for it in shelf.returns.values()),
            *(f"{offset}{above}" for offset, above in self.cluster.commits.values()),
            *self.vendor.revoked,
            str(len(self.group.members)),
        )
        return int.from_bytes(blake2b(",".join(parts).encode(), digest_size=8).digest())


@contextmanager
def simulated_kafka(baton: Baton) -> Iterator[None]:
    """Inside, the adapter's clock, its thread and its clients are the simulation's."""
    with ExitStack() as stack:
        for module in CLOCKED:
            stack.enter_context(patch.object(module, "time", baton))
        stack.enter_context(patch.object(worker, "Thread", baton.thread))
        stack.enter_context(patch.object(worker, "Consumer", Consumer))
        stack.enter_context(patch.object(transaction, "Producer", Producer))
        stack.enter_context(patch.object(handover, "Future", _PromiseOf(baton)))
        yield


class _PromiseOf:
    """Makes the promises of the fibre that runs; `Future[...]` and `Future()` alike."""

    def __init__(self, baton: Baton) -> None:
        self._baton = baton

    def __call__(self) -> Promise[object]:
        return Promise(self._baton.fibre)

    def __getitem__(self, of: object) -> "_PromiseOf":
        return self
