"""One release under way: its topics, the sandbox as its vendor, its process, and returns that come at an even pace."""

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from confluent_kafka import Producer

from benchmarks.load import earns, returns
from tests.end_to_end.instance import Instance
from tests.end_to_end.sandbox_vendor import SandboxVendor
from tests.end_to_end.scene import DEAD_LETTERS, EARNS, RETURNS, Scene
from tests.end_to_end.vendor import BASIC, PASSWORD, USER, Vendor
from tests.ops.prometheus import Target
from tests.testbed.parts import Broker
from tests.testbed.postgres import Databases, PostgresServer
from tests.testbed.waiting import wait_until

SOME_CUSTOMERS = "4915550000"
CUSTOMERS = range(int(SOME_CUSTOMERS) * 1000, int(SOME_CUSTOMERS) * 1000 + 999)
"""Each returns one purchase; more than come within a test."""
PARTITIONS = 6
"""More than of the earn feed: where instances share, each has some of the returns."""
GARBAGE = b"\xff Frau Muster, +49 155 50000"
EVEN_PACE = 1.0
TICK = 0.5
TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACED: list[tuple[str, str | bytes | None]] = [("traceparent", f"00-{TRACE}-b7ad6b7169203331-01".encode())]
LEDGER_PASSWORD, KAFKA_PASSWORD = "open-ledger", "open-kafka"
SETTINGS = {
    "CONSUMER_API__QUOTA_PER_MINUTE": "1000",
    "CONSUMER_RETRY__MAX": "4",
    # The broker asks for none, and nobody may learn it all the same.
    "CONSUMER_KAFKA__OPTIONS": json.dumps({"sasl.password": KAFKA_PASSWORD}),
}
NOT_TO_BE_SHOWN = (
    *(PASSWORD, BASIC.removeprefix("Basic "), LEDGER_PASSWORD, KAFKA_PASSWORD, "token-"),
    *(SOME_CUSTOMERS, "Muster", "155 50000"),
)
"""Secrets, also as a header carries them, and people."""
CONSUMED = "returns_events_consumed_total"
ACCOUNTED = ("returns_events_total", "returns_events_in_flight", "returns_events_released_total")
SECONDS = 30


class Release:
    """Lives while it is entered; `pace` is how many returns come a second."""

    def __init__(
        self,
        name: str,
        broker: Broker,
        folder: Path,
        settings: Mapping[str, str],
        *,
        program: Sequence[str] = ("-m", "consumer"),
    ) -> None:
        self.name = name
        self.broker = broker
        self.vendor = SandboxVendor(
            {f"e{number}": (customer, "p1", "held") for number, customer in enumerate(CUSTOMERS)},
            folder,
            {"auth": settings.get("CONSUMER_API__AUTH", "basic"), "oauth_key": USER, "oauth_secret": PASSWORD},
        )
        self.database = PostgresServer()
        self.pace = EVEN_PACE
        self._program = program
        folder.mkdir()
        self._scene = Scene(broker, folder, cast("Vendor", self.vendor), partitions=PARTITIONS)
        self._scene.settings |= {**SETTINGS, **settings}
        self._topic = self._scene.topic(RETURNS)
        self._producer = Producer({"bootstrap.servers": broker.bootstrap, "linger.ms": 5, "log_level": 0})
        self._returns = returns(CUSTOMERS)
        self._owed = 0.0
        self._within = ExitStack()

    def __enter__(self) -> Self:
        self._within.enter_context(self._scene.create_topics())
        for customer, value in earns(CUSTOMERS):
            self._producer.produce(self._scene.topic(EARNS), value, key=str(customer))
        self._producer.flush()
        self.instance = self.one_more()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._within.close()
        self.database.close()

    def use_its_own_database(self) -> None:
        """To be called before it is entered."""
        self.database.start()
        url = Databases(self.database.url).fresh()
        self._scene.use_postgres(url.replace("postgres@", f"postgres:{LEDGER_PASSWORD}@"))

    def one_more(self) -> Instance:
        """One more instance, not waited for."""
        return self._scene.start(program=self._program)

    @property
    def target(self) -> Target:
        return Target(release=self.name, address=f"127.0.0.1:{self.instance.port}", topic=self._topic)

    def go_on(self, seconds: float) -> None:
        """Write the returns of so many seconds."""
        self._owed += seconds * self.pace
        due = int(self._owed)
        self._owed -= due
        for customer, value in islice(self._returns, due):
            self._producer.produce(self._topic, value, key=str(customer), headers=TRACED)
        self._producer.poll(0)

    def send_garbage(self, count: int) -> None:
        """Write so many returns that nobody can read."""
        for _ in range(count):
            self._producer.produce(self._topic, GARBAGE)
        self._producer.flush()

    def until_at_rest(self) -> None:
        """Let no more come, and return once all that came is published and the lag is told to be 0."""
        self.pace = 0.0
        self._producer.flush()
        for name in ("events_in_flight", "consumer_lag"):
            self.instance.until_metric(name, 0, within=SECONDS)

    def shown(self) -> str:
        """All that it shows to anybody but the readers of its topics: pages, log, headers of dead letters."""
        pages = [self.instance.page(path) for path in ("", "livez", "readyz", "status", "metrics")]
        letters = self._scene.read(DEAD_LETTERS) if self.instance.metric("dead_letters_total") else []
        return "\n".join(
            (
                self.instance.log.read_text(errors="replace"),
                *(page.text for page in pages if page),
                *(str(letter.headers) for letter in letters),
            )
        )

    def balance(self, instance: Instance) -> tuple[float, float]:
        """How many returns it took in, and how many have outcomes, are in flight or were released, by one page.

        What is under way is a moment old on a page; so it is of the first page where both are the same, or of the last.
        """
        pages = [_balance(instance, self._topic)]

        def adds_up() -> bool:
            pages.append(_balance(instance, self._topic))
            return len(set(pages[-1])) == 1

        with suppress(TimeoutError):
            wait_until(adds_up, within=SECONDS, what="the same")
        return pages[-1]


def _balance(instance: Instance, topic: str) -> tuple[float, float]:
    """Returns taken in, and those accounted for, by one page of metrics."""
    found = dict.fromkeys((CONSUMED, *ACCOUNTED), 0.0)
    for name, labels, value in instance.metrics():
        if name in found and labels.get("topic") in {None, topic}:
            found[name] += value
    return found[CONSUMED], sum(found[name] for name in ACCOUNTED)


@contextmanager
def returns_coming(releases: Sequence[Release]) -> Iterator[None]:
    """While inside, each release's returns come at its pace."""
    over = threading.Event()

    def write() -> None:
        before = time.monotonic()
        while not over.wait(TICK):
            now = time.monotonic()
            for release in releases:
                release.go_on(now - before)
            before = now

    writing = threading.Thread(target=write, name="returns")
    writing.start()
    try:
        yield
    finally:
        over.set()
        writing.join()
