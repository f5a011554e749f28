"""What the vendor's error codes mean, wherever they stand: in HTTP's status or in a body."""

from enum import IntEnum

from consumer.core.outcome import VerdictKind

KINDS = {
    729: VerdictKind.ALREADY_REDEEMED,
    730: VerdictKind.NOT_REVOCABLE,
    731: VerdictKind.NOT_VALID,
    404: VerdictKind.NOT_FOUND,
}
"""Every other permanent code is REJECTED."""
BUSINESS_CODES = frozenset({729, 730, 731})
CREDENTIAL_CODES = frozenset({401, 403, 498, 4000})
TRANSIENT_CODES = frozenset({408, 429, 1010, 4001, *range(500, 600)})
OVERRULING = frozenset({401, 429, *range(500, 600)})
"""HTTP statuses whose body counts only when it has a business code."""
IDLE_CODES = frozenset({429, 521, 4001, *CREDENTIAL_CODES})
"""Refused before anything was done: by the throttle, by the customer's lock, by the authorization.

The vendor's page does not say what 408, 517, 1010 and the other 5xx had done by then: they leave the fate unknown.
"""


class Weight(IntEnum):
    """Of several codes for the same, the one of the least weight counts; of equal ones, the first."""

    BUSINESS = 0
    CREDENTIALS = 1
    TRANSIENT = 2
    PERMANENT = 3
    NONE = 4


PERMANENT = frozenset({Weight.BUSINESS, Weight.PERMANENT})


def weight_of(code: int | None) -> Weight:
    """How a code counts; `code` is at least 400, or None where there is none."""
    if code is None:
        return Weight.NONE
    if code in BUSINESS_CODES:
        return Weight.BUSINESS
    if code in CREDENTIAL_CODES:
        return Weight.CREDENTIALS
    return Weight.TRANSIENT if code in TRANSIENT_CODES else Weight.PERMANENT


def kind_of(code: int) -> VerdictKind:
    """The verdict of an earn with this permanent code."""
    return KINDS.get(code, VerdictKind.REJECTED)
