"""What the listing proves about the earns a customer still holds."""

import json
from typing import Any

import pytest

from consumer.core.judge import Credentials, Listing, Transient, judge_listing


def of(status: int, body: Any, limit: int = 1000) -> Listing | Transient | Credentials | None:
    return judge_listing(status, json.dumps(body).encode(), limit)


def rows(*earns: str) -> list[dict[str, Any]]:
    return [{"earnedPromotionId": earn, "promotionId": "p", "earnedStatus": "ACTIVE"} for earn in earns]


@pytest.mark.parametrize("errors", [[], None])
def test_what_is_listed_is_held(errors: Any) -> None:
    assert of(200, {"data": rows("e1", "e2"), "errors": errors}) == Listing(
        held=frozenset({"e1", "e2"}),  # type: ignore[arg-type] # an id is a str
        complete=True,
    )


def test_an_empty_listing_proves_that_nothing_is_held() -> None:
    assert of(200, {"data": []}) == Listing(held=frozenset(), complete=True)


def test_a_full_page_proves_nothing_by_absence() -> None:
    assert of(200, {"data": rows("e1", "e2")}, limit=2) == Listing(
        held=frozenset({"e1", "e2"}),  # type: ignore[arg-type] # an id is a str
        complete=False,
    )


def test_a_row_that_says_revoked_is_not_held() -> None:
    body = {"data": [{"earnedPromotionId": "e1", "promotionId": "p", "earnedStatus": "REVOKED"}, *rows("e2")]}

    assert of(200, body) == Listing(held=frozenset({"e2"}), complete=True)  # type: ignore[arg-type] # an id is a str


@pytest.mark.parametrize("row", [{}, {"earnedPromotionId": None}, 7, None, []])
def test_a_row_that_cannot_be_read_proves_nothing_by_absence(row: Any) -> None:
    assert of(200, {"data": [*rows("e1"), row]}) == Listing(
        held=frozenset({"e1"}),  # type: ignore[arg-type] # an id is a str
        complete=False,
    )


def test_an_error_without_a_code_beside_the_rows_proves_nothing_by_absence() -> None:
    assert of(200, {"data": rows("e1"), "errors": [{"message": "partial"}]}) == Listing(
        held=frozenset({"e1"}),  # type: ignore[arg-type] # an id is a str
        complete=False,
    )


@pytest.mark.parametrize("body", [{}, [], None, {"data": None}, {"data": {}}, {"data": {"code": 200, "message": "ok"}}])
def test_a_success_without_a_list_is_asked_again(body: Any) -> None:
    assert of(200, body) == Transient(code=None, fate_unknown=True, message=None)


@pytest.mark.parametrize(("status", "code"), [(400, 400), (404, 404), (200, 404), (400, 731), (409, 409)])
def test_a_permanent_error_proves_nothing(status: int, code: int) -> None:
    assert of(status, {"data": [], "errors": [{"code": code}]}) is None


@pytest.mark.parametrize("status", [408, 429, 500, 503, 521])
def test_an_outage_is_asked_again_whatever_its_body(status: int) -> None:
    judged = of(status, {"data": rows("e1"), "errors": [] if status == 408 else [{"code": 404}]})

    assert isinstance(judged, Transient)
    assert judged.code == status


def test_a_redirect_is_asked_again() -> None:
    judged = of(302, {"data": rows("e1")})

    assert isinstance(judged, Transient)
    assert judged.code == 302


@pytest.mark.parametrize(("status", "code"), [(401, 401), (403, 403), (200, 4000), (498, 498)])
def test_refused_credentials_are_seen(status: int, code: int) -> None:
    assert of(status, {"errors": [{"code": code}]}) == Credentials(code=code, fate_unknown=False)
