"""The demo's world: broker, vendor, and the real service between them, all in this process."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from consumer.adapters.kafka import Stage
from consumer.adapters.logs import Log
from consumer.core.phase import Phase
from consumer.sandbox.demo.broker import Broker, Reader
from consumer.sandbox.vendor import Behaviour, create_app, serve
from consumer.settings import Settings, load
from consumer.wiring.build import Built, build, real_ends
from consumer.wiring.service import Service

LATENCY = 0.03
"""Seconds that the vendor takes for an answer: long enough that returns meet and are merged."""
KAFKA_OPTIONS = {
    # A broker answers a waiting fetch when a record comes; the mock lets it wait to the end.
    "fetch.wait.max.ms": 50,
}
OUTAGE = Behaviour(status=503)


class ServiceEndedError(RuntimeError):
    """The service ended before the day did."""


class Vendor:
    """The sandbox, told and asked over its own endpoints."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self.url = url

    async def go_down(self) -> None:
        """Answer 503 to every call."""
        async with self._session.put(f"{self.url}/sandbox/behaviour", data=OUTAGE.model_dump_json()) as answer:
            answer.raise_for_status()

    async def come_back(self) -> None:
        """Behave as at the start."""
        async with self._session.delete(f"{self.url}/sandbox/behaviour") as answer:
            answer.raise_for_status()

    async def calls(self) -> list[dict[str, object]]:
        """Every call that came."""
        async with self._session.get(f"{self.url}/sandbox/calls") as answer:
            calls: list[dict[str, object]] = await answer.json()
            return calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What the stories happen in."""

    broker: Broker
    reader: Reader
    vendor: Vendor
    built: Built
    service: "asyncio.Task[int]"

    def look(self) -> None:
        """Raise ServiceEndedError if the service has."""
        if self.service.done():
            self.service.result()
            raise ServiceEndedError("the service ended before the day did; its log says why")

    @property
    def is_running(self) -> bool:
        """Whether the group has taken the service in."""
        return self.built.worker.status.stage is Stage.RUNNING and bool(self.built.worker.status.partitions)

    @property
    def is_holding(self) -> bool:
        """Whether the service waits for its vendor."""
        return self.built.phases.phase is Phase.HOLDING

    def watermarks(self) -> Mapping[tuple[str, int], int]:
        """Below what offset each partition is done."""
        partitions = self.built.worker.status.partitions
        return {(each.partition.topic, each.partition.partition): each.watermark for each in partitions}


@asynccontextmanager
async def opened(folder: Path, log: Log) -> AsyncIterator[Shop]:
    """Start everything; at the end of the block, stop everything."""
    broker = await asyncio.to_thread(Broker)
    app = create_app(Behaviour(latency=LATENCY), time.time)
    async with serve(app, host="127.0.0.1", port=0) as url, aiohttp.ClientSession() as session:
        settings = _settings(broker.address, url, folder)
        built = build(settings, log, asyncio.get_running_loop(), real_ends())
        service = Service(settings, built)
        reader = await asyncio.to_thread(broker.reader)
        running = asyncio.create_task(service.run())
        try:
            yield Shop(broker=broker, reader=reader, vendor=Vendor(session, url), built=built, service=running)
        finally:
            await asyncio.to_thread(reader.close)
            service.stop()
            with suppress(asyncio.CancelledError):
                await running


def _settings(brokers: str, vendor: str, folder: Path) -> Settings:
    """What an operator would set, and little patience, as the day is short."""
    return load(
        None,
        {
            "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": brokers,
            "CONSUMER_KAFKA__OPTIONS": json.dumps(KAFKA_OPTIONS),
            "CONSUMER_LEDGER__URL": f"sqlite:///{folder / 'ledger.db'}",
            "CONSUMER_API__BASE_URL": vendor,
            "CONSUMER_API__AUTH": "none",
            "CONSUMER_API__QUOTA_PER_MINUTE": "0",
            "CONSUMER_POLICY__MAX_RETURN_AGE": str(365 * 24 * 3600),
            "CONSUMER_RETRY__INITIAL": "0.1",
            "CONSUMER_RETRY__MAX": "0.5",
            "CONSUMER_RETRY__GIVE_UP_AFTER": "1.5",
            "CONSUMER_HTTP__HOST": "127.0.0.1",
            "CONSUMER_HTTP__PORT": "0",
        },
    )
