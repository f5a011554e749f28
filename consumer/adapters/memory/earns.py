"""How a ledger in memory changes what it knows of an earn."""

from dataclasses import replace

from consumer.adapters.memory.shelf import HeldEarn, Shelf
from consumer.core.model import (
    Coordinates,
    Earn,
    EarnedFromType,
    EarnEvent,
    EarnKey,
    EarnKind,
    EarnState,
    Millis,
    PromotionId,
)
from consumer.ports import Claim, Denied, Granted, SettledEarn, Told

TOLD_STATES = {EarnKind.REDEEMED: EarnState.REDEEMED, EarnKind.REVOKED: EarnState.REVOKED}


def claim_all(shelf: Shelf, claim: Claim) -> Granted | Denied:
    """Claim all the earns that are still held, or none where one is another's."""
    known = {key: held for key in claim.owners if (held := shelf.earns.get(key)) is not None}
    wanted = {key: held for key, held in known.items() if held.earn.state is EarnState.HELD}
    sure = {key for key, at in claim.again.items() if key in known and _is_own(known[key], claim, at)}
    if any(_is_anothers(held, claim) for held in wanted.values()):
        return Denied(earns=tuple(held.earn for held in known.values()))
    for key, held in wanted.items():
        owned = replace(held.earn, claim=str(claim.owners[key]))
        shelf.earns[key] = replace(held, earn=owned, claimed_at=claim.now)
    shelf.earns |= {key: unclaimed(known[key]) for key in sure - wanted.keys()}
    return Granted(
        earns=tuple(shelf.earns[key].earn for key in known),
        uncertain=frozenset(key for key, held in wanted.items() if held.earn.claim is not None and key not in sure),
    )


def unclaimed(held: HeldEarn) -> HeldEarn:
    """The earn without its claim."""
    return replace(held, earn=replace(held.earn, claim=None), claimed_at=None)


def _is_own(held: HeldEarn, claim: Claim, at: Millis) -> bool:
    """Whether the earn is claimed since then, and in the name in which it is to be claimed now."""
    return held.claimed_at == at and held.earn.claim == str(claim.owners[held.earn.key])


def _is_anothers(held: HeldEarn, claim: Claim) -> bool:
    held_by = held.earn.claim
    if held_by is None or held_by == str(claim.owners[held.earn.key]) or held_by in claim.instead_of:
        return False
    return held.claimed_at is not None and claim.now - held.claimed_at <= claim.lease


def settle_state(shelf: Shelf, key: EarnKey, state: EarnState, by: Coordinates | None) -> None:
    """Remember what the vendor's answer says; a revoke of ours stands above all else."""
    held = shelf.earns.get(key)
    if held is None:
        return
    match state:
        case EarnState.REVOKED:
            earn = replace(held.earn, state=state, claim=None if by is None else str(by))
        case EarnState.REDEEMED if held.earn.state is EarnState.HELD:
            earn = replace(held.earn, state=state, claim=None)
        case _:
            return
    shelf.earns[key] = replace(held, earn=earn, claimed_at=None)


def settle_late(shelf: Shelf, settled: SettledEarn) -> bytes:
    """Keep a late outcome in the name of the earn's record; the outcome that stands."""
    held = shelf.earns.get(settled.earn)
    if held is None or held.source != settled.source:
        return settled.outcome
    if held.late is None:
        shelf.earns[settled.earn] = replace(held, late=settled.outcome, late_calls=settled.calls)
        return settled.outcome
    return held.late


def note(shelf: Shelf, told: Told, now: Millis) -> HeldEarn | None:
    """Write what the feed tells; the earn, where it must be looked at for returns that came before it."""
    event = told.event
    held = shelf.earns.get(event.key)
    if event.earn is None:
        state = TOLD_STATES[event.kind]
        if held is None:
            shelf.earns[event.key] = _stub(event, state, now)
        elif held.earn.state is EarnState.HELD:
            claim = held.earn.claim if state is EarnState.REVOKED else None
            shelf.earns[event.key] = replace(held, earn=replace(held.earn, state=state, claim=claim))
        return None
    changed = _earned(told, event.earn, held, now)
    if changed is not None:
        shelf.earns[event.key] = changed
    return changed


def _earned(told: Told, earn: Earn, held: HeldEarn | None, now: Millis) -> HeldEarn | None:
    if held is None or not held.filled or (held.earn.purchase is None and earn.purchase is not None):
        state = EarnState.HELD if held is None else held.earn.state
        return HeldEarn(
            earn=replace(earn, state=state, claim=None if held is None else held.earn.claim),
            filled=True,
            request_id=told.event.request_id,
            claimed_at=None,
            source=told.source,
            redrive=told.redrive,
            late=None,
            late_calls=(),
            recorded_at=now if held is None else held.recorded_at,
        )
    if held.source == told.source:
        return held
    if told.redrive > held.redrive:
        return replace(held, source=told.source, redrive=told.redrive, late=None, late_calls=())
    return None


def _stub(event: EarnEvent, state: EarnState, now: Millis) -> HeldEarn:
    earn = Earn(
        key=event.key,
        customer_id=event.customer_id,
        promotion_id=PromotionId(""),
        promotion_type=None,
        earned_from=EarnedFromType.ACTIVITY,
        purchase=None,
        line_ids=frozenset(),
        earned_at=Millis(0),
        state=state,
    )
    return HeldEarn(
        earn=earn,
        filled=False,
        request_id=None,
        claimed_at=None,
        source=None,
        redrive=0,
        late=None,
        late_calls=(),
        recorded_at=now,
    )
