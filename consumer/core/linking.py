"""Which purchase an earn that waits belongs to: the only one that names it. Nothing is guessed by time."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from consumer.core.model import Coordinates, CustomerId, EarnKey, OrgId, PromotionId, PurchaseKey, RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What the record at `source` says: this purchase earned that promotion by that request; None: all promotions."""

    request_id: RequestId
    customer_id: CustomerId
    promotion_id: PromotionId | None
    purchase: PurchaseKey
    source: Coordinates
    redrive: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkable:
    """An earn by a request, with the record that must tell of it if it is late; `purchase` is None while it waits."""

    key: EarnKey
    customer_id: CustomerId
    promotion_id: PromotionId
    purchase: PurchaseKey | None
    source: Coordinates
    redrive: int
    is_at_rest: bool
    """Whether it is held, and nobody's call for it is under way."""
    has_told_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """The record that asks to be linked: a purchase's; or an earn's, without a purchase, for that earn alone."""

    source: Coordinates
    redrive: int
    org_id: OrgId
    request_id: RequestId
    purchase: PurchaseKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """What is known of one request after linking, in the order given."""

    earns: tuple[Linkable, ...]
    namings: tuple[Naming, ...]


def link(asker: Asker, earns: Sequence[Linkable], namings: Sequence[Naming]) -> Linked:
    """Link what waits. `earns` and `namings` are all of the asker's organisation and request.

    Who links an earn has to tell of it from then on: the asker, whose record is still open. Where two purchases name
    the same earn, as one request for two bills does, neither is sure: it waits on, and is unlinked if that is known
    too late, unless something hangs on the link already. A purchase's record that was sent again takes over what the
    first one had to tell.
    """
    now = tuple(_taken_over(asker, naming) for naming in namings)
    former = {before.source for before, after in zip(namings, now, strict=True) if before is not after}
    return Linked(earns=tuple(_linked(asker, earn, now, former) for earn in earns), namings=now)


def to_tell(asker: Asker, earns: Iterable[Linkable]) -> list[Linkable]:
    """The earns of which the asker has to tell if they are late, by their ids."""
    return sorted((earn for earn in earns if earn.source == asker.source), key=lambda earn: earn.key.earn_id)


def _taken_over(asker: Asker, naming: Naming) -> Naming:
    if naming.purchase != asker.purchase or naming.redrive >= asker.redrive:
        return naming
    return replace(naming, source=asker.source, redrive=asker.redrive)


def _linked(asker: Asker, earn: Linkable, namings: Sequence[Naming], former: AbstractSet[Coordinates]) -> Linkable:
    if earn.source in former:
        earn = replace(_given_to(asker, earn), has_told_late=False)
    naming = [each for each in namings if _names(each, earn)]
    purchases = {each.purchase for each in naming}
    if len(purchases) > 1 and earn.is_at_rest and not earn.has_told_late:
        return replace(earn, purchase=None)
    if earn.purchase is not None or len(purchases) != 1:
        return earn
    if earn.source == asker.source:
        return replace(earn, purchase=purchases.pop())
    if any(each.source == asker.source for each in naming):
        return replace(_given_to(asker, earn), purchase=purchases.pop())
    return earn


def _given_to(asker: Asker, earn: Linkable) -> Linkable:
    """The earn, of which the asker has to tell from now on. That its own record was sent again is not forgotten."""
    return replace(earn, source=asker.source, redrive=max(earn.redrive, asker.redrive))


def _names(naming: Naming, earn: Linkable) -> bool:
    return naming.customer_id == earn.customer_id and naming.promotion_id in {None, earn.promotion_id}
