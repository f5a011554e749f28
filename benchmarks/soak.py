"""Whether anything grows in a process that works at half load for long. See README.md beside this file."""

import argparse
import itertools
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field

from benchmarks.instance import LONGEST, Instance, Size, made_topics, running, size_of
from benchmarks.load import earns, intended, produce, returns
from benchmarks.outcomes import Outcomes
from tests.testbed.parts import own_broker
from tests.testbed.waiting import wait_until

CUSTOMERS = 1000
AHEAD = 5000
"""An earn is told so many purchases before its return."""
WARM = 0.25
"""Of the samples this part is not counted: pools and caches fill."""
MOST_GROWTH = 0.10
"""Of the memory, from the first counted quarter of the samples to the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The size of the process, so many seconds after the beginning."""

    at: float
    size: Size


@dataclass
class Sampling:
    """Looks at the process again and again, in a thread, until it is over."""

    service: Instance
    every: float
    samples: list[Sample] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        started = time.monotonic()
        while not self.over.wait(self.every):
            sample = Sample(at=time.monotonic() - started, size=size_of(self.service.pid))
            self.samples.append(sample)
            size = sample.size
            print(f"{sample.at:8.0f} s{size.memory:8.1f} MB{size.files:6} files{size.threads:6} threads", flush=True)


def halves(samples: Sequence[Sample]) -> tuple[Sequence[Size], Sequence[Size]]:
    """What is counted: the first part after the process is warm, and the last part."""
    counted = [sample.size for sample in samples[int(len(samples) * WARM) :]]
    return counted[: max(1, len(counted) // 3)], counted[-max(1, len(counted) // 3) :]


def growths(samples: Sequence[Sample]) -> Iterator[str]:
    """What has grown by more than it may."""
    first, last = halves(samples)
    memory = mean(last) / mean(first) - 1
    print(f"memory {mean(first):.1f} to {mean(last):.1f} MB ({memory:+.1%}), ", end="")
    print(f"files {most_files(first)} to {most_files(last)}, threads {most_threads(first)} to {most_threads(last)}")
    if memory > MOST_GROWTH:
        yield f"memory grew by {memory:.0%}"
    if most_files(last) > most_files(first):
        yield "more files are open"
    if most_threads(last) > most_threads(first):
        yield "there are more threads"


def mean(sizes: Sequence[Size]) -> float:
    return sum(size.memory for size in sizes) / len(sizes)


def most_files(sizes: Sequence[Size]) -> int:
    return max(size.files for size in sizes)


def most_threads(sizes: Sequence[Size]) -> int:
    return max(size.threads for size in sizes)


def work(bootstrap: str, topics: Mapping[str, str], customers: Sequence[int], pace: float) -> int:
    """Tell the earns and, a little behind, their returns; how many have no outcome in the end."""
    produce(bootstrap, topics["earns"], itertools.islice(earns(customers), AHEAD))
    rest = itertools.islice(earns(customers), AHEAD, None)
    times = intended(len(customers), pace, time.monotonic())
    telling = threading.Thread(target=produce, args=(bootstrap, topics["earns"], rest, times))
    with Outcomes(bootstrap, topics["results"]) as outcomes:
        telling.start()
        produce(bootstrap, topics["returns"], returns(customers), times)
        telling.join()
        with suppress(TimeoutError):
            wait_until(lambda: len(outcomes.numbers) == len(customers), within=LONGEST, what="every outcome")
    return len(customers) - len(outcomes.numbers)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=40)
    asked.add_argument(
        "--pace", type=float, default=1000, help="returns a second: half of what `make bench` shows, all distinct"
    )
    asked.add_argument("--every", type=float, default=30, help="seconds from one sample to the next")
    options = asked.parse_args()
    customers = [number % CUSTOMERS + 1 for number in range(int(options.pace * options.minutes * 60))]
    with closing(own_broker()) as broker:
        broker.start()
        topics = made_topics(broker)
        with running(broker, topics, {}) as service:
            sampling = Sampling(service, options.every)
            thread = threading.Thread(target=sampling.run)
            thread.start()
            lost = work(broker.bootstrap, topics, customers, options.pace)
            sampling.over.set()
            thread.join()
    print(f"{len(customers):,} returns at {options.pace:,.0f} a second, {lost:,} without an outcome")
    missed = [*growths(sampling.samples), *([f"{lost:,} returns without an outcome"] if lost else [])]
    if missed:
        sys.exit("\n".join(missed))


if __name__ == "__main__":
    main()
