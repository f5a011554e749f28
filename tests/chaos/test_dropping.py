"""What is taken for a transaction that Kafka itself ended without some of its partitions."""

from tests.chaos.dropping import is_kafkas, told_of

LINE = "Couldn't find leader endpoint for partitions Set(results-1), likely deleted already and hence can be skipped"


def test_it_is_known_among_other_breaches_and_nothing_else_is_taken_for_it() -> None:
    assert is_kafkas(["did not recover within 240 s", *told_of([LINE, LINE])])
    assert not is_kafkas(["did not recover within 240 s", *told_of([])])
