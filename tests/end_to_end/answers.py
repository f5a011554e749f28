"""The vendor's documented answers, and what each leaves certain about an earn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tests.end_to_end.truth import Told

Asked = Sequence[tuple[str, str]]
"""Promotion id and earn id, in the order of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to answer. `partial`: what can be revoked is, though another earn of the request fails."""

    name: str
    shape: Literal["A", "B", "null", "gateway", "empty"]
    status: Literal["200", "400", "code"] = "200"
    attributed: bool = False
    partial: bool = True


VARIANTS = (
    Variant(name="A, errors in a 200 without attribution", shape="A"),
    Variant(name="A, errors in a 200 with attribution", shape="A", attributed=True),
    Variant(name="B, errors in a 200 with attribution", shape="B", attributed=True),
    Variant(name="B, errors in a 200 without attribution", shape="B"),
    Variant(
        name="A, all or nothing, errors in a 400 with attribution",
        shape="A",
        status="400",
        attributed=True,
        partial=False,
    ),
    Variant(name="B, all or nothing, the code as HTTP status", shape="B", status="code", partial=False),
    Variant(name="null data in a 400", shape="null", status="400", partial=False),
    Variant(name="null data in a 200", shape="null", partial=False),
    Variant(name="the gateway's own error", shape="gateway", status="400", partial=False),
    Variant(name="nothing but an HTTP status", shape="empty", status="code", partial=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back over HTTP, and what it tells of each earn."""

    status: int
    body: Mapping[str, Any]
    told: Mapping[str, Told]


def answer(variant: Variant, asked: Asked, failed: Mapping[str, int], applied: frozenset[str]) -> Answer:
    """The answer when these earns failed with their codes and those were revoked."""
    if not failed:
        body = (
            _named(asked, applied) if variant.shape == "A" else {"data": {"code": 200, "message": "ok"}, "errors": []}
        )
        return Answer(status=200, body=body, told={earn_id: "revoked" for _, earn_id in asked})
    first = next(iter(failed.values()))
    status = {"200": 200, "400": 400, "code": first}[variant.status]
    told: dict[str, Told] = dict.fromkeys((earn_id for _, earn_id in asked), "unclear")
    if variant.shape == "A":
        told.update(dict.fromkeys(applied, "revoked"))
    if variant.attributed or len(asked) == 1:
        told.update(dict.fromkeys(failed, "failed"))
    return Answer(status=status, body=_body(variant, asked, failed, applied), told=told)


def _body(variant: Variant, asked: Asked, failed: Mapping[str, int], applied: frozenset[str]) -> Mapping[str, Any]:
    first = next(iter(failed.values()))
    errors = _attributed(asked, failed) if variant.attributed else _bare(failed)
    match variant.shape:
        case "A":
            return {**_named(asked, applied), "errors": errors}
        case "B":
            return {"data": {"code": 200, "message": "processed"}, "errors": errors}
        case "null":
            return {"data": None, "errors": errors}
        case "gateway":
            return {"timestamp": 1_795_000_000, "errorCode": first, "message": "refused", "errorDetails": []}
        case "empty":
            return {}


def _named(asked: Asked, applied: frozenset[str]) -> dict[str, Any]:
    by_promotion: dict[str, list[str]] = {}
    for promotion_id, earn_id in asked:
        if earn_id in applied:
            by_promotion.setdefault(promotion_id, []).append(earn_id)
    details = [
        {"promotionId": promotion_id, "revokedEarnIds": earn_ids, "status": "SUCCESS"}
        for promotion_id, earn_ids in by_promotion.items()
    ]
    return {"data": {"revokedDetails": details}, "errors": []}


def _attributed(asked: Asked, failed: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"code": failed[earn_id], "message": "cannot", "promotionId": promotion_id, "earnIds": [earn_id]}
        for promotion_id, earn_id in asked
        if earn_id in failed
    ]


def _bare(failed: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"code": code, "message": "cannot"} for code in dict.fromkeys(failed.values())]
