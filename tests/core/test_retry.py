"""How long to wait before asking again, and when to stop asking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.core.retry import RetryPolicy, backoff, is_exhausted

POLICY = RetryPolicy(initial=0.5, max=60.0, give_up_after=3600.0)


@pytest.mark.parametrize(
    ("attempt", "ceiling"), [(1, 0.5), (2, 1.0), (3, 2.0), (7, 32.0), (8, 60.0), (9, 60.0), (10**9, 60.0)]
)
def test_the_longest_wait_doubles_up_to_the_policys(attempt: int, ceiling: float) -> None:
    assert backoff(POLICY, attempt=attempt, chance=0.5) == ceiling * 0.5


@given(attempt=st.integers(1, 10_000), chance=st.floats(0, 1, exclude_max=True))
def test_chance_picks_from_the_whole_wait_and_never_beyond_it(attempt: int, chance: float) -> None:
    wait = backoff(POLICY, attempt=attempt, chance=chance)

    assert 0.0 <= wait <= POLICY.max
    assert backoff(POLICY, attempt=attempt, chance=0.0) == 0.0


@given(attempt=st.integers(1, 100), chance=st.floats(0, 1, exclude_max=True), at_least=st.floats(0, 1e6))
def test_what_the_far_side_asks_for_is_the_least_wait(attempt: int, chance: float, at_least: float) -> None:
    asked = backoff(POLICY, attempt=attempt, chance=chance, at_least=at_least)

    assert asked == max(at_least, backoff(POLICY, attempt=attempt, chance=chance))


@pytest.mark.parametrize(
    ("failing_for", "others_succeed", "exhausted"),
    [
        (3599.9, True, False),
        (3600.0, True, True),
        (3600.0, False, False),
        (1e9, False, False),
        (0.0, True, False),
    ],
)
def test_a_customer_is_given_up_when_it_alone_fails_for_too_long(
    failing_for: float, *, others_succeed: bool, exhausted: bool
) -> None:
    assert is_exhausted(POLICY, failing_for=failing_for, others_succeed=others_succeed) is exhausted
