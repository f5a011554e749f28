"""Ours and others on the same work, on real Kafka. See README.md beside this file."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import product
from pathlib import Path
from statistics import median

from benchmarks.arms import BASE, DISTINCT, SMALL, Arm, every, fitting, named, whole
from benchmarks.figures import WARM_UP, Figures
from benchmarks.one_run import one_run, warm_up
from benchmarks.report import as_text
from benchmarks.results import Results, read
from benchmarks.running import share_cores
from benchmarks.scene import Parts, Trial
from benchmarks.subjects import ROOT, SUBJECTS, Subject
from tests.testbed.missing import MissingPartError
from tests.testbed.parts import own_broker
from tests.testbed.postgres import Databases, PostgresServer

LEAST_RATE = 1000
"""Returns a second that ours on SQLite must come to with 1,000 customers."""
MOST_MEMORY = 250
"""MB that no run of ours may need more of."""
MATRICES = {"small": SMALL, "whole": whole(), "every": every()}
LEFT_OUT = "faststream-1"
"""As slow as the naive loop, by its making; left out of the small matrix unless it is asked for by name."""


def options(words: Sequence[str]) -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--matrix", choices=MATRICES, default="small")
    asked.add_argument("--arms", default="", help="only those whose name has one of these words; separated by ;")
    asked.add_argument("--subjects", default="", help="only these, separated by commas")
    asked.add_argument("--returns", type=int, default=10_000)
    asked.add_argument("--seconds", type=float, default=5.0, help="give a slow subject no more than it works in these")
    asked.add_argument("--repeats", type=int, default=1)
    asked.add_argument("--resume", action="store_true", help="go on with what is in --out")
    asked.add_argument("--out", type=Path, default=ROOT / ".cache" / "bench.json")
    return asked.parse_args(words)


def subjects(names: str, matrix: str) -> Iterator[Subject]:
    """Those that are asked for, as far as they can be had here."""
    for subject in SUBJECTS:
        if names and subject.name not in names.split(","):
            continue
        if not names and matrix == "small" and subject.name == LEFT_OUT:
            continue
        if subject.missing():
            print(f"without {subject.title}: {subject.python} is not there")
            continue
        yield subject


class Bench:
    """Runs what is asked, one run at a time."""

    def __init__(self, parts: Parts, results: Results, asked: argparse.Namespace) -> None:
        self._parts, self._results, self._asked = parts, results, asked
        self.failed: list[str] = []

    def turn(self, arm: Arm, subject: Subject) -> None:
        """One more run; one that cannot be had is told and leaves no row."""
        try:
            self.run(arm, subject)
        except (RuntimeError, TimeoutError) as error:
            self.failed.append(f"{arm.name}: {subject.title} failed")
            print(f"{self.failed[-1]}: {error}", flush=True)

    def run(self, arm: Arm, subject: Subject) -> None:
        found = one_run(self._parts, subject, self._trial(arm, subject))
        self._results.add(arm, subject, found)
        print(f"{arm.name}: {subject.title}: {in_short(found)}", flush=True)

    def _trial(self, arm: Arm, subject: Subject) -> Trial:
        returns = fitting(arm, subject.order, self._asked.returns, self._asked.seconds)
        if not arm.paced:
            return Trial(arm=arm, returns=returns)
        if not self._results.runs(DISTINCT.name, subject.name):
            self.run(DISTINCT, subject)
        pace = median(run.rate for run in self._results.runs(DISTINCT.name, subject.name)) / 2
        return Trial(arm=arm, returns=max(1, int(pace * (WARM_UP + self._asked.seconds))), pace=pace)


def in_short(run: Figures) -> str:
    return (
        f"{run.returns:,} returns, {run.rate:,.0f}/s, p50 {run.p50:,.0f} ms, p99 {run.p99:,.0f} ms, {run.cpu:,.0f} µs, "
        f"{run.memory:.0f} MB, {run.calls:,} calls; lost {run.lost}, called again {run.repeated}, "
        f"calls overlapping {run.overlapping}, outcomes twice {run.twice}, out of order {run.disordered}"
    )


def shortfalls(first: Sequence[Figures], runs: Sequence[Figures]) -> Iterator[str]:
    """What was promised of ours and not kept, by the runs on SQLite with 1,000 customers, and by all of ours."""
    rate = median(run.rate for run in first) if first else LEAST_RATE
    if rate < LEAST_RATE:
        yield f"{rate:,.0f} returns a second, promised are {LEAST_RATE:,}"
    memory = max((run.memory for run in runs), default=0.0)
    if memory > MOST_MEMORY:
        yield f"{memory:.0f} MB, promised are {MOST_MEMORY}"
    for words, number in (
        ("without an outcome", sum(run.lost for run in runs)),
        ("with two outcomes", sum(run.twice for run in runs)),
        ("out of order", sum(run.disordered for run in runs)),
    ):
        if number:
            yield f"{number:,} returns {words}"


def databases(stack: ExitStack) -> Databases | None:
    """On a server that waits for its disk, where one can be had."""
    try:
        server = stack.enter_context(closing(PostgresServer(more={"fsync": "on"})))
        server.start()
    except MissingPartError as reason:
        print(f"without PostgreSQL: {reason}")
        return None
    found = Databases(server.url)
    stack.callback(found.drop_all)
    return found


def main() -> None:
    asked = options(sys.argv[1:])
    results = Results(asked.out, read(asked.out)[1] if asked.resume and asked.out.exists() else ())
    with ExitStack() as stack:
        cores = share_cores()
        broker = stack.enter_context(closing(own_broker()))
        broker.start()
        parts = Parts(broker=broker, databases=databases(stack), cores=cores)
        arms = list(named(asked.arms, MATRICES[asked.matrix]))
        measured = list(filter(parts.suffice, subjects(asked.subjects, asked.matrix)))
        bench = Bench(parts, results, asked)
        warm_up(parts)
        for repeat, arm, subject in product(range(asked.repeats), arms, measured):
            if len(results.runs(arm.name, subject.name)) <= repeat:
                bench.turn(arm, subject)
    print(as_text(results.rows()))
    ours = [run for row in results.rows() for run in row.runs if row.subject in {"sqlite", "postgres"}]
    if missed := [*bench.failed, *shortfalls(results.runs(BASE.name, "sqlite"), ours)]:
        sys.exit("\n".join(missed))


if __name__ == "__main__":
    main()
