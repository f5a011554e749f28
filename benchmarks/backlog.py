"""How soon a process is ready and how large it gets, by what its ledger holds and what waits. See README.md here."""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import product
from pathlib import Path

from benchmarks.growth import Grown
from benchmarks.instance import LONGEST, Instance, made_topics, running, size_of
from benchmarks.ledger import Case
from benchmarks.load import earns, produce, returns
from benchmarks.running import cpu_seconds
from benchmarks.subjects import fed
from tests.testbed.parts import Broker, own_broker
from tests.testbed.waiting import wait_until

FEW = "60"
"""Requests a minute: hardly anything of the backlog is worked while it is looked at."""
WATCHED = 20.0
"""Seconds."""


@contextmanager
def ledger_of(held: int) -> Iterator[str]:
    """A SQLite that holds so many earns already."""
    with tempfile.TemporaryDirectory(prefix="ledger-") as folder:
        url = f"sqlite:///{Path(folder) / 'ledger.db'}"
        with closing(Case("sqlite", url)) as case:
            Grown(case).grow(earns=held, open_returns=0)
        yield url


def largest(service: Instance) -> float:
    """MB at most, while it is watched."""
    end, found = time.monotonic() + WATCHED, 0.0
    while time.monotonic() < end:
        found = max(found, size_of(service.pid).memory)
        time.sleep(0.5)
    return found


def started(service: Instance) -> str:
    """Seconds until it was ready, and how many of them it worked itself."""
    return f"{service.ready_after:.1f} ({service.ready_cpu:.1f} CPU)"


def followed(broker: Broker, service: Instance, number: int) -> str:
    """Earns a second from its feed into its ledger, all there at once, and µs of CPU for each."""
    started, spent = time.monotonic(), cpu_seconds(service.pid)
    produce(broker.bootstrap, service.place.topics["earns"], earns(range(1, number + 1)))
    wait_until(lambda: fed(service.place, number), within=LONGEST, what="the earn feed")
    rate, cost = number / (time.monotonic() - started), (cpu_seconds(service.pid) - spent) / number
    return f"{rate:,.0f} ({1e6 * cost:.0f} µs)"


def one_run(broker: Broker, waiting: int, held: int, window: int) -> tuple[str, str, str, float]:
    """How it starts with nothing to do, follows the feed, and starts with the backlog; MB at most then."""
    topics = made_topics(broker)
    with ledger_of(held) as url:
        changes = {
            "CONSUMER_LEDGER__URL": url,
            "CONSUMER_API__QUOTA_PER_MINUTE": FEW,
            "CONSUMER_KAFKA__WINDOW": str(window),
        }
        with running(broker, topics, changes) as service:
            at_first = started(service)
            feed = followed(broker, service, waiting)
        produce(broker.bootstrap, topics["returns"], returns(range(1, waiting + 1)))
        with running(broker, topics, changes) as service:
            return at_first, feed, started(service), largest(service)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--waiting", type=int, nargs="+", default=[1000, 10_000, 100_000])
    asked.add_argument("--held", type=int, nargs="+", default=[1000, 1_000_000], help="earns in the ledger at first")
    asked.add_argument("--windows", type=int, nargs="+", default=[1000], help="kafka.window")
    options = asked.parse_args()
    heads = ("ready s", "earns/s", "with the backlog")
    print(f"{'earns held':>12}{'waiting':>12}{'window':>8}{''.join(f'{head:>20}' for head in heads)}{'memory MB':>12}")
    with closing(own_broker()) as broker:
        broker.start()
        for held, waiting, window in product(options.held, options.waiting, options.windows):
            at_first, feed, again, memory = one_run(broker, waiting, held, window)
            print(f"{held:12,}{waiting:12,}{window:8,}{at_first:>20}{feed:>20}{again:>20}{memory:12.0f}", flush=True)


if __name__ == "__main__":
    main()
