"""What the simulated vendor knows: who holds which earn, and what became of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from consumer.sandbox.vendor.behaviour import Behaviour, Preloaded
from consumer.sandbox.vendor.marks import Mark

State = Literal["held", "revoked", "redeemed"]
ALREADY_REDEEMED, NOT_REVOCABLE, NOT_VALID = 729, 730, 731
NEVER_THERE = frozenset({404, NOT_VALID})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One earn."""

    customer_id: int
    promotion_id: str
    earn_id: str
    state: State
    revocable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a request to revoke comes to for one earn: a code, or None where it can be revoked."""

    promotion_id: str
    earn_id: str
    code: int | None
    unnamed: bool = False


@dataclass(slots=True)
class Earns:
    """All earns, by id."""

    _known: dict[str, Held] = field(default_factory=dict)

    def preload(self, earns: Iterable[Preloaded]) -> None:
        """Let these be known."""
        for earn in earns:
            self._known[earn.earn_id] = Held(
                customer_id=earn.customer_id,
                promotion_id=earn.promotion_id,
                earn_id=earn.earn_id,
                state=earn.state,
                revocable=earn.promotion_type not in {"POS", "CODE"},
            )

    def rule(self, customer: int, promotion: str, earn_id: str, mark: Mark | None, behaviour: Behaviour) -> Ruling:
        """Decide, and change nothing but that an earn never heard of is known from now on."""
        code = mark.code if mark is not None else None
        unnamed = mark is not None and mark.unnamed
        known = self._known.get(earn_id)
        if known is None and behaviour.accept_unknown and code not in NEVER_THERE:
            state: State = "redeemed" if code == ALREADY_REDEEMED else "held"
            known = Held(customer_id=customer, promotion_id=promotion, earn_id=earn_id, state=state)
            self._known[earn_id] = known
        if code is None:
            code = _code(known, customer, promotion, behaviour)
        return Ruling(promotion_id=promotion, earn_id=earn_id, code=code, unnamed=unnamed)

    def revoke(self, earn_id: str) -> None:
        """Take it back."""
        self._known[earn_id] = replace(self._known[earn_id], state="revoked")

    def of(self, customer: int, limit: int) -> tuple[Held, ...]:
        """What the customer still holds, oldest first."""
        held = [earn for earn in self if earn.customer_id == customer and earn.state == "held"]
        return tuple(held[:limit])

    def __iter__(self) -> Iterator[Held]:
        return iter(self._known.values())


def _code(known: Held | None, customer: int, promotion: str, behaviour: Behaviour) -> int | None:
    if known is None or known.customer_id != customer or known.promotion_id != promotion:
        return NOT_VALID
    if known.state == "redeemed":
        return ALREADY_REDEEMED
    if not known.revocable:
        return NOT_REVOCABLE
    if known.state == "revoked":
        return None if behaviour.already_revoked == 200 else behaviour.already_revoked  # noqa: PLR2004 - HTTP's OK
    return None
