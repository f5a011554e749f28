"""Mixed chaos on real parts for as long as you like: `python -m tests.chaos.storm --minutes 30 --rate 200 --seed 1`."""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from consumer.wiring.garbage import collect_seldom
from tests.chaos.court import Hearing, overdue, settled_late
from tests.chaos.demands import unmet
from tests.chaos.dropping import DROPPED, told_of
from tests.chaos.lasting import Mishap, lengths, longest_wait
from tests.chaos.limits import limits, verdict
from tests.chaos.losses import LATE
from tests.chaos.mishaps import all_that_may_happen
from tests.chaos.order import drawn
from tests.chaos.plan import StormPlan
from tests.chaos.recovery import NotRecoveredError, Suffered
from tests.chaos.report import MOST_TOLD, Tally, in_short, lines, recoveries, tally
from tests.chaos.setting import Setting
from tests.chaos.story import story
from tests.chaos.telling import LEGEND, tell
from tests.end_to_end.case import Case
from tests.end_to_end.truth import Evidence, Spell
from tests.testbed.parts import schema_registry

MINUTE = 60.0


def storm(at: Setting, names: Iterator[str]) -> Tally:
    """Let one mishap after another happen while there is a load, then judge what is left, and tell of all of it."""
    evidence = left_behind(at, names)
    for breach in _news(at, (*broken_off(at), *at.crew.unexplained())):
        at.breaches.append(breach)
        tell(breach)
    told = counted(at, evidence)
    for line in (*lines(told), *recoveries(at.recoveries, limits(at.plan.instances))):
        tell(line)
    tell_stories(at, evidence, told)
    breaches = dict.fromkeys((*at.breaches, *told.breaches))
    kafkas = told_of(at.brokers.said(DROPPED)) if breaches else []
    for breach in kafkas:
        tell(breach)
    return replace(told, breaches=(*breaches, *kafkas))


def broken_off(at: Setting) -> Iterator[str]:
    """A breach, where the load did not come to its end."""
    if at.load.broken_off is not None:
        yield f"the load broke off: {at.load.broken_off}"


def left_behind(at: Setting, names: Iterator[str]) -> Evidence:
    """What there is when all has come to its end; or, which is a breach, when it goes on no more."""
    try:
        weather(at, names)
        return at.settle(longest_wait(at))
    except NotRecoveredError as error:
        tell(error.how_it_is)
        hearing = at.as_it_is()
        waiting = overdue(hearing.waiting, now=time.time(), within=longest_wait(at))
        breaches = [str(error), *_news(at, waiting)]
        tell(f"the end: {hearing.open} returns wait")
        for breach in breaches[:MOST_TOLD]:
            tell(f"  {breach}")
        at.breaches += breaches
        return hearing.evidence


def weather(at: Setting, names: Iterator[str]) -> None:
    """One mishap after another, while there is a load."""
    possible = all_that_may_happen(at.plan)
    at.begin()
    tell("the service is at work; now the mishaps")
    started, before = time.monotonic(), at.done
    for name in names:
        if at.load.has_ended:
            break
        suffer(at, name, possible[name])
        at.until_under_way()
        at.crew.rest(at.chance.random() * lengths(at).calm)
    lasted = time.monotonic() - started
    at.pace = (at.done - before) / lasted
    tell(f"{lasted:.0f} s with {at.pace:.0f} outcomes a second, outages and all; the load had {at.plan.rate:.0f}")
    tell(f"it waited {at.load.stalled:.0f} s for its service; {at.crew.deaths()} instances died; now the rest")


def suffer(at: Setting, name: str, mishap: Mishap) -> None:
    """One mishap and the recovery from it."""
    began = time.monotonic()
    with at.crew.suffering(name), mishap(at) as since:
        back = at.recover(name, since)
    ended = time.monotonic()
    at.suffered.append(Suffered(mishap=name, spell=Spell(began=began, ended=ended)))
    hearing, told = judged(at)
    kept = "" if back is None else verdict([back], limits(at.plan.instances).get(name))
    times = "no work was left" if back is None else f"{back.first:.1f} s, {back.whole:.1f} s in each partition{kept}"
    tell(f"{name}: {times}; at rest {hearing.at - ended:.1f} s later: {in_short(told, hearing.open)}")
    at.breaches += told.breaches
    for breach in told.breaches[:MOST_TOLD]:
        tell(f"  {breach}")
    tell_stories(at, hearing.evidence, told)


def judged(at: Setting) -> tuple[Hearing, Tally]:
    """What the oracle says of all that is settled; asked again where somebody may not know yet what he lost.

    Its breaches are those that were not told before. What waited for too long did so, whatever became of it since.
    """
    hearing, told, waiting = heard(at)
    if _news(at, (*told.breaches, *waiting)):
        at.crew.rest(LATE)
        hearing, told, later = heard(at)
        waiting = [*waiting, *later]
    at.court.dismiss(hearing)
    found = dict.fromkeys((*told.breaches, *waiting, *at.crew.unexplained()))
    return hearing, replace(told, breaches=tuple(_news(at, found)))


def heard(at: Setting) -> tuple[Hearing, Tally, list[str]]:
    """One hearing, and a breach for each record that waits for too long."""
    hearing = at.hearing(lengths(at).rest)
    waiting = overdue(hearing.waiting, now=time.time(), within=longest_wait(at))
    return hearing, counted(at, hearing.evidence), list(waiting)


def counted(at: Setting, evidence: Evidence) -> Tally:
    """The counts, and among the breaches what was settled, but too late."""
    told = tally(evidence)
    return replace(told, breaches=(*told.breaches, *settled_late(evidence, within=longest_wait(at))))


def _news(at: Setting, breaches: Iterable[str]) -> list[str]:
    return [breach for breach in breaches if breach not in at.breaches]


def tell_stories(at: Setting, evidence: Evidence, told: Tally) -> None:
    """Of the first breaches, if there are any."""
    if not told.breaches:
        return
    case = Case(evidence)
    for breach in told.breaches[:MOST_TOLD]:
        for line in story(case, breach, at.crew.wall):
            tell(line)


def each_once(at: Setting, names: Sequence[str]) -> Iterator[str]:
    """In an order of chance."""
    shuffled = list(names)
    at.chance.shuffle(shuffled)
    yield from shuffled


def for_as_long(at: Setting, seconds: float) -> Iterator[str]:
    """All that may happen, again and again. Its chance is its own: how often the others ask theirs, is up to time."""
    possible, chance = tuple(all_that_may_happen(at.plan)), random.Random(at.plan.seed)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield drawn(possible, [each.mishap for each in at.suffered], chance)


def asked(arguments: Sequence[str]) -> StormPlan:
    """The plan that the command line asks for."""
    parser = argparse.ArgumentParser(prog="storm", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=230, help="returns a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nodes", type=int, choices=(1, 3), default=3, help="brokers")
    parser.add_argument("--ledger", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--protocol", choices=("classic", "consumer"), default="classic")
    parser.add_argument("--instances", type=int, default=2)
    given = parser.parse_args(arguments)
    return StormPlan(
        seed=given.seed,
        rate=given.rate,
        seconds=given.minutes * MINUTE,
        nodes=given.nodes,
        ledger=given.ledger,
        protocol=given.protocol,
        instances=given.instances,
        full=True,
    )


def main(arguments: Sequence[str]) -> int:
    """Make the storm and print what became of it; 1 where anything is wrong, or not as it was asked for."""
    plan = asked(arguments)
    for line in (f"{plan}", *LEGEND):
        tell(line)
    with closing(schema_registry()) as registry, tempfile.TemporaryDirectory(prefix="storm-") as folder:
        registry.start()
        with Setting(plan, Path(folder), registry.url) as at:
            collect_seldom()
            return exit_code(at, storm(at, for_as_long(at, plan.seconds)))


def exit_code(at: Setting, told: Tally) -> int:
    """0 where nothing is wrong and all was met that is asked for beside; what was not is told."""
    missed = unmet(at)
    for line in missed:
        tell(f"not as asked for: {line}")
    return 1 if told.breaches or missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
