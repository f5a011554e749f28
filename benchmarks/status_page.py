"""What the status page costs: how long it takes while returns flow, and whether they flow slower for it."""

import argparse
import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from benchmarks.arms import BASE
from benchmarks.one_run import Beside, one_run
from benchmarks.scene import Parts, Trial
from benchmarks.subjects import OURS
from tests.testbed.get import get
from tests.testbed.parts import own_broker

EVERY = 1.0
"""Seconds from one look to the next."""
WINDOW = 4.0
LOOKS = 20
PAGE, PROBE = "/", "/livez"
"""What is measured, and an answer as short as can be from the same busy process, which is what it is measured by."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """What is looked at, until the event."""

    home: str
    pid: int
    over: threading.Event


@dataclass(frozen=True, kw_only=True)
class Window:
    """A few seconds in which somebody looked once a second, or nobody: returns a second, and µs of CPU for each."""

    looked_at: bool
    rate: float
    cpu: float


@dataclass
class Looking:
    """What somebody saw who looked: the milliseconds of each look, and the windows."""

    took: dict[str, list[float]] = field(default_factory=lambda: {PAGE: [], PROBE: []})
    windows: list[Window] = field(default_factory=list)
    cost: float = 0.0
    """Milliseconds of CPU that one page takes of the service beyond the probe, when all is answered."""

    def always(self, service: Service) -> None:
        """The page and the probe in turn."""
        for path in cycle((PAGE, PROBE)):
            if service.over.wait(EVERY / 2):
                return
            self.look(service, path)

    def by_turns(self, service: Service) -> None:
        """The page, in every other window: whatever else the machine does meets both kinds. At last, what one costs."""
        for looked_at in cycle((False, True)):
            started, outcomes, cpu = time.monotonic(), outcomes_of(service.home), cpu_of(service.pid)
            while time.monotonic() < started + WINDOW:
                if looked_at:
                    self.look(service, PAGE)
                if service.over.wait(EVERY):
                    self.cost = 1000 * (self._cpu_of_looks(service, PAGE) - self._cpu_of_looks(service, PROBE))
                    return
            done, spent = outcomes_of(service.home) - outcomes, cpu_of(service.pid) - cpu
            if done:
                rate = done / (time.monotonic() - started)
                self.windows.append(Window(looked_at=looked_at, rate=rate, cpu=spent / done * 1e6))

    def look(self, service: Service, path: str) -> None:
        started = time.perf_counter()
        answer = get(service.home + path)
        self.took[path].append((time.perf_counter() - started) * 1000)
        if answer.status != 200:
            raise RuntimeError(answer.text)

    def _cpu_of_looks(self, service: Service, path: str) -> float:
        before = cpu_of(service.pid)
        for _ in range(LOOKS):
            get(service.home + path)
            time.sleep(EVERY)
        return (cpu_of(service.pid) - before) / LOOKS

    def told(self) -> str:
        return "; ".join(f"{path} {spread(took)}" for path, took in self.took.items() if took)


def beside(work: Callable[[Service], None]) -> Beside:
    """Do this in a thread while the returns are worked."""

    @contextmanager
    def going_on(port: int, pid: int) -> Iterator[None]:
        service = Service(home=f"http://127.0.0.1:{port}", pid=pid, over=threading.Event())
        thread = threading.Thread(target=work, args=(service,))
        thread.start()
        try:
            yield
        finally:
            service.over.set()
            thread.join()

    def begun(port: int, pid: int) -> AbstractContextManager[object]:
        return going_on(port, pid)

    return begun


def outcomes_of(home: str) -> float:
    families = text_string_to_metric_families(get(f"{home}/metrics").text)
    return sum(it.value for family in families for it in family.samples if it.name == "returns_events_total")


def cpu_of(pid: int) -> float:
    """Seconds that all threads have run, finer than the clock's ticks."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def spread(took: Sequence[float]) -> str:
    ordered = sorted(took)
    p99 = ordered[int(len(ordered) * 0.99)]
    return f"median {statistics.median(ordered):.1f} ms, p99 {p99:.1f} ms of {len(ordered)}"


def changes(windows: Sequence[Window], of: Callable[[Window], float]) -> str:
    """Each window that was looked at, over the mean of its two neighbours."""
    found = [
        100 * (2 * of(here) / (of(before) + of(after)) - 1)
        for before, here, after in zip(windows, windows[1:], windows[2:], strict=False)
        if here.looked_at
    ]
    low, middle, high = statistics.quantiles(found, n=4)
    return f"{middle:+.1f} % (middle half {low:+.1f} to {high:+.1f} %, {len(found)} windows)"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--returns", type=int, default=150_000)
    asked.add_argument("--pace", type=float, default=1000)
    asked.add_argument("--latency", type=float, default=0.02)
    options = asked.parse_args()
    arm = replace(BASE, latency=options.latency)
    steady = Trial(arm=arm, returns=int(options.pace * 60), pace=options.pace)
    at_once = Trial(arm=arm, returns=options.returns)
    calm, busy = Looking(), Looking()
    with closing(own_broker()) as broker:
        broker.start()
        parts = Parts(broker=broker, databases=None, cores=frozenset(os.sched_getaffinity(0)))
        lost = one_run(parts, OURS[0], steady, beside(calm.always)).lost
        print(f"{options.pace:,.0f} returns a second, looked at once a second: {calm.told()}; lost {lost}")
        run = one_run(parts, OURS[0], at_once, beside(busy.by_turns))
    print(f"{options.returns:,} returns at once: {run.rate:,.0f}/s, {run.cpu:,.0f} µs each, lost {run.lost}")
    print(f"in every other window looked at once a second: {busy.told()}")
    print(f"while it is looked at, returns a second: {changes(busy.windows, lambda it: it.rate)}")
    print(f"while it is looked at, CPU for a return: {changes(busy.windows, lambda it: it.cpu)}")
    print(f"a page costs {busy.cost:.1f} ms of CPU: looked at once a second, {busy.cost / 10:.2f} % of a core")


if __name__ == "__main__":
    main()
