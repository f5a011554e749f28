"""Records that cannot be read, or not yet: the registry's silence holds, what it does not know is set aside."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from consumer.core.model import Record
from consumer.core.outcome import OutcomeStatus
from consumer.core.retry import RetryPolicy
from consumer.flow.intake import LARGEST_BATCH
from consumer.flow.reader import MOST_UNKNOWN, UNKNOWN_FOR, Reader
from consumer.ports import Partition, Unavailable
from tests.flow import virtual_time
from tests.flow.a_world import Flow, a_flow
from tests.flow.fakes import EARNS, RETURNS, FakeVendor, PickleDecoder, Silence
from tests.flow.parts import Options
from tests.flow.records import earn_fields, earned, record, return_fields, returned


def needing(number: int, offset: int, topic: str = RETURNS, epoch: int = 1) -> Record:
    plain = record(offset, earn_fields() if topic == EARNS else return_fields(), topic=topic, epoch=epoch)
    return replace(plain, value=b"schema %d " % number + (plain.value or b""))


def away_until(seconds: float) -> Callable[[int], bool]:
    def answers(_: int) -> bool:
        if asyncio.get_running_loop().time() < seconds:
            raise Unavailable("connect", sent=False)
        return True

    return answers


def known_from(seconds: float) -> Callable[[int], bool]:
    return lambda _: asyncio.get_running_loop().time() >= seconds


def flow_with(answers: Callable[[int], bool], options: Options | None = None) -> Flow:
    flow = a_flow(FakeVendor(), options)
    flow.decoder.answers = answers
    return flow


def test_a_registry_that_does_not_answer_holds_the_line_and_nothing_is_set_aside() -> None:
    async def main() -> None:
        flow = flow_with(away_until(3000.0))
        flow.receive(needing(1, 0), returned(1, "r2"))
        await asyncio.sleep(2900.0)
        assert not flow.published.completions
        await flow.rest()

        assert [outcome.status for outcome in flow.published.outcomes] == [OutcomeStatus.NOTHING_TO_REVOKE] * 2
        assert ("registry_unavailable", {"reason": "connect", "attempt": 1}) in flow.telemetry.events

    virtual_time.run(main())


def test_an_id_that_a_producer_has_just_registered_is_waited_for() -> None:
    async def main() -> None:
        flow = flow_with(known_from(50.0))
        flow.receive(needing(1, 0))
        await flow.rest()

        assert flow.published.of(0).status is OutcomeStatus.NOTHING_TO_REVOKE

    virtual_time.run(main())


def test_an_id_that_stays_unknown_for_a_minute_is_undecodable_and_each_further_batch_asks_once_more() -> None:
    async def main() -> None:
        flow = flow_with(lambda _: False)
        flow.receive(needing(1, 0))
        await asyncio.sleep(UNKNOWN_FOR - 1.0)
        assert not flow.published.completions
        await flow.rest()
        asked = len(flow.decoder.asked)
        flow.receive(needing(1, 1), needing(1, 2))
        await flow.rest(1.0)

        assert [outcome.status for outcome in flow.published.outcomes] == [OutcomeStatus.INVALID] * 3
        assert [letter.dead_letter_reason for letter in flow.published.dead_letters] == ["undecodable"] * 3
        assert len(flow.decoder.asked) == asked + 1

    virtual_time.run(main())


def test_ids_that_stay_unknown_are_waited_for_together() -> None:
    async def main() -> None:
        flow = flow_with(lambda _: False, Options(flood_ratio=1.0))
        flow.receive(*[needing(number, number) for number in range(LARGEST_BATCH - 1)], returned(LARGEST_BATCH, "good"))
        await flow.rest(UNKNOWN_FOR + 10.0)

        assert flow.published.of(LARGEST_BATCH).status is OutcomeStatus.NOTHING_TO_REVOKE
        assert len(flow.published.dead_letters) == LARGEST_BATCH - 1

    virtual_time.run(main())


def test_what_can_be_read_in_a_batch_keeps_its_place_behind_what_cannot_yet() -> None:
    async def main() -> None:
        flow = flow_with(known_from(50.0))
        flow.receive(returned(0, "r0"), needing(1, 1), returned(2, "r2"), needing(2, 3))
        await flow.rest()

        assert [each.record.source.offset for each in flow.published.completions] == [0, 1, 2, 3]

    virtual_time.run(main())


def test_a_minute_of_silence_is_no_minute_of_not_knowing() -> None:
    async def main() -> None:
        flow = flow_with(away_until(500.0))
        flow.receive(needing(1, 0))
        await flow.rest()

        assert not flow.published.dead_letters

    virtual_time.run(main())


@pytest.mark.parametrize("topic", [RETURNS, EARNS])
def test_a_record_that_goes_elsewhere_while_the_registry_is_away_is_not_judged(topic: str) -> None:
    async def main() -> None:
        flow = flow_with(away_until(3000.0))
        flow.receive(needing(1, 0, topic))
        await asyncio.sleep(100.0)
        flow.inflow.revoked([Partition(topic, 0)])
        await flow.rest()

        assert not flow.published.completions

    virtual_time.run(main())


def test_a_record_that_comes_back_after_that_is_read_when_the_registry_is_back() -> None:
    async def main() -> None:
        flow = flow_with(away_until(3000.0))
        flow.receive(needing(1, 0))
        await asyncio.sleep(100.0)
        flow.inflow.revoked([Partition(RETURNS, 0)])
        flow.inflow.assigned({Partition(RETURNS, 0): 2})
        flow.receive(needing(1, 0, epoch=2))
        await flow.rest()

        assert flow.published.of(0).status is OutcomeStatus.NOTHING_TO_REVOKE

    virtual_time.run(main())


def test_what_is_read_behind_a_record_that_went_elsewhere_unread_is_not_opened_in_its_stead() -> None:
    async def main() -> None:
        flow = flow_with(away_until(3000.0))
        flow.receive(needing(1, 0), record(1, return_fields()))
        await asyncio.sleep(100.0)
        flow.inflow.revoked([Partition(RETURNS, 0)])
        await asyncio.sleep(3000.0)
        flow.inflow.assigned({Partition(RETURNS, 0): 2})
        flow.receive(needing(1, 0, epoch=2), record(1, return_fields(), epoch=2))
        await flow.rest()

        assert flow.published.of(0).status is OutcomeStatus.NOTHING_TO_REVOKE
        assert flow.published.of(1).status is OutcomeStatus.DUPLICATE

    virtual_time.run(main())


def test_the_ids_that_stayed_unknown_are_kept_within_bounds() -> None:
    async def main() -> None:
        decoder = PickleDecoder()
        retry = RetryPolicy(initial=0.5, max=60.0, give_up_after=3600.0)
        reader = Reader(decoder, retry, Silence(), lambda: 0.5)
        await asyncio.gather(
            *[reader.fields([needing(number, 0)], lambda _: True) for number in range(MOST_UNKNOWN + 1)]
        )

        assert len(reader._unknown) <= MOST_UNKNOWN

    virtual_time.run(main())


@pytest.mark.parametrize(
    ("value", "reason"), [(None, "tombstone"), (b"garbage", "undecodable"), (earn_fields(earn_id=""), "invalid")]
)
def test_an_earn_record_that_cannot_be_read_is_set_aside_without_an_outcome(
    value: Mapping[str, object] | bytes | None, reason: str
) -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        flow.receive(record(0, value, topic=EARNS), earned(1))
        await flow.rest()

        (letter,) = flow.published.dead_letters
        assert letter.outcome is None
        assert letter.dead_letter_reason == reason
        assert len(flow.published.completions) == 2

    virtual_time.run(main())


def test_an_id_that_the_registry_learns_after_its_minute_is_read_from_then_on() -> None:
    async def main() -> None:
        flow = flow_with(known_from(UNKNOWN_FOR + 100.0))
        flow.receive(needing(1, 0))
        await flow.rest()
        await asyncio.sleep(UNKNOWN_FOR + 200.0)
        flow.receive(needing(1, 1))
        await flow.rest()

        assert flow.published.of(0).status is OutcomeStatus.INVALID
        assert flow.published.of(1).status is OutcomeStatus.NOTHING_TO_REVOKE

    virtual_time.run(main())


def test_a_registry_that_falls_silent_after_it_did_not_know_an_id_holds_the_line() -> None:
    async def main() -> None:
        asked = 0

        def once_then_silent(_: int) -> bool:
            nonlocal asked
            asked += 1
            if asked > 1:
                raise Unavailable("registry")
            return False

        flow = flow_with(once_then_silent)
        flow.receive(needing(1, 0))
        await flow.rest(10 * UNKNOWN_FOR)

        assert not flow.published.completions

    virtual_time.run(main())
