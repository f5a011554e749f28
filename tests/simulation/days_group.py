"""Instances that share a quota, with their topic and the vendor; what they are made of is the real flow."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from pickle import dumps
from zlib import crc32

from consumer.core.model import Coordinates, Millis, Record
from consumer.core.quota import Share
from consumer.ports import Call, Completion, Partition, Response
from consumer.sandbox.vendor.quota import Quota
from tests.flow.fakes import RETURNS, answer, holds_nothing, ok
from tests.flow.parts import Options, Parts, Ports, parts
from tests.flow.records import return_fields
from tests.simulation.a_day import HOUR, Day
from tests.simulation.days_ledger import DaysLedger

WINDOW = 1000
"""Open records of a partition: the default of `kafka.window`."""
TRANSACTION = 0.05
"""Seconds from an outcome to its commit, which makes room for another record."""
UNTIL_COUNTED = (0.01, 0.09, 0.02, 0.05)
"""Seconds from a request's leaving until the vendor counts it."""
UNTIL_ANSWERED = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """How many instances a group has, and how many of them are simulated: they share nothing but the quota.

    Of the returns and the quota, those that are not simulated have their part; what is left is looked at.
    """

    all: int
    simulated: int


class DaysVendor:
    """Counts each request when it arrives, in a sliding minute; refuses what is too much, and all while it is away."""

    def __init__(self, day: Day, members: Members) -> None:
        self.per_minute = day.per_minute * members.simulated // members.all
        self.quota = Quota()
        self.calls = 0
        self._day = day
        self._on_the_way = cycle(UNTIL_COUNTED)

    async def revoke(self, call: Call) -> Response:
        return await self._refusal() or ok(call)

    async def listing(self, call: Call) -> Response:
        return await self._refusal() or holds_nothing(call)

    async def refresh(self) -> None:
        """Nobody refuses our credentials here."""

    async def _refusal(self) -> Response | None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(next(self._on_the_way))
        self.calls += 1
        too_early = self.quota.ask(loop.time(), self.per_minute)
        is_away = self._day.is_away(self._day.open[0] * HOUR + loop.time())
        await asyncio.sleep(UNTIL_ANSWERED)
        if is_away:
            return answer(503, {})
        return None if too_early is None else answer(429, {}, retry_after=too_early)


class Group:
    """The instances and their topic. `came` and `done` count returns, `calls` the requests of each instance."""

    def __init__(self, day: Day, vendor: DaysVendor, members: Members) -> None:
        ports = Ports(api=vendor, ledger=DaysLedger(), publisher=self)
        self.instances = [parts(ports, Options(per_minute=day.per_minute)) for _ in range(members.simulated)]
        self.calls = [0] * members.simulated
        self.came = 0
        self.done = 0
        self._topic = [deque[int]() for _ in range(day.partitions)]
        self._read = [0] * day.partitions
        self._open = [0] * day.partitions
        self._ended: list[Completion] = []
        self._owners: dict[int, Parts] = {}
        for number, instance in enumerate(self.instances):
            mine = range(number, day.partitions, members.all)
            self._owners.update(dict.fromkeys(mine, instance))
            instance.inflow.assigned({Partition(RETURNS, each): 1 for each in mine})
            share = Share(own_returns=len(mine), all_returns=day.partitions, own_earns=0, all_earns=day.partitions)
            instance.gate.share(share)

    def produce(self, customers: Iterable[int]) -> None:
        """Returns of these customers come."""
        for customer in customers:
            partition = crc32(b"%d" % customer) % len(self._topic)
            if partition in self._owners:
                self._topic[partition].append(customer)
                self.came += 1
        self._poll()

    def publish(self, completions: Sequence[Completion]) -> None:
        """As in Publisher: one transaction for all that ends within its time."""
        if not self._ended:
            asyncio.get_running_loop().call_later(TRANSACTION, self._commit)
        self._ended.extend(completions)

    def look(self) -> None:
        """Count the requests and let go of what is over; a task that failed fails the day."""
        for number, instance in enumerate(self.instances):
            self.calls[number] += len(instance.telemetry.requests)
            instance.telemetry.requests.clear()
            for task in instance.tasks:
                if task.done():
                    task.result()
            instance.tasks[:] = [task for task in instance.tasks if not task.done()]

    def _commit(self) -> None:
        for each in self._ended:
            self._open[each.record.source.partition] -= 1
        self.done += len(self._ended)
        self._ended.clear()
        self._poll()

    def _poll(self) -> None:
        for partition, waiting in enumerate(self._topic):
            room = min(len(waiting), WINDOW - self._open[partition])
            if room:
                self._open[partition] += room
                records = [self._record(partition, waiting.popleft()) for _ in range(room)]
                self._owners[partition].inflow.received(records)

    def _record(self, partition: int, customer: int) -> Record:
        offset = self._read[partition]
        self._read[partition] += 1
        name = f"{partition}-{offset}"
        return Record(
            source=Coordinates(RETURNS, partition, offset),
            epoch=1,
            key=b"%d" % customer,
            value=dumps(return_fields(name, customer_id=customer, bill_number=name)),
            headers=(),
            timestamp=Millis(0),
        )
