"""How a lane waits: for its turn, for another's claim, for a vendor that fails; any wait can be interrupted."""

from asyncio import AbstractEventLoop, Future
from collections.abc import Callable

from consumer.core.retry import RetryPolicy, backoff, is_exhausted
from consumer.flow.call import NoAnswer
from consumer.flow.gate import Gate, Permit, Turn
from consumer.ports import Telemetry

FIRST_CLAIM_WAIT = 0.05
LONGEST_CLAIM_WAIT = 2.0


class Patience:
    """The waiting of one lane, and its count of failures in a row."""

    def __init__(
        self,
        gate: Gate,
        retry: RetryPolicy,
        telemetry: Telemetry,
        loop: AbstractEventLoop,
        *,
        chance: Callable[[], float],
    ) -> None:
        self._gate = gate
        self._retry = retry
        self._telemetry = telemetry
        self._loop = loop
        self._chance = chance
        self._wait: Future[Permit | None] | None = None
        self._denials = 0
        self._failures = 0
        self._failing_since: tuple[float, float] | None = None
        """When the first failure in a row came: by the clock of not-held time, and by the loop's."""

    def interrupt(self) -> None:
        """End the present wait, if any."""
        if self._wait is not None and not self._wait.done():
            self._wait.set_result(None)

    async def turn(self) -> Permit | None:
        """A permit to call; None when interrupted."""
        return await self._turn(self._gate.line_up())

    async def next_turn(self) -> Permit | None:
        """A permit for a further step of a request, before those that have not begun; None when interrupted."""
        return await self._turn(self._gate.line_up_first())

    async def for_another_claim(self) -> None:
        """Wait while another record's call for one of our earns is under way."""
        wait = min(LONGEST_CLAIM_WAIT, FIRST_CLAIM_WAIT * 2.0 ** min(self._denials, 10))
        self._denials += 1
        await self._sleep(wait)

    async def after(self, silence: NoAnswer) -> None:
        """Back off after a call without an answer, unless the gate decides when to go on."""
        if silence.held:
            return
        self._telemetry.retried(silence.reason)
        wait = backoff(self._retry, attempt=max(1, self._failures), chance=self._chance(), at_least=silence.retry_after)
        await self._sleep(wait)

    def answered(self) -> None:
        """Forget the failures: there is an answer."""
        self._denials = 0
        self._failures = 0
        self._failing_since = None

    def is_over(self, silence: NoAnswer) -> bool:
        """Count the failure; whether this customer alone has failed for long enough."""
        if silence.held:
            return False
        self._failures += 1
        if self._failing_since is None:
            self._failing_since = (self._gate.time_not_held(), self._loop.time())
        not_held_since, since = self._failing_since
        return is_exhausted(
            self._retry,
            failing_for=self._gate.time_not_held() - not_held_since,
            others_succeed=self._gate.last_success > since,
        )

    async def _turn(self, turn: Turn) -> Permit | None:
        started = self._loop.time()
        permit = await self._until(turn)
        self._telemetry.waited(self._loop.time() - started)
        return permit

    async def _sleep(self, seconds: float) -> None:
        until: Future[Permit | None] = self._loop.create_future()
        timer = self._loop.call_later(seconds, _end, until)
        await self._until(until)
        timer.cancel()

    async def _until(self, wait: Future[Permit | None]) -> Permit | None:
        self._wait = wait
        try:
            return await wait
        finally:
            self._wait = None


def _end(wait: Future[Permit | None]) -> None:
    if not wait.done():
        wait.set_result(None)
