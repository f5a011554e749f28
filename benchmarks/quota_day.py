"""A day under a quota, on a fake clock: what it takes, against one call for each return. See README.md beside this."""

import argparse
from collections.abc import Iterator
from dataclasses import replace

from tests.simulation.a_day import MINUTE, Day, Hours, sample_day
from tests.simulation.days_group import Members
from tests.simulation.quota_day import DayTold, one_call_each, our_day

EACH = 500
"""Requests a minute that are an instance's share, where there are more than two."""
SIMULATED = 2
"""Instances at most that are simulated: more take hours, and share nothing with these but the quota."""


WHOLE = (0, 24)
WIDTHS = (12, 12, 10, 12, 12, 12, 8, 10)


def members_of(day: Day) -> Members:
    """Two instances, or as many as the quota makes worth while."""
    count = max(2, day.per_minute // EACH)
    return Members(all=count, simulated=min(SIMULATED, count))


def days(per_minute: int, hours: Hours) -> Iterator[tuple[str, Day]]:
    """The sample day, and the same with customers of whom none comes more often than others."""
    day = replace(sample_day(per_minute), open=hours)
    yield "sample day", day
    yield "all as often", replace(day, zipf=False)


def line(name: str, told: DayTold) -> str:
    return (
        f"{name:16}{told.day.returns:12,}{told.day.calls_for_1000:12.0f}{told.probes:10,}{told.backlog.returns:12,}"
        f"{told.backlog.calls_for_1000:12.0f}{told.drained / MINUTE:12.0f}{told.violations:8}{told.busiest:10,}"
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--per-minute", type=int, nargs="+", default=[100, 1000, 10_000])
    asked.add_argument("--hours", type=int, nargs=2, default=WHOLE, help="of ours; the other policy has the whole day")
    options = asked.parse_args()
    titles = ("returns", "calls/1,000", "probes", "backlog", "calls/1,000", "drained min", "over", "busiest")
    print(" " * 16 + "".join(f"{title:>{width}}" for title, width in zip(titles, WIDTHS, strict=True)))
    for per_minute in options.per_minute:
        for name, day in days(per_minute, (options.hours[0], options.hours[1])):
            members = members_of(day)
            print(f"{per_minute:,} a minute, {name}, {members.simulated} of {members.all} instances")
            print(line("one call each", one_call_each(replace(day, open=WHOLE))), flush=True)
            print(line("merged", our_day(day, members)), flush=True)


if __name__ == "__main__":
    main()
