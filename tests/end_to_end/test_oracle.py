"""The oracle accepts a right run and tells each way in which one can be wrong."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.end_to_end.a_run import DECIDED, WALL, a_call, a_run, a_verdict, spoiled
from tests.end_to_end.case import verdicts_of
from tests.end_to_end.oracle import complaints
from tests.end_to_end.truth import Evidence, Spell, Stumble

Spoil = Callable[[Evidence], Evidence]


def with_calls(evidence: Evidence, *more: str, killed_at: float | None = None) -> Evidence:
    again = tuple(a_call(f"req-{9 + number}", earn_id, 20.0 + 2 * number) for number, earn_id in enumerate(more))
    vendor = replace(evidence.vendor, calls=(*evidence.vendor.calls, *again))
    return replace(evidence, vendor=vendor, kills=() if killed_at is None else (killed_at,))


def with_calls_between(evidence: Evidence) -> Evidence:
    """Two more calls for e4, so that e1's is the last but three; no answer came to them."""
    unclear = [replace(a_call(f"req-0{at}", "e4", at), told={"e4": "unclear"}) for at in (2.0, 3.5)]
    return replace(evidence, vendor=replace(evidence.vendor, calls=(*evidence.vendor.calls, *unclear)))


def gone(evidence: Evidence) -> Evidence:
    """e1 is told as revoked by nobody knows whom."""
    _, kept = verdicts_of(evidence.outcomes[0])
    return spoiled(evidence, 0, verdicts=[a_verdict("e1", "ALREADY_REVOKED"), kept])


def revoked(evidence: Evidence, *earn_ids: str) -> Evidence:
    return replace(evidence, vendor=replace(evidence.vendor, revoked_by_us=frozenset(earn_ids)))


def swapped(evidence: Evidence) -> Evidence:
    first, second, *rest = evidence.outcomes
    return replace(evidence, outcomes=(replace(first, offset=1), replace(second, offset=0), *rest))


def other_letter_header(evidence: Evidence, name: str, value: bytes) -> Evidence:
    first, *rest = evidence.letters
    headers = tuple((each, value if each == name else text) for each, text in first.headers)
    return replace(evidence, letters=(replace(first, headers=headers), *rest))


WRONG: dict[str, tuple[Spoil, str]] = {
    "an outcome is lost": (lambda run: replace(run, outcomes=run.outcomes[1:]), "0 outcomes"),
    "an outcome appears twice": (lambda run: replace(run, outcomes=(*run.outcomes, run.outcomes[2])), "2 outcomes"),
    "a late outcome is lost": (lambda run: replace(run, outcomes=run.outcomes[:-1]), "no late outcome"),
    "the duplicate counts too": (lambda run: spoiled(run, 1, status="REVOKED"), "should be 'DUPLICATE'"),
    "the copy counts instead": (lambda run: spoiled(run, 0, status="DUPLICATE"), "0 of 2 copies"),
    "a wrong status": (lambda run: spoiled(run, 0, status="REVOKED"), "status"),
    "an earn is forgotten": (lambda run: spoiled(run, 0, verdicts=[a_verdict("e1", "REVOKED")]), "no verdict for e2"),
    "a kept earn is taken": (lambda run: spoiled(run, 2, verdicts=[a_verdict("e3", "REVOKED")]), "legal"),
    "another reason for keeping": (
        lambda run: spoiled(run, 2, verdicts=[a_verdict("e3", "KEPT_BY_POLICY", message="too-old")]),
        "kept as too-old",
    ),
    "a foreign earn": (lambda run: spoiled(run, 4, verdicts=[a_verdict("e1", "REVOKED")]), "not of this purchase"),
    "a verdict before its earn is told": (
        lambda run: spoiled(run, 4, verdicts=[a_verdict("e4", "REVOKED")]),
        "nobody told yet",
    ),
    "REVOKED twice": (lambda run: spoiled(run, 4, verdicts=[a_verdict("e4", "REVOKED")]), "e4: REVOKED in"),
    "gone without anybody's doing": (
        lambda run: spoiled(run, 5, verdicts=[a_verdict("e4", "ALREADY_REVOKED")]),
        "nobody revoked it",
    ),
    "another return's late outcome": (lambda run: spoiled(run, 5, event_id="r1"), "event_id"),
    "wrong error codes": (lambda run: spoiled(run, 0, error_codes=[]), "error_codes"),
    "attempts of nobody": (lambda run: spoiled(run, 2, attempts=1), "1 attempts"),
    "no attempts": (lambda run: spoiled(run, 5, attempts=0, request_ids=[]), "no attempts"),
    "no time": (lambda run: spoiled(run, 0, decided_at=None), "no decided_at"),
    "a foreign request id": (lambda run: spoiled(run, 0, request_ids=["req-2"]), "request ids of other calls"),
    "one outcome id for two": (lambda run: spoiled(run, 1, outcome_id="returns-0"), "outcome_id"),
    "a wrong bill": (lambda run: spoiled(run, 1, bill_numbers=[]), "bill_numbers"),
    "outcomes out of order": (swapped, "after the outcome of offset"),
    "a dead letter is lost": (lambda run: replace(run, letters=run.letters[1:]), "0 dead letters"),
    "a dead letter appears twice": (
        lambda run: replace(run, letters=(*run.letters, run.letters[0])),
        "2 dead letters",
    ),
    "a dead letter without need": (lambda run: spoiled(run, 3, dead_lettered=False), "nothing asks for"),
    "a wrong dead-letter reason": (lambda run: other_letter_header(run, "dlt-reason", b"731"), "dlt-reason"),
    "a changed source header": (lambda run: other_letter_header(run, "till", b"8"), "headers changed"),
    "other failures": (lambda run: other_letter_header(run, "dlt-failures", b"[]"), "dlt-failures"),
    "an earn is not revoked": (lambda run: revoked(run, "e4"), "should be revoked"),
    "an earn too many is revoked": (lambda run: revoked(run, "e1", "e3", "e4"), "nothing asks for it"),
    "a call is repeated": (lambda run: with_calls(run, "e1"), "repeats"),
    "a call is repeated before any kill": (lambda run: with_calls(run, "e1", killed_at=25.0), "repeats"),
    "a call long before a kill is repeated": (
        lambda run: with_calls(with_calls_between(run), "e1", killed_at=7.0),
        "e1: req-9 repeats req-1",
    ),
    "an earn whose call was long before a kill is found gone": (
        lambda run: gone(with_calls(with_calls_between(run), "e1", killed_at=7.0)),
        "nobody revoked it",
    ),
    "an earn is found gone after a kill without a repeat": (
        lambda run: gone(replace(run, kills=(1.5,))),
        "nobody revoked it",
    ),
    "more calls are repeated than there are slots": (
        lambda run: with_calls(run, "e1", "e4", killed_at=7.0),
        "2 calls are repeated",
    ),
    "a kept earn is asked for": (lambda run: with_calls(run, "e3"), "which no return takes"),
    "a POS earn is asked for": (lambda run: with_calls(run, "e2"), "asked for e2"),
    "two calls at once": (
        lambda run: replace(run, vendor=replace(run.vendor, calls=(*run.vendor.calls, a_call("r", "e4", 1.5)))),
        "overlap",
    ),
}


def test_a_right_run_is_accepted() -> None:
    assert complaints(a_run()) == []


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_run_is_told(name: str) -> None:
    spoil, words = WRONG[name]

    told = complaints(spoil(a_run()))

    assert any(words in complaint for complaint in told), told


@pytest.mark.parametrize(("earn_id", "overlaps"), [("e4", False), ("e1", True)])
def test_calls_of_two_instances_may_overlap_where_the_records_are_in_two_partitions(
    earn_id: str, *, overlaps: bool
) -> None:
    run = a_run()
    calls = (a_call("req-1", "e1", 1.0), a_call("req-2", earn_id, 1.5))

    told = complaints(replace(run, vendor=replace(run.vendor, calls=calls), side_by_side=True))

    assert any("overlap" in complaint for complaint in told) == overlaps


@pytest.mark.parametrize(("caller", "overlaps"), [("one", True), ("two", False)])
@pytest.mark.parametrize("stumbles", [(), (Stumble(caller="one", began=0.0, ended=9.0),)])
def test_calls_of_one_process_may_not_overlap_wherever_the_records_are(
    caller: str, stumbles: tuple[Stumble, ...], *, overlaps: bool
) -> None:
    run = a_run()
    calls = (
        replace(a_call("req-1", "e1", 1.0), caller="one"),
        replace(a_call("req-2", "e4", 1.5), caller=caller),
    )

    told = complaints(replace(run, vendor=replace(run.vendor, calls=calls), side_by_side=True, stumbles=stumbles))

    assert any("overlap" in complaint for complaint in told) == overlaps


def test_a_call_that_began_before_others_is_not_all_that_may_overlap() -> None:
    run = a_run()
    long, short, other = (
        replace(a_call(f"req-{at}", earn_id, 1.0 + at / 10), ended=ended, caller=caller)
        for at, (earn_id, ended, caller) in enumerate([("e1", 9.0, "one"), ("e4", 3.0, "two"), ("e4", 4.0, "two")])
    )

    told = complaints(replace(run, vendor=replace(run.vendor, calls=(long, short, other)), side_by_side=True))

    assert [complaint for complaint in told if "overlap" in complaint] == [
        "req-2 and req-1 are of one customer and overlap"
    ]


@pytest.mark.parametrize(("seconds", "accepted"), [(-2.0, False), (-0.5, True), (DECIDED + 0.9, True), (103.0, False)])
def test_an_outcome_is_decided_between_its_record_and_its_own_writing(seconds: float, *, accepted: bool) -> None:
    told = complaints(spoiled(a_run(), 0, decided_at=datetime.fromtimestamp(WALL + seconds, UTC)))

    assert any("decided_at" in complaint for complaint in told) != accepted


@pytest.mark.parametrize("killed_at", [1.5, 2.5, 4.5])
def test_a_call_under_way_or_just_answered_at_a_kill_may_be_repeated_and_then_found_gone(killed_at: float) -> None:
    killed = with_calls(with_calls_between(a_run()), "e1", killed_at=killed_at)

    assert complaints(killed) == []
    assert complaints(gone(killed)) == []


OPEN: Mapping[str, tuple[Spell, bool]] = {
    "before the record was written": (Spell(began=-9.0, ended=-2.0), False),
    "while the record was open": (Spell(began=40.0, ended=40.0), True),
    "after its outcome": (Spell(began=DECIDED + 2, ended=DECIDED + 9), False),
}


@pytest.mark.parametrize("when", OPEN)
def test_attempts_are_excused_only_by_what_happened_while_their_record_was_open(when: str) -> None:
    spell, excused = OPEN[when]
    died = Stumble(caller="two", began=spell.began, ended=spell.ended)

    never_came = complaints(replace(spoiled(a_run(), 2, attempts=1), swallowed=(spell,)))
    forgotten = complaints(replace(spoiled(a_run(), 5, attempts=0, request_ids=[]), stumbles=(died,)))

    assert any("1 attempts" in wrong for wrong in never_came) != excused
    assert any("no attempts" in wrong for wrong in forgotten) != excused
