"""The headers that tell a person why a record was set aside."""

import json
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.core.dead_letter import (
    LONGEST_FAILURES,
    LONGEST_HEADER,
    REASONS,
    DeadLetter,
    Headers,
    dead_letter_of,
    headers,
    redrive_count,
    without_ours,
)
from consumer.core.model import CustomerId, EventId, Millis, RequestId
from consumer.core.outcome import Verdict, VerdictKind
from tests.builders import a_record, a_verdict, an_outcome, coordinates

REASON_OF = {
    VerdictKind.ALREADY_REDEEMED: "729",
    VerdictKind.NOT_REVOCABLE: "730",
    VerdictKind.NOT_VALID: "731",
    VerdictKind.NOT_FOUND: "404",
    VerdictKind.REJECTED: "400",
    VerdictKind.EXHAUSTED: "exhausted",
}
NAMES = {
    "dlt-reason",
    "dlt-message",
    "dlt-failures",
    "dlt-event-id",
    "dlt-topic",
    "dlt-partition",
    "dlt-offset",
    "dlt-timestamp",
    "dlt-attempts",
    "dlt-request-ids",
    "redrive-count",
}


def a_letter(
    *failures: Verdict,
    reason: str = "731",
    message: str = "earn id not valid",
    event_id: str | None = "r1",
    request_ids: tuple[str, ...] = (),
) -> DeadLetter:
    return DeadLetter(
        reason=reason,
        message=message,
        failures=failures,
        event_id=None if event_id is None else EventId(event_id),
        attempts=2,
        request_ids=tuple(RequestId(request_id) for request_id in request_ids),
    )


def texts(of: Headers) -> dict[str, str]:
    return {name: value.decode() for name, value in of if value is not None}


@pytest.mark.parametrize(("kind", "reason"), list(REASON_OF.items()))
def test_each_failure_has_its_reason(kind: VerdictKind, reason: str) -> None:
    letter = dead_letter_of(an_outcome(a_verdict(), a_verdict(kind, "e2", code=499, message="why")))

    assert (letter.reason, letter.message) == (reason, "why")
    assert letter.failures == (a_verdict(kind, "e2", code=499, message="why"),)


@pytest.mark.parametrize(("first", "second"), list(combinations(REASON_OF, 2)))
def test_of_several_reasons_the_first_in_the_contracts_order_is_told(first: VerdictKind, second: VerdictKind) -> None:
    verdicts = a_verdict(second, message="the second's"), a_verdict(first, "e2", message="the first's")

    letter = dead_letter_of(an_outcome(*verdicts))

    assert (letter.reason, letter.message) == (REASON_OF[first], "the first's")
    assert letter.failures == verdicts


def test_the_reasons_are_the_contracts_in_its_order() -> None:
    assert REASONS == ("729", "730", "731", "404", "400", "exhausted", "undecodable", "invalid", "tombstone")


def test_without_words_from_the_vendor_the_reason_is_the_message() -> None:
    silent = a_verdict(VerdictKind.NOT_FOUND, message=None), a_verdict(VerdictKind.EXHAUSTED, "e2", message="slow")

    assert dead_letter_of(an_outcome(*silent)).message == "404"


def test_the_customers_number_in_the_vendors_words_is_not_told() -> None:
    words = "customer 4711 of shop 47110 has no such earn"
    outcome = an_outcome(a_verdict(VerdictKind.NOT_FOUND, message=words), customer_id=CustomerId(4711))

    letter = dead_letter_of(outcome)

    hidden = "customer *** of shop 47110 has no such earn"
    assert (letter.message, [failure.message for failure in letter.failures]) == (hidden, [hidden])


def test_a_letter_takes_the_trace_from_the_outcome() -> None:
    outcome = an_outcome(
        a_verdict(VerdictKind.NOT_VALID), event_id=EventId("r9"), attempts=3, request_ids=(RequestId("q1"),)
    )

    letter = dead_letter_of(outcome)

    assert (letter.event_id, letter.attempts, letter.request_ids) == ("r9", 3, ("q1",))


def test_the_headers_tell_everything_as_text() -> None:
    record = a_record(source=coordinates(17, topic="returns", partition=3), timestamp=Millis(1_763_000_000_123))
    letter = a_letter(a_verdict(VerdictKind.NOT_VALID, code=731, message="gone"), request_ids=("q1", "q2"))

    told = texts(headers(letter, record))

    assert json.loads(told.pop("dlt-failures")) == [
        {"promotion_id": "p1", "earn_id": "e1", "code": 731, "message": "gone"}
    ]
    assert told == {
        "dlt-reason": "731",
        "dlt-message": "earn id not valid",
        "dlt-event-id": "r1",
        "dlt-topic": "returns",
        "dlt-partition": "3",
        "dlt-offset": "17",
        "dlt-timestamp": "1763000000123",
        "dlt-attempts": "2",
        "dlt-request-ids": "q1,q2",
        "redrive-count": "0",
    }


def test_what_cannot_be_read_has_no_event_id_and_no_failures() -> None:
    told = texts(headers(a_letter(reason="undecodable", event_id=None), a_record(b"\xff")))

    assert (told["dlt-event-id"], told["dlt-failures"], told["dlt-request-ids"]) == ("", "[]", "")


def test_the_records_own_headers_come_first_and_untouched() -> None:
    own: Headers = (("traceparent", b"00-ab"), ("x", None), ("x", b"\xff"), ("redrive-counter", b"7"))

    assert headers(a_letter(), a_record(headers=own))[: len(own)] == own


def test_a_repeat_replaces_the_headers_and_keeps_the_count() -> None:
    once = headers(a_letter(message="first", request_ids=("q1",)), a_record(headers=(("x", b"1"),)))
    sent_again = (*without_ours(once), ("redrive-count", b"2"))

    twice = headers(a_letter(reason="404", message="second"), a_record(headers=sent_again))
    copied = headers(a_letter(reason="404", message="second"), a_record(headers=(*once, ("redrive-count", b"2"))))

    for repeated in (twice, copied):
        names = [name for name, _ in repeated]
        assert sorted(names) == sorted({*NAMES, "x"})
        assert texts(repeated)["dlt-message"] == "second"
    assert texts(twice)["redrive-count"] == "2"


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (b"0", 0),
        (b"12", 12),
        (b"999999999", 999_999_999),
        (b"1000000000", 0),
        (b"", 0),
        (b"-1", 0),
        (b"one", 0),
        (b"\xc2\xb2", 0),
        (None, 0),
    ],
)
def test_a_damaged_count_is_none(value: bytes | None, count: int) -> None:
    assert redrive_count([("x", b"5"), ("redrive-count", value)]) == count


def test_a_record_that_was_never_sent_again_counts_none() -> None:
    assert redrive_count([]) == 0


@given(
    message=st.text(max_size=3000),
    event_id=st.text(max_size=3000),
    request_ids=st.lists(st.text("0123456789abcdef", min_size=1, max_size=600), max_size=12),
    failures=st.lists(st.text(max_size=4000), max_size=12),
)
def test_no_header_is_longer_than_its_cap_and_items_stay_whole(
    message: str, event_id: str, request_ids: list[str], failures: list[str]
) -> None:
    verdicts = [a_verdict(VerdictKind.REJECTED, f"e{n}", message=words) for n, words in enumerate(failures)]
    letter = a_letter(*verdicts, message=message, event_id=event_id, request_ids=tuple(request_ids))

    told = headers(letter, a_record())

    for name, value in told:
        assert value is not None
        text = value.decode()
        assert len(text) <= (LONGEST_FAILURES if name == "dlt-failures" else LONGEST_HEADER)
    sent = texts(told)
    kept = [failure["earn_id"] for failure in json.loads(sent["dlt-failures"])]
    assert kept == [verdict.earn_id for verdict in verdicts][: len(kept)]
    ids = [part for part in sent["dlt-request-ids"].split(",") if part]
    assert ids == request_ids[: len(ids)]


def test_as_many_whole_items_as_fit_are_told() -> None:
    verdicts = [a_verdict(VerdictKind.REJECTED, f"e{n}", message="m" * 1000) for n in range(30)]
    letter = a_letter(*verdicts, request_ids=tuple("q" * 99 for _ in range(30)))

    told = texts(headers(letter, a_record()))

    assert len(told["dlt-request-ids"]) == 10 * 99 + 9
    assert len(json.loads(told["dlt-failures"])) == 15


def test_a_cut_never_splits_a_character() -> None:
    told = texts(headers(a_letter(message="€" * 2000), a_record()))

    assert told["dlt-message"] == "€" * LONGEST_HEADER


def test_half_a_character_from_a_careless_vendor_breaks_nothing() -> None:
    assert texts(headers(a_letter(message="\ud83d"), a_record()))["dlt-message"] == "?"
