"""The end of records: outcomes made, written to the ledger in one commit, and handed over in order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import assert_never

from consumer.core.model import Coordinates, EarnId, Millis
from consumer.core.outcome import RevokeOutcome, VerdictKind
from consumer.core.plan import Plan
from consumer.flow.item import Decided, Item, LateItem, OpenReturn, source
from consumer.flow.outlet import Outlet
from consumer.flow.round import Round
from consumer.flow.settle import letter_of, outcome_of_late_earn, outcome_of_return, verdicts
from consumer.ports import Ledger, OutcomeEncoder, SettledEarn, SettledReturn, Settlement

Planned = Sequence[tuple[Item, Plan]]
Drafts = Mapping[Coordinates, tuple[RevokeOutcome, bytes]]


class Settler:
    """Settles items whose every earn has its answer."""

    def __init__(self, ledger: Ledger, encoder: OutcomeEncoder, outlet: Outlet, now: Callable[[], Millis]) -> None:
        self._ledger = ledger
        self._encoder = encoder
        self._outlet = outlet
        self._now = now

    async def settle(self, planned: Planned, asked: Round | None) -> None:
        """Write the outcomes with what the vendor answered, then hand them over; a stored outcome wins over ours."""
        drafts: dict[Coordinates, tuple[RevokeOutcome, bytes]] = {}
        told = {verdict.earn_id for item, plan in planned if isinstance(item, OpenReturn) for verdict in plan.known}
        for item, plan in planned:
            own = _own(item, plan, asked, told) if isinstance(item, LateItem) else plan
            outcome = self._outcome(item, own, asked)
            if outcome is not None:
                drafts[source(item)] = (outcome, self._encoder.encode(outcome))
        settlement = _settlement([item for item, _ in planned], drafts, asked)
        stored = await self._ledger.settle(settlement) if settlement != Settlement() else {}
        for item, _ in planned:
            self._hand_over(item, drafts, stored)

    def _outcome(self, item: Item, plan: Plan, asked: Round | None) -> RevokeOutcome | None:
        answers = asked.answers if asked is not None else {}
        owners = asked.owners if asked is not None else {}
        match item:
            case OpenReturn():
                judged = verdicts(plan, answers, owners, source(item))
                return outcome_of_return(item, judged, self._now())
            case LateItem(target=target) if target is not None and (plan.revoke or plan.known):
                judged = verdicts(plan, answers, owners, source(item))
                return outcome_of_late_earn(item, target, judged, self._now())
            case LateItem() | Decided():
                return None
            case _:
                assert_never(item)

    def _hand_over(self, item: Item, drafts: Drafts, stored: Mapping[Coordinates, bytes]) -> None:
        if isinstance(item, Decided):
            self._outlet.outcome(item.record, item.started, item.outcome, item.stored, item.letter)
            return
        settled = item.view.settled if isinstance(item, LateItem) and item.view is not None else None
        ours = drafts.get(source(item))
        outcome, encoded = ours if ours is not None else (None, None)
        stands = settled or stored.get(source(item), encoded)
        if stands is None:
            self._outlet.nothing([item.record])
            return
        if outcome is None or stands != encoded:
            outcome = self._encoder.decode(stands)
        self._outlet.outcome(item.record, item.started, outcome, stands, letter_of(outcome))


def _own(item: LateItem, plan: Plan, asked: Round | None, told: AbstractSet[EarnId]) -> Plan:
    """What of a late plan is the record's own to tell.

    Not the earns that another record of the same request takes, nor those of which a return that is settled together
    with it tells, without a call, already; but what was revoked in its own name.
    """
    owners: Mapping[EarnId, Coordinates] = asked.owners if asked is not None else {}
    return replace(
        plan,
        revoke=tuple(e for e in plan.revoke if owners.get(e.key.earn_id, source(item)) == source(item)),
        known=tuple(v for v in plan.known if v.kind is VerdictKind.REVOKED or v.earn_id not in told),
    )


def _settlement(items: Sequence[Item], drafts: Drafts, asked: Round | None) -> Settlement:
    return Settlement(
        returns=tuple(
            SettledReturn(
                source=source(item),
                org_id=item.opening.org_id,
                event_id=item.opening.event_id,
                redrive=item.opening.redrive,
                outcome=drafts[source(item)][1],
                calls=tuple(item.calls.made),
            )
            for item in items
            if isinstance(item, OpenReturn)
        ),
        late=tuple(
            late
            for item in items
            if isinstance(item, LateItem) and source(item) in drafts
            for late in _settled_late(item, drafts[source(item)][1])
        ),
        states=asked.states() if asked is not None else (),
        release=asked.releasable() if asked is not None else (),
    )


def _settled_late(item: LateItem, outcome: bytes) -> Iterator[SettledEarn]:
    """One for each earn of the record; they share its calls."""
    calls = tuple(item.calls.made)
    return (SettledEarn(source=source(item), earn=earn, outcome=outcome, calls=calls) for earn in item.earns)
