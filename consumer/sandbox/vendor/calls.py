"""What reached the simulated vendor, call by call."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Literal

REMEMBERED = 100_000
Operation = Literal["revoke", "listing", "token"]


@dataclass(slots=True, kw_only=True)
class Call:
    """One call. `status` is None while it is under way, and for good where no answer was given."""

    number: int
    operation: Operation
    arrived: float
    customer: int | None = None
    org: str | None = None
    earns: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()
    status: int | None = None
    fault: str | None = None
    traceparent: str | None = None


@dataclass(slots=True)
class Calls:
    """The last 100,000 calls, and who has one under way. `overlaps`: calls for a customer who had one already."""

    number: int = 0
    overlaps: int = 0
    most_at_once: int = 0
    _kept: deque[Call] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _customers: list[int] = field(default_factory=list)

    def begin(self, operation: Operation, now: float) -> Call:
        """Note a call that has just arrived."""
        self.number += 1
        call = Call(number=self.number, operation=operation, arrived=now)
        self._kept.append(call)
        return call

    @contextmanager
    def of_customer(self, customer: int) -> Iterator[bool]:
        """The time of one call; gives whether it is this customer's only one."""
        alone = customer not in self._customers
        self.overlaps += not alone
        self._customers.append(customer)
        self.most_at_once = max(self.most_at_once, len(self._customers))
        try:
            yield alone
        finally:
            self._customers.remove(customer)

    def told(self) -> list[dict[str, object]]:
        """Every call as fields."""
        return [asdict(call) for call in self._kept]

    def clear(self) -> None:
        """Forget the calls that are over."""
        self._kept.clear()
