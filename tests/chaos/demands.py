"""What the command asks of a storm beside the oracle: its rate, the times of its recoveries, and words in the logs."""

from collections.abc import Iterable, Iterator, Mapping

from tests.chaos.limits import Limit, limits, verdict
from tests.chaos.plan import StormPlan
from tests.chaos.recovery import Recovery
from tests.chaos.rows import unsaid
from tests.chaos.setting import Setting

ENOUGH = 0.9
"""Of the rate that was asked for."""
LONG = 1800.0
"""Seconds of a storm that has to keep to its rate: in a shorter one a single outage is too much of it."""


def unmet(at: Setting) -> list[str]:
    """What was asked for and did not come about, each told once."""
    found = (
        *too_slow(at.plan, at.pace),
        *too_late(at.recoveries, limits(at.plan.instances)),
        *unsaid(at.suffered, at.crew.has_said, full=at.plan.full),
    )
    return list(dict.fromkeys(found))


def too_slow(plan: StormPlan, pace: float | None) -> Iterator[str]:
    """`pace` is outcomes a second, over all of the storm; None where it did not come to its end."""
    if pace is not None and plan.seconds >= LONG and pace < ENOUGH * plan.rate:
        yield f"{pace:.0f} outcomes a second, at least {ENOUGH * plan.rate:.0f} were asked for"


def too_late(recoveries: Iterable[Recovery], within: Mapping[str, Limit]) -> Iterator[str]:
    """Each recovery that took longer than its mishap's limit."""
    for each in recoveries:
        limit = within.get(each.mishap)
        if limit is not None and not limit.is_kept_by(each):
            yield f"{each.mishap}: {each.first:.1f} s, {each.whole:.1f} s in each partition{verdict([each], limit)}"
