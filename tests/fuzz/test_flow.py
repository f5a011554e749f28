"""The whole flow, given records and answers that are broken as in the field: each record has its end, once."""

import gc
import itertools
from collections import Counter
from dataclasses import replace

import pytest

from consumer.core.model import Record
from consumer.core.outcome import OutcomeStatus
from consumer.ports import Call, Completion, Response
from tests.core.vendor_answers import shape_b
from tests.flow import virtual_time
from tests.flow.a_world import Flow, a_flow
from tests.flow.fakes import EARNS, RETURNS, FakeVendor
from tests.flow.fakes import answer as an_answer
from tests.flow.parts import Codec, Options
from tests.flow.records import record
from tests.fuzz.floods import flooded
from tests.fuzz.messages import ANSWERS, as_json, unseen
from tests.fuzz.mutations import Mutator
from tests.fuzz.test_answers import STATUSES
from tests.fuzz.test_records import CODEC, EARN_DECODER, MESSAGES, RETURN_DECODER, UNSEEN, a_return, an_earn

RECORDS = 1500
"""Of each topic, for each of the seeds: more than 100,000 in all."""
SEEDS = 34
DAYS = 20 * 24 * 3600.0
OPTIONS = Options(flood_ratio=1.0, codec=Codec(returns=RETURN_DECODER, earns=EARN_DECODER, encoder=CODEC))


def records(seed: int) -> list[Record]:
    """Of both topics in turn; some have no value, and of some a return and its earn may both be whole."""
    mutators = {EARNS: Mutator(seed, MESSAGES[an_earn]), RETURNS: Mutator(seed, MESSAGES[a_return])}
    whole = {topic: unseen_records(topic, RECORDS) for topic in mutators}

    def one(number: int, topic: str) -> Record:
        if number % 10 == 0:
            return whole[topic][number]
        value = None if number % 97 == 0 else mutators[topic].message()
        return record(number, value, topic=topic, headers=flooded(number))

    return [one(number, topic) for number in range(RECORDS) for topic in mutators]


def unseen_records(topic: str, many: int) -> list[Record]:
    """Of three kinds, as `unseen` has them; many a return has its earn at the same place of the other topic."""
    values = unseen(1, UNSEEN[an_earn if topic == EARNS else a_return], many)
    return [record(number, each, topic=topic, headers=flooded(number)) for number, each in enumerate(values)]


def a_mad_vendor(seed: int) -> FakeVendor:
    """Two answers of three are broken, the third revokes all."""
    mutator, numbers = Mutator(seed, as_json(ANSWERS)), itertools.count()

    def answer(_: Call) -> Response:
        if next(numbers) % 3 == 0:
            return an_answer(200, shape_b())
        # Refused credentials would hold everybody until somebody mends them.
        status = mutator.chance.choice([each for each in STATUSES if each not in {401, 403, 498}])
        return Response(status=status, body=mutator.message(), retry_after=None, request_id=None)

    return FakeVendor(answers=answer, lists=answer)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_each_record_has_its_outcome_once_whatever_it_is_and_whatever_the_vendor_answers(seed: int) -> None:
    async def main() -> None:
        flow = a_flow(a_mad_vendor(seed), OPTIONS)
        flow.receive(*records(seed))
        await flow.rest(DAYS)

        ends = Counter(each.record.source for each in flow.published.completions)
        assert set(ends.values()) == {1}
        assert len(ends) == 2 * RECORDS
        outcomes = [each for each in flow.published.completions if each.outcome is not None]
        assert {each.record.source.offset for each in outcomes if each.record.source.topic == RETURNS} == set(
            range(RECORDS)
        )
        invalid = [each for each in outcomes if each.status is OutcomeStatus.INVALID]
        assert len(invalid) > RECORDS // 10
        assert all(each.dead_letter is not None for each in invalid)
        assert flow.vendor.calls

    virtual_time.run(main())


def alive() -> Counter[str]:
    """How many there are of each of the flow's own classes, of records, and of what is published of them."""
    gc.collect()
    kinds = Counter(type(each) for each in gc.get_objects())
    return Counter(
        {
            kind.__name__: count
            for kind, count in kinds.items()
            if kind in {Record, Completion} or str(kind.__module__).startswith("consumer.flow.")
        }
    )


def forget(flow: Flow) -> None:
    """Empty what the fakes around it remember."""
    flow.published.completions.clear()
    flow.vendor.calls.clear()
    flow.vendor.listings.clear()


def test_nothing_of_a_record_stays_in_memory_once_it_has_its_outcome() -> None:
    async def main() -> None:
        flow = a_flow(a_mad_vendor(0), replace(OPTIONS, max_earns_per_call=1))
        before = alive()
        earns, returns = unseen_records(EARNS, 100), unseen_records(RETURNS, 100)
        for some in (earns[:150], returns, earns[150:]):
            flow.receive(*some)
            await flow.rest(DAYS)
        assert len(flow.published.completions) == len(earns) + len(returns)
        assert len(flow.vendor.calls) > 20

        forget(flow)
        del some, earns, returns

        assert alive() - before == Counter()

    virtual_time.run(main())
