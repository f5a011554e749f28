"""The adapter and the judge, together, against every behaviour of the simulated vendor."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from typing import Any

import aiohttp
import pytest

from consumer.adapters.revoke_api import Anonymous, ApiConfig, Basic, HttpRevokeApi, OAuth
from consumer.core.judge import Answered, Asked, Credentials, EarnAnswer, Listing, Transient, judge, judge_listing
from consumer.core.model import CustomerId, EarnId, OrgId, PromotionId
from consumer.core.outcome import VerdictKind
from consumer.ports import Call, Unavailable
from consumer.sandbox.vendor import Behaviour, create_app, serve

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def earn(earn_id: str, promotion: str = "p1") -> Asked:
    return Asked(promotion_id=PromotionId(promotion), earn_id=EarnId(earn_id))


def a_call(*earns: Asked, customer: int = 7, org: str | None = "org") -> Call:
    org_id = OrgId(org) if org is not None else None
    return Call(org_id=org_id, customer_id=CustomerId(customer), earns=earns, traceparents=(TRACE,))


class Stage:
    """A sandbox, and adapters that speak to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.now = 0.0

    @asynccontextmanager
    async def api(self, auth: Basic | OAuth | Anonymous | None = None) -> AsyncIterator[HttpRevokeApi]:
        config = ApiConfig(
            base_url=self.url,
            auth=auth or Anonymous(),
            timeout=5.0,
            concurrency=8,
            answer_bytes=1024 * 1024,
            listing_bytes=1024 * 1024,
            ca=None,
        )
        api = HttpRevokeApi(config, clock=lambda: self.now, wall_clock=time.time)
        try:
            yield api
        finally:
            await api.aclose()

    async def behave(self, **behaviour: Any) -> None:
        await self._ask("PUT", "/sandbox/behaviour", behaviour)

    async def calls(self) -> Any:
        return await self._ask("GET", "/sandbox/calls")

    async def forget_tokens(self) -> None:
        await self._ask("DELETE", "/sandbox/tokens")

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        async with aiohttp.ClientSession() as session, session.request(method, self.url + path, json=body) as answer:
            assert answer.status == 200
            return await answer.json()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with serve(create_app(Behaviour(), time.time), host="127.0.0.1", port=0) as url:
        yield Stage(url)


async def ask_until_known(api: HttpRevokeApi, asked: tuple[Asked, ...]) -> tuple[dict[EarnId, EarnAnswer], int]:
    """Ask as a lane does, in halves where needed, every repeat verified by the listing."""
    known: dict[EarnId, EarnAnswer] = {}
    groups, doubtful, count = [asked], set[EarnId](), 0
    while groups:
        group = groups.pop(0)
        response = await api.revoke(a_call(*group))
        count += 1
        judged = judge(group, response.status, response.body)
        if isinstance(judged, Transient):
            doubtful.update(a.earn_id for a in group)
            groups.append(group)
            continue
        assert isinstance(judged, Answered)
        known |= {e: _verified(e, answer, doubtful) for e, answer in judged.earns.items()}
        rest = judged.unnamed
        doubtful.update(a.earn_id for a in rest)
        half = len(rest) // 2 if judged.halve else 0
        groups += [part for part in (rest[:half], rest[half:]) if part]
    return known, count


def _verified(earn_id: EarnId, answer: EarnAnswer, doubtful: set[EarnId]) -> EarnAnswer:
    if earn_id in doubtful and answer.code == 731 and "~" not in earn_id:
        return EarnAnswer(kind=VerdictKind.ALREADY_REVOKED, code=None, message=None)
    return answer


PLACES = [
    "attributed", "attributed-4xx", "unattributed", "unattributed-4xx", "null-data", "code", "stamped", "status",
]  # fmt: skip


@pytest.mark.parametrize(("errors", "shape", "mixed"), list(product(PLACES, "AB", ["partial", "whole"])))
async def test_every_variant_comes_to_the_same_verdicts(stage: Stage, errors: str, shape: str, mixed: str) -> None:
    await stage.behave(errors=errors, shape=shape, mixed=mixed)
    asked = (earn("a"), earn("b~729"), earn("c", "p2"), earn("d~730", "p2"), earn("e~731", "p3"), earn("f~404-once"))

    async with stage.api() as api:
        known, count = await ask_until_known(api, asked[:5])

    revoked = {VerdictKind.REVOKED, VerdictKind.ALREADY_REVOKED}
    assert known[EarnId("a")].kind in revoked
    assert known[EarnId("c")].kind in revoked
    assert known[EarnId("b~729")].kind is VerdictKind.ALREADY_REDEEMED
    assert known[EarnId("d~730")].kind is VerdictKind.NOT_REVOCABLE
    assert known[EarnId("e~731")].kind is VerdictKind.NOT_VALID
    assert count <= 9


@pytest.mark.parametrize("answer", ["empty", "null", "unnamed", "not-success"])
async def test_an_answer_that_names_nobody_is_asked_again(stage: Stage, answer: str) -> None:
    await stage.behave(answer=answer, calls=1)

    async with stage.api() as api:
        known, count = await ask_until_known(api, (earn("a"), earn("b")))

    assert {told.kind for told in known.values()} == {VerdictKind.ALREADY_REVOKED}
    assert count == 2


async def test_the_request_is_as_documented(stage: Stage) -> None:
    async with stage.api() as api:
        response = await api.revoke(a_call(earn("a"), earn("b", "p2"), earn("c"), customer=2**53 + 1))

    [call] = await stage.calls()
    assert call["earns"] == ["a", "c", "b"]
    assert call["customer"] == 2**53 + 1
    assert call["org"] == "org"
    assert call["traceparent"] == TRACE
    assert response.request_id == "sandbox-1"


async def test_no_organisation_and_no_trace_are_no_headers(stage: Stage) -> None:
    async with stage.api() as api:
        await api.revoke(
            Call(org_id=OrgId(""), customer_id=CustomerId(7), earns=(earn("a"),), traceparents=("x\r\ny",))
        )

    [call] = await stage.calls()
    assert (call["org"], call["traceparent"]) == (None, None)


async def test_the_listing_tells_what_is_held(stage: Stage) -> None:
    async with stage.api() as api:
        await api.revoke(a_call(earn("a"), earn("b~730")))
        response = await api.listing(a_call())

    assert judge_listing(response.status, response.body, 1000) == Listing(
        held=frozenset({EarnId("b~730")}), complete=True
    )


async def test_a_password_that_changed_is_read_again(stage: Stage) -> None:
    passwords = ["old", "new"]
    await stage.behave(auth="basic", password="new")  # noqa: S106 - an example

    async with stage.api(Basic(username="sandbox", password=lambda: passwords[0])) as api:
        refused = await api.revoke(a_call(earn("a")))
        passwords.pop(0)
        still_refused = await api.revoke(a_call(earn("a")))
        await api.refresh()
        accepted = await api.revoke(a_call(earn("a")))

    assert judge((earn("a"),), refused.status, refused.body) == Credentials(code=401, fate_unknown=False)
    assert (still_refused.status, accepted.status) == (401, 200)


async def test_a_token_is_had_once_and_renewed_before_it_ends(stage: Stage) -> None:
    await stage.behave(auth="oauth", token_ttl=100)
    async with stage.api(OAuth(key=lambda: "sandbox", secret=lambda: "sandbox")) as api:
        first = await asyncio.gather(*(api.revoke(a_call(earn(f"e{n}"), customer=n)) for n in range(1, 9)))
        stage.now = 79.0
        await api.revoke(a_call(earn("x")))
        assert [call["operation"] for call in await stage.calls()].count("token") == 1

        stage.now = 80.0
        await api.revoke(a_call(earn("y")))
        await api.refresh()

    assert {response.status for response in first} == {200}
    assert [call["operation"] for call in await stage.calls()].count("token") == 2


async def test_calls_do_not_wait_for_the_next_token_while_theirs_is_good(stage: Stage) -> None:
    await stage.behave(auth="oauth", token_ttl=100)
    secrets = ["wrong", "sandbox"]
    async with stage.api(OAuth(key=lambda: "sandbox", secret=lambda: secrets[-1])) as api:
        await api.revoke(a_call(earn("a")))
        secrets.pop()
        stage.now = 80.0
        still_good = await api.revoke(a_call(earn("b")))
        with pytest.raises(Unavailable):
            await api.refresh()
        soon_after = await api.revoke(a_call(earn("c")))
        tokens = [call["operation"] for call in await stage.calls()].count("token")
        stage.now = 100.0
        with pytest.raises(Unavailable):
            await api.revoke(a_call(earn("d")))

    assert (still_good.status, soon_after.status) == (200, 200)
    assert tokens == 2


async def test_refreshes_at_the_same_time_share_one(stage: Stage) -> None:
    await stage.behave(auth="oauth")
    async with stage.api(OAuth(key=lambda: "sandbox", secret=lambda: "sandbox")) as api:
        await api.revoke(a_call(earn("a")))
        await stage.forget_tokens()
        refused = await api.revoke(a_call(earn("b")))
        await asyncio.gather(*(api.refresh() for _ in range(5)))
        accepted = await api.revoke(a_call(earn("b")))

    assert (refused.status, accepted.status) == (401, 200)
    assert [call["operation"] for call in await stage.calls()].count("token") == 2


async def test_a_secret_that_does_not_do_is_our_credentials_and_is_not_told(stage: Stage) -> None:
    await stage.behave(auth="oauth")
    secrets = ["hush-hush", "sandbox"]
    async with stage.api(OAuth(key=lambda: "sandbox", secret=lambda: secrets[0])) as api:
        with pytest.raises(Unavailable) as caught:
            await api.revoke(a_call(earn("a")))
        secrets.pop(0)
        await api.refresh()
        accepted = await api.revoke(a_call(earn("a")))

    assert (caught.value.reason, caught.value.sent) == ("credentials", False)
    assert "hush" not in repr(caught.value)
    assert accepted.status == 200


async def test_a_dropped_answer_is_found_out_by_the_listing(stage: Stage) -> None:
    asked = earn("a~drop-once")
    async with stage.api() as api:
        with pytest.raises(Unavailable) as caught:
            await api.revoke(a_call(asked))
        again = await api.revoke(a_call(asked))
        held = await api.listing(a_call())

    judged = judge((asked,), again.status, again.body)
    assert caught.value.sent
    assert isinstance(judged, Answered)
    assert judged.earns[asked.earn_id].kind is VerdictKind.NOT_VALID
    assert judge_listing(held.status, held.body, 1000) == Listing(held=frozenset(), complete=True)


async def test_two_calls_of_one_customer_at_once_are_refused_by_521(stage: Stage) -> None:
    await stage.behave(latency=0.2)
    async with stage.api() as api:
        responses = await asyncio.gather(api.revoke(a_call(earn("a"))), api.revoke(a_call(earn("b"))))

    assert sorted(response.status for response in responses) == [200, 521]
