"""What may befall a setting. Each tells since when recovery counts, is left to recover, and then clears up."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from tests.chaos.brokers import SESSION_TIMEOUT
from tests.chaos.setting import PEERS, WELL, Ledger, Nodes, Setting, StormPlan
from tests.end_to_end.instance import Instance
from tests.end_to_end.scene import RETURNS
from tests.testbed.line import STRAIGHT, Manner

Mishap = Callable[[Setting], AbstractContextManager[float]]
"""Yields the moment, of the wall clock."""
COMPANY = 0.3
"""How often an instance is killed while something else is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """Seconds that things last, and the longest calm between two of them; `joins` is a number."""

    away: float
    mood: float
    line: float
    joins: int
    between_joins: float
    calm: float


FULL = Lengths(away=30.0, mood=120.0, line=20.0, joins=12, between_joins=5.0, calm=4.0)
SHORT = Lengths(away=4.0, mood=3.0, line=3.0, joins=4, between_joins=1.5, calm=1.0)
BEYOND = 3.0
"""Seconds longer than the session timeout."""
MOODS: Mapping[str, Mapping[str, Any]] = {
    "down": {"mood": "down"},
    "refusing credentials": {"mood": "strangers"},
    "slow": {"latency": 3.0},
    "cutting answers": {"cut_share": 0.3},
    "failing": {"unavailable_share": 0.5},
    "throttling": {"quota_per_minute": 60},
}
MANNERS = {
    "slow": Manner(mood="slow", delay=0.3),
    "silent": Manner(mood="silent"),
    "cutting": Manner(mood="cutting", cut=0.05),
}


def lengths(at: Setting) -> Lengths:
    return FULL if at.plan.full else SHORT


def somebody(at: Setting) -> Instance:
    """An instance, by chance; one that has its partitions if there is any."""
    at.crew.look_after()
    ready = [instance for instance in at.crew.instances if instance.status_of("readyz") == 200]
    return at.chance.choice(ready or at.crew.instances)


def stop(instance: Instance) -> None:
    """SIGTERM. Python itself ends by it while there is no service yet to take it."""
    code = instance.stop()
    if code not in {0, -signal.SIGTERM}:
        raise RuntimeError(f"a stop ended with {code}\n{instance.process.log_tail()}")


def live_through(at: Setting, seconds: float) -> None:
    """Let it last; by chance somebody dies meanwhile."""
    at.crew.rest(seconds / 2)
    if at.chance.random() < COMPANY:
        at.crew.kill(somebody(at))
    at.crew.rest(seconds / 2)


@contextmanager
def one_killed(at: Setting) -> Iterator[float]:
    at.crew.kill(somebody(at))
    yield time.time()


@contextmanager
def the_only_one_killed(at: Setting) -> Iterator[float]:
    at.crew.size, before = 1, at.crew.size
    for other in at.crew.instances[1:]:
        stop(other)
    at.crew.look_after()
    at.recover("(the others left)", time.time())
    at.crew.kill(at.crew.instances[0])
    yield time.time()
    at.crew.size = before


@contextmanager
def one_stopped(at: Setting) -> Iterator[float]:
    stop(somebody(at))
    yield time.time()


@contextmanager
def joins_and_leaves(at: Setting) -> Iterator[float]:
    for number in range(lengths(at).joins):
        at.crew.size += 1 if number % 2 == 0 else -1
        if number % 2:
            stop(somebody(at))
        at.crew.rest(lengths(at).between_joins)
    yield time.time()


@contextmanager
def one_frozen(at: Setting) -> Iterator[float]:
    """Longer than the group waits for it."""
    at.crew.freeze(somebody(at), SESSION_TIMEOUT + BEYOND)
    yield time.time()


@contextmanager
def a_broker_killed(at: Setting) -> Iterator[float]:
    broker = at.brokers.broker(at.chance.choice(at.brokers.ids()))
    broker.kill()
    at.crew.rest(at.chance.random() * lengths(at).away / 2)
    broker.start()
    yield time.time()
    at.brokers.until_whole()


@contextmanager
def the_coordinator_killed(at: Setting) -> Iterator[float]:
    with node_away(at, at.brokers.coordinator(at.crew.settings["CONSUMER_KAFKA__GROUP_ID"])) as since:
        yield since


@contextmanager
def a_leader_killed(at: Setting) -> Iterator[float]:
    partition = at.chance.randrange(at.crew.partitions)
    with node_away(at, at.brokers.leader(at.crew.topic(RETURNS), partition)) as since:
        yield since


@contextmanager
def node_away(at: Setting, node_id: int) -> Iterator[float]:
    """Without this node, which is back only once the others do without it."""
    broker = at.brokers.broker(node_id)
    broker.kill()
    yield time.time()
    broker.start()
    at.brokers.until_whole()


@contextmanager
def the_database_gone(at: Setting) -> Iterator[float]:
    if at.postgres is None:
        raise ValueError("there is no PostgreSQL here")
    at.postgres.kill()
    live_through(at, lengths(at).away)
    at.postgres.start()
    yield time.time()


@contextmanager
def the_disk_full(at: Setting) -> Iterator[float]:
    if at.disk is None:
        raise ValueError("there is no disk to fill here")
    at.disk.fill()
    live_through(at, lengths(at).away)
    at.disk.empty()
    yield time.time()


@contextmanager
def the_registry_gone(at: Setting) -> Iterator[float]:
    """While one starts anew, which knows no schema yet."""
    at.lines.behave(at.between["registry"], Manner(mood="gone"))
    at.crew.kill(somebody(at))
    at.crew.rest(lengths(at).away)
    at.lines.behave(at.between["registry"], STRAIGHT)
    yield time.time()


@contextmanager
def the_vendor(at: Setting, changes: Mapping[str, Any]) -> Iterator[float]:
    at.crew.vendor.behaviour = replace(WELL, **changes)
    live_through(at, lengths(at).mood)
    at.crew.vendor.behaviour = WELL
    yield time.time()


@contextmanager
def some_calls_hanging(at: Setting) -> Iterator[float]:
    some = frozenset(at.crew.vendor.under_way())
    at.crew.vendor.behaviour = replace(WELL, hanging=some)
    live_through(at, lengths(at).mood)
    at.crew.vendor.behaviour = WELL
    yield time.time()


@contextmanager
def the_line(at: Setting, to: str, manner: Manner) -> Iterator[float]:
    if to == "vendor":
        at.crew.swallowed.append(time.monotonic())
    beyond_the_session = to == "kafka" and manner.mood == "silent"
    at.lines.behave(at.between[to], manner)
    live_through(at, max(lengths(at).line, SESSION_TIMEOUT + BEYOND if beyond_the_session else 0.0))
    at.lines.behave(at.between[to], STRAIGHT)
    yield time.time()


ALWAYS: Mapping[str, Mishap] = {
    "an instance is killed": one_killed,
    "the only instance is killed": the_only_one_killed,
    "an instance is stopped": one_stopped,
    "instances join and leave": joins_and_leaves,
    "an instance is frozen": one_frozen,
    "the registry is gone": the_registry_gone,
    "calls hang": some_calls_hanging,
    **{f"the vendor is {name}": partial(the_vendor, changes=changes) for name, changes in MOODS.items()},
}
OF_BROKERS: Mapping[Nodes, Mapping[str, Mishap]] = {
    1: {"the broker is killed": a_broker_killed},
    3: {
        "a broker is killed": a_broker_killed,
        "the coordinator is killed": the_coordinator_killed,
        "a leader is killed": a_leader_killed,
    },
}
OF_LEDGERS: Mapping[Ledger, Mapping[str, Mishap]] = {
    "sqlite": {"the disk is full": the_disk_full},
    "postgresql": {"PostgreSQL is gone": the_database_gone},
}


def all_that_may_happen(plan: StormPlan) -> dict[str, Mishap]:
    """By its name, in a setting of this plan."""
    lines = {
        f"the line to the {to} is {name}": partial(the_line, to=to, manner=manner)
        for to in PEERS[plan.ledger]
        for name, manner in MANNERS.items()
    }
    return {**ALWAYS, **OF_BROKERS[plan.nodes], **OF_LEDGERS[plan.ledger], **lines}
