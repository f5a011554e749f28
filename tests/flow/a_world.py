"""One instance of the flow with fakes around it, in time that moves by itself."""

import asyncio
from dataclasses import dataclass

from consumer.adapters.memory import MemoryLedger
from consumer.core.model import Record
from consumer.flow.gate import Gate
from consumer.flow.intake import Inflow
from consumer.flow.lanes import Lanes
from consumer.flow.outlet import Outlet
from consumer.ports import Ledger, Partition
from tests.flow.fakes import EARNS, RETURNS, FakeVendor, PickleDecoder, Published, Silence
from tests.flow.parts import Options, Ports, parts

ONE_HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The running parts of one instance."""

    inflow: Inflow
    gate: Gate
    lanes: Lanes
    outlet: Outlet
    ledger: Ledger
    vendor: FakeVendor
    published: Published
    telemetry: Silence
    decoder: PickleDecoder
    tasks: list[asyncio.Task[None]]

    def receive(self, *records: Record) -> None:
        self.inflow.received(records)

    async def rest(self, seconds: float = ONE_HOUR) -> None:
        """As `at_rest`."""
        await at_rest(self.tasks, seconds)


async def at_rest(tasks: list[asyncio.Task[None]], seconds: float = ONE_HOUR) -> None:
    """Let virtual time pass until nothing is under way, at most so long; a failed task fails the test."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while (working := [task for task in tasks if not task.done()]) and loop.time() < end:
        await asyncio.wait(working, timeout=end - loop.time(), return_when="FIRST_COMPLETED")
    for task in tasks:
        if task.done():
            task.result()


def a_flow(vendor: FakeVendor, options: Options | None = None, *, ledger: Ledger | None = None) -> Flow:
    """An instance that owns partition 0 of both topics."""
    published = Published()
    book = ledger if ledger is not None else MemoryLedger()
    made = parts(Ports(api=vendor, ledger=book, publisher=published), options or Options())
    made.inflow.assigned({Partition(RETURNS, 0): 1, Partition(EARNS, 0): 1})
    return Flow(
        inflow=made.inflow,
        gate=made.gate,
        lanes=made.lanes,
        outlet=made.outlet,
        ledger=book,
        vendor=vendor,
        published=published,
        telemetry=made.telemetry,
        decoder=made.decoder,
        tasks=made.tasks,
    )
