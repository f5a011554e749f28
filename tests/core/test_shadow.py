"""What a shadow counts."""

from dataclasses import replace

from consumer.core.flood import WINDOW
from consumer.core.model import PromotionId
from consumer.core.outcome import OutcomeCause, OutcomeStatus, VerdictKind
from consumer.core.shadow import Foreseen, Foresight
from tests.builders import a_record, a_verdict, an_outcome, coordinates

RETURNS = "return-transactions"
RETURN = a_record()
EARN = a_record(source=coordinates(topic="earn-events"))


def a_foresight() -> Foresight:
    return Foresight(returns_topic=RETURNS, flood_ratio=0.5)


def test_nothing_is_foreseen_before_anything_came() -> None:
    assert a_foresight().so_far() == Foreseen(
        returns={}, late_earns={}, revoked={}, kept={}, dead_letters={}, requests=0, earns_asked=0, flooded=False
    )


def test_outcomes_are_counted_by_status_and_earns_by_what_becomes_of_them() -> None:
    foresight = a_foresight()
    outcome = an_outcome(
        a_verdict(VerdictKind.REVOKED, "e1"),
        a_verdict(VerdictKind.REVOKED, "e2", promotion_id=PromotionId("p2")),
        a_verdict(VerdictKind.ALREADY_REVOKED, "e3"),
        a_verdict(VerdictKind.KEPT_BY_POLICY, "e4", message="other-line"),
        a_verdict(VerdictKind.NOT_REVOCABLE, "e5", code=730),
        status=OutcomeStatus.PARTLY_REVOKED,
    )

    foresight.done(RETURN, outcome, "730")
    foresight.done(RETURN, an_outcome(), None)

    seen = foresight.so_far()
    assert seen.returns == {"PARTLY_REVOKED": 1, "NOTHING_TO_REVOKE": 1}
    assert seen.revoked == {"p1": 1, "p2": 1}
    assert seen.kept == {"other-line": 1}
    assert seen.dead_letters == {"730": 1}


def test_what_an_earn_record_leads_to_is_counted_apart_be_it_sent_again_or_not() -> None:
    foresight = a_foresight()
    late = an_outcome(status=OutcomeStatus.REVOKED, cause=OutcomeCause.LATE_EARN)

    foresight.done(EARN, late, None)
    foresight.done(EARN, replace(late, cause=OutcomeCause.REDRIVE), None)
    foresight.done(EARN, None, "undecodable")

    seen = foresight.so_far()
    assert (seen.returns, seen.late_earns, seen.dead_letters) == ({}, {"REVOKED": 2}, {"undecodable": 1})


def test_requests_are_counted_with_their_earns() -> None:
    foresight = a_foresight()

    foresight.asked(3)
    foresight.asked(1)

    assert (foresight.so_far().requests, foresight.so_far().earns_asked) == (2, 4)


def test_a_flood_that_would_hold_the_real_run_is_remembered() -> None:
    foresight = a_foresight()
    for number in range(WINDOW):
        assert not foresight.so_far().flooded
        foresight.done(replace(RETURN, number=number), None, "invalid" if number >= 99 else None)

    assert foresight.so_far().flooded
    foresight.done(replace(RETURN, number=10 * WINDOW), None, "invalid")
    assert foresight.so_far().flooded


def test_dead_letters_that_a_person_sent_again_would_make_no_flood() -> None:
    foresight = a_foresight()
    again = a_record(headers=(("redrive-count", b"1"),))

    for number in range(2 * WINDOW):
        foresight.done(replace(again, number=number), None, "404")

    assert not foresight.so_far().flooded
