"""A small world: one day's earns and returns of three customers, with everything that can go wrong for them."""

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consumer.core.model import Coordinates
from consumer.core.outcome import OutcomeStatus
from tests.flow.fakes import EARNS, RETURNS
from tests.flow.records import earn_fields, return_fields
from tests.simulation.broker import Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What comes, and what must have come of it in the end, whoever died.

    `held` and `redeemed` are the vendor's earns at first; of `lost` the answer to the first call gets lost, and the
    repeat is told 731. No return takes the `kept`. `expected` has what is sure of each record, `told` what must have an
    outcome of whatever kind, `late` the records of the earn feed that may have one, and `ordered` the records of one
    customer in one partition.
    """

    sent: Sequence[Sent]
    held: Sequence[str]
    redeemed: Sequence[str]
    lost: Sequence[str]
    kept: frozenset[str]
    expected: Mapping[Coordinates, "Expected"]
    told: Sequence[Coordinates]
    late: frozenset[Coordinates]
    ordered: Sequence[Coordinates]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an undisturbed run says of a record: its status, and whether it is set aside."""

    status: OutcomeStatus | None
    dead: bool = False


def an_earn(offset: int, earn: str, at: float, **more: object) -> Sent:
    return Sent(source=Coordinates(EARNS, 0, offset), value=pickle.dumps(earn_fields(earn, **more)), at=at)


def a_return(partition: int, offset: int, event: str, at: float, **more: object) -> Sent:
    value = pickle.dumps(return_fields(event, **more))
    return Sent(source=Coordinates(RETURNS, partition, offset), value=value, at=at)


SENT: Sequence[Sent] = (
    an_earn(0, "e1", 0.0),
    an_earn(1, "e2", 0.0, bill_number="b2"),
    an_earn(2, "e3", 0.0, bill_number="b3", customer_id=8),
    an_earn(3, "e5", 0.0, bill_number="b2"),
    an_earn(4, "e6", 0.0, bill_number="b6", customer_id=8),
    an_earn(5, "e7", 0.0, bill_number="b7", customer_id=9),
    # Customer 7: a return of two earns and one of another bill become one request; a second one of the first bill comes
    # in the other partition; a fourth came before its earn.
    a_return(0, 0, "r4", 0.5, bill_number="b4"),
    a_return(0, 1, "r2", 1.0, bill_number="b2"),
    a_return(0, 2, "r1", 1.0),
    a_return(0, 3, "r1", 1.0),
    a_return(1, 0, "r1-again", 1.0),
    # Customer 8: a lost answer, then an earn that was redeemed.
    a_return(1, 1, "r3", 1.0, bill_number="b3", customer_id=8),
    a_return(1, 2, "r6", 1.0, bill_number="b6", customer_id=8),
    # Nobody's, and what makes no sense.
    a_return(1, 3, "r8", 1.0, bill_number="b1", customer_id=None),
    a_return(1, 4, "", 1.0),
    # The late earn, while customer 7 is inside a call; then one more return of its bill.
    an_earn(6, "e4", 1.012, bill_number="b4"),
    a_return(0, 4, "r4-again", 1.013, bill_number="b4"),
)

EXPECTED: Mapping[Coordinates, Expected] = {
    Coordinates(RETURNS, 0, 1): Expected(status=OutcomeStatus.REVOKED),
    Coordinates(RETURNS, 0, 2): Expected(status=OutcomeStatus.REVOKED),
    Coordinates(RETURNS, 0, 3): Expected(status=OutcomeStatus.DUPLICATE),
    Coordinates(RETURNS, 0, 4): Expected(status=OutcomeStatus.REVOKED),
    Coordinates(RETURNS, 1, 0): Expected(status=OutcomeStatus.REVOKED),
    Coordinates(RETURNS, 1, 1): Expected(status=OutcomeStatus.REVOKED),
    Coordinates(RETURNS, 1, 2): Expected(status=OutcomeStatus.FAILED, dead=True),
    Coordinates(RETURNS, 1, 3): Expected(status=OutcomeStatus.NOTHING_TO_REVOKE),
    Coordinates(RETURNS, 1, 4): Expected(status=OutcomeStatus.INVALID, dead=True),
}
"""Whatever happens. The return before its earn and the late earn depend on which of them a restart reads first."""
LATE = Coordinates(EARNS, 0, 6)

DAY = Day(
    sent=SENT,
    held=("e1", "e2", "e3", "e4", "e5", "e7"),
    redeemed=("e6",),
    lost=("e3",),
    kept=frozenset({"e7"}),
    expected=EXPECTED,
    told=[Coordinates(RETURNS, 0, 0)],
    late=frozenset({LATE}),
    ordered=[Coordinates(RETURNS, 0, offset) for offset in range(5)],
)
