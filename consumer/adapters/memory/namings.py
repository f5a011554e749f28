"""How a ledger in memory links earns that wait to the purchases that name them."""

from dataclasses import replace

from consumer.adapters.memory.shelf import HeldEarn, HeldNaming, Shelf
from consumer.core.linking import Asker, Linkable, Naming, link, to_tell
from consumer.core.model import Coordinates, EarnKey, EarnState, Millis
from consumer.ports import ToldPurchase


def keep_namings(shelf: Shelf, told: ToldPurchase, now: Millis) -> None:
    """Write what a purchase names; what is known already stays."""
    event = told.event
    for promotion in sorted(event.promotions) if event.promotions is not None else (None,):
        naming = Naming(
            request_id=event.request_id,
            customer_id=event.customer_id,
            promotion_id=promotion,
            purchase=event.purchase,
            source=told.source,
            redrive=told.redrive,
        )
        if not any(_says_the_same(held.naming, naming) for held in shelf.namings):
            shelf.namings.append(HeldNaming(org_id=event.purchase.org_id, naming=naming, recorded_at=now))


def linked(shelf: Shelf, asker: Asker) -> tuple[EarnKey, ...]:
    """Link what waits; the earns of which the asker's record has to tell."""
    request = (asker.org_id, asker.request_id)
    earned = [each for each in shelf.earns.values() if (each.earn.key.org_id, each.request_id) == request]
    named = [each for each in shelf.namings if (each.org_id, each.naming.request_id) == request]
    now = link(asker, [_linkable(each) for each in earned], [each.naming for each in named])
    for before, after in zip(earned, now.earns, strict=True):
        shelf.earns[after.key] = _placed(before, after)
    handed_on = [replace(each, naming=naming) for each, naming in zip(named, now.namings, strict=True)]
    shelf.namings = [*(each for each in shelf.namings if each not in named), *handed_on]
    return tuple(each.key for each in to_tell(asker, now.earns))


def _linkable(held: HeldEarn) -> Linkable:
    return Linkable(
        key=held.earn.key,
        customer_id=held.earn.customer_id,
        promotion_id=held.earn.promotion_id,
        purchase=held.earn.purchase,
        source=held.source or Coordinates("", 0, 0),
        redrive=held.redrive,
        is_at_rest=held.earn.state is EarnState.HELD and held.earn.claim is None,
        has_told_late=held.late is not None,
    )


def _placed(held: HeldEarn, after: Linkable) -> HeldEarn:
    return replace(
        held,
        earn=replace(held.earn, purchase=after.purchase),
        source=after.source,
        redrive=after.redrive,
        late=held.late if after.has_told_late else None,
        late_calls=held.late_calls if after.has_told_late else (),
    )


def _says_the_same(one: Naming, other: Naming) -> bool:
    return replace(one, source=other.source, redrive=other.redrive) == other
