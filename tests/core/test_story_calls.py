"""The calls of a story, in the order of time and in words."""

from typing import Any

import pytest

from consumer.core.model import EarnId, EventId, Millis
from consumer.core.story import Kind, ToldCall, happenings
from consumer.core.story_calls import ASKED
from consumer.core.story_words import details, headline
from consumer.core.vendor_call import LOST, CallKind
from tests.builders import RETURNED_AT, a_call, an_earn, an_outcome
from tests.core.test_story import an_account, told_earn, told_return

ARRIVED_AT = Millis(RETURNED_AT + 10)
CALLED_AT = Millis(RETURNED_AT + 15)
DECIDED_AT = Millis(RETURNED_AT + 20)
TWELVE = tuple(EarnId(f"e{n}") for n in range(12))


def words(**changes: Any) -> str:
    told = told_return(an_outcome(), calls=(a_call(at=CALLED_AT, **changes),))
    return next(headline(it, an_account(told)) for it in happenings(an_account(told)) if it.kind is Kind.CALLED)


def test_calls_stand_between_the_arrival_and_the_decision() -> None:
    again = a_call(at=Millis(CALLED_AT + 1))
    told = told_return(an_outcome(decided_at=DECIDED_AT), calls=(a_call(at=ARRIVED_AT), again), opened_at=ARRIVED_AT)

    found = happenings(an_account(told))

    assert [each.kind for each in found] == [Kind.RETURNED, Kind.ARRIVED, Kind.CALLED, Kind.CALLED, Kind.DECIDED]
    assert found[3].what == ToldCall(event_id=EventId("r1"), call=again)
    assert details(found[3]) == ()


def test_a_call_for_several_late_earns_of_one_record_is_told_once_and_so_is_what_it_led_to() -> None:
    late = an_outcome(decided_at=DECIDED_AT)
    earns = [told_earn(an_earn(each), late=late, late_calls=(a_call(at=CALLED_AT),)) for each in ("e1", "e2")]

    kinds = [each.kind for each in happenings(an_account(*earns))]

    assert kinds == [Kind.EARNED, Kind.EARNED, Kind.CALLED, Kind.DECIDED_LATE]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "the vendor was asked to take back e1: it answered HTTP 200, request id req-1."),
        ({"end": "400", "codes": (729, 731)}, "e1: it answered HTTP 400 with the code 729, 731, request id req-1."),
        ({"request_id": None}, "it answered HTTP 200, without a request id."),
        ({"of": 3}, "asked to take back e1 (with 2 of other returns): it"),
        ({"end": "timeout", "request_id": None}, "e1: no answer came in time."),
        ({"end": "network", "request_id": None}, "e1: the connection broke before an answer."),
        ({"end": "stranger", "request_id": None}, "e1: no answer came (stranger)."),
        ({"kind": CallKind.LISTING}, "the vendor was asked whether the customer still has e1: it answered HTTP 200,"),
        ({"end": LOST, "request_id": None}, "may have been asked before this to take back e1: the service was interr"),
        ({"earns": TWELVE, "of": 12}, "to take back e0, e1, e2, e3, e4, e5, e6, e7, e8, e9 and 2 more: it"),
    ],
)
def test_a_call_is_told_in_words(changes: dict[str, Any], said: str) -> None:
    told = words(**changes)

    assert told.startswith("For the return r1, ")
    assert said in told


def test_of_a_lost_call_is_said_what_is_true_before_and_after_the_decision() -> None:
    told = words(end=LOST, request_id=None)

    assert told.endswith("no more is known. What was asked after that was asked knowing that this may be done already.")


def test_there_are_words_for_every_kind_of_call() -> None:
    assert set(ASKED) == set(CallKind)
