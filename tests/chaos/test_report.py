"""The counts of a storm tell each kind of harm apart."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.limits import limits
from tests.chaos.mishaps import OF_BROKERS, all_that_may_happen
from tests.chaos.plan import StormPlan
from tests.chaos.recovery import Recovery
from tests.chaos.report import Tally, in_short, lines, recoveries, tally
from tests.end_to_end.a_run import a_call, a_run, spoiled
from tests.end_to_end.truth import Evidence, Stumble


def asked_again(run: Evidence, *stumbles: Stumble) -> Evidence:
    again = replace(a_call("again", "e4", 9.0), caller="two")
    vendor = replace(run.vendor, calls=(*run.vendor.calls, again))
    return replace(run, vendor=vendor, stumbles=stumbles)


FROZEN = Stumble(caller="two", began=8.0, ended=10.0)
HARM: dict[str, tuple[Callable[[Evidence], Evidence], Callable[[Tally], int]]] = {
    "lost": (lambda run: replace(run, outcomes=run.outcomes[1:]), lambda told: told.lost),
    "doubled": (lambda run: replace(run, outcomes=(*run.outcomes, run.outcomes[2])), lambda told: told.duplicates),
    "set aside": (lambda run: spoiled(run, 3, dead_lettered=False), lambda told: told.false_letters),
    "asked again without need": (asked_again, lambda told: told.repeats_not_allowed),
}


@pytest.mark.parametrize("harm", HARM)
def test_each_harm_is_counted(harm: str) -> None:
    do, count = HARM[harm]

    assert count(tally(a_run())) == 0
    assert count(tally(do(a_run()))) == 1
    assert tally(do(a_run())).breaches


def test_what_may_be_asked_again_is_counted_and_is_no_breach() -> None:
    told = tally(asked_again(a_run(), FROZEN))

    assert (told.repeats_allowed, told.repeats_not_allowed, told.breaches) == (1, 0, ())


def test_the_first_breaches_are_told_with_the_counts() -> None:
    told = list(lines(tally(replace(a_run(), outcomes=()))))

    assert "lost                   5" in told
    assert any("0 outcomes for one record" in line for line in told)


def test_after_a_mishap_the_counts_are_one_line() -> None:
    assert in_short(tally(replace(a_run(), outcomes=())), 7).startswith("5 returns judged, 7 wait: lost 5, twice 0, ")
    assert in_short(tally(a_run()), 0).endswith("false dead letters 0, repeats 0 allowed and 0 not, breaches 0")


def test_recoveries_are_told_by_their_mishap() -> None:
    times = [Recovery(mishap="a kill", first=first, whole=first + 1) for first in (1.0, 3.0, 2.0)]

    _, line = recoveries(times, {})

    assert line.split() == ["a", "kill", "3", "2.0", "3.0", "3.0", "4.0"]


KILLED = [Recovery(mishap="an instance is killed", first=0.5, whole=whole) for whole in (10.9, 12.0)]
LIMIT_KEPT = {
    "by all": (KILLED[:1], 2, "limit 11 s (whole): kept"),
    "not by one of two": (KILLED, 2, "limit 11 s (whole): BROKEN 1 of 2 times"),
    "by the only instance": (KILLED, 1, "limit 15 s (first): kept"),
}


@pytest.mark.parametrize("kept", LIMIT_KEPT)
def test_beside_a_recovery_its_limit_is_told_and_whether_it_was_kept(kept: str) -> None:
    times, instances, words = LIMIT_KEPT[kept]

    _, line = recoveries(times, limits(instances))

    assert line.endswith(f"; {words}")


def test_whatever_has_a_limit_may_happen() -> None:
    plans = [StormPlan(seed=1, rate=1, seconds=1, nodes=nodes) for nodes in OF_BROKERS]
    possible = {name for plan in plans for name in all_that_may_happen(plan)}

    assert limits(instances=2).keys() <= possible
