"""The whole flow, given records and answers that are broken as in the field: each record has its end, once."""

import itertools
from collections import Counter

import pytest

from consumer.core.model import Record
from consumer.core.outcome import OutcomeStatus
from consumer.ports import Call, Response
from tests.core.vendor_answers import shape_b
from tests.flow import virtual_time
from tests.flow.a_world import a_flow
from tests.flow.fakes import EARNS, RETURNS, FakeVendor
from tests.flow.fakes import answer as an_answer
from tests.flow.parts import Codec, Options
from tests.flow.records import record
from tests.fuzz.floods import flooded
from tests.fuzz.messages import ANSWERS, as_json
from tests.fuzz.mutations import Mutator
from tests.fuzz.test_answers import STATUSES
from tests.fuzz.test_records import CODEC, EARN_DECODER, MESSAGES, RETURN_DECODER, a_return, an_earn

RECORDS = 1500
"""Of each topic."""
DAYS = 20 * 24 * 3600.0
OPTIONS = Options(flood_ratio=1.0, codec=Codec(returns=RETURN_DECODER, earns=EARN_DECODER, encoder=CODEC))


def records(seed: int) -> list[Record]:
    """Of both topics in turn; some have no value."""
    returns, earns = Mutator(seed, MESSAGES[a_return]), Mutator(seed, MESSAGES[an_earn])
    return [
        record(number, None if number % 97 == 0 else each.message(), topic=topic, headers=flooded(number))
        for number in range(RECORDS)
        for each, topic in ((earns, EARNS), (returns, RETURNS))
    ]


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


@pytest.mark.parametrize("seed", range(2))
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
