"""Run the world through the lives of several processes, one after another, until everything is committed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from consumer.adapters.memory import MemoryLedger
from consumer.core.retry import RetryPolicy
from tests.flow import virtual_time
from tests.flow.fakes import EARNS, RETURNS
from tests.flow.parts import Options, Parts, Ports, now, parts
from tests.simulation.broker import PARTITIONS, Broker, Session
from tests.simulation.history import History
from tests.simulation.life import Life, kill
from tests.simulation.shop import DAY, Day
from tests.simulation.store import Store
from tests.simulation.vendor import Connection, Vendor

PATIENCE = 60.0
"""Seconds in which everything must be settled: less than a claim's lease, so that nobody waits for one."""
A_DRAIN = 1.0
"""Seconds in which a drain must end: more than any call lasts, less than any hold."""
A_LOOK = 0.001
OPTIONS = Options(retry=RetryPolicy(initial=0.5, max=8.0, give_up_after=3600.0))


@dataclass(frozen=True, slots=True)
class Ending:
    """A process ends at the boundary of this number: it is killed, or it hands its partitions over."""

    way: Literal["killed", "handed over"]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A run to the end. `lives` has the boundaries that each process came by."""

    day: Day
    broker: Broker
    vendor: Vendor
    ledger: MemoryLedger
    history: History
    lives: Sequence[Sequence[str]]
    is_settled: bool
    late_drains: int


def run(endings: Sequence[Ending], *, first: Literal["returns", "earns"] = "earns", day: Day = DAY) -> Told:
    """The processes end as told, the last one lives on; `first` is the topic that a new one reads first."""
    return virtual_time.run(_run(endings, RETURNS if first == "returns" else EARNS, day))


async def _run(endings: Sequence[Ending], first: str, day: Day) -> Told:
    history = History()
    vendor = Vendor(history, holds=day.held, redeemed=day.redeemed, loses=day.lost)
    world = _World(broker=Broker(day.sent), vendor=vendor, ledger=MemoryLedger(now), history=history)
    for ending in (*endings, None):
        await world.live(ending, first)
    await world.stop()
    return Told(
        day=day,
        broker=world.broker,
        vendor=vendor,
        ledger=world.ledger,
        history=history,
        lives=[life.boundaries for life in world.lives],
        is_settled=not world.broker.open(),
        late_drains=world.late_drains,
    )


@dataclass(slots=True, kw_only=True)
class _Member:
    """One process in the group."""

    life: Life
    session: Session
    made: Parts


class _World:
    def __init__(self, *, broker: Broker, vendor: Vendor, ledger: MemoryLedger, history: History) -> None:
        self.broker = broker
        self.vendor = vendor
        self.ledger = ledger
        self.history = history
        self.lives: list[Life] = []
        self.late_drains = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def live(self, ending: Ending | None, first: str) -> None:
        """Start a process, and go on until it ends as told or everything is committed."""
        reached = asyncio.Event()
        life = Life(None if ending is None else ending.at, lambda life: self._reached(life, ending, reached))
        self.lives.append(life)
        member = self._join(life)
        if ending is not None and ending.way == "handed over":
            self._leaving = member
        member.session.deliver(member.made.inflow.received, first=first)
        await self._until_settled_or(reached)
        self._raise_failures()
        if life.over.is_set():
            await self.stop()
            self.history.died()
        elif reached.is_set():
            await self._see_out(member)

    async def stop(self) -> None:
        """End what still runs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _join(self, life: Life) -> _Member:
        session = Session(self.broker, life)
        ports = Ports(
            api=Connection(self.vendor, life), ledger=Store(self.ledger, life, self.history), publisher=session
        )
        made = parts(ports, OPTIONS)
        self._tasks = made.tasks
        made.inflow.assigned(dict.fromkeys(PARTITIONS, session.epoch))
        return _Member(life=life, session=session, made=made)

    def _reached(self, life: Life, ending: Ending | None, reached: asyncio.Event) -> None:
        reached.set()
        if ending is not None and ending.way == "killed":
            kill(life)
        else:
            self._drain = self._leaving.made.inflow.revoked(PARTITIONS)

    async def _until_settled_or(self, reached: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(event.wait()) for event in (reached, self.broker.settled)]
        await asyncio.wait(waits, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def _see_out(self, member: _Member) -> None:
        """Wait for the drain, publish what came of it, let the next one have the partitions."""
        loop = asyncio.get_running_loop()
        end = loop.time() + A_DRAIN
        while not self._drain.done() and loop.time() < end:  # noqa: ASYNC110 - a drain is looked at from threads
            await asyncio.sleep(A_LOOK)
        self.late_drains += not self._drain.done()
        member.session.commit()

    def _raise_failures(self) -> None:
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()
