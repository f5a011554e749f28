"""What the page shows of the running parts."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from consumer.adapters.kafka import PartitionStatus
from consumer.adapters.metrics import Latest, Totals
from consumer.adapters.metrics.labels import DEAD_LETTER_CODES
from consumer.adapters.web import Answered, Fact, Instance, Page, Partition, Topic
from consumer.adapters.web.front import Front
from consumer.core.breaker import Held, HoldPolicy
from consumer.core.model import BillNumber, CustomerId, EarnId, Millis, PromotionId
from consumer.core.outcome import OutcomeCause, OutcomeStatus, Verdict, VerdictKind
from consumer.core.phase import Phase
from consumer.core.quota import Share
from consumer.flow.gate import Gate, GateConfig
from consumer.ports import Partition as At
from consumer.wiring.history import History
from consumer.wiring.page import MEANINGS, Shown, page, sample
from consumer.wiring.views import Seen
from tests.builders import an_outcome, coordinates
from tests.flow import virtual_time
from tests.flow.a_world import a_flow
from tests.flow.fakes import FakeVendor
from tests.flow.records import earned, returned
from tests.wiring.a_view import LIMITS, APhase, a_status, seen

NOW = 1_700_000_000_000
NOTHING = Totals(outcomes=0, calls=0, dead_letters={}, lag={})
HIDDEN = "770077"


def shown(view: Seen, counts: Totals = NOTHING, latest: Latest | None = None) -> Shown:
    return Shown(
        instance=Instance(version="1", group="g", host="h", started=Millis(NOW), shadow=False),
        seen=replace(view, now=lambda: Millis(NOW + int(view.loop.time() * 1000))),
        totals=lambda: counts,
        latest=(latest or Latest()).newest_first,
        history=History(lambda: sample(view, counts)),
    )


def on_a_loop(test: Callable[[asyncio.AbstractEventLoop], None]) -> None:
    async def main() -> None:
        test(asyncio.get_running_loop())

    virtual_time.run(main())


def fact(found: Page, name: str) -> Fact:
    return next(each for each in found.facts if each.name == name)


def plain(told: Fact) -> tuple[str, str, str]:
    return told.value.replace("\N{NO-BREAK SPACE}", " "), told.note.replace("\N{NO-BREAK SPACE}", " "), told.tone


def test_each_partition_has_its_watermark_its_open_records_and_how_far_it_is_behind() -> None:
    def partition(topic: str, number: int, **more: object) -> PartitionStatus:
        made = PartitionStatus(
            partition=At(topic, number), epoch=1, watermark=40 + number, open=2, map_used_ratio=0.1, paused=False
        )
        return replace(made, **more)  # type: ignore[arg-type] # fields of any type

    def test(loop: asyncio.AbstractEventLoop) -> None:
        status = a_status(
            partitions=(partition("returns", 10), partition("returns", 9, paused=True), partition("earns", 0))
        )
        counts = replace(NOTHING, lag={At("returns", 9): 5})

        found = page(shown(seen(loop, status), counts))

        assert found.topics == (
            Topic(
                name="earns",
                partitions=(Partition(number=0, watermark=40, open=2, behind=None, map_used=0.1, paused=False),),
            ),
            Topic(
                name="returns",
                partitions=(
                    Partition(number=9, watermark=49, open=2, behind=5, map_used=0.1, paused=True),
                    Partition(number=10, watermark=50, open=2, behind=None, map_used=0.1, paused=False),
                ),
            ),
        )
        assert plain(fact(found, "Open records"))[0] == "6"
        assert plain(fact(found, "A crash now costs")) == ("6", "records again; no outcome twice", "quiet")

    on_a_loop(test)


def test_the_last_outcomes_come_newest_first_without_customer_bill_or_earn() -> None:
    def test(loop: asyncio.AbstractEventLoop) -> None:
        latest = Latest()
        verdict = Verdict(
            promotion_id=PromotionId(HIDDEN), earn_id=EarnId(HIDDEN), kind=VerdictKind.ALREADY_REDEEMED, message=HIDDEN
        )
        for number in range(30):
            latest.add(
                an_outcome(
                    verdict,
                    event_id=f"r{number}",
                    customer_id=CustomerId(int(HIDDEN)),
                    bill_numbers=(BillNumber(HIDDEN),),
                    reason=HIDDEN,
                    source=coordinates(number),
                    cause=OutcomeCause.REDRIVE,
                    status=OutcomeStatus.FAILED,
                    error_codes=(404, 729),
                    dead_lettered=True,
                )
            )
        from_there = shown(seen(loop, a_status()), latest=latest)

        found = page(from_there).answered

        assert len(found) == 20
        assert found[0] == Answered(
            at=an_outcome().decided_at,
            event_id="r29",
            source=coordinates(29),
            status="FAILED",
            notes=("REDRIVE", "404, 729", "dead letter"),
        )
        written = Front(lambda: page(from_there), loop.time)().decode()
        assert "r29" in written
        assert HIDDEN not in written

    on_a_loop(test)


def test_lanes_come_oldest_first_and_name_nobody() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor(latency=5.0))
        customer = int(HIDDEN)
        flow.receive(*[earned(n, f"e{n}", customer_id=customer + n, bill_number=f"b{n}") for n in range(12)])
        await flow.rest()
        flow.receive(
            *[
                replace(
                    returned(n, f"r{n}", customer_id=customer + n, bill_number=f"b{n}"),
                    timestamp=Millis(NOW - n * 1000),
                )
                for n in range(12)
            ]
        )
        await asyncio.sleep(1.0)
        loop = asyncio.get_running_loop()
        view = replace(seen(loop, a_status()), lanes=flow.lanes)

        found = page(shown(view))

        past = loop.time()
        assert [lane.age - past for lane in found.lanes] == pytest.approx([11 - n for n in range(10)], abs=0.002)
        assert {(lane.records, lane.working) for lane in found.lanes} == {(1, True)}
        assert found.lanes_in_all == 12
        assert HIDDEN[:-2] not in Front(lambda: found, loop.time)().decode()
        await flow.rest()

    virtual_time.run(main())


def test_the_quota_is_told_with_our_share_and_turns_when_it_is_used_up() -> None:
    def test(loop: asyncio.AbstractEventLoop) -> None:
        config = GateConfig(concurrency=9, per_minute=40, reserve=0.5, hold=HoldPolicy(initial=0.5, max=60.0))
        gate = Gate(config, loop=loop, chance=lambda: 0.5)
        gate.share(Share(own_returns=1, all_returns=4, own_earns=0, all_earns=0))
        view = replace(seen(loop, a_status()), gate=gate)

        assert plain(fact(page(shown(view)), "Quota used")) == (
            "0 %",
            "of 5 calls a minute; 25 % of the group's is ours",
            "quiet",
        )
        for _ in range(5):
            gate._sent.note(loop.time())
        assert plain(fact(page(shown(view)), "Quota used"))[::2] == ("100 %", "waits")
        nothing_ours = page(shown(seen(loop, a_status())))
        assert plain(fact(nothing_ours, "Quota used")) == ("none", "no quota is set, or no partition is ours", "quiet")

    on_a_loop(test)


def test_an_open_breaker_says_when_it_is_tried_again() -> None:
    def test(loop: asyncio.AbstractEventLoop) -> None:
        view = seen(loop, a_status(), phase=APhase(Phase.HOLDING, frozenset({"api"}), since=-90.0))
        view.gate._breaker = Held(reason="api", until=loop.time() + 12.0, attempt=2)

        found = page(shown(view))

        assert plain(fact(found, "Breaker")) == ("open", "nobody calls; the next try in 12 s", "waits")
        assert "comes in 12" in found.headline.more
        assert found.since == 90.0

    on_a_loop(test)


def test_calls_under_way_are_what_a_crash_would_leave_in_doubt() -> None:
    def test(loop: asyncio.AbstractEventLoop) -> None:
        view = seen(loop, a_status(), calling=0.4)
        view.gate.line_up()

        found = page(shown(view))

        assert plain(fact(found, "Calls under way")) == ("1", "the oldest for 0.4 s", "quiet")
        assert "1 call to check first" in fact(found, "A crash now costs").note

    on_a_loop(test)


def test_dead_letters_are_told_by_reason_where_there_are_any() -> None:
    def test(loop: asyncio.AbstractEventLoop) -> None:
        counts = replace(NOTHING, dead_letters={"729": 2, "730": 0, "other": 1})

        found = page(shown(seen(loop, a_status()), counts))

        assert [(each.reason, each.count) for each in found.set_aside] == [("729", 2), ("other", 1)]
        assert fact(found, "Dead letters").value == "3"

    on_a_loop(test)


def test_every_reason_has_its_meaning() -> None:
    assert MEANINGS.keys() == set(DEAD_LETTER_CODES)


def test_the_plots_are_of_outcomes_the_oldest_calls_and_dead_letters_up_to_this_moment() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        view, letters = seen(loop, a_status()), {"729": 2, "404": 1}
        from_there = shown(view, replace(NOTHING, outcomes=10, calls=5, dead_letters=letters))
        past = History(lambda: sample(view, NOTHING))
        past.sample()
        await asyncio.sleep(60.0)

        found = page(replace(from_there, history=past)).series

        assert [(each.title, each.points) for each in found] == [
            ("Outcomes a minute", ((0.0, 10.0),)),
            ("Oldest open record", ((60.0, 0.0), (0.0, 0.0))),
            ("Calls a minute", ((0.0, 5.0),)),
            ("Dead letters a minute", ((0.0, 3.0),)),
        ]
        assert {each.limit for each in found} == {None}

    virtual_time.run(main())


def test_a_process_that_hangs_says_so_above_all() -> None:
    def test(loop: asyncio.AbstractEventLoop) -> None:
        found = page(shown(seen(loop, a_status(polled=LIMITS.poll + 1))))

        assert found.headline.sentence.startswith("It hangs: no poll for")

    on_a_loop(test)
