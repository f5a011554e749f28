"""Earns that come after a return of their purchase: which return takes them, if any."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from consumer.core.model import Earn, EarnId, EarnState
from consumer.core.outcome import VerdictKind
from consumer.core.plan import Plan, Policy, plan, returned_purchase
from consumer.flow.item import Item, LateItem, Target, plan_of
from consumer.ports import EarlierReturn, LateEarn, Ledger, OutcomeEncoder


class Late:
    """Reads what the turn of a late earn needs, and finds the return that takes it."""

    def __init__(self, ledger: Ledger, encoder: OutcomeEncoder, policy: Policy) -> None:
        self._ledger = ledger
        self._encoder = encoder
        self._policy = policy

    async def look(self, items: Iterable[Item], needed: Callable[[LateItem], bool]) -> bool:
        """Read afresh for the late earns among the items that need it; whether there were any."""
        late = [item for item in items if isinstance(item, LateItem) and needed(item)]
        if not late:
            return False
        views = await self._ledger.late_earns([(item.record.source, item.earns) for item in late])
        for item, view in zip(late, views, strict=True):
            item.view = view
            item.target = self.target(item, view)
        return True

    async def is_overtaken(self, planned: Iterable[tuple[Item, Plan]]) -> bool:
        """Read afresh; whether others told of any of the late earns since these plans were made.

        What is claimed is told by nobody else any more.
        """
        late = [(item, before) for item, before in planned if isinstance(item, LateItem)]
        await self.look((item for item, _ in late), any_late)
        return any(_taken(plan_of(item, {}, self._policy)) != _taken(before) for item, before in late)

    def target(self, item: LateItem, view: LateEarn) -> Target | None:
        """The first return whose plan takes any of the earns, with all that it or a later return takes.

        None where none takes any, or returns told of them already.
        """
        if view.settled is not None:
            return None
        told = frozenset[EarnId]() if item.redrive else self._told_by(view.returns)
        # What this very record revoked in an earlier life is nobody else's to tell.
        earns = [earn for earn in view.earns if earn.key.earn_id not in told or _is_revoked_by(item, earn)]
        taken: Target | None = None
        for earlier in view.returns:
            left = earns if taken is None else _left(earns, taken.plan)
            if not left:
                break
            purchase = returned_purchase(
                earlier.returned,
                source=item.record.source,
                customer_id=earlier.customer_id,
                purchased_at=earlier.purchased_at,
                returned_at=earlier.returned_at,
            )
            planned = plan(purchase, left, self._policy)
            if planned.revoke or planned.known:
                taken = Target(earlier=earlier, plan=planned) if taken is None else _and_takes(taken, planned)
        return taken

    def _told_by(self, returns: Iterable[EarlierReturn]) -> frozenset[EarnId]:
        """The earns that the outcomes of returns told of, but those that they kept."""
        return frozenset(
            verdict.earn_id
            for earlier in returns
            if earlier.outcome is not None
            for verdict in self._encoder.decode(earlier.outcome).verdicts
            if verdict.kind is not VerdictKind.KEPT_BY_POLICY
        )


def _left(earns: Iterable[Earn], plan: Plan) -> list[Earn]:
    """Those that the plan does not take."""
    taken = _taken(plan)
    return [earn for earn in earns if earn.key.earn_id not in taken]


def _taken(plan: Plan) -> frozenset[EarnId]:
    return frozenset((*(earn.key.earn_id for earn in plan.revoke), *(verdict.earn_id for verdict in plan.known)))


def _and_takes(first: Target, more: Plan) -> Target:
    """The target once a later return takes some of what the first ones keep."""
    later = _taken(more)
    kept = tuple(verdict for verdict in first.plan.kept if verdict.earn_id not in later)
    both = Plan(revoke=first.plan.revoke + more.revoke, known=first.plan.known + more.known, kept=kept)
    return replace(first, plan=both)


def _is_revoked_by(item: LateItem, earn: Earn) -> bool:
    return earn.state is EarnState.REVOKED and earn.claim == str(item.record.source)


def not_looked_at(item: LateItem) -> bool:
    """Whether nothing was read for the item since something changed."""
    return item.view is None


def any_late(_: LateItem) -> bool:
    """Every late earn, whatever was read before."""
    return True


def look_again(items: Iterable[Item]) -> None:
    """What was read for the late earns among these is old."""
    for item in items:
        if isinstance(item, LateItem):
            item.view = None
