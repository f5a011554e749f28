"""Which earns a return takes back, by the operator's policy, and why the others stay."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from consumer.core.model import (
    Coordinates,
    CustomerId,
    Earn,
    EarnedFromType,
    EarnState,
    Extent,
    LineId,
    LineQuantity,
    Millis,
    PromotionType,
    ReturnedGoods,
    ReturnedPurchase,
)
from consumer.core.outcome import Verdict, VerdictKind

ALREADY_REDEEMED_CODE = 729
NOT_REVOCABLE_CODE = 730
NEVER_REVOCABLE = frozenset({PromotionType.POS, PromotionType.CODE})
QUANTITY_TOLERANCE = 1e-6
NO_LINES: frozenset[LineId] = frozenset()


class PartialReturns(StrEnum):
    """The operator's rule for a bill of which only a part came back."""

    MATCHING_LINES = "matching-lines"
    ANY_RETURN = "any-return"
    WHOLE_BILL = "whole-bill"


class KeptReason(StrEnum):
    """Why the policy leaves an earn alone; where several hold, the first of this order is told."""

    OTHER_CUSTOMER = "other-customer"
    EARNED_FROM = "earned-from"
    TOO_OLD = "too-old"
    NOT_WHOLE_BILL = "not-whole-bill"
    OTHER_LINE = "other-line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The operator's choice. `max_return_age` in milliseconds; None: no limit."""

    partial_returns: PartialReturns
    revoke_earned_from: frozenset[EarnedFromType]
    max_return_age: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What becomes of each earn of a purchase, in the order the earns were given.

    `revoke` must be asked of the vendor; `known` are verdicts that need no call; `kept` are left alone.
    """

    revoke: tuple[Earn, ...]
    known: tuple[Verdict, ...]
    kept: tuple[Verdict, ...]


def plan(returned: ReturnedPurchase, earns: Iterable[Earn], policy: Policy) -> Plan:
    """Which earns this return takes back, and why the others stay.

    Earns of another purchase are none of its business and are passed over.
    """
    revoke: list[Earn] = []
    known: list[Verdict] = []
    kept: list[Verdict] = []
    for earn in _each_once(earns):
        if earn.purchase != returned.purchase:
            continue
        reason = _kept_because(returned, earn, policy)
        if reason is not None:
            kept.append(_verdict(earn, VerdictKind.KEPT_BY_POLICY, message=reason.value))
            continue
        verdict = _without_a_call(returned, earn)
        if verdict is None:
            revoke.append(earn)
        else:
            known.append(verdict)
    return Plan(revoke=tuple(revoke), known=tuple(known), kept=tuple(kept))


def whole_bill_is_back(returns: Sequence[ReturnedGoods]) -> bool:
    """Whether the returns of one purchase so far, oldest first, bring all of it back.

    By a FULL or CANCELLED return, or when for each line of the latest non-empty list of purchased lines the returned
    quantities reach the purchased ones.
    """
    if any(goods.extent is Extent.WHOLE for goods in returns):
        return True
    listed = [goods.purchase_lines for goods in returns if goods.purchase_lines]
    if not listed:
        return False
    back = _sum_by_line(line for goods in returns if goods.extent is Extent.LINES for line in goods.lines)
    purchased = _sum_by_line(listed[-1])
    return all(back.get(line, 0.0) >= quantity - QUANTITY_TOLERANCE for line, quantity in purchased.items())


def returned_purchase(
    returns: Sequence[ReturnedGoods],
    *,
    source: Coordinates,
    customer_id: CustomerId,
    purchased_at: Millis | None,
    returned_at: Millis,
) -> ReturnedPurchase:
    """The last of these returns of one purchase, seen with all that came back before it.

    An amount brings no goods back, so it never sees the whole bill, even where earlier returns brought it.
    """
    own = returns[-1]
    lines = frozenset(line.line_id for line in own.lines) if own.extent is Extent.LINES else NO_LINES
    return ReturnedPurchase(
        source=source,
        purchase=own.purchase,
        customer_id=customer_id,
        extent=own.extent,
        line_ids=lines,
        whole_bill=own.extent is not Extent.AMOUNT and whole_bill_is_back(returns),
        purchased_at=purchased_at,
        returned_at=returned_at,
    )


def _kept_because(returned: ReturnedPurchase, earn: Earn, policy: Policy) -> KeptReason | None:
    if earn.customer_id != returned.customer_id:
        return KeptReason.OTHER_CUSTOMER
    if earn.earned_from not in policy.revoke_earned_from:
        return KeptReason.EARNED_FROM
    if _is_too_old(returned, earn, policy):
        return KeptReason.TOO_OLD
    match policy.partial_returns:
        case PartialReturns.ANY_RETURN:
            return None
        case PartialReturns.WHOLE_BILL:
            return None if returned.whole_bill else KeptReason.NOT_WHOLE_BILL
        case PartialReturns.MATCHING_LINES:
            return _kept_by_its_lines(returned, earn)
        case _:
            assert_never(policy.partial_returns)


def _kept_by_its_lines(returned: ReturnedPurchase, earn: Earn) -> KeptReason | None:
    if returned.whole_bill or earn.line_ids & returned.line_ids:
        return None
    return KeptReason.OTHER_LINE if earn.line_ids else KeptReason.NOT_WHOLE_BILL


def _is_too_old(returned: ReturnedPurchase, earn: Earn, policy: Policy) -> bool:
    if policy.max_return_age is None:
        return False
    since = earn.earned_at if returned.purchased_at is None else returned.purchased_at
    return returned.returned_at - since > policy.max_return_age


def _without_a_call(returned: ReturnedPurchase, earn: Earn) -> Verdict | None:
    """The verdict on an earn that the return takes, where the ledger or the promotion's type already tells it."""
    match earn.state:
        case EarnState.REVOKED if earn.claim == str(returned.source):
            return _verdict(earn, VerdictKind.REVOKED)
        case EarnState.REVOKED:
            return _verdict(earn, VerdictKind.ALREADY_REVOKED)
        case EarnState.REDEEMED:
            return _verdict(earn, VerdictKind.ALREADY_REDEEMED, code=ALREADY_REDEEMED_CODE, message="redeemed before")
        case EarnState.HELD if earn.promotion_type in NEVER_REVOCABLE:
            words = f"{earn.promotion_type} promotions cannot be revoked"
            return _verdict(earn, VerdictKind.NOT_REVOCABLE, code=NOT_REVOCABLE_CODE, message=words)
        case EarnState.HELD:
            return None
        case _:
            assert_never(earn.state)


def _verdict(earn: Earn, kind: VerdictKind, *, code: int | None = None, message: str | None = None) -> Verdict:
    return Verdict(promotion_id=earn.promotion_id, earn_id=earn.key.earn_id, kind=kind, code=code, message=message)


def _each_once(earns: Iterable[Earn]) -> Iterator[Earn]:
    return iter({earn.key: earn for earn in earns}.values())


def _sum_by_line(lines: Iterable[LineQuantity]) -> dict[LineId, float]:
    total: dict[LineId, float] = {}
    for line in lines:
        total[line.line_id] = total.get(line.line_id, 0.0) + line.quantity
    return total
