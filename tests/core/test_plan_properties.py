"""What holds of every plan, whatever came back and whatever the ledger holds."""

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from consumer.core.model import (
    CustomerId,
    Earn,
    EarnedFromType,
    EarnState,
    Extent,
    LineId,
    Millis,
    PromotionType,
    ReturnedGoods,
)
from consumer.core.outcome import VerdictKind
from consumer.core.plan import PartialReturns, Plan, Policy, plan, returned_purchase
from tests.builders import BOUGHT_AT, CUSTOMER, DAY, RETURNED_AT, a_purchase, an_earn, coordinates, goods

LINES = st.sampled_from("1234")
QUANTITIES = st.dictionaries(LINES, st.sampled_from([0.5, 1.0, 2.0]), max_size=4)

policies = st.builds(
    Policy,
    partial_returns=st.sampled_from(PartialReturns),
    revoke_earned_from=st.sampled_from([frozenset(EarnedFromType), frozenset({EarnedFromType.ACTIVITY})]),
    max_return_age=st.none() | st.just(DAY),
)
earns = st.builds(
    an_earn,
    st.sampled_from(["e1", "e2", "e3", "e4"]),
    lines=st.sets(LINES),
    # Mostly earns that a return may take: a plan that takes none proves nothing.
    purchase=st.sampled_from([*[a_purchase()] * 6, a_purchase("B-2"), a_purchase(store_code="s1"), None]),
    customer_id=st.sampled_from([*[CUSTOMER] * 5, CustomerId(9)]),
    promotion_type=st.none() | st.sampled_from(PromotionType),
    earned_from=st.sampled_from([EarnedFromType.ACTIVITY, *EarnedFromType]),
    earned_at=st.sampled_from([BOUGHT_AT, Millis(BOUGHT_AT - 1)]),
    state=st.sampled_from(EarnState),
    claim=st.none() | st.sampled_from([str(coordinates(0)), str(coordinates(1))]),
)
ledgers = st.lists(earns, max_size=8)
different_earns = st.lists(earns, max_size=8, unique_by=lambda earn: earn.key)
parts = st.builds(goods, QUANTITIES, of=QUANTITIES, extent=st.sampled_from(Extent))
histories = st.lists(parts, min_size=1, max_size=5)
GOODS_ONLY = st.sampled_from([Extent.LINES, Extent.WHOLE])
growing = st.lists(
    st.builds(goods, QUANTITIES, of=st.just({"1": 2.0, "2": 1.0}), extent=GOODS_ONLY), min_size=1, max_size=5
)


def planned(history: list[ReturnedGoods], ledger: list[Earn], policy: Policy) -> Plan:
    seen = returned_purchase(
        history, source=coordinates(), customer_id=CUSTOMER, purchased_at=None, returned_at=RETURNED_AT
    )
    return plan(seen, ledger, policy)


def taken(of: Plan) -> set[str]:
    return {earn.key.earn_id for earn in of.revoke} | {verdict.earn_id for verdict in of.known}


@given(history=histories, ledger=different_earns, policy=policies)
def test_a_plan_never_takes_an_earn_of_another_purchase_or_customer(
    history: list[ReturnedGoods], ledger: list[Earn], policy: Policy
) -> None:
    own = {earn.key.earn_id for earn in ledger if earn.purchase == a_purchase() and earn.customer_id == CUSTOMER}

    assert taken(planned(history, ledger, policy)) <= own


@given(history=histories, ledger=ledgers, policy=policies)
def test_a_plan_names_no_earn_twice(history: list[ReturnedGoods], ledger: list[Earn], policy: Policy) -> None:
    made = planned(history, ledger, policy)

    named = [earn.key.earn_id for earn in made.revoke] + [v.earn_id for v in (*made.known, *made.kept)]
    assert len(named) == len(set(named))


@given(history=histories, ledger=different_earns, policy=policies)
def test_a_plan_names_every_earn_of_its_purchase(
    history: list[ReturnedGoods], ledger: list[Earn], policy: Policy
) -> None:
    made = planned(history, ledger, policy)

    named = taken(made) | {verdict.earn_id for verdict in made.kept}
    assert named == {earn.key.earn_id for earn in ledger if earn.purchase == a_purchase()}


@given(history=histories, ledger=different_earns, policy=policies)
def test_a_plan_replayed_after_its_revokes_takes_the_same_earns_and_asks_for_none(
    history: list[ReturnedGoods], ledger: list[Earn], policy: Policy
) -> None:
    first = planned(history, ledger, policy)
    ours = {earn.key.earn_id: replace(earn, state=EarnState.REVOKED, claim=str(coordinates())) for earn in first.revoke}

    again = planned(history, [ours.get(earn.key.earn_id, earn) for earn in ledger], policy)

    told = {verdict.earn_id: verdict.kind for verdict in first.known} | dict.fromkeys(ours, VerdictKind.REVOKED)
    assert again.revoke == ()
    assert {verdict.earn_id: verdict.kind for verdict in again.known} == told
    assert again.kept == first.kept


@given(history=histories, ledger=different_earns, policy=policies, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_earns_changes_nothing_but_the_order(
    history: list[ReturnedGoods], ledger: list[Earn], policy: Policy, seed: Random
) -> None:
    shuffled = ledger.copy()
    seed.shuffle(shuffled)

    assert taken(planned(history, ledger, policy)) == taken(planned(history, shuffled, policy))


@given(history=growing, ledger=different_earns, policy=policies)
def test_what_the_returns_of_a_bill_take_together_grows_with_what_is_returned(
    history: list[ReturnedGoods], ledger: list[Earn], policy: Policy
) -> None:
    whole = [goods(extent=Extent.WHOLE)]
    everything = taken(planned(whole, ledger, policy))
    by_now: set[str] = set()

    for count in range(1, len(history) + 1):
        one = taken(planned(history[:count], ledger, policy))
        assert one <= everything
        by_now |= one

    assert by_now <= taken(planned([*history, *whole], ledger, policy))


@given(history=growing, more=QUANTITIES, ledger=different_earns, policy=policies)
def test_a_return_of_more_lines_takes_at_least_as_much(
    history: list[ReturnedGoods], more: dict[str, float], ledger: list[Earn], policy: Policy
) -> None:
    last = history[-1]
    lines = {line.line_id: line.quantity for line in last.lines}
    grown = {line: max(lines.get(LineId(line), 0.0), more.get(line, 0.0)) for line in {*lines, *more}}
    bigger = [*history[:-1], goods(grown, of={"1": 2.0, "2": 1.0}, extent=last.extent)]

    assert taken(planned(history, ledger, policy)) <= taken(planned(bigger, ledger, policy))


@given(history=histories, ledger=ledgers, policy=policies)
def test_what_is_asked_of_the_vendor_is_held_and_revocable_and_the_rest_is_told(
    history: list[ReturnedGoods], ledger: list[Earn], policy: Policy
) -> None:
    made = planned(history, ledger, policy)

    assert all(earn.state is EarnState.HELD for earn in made.revoke)
    assert not {earn.promotion_type for earn in made.revoke} & {PromotionType.POS, PromotionType.CODE}
    assert {verdict.kind for verdict in made.kept} <= {VerdictKind.KEPT_BY_POLICY}
    assert VerdictKind.KEPT_BY_POLICY not in {verdict.kind for verdict in made.known}
