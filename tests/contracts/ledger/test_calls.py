"""The calls of a decision are kept with the outcome that stands, and told with it."""

from dataclasses import dataclass

import pytest

from consumer.adapters.ledger.story import StoryBook
from consumer.adapters.memory import MemoryLedger
from consumer.core.model import EarnKind, RequestId
from consumer.core.vendor_call import LOST, CallKind, VendorCall
from tests.builders import BILL, ORG, a_call, an_outcome
from tests.contracts.ledger.conftest import AnyLedger
from tests.contracts.ledger.values import a_purchase_told, an_opening, at, fed, settled, settled_late, told, waiting

CALLS = (
    a_call(["e1", "e2"], of=5, end="timeout", request_id=None),
    a_call(["e1"], end=LOST, request_id=None),
    a_call(["e2", "\N{SNOWMAN}"], end="400", codes=(729, 731), request_id=RequestId("req\x00\ud800")),
    a_call(["e2"], kind=CallKind.LISTING),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """The calls that a ledger has of the purchase: of its returns, and of its late earns."""

    ledger: AnyLedger
    url: str | None

    def of_returns(self) -> list[tuple[VendorCall, ...]]:
        if isinstance(self.ledger, MemoryLedger):
            return [each.calls for versions in self.ledger.shelf.returns.values() for each in versions]
        return [each.calls for each in self._book().of_bill(BILL).returns]

    def of_late_earns(self) -> list[tuple[VendorCall, ...]]:
        if isinstance(self.ledger, MemoryLedger):
            return [each.late_calls for each in self.ledger.shelf.earns.values()]
        return [each.late_calls for each in self._book().of_bill(BILL).earns]

    def _book(self) -> StoryBook:
        return StoryBook(str(self.url), ORG, lambda _: an_outcome())


@pytest.fixture
def kept(ledger: AnyLedger, url: str | None) -> Kept:
    return Kept(ledger, url)


async def test_the_calls_of_a_return_are_kept_as_they_were_made(ledger: AnyLedger, kept: Kept) -> None:
    await ledger.open([an_opening()])
    before = kept.of_returns()
    await ledger.settle(settled(an_opening(), b"outcome", *CALLS))

    assert (before, kept.of_returns()) == ([()], [CALLS])


async def test_the_calls_of_an_outcome_stored_before_stand(ledger: AnyLedger, kept: Kept) -> None:
    await ledger.open([an_opening()])
    await ledger.settle(settled(an_opening(), b"stored", CALLS[0]))
    await ledger.settle(settled(an_opening(), b"new", CALLS[1]))

    assert kept.of_returns() == [(CALLS[0],)]


async def test_a_redrive_has_calls_of_its_own(ledger: AnyLedger, kept: Kept) -> None:
    again = an_opening(source=at(9), redrive=1)
    await ledger.open([an_opening()])
    await ledger.settle(settled(an_opening(), b"first", CALLS[0]))
    await ledger.open([again])
    await ledger.settle(settled(again, b"second", CALLS[3]))

    assert kept.of_returns() == [(CALLS[0],), (CALLS[3],)]


async def test_the_calls_of_a_late_earn_go_when_it_is_sent_again(ledger: AnyLedger, kept: Kept) -> None:
    await ledger.tell([told()])
    await ledger.settle(settled_late(told(), b"late", *CALLS))
    first = kept.of_late_earns()
    await ledger.tell([told(source=fed(5), kind=EarnKind.EARNED, redrive=1)])

    assert (first, kept.of_late_earns()) == ([CALLS], [()])


async def test_the_calls_of_a_late_earn_go_when_the_purchase_that_tells_of_it_is_sent_again(
    ledger: AnyLedger, kept: Kept
) -> None:
    await ledger.open([an_opening()])
    await ledger.tell([waiting()])
    await ledger.name([a_purchase_told()])
    await ledger.settle(settled_late(told(source=a_purchase_told().source), b"late", *CALLS))
    first = kept.of_late_earns()
    await ledger.name([a_purchase_told(source=fed(200), redrive=1)])

    assert (first, kept.of_late_earns()) == ([CALLS], [()])
