"""What may come back instead of an answer: nothing, half of it, or what no one can read."""

import random

from aiohttp import web

from tests.end_to_end.behaviour import Spoiling

PAGE = b"<html><body><h1>Something went wrong</h1></body></html>"
NONSENSE: tuple[tuple[int, bytes], ...] = (
    (200, b""),
    (200, PAGE),
    (502, PAGE),
    (503, b"\xff\xfe\x00" * 500),
    (200, b"\x1f\x8b\x08\x00 no gzip at all"),
    (200, b'{"data": {"revokedDetails": [{"promotionId": "P'),
    (200, b"[]"),
    (200, b"null"),
    (200, b'"ok"'),
    (200, b"7" * 5_000),
    (200, b"[" * 50_000),
    (200, b'{"data": {"revokedDetails": {"status": "SUCCESS"}}, "errors": "none"}'),
    (200, b'{"data": {"revokedDetails": [null, 7, {"status": "success"}]}, "errors": [[]]}'),
)
"""None of it says that anything was done, or refused: whoever reads it has to ask again."""


def nonsense(chance: random.Random) -> web.Response:
    """Something of it."""
    status, body = chance.choice(NONSENSE)
    return web.Response(status=status, body=body, content_type="application/json")


async def spoilt(
    kind: Spoiling, answer: web.Response, request: web.Request, chance: random.Random
) -> web.StreamResponse:
    """What comes back of the answer."""
    match kind:
        case "cut":
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        case "truncated":
            return await _half(answer, request)
        case "nonsense":
            return nonsense(chance)


async def _half(answer: web.Response, request: web.Request) -> web.StreamResponse:
    """Half a body where a whole one was announced, and then the end of the line."""
    body = answer.body if isinstance(answer.body, bytes) else b""
    half = web.StreamResponse(status=answer.status, headers=answer.headers)
    half.content_length = len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return half
