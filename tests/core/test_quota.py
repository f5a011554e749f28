"""The vendor's quota over a whole group, on a fake clock."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumer.core.quota import (
    MINUTE,
    SLOWEST,
    Allowance,
    Bucket,
    Pace,
    Share,
    allowance,
    filled,
    given_back,
    recovered,
    share_ratio,
    slowed,
    taken,
    wait_for_next,
)

PARTITIONS = 8
FULL_PACE = Pace(factor=1.0, at=0.0)
ROUNDING = 1e-6


def a_share(own: int = PARTITIONS, *, earns: int = 0) -> Share:
    return Share(own_returns=own, all_returns=PARTITIONS, own_earns=earns, all_earns=PARTITIONS)


@dataclass
class Instance:
    """One process of the group, as its shell drives the core: it refills before anything changes."""

    share: Share
    bucket: Bucket = field(default_factory=lambda: Bucket(tokens=0.0, at=0.0))
    pace: Pace = FULL_PACE


@dataclass
class Group:
    """Instances that share a quota, and the times of what they sent."""

    per_minute: int
    reserve: float
    instances: list[Instance]
    sent: list[float] = field(default_factory=list)

    def allowed(self, instance: Instance) -> Allowance:
        return allowance(per_minute=self.per_minute, reserve=self.reserve, share=instance.share)

    def refill(self, instance: Instance, now: float) -> None:
        instance.bucket = filled(instance.bucket, self.allowed(instance), instance.pace, now)

    def rebalance(self, shares: Sequence[Share], now: float) -> None:
        for instance, share in zip(self.instances, shares, strict=True):
            self.refill(instance, now)
            instance.share = share

    def complain(self, number: int, now: float) -> None:
        instance = self.instances[number]
        self.refill(instance, now)
        instance.pace = slowed(instance.pace, now)

    def send_all_that_may_go(self, number: int, start: float, end: float) -> None:
        """One that has more to send than it may, from `start` to `end`."""
        instance, now = self.instances[number], start
        while now <= end:
            self.refill(instance, now)
            pace = recovered(instance.pace, now)
            wait = wait_for_next(instance.bucket, self.allowed(instance), pace)
            if wait is None:
                return
            if wait > 0:
                now += wait + ROUNDING
                continue
            instance.bucket = taken(instance.bucket)
            self.sent.append(now)

    def most_in_a_minute(self) -> int:
        window: deque[float] = deque()
        most = 0
        for at in sorted(self.sent):
            window.append(at)
            while at - window[0] >= MINUTE:
                window.popleft()
            most = max(most, len(window))
        return most


@dataclass(frozen=True)
class Step:
    """Some seconds in which some instances are busy, then perhaps a rebalance or a complaint."""

    seconds: float
    busy: frozenset[int]
    returns: tuple[int, ...]
    earns: tuple[int, ...]
    complaint: int | None


def dealt(to: Sequence[int], count: int) -> list[int]:
    """How many partitions each instance owns, when partition n is the instance to[n]'s."""
    return [sum(owner % count == number for owner in to) for number in range(count)]


def shares(step: Step, count: int) -> list[Share]:
    dealt_out = zip(dealt(step.returns, count), dealt(step.earns, count), strict=True)
    return [a_share(own, earns=earns) for own, earns in dealt_out]


owners = st.lists(st.integers(0, 5), min_size=PARTITIONS, max_size=PARTITIONS).map(tuple)
steps = st.lists(
    st.builds(
        Step,
        seconds=st.sampled_from([0.0, 0.5, 5.0, 20.0, 61.0]),
        busy=st.frozensets(st.integers(0, 5)),
        returns=owners,
        earns=owners,
        complaint=st.none() | st.integers(0, 5),
    ),
    min_size=1,
    max_size=8,
)


def simulated(per_minute: int, reserve: float, count: int, script: Sequence[Step]) -> Group:
    group = Group(
        per_minute=per_minute, reserve=reserve, instances=[Instance(share) for share in shares(script[0], count)]
    )
    now = 0.0
    for step in script:
        group.rebalance(shares(step, count), now)
        if step.complaint is not None:
            group.complain(step.complaint % count, now)
        for number in range(count):
            if number in step.busy:
                group.send_all_that_may_go(number, now, now + step.seconds)
        now += step.seconds
    return group


@settings(max_examples=60)
@given(
    per_minute=st.sampled_from([80, 120, 200]), reserve=st.sampled_from([0.05, 0.2, 0.5]), script=steps, data=st.data()
)
def test_no_sliding_minute_of_the_group_holds_more_than_the_quota(
    per_minute: int, reserve: float, script: list[Step], data: st.DataObject
) -> None:
    # Each instance may send one at once, however small its share: a quarter of the reserve pays for that.
    count = data.draw(st.integers(1, max(1, min(6, int(per_minute * reserve / 4)))))

    group = simulated(per_minute, reserve, count, script)

    assert group.most_in_a_minute() <= per_minute


@settings(max_examples=40)
@given(per_minute=st.integers(1, 40), reserve=st.sampled_from([0.0, 0.05, 0.5]), count=st.integers(1, 6), script=steps)
def test_where_the_quota_is_too_small_for_its_instances_each_adds_one_request_at_most(
    per_minute: int, reserve: float, count: int, script: list[Step]
) -> None:
    group = simulated(per_minute, reserve, count, script)

    assert group.most_in_a_minute() <= per_minute * (1 - reserve / 4) + count


@pytest.mark.parametrize("per_minute", [1, 2, 3, 10, 59, 100, 300, 1000])
@pytest.mark.parametrize("reserve", [0.0, 0.05, 0.5])
def test_alone_an_instance_keeps_even_the_smallest_quota(per_minute: int, reserve: float) -> None:
    group = Group(per_minute=per_minute, reserve=reserve, instances=[Instance(a_share())])
    group.refill(group.instances[0], 300.0)

    group.send_all_that_may_go(0, 300.0, 500.0)

    assert per_minute * (1 - reserve) - 1 <= group.most_in_a_minute() <= per_minute


@pytest.mark.parametrize(("instances", "per_minute", "most"), [(3, 10, 10), (8, 60, 60), (8, 6, 8)])
def test_a_small_quota_holds_down_to_about_one_a_minute_for_each_instance(
    instances: int, per_minute: int, most: int
) -> None:
    """Below that it cannot: each may send one at once, however rarely."""
    shares = [Share(own_returns=1, all_returns=instances, own_earns=1, all_earns=instances) for _ in range(instances)]
    group = Group(per_minute=per_minute, reserve=0.05, instances=[Instance(share) for share in shares])
    for number in range(instances):
        group.refill(group.instances[number], 300.0)
        group.send_all_that_may_go(number, 300.0, 400.0)

    assert group.most_in_a_minute() <= most


@pytest.mark.parametrize(
    ("per_minute", "share", "rate", "capacity"),
    [
        pytest.param(1000, a_share(8), 950.0, 25.0, id="alone"),
        pytest.param(1000, a_share(4), 475.0, 12.5, id="one of two"),
        pytest.param(1000, a_share(4, earns=8), 475.0, 12.5, id="the earns add nothing to a share of returns"),
        pytest.param(100, a_share(1), 11.5, 1.0, id="at least one at once"),
        pytest.param(1000, a_share(0, earns=8), 12.5, 1.0, id="earns only, all of them"),
        pytest.param(1000, a_share(0, earns=2), 3.125, 1.0, id="earns only, some"),
        pytest.param(1000, a_share(0), 0.0, 1.0, id="nothing"),
        pytest.param(
            1000, Share(own_returns=0, all_returns=0, own_earns=0, all_earns=0), 0.0, 1.0, id="nothing known yet"
        ),
    ],
)
def test_an_instance_is_allowed_its_part_of_the_quota_less_the_reserve(
    per_minute: int, share: Share, rate: float, capacity: float
) -> None:
    allowed = allowance(per_minute=per_minute, reserve=0.05, share=share)

    assert allowed.rate * MINUTE == pytest.approx(rate)
    assert allowed.capacity == pytest.approx(capacity)


def test_the_shares_of_a_group_sum_up_to_one() -> None:
    assert sum(share_ratio(a_share(own)) for own in (1, 2, 5)) == 1.0


def test_it_starts_empty_and_fills_no_further_than_its_capacity() -> None:
    allowed = Allowance(rate=2.0, capacity=5.0)
    start = Bucket(tokens=0.0, at=0.0)

    assert wait_for_next(start, allowed, FULL_PACE) == 0.5
    assert filled(start, allowed, FULL_PACE, 1.0) == Bucket(tokens=2.0, at=1.0)
    assert filled(start, allowed, FULL_PACE, 1e6).tokens == 5.0


def test_a_smaller_share_loses_what_it_cannot_hold() -> None:
    assert filled(Bucket(tokens=25.0, at=0.0), Allowance(rate=0.0, capacity=1.0), FULL_PACE, 0.0).tokens == 1.0


def test_a_clock_that_goes_back_gives_nothing() -> None:
    assert filled(Bucket(tokens=1.0, at=10.0), Allowance(rate=1.0, capacity=5.0), FULL_PACE, 3.0).tokens == 1.0


def test_a_request_that_was_not_sent_comes_back_but_never_above_the_capacity() -> None:
    allowed = Allowance(rate=1.0, capacity=5.0)

    assert given_back(taken(Bucket(tokens=2.0, at=0.0)), allowed).tokens == 2.0
    assert given_back(Bucket(tokens=4.5, at=0.0), allowed).tokens == 5.0


@pytest.mark.parametrize("tokens", [1.0, 1.5, 25.0])
def test_with_a_token_one_may_go_now(tokens: float) -> None:
    assert wait_for_next(Bucket(tokens=tokens, at=0.0), Allowance(rate=0.0, capacity=25.0), FULL_PACE) == 0.0


def test_without_a_rate_none_may_ever_go() -> None:
    assert wait_for_next(Bucket(tokens=0.9, at=0.0), Allowance(rate=0.0, capacity=1.0), FULL_PACE) is None


def test_each_complaint_halves_the_pace_down_to_the_slowest() -> None:
    pace = FULL_PACE
    seen = []
    for _ in range(6):
        pace = slowed(pace, 0.0)
        seen.append(pace.factor)

    assert seen == [1 / 2, 1 / 4, 1 / 8, 1 / 16, SLOWEST, SLOWEST]


@pytest.mark.parametrize(("after", "factor"), [(-10.0, 0.5), (0.0, 0.5), (150.0, 0.75), (300.0, 1.0), (1e6, 1.0)])
def test_from_half_to_full_takes_five_minutes(after: float, factor: float) -> None:
    assert recovered(Pace(factor=0.5, at=1000.0), 1000.0 + after).factor == pytest.approx(factor)


def test_a_slowed_pace_makes_the_wait_longer_and_the_bucket_fill_slower() -> None:
    allowed = Allowance(rate=2.0, capacity=5.0)
    empty, slow = Bucket(tokens=0.0, at=0.0), Pace(factor=0.5, at=0.0)

    assert wait_for_next(empty, allowed, slow) == 1.0
    assert filled(empty, allowed, Pace(factor=0.5, at=1.0), 1.0).tokens == pytest.approx(1.0)
