"""Which verdicts the contract allows for one earn in one outcome."""

from typing import Any

from tests.end_to_end.case import Case
from tests.end_to_end.truth import Earned, Seen

CODES: dict[str, tuple[str, int]] = {
    "redeemed": ("ALREADY_REDEEMED", 729),
    "pos": ("NOT_REVOCABLE", 730),
    "revoked": ("NOT_VALID", 731),
    "unknown": ("NOT_FOUND", 404),
    "refused": ("REJECTED", 400),
}
"""What the vendor says to an earn in this state, when it is certain that we did not bring it there."""
REVOKED = ("REVOKED", None)
ALREADY_REVOKED = ("ALREADY_REVOKED", None)
SECOND_REVOKE: dict[int, set[tuple[str, int | None]]] = {
    731: {CODES["revoked"]},
    404: {CODES["unknown"]},
    200: {REVOKED, ALREADY_REVOKED},
}
"""The verdicts on an earn that somebody else revoked; where the vendor takes it for ours, so do we from then on."""
FAILURES = frozenset({*(kind for kind, _ in CODES.values()), "EXHAUSTED"})
NEVER_REVOCABLE = frozenset({"POS", "CODE"})


def revocable(earn: Earned) -> bool:
    """Whether the vendor takes it back when asked for the first time."""
    return earn.at_the_vendor == "held" and earn.promotion_type not in NEVER_REVOCABLE


def if_taken(case: Case, earn: Earned, seen: Seen) -> set[tuple[str, int | None]]:
    """The verdicts and codes for an earn, in this outcome of an event whose plan takes it."""
    if earn.promotion_type in NEVER_REVOCABLE:
        return {("NOT_REVOCABLE", 730)}
    if earn.at_the_vendor == "held":
        return {REVOKED, ALREADY_REVOKED}
    if earn.at_the_vendor != "revoked":
        legal: set[tuple[str, int | None]] = {CODES[earn.at_the_vendor]}
        if earn.at_the_vendor == "unknown" and case.may_be_taken_for_ours(earn, seen):
            legal.add(ALREADY_REVOKED)
        return legal
    return _if_gone_before(case, earn, seen)


def _if_gone_before(case: Case, earn: Earned, seen: Seen) -> set[tuple[str, int | None]]:
    """An earn that somebody else revoked: the ledger knows it, or the vendor says so."""
    told, wave = case.told.get((earn.earn_id, "REVOKED")), case.wave_of(seen)
    unclear = case.may_be_taken_for_ours(earn, seen)
    if told is not None and told < wave:
        return {ALREADY_REVOKED}
    legal = SECOND_REVOKE[case.evidence.vendor.second_revoke].copy()
    if told == wave or unclear:
        legal.add(ALREADY_REVOKED)
    if told == wave and unclear:
        # The feed's word came while our call was of unknown fate: whose revoke it was, nobody can tell.
        legal.add(REVOKED)
    return legal


def matches(verdict: dict[str, Any], legal: set[tuple[str, int | None]]) -> bool:
    """Whether the verdict is one of these; the code of an earn that is gone is free."""
    kind, code = verdict["verdict"], verdict["code"]
    if kind in {"REVOKED", "ALREADY_REVOKED"}:
        return (kind, None) in legal
    return (kind, code) in legal


def status_of(kinds: set[str]) -> str:
    """The contract's status of a set of verdicts."""
    gone, failed = bool(kinds & {"REVOKED", "ALREADY_REVOKED"}), bool(kinds & FAILURES)
    if gone:
        return "PARTLY_REVOKED" if failed else "REVOKED"
    return "FAILED" if failed else "NOTHING_TO_REVOKE"
