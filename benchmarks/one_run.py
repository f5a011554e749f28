"""One run of one subject under one arm: the earn feed first, then the returns, until nothing happens any more."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from benchmarks.arms import DISTINCT, chosen
from benchmarks.figures import Figures, Spent, figures
from benchmarks.load import earns, intended, produce, returns
from benchmarks.scene import QUIET, Parts, Scene, Trial, scene
from benchmarks.subjects import OURS, Subject

UNCOUNTED = Trial(arm=DISTINCT, returns=10_000)
LEAD = 0.05
"""Seconds before the first return."""
Beside = Callable[[int, int], AbstractContextManager[object]]
"""What goes on while the returns are worked, given the service's port and its process."""


def nothing(_: int, __: int) -> AbstractContextManager[object]:
    return nullcontext()


def one_run(parts: Parts, subject: Subject, trial: Trial, beside: Beside = nothing) -> Figures:
    """The clock runs from the first return's time to the last committed outcome read."""
    customers = chosen(trial.arm.keys, trial.returns)
    with scene(parts, subject, trial) as (under_way, place):
        if subject.is_ours:
            produce(place.bootstrap, place.topics["earns"], earns(customers))
        records = list(returns(customers))
        try:
            under_way.subject.start(trial.returns)
            before = under_way.subject.cpu()
            with beside(place.port, under_way.subject.pid):
                times = intended(trial.returns, trial.pace, time.monotonic() + LEAD)
                produce(place.bootstrap, place.topics["returns"], records, times)
                done_before = restart(under_way)
                under_way.at_rest(0)
            under_way.at_rest(QUIET)
            return told(under_way, times, customers, before, done_before)
        finally:
            under_way.subject.stop()


def warm_up(parts: Parts) -> None:
    """A run that nobody counts: Java's broker is slow at first."""
    print("warming the broker up", flush=True)
    one_run(parts, OURS[0], UNCOUNTED)


def restart(under_way: Scene) -> int:
    """End its life and begin another where the arm has it; how many were done again before that."""
    ending = under_way.trial.arm.ending
    if ending is None:
        return 0
    under_way.until_enough()
    again = under_way.stub.counts()["again"]
    if ending == "kill":
        under_way.subject.kill()
    else:
        under_way.subject.stop()
    under_way.stub.heal()
    under_way.subject.start(under_way.trial.returns)
    return again


def told(
    under_way: Scene, times: Sequence[float], customers: Sequence[int], before: float, again_before: int
) -> Figures:
    counts = under_way.stub.counts()
    spent = Spent(
        cpu=under_way.subject.cpu() - before,
        memory=under_way.subject.memory(),
        calls=counts["calls"],
        again=counts["again"] - again_before,
        overlapping=counts["overlapping"],
    )
    return figures(under_way.outcomes.seen, times, customers, spent)
