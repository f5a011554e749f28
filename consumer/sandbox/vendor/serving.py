"""Serves the simulated vendor over HTTP."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from consumer.sandbox.vendor.api import Api
from consumer.sandbox.vendor.behaviour import Behaviour
from consumer.sandbox.vendor.control import Control
from consumer.sandbox.vendor.world import World

GREETING = """\
The promotion vendor, simulated, on {url}

  api.base_url: {url}
  api.auth: none

  curl {url}/sandbox                                              what can be done
  curl {url}/sandbox/state                                        what it saw
  curl -X PUT {url}/sandbox/behaviour -d '{{"status": 503}}'        an outage
  curl -X DELETE {url}/sandbox/behaviour                          the end of it
"""
PATIENCE = 0.5
"""Seconds that answers under way are given at the end."""


def create_app(behaviour: Behaviour, clock: Callable[[], float]) -> web.Application:
    """The vendor as an application. `clock` gives seconds since 1970."""
    world = World(behaviour, clock)
    api, control = Api(world), Control(world)
    app = web.Application()
    app.add_routes(
        [
            web.post("/api_gateway/v1/promotions/revokeEarn", api.revoke),
            web.get("/api_gateway/v1/promotions/customer/{customer}", api.listing),
            web.post("/v3/oauth/token/generate", api.token),
            *control.routes(),
        ]
    )
    return app


@asynccontextmanager
async def serve(app: web.Application, *, host: str, port: int) -> AsyncIterator[str]:
    """Serve for the time of the block; gives the address. Port 0 takes any free port."""
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=PATIENCE)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def run_sandbox(*, host: str, port: int) -> None:
    """Serve on the main thread until cancelled, interrupted or terminated; says on stdout where."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with serve(create_app(Behaviour(), time.time), host=host, port=port) as url:
        sys.stdout.write(GREETING.format(url=url))
        sys.stdout.flush()
        await stopped.wait()
