"""A load keeps to its waves: what must be known before is settled before."""

import time
from collections import Counter
from collections.abc import Callable, Mapping

import pytest
from confluent_kafka import KafkaError, KafkaException

from tests.chaos.load import AHEAD, Load, Pace, plans
from tests.end_to_end.truth import Given
from tests.end_to_end.world import AMONG, BEFORE, World, a_world
from tests.testbed.waiting import wait_until

SECONDS = 60


class FakeLog:
    """Settles all there is whenever it is asked; `order` has each record with how many were settled before it."""

    def __init__(self, on_write: Callable[[Given], None] = lambda _: None) -> None:
        self.order: list[tuple[Given, int]] = []
        self._on_write = on_write
        self._settled = 0

    def write(self, given: Given) -> None:
        self._on_write(given)
        self.order.append((given, self._settled))

    def written(self) -> Mapping[tuple[str, int], int]:
        return Counter((given.topic, given.partition) for given, _ in self.order)

    def settled(self) -> Mapping[tuple[str, int], int]:
        self._settled = len(self.order)
        return self.written()


def worlds(seed: int, *, rate: float, seconds: float) -> tuple[World, ...]:
    return tuple(map(a_world, plans(seed, rate=rate, seconds=seconds, schema_ids={})))


def told(log: FakeLog, made: tuple[World, ...]) -> Load:
    load = Load(log, made, rate=1e6, seed=1)
    load.start()
    wait_until(lambda: load.has_ended, within=SECONDS, what="the load is written")
    return load


def test_a_wave_begins_only_when_the_one_before_is_settled() -> None:
    made = worlds(5, rate=5, seconds=36)
    log = FakeLog()

    told(log, made)

    assert len(made) == 3
    for world in made:
        mine = set(map(id, world.given))
        course = [(given.wave, at, settled) for at, (given, settled) in enumerate(log.order) if id(given) in mine]
        assert [wave for wave, _, _ in course] == sorted(given.wave for given in world.given)
        for wave, _, settled in course:
            assert all(at < settled for before, at, _ in course if before < wave)


def test_all_is_written_and_each_partition_keeps_its_order() -> None:
    made = worlds(6, rate=5, seconds=30)
    log = FakeLog()

    load = told(log, made)

    written = [given for given, _ in log.order]
    assert Counter(map(id, written)) == Counter(id(given) for world in made for given in world.given)
    assert load.returns == sum(given.topic == "returns" for given in written)
    for world in made:
        mine = set(map(id, world.given))
        for place in {(given.topic, given.partition, given.wave) for given in world.given}:
            due = [given for given in world.given if (given.topic, given.partition, given.wave) == place]
            done = [given for given in written if id(given) in mine]
            assert [each for each in done if (each.topic, each.partition, each.wave) == place] == due


@pytest.mark.parametrize("error", [KafkaException(KafkaError(KafkaError._FATAL)), RuntimeError("no room")])
def test_a_load_that_cannot_go_on_tells_why_it_broke_off(error: Exception) -> None:
    def refuse(given: Given) -> None:
        if given.wave == AMONG:
            raise error

    made = worlds(8, rate=5, seconds=12)
    refused, whole = told(FakeLog(refuse), made), told(FakeLog(), made)

    assert refused.broken_off == repr(error)
    assert whole.broken_off is None


def test_what_could_not_be_written_in_time_is_written_afterwards() -> None:
    pace = Pace(rate=10, due=0)

    in_time = [pace.wait(now=number / 10) for number in range(10)]
    after_a_pause = [pace.wait(now=6) for _ in range(50)]
    in_time_again = pace.wait(now=6)

    assert in_time == pytest.approx([0.1] * 10)
    assert after_a_pause == pytest.approx([0] * 50)
    assert in_time_again == pytest.approx(0.1)


def test_nothing_is_written_while_a_load_is_held() -> None:
    made = worlds(9, rate=5, seconds=12)
    log = FakeLog()
    load = Load(log, made, rate=1e6, seed=1)

    with load.held():
        load.start()
        written = len(log.order)
        time.sleep(0.1)
        assert len(log.order) == written == 0
    wait_until(lambda: load.has_ended, within=SECONDS, what="the load is written")

    assert len(log.order) == sum(len(world.given) for world in made)


def test_a_load_that_is_cut_short_ends_only_what_is_being_returned() -> None:
    made = worlds(7, rate=5, seconds=480)
    log = FakeLog(lambda given: load.cut_short() if given.wave == AMONG else None)
    load = Load(log, made, rate=1e6, seed=1)

    load.start()
    wait_until(lambda: load.has_ended, within=SECONDS, what="the load is written")

    assert len(made) > AHEAD
    first, *others = made[:AHEAD]
    assert len(log.order) == len(first.given) + sum(len(world.wave(BEFORE)) for world in others)
