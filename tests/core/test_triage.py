"""One remedy for each Kafka error."""

import pytest

from consumer.core.triage import FENCED, PASSING, STALE_MEMBER, Call, Failure, Remedy, triage

INSIDE = [Call.BEGIN, Call.PRODUCE, Call.OFFSETS, Call.COMMIT]


@pytest.mark.parametrize("code", sorted(FENCED))
@pytest.mark.parametrize("call", list(Call))
@pytest.mark.parametrize("retriable", [False, True])
def test_a_fenced_one_stops_whatever_its_flags_say(code: str, call: Call, *, retriable: bool) -> None:
    failure = Failure(code=code, retriable=retriable, requires_abort=True)

    assert triage(failure, call, expired=False) is Remedy.STOP


@pytest.mark.parametrize("call", list(Call))
def test_a_fatal_error_stops(call: Call) -> None:
    failure = Failure(code="_TIMED_OUT", fatal=True, retriable=True, requires_abort=True)

    assert triage(failure, call, expired=False) is Remedy.STOP


@pytest.mark.parametrize("call", INSIDE)
def test_what_asks_for_an_abort_gets_it(call: Call) -> None:
    assert triage(Failure(code="INVALID_MSG", requires_abort=True), call, expired=False) is Remedy.ABORT


@pytest.mark.parametrize("code", sorted(STALE_MEMBER))
def test_a_stale_member_aborts_even_without_the_flag(code: str) -> None:
    assert triage(Failure(code=code), Call.OFFSETS, expired=False) is Remedy.ABORT


@pytest.mark.parametrize("call", [call for call in Call if call is not Call.POLL])
@pytest.mark.parametrize("failure", [Failure(code="X", retriable=True), *(Failure(code=code) for code in PASSING)])
def test_what_passes_is_asked_again_before_its_deadline(failure: Failure, call: Call) -> None:
    assert triage(failure, call, expired=False) is Remedy.RETRY


@pytest.mark.parametrize(
    ("call", "remedy"),
    [
        (Call.READ, Remedy.STOP),
        (Call.INIT, Remedy.STOP),
        (Call.BEGIN, Remedy.STOP),
        (Call.PRODUCE, Remedy.ABORT),
        (Call.OFFSETS, Remedy.ABORT),
        (Call.COMMIT, Remedy.STOP),
        (Call.ABORT, Remedy.STOP),
    ],
)
def test_after_its_deadline_only_what_surely_did_not_happen_is_aborted(call: Call, remedy: Remedy) -> None:
    assert triage(Failure(code="_TIMED_OUT", retriable=True), call, expired=True) is remedy


@pytest.mark.parametrize("call", [call for call in Call if call is not Call.POLL])
def test_an_error_nobody_foresaw_stops(call: Call) -> None:
    assert triage(Failure(code="TRANSACTIONAL_ID_AUTHORIZATION_FAILED"), call, expired=False) is Remedy.STOP


def test_an_abort_that_asks_for_an_abort_stops() -> None:
    assert triage(Failure(code="_STATE", requires_abort=True), Call.ABORT, expired=False) is Remedy.STOP


def test_an_error_among_the_records_is_waited_out() -> None:
    assert triage(Failure(code="TOPIC_AUTHORIZATION_FAILED"), Call.POLL, expired=True) is Remedy.RETRY
