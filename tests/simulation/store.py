"""The ledger as one process reaches it: it can die before and after each commit."""

import pickle
from collections.abc import Mapping, Sequence

from consumer.adapters.memory import MemoryLedger
from consumer.adapters.memory.earns import note
from consumer.adapters.memory.namings import keep_namings
from consumer.core.model import Coordinates, EarnKey, Millis
from consumer.core.outcome import VerdictKind
from consumer.ports import (
    Arrival,
    Claim,
    Denied,
    Granted,
    LateEarn,
    Opening,
    Settlement,
    TellResult,
    Told,
    ToldPurchase,
)
from tests.simulation.history import History
from tests.simulation.life import Life


class Store:
    """Implements `ports.Ledger` on a ledger that outlives the process."""

    def __init__(self, ledger: MemoryLedger, life: Life, history: History) -> None:
        self._ledger = ledger
        self._life = life
        self._history = history

    async def open(self, openings: Sequence[Opening]) -> Sequence[Arrival]:
        await self._life.boundary("open before")
        arrivals = await self._ledger.open(openings)
        await self._life.boundary("open after")
        return arrivals

    async def claim(self, claim: Claim) -> Granted | Denied:
        await self._life.boundary("claim before")
        answer = await self._ledger.claim(claim)
        await self._life.boundary("claim after")
        return answer

    async def settle(self, settlement: Settlement) -> Mapping[Coordinates, bytes]:
        await self._life.boundary("settle before")
        stands = await self._ledger.settle(settlement)
        self._history.settled(_known(settlement))
        await self._life.boundary("settle after")
        return stands

    async def tell(self, told: Sequence[Told]) -> Sequence[TellResult]:
        await self._life.boundary("tell before")
        waiting = [each for each in told if each.asker is not None]
        for each in waiting:
            # What waits is on disk before anything is linked.
            note(self._ledger.shelf, each, Millis(0))
        if waiting:
            await self._life.boundary("tell, not linked")
        results = await self._ledger.tell(told)
        await self._life.boundary("tell after")
        return results

    async def name(self, told: Sequence[ToldPurchase]) -> Sequence[tuple[EarnKey, ...]]:
        await self._life.boundary("name before")
        for each in told:
            keep_namings(self._ledger.shelf, each, Millis(0))
        await self._life.boundary("name, not linked")
        late = await self._ledger.name(told)
        await self._life.boundary("name after")
        return late

    async def late_earns(self, asked: Sequence[tuple[Coordinates, Sequence[EarnKey]]]) -> Sequence[LateEarn]:
        await self._life.boundary("late earns before")
        views = await self._ledger.late_earns(asked)
        await self._life.boundary("late earns after")
        return views


def _known(settlement: Settlement) -> list[str]:
    stored = [*(each.outcome for each in settlement.returns), *(each.outcome for each in settlement.late)]
    outcomes = [pickle.loads(each) for each in stored]  # noqa: S301 - our own
    told = [
        str(verdict.earn_id)
        for outcome in outcomes
        for verdict in outcome.verdicts
        if verdict.kind is not VerdictKind.KEPT_BY_POLICY
    ]
    return [*told, *(str(key.earn_id) for key, _, _ in settlement.states)]
