"""A flood of dead letters: nothing leaves any more and nobody is called, until a restart."""

import asyncio
from dataclasses import replace

from consumer.core.flood import WINDOW
from consumer.core.model import Record
from consumer.core.outcome import OutcomeStatus
from consumer.core.phase import Phase
from consumer.flow.phases import Phases
from consumer.ports import Partition
from tests.flow import virtual_time
from tests.flow.a_world import Flow, a_flow
from tests.flow.fakes import EARNS, RETURNS, FakeVendor, SlowLedger
from tests.flow.parts import Options
from tests.flow.records import earned, record, returned


def flooded_flow(ledger: SlowLedger, flood_ratio: float = 0.5) -> Flow:
    flow = a_flow(FakeVendor(latency=5.0), Options(flood_ratio=flood_ratio), ledger=ledger)
    flow.receive(earned(0), earned(1, "e2", customer_id=8, bill_number="b2"))
    return flow


def garbage(count: int, topic: str = RETURNS) -> list[Record]:
    return [record(1000 + n, b"garbage", topic=topic) for n in range(count)]


def test_a_flood_holds_back_all_that_follows_and_lets_nobody_call() -> None:
    async def main() -> None:
        flow = flooded_flow(SlowLedger())
        await flow.rest()
        flow.receive(*garbage(WINDOW + 10))
        await flow.rest()
        flow.receive(returned(0), record(1, b"garbage"))
        flow.receive(earned(2, "e3", bill_number="b3"), record(3, b"garbage", topic=EARNS))
        await flow.rest()

        assert flow.outlet.flooded
        assert len(flow.published.dead_letters) == WINDOW - 1
        assert len(flow.published.completions) == WINDOW - 1 + 2
        assert not flow.vendor.calls
        assert flow.inflow.revoked([Partition(RETURNS, 0)]).done()

    virtual_time.run(main())


def test_what_was_settled_during_a_flood_is_published_after_the_restart() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = flooded_flow(ledger)
        await flow.rest()
        flow.receive(returned(0))
        await asyncio.sleep(1.0)
        flow.receive(*garbage(WINDOW))
        await flow.rest()
        assert not flow.published.outcomes or flow.published.outcomes[-1].status is OutcomeStatus.INVALID

        restarted = a_flow(FakeVendor(), ledger=ledger)
        restarted.receive(returned(0))
        await restarted.rest()

        assert restarted.published.of(0).status is OutcomeStatus.REVOKED
        assert restarted.published.of(0).attempts == 1
        assert not restarted.vendor.calls

    virtual_time.run(main())


def test_dead_letters_sent_again_that_are_still_bad_are_no_flood() -> None:
    async def main() -> None:
        flow = flooded_flow(SlowLedger())
        again = tuple(replace(each, headers=(("redrive-count", b"1"),)) for each in garbage(WINDOW * 2))
        flow.receive(*again)
        flow.receive(returned(0))
        await flow.rest()

        assert not flow.outlet.flooded
        assert len(flow.published.dead_letters) == WINDOW * 2
        assert flow.published.of(0).status is OutcomeStatus.REVOKED

    virtual_time.run(main())


def test_a_flood_is_seen_amid_letters_sent_again() -> None:
    async def main() -> None:
        flow = flooded_flow(SlowLedger())
        news = garbage(WINDOW * 2)
        flow.receive(*(replace(each, headers=(("redrive-count", b"1"),)) for each in garbage(WINDOW)))
        flow.receive(*(replace(each, source=each.source._replace(offset=5000 + at)) for at, each in enumerate(news)))
        await flow.rest()

        assert flow.outlet.flooded
        assert len(flow.published.dead_letters) < WINDOW * 2

    virtual_time.run(main())


def test_a_flood_of_unreadable_earns_holds_too() -> None:
    async def main() -> None:
        flow = flooded_flow(SlowLedger())
        flow.receive(*garbage(WINDOW + 1, EARNS))
        await flow.rest()

        assert flow.outlet.flooded
        assert len(flow.published.dead_letters) == WINDOW - 1

    virtual_time.run(main())


def test_a_higher_ratio_lets_them_all_go() -> None:
    async def main() -> None:
        flow = flooded_flow(SlowLedger(), flood_ratio=1.0)
        flow.receive(*garbage(WINDOW * 2))
        await flow.rest()

        assert not flow.outlet.flooded
        assert len(flow.published.dead_letters) == WINDOW * 2

    virtual_time.run(main())


def test_the_phase_knows_since_when_it_lasts() -> None:
    async def main() -> None:
        flow, loop = flooded_flow(SlowLedger()), asyncio.get_running_loop()
        phases = Phases(flow.gate, flow.outlet, flow.telemetry, loop, ledger_is_away=lambda: False)
        await asyncio.sleep(5.0)
        assert phases.since == loop.time() - 5.0
        phases.look(has_started=True)
        await asyncio.sleep(60.0)
        phases.look(has_started=True)

        assert phases.since == loop.time() - 60.0

    virtual_time.run(main())


def test_the_phase_follows_every_hold_and_tells_each_change_once() -> None:
    async def main() -> None:
        flow = flooded_flow(SlowLedger())
        away = [False]
        loop = asyncio.get_running_loop()
        phases = Phases(flow.gate, flow.outlet, flow.telemetry, loop, ledger_is_away=lambda: away[0])
        phases.look(has_started=False)
        assert not flow.telemetry.events
        phases.look(has_started=True)
        away[0] = True
        phases.look(has_started=True)
        phases.look(has_started=True)
        away[0] = False
        phases.look(has_started=True)
        permit = flow.gate.line_up().result()
        assert permit is not None
        flow.gate.throttled(permit, 1, None)
        phases.look(has_started=True)
        flow.outlet.flooded = True
        phases.look(has_started=True)
        assert phases.holds() == {"quota", "flood"}
        phases.move(Phase.DRAINING)
        phases.look(has_started=True)

        assert [fields["phase"] for name, fields in flow.telemetry.events if name == "phase"] == [
            "running",
            "holding",
            "running",
            "holding",
            "draining",
        ]
        assert [fields["reasons"] for name, fields in flow.telemetry.events if name == "holding"] == [
            ["ledger"],
            [],
            ["quota"],
            ["flood", "quota"],
        ]

    virtual_time.run(main())
