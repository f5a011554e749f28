"""When nobody may call the vendor, and who asks first whether it is back."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from consumer.core.retry import LONGEST_DOUBLING

HoldReason = Literal["api", "credentials", "quota"]

WINDOW = 50
WINDOW_SECONDS = 60.0
LEAST_FAILURES = 5
SHARE_OF_FULL_WINDOW = 0.5
SHARE_OF_PART_WINDOW = 0.8
LONGEST_HOLD = 15.0


@dataclass(frozen=True, slots=True)
class Result:
    """How one call for a customer ended."""

    at: float
    customer: Hashable
    succeeded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call that ended at the time `at`. `chance`, from [0, 1), jitters the hold it may lead to."""

    at: float
    customer: Hashable
    probe: bool
    chance: float


@dataclass(frozen=True, slots=True)
class Closed:
    """Calls go. `recent` are the latest results, oldest first."""

    recent: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Nobody calls before `until`; then one probe does. `attempt` counts the failed probes."""

    reason: HoldReason
    until: float
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Probing:
    """One call is under way to see whether the vendor is back; nobody else calls."""

    reason: HoldReason
    attempt: int


Breaker = Closed | Held | Probing


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPolicy:
    """The wait before the first probe and the longest one, in seconds."""

    initial: float
    max: float


def may_call(breaker: Breaker, now: float) -> bool:
    """Whether one call may go now."""
    match breaker:
        case Closed():
            return True
        case Held(until=until):
            return now >= until
        case Probing():
            return False
        case _:
            assert_never(breaker)


def calling(breaker: Breaker) -> Breaker:
    """The breaker once a call that may go is on its way."""
    match breaker:
        case Held(reason=reason, attempt=attempt):
            return Probing(reason=reason, attempt=attempt)
        case Closed() | Probing():
            return breaker
        case _:
            assert_never(breaker)


def not_called(breaker: Breaker, now: float) -> Breaker:
    """The breaker when its probe turned out not to be needed: the next one in line probes."""
    match breaker:
        case Probing(reason=reason, attempt=attempt):
            return Held(reason=reason, until=now, attempt=attempt)
        case Closed() | Held():
            return breaker
        case _:
            assert_never(breaker)


def succeeded(breaker: Breaker, attempt: Attempt) -> Breaker:
    """The breaker after an answer. While held, only the probe's counts."""
    match breaker:
        case Closed(recent=recent):
            return Closed((*recent[1 - WINDOW :], Result(attempt.at, attempt.customer, succeeded=True)))
        case Probing() if attempt.probe:
            return Closed()
        case Held() | Probing():
            return breaker
        case _:
            assert_never(breaker)


def failed(breaker: Breaker, attempt: Attempt, policy: HoldPolicy) -> Breaker:
    """The breaker after a call without an answer of use. Opens on a share of failures across customers."""
    match breaker:
        case Closed(recent=recent):
            known = (*recent[1 - WINDOW :], Result(attempt.at, attempt.customer, succeeded=False))
            return _held("api", 1, attempt, policy) if _is_outage(known, attempt.at) else Closed(known)
        case Probing(attempt=count) if attempt.probe:
            return _held("api", count + 1, attempt, policy)
        case Held() | Probing():
            return breaker
        case _:
            assert_never(breaker)


def throttled(breaker: Breaker, attempt: Attempt, policy: HoldPolicy, retry_after: float | None) -> Breaker:
    """The breaker after a 429: all wait as long as the vendor says, or else back off."""
    match breaker:
        case Probing(reason="quota", attempt=count) if attempt.probe:
            held = _held("quota", count + 1, attempt, policy)
        case Probing() if attempt.probe:
            held = _held("quota", 1, attempt, policy)
        case Closed():
            held = _held("quota", 1, attempt, policy)
        case Held(until=until) if retry_after is not None:
            return replace(breaker, until=max(until, attempt.at + retry_after))
        case Held() | Probing():
            return breaker
        case _:
            assert_never(breaker)
    return held if retry_after is None else replace(held, until=attempt.at + retry_after)


def refused(breaker: Breaker, attempt: Attempt, policy: HoldPolicy) -> Breaker:
    """The breaker after our credentials were refused: at once one probe with fresh ones, then the back-off."""
    match breaker:
        case Probing(reason="credentials", attempt=count) if attempt.probe:
            return _held("credentials", count + 1, attempt, policy)
        case Probing() if attempt.probe:
            return Held(reason="credentials", until=attempt.at, attempt=0)
        case Closed():
            return Held(reason="credentials", until=attempt.at, attempt=0)
        case Held() | Probing():
            return breaker
        case _:
            assert_never(breaker)


def holding(breaker: Breaker) -> HoldReason | None:
    """Why the service holds, for people; the one refresh after a refusal is not yet a hold."""
    match breaker:
        case Held(reason=reason, attempt=attempt) | Probing(reason=reason, attempt=attempt):
            return reason if attempt > 0 else None
        case Closed():
            return None
        case _:
            assert_never(breaker)


def _held(reason: HoldReason, count: int, attempt: Attempt, policy: HoldPolicy) -> Held:
    ceiling = min(policy.max, LONGEST_HOLD, policy.initial * 2.0 ** min(count - 1, LONGEST_DOUBLING))
    return Held(reason=reason, until=attempt.at + ceiling * (1 + attempt.chance) / 2, attempt=count)


def _is_outage(results: tuple[Result, ...], now: float) -> bool:
    recent = [result for result in results if now - result.at <= WINDOW_SECONDS]
    failing = [result for result in recent if not result.succeeded]
    share = SHARE_OF_FULL_WINDOW if len(recent) >= WINDOW else SHARE_OF_PART_WINDOW
    if len(failing) < LEAST_FAILURES or len(failing) < share * len(recent):
        return False
    alone = len({result.customer for result in failing}) == 1
    return not alone or len(failing) == len(recent)
