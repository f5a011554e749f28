"""Who may call now: slot ← breaker ← quota, in the order of asking."""

from asyncio import AbstractEventLoop, Future, TimerHandle
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from consumer.core import breaker as breakers
from consumer.core import quota as quotas
from consumer.core.breaker import Attempt, Breaker, Closed, Held, HoldPolicy, HoldReason, Probing
from consumer.core.quota import Allowance, Bucket, Pace, Share
from consumer.flow.last_minute import LastMinute

LONGEST_KEPT = 1.0
"""Seconds from a permit to its call; the reserve that no burst uses covers half as much again by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateConfig:
    """The operator's limits. `per_minute` 0: no quota."""

    concurrency: int
    per_minute: float
    reserve: float
    hold: HoldPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """The right to make one call, given `at`. A probe is the only one under way; `refresh`: fresh credentials first."""

    at: float
    probe: bool
    refresh: bool


Turn = Future[Permit | None]
"""A place in the line; None when the one who waits was interrupted."""
Moved = Callable[[Breaker], object]
"""Told of the breaker each time it becomes another kind."""


def nobody(_: Breaker) -> None:
    """Tell nobody."""


class Gate:
    """Holds the breaker, the bucket and the line of those who wait; a waiting one holds no slot."""

    def __init__(
        self, config: GateConfig, *, loop: AbstractEventLoop, chance: Callable[[], float], moved: Moved = nobody
    ) -> None:
        self._config = config
        self._moved = moved
        self._loop = loop
        self._chance = chance
        self._line: deque[Turn] = deque()
        self._under_way = 0
        self._shut = False
        self._timer: TimerHandle | None = None
        self._breaker: Breaker = Closed()
        self._share = Share(own_returns=0, all_returns=0, own_earns=0, all_earns=0)
        self._bucket = Bucket(tokens=0.0, at=loop.time())
        self._pace = Pace(factor=1.0, at=loop.time())
        self._sent = LastMinute()
        self._held_since: float | None = None
        self._held_before = 0.0
        self.last_success = float("-inf")

    # ---- asking

    def line_up(self) -> Turn:
        """A turn that is given when a call may go."""
        turn: Turn = self._loop.create_future()
        self._line.append(turn)
        self._admit()
        return turn

    def line_up_first(self) -> Turn:
        """A turn before all others: for a request that has a part of its answers already."""
        turn: Turn = self._loop.create_future()
        self._line.appendleft(turn)
        self._admit()
        return turn

    def is_stale(self, permit: Permit) -> bool:
        """Whether the permit is so old that to use it could put more requests into a minute than the quota has."""
        return self._config.per_minute > 0 and self._loop.time() - permit.at > LONGEST_KEPT

    def not_needed(self, permit: Permit) -> None:
        """Give back a permit without a call. What a stale one took from the quota is gone: its minute is over."""
        self._under_way -= 1
        if permit.probe:
            self._become(breakers.not_called(self._breaker, self._loop.time()))
        if not self.is_stale(permit):
            self._bucket = quotas.given_back(self._bucket, self._allowance())
        self._sent.take_back(permit.at)
        self._admit()

    # ---- how calls ended

    def succeeded(self, permit: Permit, customer: Hashable) -> None:
        """The vendor gave an answer of use."""
        self.last_success = self._loop.time()
        self._ended(breakers.succeeded(self._breaker, self._attempt(permit, customer)))

    def failed(self, permit: Permit, customer: Hashable) -> None:
        """The vendor gave no answer of use."""
        self._ended(breakers.failed(self._breaker, self._attempt(permit, customer), self._config.hold))

    def throttled(self, permit: Permit, customer: Hashable, retry_after: float | None) -> None:
        """The vendor answered 429."""
        before = self._breaker
        after = breakers.throttled(before, self._attempt(permit, customer), self._config.hold, retry_after)
        if after is not before:
            self._pace = quotas.slowed(self._pace, self._loop.time())
        self._ended(after)

    def refused(self, permit: Permit, customer: Hashable) -> None:
        """The vendor refused our credentials."""
        self._ended(breakers.refused(self._breaker, self._attempt(permit, customer), self._config.hold))

    # ---- the surroundings

    def share(self, share: Share) -> None:
        """Follow a rebalance."""
        self._refill()
        self._share = share
        self._admit()

    def shut(self) -> None:
        """Let nobody call any more: a flood."""
        self._shut = True

    def time_not_held(self) -> float:
        """Seconds of loop time in which calls could go; only differences mean anything."""
        now = self._loop.time()
        return now - self._held_before - (now - self._held_since if self._held_since is not None else 0.0)

    # ---- for those who watch

    def holding(self) -> HoldReason | None:
        """Why nobody may call, if so."""
        return breakers.holding(self._breaker)

    @property
    def breaker(self) -> Breaker:
        """The breaker as it is now."""
        return self._breaker

    @property
    def under_way(self) -> int:
        """Calls that hold a slot."""
        return self._under_way

    def quota(self) -> tuple[float, float, float]:
        """The allowed requests a minute, this instance's share of the group's, and which part of its own is used.

        The last is what was sent within the last minute over what was allowed, at most 1; 0 without a quota.
        """
        if not self._config.per_minute:
            return 0.0, quotas.share_ratio(self._share), 0.0
        now = self._loop.time()
        limit = self._allowance().rate * quotas.MINUTE * quotas.recovered(self._pace, now).factor
        used = min(1.0, self._sent.count(now) / limit) if limit > 0 else 0.0
        return limit, quotas.share_ratio(self._share), used

    # ---- within

    def _attempt(self, permit: Permit, customer: Hashable) -> Attempt:
        return Attempt(at=self._loop.time(), customer=customer, probe=permit.probe, chance=self._chance())

    def _ended(self, breaker: Breaker) -> None:
        self._under_way -= 1
        self._become(breaker)
        self._admit()

    def _become(self, breaker: Breaker) -> None:
        before, self._breaker = self._breaker, breaker
        if type(before) is not type(breaker):
            self._moved(breaker)
        now = self._loop.time()
        closed = isinstance(breaker, Closed)
        if closed and self._held_since is not None:
            self._held_before += now - self._held_since
            self._held_since = None
        elif not closed and self._held_since is None:
            self._held_since = now

    def _admit(self) -> None:
        """Give turns while slots, breaker and quota allow, and come back when time alone will change that."""
        while self._line and not self._shut and self._under_way < self._config.concurrency:
            turn = self._line[0]
            if turn.done():
                self._line.popleft()
                continue
            wait = self._wait()
            if wait != 0.0:
                self._come_back_in(wait)
                return
            self._line.popleft()
            turn.set_result(self._permit())

    def _wait(self) -> float | None:
        now = self._loop.time()
        if not breakers.may_call(self._breaker, now):
            return self._breaker.until - now if isinstance(self._breaker, Held) else None
        if not self._config.per_minute:
            return 0.0
        self._refill()
        return quotas.wait_for_next(self._bucket, self._allowance(), quotas.recovered(self._pace, now))

    def _permit(self) -> Permit:
        self._under_way += 1
        if self._config.per_minute:
            self._bucket = quotas.taken(self._bucket)
            self._sent.note(self._loop.time())
        self._become(breakers.calling(self._breaker))
        probing = self._breaker if isinstance(self._breaker, Probing) else None
        refresh = probing is not None and probing.reason == "credentials"
        return Permit(at=self._loop.time(), probe=probing is not None, refresh=refresh)

    def _come_back_in(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None:
            self._timer = self._loop.call_later(seconds, self._admit)

    def _allowance(self) -> Allowance:
        return quotas.allowance(per_minute=self._config.per_minute, reserve=self._config.reserve, share=self._share)

    def _refill(self) -> None:
        self._bucket = quotas.filled(self._bucket, self._allowance(), self._pace, self._loop.time())
