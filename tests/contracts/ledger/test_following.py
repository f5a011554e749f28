"""Which partitions of the earn feed were followed from their beginning."""

from consumer.ports import Partition
from tests.contracts.ledger.conftest import Starting

SECONDS = 30.0


async def test_followed_partitions_are_remembered(another: Starting) -> None:
    one, two = await another(), await another()

    one.follow([Partition("earn-events", 0), Partition("earn-events", 2)], seconds=SECONDS)
    one.follow([Partition("earn-events", 2)], seconds=SECONDS)

    assert [two.is_followed("earn-events", number, seconds=SECONDS) for number in range(3)] == [True, False, True]
    assert not two.is_followed("other", 0, seconds=SECONDS)
