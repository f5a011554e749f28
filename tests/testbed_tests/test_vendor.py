"""The stub of the vendor tells the truth about what reached it."""

import httpx

from tests.testbed.vendor import Behaviour, Vendor

PROMOTIONS = "/api_gateway/v1/promotions"


def revoke(vendor: Vendor, customer: int, earns: list[str]) -> httpx.Response:
    asked = {"customerId": customer, "earnRevokeDetails": [{"promotionId": "p", "earnIds": earns}]}
    return httpx.post(f"{vendor.base_url}{PROMOTIONS}/revokeEarn", json=asked)


def test_an_earn_is_revoked_once_and_not_valid_afterwards() -> None:
    with Vendor() as vendor:
        revoke(vendor, 1, ["a"])
        answer = revoke(vendor, 1, ["a", "b"]).json()

        assert [call.earns for call in vendor.calls_with("a")] == [("a",), ("a", "b")]
    assert answer["data"]["revokedDetails"] == [{"promotionId": "p", "revokedEarnIds": ["b"], "status": "SUCCESS"}]
    assert [(error["code"], error["earnIds"]) for error in answer["errors"]] == [(731, ["a"])]


def test_a_failing_vendor_revokes_nothing() -> None:
    with Vendor() as vendor:
        vendor.behaviour = Behaviour(status=503)

        assert revoke(vendor, 1, ["a"]).status_code == 503
        assert (len(vendor.calls), vendor.revoked) == (1, frozenset())


def test_the_listing_shows_what_the_customer_still_holds() -> None:
    with Vendor() as vendor:
        vendor.grant(1, "p", ["a", "b"])
        revoke(vendor, 1, ["a"])
        listed = httpx.get(f"{vendor.base_url}{PROMOTIONS}/customer/1").json()

    assert [held["earnedPromotionId"] for held in listed["data"]] == ["b"]
