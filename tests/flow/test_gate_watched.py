"""What the gate tells those who watch."""

import asyncio

from consumer.core.breaker import Breaker, Closed, Held, HoldPolicy, Probing
from consumer.core.quota import Share
from consumer.flow.gate import Gate, GateConfig
from tests.flow.virtual_time import run

ALL = Share(own_returns=1, all_returns=1, own_earns=1, all_earns=1)


def a_gate(*, per_minute: float, moves: list[type[Breaker]]) -> Gate:
    config = GateConfig(concurrency=8, per_minute=per_minute, reserve=0.05, hold=HoldPolicy(initial=1.0, max=1.0))
    loop = asyncio.get_running_loop()
    gate = Gate(config, loop=loop, chance=lambda: 0.5, moved=lambda breaker: moves.append(type(breaker)))
    gate.share(ALL)
    return gate


def test_each_change_of_the_breaker_is_told_once() -> None:
    moves: list[type[Breaker]] = []

    async def story() -> None:
        gate = a_gate(per_minute=0, moves=moves)
        permit = await gate.line_up()
        assert permit is not None
        gate.throttled(permit, "c", None)
        probe = await gate.line_up()
        assert probe is not None
        gate.succeeded(probe, "c")

    run(story())

    assert moves == [Held, Probing, Closed]


def test_the_quotas_use_is_what_went_in_the_last_minute_over_what_might() -> None:
    async def story() -> tuple[float, float, float]:
        gate = a_gate(per_minute=120, moves=[])
        for _ in range(57):
            permit = await gate.line_up()
            assert permit is not None
            gate.succeeded(permit, "c")
        returned = await gate.line_up()
        assert returned is not None
        gate.not_needed(returned)
        limit, _, used = gate.quota()
        await asyncio.sleep(61)
        return limit, used, gate.quota()[2]

    limit, used, later = run(story())

    assert limit == 114
    assert used == 57 / 114
    assert later == 0
