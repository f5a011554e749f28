"""Where the service is in its life, derived from its parts and told when it changes."""

from asyncio import AbstractEventLoop
from collections.abc import Callable

from consumer.core.phase import HOLDS, Hold, Phase, moved
from consumer.flow.gate import Gate
from consumer.flow.outlet import Outlet
from consumer.ports import Telemetry


class Phases:
    """Looks at the parts and tells of each change."""

    def __init__(
        self,
        gate: Gate,
        outlet: Outlet,
        telemetry: Telemetry,
        loop: AbstractEventLoop,
        *,
        ledger_is_away: Callable[[], bool],
    ) -> None:
        self._gate = gate
        self._outlet = outlet
        self._telemetry = telemetry
        self._loop = loop
        self._ledger_is_away = ledger_is_away
        self._told: frozenset[Hold] = frozenset()
        self.phase = Phase.STARTING
        self.since = loop.time()
        """When, by the loop's clock, the phase changed last."""

    def holds(self) -> frozenset[Hold]:
        """Every reason for which the service holds."""
        found: dict[Hold, bool] = dict.fromkeys(HOLDS, False)
        reason = self._gate.holding()
        if reason is not None:
            found[reason] = True
        found["flood"] = self._outlet.flooded
        found["ledger"] = self._ledger_is_away()
        return frozenset(hold for hold, holds in found.items() if holds)

    def look(self, *, has_started: bool) -> None:
        """Follow the parts; before the start and after the drain has begun, nothing holds."""
        if self.phase in {Phase.DRAINING, Phase.STOPPED} or (self.phase is Phase.STARTING and not has_started):
            return
        holds = self.holds()
        if holds != self._told:
            self._told = holds
            self._telemetry.event("holding", reasons=sorted(holds))
        self.move(Phase.HOLDING if holds else Phase.RUNNING)

    def move(self, to: Phase) -> None:
        """Go on to a phase; staying is not told."""
        before, self.phase = self.phase, moved(self.phase, to)
        if self.phase is not before:
            self.since = self._loop.time()
            self._telemetry.event("phase", phase=self.phase.value, before=before.value)
