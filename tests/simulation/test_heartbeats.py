"""The model of the group protocol `consumer` does what KIP-848 says of it."""

import asyncio
from collections.abc import Callable, Coroutine
from random import Random

from confluent_kafka import KafkaError

from consumer.ports import Partition
from tests.flow import virtual_time
from tests.simulation.heartbeats import AN_ANSWER, BEAT, Brokers, ConsumerGroup
from tests.simulation.membership import Change, Member
from tests.simulation.tale import Tale

ALL = tuple(Partition("returns", each) for each in range(4))
QUIET = 3 * (BEAT + AN_ANSWER)
"""Seconds after which everybody knows, and has what it can have."""


class Simulated:
    """A group of members that take what they are told at once, and give up nothing unasked."""

    def __init__(self, *, by_partition: bool = False) -> None:
        brokers = Brokers(by_partition=by_partition, stale=KafkaError.STALE_MEMBER_EPOCH)
        self.group = ConsumerGroup(Tale(Random(1), asyncio.get_running_loop()), ALL, brokers)

    def joins(self, name: str) -> Member:
        member = Member(name=name, wake=lambda: None)
        self.group.enter(member)
        return member

    async def told(self, member: Member) -> Change | None:
        await asyncio.sleep(QUIET)
        return self.group.poll(member)

    def refusal(self, member: Member, generation: int) -> int | None:
        return self.group.refusal(member, generation, member.owned)


def simulated(main: Callable[[], Coroutine[None, None, None]]) -> None:
    virtual_time.run(main())


def test_what_one_gives_up_is_anothers_only_when_it_has_acknowledged() -> None:
    async def main() -> None:
        world = Simulated()
        first = world.joins("p1")
        assert await world.told(first) == Change(fresh=ALL)

        second = world.joins("p2")
        change = await world.told(first)
        assert change is not None
        assert len(change.gone) == 1
        assert await world.told(second) is None

        world.group.released(first, change.gone)
        assert await world.told(second) == Change(fresh=change.gone)

    simulated(main)


def test_nobody_waits_for_a_member_that_is_slow_to_give_up() -> None:
    async def main() -> None:
        world = Simulated()
        slow = world.joins("p1")
        await world.told(slow)
        joined = [world.joins("p2"), world.joins("p3")]
        assert await world.told(slow) is not None
        epoch = slow.generation

        world.group.leave(joined[0])
        await asyncio.sleep(QUIET)

        assert joined[1].generation == world.group.epoch > slow.generation == epoch
        assert world.refusal(slow, slow.generation) is None

    simulated(main)


def test_who_is_out_is_refused_at_once_and_loses_all_at_its_next_heartbeat() -> None:
    async def main() -> None:
        world = Simulated()
        member = world.joins("p1")
        await world.told(member)

        world.group.leave(member)
        assert world.refusal(member, member.generation) == KafkaError.UNKNOWN_MEMBER_ID
        assert world.group.poll(member) is None

        assert await world.told(member) == Change(lost=ALL)
        assert await world.told(member) == Change(fresh=ALL)

    simulated(main)


def test_an_epoch_of_before_is_stale_unless_the_brokers_look_at_each_partition() -> None:
    async def main() -> None:
        for by_partition, refusal in ((False, KafkaError.STALE_MEMBER_EPOCH), (True, None)):
            world = Simulated(by_partition=by_partition)
            member = world.joins("p1")
            await world.told(member)
            before = member.generation

            world.group.move()
            await world.told(member)

            assert member.generation > before
            assert world.refusal(member, before) == refusal
            assert world.group.refusal(member, before, [Partition("earns", 0)]) == KafkaError.STALE_MEMBER_EPOCH

    simulated(main)
