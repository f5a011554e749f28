"""Outcomes to bytes and back."""

import dataclasses
import json
from io import BytesIO
from typing import Any

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.adapters.avro import REVOKE_OUTCOME, OutcomeCodec, Registry, load_schema
from consumer.core.model import (
    BillNumber,
    Coordinates,
    CustomerId,
    EarnId,
    EventId,
    Millis,
    OrgId,
    PromotionId,
    RequestId,
)
from consumer.core.outcome import OutcomeCause, OutcomeStatus, RevokeOutcome, Verdict, VerdictKind
from consumer.ports import Undecodable

SCHEMA = load_schema(REVOKE_OUTCOME)
CODEC = OutcomeCodec(SCHEMA, registry=None, results_topic="revoke-outcomes")

AN_OUTCOME = RevokeOutcome(
    outcome_id="o1",
    event_id=EventId("r1"),
    cause=OutcomeCause.RETURN,
    source=Coordinates("return-transactions", 3, 2**40),
    org_id=OrgId("org"),
    customer_id=CustomerId(2**63 - 1),
    bill_numbers=(BillNumber("B1"), BillNumber("B2")),
    status=OutcomeStatus.PARTLY_REVOKED,
    verdicts=(
        Verdict(promotion_id=PromotionId("p1"), earn_id=EarnId("e1"), kind=VerdictKind.REVOKED),
        Verdict(
            promotion_id=PromotionId("p1"),
            earn_id=EarnId("e2"),
            kind=VerdictKind.ALREADY_REDEEMED,
            code=729,
            message="déjà utilisé",
        ),
    ),
    error_codes=(729,),
    reason=None,
    dead_lettered=True,
    attempts=2,
    request_ids=(RequestId("q1"),),
    returned_at=Millis(1_700_000_000_000),
    decided_at=Millis(1_700_000_001_000),
)
AN_EMPTY_OUTCOME = dataclasses.replace(
    AN_OUTCOME,
    event_id=None,
    org_id=None,
    customer_id=None,
    bill_numbers=(),
    status=OutcomeStatus.INVALID,
    verdicts=(),
    error_codes=(),
    reason="no bytes",
    request_ids=(),
    returned_at=None,
)


class _Registry(Registry):
    """Gives every schema the same id."""

    def __init__(self) -> None:
        self.registered: list[tuple[str, str]] = []

    async def register(self, subject: str, schema_text: str) -> int:
        self.registered.append((subject, schema_text))
        return 258


@pytest.mark.parametrize("outcome", [AN_OUTCOME, AN_EMPTY_OUTCOME])
def test_an_outcome_comes_back_as_it_was(outcome: RevokeOutcome) -> None:
    assert CODEC.decode(CODEC.encode(outcome)) == outcome


def test_anyone_with_the_schema_can_read_an_outcome() -> None:
    schema: Any = fastavro.parse_schema(json.loads(SCHEMA.text))

    fields: Any = fastavro.schemaless_reader(BytesIO(CODEC.publish(CODEC.encode(AN_OUTCOME))[10:]), schema, None)

    assert fields["verdicts"][1]["verdict"] == "ALREADY_REDEEMED"
    assert fields["decided_at"].isoformat() == "2023-11-14T22:13:21+00:00"


def test_without_a_registry_what_is_stored_is_published() -> None:
    stored = CODEC.encode(AN_OUTCOME)

    assert CODEC.publish(stored) == stored
    assert stored.startswith(b"\xc3\x01")


async def test_with_a_registry_the_same_body_is_published_under_the_id_of_the_schema() -> None:
    registry = _Registry()
    codec = OutcomeCodec(SCHEMA, registry=registry, results_topic="results")
    stored = codec.encode(AN_OUTCOME)

    await codec.prepare()
    await codec.prepare()

    assert registry.registered == [("results-value", SCHEMA.text)]
    assert codec.publish(stored) == b"\0\0\0\x01\x02" + stored[10:]
    assert codec.decode(stored) == AN_OUTCOME


def test_nothing_is_published_before_the_id_is_known() -> None:
    codec = OutcomeCodec(SCHEMA, registry=_Registry(), results_topic="results")

    with pytest.raises(RuntimeError, match="prepare"):
        codec.publish(codec.encode(AN_OUTCOME))


@pytest.mark.parametrize("stored", [b"", b"{}", CODEC.encode(AN_OUTCOME)[:-1], CODEC.encode(AN_OUTCOME) + b"\0"])
def test_bytes_that_no_outcome_made_are_undecodable(stored: bytes) -> None:
    with pytest.raises(Undecodable):
        CODEC.decode(stored)


def test_whatever_the_vendor_said_can_be_written() -> None:
    odd = Verdict(
        promotion_id=PromotionId("p"),
        earn_id=EarnId("e"),
        kind=VerdictKind.REJECTED,
        code=10**12,
        message="half a pair: \ud800",
    )
    outcome = dataclasses.replace(
        AN_OUTCOME, verdicts=(odd,), error_codes=(400, 10**12), request_ids=(RequestId("\udfff"),)
    )

    back = CODEC.decode(CODEC.encode(outcome))

    assert (back.verdicts[0].code, back.verdicts[0].message) == (None, "half a pair: ?")
    assert (back.error_codes, back.request_ids) == ((400,), ("?",))


TEXT = st.text(max_size=5).map(lambda text: text.encode("utf-8", "replace").decode())
INTS = st.integers(-(2**31) + 1, 2**31 - 1)


@given(
    st.builds(
        RevokeOutcome,
        outcome_id=TEXT,
        event_id=st.none() | TEXT.map(EventId),
        cause=st.sampled_from(OutcomeCause),
        source=st.builds(Coordinates, topic=TEXT, partition=st.integers(0, 2**31 - 1), offset=st.integers(0, 2**62)),
        org_id=st.none() | TEXT.map(OrgId),
        customer_id=st.none() | st.integers(1, 2**63 - 1).map(CustomerId),
        bill_numbers=st.lists(TEXT.map(BillNumber), max_size=2).map(tuple),
        status=st.sampled_from(OutcomeStatus),
        verdicts=st.lists(
            st.builds(
                Verdict,
                promotion_id=TEXT.map(PromotionId),
                earn_id=TEXT.map(EarnId),
                kind=st.sampled_from(VerdictKind),
                code=st.none() | INTS,
                message=st.none() | TEXT,
            ),
            max_size=3,
        ).map(tuple),
        error_codes=st.lists(INTS, max_size=2).map(tuple),
        reason=st.none() | TEXT,
        dead_lettered=st.booleans(),
        attempts=st.integers(0, 100),
        request_ids=st.lists(TEXT.map(RequestId), max_size=2).map(tuple),
        returned_at=st.none() | st.integers(1, 2**62).map(Millis),
        decided_at=st.integers(1, 2**62).map(Millis),
    )
)
def test_any_outcome_comes_back_as_it_was(outcome: RevokeOutcome) -> None:
    assert CODEC.decode(CODEC.encode(outcome)) == outcome
