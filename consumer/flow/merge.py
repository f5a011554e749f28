"""The leading records of a lane as one request."""

from collections.abc import Iterable, Mapping, Sequence

from consumer.core.model import Coordinates, Earn, EarnId, EarnKey
from consumer.core.plan import Plan
from consumer.flow.item import Decided, Item, plan_of, source
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
    behind = _owners_behind(earns.values(), items[len(planned) :])
    merged = Round(
        planned=tuple(planned),
        earns=earns,
        owners=_owners(planned) | {earn: source(item) for earn, item in behind.items()},
        behind=tuple(behind.values()),
        verify_uncertain=rules.verify_uncertain,
    )
    ids, step = tuple(earns), rules.max_earns_per_call
    merged.groups.extend(ids[start : start + step] for start in range(0, len(ids), step))
    return merged


def _owners(planned: Sequence[tuple[Item, Plan]]) -> dict[EarnId, Coordinates]:
    """Who takes each earn: the record whose claim stands since an earlier run, else the first that wants it.

    Records of several topics come back in any order after a restart; were the claim not kept, one record would wait
    here for the lease of another that stands behind it.
    """
    owners: dict[EarnId, Coordinates] = {}
    for item, plan in planned:
        for earn in plan.revoke:
            if earn.key.earn_id not in owners or earn.claim == str(source(item)):
                owners[earn.key.earn_id] = source(item)
    return owners


def _owners_behind(earns: Iterable[Earn], behind: Sequence[Item]) -> Mapping[EarnId, Item]:
    """The owners that did not fit into the request, as their claims since an earlier run tell."""
    if not behind:
        return {}
    items = {str(source(item)): item for item in behind if not isinstance(item, Decided)}
    return {earn.key.earn_id: items[earn.claim] for earn in earns if earn.claim in items}
