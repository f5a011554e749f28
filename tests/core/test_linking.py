"""Which purchase an earn that waits is linked to."""

from dataclasses import replace
from typing import Any

import pytest

from consumer.core.linking import Asker, Linkable, Linked, Naming, link, to_tell
from consumer.core.model import CustomerId, EarnId, EarnKey, PromotionId, PurchaseKey, RequestId
from tests.builders import CUSTOMER, ORG, a_purchase, coordinates

EARN_RECORD = coordinates(0, topic="earns")
PURCHASE_RECORD = coordinates(1, topic="earns")
AGAIN = coordinates(9, topic="earns")
Q1 = RequestId("q1")
P1 = PromotionId("p1")


def waiting(earn_id: str = "e1", **changes: Any) -> Linkable:
    earn = Linkable(
        key=EarnKey(org_id=ORG, earn_id=EarnId(earn_id)),
        customer_id=CUSTOMER,
        promotion_id=P1,
        purchase=None,
        source=EARN_RECORD,
        redrive=0,
        is_at_rest=True,
        has_told_late=False,
    )
    return replace(earn, **changes)


def naming(bill: str = "B-1", **changes: Any) -> Naming:
    said = Naming(
        request_id=Q1,
        customer_id=CUSTOMER,
        promotion_id=P1,
        purchase=a_purchase(bill),
        source=PURCHASE_RECORD,
        redrive=0,
    )
    return replace(said, **changes)


def by_purchase(bill: str = "B-1", **changes: Any) -> Asker:
    asker = Asker(source=PURCHASE_RECORD, redrive=0, org_id=ORG, request_id=Q1, purchase=a_purchase(bill))
    return replace(asker, **changes)


BY_EARN = by_purchase(source=EARN_RECORD, purchase=None)


def purchase_after(asker: Asker, earn: Linkable, *namings: Naming) -> PurchaseKey | None:
    (after,) = link(asker, [earn], namings).earns
    return after.purchase


@pytest.mark.parametrize("promotion", [P1, None])
def test_the_purchase_that_names_an_earn_gets_it_and_has_to_tell_of_it(promotion: PromotionId | None) -> None:
    (after,) = link(by_purchase(), [waiting()], [naming(promotion_id=promotion)]).earns

    assert after == waiting(purchase=a_purchase(), source=PURCHASE_RECORD)
    assert to_tell(by_purchase(), [after]) == [after]
    assert to_tell(BY_EARN, [after]) == []


def test_an_earn_that_finds_its_purchase_tells_of_itself() -> None:
    (after,) = link(BY_EARN, [waiting()], [naming()]).earns

    assert after == waiting(purchase=a_purchase())
    assert to_tell(BY_EARN, [after]) == [after]


@pytest.mark.parametrize("other", [{"customer_id": CustomerId(1)}, {"promotion_id": PromotionId("p2")}])
def test_a_purchase_of_another_customer_or_promotion_names_nothing(other: dict[str, Any]) -> None:
    assert purchase_after(by_purchase(), waiting(), naming(**other)) is None
    assert purchase_after(BY_EARN, waiting(), naming(**other)) is None


def test_an_earn_links_only_itself_and_a_purchase_only_what_it_names_itself() -> None:
    other = waiting("e2", source=coordinates(5, topic="earns"))

    assert link(BY_EARN, [waiting(), other], [naming()]).earns == (waiting(purchase=a_purchase()), other)
    assert purchase_after(by_purchase("B-2"), waiting(), naming("B-1", source=coordinates(7))) is None


def test_a_copy_of_a_purchase_links_nothing() -> None:
    assert purchase_after(by_purchase(source=AGAIN), waiting(), naming()) is None


@pytest.mark.parametrize("asker", [BY_EARN, by_purchase(), by_purchase("B-2", source=AGAIN)])
def test_two_purchases_that_name_an_earn_leave_it_waiting(asker: Asker) -> None:
    assert purchase_after(asker, waiting(), naming("B-1"), naming("B-2", source=AGAIN)) is None


def test_one_purchase_told_by_two_promotions_is_one() -> None:
    assert purchase_after(by_purchase(), waiting(), naming(), naming(promotion_id=None)) == a_purchase()


def test_an_earn_is_unlinked_when_a_second_purchase_names_it() -> None:
    held = waiting(purchase=a_purchase(), source=PURCHASE_RECORD)
    asker = by_purchase("B-2", source=AGAIN)

    assert purchase_after(asker, held, naming(), naming("B-2", source=AGAIN)) is None


@pytest.mark.parametrize("hangs", [{"is_at_rest": False}, {"has_told_late": True}])
def test_it_stays_where_something_hangs_on_the_link_already(hangs: dict[str, Any]) -> None:
    linked = waiting(purchase=a_purchase(), **hangs)

    assert purchase_after(by_purchase("B-2"), linked, naming(), naming("B-2")) == a_purchase()


def test_a_link_stays_when_its_naming_is_forgotten() -> None:
    assert purchase_after(BY_EARN, waiting(purchase=a_purchase())) == a_purchase()


def test_a_purchase_sent_again_takes_over_what_it_had_to_tell() -> None:
    asker = by_purchase(source=AGAIN, redrive=1)
    told = waiting("e1", purchase=a_purchase(), source=PURCHASE_RECORD, has_told_late=True)
    own = waiting("e2", purchase=a_purchase(), source=EARN_RECORD, has_told_late=True)

    linked = link(asker, [told, own, waiting("e3", source=coordinates(3))], [naming()])

    taken = replace(told, source=AGAIN, redrive=1, has_told_late=False)
    late = waiting("e3", purchase=a_purchase(), source=AGAIN, redrive=1)
    assert linked == Linked(earns=(taken, own, late), namings=(naming(source=AGAIN, redrive=1),))
    assert to_tell(asker, linked.earns) == [taken, late]


def test_the_first_record_of_a_purchase_sent_again_has_nothing_to_tell() -> None:
    again = naming(source=AGAIN, redrive=1)
    taken = waiting(purchase=a_purchase(), source=AGAIN, redrive=1)

    linked = link(by_purchase(), [taken, waiting("e2")], [again])

    assert linked == Linked(earns=(taken, waiting("e2")), namings=(again,))
    assert to_tell(by_purchase(), linked.earns) == []


def test_that_an_earns_own_record_was_sent_again_is_not_forgotten() -> None:
    (after,) = link(by_purchase(), [waiting(redrive=2)], [naming()]).earns

    assert (after.source, after.redrive) == (PURCHASE_RECORD, 2)


def test_what_is_to_tell_comes_by_its_id() -> None:
    assert [each.key.earn_id for each in to_tell(BY_EARN, [waiting("b"), waiting("a")])] == ["a", "b"]
