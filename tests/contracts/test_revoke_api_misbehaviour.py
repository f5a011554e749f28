"""What the adapter makes of a far side that hangs, breaks off, talks garbage or is not there."""

import asyncio
import gzip
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from consumer.adapters.revoke_api import ApiConfig, Basic, HttpRevokeApi
from consumer.core.judge import Asked, Transient, judge
from consumer.core.model import CustomerId, EarnId, OrgId, PromotionId
from consumer.ports import Call, Unavailable
from tests.contracts.a_raw_server import Behaviour, RawServer, a_raw_server, an_answer

EARN = Asked(promotion_id=PromotionId("p1"), earn_id=EarnId("e1"))
CALL = Call(org_id=OrgId("org"), customer_id=CustomerId(7), earns=(EARN,), traceparents=())
SHORT = 0.2
CAP = 1024 * 1024


@asynccontextmanager
async def an_api(url: str, *, deadline: float = 5.0) -> AsyncIterator[HttpRevokeApi]:
    config = ApiConfig(
        base_url=url,
        auth=Basic(username="me", password=lambda: "hush"),
        timeout=deadline,
        concurrency=4,
        answer_bytes=CAP,
        listing_bytes=CAP,
        ca=None,
    )
    api = HttpRevokeApi(config, clock=time.monotonic, wall_clock=lambda: 1_000_000_000.0)
    try:
        yield api
    finally:
        await api.aclose()


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    async with a_raw_server() as told:
        yield told


async def silence(api: HttpRevokeApi) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        await api.revoke(CALL)
    assert "hush" not in repr(caught.value)
    return caught.value


async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(SHORT / 20)


async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data":')
    await writer.drain()
    await abort(_, writer)


async def abort(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    raise OSError


async def break_off(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data":')
    await writer.drain()
    raise OSError


@pytest.mark.parametrize("behaviour", [hang, drip])
async def test_the_deadline_is_for_the_whole_answer(server: RawServer, behaviour: Behaviour) -> None:
    server.behaviour = behaviour
    async with an_api(server.url, deadline=SHORT) as api:
        silent = await silence(api)

    assert (silent.reason, silent.sent) == ("timeout", True)


@pytest.mark.parametrize("behaviour", [reset, abort, break_off])
async def test_an_answer_that_breaks_off_leaves_the_fate_unknown(server: RawServer, behaviour: Behaviour) -> None:
    server.behaviour = behaviour
    async with an_api(server.url) as api:
        silent = await silence(api)

    assert (silent.reason, silent.sent) == ("network", True)


@pytest.mark.parametrize(
    "garbage",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"\x00" * 100 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_no_answer(server: RawServer, garbage: bytes) -> None:
    server.answers(garbage)
    async with an_api(server.url) as api:
        silent = await silence(api)

    assert (silent.reason, silent.sent) == ("network", True)


async def test_a_refused_connection_sent_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with an_api(f"http://127.0.0.1:{taken.getsockname()[1]}") as api:
            silent = await silence(api)

    assert (silent.reason, silent.sent) == ("connect", False)


async def test_an_unknown_host_sent_nothing() -> None:
    async with an_api("http://nobody.invalid") as api:
        silent = await silence(api)

    assert (silent.reason, silent.sent) == ("connect", False)


async def test_a_broken_handshake_sent_nothing(server: RawServer) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    plaintext = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with an_api(f"https://127.0.0.1:{plaintext.sockets[0].getsockname()[1]}") as api:
        silent = await silence(api)
    plaintext.close()

    assert (silent.reason, silent.sent) == ("tls", False)
    assert server.requests == []


async def test_a_post_is_not_repeated_on_a_connection_that_was_closed_meanwhile(server: RawServer) -> None:
    server.answers(an_answer(b"{}"))
    async with an_api(server.url) as api:
        await api.revoke(CALL)
        server.behaviour = abort
        silent = await silence(api)

    assert silent.sent
    assert len(server.requests) == 2


TOO_LARGE = f"it is larger than limits.answer_bytes ({CAP}) allows"


@pytest.mark.parametrize(("size", "unread"), [(CAP, None), (CAP + 1, TOO_LARGE), (50 * CAP, TOO_LARGE)])
async def test_a_body_that_is_larger_than_allowed_is_left(server: RawServer, size: int, unread: str | None) -> None:
    server.answers(an_answer(b"[" * size))
    async with an_api(server.url) as api:
        response = await api.revoke(CALL)

    assert (len(response.body), response.unread) == (0 if unread else size, unread)
    assert isinstance(judge((EARN,), response.status, response.body), Transient)


async def test_a_listing_has_a_limit_of_its_own(server: RawServer) -> None:
    server.answers(an_answer(b"[" * (CAP + 1)))
    async with an_api(server.url) as api:
        response = await api.listing(CALL)

    assert (response.body, response.unread) == (b"", TOO_LARGE.replace("answer", "listing"))


async def test_a_compressed_body_is_undone_up_to_the_limit(server: RawServer) -> None:
    server.answers(an_answer(gzip.compress(b'{"a": 1}'), headers="Content-Encoding: gzip\r\n"))
    async with an_api(server.url) as api:
        plain = await api.revoke(CALL)
        server.answers(an_answer(gzip.compress(b" " * 50_000_000), headers="Content-Encoding: gzip\r\n"))
        bomb = await api.revoke(CALL)
        server.answers(an_answer(b"{}", headers="Content-Encoding: gzip\r\n"))
        lie = await api.revoke(CALL)

    assert plain.body == b'{"a": 1}'
    assert (bomb.body, bomb.unread) == (b"", TOO_LARGE)
    assert lie.body == b"{}"


async def test_a_redirect_is_an_answer_and_is_not_followed(server: RawServer) -> None:
    server.answers(an_answer(b"", status="302 Found", headers=f"Location: {server.url}/elsewhere\r\n"))
    async with an_api(server.url) as api:
        response = await api.revoke(CALL)

    assert response.status == 302
    assert len(server.requests) == 1


async def test_cookies_are_not_sent_back(server: RawServer) -> None:
    server.answers(an_answer(b"{}", headers="Set-Cookie: stuck=1\r\n"))
    async with an_api(server.url.replace("127.0.0.1", "localhost")) as api:
        await api.revoke(CALL)
        await api.revoke(CALL)

    assert b"stuck" not in server.requests[1]


async def test_a_wait_for_a_connection_that_takes_too_long_sent_nothing(server: RawServer) -> None:
    server.behaviour = hang
    async with an_api(server.url, deadline=4 * SHORT) as api:
        silences = await asyncio.gather(*(api.revoke(CALL) for _ in range(20)), return_exceptions=True)

    told = [(silent.reason, silent.sent) for silent in silences if isinstance(silent, Unavailable)]
    assert sorted(told) == [("connect", False)] * 15 + [("timeout", True)] * 5


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Sun, 09 Sep 2001 01:47:10 GMT", 30.0),
        ("Sun, 09 Sep 2001 01:40:00 GMT", 0.0),
        ("999999999", 86_400.0),
        ("soon", None),
        ("nan", None),
        ("", None),
    ],
)
async def test_retry_after_is_seconds_or_a_date(server: RawServer, header: str, seconds: float | None) -> None:
    server.answers(an_answer(b"", status="429 Slow down", headers=f"Retry-After: {header}\r\n"))
    async with an_api(server.url) as api:
        response = await api.revoke(CALL)

    assert (response.status, response.retry_after) == (429, seconds)


async def test_an_organisation_that_fits_into_no_header_is_answered_here(server: RawServer) -> None:
    evil = Call(org_id=OrgId("a\r\nX-Evil: 1"), customer_id=CustomerId(7), earns=(EARN,), traceparents=())
    async with an_api(server.url) as api:
        response = await api.revoke(evil)

    assert response.status == 400
    assert server.requests == []
