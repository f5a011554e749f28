"""At the end of a storm it is waited for each record from its own writing on, and not from the end."""

import pytest

from tests.chaos.court import is_settled
from tests.chaos.load import Counts
from tests.chaos.test_court import ALL, NOT_ALL, RUN, Witnessed
from tests.end_to_end.a_run import TIMESTAMP
from tests.end_to_end.truth import Given


class FakeLog:
    """All is written; so much of it is settled."""

    def __init__(self, settled: Counts) -> None:
        self._settled = settled

    def write(self, given: Given) -> None:
        raise NotImplementedError(given)

    def written(self) -> Counts:
        return ALL

    def settled(self) -> Counts:
        return self._settled


def test_at_the_end_each_record_may_wait_from_its_own_writing_on() -> None:
    written, part, whole = TIMESTAMP / 1000, FakeLog(NOT_ALL), FakeLog(ALL)

    assert not is_settled(part, Witnessed(RUN), now=written + 419, within=420)
    assert is_settled(whole, Witnessed(RUN), now=written + 421, within=420)
    with pytest.raises(TimeoutError, match=r"'returns', 0, 4.*: not settled 420 s"):
        is_settled(part, Witnessed(RUN), now=written + 421, within=420)
