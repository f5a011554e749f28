"""One call to the vendor, as the story of a record tells it."""

from dataclasses import dataclass
from enum import StrEnum

from consumer.core.model import EarnId, Millis, RequestId

LOST = "lost"
"""How a call ended whose answer nobody wrote down: a claim that stood before says that it may have been made."""


class CallKind(StrEnum):
    """What the vendor was asked."""

    REVOKE = "revoke"
    LISTING = "listing"
    """What the customer still holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorCall:
    """A call that left, and what came of it.

    `earns` are those of the record that it was about, `of` is how many there were in the request. `end` is the HTTP
    status of the answer, the kind of silence, or LOST; `codes` are those of the answer's body, ascending.
    """

    at: Millis
    kind: CallKind
    earns: tuple[EarnId, ...]
    of: int
    end: str
    request_id: RequestId | None
    codes: tuple[int, ...]
