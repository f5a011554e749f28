"""The vendor's quota: a token bucket over this instance's share, slowed by the vendor's own complaints."""

from dataclasses import dataclass, replace

MINUTE = 60.0
SLOWEST = 1 / 16
LEAST_OF_SMALL_SHARE = 1 / 4
"""Of a share of about one request a minute this much goes on, though its burst of one may exceed the quota."""
SLOWED_BY = 0.5
RECOVERY_PER_SECOND = 1 / 600
ROUNDING = 1e-9
"""A whole token that grew in parts may miss its last bit; without this the wait for it would never end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much of the quota is this instance's: its partitions of the topics of returns and of earns, and all."""

    own_returns: int
    all_returns: int
    own_earns: int
    all_earns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What may be sent: `rate` requests a second, at most `capacity` at once."""

    rate: float
    capacity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """So many requests may go at the time `at`."""

    tokens: float
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The part of the allowance that the vendor bears: 1 at best, halved when it complains, recovering slowly."""

    factor: float
    at: float


def allowance(*, per_minute: float, reserve: float, share: Share) -> Allowance:
    """The allowance under which no sliding minute of the group holds more than `per_minute` requests.

    The group's rates sum up to the quota less the reserve, and half of the reserve covers the bursts. An instance that
    follows only the earn feed lives on a quarter of the reserve, else its late earns would wait for ever.
    """
    own = per_minute * share_ratio(share)
    capacity = max(1.0, own * reserve / 2)
    # A burst of one request is more than the reserve of a small share covers; the rate makes room for it.
    a_minute = min(own * (1 - reserve), max(own - capacity, own * LEAST_OF_SMALL_SHARE))
    if share.own_returns == 0 and share.own_earns > 0:
        a_minute = per_minute * reserve / 4 * share.own_earns / max(share.all_earns, 1)
    return Allowance(rate=a_minute / MINUTE, capacity=capacity)


def share_ratio(share: Share) -> float:
    """This instance's part of the returns topic."""
    return share.own_returns / share.all_returns if share.all_returns > 0 else 0.0


def filled(bucket: Bucket, allowed: Allowance, pace: Pace, now: float) -> Bucket:
    """The bucket at the time `now`."""
    grown = bucket.tokens + max(0.0, now - bucket.at) * allowed.rate * recovered(pace, now).factor
    return Bucket(tokens=min(allowed.capacity, grown), at=now)


def taken(bucket: Bucket) -> Bucket:
    """The bucket after one request."""
    return replace(bucket, tokens=bucket.tokens - 1.0)


def given_back(bucket: Bucket, allowed: Allowance) -> Bucket:
    """The bucket after a request that was not sent."""
    return replace(bucket, tokens=min(allowed.capacity, bucket.tokens + 1.0))


def wait_for_next(bucket: Bucket, allowed: Allowance, pace: Pace) -> float | None:
    """Seconds until a request may go; 0 where one may go now; None: never at this allowance."""
    if bucket.tokens >= 1.0 - ROUNDING:
        return 0.0
    rate = allowed.rate * pace.factor
    return (1.0 - bucket.tokens) / rate if rate > 0 else None


def slowed(pace: Pace, now: float) -> Pace:
    """The pace after the vendor complained."""
    return Pace(factor=max(SLOWEST, recovered(pace, now).factor * SLOWED_BY), at=now)


def recovered(pace: Pace, now: float) -> Pace:
    """The pace at the time `now`; from half to full takes five minutes."""
    return Pace(factor=min(1.0, pace.factor + max(0.0, now - pace.at) * RECOVERY_PER_SECOND), at=now)
