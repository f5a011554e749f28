"""How a lane waits."""

import asyncio

from consumer.core.breaker import HoldPolicy
from consumer.flow.call import NoAnswer
from consumer.flow.gate import Gate, GateConfig
from consumer.flow.patience import Patience
from tests.flow import virtual_time
from tests.flow.fakes import Silence
from tests.flow.parts import RETRY


def test_an_interruption_in_the_moment_in_which_a_wait_ends_is_harmless() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        config = GateConfig(concurrency=1, per_minute=0, reserve=0.05, hold=HoldPolicy(initial=0.5, max=60.0))
        gate = Gate(config, loop=loop, chance=lambda: 0.5)
        patience = Patience(gate, RETRY, Silence(), loop, chance=lambda: 0.5)
        silence = NoAnswer(reason="500", code=500, fate_unknown=True, retry_after=3.0, held=False)
        loop.call_later(2.0, lambda: loop.call_at(3.0 - 1e-10, patience.interrupt))

        await patience.after(silence)
        patience.interrupt()

        assert loop.time() <= 3.0

    virtual_time.run(main())


def test_a_customer_is_given_up_only_when_it_fails_for_long_while_others_succeed_and_held_time_never_counts() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        config = GateConfig(concurrency=1, per_minute=0, reserve=0.05, hold=HoldPolicy(initial=0.5, max=60.0))
        gate = Gate(config, loop=loop, chance=lambda: 0.5)
        patience = Patience(gate, RETRY, Silence(), loop, chance=lambda: 0.5)
        failure = NoAnswer(reason="500", code=500, fate_unknown=True, retry_after=None, held=False)
        held = NoAnswer(reason="throttled", code=429, fate_unknown=False, retry_after=None, held=True)

        assert not patience.is_over(held)
        await asyncio.sleep(RETRY.give_up_after)
        permit = gate.line_up().result()
        assert permit is not None
        gate.succeeded(permit, 8)
        assert not patience.is_over(failure)
        await asyncio.sleep(RETRY.give_up_after)
        assert not patience.is_over(failure)
        permit = gate.line_up().result()
        assert permit is not None
        gate.succeeded(permit, 8)
        assert not patience.is_over(held)
        assert patience.is_over(failure)

    virtual_time.run(main())
