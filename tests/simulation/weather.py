"""What a seed draws of its world: the group's protocol, the operator's choices, and how everybody feels."""

from random import Random

from confluent_kafka import KafkaError

from consumer.core.retry import RetryPolicy
from tests.flow.parts import Options
from tests.simulation.group import Group
from tests.simulation.heartbeats import Brokers, ConsumerGroup
from tests.simulation.instance import Protocol
from tests.simulation.membership import Coordinator
from tests.simulation.moody_vendor import VendorMoods
from tests.simulation.random_day import RandomDay
from tests.simulation.shaky_registry import RegistryMoods
from tests.simulation.shaky_store import StoreMoods
from tests.simulation.site import Moods
from tests.simulation.tale import Tale

RETRY = RetryPolicy(initial=0.5, max=8.0, give_up_after=3600.0)


def a_group(protocol: Protocol, tale: Tale, day: RandomDay) -> Coordinator:
    if protocol == "classic":
        return Group(tale, day.partitions)
    codes = (KafkaError.ILLEGAL_GENERATION, KafkaError.STALE_MEMBER_EPOCH)
    brokers = Brokers(by_partition=tale.odds(0.3), stale=tale.chance.choice(codes))
    return ConsumerGroup(tale, day.partitions, brokers)


def vendor_moods(chance: Random, per_minute: float) -> VendorMoods:
    return VendorMoods(
        per_minute=per_minute or float("inf"),
        ratio=chance.choice((0.0, 0.1, 0.3)),
        most=chance.randint(1, 6),
        slow=chance.choice((0.0, 0.1, 0.5)),
        whole=chance.random() < 0.15,
        largest=chance.choice((1000, 1000, 1000, 2, 1)),
    )


def client_moods(chance: Random) -> Moods:
    return Moods(
        offsets_refused=chance.choice((0.0, 0.0, 0.1)),
        commit_unheard=chance.choice((0.0, 0.0, 0.1, 0.3)),
        commit_refused=chance.choice((0.0, 0.0, 0.1, 0.3)),
        fenced=chance.choice((0.0, 0.0, 0.0, 0.05)),
        thrown_away=chance.choice((0.0, 0.5)),
    )


def chosen_options(chance: Random) -> Options:
    return Options(
        retry=RETRY,
        concurrency=chance.choice((1, 2, 64)),
        max_earns_per_call=chance.choice((1, 2, 1000)),
        per_minute=chance.choice((0, 0, 0, 0, 5)),
    )


def store_moods(chance: Random) -> StoreMoods:
    return StoreMoods(away=chance.choice((0.0, 0.05, 0.1)), unheard=chance.choice((0.0, 0.1, 0.3)))


def registry_moods(chance: Random) -> RegistryMoods:
    return RegistryMoods(away=chance.choice((0.0, 0.1, 0.5)), slow=chance.choice((0.004, 0.5, 3.0)))
