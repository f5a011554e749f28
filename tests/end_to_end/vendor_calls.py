"""The vendor's side: what had to be revoked is, nothing else, and no call is repeated without need."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from tests.end_to_end.case import Case, source_of, verdicts_of
from tests.end_to_end.lives import ON_ITS_WAY
from tests.end_to_end.truth import Stumble, VendorCall
from tests.end_to_end.verdicts import NEVER_REVOCABLE, revocable

LONGEST_CALL = 1000


def wrong(case: Case) -> Iterator[str]:
    """What is wrong between us and the vendor."""
    yield from case.evidence.vendor.complaints
    yield from final_state(case)
    yield from repeats(case)
    yield from calls_are_of_one_customer(case)
    yield from never_two_at_once(case)


def final_state(case: Case) -> Iterator[str]:
    due, maybe = set(), set()
    for earn in case.earns.values():
        if revocable(earn):
            choices = [case.choices(earn, ordered) for ordered in case.on_bill[earn.bill]]
            if any(each == {"take"} for each in choices):
                due.add(earn.earn_id)
            elif any("take" in each for each in choices):
                maybe.add(earn.earn_id)
    revoked = case.evidence.vendor.revoked_by_us
    yield from (f"{earn_id}: should be revoked at the vendor and is not" for earn_id in sorted(due - revoked))
    yield from (
        f"{earn_id}: revoked at the vendor, and nothing asks for it" for earn_id in sorted(revoked - due - maybe)
    )


def repeats(case: Case) -> Iterator[str]:
    """Earns asked for again without need, and kills and losses that make more calls repeat than there are slots."""
    asking = _asking(case)
    for earn_id, calls in case.calls.items():
        failed, most = 0, asking[earn_id] * _owners(case, calls)
        for first, again in pairwise(calls):
            told = first.told[earn_id]
            if told == "unclear" or _may_be_unknown(case, earn_id, first, again):
                continue
            failed += told == "failed"
            if told != "failed" or failed >= most:
                yield f"{earn_id}: {again.request_id} repeats {first.request_id}, answered {told}"
    for loss, request_ids in _unknown(case).items():
        if len(request_ids) > case.evidence.concurrency:
            yield f"{len(request_ids)} calls are repeated because of {loss}: {sorted(request_ids)}"


def _may_be_unknown(case: Case, earn_id: str, first: VendorCall, again: VendorCall) -> bool:
    """Whether who asked again may not have known the answer of before."""
    if case.lost_by(earn_id, first, again) is not None or _was_to_be_verified(case, earn_id, first, again):
        return True
    return first.told[earn_id] == "revoked" and case.is_blind(first, again)


def _unknown(case: Case) -> Mapping[str, set[str]]:
    """By what made the answer unknown, the calls that were asked again although they were answered well."""
    lost: dict[str, set[str]] = defaultdict(set)
    for earn_id, calls in case.calls.items():
        for first, again in pairwise(calls):
            blind, kill = case.blind_of(first, again), case.lost_by(earn_id, first, again)
            if first.told[earn_id] != "revoked":
                continue
            if blind is not None and not _at_once(first, again):
                lost[_loss(case.stumble_of(blind))].add(blind.request_id)
            elif blind is None and kill is not None:
                lost[f"the kill at {kill}"].add(first.request_id)
    return lost


def _owners(case: Case, calls: Sequence[VendorCall]) -> int:
    """How many may each ask for what a record takes, and be refused: its owner, and those who took it for theirs."""
    return 1 + len({call.caller for call in calls if case.blind_of(call) is not None})


def _at_once(first: VendorCall, again: VendorCall) -> bool:
    """Whether the ledger had not yet what came of the first when the other was claimed: nobody could know of it."""
    return again.started <= first.ended + ON_ITS_WAY


def _loss(stumble: Stumble) -> str:
    return f"what {stumble.caller} lost at {stumble.began} and did not know of until {stumble.ended}"


def _was_to_be_verified(case: Case, earn_id: str, first: VendorCall, again: VendorCall) -> bool:
    """Whether another instance took over a refusal in doubt: the ledger has it only once a listing was to be had."""
    unclear = any(call.told[earn_id] == "unclear" for call in case.calls[earn_id] if call.started < first.started)
    return unclear and first.told[earn_id] == "failed" and first.caller != again.caller


def _asking(case: Case) -> Counter[str]:
    """How many outcomes tell of each earn that it was to be revoked."""
    return Counter(
        verdict["earn_id"]
        for seen in case.evidence.outcomes
        for verdict in verdicts_of(seen)
        if verdict["verdict"] != "KEPT_BY_POLICY"
    )


def calls_are_of_one_customer(case: Case) -> Iterator[str]:
    for call in case.evidence.vendor.calls:
        if not 0 < len(call.earn_ids) <= LONGEST_CALL or len(set(call.earn_ids)) != len(call.earn_ids):
            yield f"{call.request_id}: {len(call.earn_ids)} earns"
        for earn_id in call.earn_ids:
            earn = case.earns.get(earn_id)
            if earn is None or earn.customer_id != call.customer_id or earn.promotion_type in NEVER_REVOCABLE:
                yield f"{call.request_id}: asked for {earn_id} of {earn}"
            elif not case.takers(earn):
                yield f"{call.request_id}: asked for {earn_id}, which no return takes"


def never_two_at_once(case: Case) -> Iterator[str]:
    """A customer's calls overlap. Legal where the customer's records lie in partitions of two instances."""
    under_way: dict[int, list[VendorCall]] = defaultdict(list)
    for call in sorted(case.evidence.vendor.calls, key=lambda each: each.started):
        others = [other for other in under_way[call.customer_id] if call.started < other.ended]
        for other in others:
            if _of_one_process(call, other) or (not case.is_blind(other, call) and _of_one_owner(case, other, call)):
                yield f"{call.request_id} and {other.request_id} are of one customer and overlap"
        under_way[call.customer_id] = [*others, call]


def _of_one_process(call: VendorCall, other: VendorCall) -> bool:
    """Whether it is told that these were made by the same one, which has one lane for a customer, lost or not."""
    return call.caller == other.caller != ""


def _of_one_owner(case: Case, *calls: VendorCall) -> bool:
    """Whether these were due to the same instance: all that tells of their earns stands in one partition."""
    if not case.evidence.side_by_side:
        return True
    asked = {earn_id for call in calls for earn_id in call.earn_ids}
    told = {
        source_of(seen)[:2]
        for seen in case.evidence.outcomes
        if any(verdict["earn_id"] in asked for verdict in verdicts_of(seen))
    }
    return len(told) == 1
