"""Which earns a return takes back: a case for each ruling of the policy."""

from itertools import combinations
from typing import Any

import pytest

from consumer.core.model import (
    CustomerId,
    Earn,
    EarnedFromType,
    EarnState,
    Extent,
    LineId,
    Millis,
    PromotionType,
    ReturnedPurchase,
)
from consumer.core.outcome import VerdictKind
from consumer.core.plan import KeptReason, PartialReturns, Plan, Policy, plan, returned_purchase
from tests.builders import (
    BOUGHT_AT,
    CUSTOMER,
    DAY,
    RETURNED_AT,
    a_policy,
    a_purchase,
    a_returned_purchase,
    a_whole_bill,
    an_earn,
    coordinates,
    goods,
)

LINES = a_policy(partial_returns=PartialReturns.MATCHING_LINES)
ANY = a_policy(partial_returns=PartialReturns.ANY_RETURN)
WHOLE = a_policy(partial_returns=PartialReturns.WHOLE_BILL)
SOMEONE_ELSE = CustomerId(9)

ON_LINE_1 = an_earn(lines="1")
ON_LINES_1_AND_2 = an_earn(lines="12")
ON_LINE_2 = an_earn(lines="2")
ON_NO_LINE = an_earn()
AN_AMOUNT = a_returned_purchase(extent=Extent.AMOUNT)
AN_AMOUNT_OF_A_BILL_ALL_BACK = returned_purchase(
    [goods(extent=Extent.WHOLE), goods(extent=Extent.AMOUNT)],
    source=coordinates(),
    customer_id=CUSTOMER,
    purchased_at=BOUGHT_AT,
    returned_at=RETURNED_AT,
)


def kept(planned: Plan) -> list[str | None]:
    assert all(verdict.kind is VerdictKind.KEPT_BY_POLICY for verdict in planned.kept)
    return [verdict.message for verdict in planned.kept]


@pytest.mark.parametrize(
    ("policy", "returned", "earn"),
    [
        pytest.param(LINES, a_returned_purchase("1"), ON_LINE_1, id="its line"),
        pytest.param(LINES, a_returned_purchase("1"), ON_LINES_1_AND_2, id="one of its lines"),
        pytest.param(LINES, a_returned_purchase("1", "2", "3"), ON_LINE_2, id="its line among others"),
        pytest.param(LINES, a_whole_bill(), ON_LINE_1, id="whole bill, tied to a line"),
        pytest.param(LINES, a_whole_bill(), ON_NO_LINE, id="whole bill, tied to no line"),
        pytest.param(LINES, a_returned_purchase("1", whole_bill=True), ON_LINE_2, id="the last part, another line"),
        pytest.param(LINES, a_returned_purchase("1", whole_bill=True), ON_NO_LINE, id="the last part, no line"),
        pytest.param(ANY, a_returned_purchase("1"), ON_LINE_2, id="any return, another line"),
        pytest.param(ANY, a_returned_purchase("1"), ON_NO_LINE, id="any return, no line"),
        pytest.param(ANY, AN_AMOUNT, ON_LINE_1, id="any return, an amount"),
        pytest.param(ANY, AN_AMOUNT_OF_A_BILL_ALL_BACK, ON_LINE_1, id="any return, an amount after all is back"),
        pytest.param(ANY, a_whole_bill(), ON_LINE_1, id="any return, whole bill"),
        pytest.param(WHOLE, a_whole_bill(), ON_LINE_1, id="whole bill only, whole bill"),
        pytest.param(WHOLE, a_returned_purchase("1", whole_bill=True), ON_LINE_2, id="whole bill only, the last part"),
    ],
)
def test_the_policy_takes_it(policy: Policy, returned: ReturnedPurchase, earn: Earn) -> None:
    assert plan(returned, [earn], policy) == Plan(revoke=(earn,), known=(), kept=())


@pytest.mark.parametrize(
    ("policy", "returned", "earn", "reason"),
    [
        pytest.param(LINES, a_returned_purchase("1"), ON_LINE_2, "other-line", id="another line"),
        pytest.param(LINES, a_returned_purchase("1"), ON_NO_LINE, "not-whole-bill", id="no line"),
        pytest.param(LINES, a_returned_purchase(), ON_LINE_1, "other-line", id="nothing came back"),
        pytest.param(LINES, AN_AMOUNT, ON_LINE_1, "other-line", id="an amount, tied to a line"),
        pytest.param(LINES, AN_AMOUNT, ON_NO_LINE, "not-whole-bill", id="an amount, tied to no line"),
        pytest.param(LINES, AN_AMOUNT_OF_A_BILL_ALL_BACK, ON_LINE_1, "other-line", id="late amount, a line"),
        pytest.param(LINES, AN_AMOUNT_OF_A_BILL_ALL_BACK, ON_NO_LINE, "not-whole-bill", id="late amount, no line"),
        pytest.param(WHOLE, a_returned_purchase("1"), ON_LINE_1, "not-whole-bill", id="a part, its line"),
        pytest.param(WHOLE, a_returned_purchase("1"), ON_LINE_2, "not-whole-bill", id="a part, another line"),
        pytest.param(WHOLE, AN_AMOUNT, ON_LINE_1, "not-whole-bill", id="whole bill only, an amount"),
        pytest.param(WHOLE, AN_AMOUNT_OF_A_BILL_ALL_BACK, ON_LINE_1, "not-whole-bill", id="whole bill, late amount"),
    ],
)
def test_the_policy_keeps_it_and_says_why(policy: Policy, returned: ReturnedPurchase, earn: Earn, reason: str) -> None:
    planned = plan(returned, [earn], policy)

    assert (planned.revoke, planned.known, kept(planned)) == ((), (), [reason])


@pytest.mark.parametrize("policy", [LINES, ANY, WHOLE])
def test_another_customers_earn_on_the_same_bill_is_kept(policy: Policy) -> None:
    planned = plan(a_whole_bill(), [an_earn(customer_id=SOMEONE_ELSE)], policy)

    assert (planned.revoke, kept(planned)) == ((), ["other-customer"])


@pytest.mark.parametrize("policy", [LINES, ANY, WHOLE])
def test_an_earn_of_another_purchase_is_passed_over(policy: Policy) -> None:
    earns = [an_earn(bill="B-2"), an_earn("e2", purchase=None), an_earn("e3", purchase=a_purchase(store_code="s1"))]

    assert plan(a_whole_bill(), earns, policy) == Plan(revoke=(), known=(), kept=())


@pytest.mark.parametrize("earned_from", [kind for kind in EarnedFromType if kind is not EarnedFromType.ACTIVITY])
def test_what_a_purchase_alone_did_not_earn_is_kept_unless_the_operator_says_so(earned_from: EarnedFromType) -> None:
    earn = an_earn(earned_from=earned_from)

    assert kept(plan(a_whole_bill(), [earn], a_policy())) == ["earned-from"]
    assert plan(a_whole_bill(), [earn], a_policy(revoke_earned_from=frozenset({earned_from}))).revoke == (earn,)


@pytest.mark.parametrize(
    ("purchased_at", "earned_at", "too_old"),
    [
        pytest.param(RETURNED_AT - DAY, 0, False, id="just in time"),
        pytest.param(RETURNED_AT - DAY - 1, RETURNED_AT, True, id="too old by a millisecond"),
        pytest.param(None, RETURNED_AT - DAY, False, id="by the earn's time, just in time"),
        pytest.param(None, RETURNED_AT - DAY - 1, True, id="by the earn's time, too old"),
        pytest.param(RETURNED_AT + DAY, 0, False, id="bought after the return by a wrong clock"),
    ],
)
def test_the_age_counts_from_the_purchase_or_else_from_the_earn(
    purchased_at: int | None, earned_at: int, *, too_old: bool
) -> None:
    bought = None if purchased_at is None else Millis(purchased_at)
    earn = an_earn(earned_at=Millis(earned_at))

    planned = plan(a_whole_bill(purchased_at=bought), [earn], a_policy(max_return_age=DAY))

    assert kept(planned) == (["too-old"] if too_old else [])
    assert plan(a_whole_bill(purchased_at=bought), [earn], a_policy()).revoke == (earn,)


BY_REASON: dict[str, dict[str, Any]] = {
    "other-customer": {"customer_id": SOMEONE_ELSE},
    "earned-from": {"earned_from": EarnedFromType.REWARD},
    "too-old": {"earned_at": Millis(0)},
    "other-line": {"line_ids": frozenset({LineId("2")})},
}


@pytest.mark.parametrize(("first", "second"), list(combinations(BY_REASON, 2)))
def test_of_several_reasons_the_first_in_the_contracts_order_is_told(first: str, second: str) -> None:
    earn = an_earn(**{**BY_REASON[second], **BY_REASON[first]})

    planned = plan(a_returned_purchase("1", purchased_at=None), [earn], a_policy(max_return_age=DAY))

    assert kept(planned) == [first]


def test_under_whole_bill_only_the_bill_is_named_before_the_line() -> None:
    assert kept(plan(a_returned_purchase("1"), [ON_LINE_2], WHOLE)) == ["not-whole-bill"]


def test_the_kept_reasons_are_the_contracts_in_its_order() -> None:
    assert list(KeptReason) == ["other-customer", "earned-from", "too-old", "not-whole-bill", "other-line"]


@pytest.mark.parametrize("never", [PromotionType.POS, PromotionType.CODE])
def test_pos_and_code_are_settled_as_730_without_a_call(never: PromotionType) -> None:
    planned = plan(a_whole_bill(), [an_earn(promotion_type=never)], a_policy())

    assert [(verdict.kind, verdict.code) for verdict in planned.known] == [(VerdictKind.NOT_REVOCABLE, 730)]
    assert (planned.revoke, planned.kept) == ((), ())


@pytest.mark.parametrize("asked", [None, PromotionType.CUSTOMER, PromotionType.EARNING, PromotionType.REWARD])
def test_every_other_type_is_asked_for(asked: PromotionType | None) -> None:
    earn = an_earn(promotion_type=asked)

    assert plan(a_whole_bill(), [earn], a_policy()).revoke == (earn,)


@pytest.mark.parametrize(
    ("earn", "kind", "code"),
    [
        (an_earn(state=EarnState.REVOKED), VerdictKind.ALREADY_REVOKED, None),
        (an_earn(state=EarnState.REVOKED, claim=str(coordinates(99))), VerdictKind.ALREADY_REVOKED, None),
        (an_earn(state=EarnState.REVOKED, claim=str(coordinates(0))), VerdictKind.REVOKED, None),
        (an_earn(state=EarnState.REVOKED, promotion_type=PromotionType.POS), VerdictKind.ALREADY_REVOKED, None),
        (an_earn(state=EarnState.REDEEMED), VerdictKind.ALREADY_REDEEMED, 729),
        (an_earn(state=EarnState.REDEEMED, promotion_type=PromotionType.CODE), VerdictKind.ALREADY_REDEEMED, 729),
    ],
    ids=["revoked by others", "revoked by another record", "revoked by this record", "POS", "redeemed", "CODE"],
)
def test_what_the_ledger_knows_needs_no_call(earn: Earn, kind: VerdictKind, code: int | None) -> None:
    planned = plan(a_whole_bill(), [earn], a_policy())

    assert [(verdict.kind, verdict.code) for verdict in planned.known] == [(kind, code)]
    assert (planned.revoke, planned.kept) == ((), ())


@pytest.mark.parametrize(
    "earn",
    [
        an_earn(lines="2", state=EarnState.REVOKED),
        an_earn(lines="2", state=EarnState.REDEEMED),
        an_earn(lines="2", promotion_type=PromotionType.POS),
    ],
    ids=["revoked", "redeemed", "POS"],
)
def test_policy_comes_before_what_is_known_of_the_earn(earn: Earn) -> None:
    planned = plan(a_returned_purchase("1"), [earn], a_policy())

    assert (planned.revoke, planned.known, kept(planned)) == ((), (), ["other-line"])


def test_the_whole_bill_lists_what_was_revoked_before_beside_what_is_left() -> None:
    before = an_earn("e1", lines="1", state=EarnState.REVOKED)
    left = an_earn("e2")

    planned = plan(a_returned_purchase("2", whole_bill=True), [before, left], a_policy())

    assert planned.revoke == (left,)
    assert [(verdict.earn_id, verdict.kind) for verdict in planned.known] == [("e1", VerdictKind.ALREADY_REVOKED)]


def test_earns_stay_in_the_order_they_were_given() -> None:
    earns = [an_earn("e3"), an_earn("e1"), an_earn("e2", lines="1")]

    assert [earn.key.earn_id for earn in plan(a_whole_bill(), earns, a_policy()).revoke] == ["e3", "e1", "e2"]
