"""What the vendor may answer, and how a test looks at what was made of it."""

import json
from typing import Any

from consumer.core.judge import Answered, Asked, Judgement, judge
from consumer.core.model import EarnId, PromotionId
from consumer.core.outcome import VerdictKind

E1 = Asked(promotion_id=PromotionId("p1"), earn_id=EarnId("e1"))
E2 = Asked(promotion_id=PromotionId("p1"), earn_id=EarnId("e2"))
E3 = Asked(promotion_id=PromotionId("p2"), earn_id=EarnId("e3"))
ALL = (E1, E2, E3)

PERMANENT = {
    729: VerdictKind.ALREADY_REDEEMED,
    730: VerdictKind.NOT_REVOCABLE,
    731: VerdictKind.NOT_VALID,
    404: VerdictKind.NOT_FOUND,
    400: VerdictKind.REJECTED,
    409: VerdictKind.REJECTED,
    422: VerdictKind.REJECTED,
    9999: VerdictKind.REJECTED,
}
TRANSIENT = (408, 429, 500, 502, 503, 504, 517, 521, 599, 1010, 4001)
CREDENTIALS = (401, 403, 498, 4000)


def of(asked: tuple[Asked, ...], status: int, body: Any) -> Judgement:
    return judge(asked, status, json.dumps(body).encode())


def shape_a(*earns: Asked, status: str = "SUCCESS", errors: Any = ()) -> dict[str, Any]:
    details = [{"promotionId": earn.promotion_id, "revokedEarnIds": [earn.earn_id], "status": status} for earn in earns]
    return {"data": {"customerId": 1, "revokedDetails": details}, "errors": list(errors)}


def shape_b(*errors: Any, code: Any = 200) -> dict[str, Any]:
    return {"data": {"code": code, "message": "processed"}, "errors": list(errors)}


def error(code: Any, *earns: Asked, message: str = "no") -> dict[str, Any]:
    told: dict[str, Any] = {"code": code, "message": message}
    if earns:
        told |= {"promotionId": earns[0].promotion_id, "earnIds": [earn.earn_id for earn in earns]}
    return told


def kinds(judgement: Judgement) -> dict[str, VerdictKind]:
    assert isinstance(judgement, Answered)
    return {str(earn): answer.kind for earn, answer in judgement.earns.items()}


def unnamed(judgement: Judgement) -> list[str]:
    assert isinstance(judgement, Answered)
    return [str(earn.earn_id) for earn in judgement.unnamed]


def halves(judgement: Judgement) -> bool:
    assert isinstance(judgement, Answered)
    return judgement.halve


REVOKED = VerdictKind.REVOKED
