"""A day of which only the vendor's notifications tell: earns wait for their purchases, and some for each other."""

import pickle
from collections.abc import Mapping, Sequence

from consumer.core.model import Coordinates
from consumer.core.notification import Foreign
from consumer.core.outcome import OutcomeStatus
from tests.flow.fakes import EARNS, RETURNS
from tests.simulation.broker import Sent
from tests.simulation.shop import Day, Expected, a_return, an_earn

FOREIGN = pickle.dumps(Foreign(reason="passed over", event_id="n1"))


def _waiting(offset: int, earn: str, at: float, *, customer: int) -> Sent:
    """An earn by a request that has its customer's name."""
    return an_earn(offset, earn, at, bill_number="", request_id=f"q{customer}", customer_id=customer)


def _bought(offset: int, bill: str, at: float, *, customer: int) -> Sent:
    fields = {
        "event_id": f"bought-{bill}",
        "org_id": None,
        "kind": "PURCHASE",
        "customer_id": customer,
        "request_id": f"q{customer}",
        "bill_number": bill,
        "store_code": None,
        "till_code": None,
        "promotion_ids": ["p1"],
    }
    return Sent(source=Coordinates(EARNS, 0, offset), value=pickle.dumps(fields), at=at)


SENT: Sequence[Sent] = (
    # Customer 7: an earn before and one after its purchase, then the return.
    _waiting(0, "e1", 0.0, customer=7),
    _bought(1, "b1", 0.0, customer=7),
    _waiting(2, "e2", 0.0, customer=7),
    a_return(0, 0, "r1", 1.0),
    # Customer 8: the return, then the purchase, then the earn, of which the answer gets lost.
    a_return(0, 1, "r2", 0.5, bill_number="b2", customer_id=8),
    _bought(3, "b2", 0.6, customer=8),
    _waiting(4, "e3", 1.0, customer=8),
    # Customer 9: the return, then two earns, then their purchase; its copy; one more return.
    a_return(0, 2, "r3", 0.5, bill_number="b3", customer_id=9),
    _waiting(5, "e4", 0.6, customer=9),
    _waiting(6, "e5", 0.6, customer=9),
    _bought(7, "b3", 1.0, customer=9),
    _bought(8, "b3", 1.001, customer=9),
    a_return(1, 0, "r3-again", 1.005, bill_number="b3", customer_id=9),
    # Customer 10: two purchases of one request name the same earn, the second after it was linked to the first.
    _waiting(9, "e6", 0.0, customer=10),
    _bought(10, "b5", 0.0, customer=10),
    _bought(11, "b6", 0.3, customer=10),
    a_return(1, 1, "r5", 1.0, bill_number="b5", customer_id=10),
    # Nobody's business.
    Sent(source=Coordinates(RETURNS, 1, 2), value=FOREIGN, at=1.0),
    Sent(source=Coordinates(EARNS, 0, 12), value=FOREIGN, at=1.0),
)
EXPECTED: Mapping[Coordinates, Expected] = {
    Coordinates(RETURNS, 0, 0): Expected(status=OutcomeStatus.REVOKED),
    Coordinates(RETURNS, 1, 1): Expected(status=OutcomeStatus.NOTHING_TO_REVOKE),
    Coordinates(RETURNS, 1, 2): Expected(status=OutcomeStatus.NOTHING_TO_REVOKE),
}
LATE_EARN = Coordinates(EARNS, 0, 4)
LATE_PURCHASE = Coordinates(EARNS, 0, 7)

NOTIFIED_DAY = Day(
    sent=SENT,
    held=("e1", "e2", "e3", "e4", "e5", "e6"),
    redeemed=(),
    lost=("e3",),
    kept=frozenset({"e6"}),
    expected=EXPECTED,
    late=frozenset({LATE_EARN, LATE_PURCHASE}),
    told=[Coordinates(RETURNS, 0, 1), Coordinates(RETURNS, 0, 2), Coordinates(RETURNS, 1, 0)],
    ordered=(),
)
