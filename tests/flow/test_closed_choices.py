"""An answer nobody knows ends the process; the record is delivered again, and never lost in a gap of a match."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from consumer.flow.item import NOTHING, plan_of
from consumer.flow.outlet import Outlet
from consumer.flow.settlement import Settler
from consumer.ports import Arrival, Opening, TellResult, Told
from tests.flow import virtual_time
from tests.flow.a_world import a_flow
from tests.flow.fakes import FakeVendor, PickleEncoder, Published, Silence, SlowLedger
from tests.flow.parts import POLICY, now
from tests.flow.records import earned, returned

UNKNOWN: Any = "an answer of tomorrow"


class LedgerOfTomorrow(SlowLedger):
    """Gives answers that nobody knows."""

    async def open(self, openings: Sequence[Opening]) -> Sequence[Arrival]:
        return [UNKNOWN for _ in openings]

    async def tell(self, told: Sequence[Told]) -> Sequence[TellResult]:
        return [UNKNOWN for _ in told]


@pytest.mark.parametrize("received", [returned(0), earned(0)])
def test_an_unknown_answer_of_the_ledger_is_an_error(received: Any) -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(), ledger=LedgerOfTomorrow())
        flow.receive(received)
        with pytest.raises(AssertionError):
            await flow.rest()

        assert not flow.published.completions

    virtual_time.run(main())


def test_an_unknown_item_is_neither_planned_nor_settled() -> None:
    async def main() -> None:
        outlet = Outlet(Published(), PickleEncoder(), Silence(), asyncio.get_running_loop(), flood_ratio=0.5)
        settler = Settler(SlowLedger(), PickleEncoder(), outlet, now)

        with pytest.raises(AssertionError):
            plan_of(UNKNOWN, {}, POLICY)
        with pytest.raises(AssertionError):
            await settler.settle([(UNKNOWN, NOTHING)], None)

    virtual_time.run(main())
