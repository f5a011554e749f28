"""What a kill leaves in doubt: the calls of the life it ended whose answers the ledger may not have."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.end_to_end.truth import Evidence, VendorCall

CALLS_OF_A_SLOT = 3
"""The call that has the slot, and those before it: one whose answer is on its way to the ledger, and one whose refusal
a listing, which is not among these calls, was asked about in between.

A new request needs a claim, which the ledger commits after that answer or together with it; only a further step of a
request that has its claims may go before.
"""

Doubts = Mapping[str, float]
"""Calls by their request ids, each with the kill that leaves it in doubt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """The calls between one kill and the next, by their ends: the last ones may have been under way."""

    kill: float
    calls: Sequence[VendorCall]


def unsure(evidence: Evidence) -> Doubts:
    """The last calls of each life that was killed: as many as the slots can have had without the ledger's knowledge."""
    return {call.request_id: life.kill for life in _lives(evidence) for call in _last(life, evidence)}


def unfinished(evidence: Evidence) -> Doubts:
    """The calls whose request had a further step among those: a failure is in the ledger only when its request ends."""
    return {
        call.request_id: life.kill
        for life in _lives(evidence)
        for last in _last(life, evidence)
        for whole in life.calls
        if whole.customer_id == last.customer_id and set(last.earn_ids) <= set(whole.earn_ids)
        for call in life.calls
        if set(call.earn_ids) <= set(whole.earn_ids) and whole.started <= call.started <= last.started
    }


def _lives(evidence: Evidence) -> Iterator[Life]:
    calls = sorted(evidence.vendor.calls, key=lambda call: call.ended)
    born = float("-inf")
    for kill in evidence.kills:
        yield Life(kill=kill, calls=[call for call in calls if born < call.started <= kill])
        born = kill


def _last(life: Life, evidence: Evidence) -> Sequence[VendorCall]:
    return life.calls[-CALLS_OF_A_SLOT * evidence.concurrency :]
