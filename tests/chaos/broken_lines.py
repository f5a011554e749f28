"""What may befall a line between two parts."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial

from tests.chaos.brokers import BETWEEN, SESSION_TIMEOUT
from tests.chaos.lasting import Mishap, lengths, live_through
from tests.chaos.plan import PEERS, StormPlan
from tests.chaos.setting import Setting
from tests.testbed.line import STRAIGHT, Line, Manner

BEYOND = 3.0
"""Seconds longer than the session timeout."""
MANNERS = {
    "slow": Manner(mood="slow", delay=0.3),
    "silent": Manner(mood="silent"),
    "cutting": Manner(mood="cutting", cut=0.05),
}


@contextmanager
def the_line(at: Setting, to: str, manner: Manner) -> Iterator[float]:
    beyond_the_session = to == "kafka" and manner.mood == "silent"
    with at.crew.swallowing() if to == "vendor" else nullcontext():
        at.lines.behave(at.between[to], manner)
        live_through(at, max(lengths(at).line, SESSION_TIMEOUT + BEYOND if beyond_the_session else 0.0))
        at.lines.behave(at.between[to], STRAIGHT)
    yield time.time()


@contextmanager
def the_line_between(at: Setting, those: str, manner: Manner) -> Iterator[float]:
    """All of them, or those to a single one: the others go on without it, while it still hears of them."""
    lines: Sequence[Line] = at.between[those]
    if at.chance.random() < 0.5:
        lines = (at.chance.choice(lines),)
    at.lines.behave(lines, manner)
    live_through(at, lengths(at).line)
    at.lines.behave(lines, STRAIGHT)
    yield time.time()
    at.brokers.until_whole()


def of_lines(plan: StormPlan) -> Mapping[str, Mishap]:
    """From the service to each of its parts, and, in a cluster, from one node to another."""
    outside = {
        f"the line to the {to} is {name}": partial(the_line, to=to, manner=manner)
        for to in PEERS[plan.ledger]
        for name, manner in MANNERS.items()
    }
    inside = {
        f"the line between the {those} is {name}": partial(the_line_between, those=those, manner=manner)
        for those in (BETWEEN if plan.nodes > 1 else ())
        for name, manner in MANNERS.items()
    }
    return {**outside, **inside}
