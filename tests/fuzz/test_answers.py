"""Whatever the vendor answers, it is judged: nothing crashes, hangs, stays in memory or loses an earn."""

import asyncio
import math
import re
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace

import pytest

from consumer.adapters.revoke_api import ApiConfig, HttpRevokeApi, OAuth
from consumer.adapters.revoke_api.auth import _token_in
from consumer.adapters.revoke_api.retry_after import LONGEST, retry_after
from consumer.core.judge import Answered, Asked, Credentials, Listing, Transient, judge, judge_listing
from consumer.core.model import CustomerId, EarnId, OrgId
from consumer.core.outcome import FAILURE_KINDS, VerdictKind
from consumer.ports import ASSUMED_TTL, LONGEST_TTL, Call, Response, Unavailable
from tests.contracts.a_raw_server import RawServer, a_raw_server, an_answer
from tests.core.vendor_answers import ALL
from tests.fuzz.messages import ANSWERS, CONTENT_TYPES, as_json
from tests.fuzz.mutations import Mutator, deflate_bomb, gzip_bomb, zstd_bomb
from tests.fuzz.watch import MEBIBYTE, NOTHING_MUCH, growth, not_hanging, peak

JUDGED = 35_000
STATUSES = (200, 200, 200, 201, 204, 301, 400, 401, 403, 404, 408, 429, 498, 500, 503, 521, 600, 999, 100, 0, -1)
CALL = Call(org_id=OrgId("org"), customer_id=CustomerId(7), earns=ALL, traceparents=())


def judged(mutator: Mutator) -> str:
    return judged_as(mutator.chance.choice(STATUSES), mutator.message())


def judged_unseen(mutator: Mutator) -> str:
    """The same of earns that nobody asked for before, and of errors in words that nobody used before."""
    own = f"-{mutator.chance.getrandbits(64)}"
    asked = tuple(replace(each, earn_id=EarnId(each.earn_id + own)) for each in ALL)
    body = re.sub(rb'"(e[123]|no)"', rb'"\1%s"' % own.encode(), mutator.message())
    return judged_as(mutator.chance.choice(STATUSES), body, asked)


def judged_as(status: int, body: bytes, asked: tuple[Asked, ...] = ALL) -> str:
    """Every earn that was asked for is either known or asked for again."""
    meaning = judge(asked, status, body)
    if isinstance(meaning, Answered):
        told = [*meaning.earns, *(each.earn_id for each in meaning.unnamed)]
        assert sorted(told) == [each.earn_id for each in asked]
        assert all(each.kind is VerdictKind.REVOKED or each.kind in FAILURE_KINDS for each in meaning.earns.values())
        assert meaning.earns or meaning.halve
        assert all((each.message or "").encode() is not None for each in meaning.earns.values())
    elif isinstance(meaning, Transient):
        assert (meaning.message or "").encode() is not None
    listing = judge_listing(status, body, 1000)
    assert listing is None or isinstance(listing, Listing | Transient | Credentials)
    return type(meaning).__name__


def counted(seed: int, many: int, do: Callable[[Mutator], str]) -> Counter[str]:
    mutator = Mutator(seed, as_json(ANSWERS))
    with not_hanging() as begin:

        def once() -> str:
            begin()
            state = mutator.chance.getstate()
            try:
                return do(mutator)
            except Exception as error:
                mutator.chance.setstate(state)
                error.add_note(f"seed {seed}: {mutator.chance.choice(STATUSES)} {mutator.message()!r}")
                raise

        return Counter(once() for _ in range(many))


@pytest.mark.parametrize("seed", range(4))
def test_every_answer_however_broken_is_judged_and_loses_no_earn(seed: int) -> None:
    kinds = counted(seed, JUDGED // 4, judged)

    assert kinds.total() == JUDGED // 4
    assert kinds.keys() == {"Answered", "Transient", "Credentials"}


def test_what_was_judged_does_not_stay_in_memory() -> None:
    assert growth(lambda seed: counted(seed, 400, judged_unseen)) < NOTHING_MUCH


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 250_000,
        b'{"errors":' * 25_000,
        b'{"errors": [' + b"{}," * 60_000 + b"{}]}",
        b'{"errors": [{"code": ' + b"9" * 250_000 + b"}]}",
        b'{"errors": [{"code": 1e999999}, {"code": 1e308}, {"code": -1e999}, {"code": NaN}]}',
        b'{"errors": [{"code": "' + b"9" * 250_000 + b'"}]}',
        b'{"errors": [{"code": 731, "earnIds": [' + b'"e1",' * 50_000 + b'"e1"]}]}',
        b'{"data": {"revokedDetails": [' + b'{"status":"SUCCESS","revokedEarnIds":["e1"]},' * 5_000 + b"{}]}}",
        b'{"data": [' + b'{"earnedPromotionId":1},' * 10_000 + b"{}]}",
        b'{"message": "' + b"\\ud800" * 40_000 + b'"}',
        b"\xff" * 250_000,
    ],
    ids=lambda body: f"{body[:20]!r}",
)
def test_a_huge_answer_is_judged_in_little_more_memory_than_it_has_bytes(body: bytes) -> None:
    with not_hanging() as begin:
        begin()
        used = peak(lambda: [judge(ALL, 200, body), judge_listing(200, body, 1000)])

    assert used < 60 * len(body)


def test_every_wait_that_is_asked_for_is_a_number_of_seconds_or_none() -> None:
    mutator = Mutator(7, [b"7", b"0.5", b"Sun, 09 Sep 2001 01:47:10 GMT", b"Sun, 09 Sep 2001 01:47:10 +9999", b"nan"])

    for _ in range(10_000):
        header = mutator.message().decode("latin-1")
        wait = retry_after(header, 1_000_000_000.0)
        assert wait is None or 0 <= wait <= LONGEST, header


def test_every_answer_about_a_token_is_a_token_that_ends_or_none() -> None:
    mutator = Mutator(8, [b'{"data": {"accessToken": "t", "ttlSeconds": 300}}', b'{"data": {"accessToken": "t"}}'])

    for _ in range(10_000):
        body = mutator.message()
        try:
            token = _token_in(Response(status=200, body=body, retry_after=None, request_id=None), 10.0)
        except Unavailable:
            continue
        assert token.renew_at <= token.ends_at <= 10.0 + LONGEST_TTL, body


@pytest.mark.parametrize("ttl", [b"1e999", b'"inf"', b'"nan"', b"NaN", b"-1", b"9" * 400, b"true", b"{}"])
def test_a_token_whose_life_is_no_life_ends_as_soon_as_the_vendor_lets_any_end(ttl: bytes) -> None:
    body = b'{"data": {"accessToken": "t", "ttlSeconds": ' + ttl + b"}}"

    token = _token_in(Response(status=200, body=body, retry_after=None, request_id=None), 0.0)

    assert token.ends_at in {ASSUMED_TTL, 1.0}
    assert math.isfinite(token.renew_at)


def an_api(server: RawServer) -> HttpRevokeApi:
    config = ApiConfig(
        base_url=server.url,
        auth=OAuth(key=lambda: "k", secret=lambda: "s"),
        timeout=5.0,
        concurrency=4,
        answer_bytes=MEBIBYTE,
        listing_bytes=MEBIBYTE,
        ca=None,
    )
    return HttpRevokeApi(config, clock=time.monotonic, wall_clock=time.time)


WAITS = ("1e999", "-5", "x", "9" * 400, "")
TOKEN = an_answer(b'{"data": {"accessToken": "t", "ttlSeconds": 300}}')
ENCODINGS = ("gzip", "GZIP", "x-gzip", "deflate", "zstd", "br", "gzip, gzip", "identity", "nonsense", "")


async def asked(api: HttpRevokeApi, server: RawServer, answer: bytes) -> Response | None:
    """What the adapter makes of it; None where it is no answer."""

    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        raise OSError  # no more will come, however much the answer announced

    server.behaviour = say
    try:
        return await api.revoke(CALL)
    except Unavailable:
        return None


async def test_every_exchange_however_broken_ends_as_an_answer_or_as_none() -> None:
    mutator = Mutator(11, as_json(ANSWERS))
    async with a_raw_server() as server:
        server.answers(TOKEN)
        async with aclosing(an_api(server)) as api:
            await api.refresh()
            with not_hanging() as begin:
                for _ in range(400):
                    begin()
                    headers = (
                        f"Content-Type: {mutator.chance.choice(CONTENT_TYPES)}\r\n"
                        f"Content-Encoding: {mutator.chance.choice(ENCODINGS)}\r\n"
                        f"Retry-After: {mutator.chance.choice(WAITS)}\r\n"
                        "X-Cap-Requestid: " + "r" * mutator.chance.choice((0, 1, 3000)) + "\r\n"
                    )
                    sound = an_answer(mutator.message(), headers=headers)
                    answer = sound if mutator.chance.random() < 0.7 else mutator._pierced(sound)
                    response = await asked(api, server, answer)
                    assert response is None or len(response.body) <= MEBIBYTE


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("bomb", [gzip_bomb, deflate_bomb, zstd_bomb])
async def test_no_compressed_answer_becomes_larger_than_allowed(encoding: str, bomb: Callable[[int], bytes]) -> None:
    body = bomb(2000 if bomb is zstd_bomb else 40 * MEBIBYTE)
    async with a_raw_server() as server:
        server.answers(TOKEN)
        async with aclosing(an_api(server)) as api:
            await api.refresh()
            tracemalloc.start()
            response = await asked(api, server, an_answer(body, headers=f"Content-Encoding: {encoding}\r\n"))
            _, used = tracemalloc.get_traced_memory()
            tracemalloc.stop()

    assert response is not None
    assert used < 8 * MEBIBYTE
    assert len(response.body) <= MEBIBYTE
    assert isinstance(judge(ALL, response.status, response.body), Transient)
