"""A store that breaks while earns are linked: each is linked once, and told by the same record."""

from collections.abc import AsyncIterator

import pytest

from consumer.adapters.ledger import SqlLedger
from consumer.ports import TellResult
from tests.contracts.ledger.conftest import Clock
from tests.contracts.ledger.cut import Cut, breakable_ledger
from tests.contracts.ledger.test_held import MOMENTS, Breaking
from tests.contracts.ledger.values import (
    a_purchase_told,
    an_opening,
    earns_of,
    fed,
    late_earn,
    name_one,
    settled_late,
    tell_one,
    told,
    waiting,
)


@pytest.fixture
def cut() -> Cut:
    return Cut()


@pytest.fixture
async def ledger(stored_url: str, cut: Cut, clock: Clock) -> AsyncIterator[SqlLedger]:
    ledger = breakable_ledger(stored_url, cut, clock)
    await ledger.start()
    yield ledger
    ledger.close()


@pytest.mark.parametrize("breaking", MOMENTS)
async def test_an_earn_is_linked_once_wherever_the_store_breaks(
    ledger: SqlLedger, cut: Cut, breaking: Breaking
) -> None:
    late = told(source=fed(100))
    await ledger.open([an_opening()])

    breaking(cut)
    assert await tell_one(ledger, waiting()) is TellResult.NOTED
    breaking(cut)
    assert await name_one(ledger, a_purchase_told()) == ["e1"]
    breaking(cut)
    assert await tell_one(ledger, waiting("e2", fed(1))) is TellResult.LATE
    breaking(cut)
    assert await ledger.settle(settled_late(late)) == {fed(100): b"late"}
    breaking(cut)
    assert await name_one(ledger, a_purchase_told()) == ["e1"]
    breaking(cut)
    assert (await late_earn(ledger, late)).settled == b"late"
    breaking(cut)
    assert await name_one(ledger, a_purchase_told(source=fed(200), redrive=1)) == ["e1"]
    cut.times = 0
    assert await earns_of(ledger) == ["e1", "e2"]
    assert await name_one(ledger, a_purchase_told()) == []
