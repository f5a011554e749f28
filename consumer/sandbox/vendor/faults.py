"""What can go wrong on the way back: silence, a cut line, half an answer, no JSON, a trickle."""

import asyncio

from aiohttp import web

from consumer.sandbox.vendor.answers import Answer
from consumer.sandbox.vendor.behaviour import Fault

BEFORE_IT_IS_DONE = frozenset({"hang", "reset"})
GARBAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
DRIP = 1.0


async def spoil(fault: Fault, answer: Answer, request: web.Request) -> web.StreamResponse:
    """Give the answer as the fault has it."""
    match fault:
        case "hang":
            await asyncio.Event().wait()
        case "reset" | "drop":
            cut(request)
        case "garbage":
            return web.Response(status=answer.status, body=GARBAGE, content_type="text/html")
        case "truncate" | "drip":
            response = web.StreamResponse(status=answer.status, headers=answer.headers)
            response.content_length = len(answer.body)
            await response.prepare(request)
            await response.write(answer.body[: len(answer.body) // 2])
            if fault == "truncate":
                cut(request)
                return response
            for byte in answer.body[len(answer.body) // 2 :]:
                await asyncio.sleep(DRIP)
                await response.write(bytes((byte,)))
            return response
    return web.Response()


def cut(request: web.Request) -> None:
    """Cut the line, so that the client sees a reset."""
    if request.transport is not None:
        request.transport.abort()
