"""The status of an outcome, and what a person must look at."""

import pytest

from consumer.core.outcome import (
    FAILURE_KINDS,
    REVOKED_KINDS,
    OutcomeStatus,
    VerdictKind,
    error_codes,
    failures,
    status_of,
)
from tests.builders import a_verdict

KEPT = VerdictKind.KEPT_BY_POLICY
GONE = VerdictKind.REVOKED
GONE_BEFORE = VerdictKind.ALREADY_REVOKED


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ([], OutcomeStatus.NOTHING_TO_REVOKE),
        ([KEPT], OutcomeStatus.NOTHING_TO_REVOKE),
        ([KEPT, KEPT], OutcomeStatus.NOTHING_TO_REVOKE),
        ([GONE], OutcomeStatus.REVOKED),
        ([GONE_BEFORE], OutcomeStatus.REVOKED),
        ([GONE, GONE_BEFORE], OutcomeStatus.REVOKED),
        ([KEPT, GONE], OutcomeStatus.REVOKED),
        ([KEPT, GONE_BEFORE], OutcomeStatus.REVOKED),
        *(([kind], OutcomeStatus.FAILED) for kind in sorted(FAILURE_KINDS)),
        *(([KEPT, kind], OutcomeStatus.FAILED) for kind in sorted(FAILURE_KINDS)),
        *(([GONE, kind], OutcomeStatus.PARTLY_REVOKED) for kind in sorted(FAILURE_KINDS)),
        *(([kind, GONE_BEFORE], OutcomeStatus.PARTLY_REVOKED) for kind in sorted(FAILURE_KINDS)),
        ([GONE, KEPT, VerdictKind.NOT_FOUND], OutcomeStatus.PARTLY_REVOKED),
    ],
)
def test_the_status_is_what_the_verdicts_add_up_to(kinds: list[VerdictKind], status: OutcomeStatus) -> None:
    assert status_of(a_verdict(kind) for kind in kinds) is status


def test_each_kind_of_verdict_is_a_revoke_or_a_failure_or_kept() -> None:
    assert REVOKED_KINDS | FAILURE_KINDS | {KEPT} == set(VerdictKind)
    assert not REVOKED_KINDS & FAILURE_KINDS


def test_failures_keep_their_order() -> None:
    late = a_verdict(VerdictKind.NOT_VALID, "e3")
    early = a_verdict(VerdictKind.EXHAUSTED, "e1")

    assert failures([late, a_verdict(GONE), a_verdict(KEPT), early]) == (late, early)


def test_error_codes_are_the_distinct_codes_of_the_failures_ascending() -> None:
    verdicts = [
        a_verdict(VerdictKind.NOT_VALID, code=731),
        a_verdict(VerdictKind.REJECTED, code=400),
        a_verdict(VerdictKind.ALREADY_REDEEMED, code=729),
        a_verdict(VerdictKind.NOT_VALID, "e2", code=731),
        a_verdict(VerdictKind.EXHAUSTED, code=None),
        a_verdict(GONE_BEFORE, code=404),
        a_verdict(KEPT, code=1),
    ]

    assert error_codes(verdicts) == (400, 729, 731)
