"""What may befall a setting. Each tells since when recovery counts, is left to recover, and then clears up."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.chaos.broken_lines import BEYOND, of_lines
from tests.chaos.brokers import SESSION_TIMEOUT
from tests.chaos.lasting import Mishap, lengths, live_through, somebody
from tests.chaos.moods import OF_THE_VENDOR
from tests.chaos.plan import Ledger, Nodes, StormPlan
from tests.chaos.setting import Setting
from tests.end_to_end.instance import SECONDS, Instance
from tests.end_to_end.scene import RETURNS
from tests.testbed.line import STRAIGHT, Manner


def stop(at: Setting, instance: Instance) -> None:
    """SIGTERM, and its end."""
    at.crew.dismiss(instance)
    instance.process.wait(within=SECONDS)


@contextmanager
def one_killed(at: Setting) -> Iterator[float]:
    at.crew.kill(somebody(at))
    yield time.time()


@contextmanager
def the_only_one_killed(at: Setting) -> Iterator[float]:
    at.crew.size, before = 1, at.crew.size
    for other in at.crew.instances[1:]:
        stop(at, other)
    at.crew.look_after()
    at.recover("(the others left)", time.time())
    at.crew.kill(at.crew.instances[0])
    yield time.time()
    at.crew.size = before


@contextmanager
def one_stopped(at: Setting) -> Iterator[float]:
    stop(at, somebody(at))
    yield time.time()


@contextmanager
def joins_and_leaves(at: Setting) -> Iterator[float]:
    """One after the other, at fixed times: who leaves is not waited for before the next one joins."""
    began = time.monotonic()
    for number in range(lengths(at).joins):
        at.crew.rest_until(began + number * lengths(at).between_joins)
        if number % 2:
            at.crew.size -= 1
            at.crew.dismiss(somebody(at))
        else:
            at.crew.size += 1
            at.crew.look_after()
    at.crew.until_left()
    yield time.time()


@contextmanager
def one_frozen(at: Setting) -> Iterator[float]:
    """Longer than the group waits for it. It is left alone until it knows: who is killed before that tells nothing."""
    frozen, since = somebody(at), time.monotonic()
    at.crew.freeze(frozen, SESSION_TIMEOUT + BEYOND)
    yield time.time()
    at.crew.until_aware(frozen, since)


@contextmanager
def a_broker_killed(at: Setting) -> Iterator[float]:
    broker = at.brokers.broker(at.chance.choice(at.brokers.ids()))
    broker.kill()
    at.crew.rest(at.chance.random() * lengths(at).away / 2)
    if len(at.brokers.ids()) == 1:
        broker.miss()
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


ALWAYS: Mapping[str, Mishap] = {
    "an instance is killed": one_killed,
    "the only instance is killed": the_only_one_killed,
    "an instance is stopped": one_stopped,
    "instances join and leave": joins_and_leaves,
    "an instance is frozen": one_frozen,
    "the registry is gone": the_registry_gone,
    **OF_THE_VENDOR,
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
    return {**ALWAYS, **OF_BROKERS[plan.nodes], **OF_LEDGERS[plan.ledger], **of_lines(plan)}
