"""What the earn feed tells the ledger."""

from dataclasses import dataclass
from enum import StrEnum

from consumer.core.linking import Asker
from consumer.core.model import Coordinates, EarnEvent, NamingPurchase


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event of the earn feed with where it stood. `redrive` as in Opening."""

    source: Coordinates
    redrive: int
    event: EarnEvent

    @property
    def asker(self) -> Asker | None:
        """Who asks for the purchase of an earn that waits; None where the earn does not wait."""
        if self.event.request_id is None:
            return None
        return Asker(
            source=self.source,
            redrive=self.redrive,
            org_id=self.event.key.org_id,
            request_id=self.event.request_id,
            purchase=None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPurchase:
    """A purchase of the earn feed with where it stood. `redrive` as in Opening."""

    source: Coordinates
    redrive: int
    event: NamingPurchase

    @property
    def asker(self) -> Asker:
        """Who asks for the earns that wait for the purchase."""
        return Asker(
            source=self.source,
            redrive=self.redrive,
            org_id=self.event.purchase.org_id,
            request_id=self.event.request_id,
            purchase=self.event.purchase,
        )


class TellResult(StrEnum):
    """What the ledger makes of an event of the earn feed."""

    NOTED = "noted"
    """Nothing more is to be done: no return of its purchase is known, or it is a copy of what is known."""
    LATE = "late"
    """A return of its purchase came before it: the earn must go through its customer's lane."""
