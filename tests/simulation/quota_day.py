"""What a day under a quota comes to: with this service, and with one call for each return as fast as the quota lets."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from tests.flow import virtual_time
from tests.simulation.a_day import HOUR, MINUTE, TICK, Customers, Day
from tests.simulation.days_group import DaysVendor, Group, Members


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How far it is, so many seconds after midnight: returns that came, those answered, requests the vendor counted."""

    at: float
    came: int
    done: int
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What was answered from one sight to another, and with how many requests."""

    returns: int
    calls: int

    @property
    def calls_for_1000(self) -> float:
        """Requests for a thousand returns."""
        return 1000 * self.calls / max(self.returns, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTold:
    """What a day came to.

    The `backlog` is what is answered from the outage's end until no more wait than come in a minute, `drained` seconds
    later. `probes` are the requests of the outage, `busiest` is the vendor's fullest minute.
    """

    day: Stretch
    backlog: Stretch
    drained: float
    probes: int
    violations: int
    busiest: int


def our_day(day: Day, members: Members) -> DayTold:
    """With the real flow, until every return is answered."""
    return virtual_time.run(_our_day(day, members))


async def _our_day(day: Day, members: Members) -> DayTold:
    vendor, customers, sights = DaysVendor(day, members), Customers(day), []
    group, at = Group(day, vendor, members), day.open[0] * HOUR
    while at < day.open[1] * HOUR or group.done < group.came:
        group.produce(customers.come(at) if at < day.open[1] * HOUR else ())
        await asyncio.sleep(TICK)
        at += TICK
        group.look()
        sights.append(Sight(at=at, came=group.came, done=group.done, calls=vendor.calls))
    return told(day, sights, violations=vendor.quota.violations, busiest=vendor.quota.largest_minute)


def one_call_each(day: Day) -> DayTold:
    """One call for each return, in even steps at the full rate; while the vendor is away, they are for nothing."""
    customers, sights, at = Customers(day), [], day.open[0] * HOUR
    came = done = calls = 0.0
    while at < day.open[1] * HOUR or done < came:
        came += len(customers.come(at)) if at < day.open[1] * HOUR else 0
        going = min(came - done, day.per_minute * TICK / MINUTE)
        calls += going
        done += 0 if day.is_away(at) else going
        at += TICK
        sights.append(Sight(at=at, came=round(came), done=round(done), calls=round(calls)))
    return told(day, sights, violations=0, busiest=day.per_minute)


def told(day: Day, sights: Sequence[Sight], *, violations: int, busiest: int) -> DayTold:
    """What was seen, in figures."""
    away, back = (next(sight for sight in sights if sight.at >= hour * HOUR) for hour in day.outage)
    few = (back.came - away.came) / (back.at - away.at) * MINUTE
    drained = next(sight for sight in sights if sight.at > back.at and sight.came - sight.done <= few)
    return DayTold(
        day=Stretch(returns=sights[-1].done, calls=sights[-1].calls),
        backlog=Stretch(returns=drained.done - back.done, calls=drained.calls - back.calls),
        drained=drained.at - back.at,
        probes=back.calls - away.calls,
        violations=violations,
        busiest=busiest,
    )
