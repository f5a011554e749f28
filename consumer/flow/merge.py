"""The leading records of a lane as one request."""

from collections.abc import Iterable, Mapping, Sequence

from consumer.core.model import Earn, EarnId, EarnKey
from consumer.core.plan import Plan
from consumer.flow.item import Decided, Item, OpenReturn, plan_of, source
from consumer.flow.round import Round
from consumer.flow.world import Rules


def merge(items: Sequence[Item], newer: Mapping[EarnKey, Earn], rules: Rules) -> Round:
    """As many of the items as fit, the oldest first; one that is too large alone is asked for in parts."""
    planned: list[tuple[Item, Plan]] = []
    earns: dict[EarnId, Earn] = {}
    for item in items:
        plan = plan_of(item, newer, rules.policy)
        more = {earn.key.earn_id: earn for earn in plan.revoke if earn.key.earn_id not in earns}
        if earns and len(earns) + len(more) > rules.max_earns_per_call:
            break
        earns.update(more)
        planned.append((item, plan))
    behind = items[len(planned) :]
    claimants = _claimants(earns.values(), planned, behind)
    owners = _owners(planned, claimants)
    merged = Round(
        planned=tuple(planned),
        earns=earns,
        owners={earn: source(owner) for earn, owner in owners.items()},
        behind=tuple(item for item in behind if any(item is owner for owner in owners.values())) if claimants else (),
        instead_of=frozenset(str(source(item)) for earn, item in claimants.items() if owners[earn] is not item),
        verify_uncertain=rules.verify_uncertain,
    )
    ids, step = tuple(earns), rules.max_earns_per_call
    merged.groups.extend(ids[start : start + step] for start in range(0, len(ids), step))
    return merged


def _owners(planned: Sequence[tuple[Item, Plan]], claimants: Mapping[EarnId, Item]) -> dict[EarnId, Item]:
    """Who takes each earn: of returns the earliest by its coordinates, else the first that wants it; or its claimant.

    Records of several topics come back in any order after a restart; were the claim not kept, one record would wait
    here for the lease of another.
    """
    owners: dict[EarnId, Item] = {}
    for item, plan in planned:
        for earn in plan.revoke:
            owners[earn.key.earn_id] = _earlier(owners.get(earn.key.earn_id, item), item)
    for earn_id, claimant in claimants.items():
        owners[earn_id] = _before(claimant, earn_id, planned)
    return owners


def _earlier(item: Item, other: Item) -> Item:
    """The item, unless both are returns and the other one stands before it."""
    both = isinstance(item, OpenReturn) and isinstance(other, OpenReturn)
    return other if both and source(other) < source(item) else item


def _before(claimant: Item, earn_id: EarnId, planned: Sequence[tuple[Item, Plan]]) -> Item:
    """The claimant, or where it is a return the first one of its partition that takes the earn, too.

    An earn may have been told after one was opened and before the next. They come and go together, so that nobody
    else is at work in the claimant's name.
    """
    if not isinstance(claimant, OpenReturn):
        return claimant
    place = source(claimant)[:2]
    takers = [
        item
        for item, plan in planned
        if isinstance(item, OpenReturn) and source(item)[:2] == place and earn_id in _taken(plan)
    ]
    return min((*takers, claimant), key=source)


def _taken(plan: Plan) -> frozenset[EarnId]:
    return frozenset(earn.key.earn_id for earn in plan.revoke)


def _claimants(
    earns: Iterable[Earn], planned: Sequence[tuple[Item, Plan]], behind: Sequence[Item]
) -> Mapping[EarnId, Item]:
    """The records of the lane in whose names earns of the request are claimed since an earlier run.

    One of which the plan takes the earn no more is none.
    """
    claimed = {earn.key.earn_id: earn.claim for earn in earns if earn.claim is not None}
    if not claimed:
        return {}
    found: dict[EarnId, Item] = {}
    for item, plan in planned:
        found.update((earn.key.earn_id, item) for earn in plan.revoke if earn.claim == str(source(item)))
    for item in behind:
        if not isinstance(item, Decided):
            found.update((earn_id, item) for earn_id, claim in claimed.items() if claim == str(source(item)))
    return found
