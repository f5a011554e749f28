"""What a kill leaves in doubt: the calls of the life it ended whose answers the ledger may not have.

The oracle's words for what nobody can know. A *spell* is from one moment to another. A *stumble* is an instance's: it
died without warning, which takes no time, or it had lost its partitions and worked on, for as long as it did not know.
A call is *blind* if its instance made it, or had it under way, in a stumble that took time: it and another's call for
the same earn need not know of each other. A *doubt* is any spell in which it may be unknown what became of a request:
a death, a stumble, or a line to the vendor that swallows requests on their way. It excuses a record that was open then.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.end_to_end.truth import Evidence, Stumble, VendorCall

CALLS_OF_A_SLOT = 3
"""The call that has the slot, and those before it: one whose answer is on its way to the ledger, and one whose refusal
a listing, which is not among these calls, was asked about in between.

A new request needs a claim, which the ledger commits after that answer or together with it; only a further step of a
request that has its claims may go before.
"""

ON_ITS_WAY = 2.0
"""Seconds for which a call may still begin whose claim was made before, or an answer lie about unread."""

Doubts = Mapping[str, float]
"""Calls by their request ids, each with the kill that leaves it in doubt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """An instance's calls until its kill, by their ends: the last ones may have been under way."""

    kill: float
    calls: Sequence[VendorCall]


def unsure(evidence: Evidence) -> Doubts:
    """The last calls of each life that was killed: as many as the slots can have had without the ledger's knowledge.

    Who stumbles and goes on, or dies of it, did not know of another: what that excuses, `unaware` tells.
    """
    deaths = [stumble for stumble in evidence.stumbles if stumble.began == stumble.ended]
    return {call.request_id: life.kill for life in _lives(evidence, deaths) for call in _last(life, evidence)}


def unfinished(evidence: Evidence) -> Doubts:
    """The calls whose request had a further step among those: a failure is in the ledger only when its request ends."""
    return {
        call.request_id: life.kill
        for life in _lives(evidence, evidence.stumbles)
        for last in _last(life, evidence)
        for whole in life.calls
        if whole.customer_id == last.customer_id and set(last.earn_ids) <= set(whole.earn_ids)
        for call in life.calls
        if set(call.earn_ids) <= set(whole.earn_ids) and whole.started <= call.started <= last.started
    }


def unaware(evidence: Evidence) -> Mapping[str, Stumble]:
    """The calls that an instance had under way, or made, while it did not know that its partitions were another's."""
    stumbles: dict[str, list[Stumble]] = defaultdict(list)
    for stumble in sorted(evidence.stumbles, key=lambda stumble: stumble.began, reverse=True):
        if stumble.began < stumble.ended:
            stumbles[stumble.caller].append(stumble)
    return {
        call.request_id: stumble
        for call in evidence.vendor.calls
        for stumble in stumbles.get(call.caller, ())
        if call.started <= stumble.ended and call.ended >= stumble.began
    }


def _lives(evidence: Evidence, stumbles: Sequence[Stumble]) -> Iterator[Life]:
    calls: dict[str, list[VendorCall]] = defaultdict(list)
    for call in sorted(evidence.all_calls, key=lambda call: call.ended):
        calls[call.caller].append(call)
    born: dict[str, float] = {}
    kills = [Stumble(caller="", began=kill, ended=kill) for kill in evidence.kills]
    for end in (*kills, *sorted(stumbles, key=lambda stumble: stumble.began)):
        since = born.get(end.caller, float("-inf"))
        yield Life(kill=end.began, calls=[call for call in calls[end.caller] if since < call.started <= end.began])
        born[end.caller] = end.began


def _last(life: Life, evidence: Evidence) -> Sequence[VendorCall]:
    return life.calls[-CALLS_OF_A_SLOT * evidence.concurrency :]
