"""The oracle allows what nobody could know, and no more: after a kill, a loss, a request that never arrived."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.end_to_end.a_run import (
    CUSTOMER,
    DECIDED,
    TIMESTAMP,
    WALL,
    a_call,
    a_run,
    a_verdict,
    an_earn,
    an_outcome,
    returned,
    spoiled,
)
from tests.end_to_end.case import Case, verdicts_of
from tests.end_to_end.oracle import complaints
from tests.end_to_end.truth import AtTheVendor, Evidence, Spell, Stumble, Told, VendorCall
from tests.end_to_end.verdicts import ALREADY_REVOKED, if_taken

GONE = an_earn("e1", "B1", state="revoked")
"""As the run would have it if somebody else had revoked it before."""


@pytest.mark.parametrize(("asked_last", "in_doubt"), [(("b", "c"), True), (("d",), False)])
def test_a_failure_is_in_doubt_while_its_request_has_a_further_step(
    asked_last: tuple[str, ...], *, in_doubt: bool
) -> None:
    whole = VendorCall(
        request_id="whole",
        customer_id=CUSTOMER,
        earn_ids=("a", "b", "c"),
        started=1.0,
        ended=2.0,
        told={"a": "failed", "b": "unclear", "c": "unclear"},
        status=200,
    )
    others = [replace(whole, request_id=f"r{at}", customer_id=8, started=at, ended=at + 1) for at in (2.0, 3.0)]
    last = replace(whole, request_id="last", earn_ids=asked_last, started=4.0, ended=5.0)
    again = replace(whole, request_id="again", earn_ids=("a",), started=9.0)
    calls = (whole, *others, last, again)
    case = Case(replace(a_run(), vendor=AtTheVendor(revoked_by_us=frozenset(), calls=calls), kills=(4.5,)))

    assert (case.lost_by("a", whole, again) is not None) == in_doubt


@pytest.mark.parametrize(("killed_at", "doubtful"), [(0.5, True), (2.5, False)])
def test_a_kill_before_the_first_call_leaves_it_open_whose_revoke_it_was(killed_at: float, *, doubtful: bool) -> None:
    run = replace(a_run(), kills=(killed_at,))

    assert [call.started for call in run.vendor.calls if "e1" in call.earn_ids] == [1.0]
    assert (ALREADY_REVOKED in if_taken(Case(run), GONE, run.outcomes[0])) == doubtful


def by_another(evidence: Evidence, earn_id: str, started: float) -> Evidence:
    """The run of two instances, the second of which asks for an earn again."""
    first = tuple(replace(call, caller="one") for call in evidence.vendor.calls)
    again = replace(a_call("again", earn_id, started), caller="two")
    return replace(evidence, vendor=replace(evidence.vendor, calls=(*first, again)), side_by_side=True)


@pytest.mark.parametrize(("caller", "accepted"), [("one", True), ("two", False)])
def test_a_kill_leaves_in_doubt_only_the_calls_of_the_instance_that_died(caller: str, *, accepted: bool) -> None:
    died = Stumble(caller=caller, began=5.5, ended=5.5)

    told = complaints(replace(by_another(a_run(), "e4", 9.0), stumbles=(died,)))

    assert (told == []) == accepted


@pytest.mark.parametrize(("began", "ended", "accepted"), [(8.5, 9.5, True), (6.5, 8.5, False)])
def test_an_instance_that_does_not_know_what_it_lost_may_ask_again_until_it_does(
    began: float, ended: float, *, accepted: bool
) -> None:
    frozen = Stumble(caller="two", began=began, ended=ended)

    told = complaints(replace(by_another(a_run(), "e4", 9.0), stumbles=(frozen,)))

    assert (told == []) == accepted


@pytest.mark.parametrize(("ended", "accepted"), [(6.5, True), (30.0, False)])
def test_a_loss_that_is_not_known_excuses_no_answers_of_before_as_a_death_does(ended: float, *, accepted: bool) -> None:
    stumble = Stumble(caller="one", began=6.5, ended=ended)

    told = complaints(replace(by_another(a_run(), "e4", 9.0), stumbles=(stumble,)))

    assert (told == []) == accepted


@pytest.mark.parametrize(("later", "accepted"), [(1.0, True), (3.0, False)])
def test_a_frozen_instance_may_repeat_what_it_had_in_its_slots_and_what_another_asks_at_that_moment(
    later: float, *, accepted: bool
) -> None:
    """Of each of two calls that were answered it asks again, so much later; it had one slot."""
    frozen = Stumble(caller="two", began=0.0, ended=30.0)
    run = a_run()
    again = tuple(
        replace(a_call(f"again-{call.request_id}", earn_id, call.ended + later), caller="two")
        for call in run.vendor.calls
        for earn_id in call.earn_ids
    )
    calls = tuple(replace(call, caller="one") for call in run.vendor.calls)

    def told(*more: VendorCall) -> list[str]:
        vendor = replace(run.vendor, calls=(*calls, *more))
        return complaints(replace(run, vendor=vendor, side_by_side=True, stumbles=(frozen,)))

    assert told(again[0]) == told(again[1]) == []
    assert ([wrong for wrong in told(*again) if "2 calls are repeated because of what two lost" not in wrong]) == []
    assert (told(*again) == []) == accepted


@pytest.mark.parametrize("callers", [("one", "two"), ("one", "two", "two"), ("one", "two", "one")])
def test_of_an_owner_and_one_who_takes_a_record_for_his_each_may_be_refused_once(callers: tuple[str, ...]) -> None:
    calls = tuple(
        replace(a_call(f"by-{caller}-{at}", "e4", 5.0 + 3 * at), told={"e4": "failed"}, caller=caller)
        for at, caller in enumerate(callers)
    )
    run = replace(a_run(), vendor=AtTheVendor(revoked_by_us=frozenset(), calls=calls), side_by_side=True)
    frozen = Stumble(caller="two", began=7.0, ended=30.0)

    repeats = [complaint for complaint in complaints(replace(run, stumbles=(frozen,))) if "repeats" in complaint]

    assert len(repeats) == len(callers) - 2


@pytest.mark.parametrize(("began", "doubtful"), [(0.5, True), (2.5, False)])
def test_a_request_may_be_lost_on_its_way_before_the_first_that_arrives(began: float, *, doubtful: bool) -> None:
    run = replace(a_run(), swallowed=(Spell(began=began, ended=3.0),))

    assert (ALREADY_REVOKED in if_taken(Case(run), GONE, run.outcomes[0])) == doubtful


@pytest.mark.parametrize("swallowed", [(), (Spell(began=2.5, ended=3.0),)])
def test_a_request_may_be_lost_on_its_way_where_none_arrives(swallowed: tuple[Spell, ...]) -> None:
    run = replace(a_run(), swallowed=swallowed, vendor=AtTheVendor(revoked_by_us=frozenset(), calls=()))

    assert Case(run).may_be_taken_for_ours(GONE, run.outcomes[0]) == bool(swallowed)


def called_later(evidence: Evidence, started: float) -> Evidence:
    """The run in which e1 was asked for later."""
    first, *others = evidence.vendor.calls
    moved = replace(first, started=started, ended=started + 1)
    return replace(evidence, vendor=replace(evidence.vendor, calls=(moved, *others)))


ASKED = 50.0
ELSEWHEN: Mapping[str, tuple[Spell, bool]] = {
    "before the return was written": (Spell(began=-9.0, ended=-9.0), False),
    "until before the return was written": (Spell(began=-9.0, ended=-5.0), False),
    "before, and still when the return was written": (Spell(began=-9.0, ended=5.0), True),
    "while the return was open": (Spell(began=40.0, ended=40.0), True),
    "after its call": (Spell(began=ASKED + 5, ended=ASKED + 5), False),
    "after its outcome": (Spell(began=DECIDED + 1, ended=DECIDED + 1), False),
}


@pytest.mark.parametrize("when", ELSEWHEN)
def test_only_what_happened_while_a_return_of_the_earn_was_open_leaves_in_doubt_whose_revoke_it_was(when: str) -> None:
    doubt, doubtful = ELSEWHEN[when]
    run = called_later(a_run(), ASKED)
    stumble = Stumble(caller="two", began=doubt.began, ended=doubt.ended)

    for each in (replace(run, swallowed=(doubt,)), replace(run, stumbles=(stumble,))):
        assert Case(each).may_be_taken_for_ours(GONE, run.outcomes[0]) == doubtful


@pytest.mark.parametrize(("killed_at", "doubtful"), [(0.5, True), (5.0, False), (30.0, False), (55.0, True)])
def test_between_two_returns_of_an_earn_there_is_nothing_to_be_in_doubt_of(killed_at: float, *, doubtful: bool) -> None:
    """The first is decided after ten seconds, the second comes after fifty; each has its call."""
    run = spoiled(a_run(), 0, decided_at=datetime.fromtimestamp(WALL + 10, UTC))
    second = replace(returned("r9", "B1", 5), timestamp=TIMESTAMP + 50_000)
    outcome = an_outcome(second, 6, "FAILED", [a_verdict("e1", "NOT_VALID", 731)])
    calls = (*run.vendor.calls, a_call("for-r9", "e1", 60.0))
    both = replace(
        run,
        produced=(*run.produced, second),
        outcomes=(*run.outcomes, outcome),
        vendor=replace(run.vendor, calls=calls),
        stumbles=(Stumble(caller="another", began=killed_at, ended=killed_at),),
    )

    assert Case(both).may_be_taken_for_ours(GONE, outcome) == doubtful


def test_a_doubt_of_before_the_earn_was_told_is_none() -> None:
    run = replace(a_run(), kills=(3.0,))
    late = replace(run.produced[-1], timestamp=TIMESTAMP + 4_000)
    told_later = replace(run, produced=(*run.produced[:-1], late))
    earn = an_earn("e4", "B3", state="revoked")

    assert Case(run).may_be_taken_for_ours(earn, run.outcomes[5])
    assert not Case(told_later).may_be_taken_for_ours(earn, run.outcomes[5])


@pytest.mark.parametrize(("started", "excused"), [(9.0, True), (DECIDED + 1, False)])
def test_an_answer_that_is_lost_after_an_outcome_does_not_excuse_it(started: float, *, excused: bool) -> None:
    run = a_run()
    unclear = replace(a_call("later", "e1", started), told={"e1": "unclear"})
    lost = replace(run, vendor=replace(run.vendor, calls=(*run.vendor.calls, unclear)))

    assert Case(lost).may_be_taken_for_ours(GONE, run.outcomes[0]) == excused


@pytest.mark.parametrize(("started", "accepted"), [(9.0, True), (DECIDED + 1, False)])
def test_nor_does_it_explain_who_revoked_before(started: float, *, accepted: bool) -> None:
    run = a_run()
    _, kept = verdicts_of(run.outcomes[0])
    unclear = replace(a_call("later", "e1", started), told={"e1": "unclear"})
    gone = spoiled(run, 0, verdicts=[a_verdict("e1", "ALREADY_REVOKED"), kept])

    told = complaints(replace(gone, vendor=replace(run.vendor, calls=(*run.vendor.calls, unclear))))

    assert any("nobody revoked it before" in wrong for wrong in told) != accepted


@pytest.mark.parametrize(("before", "told"), [("unclear", "failed"), ("failed", "failed"), ("unclear", "revoked")])
def test_a_refusal_in_doubt_may_be_asked_for_by_another_instance_again(before: Told, told: Told) -> None:
    calls = (
        replace(a_call("before", "e4", 3.0), told={"e4": before}),
        replace(a_call("refused", "e4", 5.0), told={"e4": told}),
        replace(a_call("again", "e4", 9.0), caller="two"),
    )
    run = replace(a_run(), vendor=AtTheVendor(revoked_by_us=frozenset(), calls=calls), side_by_side=True)

    repeats = [complaint for complaint in complaints(run) if "again repeats refused" in complaint]

    assert (repeats == []) == ((before, told) == ("unclear", "failed"))
