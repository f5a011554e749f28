"""The port for probes, metrics, status and the page for people: read-only, and nothing else is there."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from consumer.adapters.web.front import Front
from consumer.adapters.web.page import Page

Health = tuple[bool, Mapping[str, object]]
"""Whether all is well, and what was looked at."""
STOP_WITHIN = 2.0
"""Seconds that a scrape under way may take when the server stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """What can be seen from outside. Each is called on the event loop, at each request, and must be quick."""

    live: Callable[[], Health]
    ready: Callable[[], Health]
    status: Callable[[], Mapping[str, object]]
    """Without customer data."""
    page: Callable[[], Page]
    """As `status`, for people."""
    registry: CollectorRegistry


class WebPort:
    """Serves the views from `start` to `stop`."""

    def __init__(self, views: Views) -> None:
        self._runner = web.AppRunner(_application(views), access_log=None, shutdown_timeout=STOP_WITHIN)

    async def start(self, host: str, port: int) -> int:
        """Listen; gives the port, which matters where 0 asked for any. Raises OSError when it is taken."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        address: tuple[str, int] = self._runner.addresses[0][:2]
        return address[1]

    async def stop(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()


def _application(views: Views) -> web.Application:
    async def livez(_: web.Request) -> web.Response:
        return _health(views.live())

    async def readyz(_: web.Request) -> web.Response:
        return _health(views.ready())

    async def status(_: web.Request) -> web.Response:
        return _json(views.status(), HTTPStatus.OK)

    front = Front(views.page, time.monotonic)

    async def index(_: web.Request) -> web.Response:
        return web.Response(body=front(), content_type="text/html", charset="utf-8", headers=front.headers)

    async def metrics(request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        page = web.Response(body=encode(views.registry), headers={"Content-Type": content_type})
        # Mostly zeros under long names: to those who take it compressed it is less than a tenth.
        page.enable_compression()
        return page

    application = web.Application()
    application.on_response_prepare.append(_no_guessing)
    # Each answers HEAD as well.
    application.router.add_get("/", index)
    application.router.add_get("/livez", livez)
    application.router.add_get("/readyz", readyz)
    application.router.add_get("/status", status)
    application.router.add_get("/metrics", metrics)
    return application


async def _no_guessing(_: web.Request, response: web.StreamResponse) -> None:
    response.headers["X-Content-Type-Options"] = "nosniff"


def _health(health: Health) -> web.Response:
    well, details = health
    return _json({"ok": well, **details}, HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE)


def _json(content: Mapping[str, object], status: HTTPStatus) -> web.Response:
    return web.json_response(content, status=status, dumps=_dumps, headers={"Cache-Control": "no-store"})


def _dumps(content: object) -> str:
    return json.dumps(content, default=str)
