"""A simulated vendor for each test."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from consumer.sandbox.vendor import Behaviour, create_app, serve
from tests.sandbox.a_client import Client, Clock


@pytest.fixture
async def vendor() -> AsyncIterator[Client]:
    clock = Clock()
    async with (
        serve(create_app(Behaviour(), clock), host="127.0.0.1", port=0) as url,
        aiohttp.ClientSession() as session,
    ):
        yield Client(session, url, clock)
