"""What the topics add to a story: outcomes that no ledger keeps, dead letters, and a person's note."""

from dataclasses import replace
from typing import Any

import pytest

from consumer.core.model import Millis
from consumer.core.outcome import OutcomeCause, OutcomeStatus, RevokeOutcome
from consumer.core.redrive import letter_of
from consumer.core.story import Account, FromTopics, Kind, ToldLetter, happenings
from consumer.core.story_words import details, headline
from tests.builders import RETURNED_AT, a_record, an_outcome, coordinates
from tests.core.test_story import an_account, told_earn, told_return

INVALID = an_outcome(
    outcome_id="o-invalid", status=OutcomeStatus.INVALID, dead_lettered=True, reason="invalid: the bill number is empty"
)


def found(*outcomes: RevokeOutcome, letters: tuple[ToldLetter, ...] = (), notes: Any = None) -> FromTopics:
    return FromTopics(outcomes=outcomes, letters=letters, notes=notes or {})


def with_topics(topics: FromTopics, *told: Any) -> Account:
    return replace(an_account(*told), topics=topics)


def a_letter(*, sent_again: bool | None = False, event_id: str = "r1") -> ToldLetter:
    told = {
        "dlt-reason": "731",
        "dlt-message": "no such earn",
        "dlt-event-id": event_id,
        "dlt-topic": "return-transactions",
        "dlt-partition": "4",
        "dlt-offset": "17",
    }
    pairs = tuple((name, value.encode()) for name, value in told.items())
    record = a_record(source=coordinates(3, topic="letters"), headers=pairs, timestamp=Millis(RETURNED_AT + 50))
    return ToldLetter(letter=letter_of(record), sent_again=sent_again)


def test_an_outcome_that_the_ledger_does_not_keep_is_told_from_the_topic() -> None:
    account = with_topics(found(INVALID))

    (decided,) = happenings(account)

    assert decided.kind is Kind.DECIDED
    assert headline(decided, account) == "Decided on the return r1: the record made no sense (INVALID)."
    assert details(decided) == (
        "Why: invalid: the bill number is empty.",
        "The vendor was not called for it.",
        "Set aside for a person to look at, as a dead letter with the reason invalid.",
    )


def test_a_record_without_an_event_id_is_named_by_its_place() -> None:
    account = with_topics(found(replace(INVALID, event_id=None)))

    assert headline(happenings(account)[0], account) == (
        "Decided on the record return-transactions/0/0: the record made no sense (INVALID)."
    )


def test_an_outcome_that_both_have_is_told_once() -> None:
    outcome, late = an_outcome(), an_outcome(outcome_id="o2", cause=OutcomeCause.LATE_EARN)
    account = with_topics(found(outcome, late, outcome), told_return(outcome), told_earn(late=late))

    kinds = [each.kind for each in happenings(account)]

    assert kinds.count(Kind.DECIDED) == kinds.count(Kind.DECIDED_LATE) == 1


def test_a_late_earns_outcome_is_told_as_such() -> None:
    late = an_outcome(outcome_id="o2", cause=OutcomeCause.LATE_EARN)

    assert [each.kind for each in happenings(with_topics(found(late)))] == [Kind.DECIDED_LATE]


@pytest.mark.parametrize(
    ("sent_again", "words"),
    [
        (False, "It waits there for a person; `returns-consumer redrive` sends it again."),
        (True, "A person has sent it again since."),
        (None, "Whether it was sent again cannot be told."),
    ],
)
def test_a_dead_letter_is_told_with_its_place_its_reason_and_whether_it_waits(
    words: str, *, sent_again: bool | None
) -> None:
    account = with_topics(found(letters=(a_letter(sent_again=sent_again),)))

    (told,) = happenings(account)

    assert (told.kind, told.at) == (Kind.SET_ASIDE, RETURNED_AT + 50)
    assert headline(told, account) == (
        "Of the return r1, the record return-transactions/4/17 was set aside as the dead letter letters/0/3, with the "
        "reason 731: no such earn."
    )
    assert details(told) == (words,)


def test_a_dead_letter_of_nobody_knows_what_is_told_as_a_record() -> None:
    account = with_topics(found(letters=(a_letter(event_id=""),)))

    assert headline(happenings(account)[0], account).startswith("Of a record, the record return-transactions/4/17 was")


def test_what_a_person_noted_to_a_redrive_is_told_with_it() -> None:
    notes = {coordinates(9): "feed repaired", coordinates(2, topic="earn-events"): "promotion imported"}
    again = told_return(redrive=1, source=coordinates(9))
    late = an_outcome(cause=OutcomeCause.REDRIVE, source=coordinates(2, topic="earn-events"), outcome_id="o2")
    earn = told_earn(redrive=1, source=coordinates(2, topic="earn-events"), late=late)
    account = with_topics(found(notes=notes), again, earn)

    told = {each.kind: headline(each, account) for each in happenings(account)}

    assert account.sent_again == tuple(notes)
    assert told[Kind.REDRIVEN].endswith("again (return-transactions/0/9). They noted: feed repaired")
    assert told[Kind.DECIDED_LATE].endswith("They noted: promotion imported")


def test_an_account_of_nothing_is_empty() -> None:
    nothing = Account(returns=(), goods=(), earns=())

    assert nothing.is_empty
    assert not replace(nothing, topics=found(INVALID)).is_empty
    assert not replace(nothing, topics=found(letters=(a_letter(),))).is_empty
