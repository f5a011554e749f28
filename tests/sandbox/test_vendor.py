"""The simulated vendor plays each answer and each fault it promises."""

import json
from typing import Any

import aiohttp
import pytest

from tests.sandbox.a_client import Client, done


async def test_an_earn_is_revoked_once_and_is_not_valid_then(vendor: Client) -> None:
    assert await vendor.revoke("e1") == (200, {"data": done("e1"), "errors": []})
    assert vendor.answered["X-Cap-Requestid"].startswith("sandbox-")

    status, again = await vendor.revoke("e1")

    assert (status, again["errors"][0]["code"]) == (200, 731)


@pytest.mark.parametrize(
    ("errors", "status", "told"),
    [
        ("attributed", 200, {"code": 729, "promotionId": "p1", "earnIds": ["e~729"]}),
        ("attributed-4xx", 400, {"code": 729, "promotionId": "p1", "earnIds": ["e~729"]}),
        ("unattributed", 200, {"code": 729}),
        ("unattributed-4xx", 400, {"code": 729}),
        ("null-data", 400, {"code": 729}),
    ],
)
async def test_an_error_stands_where_it_is_asked_to(vendor: Client, errors: str, status: int, told: Any) -> None:
    await vendor.behave(errors=errors)

    answered, body = await vendor.revoke("e1", "e~729")

    assert answered == status
    assert told.items() <= body["errors"][0].items()
    assert (await vendor.state())["revoked"] == ["e1"]


async def test_an_error_may_stand_outside_of_errors(vendor: Client) -> None:
    await vendor.behave(errors="code")
    assert (await vendor.revoke("e~730"))[1]["data"]["code"] == 730
    await vendor.behave(errors="stamped")
    assert (await vendor.revoke("e~730"))[1]["errorCode"] == "730"
    await vendor.behave(errors="status")
    assert await vendor.revoke("e~730") == (730, {})


async def test_a_mixed_request_may_be_applied_not_at_all(vendor: Client) -> None:
    await vendor.behave(mixed="whole")

    await vendor.revoke("e1", "e~731")

    assert (await vendor.state())["revoked"] == []


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        ("empty", {}),
        ("null", {"data": None, "errors": []}),
        ("unnamed", {"data": {"customerId": 7, "revokedDetails": []}, "errors": []}),
    ],
)
async def test_a_success_may_say_little(vendor: Client, answer: str, body: Any) -> None:
    await vendor.behave(answer=answer)

    assert await vendor.revoke("e1") == (200, body)
    assert (await vendor.state())["revoked"] == ["e1"]


async def test_the_short_shape_names_nobody(vendor: Client) -> None:
    await vendor.behave(shape="B")

    assert await vendor.revoke("e1") == (200, {"data": {"code": 200, "message": "Request processed"}, "errors": []})


async def test_marks_act_on_their_earn_or_on_the_call_as_often_as_they_say(vendor: Client) -> None:
    _, mixed = await vendor.revoke("e1", "e2~404", "e3~silent")
    assert mixed["data"] == done("e1")
    assert [error["code"] for error in mixed["errors"]] == [404]
    assert [(await vendor.revoke("e4~500-twice"))[0] for _ in range(3)] == [500, 500, 200]
    assert (await vendor.revoke("e5~4001-once"))[0] == 503
    assert (await vendor.revoke("e-729"))[1]["data"] == done("e-729")
    assert (await vendor.revoke("e6~unheard"))[1]["data"] == done("e6~unheard")


@pytest.mark.parametrize(("fault", "is_revoked"), [("reset", False), ("drop", True), ("truncate", True)])
async def test_a_cut_line_may_come_before_or_after_the_deed(vendor: Client, fault: str, *, is_revoked: bool) -> None:
    with pytest.raises(aiohttp.ClientError):
        await vendor.revoke(f"e~{fault}-once")

    assert (await vendor.state())["revoked"] == ([f"e~{fault}-once"] if is_revoked else [])
    assert (await vendor.ask("GET", "/sandbox/calls"))[1][0]["fault"] == fault


async def test_an_answer_may_be_no_json(vendor: Client) -> None:
    with pytest.raises(json.JSONDecodeError):
        await vendor.revoke("e~garbage")


async def test_a_behaviour_lasts_for_as_many_calls_as_it_says(vendor: Client) -> None:
    await vendor.behave(shape="B")
    await vendor.behave(status=503, calls=2)

    assert [(await vendor.revoke(f"e{n}"))[0] for n in range(3)] == [503, 503, 200]
    assert (await vendor.ask("GET", "/sandbox/behaviour"))[1]["shape"] == "B"


async def test_a_share_of_calls_is_hit_evenly(vendor: Client) -> None:
    await vendor.behave(status=500, share=0.25)

    assert [(await vendor.revoke(f"e{n}"))[0] for n in range(8)] == [200, 200, 200, 500] * 2


async def test_one_call_may_bring_its_own_behaviour(vendor: Client) -> None:
    vendor.headers = {"X-Sandbox-Behaviour": '{"status": 502}'}
    assert (await vendor.revoke("e1"))[0] == 502
    assert (await vendor.revoke("e1"))[0] == 200
    vendor.headers = {"X-Sandbox-Behaviour": "?"}
    assert (await vendor.revoke("e2"))[0] == 400
