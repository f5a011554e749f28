"""Where the structure matters, hypothesis builds it: records by their schemas, and answers of odd JSON."""

import re
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumer.core.outcome import OutcomeStatus
from tests.core.test_judge_properties import bodies, statuses
from tests.docs.page import ROOT
from tests.fuzz.messages import EARN, EARNS, RETURN, RETURNS
from tests.fuzz.shapes import messages
from tests.fuzz.test_answers import JUDGED, judged_as
from tests.fuzz.test_records import EARN_INPUTS, RETURN_INPUTS, Read, a_return, all_of, an_earn
from tests.fuzz.watch import not_hanging

SHAPED = 1500
"""Of each kind."""
always_the_same = settings(
    max_examples=SHAPED,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
RECORDS: Mapping[Read, st.SearchStrategy[bytes]] = {
    a_return: messages(RETURN, RETURNS),
    an_earn: messages(EARN, EARNS),
}


@pytest.mark.parametrize(
    ("became", "good", "bad"), [(a_return, "return", OutcomeStatus.INVALID), (an_earn, "event", "dead letter")]
)
def test_every_record_of_its_schema_is_read_or_has_its_outcome(became: Read, good: str, bad: str) -> None:
    counted = Counter[str]()

    @always_the_same
    @given(RECORDS[became])
    def one(value: bytes) -> None:
        counted.update(all_of([value], became))

    one()
    assert counted.total() >= SHAPED
    assert counted.keys() == {good, bad}
    assert min(counted.values()) > SHAPED // 10


def test_every_answer_of_odd_json_is_judged_and_loses_no_earn() -> None:
    counted = Counter[str]()

    @always_the_same
    @given(statuses, bodies)
    def one(status: int, body: bytes) -> None:
        with not_hanging() as begin:
            begin()
            counted[judged_as(status, body)] += 1

    one()
    assert counted.total() >= SHAPED
    assert counted.keys() == {"Answered", "Transient", "Credentials"}


def test_as_many_inputs_are_tried_as_the_readme_says() -> None:
    said = re.search(r"more than ([\d,]+) records and answers", (ROOT / "README.md").read_text("utf-8"))

    assert said is not None
    assert RETURN_INPUTS + EARN_INPUTS + JUDGED + 3 * SHAPED > int(said[1].replace(",", "")) >= 100_000
