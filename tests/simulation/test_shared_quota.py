"""Instances that share a quota, all of them with more to ask than they may."""

import asyncio

import pytest

from tests.flow import virtual_time
from tests.simulation.a_day import MINUTE, TICK, Customers, Day
from tests.simulation.days_group import DaysVendor, Group, Members

BUSY = Day(
    per_minute=120,
    open=(0, 1),
    load=1.3,
    burst=1.3,
    bursts=(),
    outage=(0, 0),
    customers=10_000,
    largest_visit=1,
    zipf=False,
    partitions=8,
)
"""Hardly anything merges, so that the quota is never enough."""
OURS = 0.95 * BUSY.per_minute
"""Requests a minute that the reserve leaves."""


async def let_pass(minutes: float, group: Group, customers: Customers) -> int:
    """Returns come, and go as fast as they may; how many requests that were."""
    before = sum(group.calls)
    for _ in range(int(minutes * MINUTE / TICK)):
        group.produce(customers.come(0.0))
        await asyncio.sleep(TICK)
        group.look()
    return sum(group.calls) - before


@pytest.mark.parametrize("shares", [[8], [4, 4], [3, 3, 2], [2, 2, 2, 1, 1]])
def test_each_instance_has_the_share_of_its_partitions_and_together_they_use_the_quota(shares: list[int]) -> None:
    async def main() -> None:
        members = Members(all=len(shares), simulated=len(shares))
        vendor, customers = DaysVendor(BUSY, members), Customers(BUSY)
        group = Group(BUSY, vendor, members)

        asked = await let_pass(10, group, customers)

        assert vendor.quota.violations == 0
        assert asked >= 0.9 * 10 * OURS
        for calls, share in zip(group.calls, shares, strict=True):
            assert calls / asked == pytest.approx(share / BUSY.partitions, rel=0.1)

    virtual_time.run(main())


def test_while_others_use_half_of_the_quota_the_instances_slow_down_and_afterwards_take_it_all_again() -> None:
    async def main() -> None:
        members = Members(all=2, simulated=2)
        vendor, customers = DaysVendor(BUSY, members), Customers(BUSY)
        group = Group(BUSY, vendor, members)
        await let_pass(5, group, customers)

        vendor.per_minute = BUSY.per_minute // 2
        squeezed = await let_pass(20, group, customers)
        refused = vendor.quota.violations
        vendor.per_minute = BUSY.per_minute
        await let_pass(10, group, customers)
        free = await let_pass(5, group, customers)

        assert 0 < refused <= 0.05 * squeezed
        assert squeezed >= 0.75 * 20 * BUSY.per_minute / 2
        assert vendor.quota.violations == refused
        assert free >= 0.95 * 5 * OURS

    virtual_time.run(main())
