"""Every example of docs/policies.md is what the plan does."""

import re
from dataclasses import replace

import pytest

from consumer.core.model import (
    CustomerId,
    Earn,
    EarnedFromType,
    EarnState,
    Millis,
    PromotionType,
    ReturnedGoods,
    ReturnType,
)
from consumer.core.plan import PartialReturns, Plan, plan, returned_purchase
from consumer.core.purchase import BillScope, returned_goods
from tests.builders import (
    BOUGHT_AT,
    CUSTOMER,
    DAY,
    a_policy,
    a_return_line,
    a_return_transaction,
    a_whole_bill,
    an_earn,
    coordinates,
    quantities,
)
from tests.docs.page import heading_of, tables, text_of

PAGE = text_of("policies.md")
PARTIAL, EARNED_FROM, AGE, NO_CALL = tables(PAGE)
EARNS = (an_earn("stamp", lines="1"), an_earn("coffee", lines="2"), an_earn("ten-off"))
BOUGHT = quantities({"1": 2, "2": 1})
ANOTHER = CustomerId(CUSTOMER + 1)
OF_THE_EARN = {
    "was taken back before": an_earn(state=EarnState.REVOKED, claim="another"),
    "was redeemed, as the earn feed told": an_earn(state=EarnState.REDEEMED),
    "is of a POS promotion": an_earn(promotion_type=PromotionType.POS),
    "is of a CODE promotion": an_earn(promotion_type=PromotionType.CODE),
    "is of a POS promotion, earned by a MILESTONE": an_earn(
        promotion_type=PromotionType.POS, earned_from=EarnedFromType.MILESTONE
    ),
    "is another customer's, on the same bill": an_earn(customer_id=ANOTHER),
}


def goods_of(words: str) -> ReturnedGoods:
    """What came back, from words such as `2 of line 1, 1 of line 2` or FULL."""
    counted = re.findall(r"(\d+) of line (\d+)", words)
    lines = tuple(a_return_line(line, float(count)) for count, line in counted)
    told = a_return_transaction(
        return_type=ReturnType.LINE_ITEM if counted else ReturnType(words), lines=lines, purchase_lines=BOUGHT
    )
    return returned_goods(told, BillScope.ORG)[0]


def planned_in_turn(words: str, rule: PartialReturns) -> Plan:
    """The plan of the last return, after the ones before took what is theirs."""
    back = [goods_of(each) for each in words.split(", then ")]
    taken = frozenset[str]()
    planned = Plan(revoke=(), known=(), kept=())
    for count in range(1, len(back) + 1):
        returned = returned_purchase(
            back[:count],
            source=coordinates(count),
            customer_id=CUSTOMER,
            purchased_at=BOUGHT_AT,
            returned_at=Millis(BOUGHT_AT + DAY),
        )
        planned = plan(returned, after(taken), a_policy(partial_returns=rule))
        taken |= {each.key.earn_id for each in planned.revoke}
    return planned


def after(taken: frozenset[str]) -> list[Earn]:
    """The purchase's earns once another return took these."""
    return [
        replace(earn, state=EarnState.REVOKED, claim="another") if earn.key.earn_id in taken else earn for earn in EARNS
    ]


def in_words(planned: Plan) -> str:
    parts: dict[str, list[str]] = {
        "takes": [each.key.earn_id for each in planned.revoke],
        "taken before": [each.earn_id for each in planned.known],
        "keeps": [f"{each.earn_id} {each.message}" for each in planned.kept],
    }
    return "; ".join(f"{name} {', '.join(earns)}" for name, earns in parts.items() if earns)


@pytest.mark.parametrize("row", PARTIAL, ids=lambda row: row[0])
def test_a_return_takes_what_the_table_of_partial_returns_says(row: list[str]) -> None:
    rules = [PartialReturns(name) for name in heading_of(0, PAGE)[1:]]

    assert [in_words(planned_in_turn(row[0], rule)) for rule in rules] == row[1:]


@pytest.mark.parametrize(("allowed", "earned_from", "expected"), EARNED_FROM)
def test_what_an_earn_came_from_decides_as_its_table_says(allowed: str, earned_from: str, expected: str) -> None:
    policy = a_policy(revoke_earned_from=frozenset(EarnedFromType(name) for name in allowed.split(", ")))

    planned = plan(a_whole_bill(), [an_earn("it", earned_from=EarnedFromType(earned_from))], policy)

    assert in_words(planned) == expected


@pytest.mark.parametrize(("limit", "days", "told", "expected"), AGE)
def test_the_age_of_a_return_decides_as_its_table_says(limit: str, days: str, told: str, expected: str) -> None:
    policy = a_policy(max_return_age=None if limit == "-" else int(limit) * 1000)
    returned = a_whole_bill(
        purchased_at=BOUGHT_AT if told == "yes" else None, returned_at=Millis(BOUGHT_AT + int(days) * DAY)
    )

    assert in_words(plan(returned, [an_earn("it")], policy)) == expected


@pytest.mark.parametrize(("words", "expected"), NO_CALL)
def test_what_needs_no_call_has_the_verdict_of_its_table(words: str, expected: str) -> None:
    planned = plan(a_whole_bill(), [OF_THE_EARN[words]], a_policy())

    (verdict,) = (*planned.known, *planned.kept)
    kept = verdict.kind == "KEPT_BY_POLICY"
    told = verdict.message if kept else verdict.code
    assert f"{verdict.kind} {told or ''}".strip() == expected
    assert planned.revoke == ()
