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
    takers: dict[EarnId, list[Item]] = {}
    for item in items:
        plan = plan_of(item, newer, rules.policy)
        more = {earn.key.earn_id: earn for earn in plan.revoke if earn.key.earn_id not in earns}
        if earns and len(earns) + len(more) > rules.max_earns_per_call:
            break
        earns.update(more)
        planned.append((item, plan))
        for earn in plan.revoke:
            takers.setdefault(earn.key.earn_id, []).append(item)
    behind = items[len(planned) :]
    claimants = _claimants(earns.values(), takers, behind)
    owners = {earn_id: _owner(those, claimants.get(earn_id)) for earn_id, those in takers.items()}
    merged = Round(
        planned=tuple(planned),
        earns=earns,
        owners={earn_id: source(owner) for earn_id, owner in owners.items()},
        behind=tuple(item for item in behind if any(item is owner for owner in owners.values())) if claimants else (),
        instead_of=frozenset(str(source(item)) for earn_id, item in claimants.items() if owners[earn_id] is not item),
        verify_uncertain=rules.verify_uncertain,
    )
    ids, step = tuple(earns), rules.max_earns_per_call
    merged.groups.extend(ids[start : start + step] for start in range(0, len(ids), step))
    return merged


def _owner(takers: Sequence[Item], claimant: Item | None) -> Item:
    """Who takes an earn: its claimant, else the first that wants it; where that is a return, the earliest of those.

    Records of several topics come back in any order after a restart; were the claim not kept, one record would wait
    here for the lease of another. Only an earlier return of the claimant's own partition takes its place, where the
    earn was told after the one was opened and before the other. As a partition is one instance's, no other instance is
    just asking in the claimant's name.
    """
    owner = claimant or takers[0]
    if not isinstance(owner, OpenReturn) or takers == [owner]:
        return owner
    returns = [item for item in takers if isinstance(item, OpenReturn)]
    if claimant is not None:
        returns = [item for item in returns if source(item)[:2] == source(claimant)[:2]]
    return min((owner, *returns), key=source)


def _claimants(
    earns: Iterable[Earn], takers: Mapping[EarnId, Sequence[Item]], behind: Sequence[Item]
) -> Mapping[EarnId, Item]:
    """The records of the lane in whose names earns of the request are claimed since an earlier run.

    A record inside the request counts only if its plan still takes the earn.
    """
    claimed = {earn.key.earn_id: earn.claim for earn in earns if earn.claim is not None}
    if not claimed:
        return {}
    waiting = [item for item in behind if not isinstance(item, Decided)]
    return {
        earn_id: item
        for earn_id, claim in claimed.items()
        for item in (*waiting, *takers[earn_id])
        if str(source(item)) == claim
    }
