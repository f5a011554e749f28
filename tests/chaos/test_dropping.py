"""What is taken for a transaction that Kafka itself ended without some of its partitions."""

import pytest

from tests.chaos.dropping import DROPPED, is_kafkas, told_of

LINE = (
    "[TxnMarkerSenderThread-1] INFO kafka.coordinator.transaction.TransactionMarkerChannelManager - "
    "[Transaction Marker Channel Manager 1]: Couldn't find leader endpoint for partitions Set(__consumer_offsets-1) "
    "while trying to send transaction markers for group-66f7d387, "
    "these partitions are likely deleted already and hence can be skipped"
)
STANDS, LOST, CRASHED = "did not recover within 240 s", "('returns', 4, 0): 0 outcomes for one record", "i-1 crashed"


@pytest.mark.parametrize("breach", [STANDS, LOST])
def test_what_comes_of_it_is_excused_where_kafka_said_so_and_told(breach: str) -> None:
    assert DROPPED in LINE
    with pytest.warns(UserWarning, match="tried again"):
        assert is_kafkas([breach, *told_of([LINE, LINE])])


@pytest.mark.parametrize(
    "breaches",
    [
        [STANDS, LOST],
        [*told_of([LINE])],
        ["e1: revoked twice", *told_of([LINE])],
        [STANDS, CRASHED, *told_of([LINE])],
    ],
)
def test_nothing_else_is(breaches: list[str]) -> None:
    assert not is_kafkas(breaches)
