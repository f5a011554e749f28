"""What the simulated vendor says: one answer in each of the documented shapes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from consumer.sandbox.vendor.behaviour import Behaviour
from consumer.sandbox.vendor.earns import Held, Ruling

OK = 200
BAD_REQUEST = 400
CLIENT_ERRORS = range(400, 500)
WORDS = {
    400: "A required parameter is missing or invalid",
    401: "Invalid credentials",
    404: "Promotion, earn or customer not found",
    408: "Request timed out",
    429: "Too many requests",
    498: "Token expired",
    500: "Internal server error, retry after a short delay",
    502: "Bad gateway",
    503: "Service unavailable",
    504: "Gateway timeout",
    521: "Several actions on one customer at once",
    729: "This earn was already redeemed",
    730: "POS and CODE promotions cannot be revoked",
    731: "Earn id is not valid",
    4000: "Access denied",
    4001: "Authorization status unavailable",
}
CARRIERS = {4000: 403, 4001: 503}
"""The HTTP status under which a code of four digits comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def words(code: int) -> str:
    """What the vendor says of a code."""
    return WORDS.get(code, f"Error {code}")


def refusal(code: int, headers: dict[str, str] | None = None) -> Answer:
    """The answer to a whole request that comes to nothing."""
    status = code if code in range(OK, 1000) else CARRIERS.get(code, BAD_REQUEST)
    body = _json({"data": None, "errors": [{"code": code, "message": words(code)}]})
    return Answer(status=status, body=body, headers=headers or {})


def listing(held: Sequence[Held]) -> Answer:
    """What a customer holds."""
    rows = [
        {"earnedPromotionId": earn.earn_id, "promotionId": earn.promotion_id, "earnedStatus": "ACTIVE"} for earn in held
    ]
    return Answer(status=OK, body=_json({"data": rows, "errors": []}))


def revoked(customer: int, rulings: Sequence[Ruling], *, applied: bool, behaviour: Behaviour) -> Answer:
    """The answer to a request to revoke. With `applied`, what has no code is revoked."""
    told = [ruling for ruling in rulings if not ruling.unnamed]
    done = [ruling for ruling in told if ruling.code is None] if applied else []
    failed = [ruling for ruling in told if ruling.code is not None]
    code = next((ruling.code for ruling in failed if ruling.code is not None), None)
    if behaviour.answer != "normal" and code is None:
        return _odd(customer, done, behaviour)
    data = _details(customer, done) if behaviour.shape == "A" else {"code": OK, "message": "Request processed"}
    if behaviour.shape == "B" and len(told) < len(rulings):
        data = None
    if code is None:
        return Answer(status=OK, body=_json({"data": data, "errors": []}))
    return _failed(data, failed, code, behaviour)


def _failed(data: object, failed: Sequence[Ruling], code: int, behaviour: Behaviour) -> Answer:
    attributed = [
        {
            "code": ruling.code,
            "message": words(ruling.code or BAD_REQUEST),
            "promotionId": ruling.promotion_id,
            "earnIds": [ruling.earn_id],
        }
        for ruling in failed
    ]
    general = [{"code": code, "message": words(code)}]
    status = code if code in CLIENT_ERRORS else BAD_REQUEST
    placed: dict[str, tuple[int, object]] = {
        "attributed": (OK, {"data": data, "errors": attributed}),
        "attributed-4xx": (status, {"data": data, "errors": attributed}),
        "unattributed": (OK, {"data": data, "errors": general}),
        "unattributed-4xx": (status, {"errors": general}),
        "null-data": (status, {"data": None, "errors": general}),
        "code": (OK, {"data": {"code": code, "message": words(code)}, "errors": None}),
        "stamped": (status, _stamped(code)),
        "status": (code, {}),
    }
    status, body = placed[behaviour.errors]
    return Answer(status=status, body=_json(body))


def _stamped(code: int) -> dict[str, object]:
    return {"timestamp": "2026-01-01T00:00:00Z", "errorCode": str(code), "message": words(code), "errorDetails": []}


def _odd(customer: int, done: Sequence[Ruling], behaviour: Behaviour) -> Answer:
    match behaviour.answer:
        case "empty":
            body: object = {}
        case "null":
            body = {"data": None, "errors": []}
        case "not-success":
            body = {"data": _details(customer, done, status="PROCESSING"), "errors": []}
        case _:
            body = {"data": {"customerId": customer, "revokedDetails": []}, "errors": []}
    return Answer(status=OK, body=_json(body))


def _details(customer: int, done: Sequence[Ruling], status: str = "SUCCESS") -> dict[str, object] | None:
    earns: dict[str, list[str]] = {}
    for ruling in done:
        earns.setdefault(ruling.promotion_id, []).append(ruling.earn_id)
    details = [{"promotionId": name, "revokedEarnIds": ids, "status": status} for name, ids in earns.items()]
    return {"customerId": customer, "revokedDetails": details}


def _json(body: object) -> bytes:
    return json.dumps(body).encode()
