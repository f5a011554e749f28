"""The ledger as one process reaches it: away for a while, committing without an answer, slow."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from consumer.adapters.memory import MemoryLedger
from consumer.adapters.memory.earns import unclaimed
from consumer.core.model import Coordinates, EarnKey, EarnKind, EarnState, Millis
from consumer.ports import (
    Arrival,
    Claim,
    Denied,
    Granted,
    LateEarn,
    Opening,
    Partition,
    Settlement,
    TellResult,
    Told,
    ToldPurchase,
)
from tests.simulation.history import History
from tests.simulation.tale import Tale

T = TypeVar("T")
LONGEST_ABSENCE = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMoods:
    """How often a commit fails until the store is back, and how often its answer is lost and it is run again."""

    away: float
    unheard: float


class _Claiming:
    """A claim that may be written twice, as `adapters/ledger/claiming.py` writes it.

    Where the second write meets what the first left, nobody has called in between: no doubt but that of before.
    """

    def __init__(self, ledger: MemoryLedger, claim: Claim) -> None:
        self._ledger = ledger
        self._claim = claim
        self._left: Mapping[EarnKey, tuple[str | None, Millis | None]] = {}
        self._doubts: frozenset[EarnKey] = frozenset()

    async def __call__(self) -> Granted | Denied:
        standing = self._standing()
        sure = {key for key, left in self._left.items() if standing.get(key) == left} - self._doubts
        answer = await self._ledger.claim(self._claim)
        if isinstance(answer, Granted):
            self._give_back(sure)
            earns = tuple(self._ledger.shelf.earns[earn.key].earn for earn in answer.earns)
            answer = replace(answer, earns=earns, uncertain=answer.uncertain - sure)
            self._left, self._doubts = self._standing(), answer.uncertain
        return answer

    def _give_back(self, sure: Iterable[EarnKey]) -> None:
        """Whoever ended these meanwhile, it was not the one who had only just claimed them."""
        earns = self._ledger.shelf.earns
        earns |= {key: unclaimed(earns[key]) for key in sure if earns[key].earn.state is not EarnState.HELD}

    def _standing(self) -> Mapping[EarnKey, tuple[str | None, Millis | None]]:
        earns = self._ledger.shelf.earns
        return {key: (earns[key].earn.claim, earns[key].claimed_at) for key in self._claim.owners if key in earns}


class ShakyStore:
    """Implements `ports.Ledger` as the real adapter does: a call waits and is repeated, and raises nothing."""

    def __init__(self, name: str, ledger: MemoryLedger, history: History, tale: Tale, moods: StoreMoods) -> None:
        self._name = name
        self._ledger = ledger
        self._history = history
        self._tale = tale
        self._moods = moods
        self.is_dead: Callable[[], bool] = lambda: False

    async def open(self, openings: Sequence[Opening]) -> Sequence[Arrival]:
        words = f"open {' '.join(str(each.source) for each in openings)}"
        return await self._commit(words, lambda: self._ledger.open(openings))

    async def claim(self, claim: Claim) -> Granted | Denied:
        words = f"claim {' '.join(f'{key.earn_id} for {owner}' for key, owner in claim.owners.items())}"
        losses = self._history.losses(by=self._name)
        claiming = _Claiming(self._ledger, claim)

        async def write() -> Granted | Denied:
            answer = await claiming()
            if isinstance(answer, Granted):
                earns = (str(key.earn_id) for key in claim.owners)
                self._history.claimed(earns, by=self._name, since=losses)
            return answer

        answer = await self._commit(words, write)
        if isinstance(answer, Denied):
            self._tale.step(self._name, "is denied its claim")
        return answer

    async def settle(self, settlement: Settlement) -> Mapping[Coordinates, bytes]:
        ended = [*(each.source for each in settlement.returns), *(each.source for each in settlement.late)]
        states = [f"{key.earn_id}={state}" for key, state, _ in settlement.states]
        words = f"settle {' '.join([*map(str, ended), *states])}"

        losses = self._history.losses(by=self._name)

        async def write() -> Mapping[Coordinates, bytes]:
            self._history.settles(map(str, ended), by=self._name, since=losses)
            stands = await self._ledger.settle(settlement)
            self._history.settled(str(key.earn_id) for key, _, _ in settlement.states)
            self._history.given_back((str(key.earn_id) for key, _ in settlement.release), by=self._name)
            return stands

        return await self._commit(words, write)

    async def tell(self, told: Sequence[Told]) -> Sequence[TellResult]:
        words = f"tell {' '.join(f'{each.event.key.earn_id} {each.event.kind}' for each in told)}"
        gone = [str(each.event.key.earn_id) for each in told if each.event.kind is EarnKind.REVOKED]

        async def write() -> Sequence[TellResult]:
            self._history.told_gone(gone)
            return await self._ledger.tell(told)

        return await self._commit(words, write)

    async def name(self, told: Sequence[ToldPurchase]) -> Sequence[tuple[EarnKey, ...]]:
        words = f"name {' '.join(str(each.event.event_id) for each in told)}"
        return await self._commit(words, lambda: self._ledger.name(told))

    async def late_earns(self, asked: Sequence[tuple[Coordinates, Sequence[EarnKey]]]) -> Sequence[LateEarn]:
        words = f"late earns of {' '.join(str(source) for source, _ in asked)}"
        return await self._commit(words, lambda: self._ledger.late_earns(asked))

    def is_followed(self, partition: Partition, seconds: float) -> bool:
        """As the Kafka thread asks."""
        return self._ledger.is_followed(partition.topic, partition.partition, seconds=seconds)

    def follow(self, partition: Partition, seconds: float) -> None:
        """As the Kafka thread asks."""
        self._ledger.follow([partition], seconds=seconds)

    async def _commit(self, words: str, write: Callable[[], Awaitable[T]]) -> T:
        """The write may come twice, with others between, the second answer counting."""
        await asyncio.sleep(self._tale.delay())
        if self._tale.odds(self._moods.away):
            self._tale.step(self._name, f"cannot {words}")
            await asyncio.sleep(self._tale.delay(LONGEST_ABSENCE))
        await self._step(f"is to {words}")
        answer = await write()
        self._tale.changed()
        await self._step(f"did {words}")
        if self._tale.odds(self._moods.unheard):
            await asyncio.sleep(self._tale.delay(0.2))
            await self._step(f"does again {words}")
            answer = await write()
        await asyncio.sleep(self._tale.delay())
        return answer

    async def _step(self, words: str) -> None:
        self._tale.step(self._name, words)
        if self.is_dead():
            await asyncio.get_running_loop().create_future()
