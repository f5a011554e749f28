"""The simulated vendor keeps a quota, looks at credentials, knows its earns, and does as it is told."""

from base64 import b64encode
from typing import Any

import pytest

from tests.sandbox.a_client import REVOKE, Client, done


async def test_the_quota_is_of_any_minute_and_counts_who_breaks_it(vendor: Client) -> None:
    await vendor.behave(quota_per_minute=2)
    assert [(await vendor.revoke(f"e{n}"))[0] for n in range(3)] == [200, 200, 429]
    assert vendor.answered["Retry-After"] == "61"

    vendor.clock.now += 60.0

    assert (await vendor.revoke("e3"))[0] == 200
    state = await vendor.state()
    assert (state["quota_violations"], state["largest_minute"]) == (1, 3)


@pytest.mark.parametrize(
    ("told", "header"), [("seconds", "2"), ("date", "Sun, 09 Sep 2001 01:46:42 GMT"), (None, None)]
)
async def test_a_throttle_says_when_to_come_back_or_does_not(
    vendor: Client, told: str | None, header: str | None
) -> None:
    await vendor.behave(status=429, retry_after=told)

    assert (await vendor.revoke("e1"))[0] == 429
    assert vendor.answered.get("Retry-After") == header


async def test_a_password_is_looked_at(vendor: Client) -> None:
    await vendor.behave(auth="basic", password="right")  # noqa: S106 - an example
    vendor.headers = {"Authorization": "Basic " + b64encode(b"sandbox:wrong").decode()}
    assert (await vendor.revoke("e1"))[0] == 401
    vendor.headers = {"Authorization": "Basic " + b64encode(b"sandbox:right").decode()}
    assert (await vendor.revoke("e1"))[0] == 200


async def test_a_token_is_given_and_ends(vendor: Client) -> None:
    await vendor.behave(auth="oauth", token_ttl=10)
    assert (await vendor.ask("POST", "/v3/oauth/token/generate", {"key": "sandbox", "secret": "no"}))[0] == 401
    _, given = await vendor.ask("POST", "/v3/oauth/token/generate", {"key": "sandbox", "secret": "sandbox"})
    assert given["data"]["ttlSeconds"] == 10
    shown = {"X-CAP-API-OAUTH-TOKEN": given["data"]["accessToken"]}
    assert (await vendor.revoke("e1"))[0] == 401

    vendor.headers = shown
    assert (await vendor.revoke("e1"))[0] == 200
    vendor.clock.now += 10
    vendor.headers = shown
    assert (await vendor.revoke("e2"))[0] == 498
    await vendor.ask("DELETE", "/sandbox/tokens")
    vendor.headers = shown
    assert (await vendor.revoke("e2"))[0] == 401


async def test_preloaded_earns_are_known_as_what_they_are(vendor: Client) -> None:
    await vendor.behave(accept_unknown=False)
    mine = {"customerId": 7, "promotionId": "p1"}
    earns = [
        mine | {"earnId": "held"},
        mine | {"earnId": "spent", "state": "redeemed"},
        mine | {"earnId": "pos", "promotionType": "POS"},
        mine | {"earnId": "hers", "customerId": 8},
    ]
    assert (await vendor.ask("POST", "/sandbox/earns", earns))[0] == 200

    _, body = await vendor.revoke("held", "spent", "pos", "hers", "unknown")

    assert body["data"] == done("held")
    assert [error["code"] for error in body["errors"]] == [729, 730, 731, 731]


async def test_the_listing_has_what_is_still_held_up_to_the_limit(vendor: Client) -> None:
    earns = [{"customerId": 7, "promotionId": "p1", "earnId": f"e{n}"} for n in range(12)]
    await vendor.ask("POST", "/sandbox/earns", earns)
    await vendor.revoke("e0")
    path = "/api_gateway/v1/promotions/customer/7"

    _, ten = await vendor.ask("GET", path)
    _, all_of_them = await vendor.ask("GET", f"{path}?limit=1000")

    assert len(ten["data"]) == 10
    assert [row["earnedPromotionId"] for row in all_of_them["data"]] == [f"e{n}" for n in range(1, 12)]
    assert (await vendor.ask("GET", f"{path}?limit=x"))[0] == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"customerId": "7", "earnRevokeDetails": [{"promotionId": "p", "earnIds": ["e"]}]},
        {"customerId": 7, "earnRevokeDetails": []},
        {"customerId": 7, "earnRevokeDetails": [{"promotionId": "p", "earnIds": []}]},
        {"customerId": 7, "earnRevokeDetails": [{"promotionId": "p", "earnIds": ["e"] * 1001}]},
    ],
)
async def test_a_request_against_the_rules_is_a_400(vendor: Client, body: Any) -> None:
    assert (await vendor.ask("POST", REVOKE, body))[0] == 400


async def test_an_unknown_behaviour_is_refused_by_name(vendor: Client) -> None:
    status, told = await vendor.ask("PATCH", "/sandbox/behaviour", {"stauts": 503})

    assert status == 400
    assert told["problems"][0].startswith("stauts: unknown; known are latency, shape")
    status, told = await vendor.ask("POST", "/sandbox/earns", {"customerId": 7, "earnId": "e", "colour": "red"})
    assert status == 400
    assert told["problems"] == [
        "0.promotionId: Field required",
        "0.colour: unknown; known are customerId, promotionId, earnId, state, promotionType",
    ]


async def test_a_change_leaves_the_rest_and_a_deletion_begins_anew(vendor: Client) -> None:
    await vendor.behave(shape="B")
    await vendor.ask("PATCH", "/sandbox/behaviour", {"latency": 0})
    assert (await vendor.ask("GET", "/sandbox/behaviour"))[1]["shape"] == "B"

    await vendor.ask("DELETE", "/sandbox/behaviour")
    assert (await vendor.ask("GET", "/sandbox/behaviour"))[1]["shape"] == "A"
    await vendor.revoke("e1")
    await vendor.ask("DELETE", "/sandbox")
    assert (await vendor.state())["calls"] == 0
    assert "PUT /sandbox/behaviour" in (await vendor.ask("GET", "/sandbox"))[1]["routes"]


async def test_calls_are_told_and_forgotten(vendor: Client) -> None:
    await vendor.revoke("e1", "e~731")

    _, told = await vendor.ask("GET", "/sandbox/calls")

    assert [(call["operation"], call["earns"], call["revoked"]) for call in told] == [
        ("revoke", ["e1", "e~731"], ["e1"])
    ]
    assert (await vendor.ask("DELETE", "/sandbox/calls"))[1] == []
