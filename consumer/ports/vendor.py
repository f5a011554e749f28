"""The promotion vendor."""

from dataclasses import dataclass
from typing import Protocol

from consumer.core.judge import Asked
from consumer.core.model import (
    CustomerId,
    OrgId,
    RequestId,
)

LISTING_LIMIT = 1000
"""Rows that a listing asks for; a page of so many may not be all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request for one customer; `earns` is empty for a listing.

    `traceparents` are the trace contexts that came with the records it is made for, oldest first.
    """

    org_id: OrgId | None
    customer_id: CustomerId
    earns: tuple[Asked, ...]
    traceparents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Any HTTP answer, whatever its status. `retry_after` in seconds.

    `unread` tells why the body was left, and counts as none, if it was.
    """

    status: int
    body: bytes
    retry_after: float | None
    request_id: RequestId | None
    unread: str | None = None


class RevokeApi(Protocol):
    """The vendor. Each method raises Unavailable where no answer comes before the deadline."""

    async def revoke(self, call: Call) -> Response:
        """Ask to revoke the call's earns."""
        ...

    async def listing(self, call: Call) -> Response:
        """Ask what the customer holds, up to LISTING_LIMIT rows."""
        ...

    async def refresh(self) -> None:
        """Read the secrets again and get a new token; calls at the same time share one refresh."""
        ...
