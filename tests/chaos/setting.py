"""All the real parts of a storm, lines between the service, them and one another, and a load."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Self, cast
from urllib.parse import urlsplit

from tests.chaos.brokers import SESSION_TIMEOUT, Brokers
from tests.chaos.court import Court, Hearing, News, is_settled
from tests.chaos.crew import Crew
from tests.chaos.dropping import DROPPED
from tests.chaos.load import Load, plans
from tests.chaos.plan import StormPlan
from tests.chaos.recovery import NotRecoveredError, Recovery, Suffered
from tests.chaos.tail import Tail
from tests.chaos.telling import by_tenths, tell
from tests.chaos.writer import Writer
from tests.end_to_end.behaviour import Behaviour
from tests.end_to_end.registered import registered
from tests.end_to_end.scene import DEAD_LETTERS, RESULTS, RETURNS, as_letter, as_seen
from tests.end_to_end.truth import Evidence
from tests.end_to_end.vendor import Vendor
from tests.end_to_end.world import World, a_world
from tests.testbed.line import Line, Lines
from tests.testbed.parts import Broker
from tests.testbed.postgres import Databases, PostgresServer
from tests.testbed.reader import ReadCommitted
from tests.testbed.small_disk import SmallDisk
from tests.testbed.waiting import wait_until

MEGABYTES = 512
"""Of SQLite's disk."""
PATIENCE = 240
"""Seconds for the recovery from one mishap: an instance that hangs has to end by itself first."""
STANDING = 90
"""Seconds, where Kafka dropped the end of a transaction: a partition may then stand still for good."""
TO_THE_END = 900
CONCURRENCY = 16
CLAIM_LEASE = 300.0
"""Seconds for which the claim of one that died may hold up another's return; by default it is so long."""
SPARE = 1.1
"""The load must not end before the last mishap does."""
WELL = Behaviour(latency=0.02)
QUICK = f'{{"session.timeout.ms": {SESSION_TIMEOUT * 1000}, "heartbeat.interval.ms": 1000}}'
OPTIONS = {"classic": QUICK, "consumer": "{}"}


class Setting:
    """Everything of one storm; leaving it ends all of it."""

    def __init__(self, plan: StormPlan, folder: Path, registry: str) -> None:
        self.plan = plan
        self.chance = random.Random(plan.seed)
        self.lines = Lines(plan.seed)
        self.suffered: list[Suffered] = []
        self.recoveries: list[Recovery] = []
        self.breaches: list[str] = []
        """What the oracle said after one mishap or another."""
        self.pace: float | None = None
        """Outcomes a second, once all mishaps are over."""
        self.postgres: PostgresServer | None = None
        self.disk: SmallDisk | None = None
        self._folder = folder
        self._registry = registry
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with self._stack:
            self._stack.enter_context(self.lines)
            self.brokers = self._stack.enter_context(closing(Brokers(self.plan.nodes, self.lines)))
            with ThreadPoolExecutor(1) as beside:
                made = beside.submit(self._worlds)
                self.brokers.start()
                self._set_up(made.result())
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, at)

    def _worlds(self) -> tuple[World, ...]:
        plan, schema_ids = self.plan, registered(self._registry)
        due = plans(plan.seed, rate=plan.rate, seconds=plan.seconds * SPARE, schema_ids=schema_ids)
        tell(f"making {sum(each.returns for each in due)} returns, before the load begins")
        return tuple(by_tenths(map(a_world, due), len(due), "made"))

    def _set_up(self, made: Sequence[World]) -> None:
        plan = self.plan
        vendor = Vendor({earn: known for world in made for earn, known in world.vendor.items()}, WELL)
        # Of a broker a scene asks no more than its address.
        self.crew = Crew(cast("Broker", self.brokers), self._folder, vendor, size=plan.instances)
        self._stack.enter_context(self.crew)
        self.crew.create_topics()
        self.between = {
            **self.brokers.between,
            "kafka": self.brokers.lines,
            "vendor": (self._line_to(vendor.url),),
            "registry": (self._line_to(self._registry),),
        }
        self.crew.vendors_line = self.between["vendor"][0]
        self._configure()
        self._keep_ledger()
        self._writer = Writer(self.crew)
        self.load = Load(self._writer, made, rate=plan.rate, seed=plan.seed)
        self.court = Court(self.crew, self._news(), made)
        self.tail = Tail(self.brokers.bootstrap, self.crew.topic(RESULTS), self.crew.topic(RETURNS))
        self.tail.start()
        self._stack.callback(self.tail.stop)

    def _news(self) -> News:
        results, letters = (
            self._stack.enter_context(ReadCommitted(self.brokers.bootstrap, self.crew.topic(name)))
            for name in (RESULTS, DEAD_LETTERS)
        )
        return News(
            outcomes=lambda: map(as_seen, results.fresh()),
            letters=lambda: map(as_letter, letters.fresh()),
        )

    def _line_to(self, url: str) -> Line:
        port = urlsplit(url).port
        if port is None:
            raise ValueError(f"no port in {url}")
        return self.lines.to(port)

    def _configure(self) -> None:
        registry = urlsplit(self._registry)
        (to_registry,) = self.between["registry"]
        (to_vendor,) = self.between["vendor"]
        self.crew.settings |= {
            "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": self.brokers.behind_lines,
            "CONSUMER_KAFKA__GROUP_PROTOCOL": self.plan.protocol,
            "CONSUMER_KAFKA__OPTIONS": OPTIONS[self.plan.protocol],
            "CONSUMER_API__BASE_URL": f"http://127.0.0.1:{to_vendor.port}",
            "CONSUMER_API__CONCURRENCY": str(CONCURRENCY),
            "CONSUMER_RETRY__MAX": "5",
            "CONSUMER_LEDGER__CLAIM_LEASE": str(CLAIM_LEASE),
            "CONSUMER_SCHEMAS__REGISTRY_URL": registry._replace(netloc=f"127.0.0.1:{to_registry.port}").geturl(),
        }

    def _keep_ledger(self) -> None:
        if self.plan.ledger == "sqlite":
            self.disk = SmallDisk(self._folder / "disk", MEGABYTES)
            self.disk.open()
            self._stack.callback(self.disk.close)
            self.crew.settings["CONSUMER_LEDGER__URL"] = f"sqlite:///{self.disk.folder}/ledger.db"
            return
        self.postgres = self._stack.enter_context(closing(PostgresServer()))
        self.postgres.start()
        address = Databases(self.postgres.url).fresh()
        line = self._line_to(address)
        self.between["database"] = (line,)
        self.crew.use_postgres(urlsplit(address)._replace(netloc=f"postgres@127.0.0.1:{line.port}").geturl())

    def begin(self) -> None:
        """Start the instances and, once each has its partitions, the load."""
        self.crew.look_after()
        for instance in self.crew.instances:
            instance.until_ready()
        self.load.start()
        self._until(lambda: any(map(self.tail.count, self._partitions())), PATIENCE, "the first outcome")

    def recover(self, mishap: str, since: float) -> Recovery | None:
        """Return once every partition that has work left has an outcome of after this moment of the wall clock."""
        self._until(lambda: all(self._is_back(each, since) for each in self._partitions()), self._patience(), mishap)
        found = [self.tail.first_since(since, each) for each in self._partitions()]
        times = [when - since for when in found if when is not None]
        if not times:
            return None
        self.recoveries.append(Recovery(mishap=mishap, first=min(times), whole=max(times)))
        return self.recoveries[-1]

    def hearing(self, within: float) -> Hearing:
        """What can be judged once the service has done all it was told, or after so long; the load makes up for it."""
        with self.load.held():
            self._writer.flush()
            with suppress(NotRecoveredError):
                self._until(self._is_at_rest, within, "all that was written is settled, and can be read")
            return self.court.hearing(self._writer.settled())

    def until_under_way(self) -> None:
        """Return once there are outcomes again, so that what comes next comes in the middle of them."""
        seen = self.done
        self._until(lambda: self.done > seen or self.load.has_ended, self._patience(), "the load goes on")

    def settle(self, within: float) -> Evidence:
        """Let all that was begun come to its end, each record so long after it was written, and tell what it left."""
        self.load.cut_short()
        self._until(lambda: self.load.has_ended, TO_THE_END, "the load is written")
        self._writer.flush()
        self._until(
            lambda: is_settled(self._writer, self.crew, now=time.time(), within=within),
            within,
            "all that was written is settled",
        )
        return self.crew.evidence()

    def as_it_is(self) -> Hearing:
        """All that can be judged, nothing being waited for."""
        self.load.cut_short()
        with self.load.held():
            self.court.recall()
            return self.court.hearing(self._writer.settled())

    @property
    def done(self) -> int:
        """How many outcomes of returns a reader has seen."""
        return sum(map(self.tail.count, self._partitions()))

    def _partitions(self) -> range:
        return range(self.crew.partitions)

    def _patience(self) -> float:
        """Seconds for the recovery from what is happening now."""
        return STANDING if self.brokers.said(DROPPED) else PATIENCE

    def _is_back(self, partition: int, since: float) -> bool:
        if self.tail.first_since(since, partition) is not None:
            return True
        # While there is a load, what is done at this moment says nothing of what comes next.
        return self.load.has_ended and self._is_told(partition)

    def _is_told(self, partition: int) -> bool:
        """Whether a reader has as many outcomes as there are returns."""
        return self.tail.count(partition) >= self.crew.written().get((self.crew.topic(RETURNS), partition), 0)

    def _is_at_rest(self) -> bool:
        """Behind the open transaction of one that died a reader sees nothing, although others have committed there."""
        return all(map(self._is_told, self._partitions())) and self._writer.is_settled()

    def _until(self, condition: Callable[[], bool], within: float, what: str) -> None:
        def supervised() -> bool:
            self.crew.look_after()
            return condition()

        try:
            wait_until(supervised, within=within, what=what)
        except TimeoutError:
            raise NotRecoveredError(what, within, self.crew.how_it_is()) from None
