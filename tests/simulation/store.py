"""The ledger as one process reaches it: it can die before and after each commit."""

import pickle
from collections.abc import Mapping, Sequence

from consumer.adapters.memory import MemoryLedger
from consumer.core.model import Coordinates, EarnKey
from consumer.core.outcome import VerdictKind
from consumer.ports import Arrival, Claim, Denied, Granted, LateEarn, Opening, Settlement, TellResult, Told
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
        results = await self._ledger.tell(told)
        await self._life.boundary("tell after")
        return results

    async def late_earns(self, earns: Sequence[tuple[Coordinates, EarnKey]]) -> Sequence[LateEarn]:
        await self._life.boundary("late earns before")
        views = await self._ledger.late_earns(earns)
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
