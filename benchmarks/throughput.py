"""How many returns a second one instance works, on real Kafka, everything on. See README.md beside this file."""

import argparse
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from benchmarks.load import PARTITIONS, count_outcomes, earns, paced, produce, returns
from tests.testbed.get import get
from tests.testbed.parts import Broker, own_broker
from tests.testbed.ports import free_port
from tests.testbed.waiting import wait_until

ROOT = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
LONGEST = 180.0
LEAST_RATE = 1000
"""Returns a second that the first arm must come to."""
MOST_MEMORY = 250
"""MB that no run may need more of."""
Beside = Callable[[int, int], AbstractContextManager[object]]
"""What goes on while the returns are worked, given the service's port and its process."""


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One kind of load: so many returns of so many customers, spread evenly or by Zipf's law.

    They come at once, or `pace` of them in a second; then the rate of a run says nothing.
    """

    name: str
    returns: int
    customers: int
    zipf: bool = False
    pace: float = 0

    def chosen(self) -> list[int]:
        if not self.zipf:
            return [number % self.customers + 1 for number in range(self.returns)]
        weights = [1 / (rank + 1) for rank in range(self.customers)]
        return random.Random(1).choices(range(1, self.customers + 1), weights, k=self.returns)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one run came to. `cpu` in µs for each return, `memory` in MB at its highest."""

    lost: int
    rate: float
    cpu: float
    memory: float
    calls: int


def arms(size: int) -> tuple[Arm, ...]:
    return (
        Arm(name="1,000 customers", returns=size, customers=1000),
        Arm(name="all distinct", returns=size, customers=size),
        Arm(name="Zipf(1), 1,000 customers", returns=size, customers=1000, zipf=True),
    )


def nothing(_: int, __: int) -> AbstractContextManager[object]:
    return nullcontext()


def one_run(broker: Broker, arm: Arm, latency: float, beside: Beside = nothing) -> Run:
    """The earn feed first; the clock runs from the first return produced to the last committed outcome read."""
    topics = {name: f"{name}-{uuid4().hex[:8]}" for name in ("returns", "earns", "results", "dead_letters")}
    for topic in topics.values():
        broker.create_topic(topic, PARTITIONS)
    customers = arm.chosen()
    produce(broker.bootstrap, topics["earns"], earns(customers))
    vendor, port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        stub = subprocess.Popen([sys.executable, "benchmarks/stub.py", str(vendor), str(latency)], cwd=ROOT)
        with (Path(folder) / "log").open("w") as log:
            service = subprocess.Popen(
                [sys.executable, "-m", "consumer", "run"],
                cwd=folder,
                env=environment(broker.bootstrap, topics, vendor, port),
                stdout=log,
            )
        try:
            wait_until(lambda: fed(port, topics["earns"]) >= arm.returns, within=LONGEST, what="the earn feed")
            before = cpu_seconds(service.pid)
            with beside(port, service.pid):
                started = time.monotonic()
                produce(broker.bootstrap, topics["returns"], paced(returns(customers), arm.pace))
                seen = count_outcomes(broker.bootstrap, topics["results"], arm.returns, LONGEST)
                seconds = time.monotonic() - started
            return Run(
                lost=arm.returns - seen,
                rate=seen / seconds,
                cpu=(cpu_seconds(service.pid) - before) / max(seen, 1) * 1e6,
                memory=highest_memory(service.pid),
                calls=int(get(f"http://127.0.0.1:{vendor}/calls").text),
            )
        finally:
            service.terminate()
            service.wait(60)
            stub.terminate()
            stub.wait(10)


def environment(bootstrap: str, topics: dict[str, str], vendor: int, port: int) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CONSUMER_")}
    named = {f"CONSUMER_TOPICS__{name.upper()}": topic for name, topic in topics.items()}
    return (
        inherited
        | named
        | {
            "PYTHONPATH": str(ROOT),
            "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": bootstrap,
            "CONSUMER_KAFKA__GROUP_ID": topics["returns"],
            "CONSUMER_API__BASE_URL": f"http://127.0.0.1:{vendor}",
            "CONSUMER_API__AUTH": "none",
            "CONSUMER_API__QUOTA_PER_MINUTE": "0",
            "CONSUMER_API__CONCURRENCY": "200",
            "CONSUMER_HTTP__HOST": "127.0.0.1",
            "CONSUMER_HTTP__PORT": str(port),
        }
    )


def fed(port: int, topic: str) -> int:
    """How many earn records are in the ledger and committed."""
    try:
        page = get(f"http://127.0.0.1:{port}/status")
    except OSError:
        return 0
    partitions = json.loads(page.text)["kafka"]["partitions"]
    return sum(int(each["watermark"]) for each in partitions if each["topic"] == topic)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def highest_memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def shortfalls(first: Sequence[Run], *others: Sequence[Run]) -> Iterator[str]:
    """What was promised and not kept, by the runs of the first arm and of the others."""
    runs = list(itertools.chain(first, *others))
    rate = statistics.median(run.rate for run in first)
    if rate < LEAST_RATE:
        yield f"{rate:,.0f} returns a second, promised are {LEAST_RATE:,}"
    memory = max(run.memory for run in runs)
    if memory > MOST_MEMORY:
        yield f"{memory:.0f} MB, promised are {MOST_MEMORY}"
    lost = sum(run.lost for run in runs)
    if lost:
        yield f"{lost:,} returns without an outcome"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--returns", type=int, default=20_000)
    asked.add_argument("--repeats", type=int, default=3)
    asked.add_argument("--latency", type=float, default=0.02)
    options = asked.parse_args()
    runs: dict[str, list[Run]] = {}
    with closing(own_broker()) as broker:
        broker.start()
        for _ in range(options.repeats):
            for arm in arms(options.returns):
                run = one_run(broker, arm, options.latency)
                runs.setdefault(arm.name, []).append(run)
                print(f"{arm.name}: {run.rate:,.0f}/s, {run.cpu:,.0f} µs, {run.memory:.0f} MB, {run.calls:,} calls")
    print(f"\n{options.returns:,} returns, {options.latency * 1000:.0f} ms vendor; median (lowest to highest)")
    for name, done in runs.items():
        rates = sorted(run.rate for run in done)
        print(
            f"{name}: {statistics.median(rates):,.0f}/s ({rates[0]:,.0f} to {rates[-1]:,.0f}), "
            f"{statistics.median(run.cpu for run in done):,.0f} µs of CPU for each return, "
            f"{max(run.memory for run in done):.0f} MB, {statistics.median(run.calls for run in done):,.0f} calls, "
            f"lost {sum(run.lost for run in done)}"
        )
    if missed := list(shortfalls(*runs.values())):
        sys.exit("\n".join(missed))


if __name__ == "__main__":
    main()
