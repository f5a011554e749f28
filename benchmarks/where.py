"""Where one return's time goes: CPU by thread, and what it waits for. See README.md beside this file."""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from benchmarks.arms import BASE, DISTINCT, PACED
from benchmarks.figures import Figures
from benchmarks.one_run import one_run, warm_up
from benchmarks.running import TICKS, share_cores
from benchmarks.scene import Parts, Trial
from benchmarks.subjects import OURS, Subject
from benchmarks.throughput import databases, in_short
from tests.testbed.get import get
from tests.testbed.parts import own_broker

WAITS = {
    "event_to_outcome": "from its record to its acknowledged outcome",
    "event_processing": "from when it was handed over to its decision",
    "api_request_duration": "a call",
    "ledger_commit": "a group's commit",
    "publish_duration": "a transaction",
}
"""Of the service's own histograms, which are in seconds."""


@dataclass
class Spending:
    """What was spent while a run was under way: CPU by thread in ticks, and the histograms' sums and counts."""

    ticks: Counter[str] = field(default_factory=Counter)
    sums: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def beside(self, port: int, pid: int) -> Iterator[None]:
        page = f"http://127.0.0.1:{port}/metrics"
        ticks_before, sums_before = ticks(pid), sums(get(page).text)
        yield
        self.ticks = ticks(pid) - ticks_before
        self.sums = {name: value - sums_before[name] for name, value in sums(get(page).text).items()}


def ticks(pid: int) -> Counter[str]:
    """The process's first thread is the event loop's; librdkafka's name themselves; Python's others go by number."""
    found: Counter[str] = Counter()
    for thread in Path(f"/proc/{pid}/task").iterdir():
        name, fields = (thread / "comm").read_text().strip(), (thread / "stat").read_text().rpartition(")")[2].split()
        whose = "event loop" if thread.name == str(pid) else "librdkafka" if name.startswith("rdk") else thread.name
        found[whose] += int(fields[11]) + int(fields[12])
    return found


def sums(page: str) -> dict[str, float]:
    """Of each histogram its sum and its count, over all labels."""
    found: dict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            if family.type == "histogram" and sample.name.endswith(("_sum", "_count")):
                found[sample.name] += sample.value
    return found


def by_thread(spent: Mapping[str, int], returns: int) -> str:
    """µs of CPU for each return, the greatest first."""
    each = sorted(((1e6 * count / TICKS / returns, name) for name, count in spent.items()), reverse=True)
    return ", ".join(f"{name} {cost:.0f}" for cost, name in each if cost >= 1)


def waits(sums: Mapping[str, float], returns: int) -> Iterator[str]:
    """Means in ms, and how many returns each of what they share had."""
    for name, words in WAITS.items():
        count = sums[f"returns_{name}_seconds_count"]
        if count:
            mean = 1000 * sums[f"returns_{name}_seconds_sum"] / count
            yield f"{words}: {mean:.1f} ms, {count:,.0f} of them, one for {returns / count:.1f} returns"


def told(subject: Subject, trial: Trial, run: Figures, spending: Spending) -> None:
    print(f"\n{trial.arm.name}, {subject.title}: {in_short(run)}")
    print(f"  µs of CPU: {by_thread(spending.ticks, trial.returns)}")
    for line in waits(spending.sums, trial.returns):
        print(f"  {line}", flush=True)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--returns", type=int, default=20_000)
    asked.add_argument("--pace", type=float, default=950, help="returns a second at half load")
    options = asked.parse_args()
    trials = [
        Trial(arm=BASE, returns=options.returns),
        Trial(arm=DISTINCT, returns=options.returns),
        Trial(arm=PACED, returns=options.returns // 2, pace=options.pace),
    ]
    with ExitStack() as stack:
        cores = share_cores()
        broker = stack.enter_context(closing(own_broker()))
        broker.start()
        parts = Parts(broker=broker, databases=databases(stack), cores=cores)
        warm_up(parts)
        for trial in trials:
            for subject in filter(parts.suffice, OURS):
                spending = Spending()
                told(subject, trial, one_run(parts, subject, trial, spending.beside), spending)


if __name__ == "__main__":
    main()
