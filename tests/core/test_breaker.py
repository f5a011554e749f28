"""When nobody may call the vendor, and who asks first whether it is back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.core.breaker import (
    LONGEST_HOLD,
    WINDOW,
    WINDOW_SECONDS,
    Attempt,
    Breaker,
    Closed,
    Held,
    HoldPolicy,
    HoldReason,
    Probing,
    Result,
    calling,
    failed,
    holding,
    may_call,
    not_called,
    refused,
    succeeded,
    throttled,
)

POLICY = HoldPolicy(initial=1.0, max=60.0)
REASONS: list[HoldReason] = ["api", "credentials", "quota"]
NOW = 1000.0


def an_attempt(customer: int = 1, *, at: float = NOW, probe: bool = False, chance: float = 0.0) -> Attempt:
    return Attempt(at=at, customer=customer, probe=probe, chance=chance)


def after(results: str, *, at: float = NOW) -> Breaker:
    """A breaker after calls of the customers a, b, …: a small letter failed, a capital one succeeded."""
    breaker: Breaker = Closed()
    for letter in results:
        attempt = an_attempt(ord(letter.lower()), at=at)
        breaker = succeeded(breaker, attempt) if letter.isupper() else failed(breaker, attempt, POLICY)
    return breaker


def held(reason: HoldReason = "api", *, until: float = NOW + 1, attempt: int = 1) -> Held:
    return Held(reason=reason, until=until, attempt=attempt)


def probing(reason: HoldReason = "api", *, attempt: int = 1) -> Probing:
    return Probing(reason=reason, attempt=attempt)


@pytest.mark.parametrize(
    ("results", "opens"),
    [
        pytest.param("abcd", False, id="too few to tell"),
        pytest.param("abcde", True, id="all of the least number"),
        pytest.param("aaaaa", True, id="one customer, and nobody succeeds"),
        pytest.param("aaaaB", False, id="too few failures"),
        pytest.param("B" + "a" * 20, False, id="one customer alone, while another succeeds"),
        pytest.param("A" + "a" * 20, False, id="one customer alone, which succeeded once"),
        pytest.param("B" + "a" * 8 + "c", True, id="two customers"),
        pytest.param("Zabcd", False, id="four of five"),
        pytest.param("Zabcde", True, id="five of six"),
        pytest.param("ZZabcdefg", False, id="seven of nine"),
        pytest.param("ZZabcdefgh", True, id="eight of ten"),
        pytest.param("Z" * 26 + "ab" * 12, False, id="24 of 50"),
        pytest.param("Z" * 25 + "ab" * 12 + "a", True, id="25 of 50"),
        pytest.param("Z" * 500 + "ab" * 12, False, id="24 of the latest 50"),
        pytest.param("Z" * 500 + "ab" * 12 + "a", True, id="25 of the latest 50"),
    ],
)
def test_it_opens_on_a_share_of_failures_across_customers(results: str, *, opens: bool) -> None:
    breaker = after(results)

    assert holding(breaker) == ("api" if opens else None)
    assert may_call(breaker, NOW) is not opens


def test_failures_of_more_than_a_minute_ago_are_forgotten() -> None:
    early = after("abcd", at=NOW - WINDOW_SECONDS - 0.1)
    recent = after("abcd", at=NOW - WINDOW_SECONDS)

    assert isinstance(failed(early, an_attempt(9), POLICY), Closed)
    assert isinstance(failed(recent, an_attempt(9), POLICY), Held)


def test_only_the_latest_results_are_kept() -> None:
    breaker = after("A" * 3 * WINDOW)

    assert breaker == Closed(tuple(Result(NOW, ord("a"), succeeded=True) for _ in range(WINDOW)))


def test_while_held_nobody_calls_and_then_one_probe_does() -> None:
    waiting = held(until=NOW + 5)

    assert not may_call(waiting, NOW + 4.9)
    assert may_call(waiting, NOW + 5)
    assert calling(waiting) == probing()
    assert not may_call(calling(waiting), NOW + 1e9)


@pytest.mark.parametrize("breaker", [Closed(), probing()])
def test_a_call_that_is_no_probe_changes_nothing(breaker: Breaker) -> None:
    assert calling(breaker) == breaker


@pytest.mark.parametrize("reason", REASONS)
def test_an_answer_to_the_probe_closes_and_forgets(reason: HoldReason) -> None:
    assert succeeded(probing(reason), an_attempt(probe=True)) == Closed()


@pytest.mark.parametrize("reason", REASONS)
def test_a_probe_that_was_not_needed_lets_the_next_one_probe_at_once(reason: HoldReason) -> None:
    given_back = not_called(probing(reason, attempt=3), NOW)

    assert given_back == held(reason, until=NOW, attempt=3)
    assert may_call(given_back, NOW)


@pytest.mark.parametrize("breaker", [Closed(), held()])
def test_without_a_probe_there_is_nothing_to_give_back(breaker: Breaker) -> None:
    assert not_called(breaker, NOW) == breaker


@pytest.mark.parametrize("breaker", [*(held(reason) for reason in REASONS), *(probing(reason) for reason in REASONS)])
def test_a_straggler_changes_nothing_while_held(breaker: Breaker) -> None:
    straggler = an_attempt()

    assert succeeded(breaker, straggler) == breaker
    assert failed(breaker, straggler, POLICY) == breaker
    assert throttled(breaker, straggler, POLICY, None) == breaker
    assert refused(breaker, straggler, POLICY) == breaker


def test_a_straggler_that_is_told_to_wait_longer_makes_all_wait_longer() -> None:
    assert throttled(held("quota", until=NOW + 5), an_attempt(), POLICY, 99.0) == held("quota", until=NOW + 99)
    assert throttled(held("quota", until=NOW + 5), an_attempt(), POLICY, 1.0) == held("quota", until=NOW + 5)


@pytest.mark.parametrize(("failures", "wait"), [(1, 2.0), (2, 4.0), (3, 8.0), (4, 15.0), (10**6, 15.0)])
def test_each_failed_probe_doubles_the_hold_up_to_the_longest(failures: int, wait: float) -> None:
    again = failed(probing(attempt=failures), an_attempt(probe=True, chance=1.0), POLICY)

    assert again == held(until=NOW + wait, attempt=failures + 1)


@given(chance=st.floats(0, 1, exclude_max=True), failures=st.integers(1, 100), longest=st.floats(1.0, 60.0))
def test_chance_halves_a_hold_at_most(chance: float, failures: int, longest: float) -> None:
    policy = HoldPolicy(initial=1.0, max=longest)

    again = failed(probing(attempt=failures), an_attempt(at=0.0, probe=True, chance=chance), policy)

    ceiling = min(longest, LONGEST_HOLD, 2.0**failures)
    assert isinstance(again, Held)
    assert ceiling / 2 <= again.until <= ceiling


@pytest.mark.parametrize("reason", REASONS)
def test_a_probe_without_an_answer_holds_for_the_api(reason: HoldReason) -> None:
    assert holding(failed(probing(reason), an_attempt(probe=True), POLICY)) == "api"


@pytest.mark.parametrize(
    ("breaker", "probe", "count"),
    [
        (Closed(), False, 1),
        (probing("api", attempt=7), True, 1),
        (probing("credentials", attempt=7), True, 1),
        (probing("quota", attempt=2), True, 3),
    ],
)
def test_a_429_holds_all_and_counts_only_its_like(breaker: Breaker, count: int, *, probe: bool) -> None:
    backing_off = throttled(breaker, an_attempt(probe=probe), POLICY, None)

    assert backing_off == held("quota", until=NOW + 2.0 ** (count - 1) / 2, attempt=count)
    assert holding(backing_off) == "quota"


@pytest.mark.parametrize("retry_after", [0.0, 0.1, 42.0, 3600.0])
@pytest.mark.parametrize(("breaker", "probe"), [(Closed(), False), (probing("quota"), True), (probing("api"), True)])
def test_what_the_vendor_says_on_a_429_is_honoured_to_the_letter(
    breaker: Breaker, retry_after: float, *, probe: bool
) -> None:
    waiting = throttled(breaker, an_attempt(probe=probe, chance=0.9), POLICY, retry_after)

    assert isinstance(waiting, Held)
    assert (waiting.reason, waiting.until) == ("quota", NOW + retry_after)


@pytest.mark.parametrize(("breaker", "probe"), [(Closed(), False), (probing("api"), True), (probing("quota"), True)])
def test_refused_credentials_are_probed_at_once_with_fresh_ones_and_are_no_hold_yet(
    breaker: Breaker, *, probe: bool
) -> None:
    refreshing = refused(breaker, an_attempt(probe=probe), POLICY)

    assert refreshing == held("credentials", until=NOW, attempt=0)
    assert may_call(refreshing, NOW)
    assert holding(refreshing) is None
    assert holding(calling(refreshing)) is None


@pytest.mark.parametrize(("count", "wait"), [(0, 0.5), (1, 1.0), (2, 2.0), (9, 7.5)])
def test_fresh_credentials_that_are_refused_hold_at_the_back_off(count: int, wait: float) -> None:
    holds = refused(probing("credentials", attempt=count), an_attempt(probe=True), POLICY)

    assert holds == held("credentials", until=NOW + wait, attempt=count + 1)
    assert holding(holds) == "credentials"
    assert holding(calling(holds)) == "credentials"


def test_a_closed_breaker_holds_nothing() -> None:
    assert holding(Closed()) is None
