"""One HTTP exchange: a request, and all of its answer or the kind of its silence."""

import ssl
import zlib
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from consumer.adapters.revoke_api.retry_after import retry_after
from consumer.core.model import RequestId
from consumer.ports import Response, Unavailable, tls_refusal

KEEP_ALIVE = 15.0
"""Seconds; less than any gateway's own, lest it close a connection just as we use it."""
CONNECT_SHARE = 0.9
"""Of the deadline: connecting gives up first, so that we know that nothing was sent."""
KNOWN_URLS = 8
"""Reading an address costs more than sending a request to it."""
LONGEST_REQUEST_ID = 200
COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request. An answer's body of more than `cap` bytes, compressed or not, is left; `capped_by` tells by what."""

    method: str
    path: str
    headers: Mapping[str, str]
    content: bytes | None
    cap: int
    capped_by: str


class Exchange:
    """Asks one host, over connections that stay open; redirects, cookies and environment proxies are not followed.

    It speaks to httpx's transport itself: the client above it costs CPU, keeps cookies and logs addresses.
    """

    def __init__(
        self, base_url: str, context: ssl.SSLContext, *, connections: int, timeout: float, now: Callable[[], float]
    ) -> None:
        self._url = lru_cache(KNOWN_URLS)(partial(_url, base_url.rstrip("/")))
        self._now = now
        self._timeouts = {"connect": timeout * CONNECT_SHARE, "pool": timeout * CONNECT_SHARE}

        def session() -> aiohttp.ClientSession:
            connector = aiohttp.TCPConnector(limit=connections, keepalive_timeout=KEEP_ALIVE, ssl=context)
            return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

        self._transport = AiohttpTransport(verify=context, client=session)

    async def ask(self, question: Question) -> Response:
        """The whole answer, whatever its status. Raises Unavailable when there is none.

        It sets no deadline: the caller's covers more than this.
        """
        # A stream is taken as it is; of what is called content httpx makes headers, which its transport makes again.
        request = httpx.Request(
            question.method,
            self._url(question.path),
            headers=question.headers,
            stream=httpx.ByteStream(question.content or b""),
            extensions={"timeout": self._timeouts},
        )
        request.read()
        try:
            answer = await self._transport.handle_async_request(request)
            async with aclosing(answer):
                body = await _read(answer, question.cap + 1)
        except (httpx.TransportError, aiohttp.ClientError, OSError) as error:
            raise silence(error) from error
        told = {name.lower(): value.decode("latin-1") for name, value in answer.headers.raw}
        if told.get(b"content-encoding", "").lower() in COMPRESSED and len(body) <= question.cap:
            body = _inflated(body, question.cap + 1)
        fits = len(body) <= question.cap
        request_id = told.get(b"x-cap-requestid")
        return Response(
            status=answer.status_code,
            body=body if fits else b"",
            unread=None if fits else f"it is larger than {question.capped_by} ({question.cap}) allows",
            retry_after=retry_after(told.get(b"retry-after"), self._now()),
            request_id=RequestId(request_id[:LONGEST_REQUEST_ID]) if request_id else None,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()


def trusting(ca: Path | None) -> ssl.SSLContext:
    """TLS that believes only the authorities in this file; of None, those that everybody does."""
    return httpx.create_ssl_context() if ca is None else ssl.create_default_context(cafile=ca)


def silence(error: Exception) -> Unavailable:
    """What a broken exchange means. The transport names errors loosely, so the client's own error beneath decides."""
    match error.__cause__ if isinstance(error, httpx.TransportError) else error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return Unavailable("tls", sent=False, words=tls_refusal(error, "api.ca"))
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return Unavailable("connect", sent=False)
        case _:
            return Unavailable("network")


def _url(base: str, path: str) -> httpx.URL:
    return httpx.URL(base + path)


async def _read(answer: httpx.Response, cap: int) -> bytes:
    """The body as it came, up to the cap."""
    chunks: list[bytes] = []
    room = cap
    async for chunk in answer.aiter_raw():
        chunks.append(chunk[:room])
        room -= len(chunk)
        if room <= 0:
            break
    return b"".join(chunks)


def _inflated(body: bytes, cap: int) -> bytes:
    """We ask for no compression; where it comes all the same, it is undone up to the cap."""
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(body, cap)
    except zlib.error:
        return body
