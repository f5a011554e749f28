"""Earns that come after a return of their purchase: which return takes them, if any."""

from collections.abc import Callable, Iterable

from consumer.core.model import EarnState
from consumer.core.outcome import VerdictKind
from consumer.core.plan import Policy, plan, returned_purchase
from consumer.flow.item import Item, LateItem, Target
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
        views = await self._ledger.late_earns([(item.told.source, item.told.event.key) for item in late])
        for item, view in zip(late, views, strict=True):
            item.view = view
            item.target = self.target(item, view)
        return True

    def target(self, item: LateItem, view: LateEarn) -> Target | None:
        """The first return whose plan takes the earn; None where none does, or one has told of it already."""
        if view.settled is not None:
            return None
        # What this very record revoked in an earlier life is nobody else's to tell.
        ours = view.earn.state is EarnState.REVOKED and view.earn.claim == str(item.told.source)
        again = item.told.redrive > 0
        if not ours and not again and any(self._has_told(earlier, view) for earlier in view.returns):
            return None
        for earlier in view.returns:
            purchase = returned_purchase(
                earlier.returned,
                source=item.told.source,
                customer_id=earlier.customer_id,
                purchased_at=earlier.purchased_at,
                returned_at=earlier.returned_at,
            )
            planned = plan(purchase, [view.earn], self._policy)
            if not planned.kept:
                return Target(earlier=earlier, plan=planned)
        return None

    def _has_told(self, earlier: EarlierReturn, view: LateEarn) -> bool:
        if earlier.outcome is None:
            return False
        return any(
            verdict.earn_id == view.earn.key.earn_id and verdict.kind is not VerdictKind.KEPT_BY_POLICY
            for verdict in self._encoder.decode(earlier.outcome).verdicts
        )


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
