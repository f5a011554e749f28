"""What stands around the flow in tests: a vendor, a publisher, an encoding, telemetry."""

import asyncio
import json
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from consumer.adapters.memory import MemoryLedger
from consumer.core.model import Coordinates, Earn, EarnId, EarnKey, OrgId, Record, RequestId
from consumer.core.notification import Foreign
from consumer.core.outcome import RevokeOutcome
from consumer.ports import (
    Arrival,
    Call,
    Claim,
    Completion,
    Denied,
    Granted,
    LateEarn,
    Opening,
    Response,
    SchemaMissing,
    Settlement,
    Undecodable,
)

RETURNS = "returns"
EARNS = "earns"


class PickleEncoder:
    def encode(self, outcome: RevokeOutcome) -> bytes:
        return pickle.dumps(outcome)

    def publish(self, stored: bytes) -> bytes:
        return stored

    def decode(self, stored: bytes) -> RevokeOutcome:
        outcome = pickle.loads(stored)  # noqa: S301 - the test's own bytes
        assert isinstance(outcome, RevokeOutcome)
        return outcome


class PickleDecoder:
    """Values are pickled fields; a value of b'schema N' needs the schema N, b'garbage' is nothing."""

    def __init__(self) -> None:
        self.known: set[int] = set()
        self.asked: list[int] = []
        self.answers: Callable[[int], bool] = lambda _: False

    def decode(self, value: bytes) -> Mapping[str, object] | Foreign:
        if value.startswith(b"schema "):
            number, _, rest = value.removeprefix(b"schema ").partition(b" ")
            if int(number) not in self.known:
                raise SchemaMissing(int(number))
            value = rest
        if value == b"garbage":
            raise Undecodable("not a record")
        fields = pickle.loads(value)  # noqa: S301 - the test's own bytes
        assert isinstance(fields, dict | Foreign)
        return fields

    async def learn(self, schema_id: int) -> bool:
        self.asked.append(schema_id)
        if self.answers(schema_id):
            self.known.add(schema_id)
        return schema_id in self.known


class Published:
    """What left, in its order."""

    def __init__(self) -> None:
        self.completions: list[Completion] = []

    def publish(self, completions: Sequence[Completion]) -> None:
        self.completions.extend(completions)

    @property
    def outcomes(self) -> list[RevokeOutcome]:
        return [pickle.loads(each.outcome.value or b"") for each in self.completions if each.outcome is not None]  # noqa: S301 - as above

    def of(self, offset: int, topic: str = RETURNS) -> RevokeOutcome:
        (found,) = [each for each in self.outcomes if each.source.offset == offset and each.source.topic == topic]
        return found

    @property
    def dead_letters(self) -> list[Completion]:
        return [each for each in self.completions if each.dead_letter is not None]


class Silence:
    """Telemetry that keeps the names of the events it was told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, object]]] = []
        self.retries: list[str] = []
        self.requests: list[tuple[int, int]] = []

    def settled(self, record: Record, outcome: RevokeOutcome, seconds: float) -> None: ...

    def called(self, operation: str, code: str, seconds: float) -> None: ...

    def merged(self, earns: int, events: int) -> None:
        self.requests.append((earns, events))

    def retried(self, reason: str) -> None:
        self.retries.append(reason)

    def throttled(self) -> None: ...

    def waited(self, seconds: float) -> None: ...

    def refreshed(self, *, succeeded: bool) -> None: ...

    def event(self, name: str, **fields: object) -> None:
        self.events.append((name, fields))


Answer = Callable[[Call], Response]


def ok(call: Call) -> Response:
    """Shape B: all are revoked."""
    del call
    return answer(200, {"data": {"code": 200, "message": "done"}, "errors": []})


def holds_nothing(call: Call) -> Response:
    """A listing without rows."""
    del call
    return answer(200, {"data": [], "errors": []})


def answer(status: int, body: object, *, retry_after: float | None = None, request_id: str | None = "r") -> Response:
    named = None if request_id is None else RequestId(request_id)
    return Response(status=status, body=json.dumps(body).encode(), retry_after=retry_after, request_id=named)


@dataclass
class FakeVendor:
    """Answers as it is told, after `latency` seconds, and remembers who asked for what, when."""

    answers: Answer = ok
    lists: Answer = holds_nothing
    latency: float = 0.02
    calls: list[tuple[float, Call]] = field(default_factory=list)
    listings: list[tuple[float, Call]] = field(default_factory=list)
    refreshes: list[float] = field(default_factory=list)
    on_refresh: Callable[[], None] = lambda: None
    under_way: int = 0
    most_under_way: int = 0

    async def revoke(self, call: Call) -> Response:
        self.calls.append((asyncio.get_running_loop().time(), call))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(self.latency)
            return self.answers(call)
        finally:
            self.under_way -= 1

    async def listing(self, call: Call) -> Response:
        self.listings.append((asyncio.get_running_loop().time(), call))
        await asyncio.sleep(self.latency)
        return self.lists(call)

    async def refresh(self) -> None:
        self.refreshes.append(asyncio.get_running_loop().time())
        self.on_refresh()

    @property
    def asked(self) -> list[list[str]]:
        return [[str(each.earn_id) for each in call.earns] for _, call in self.calls]


class SlowLedger(MemoryLedger):
    """Takes so many seconds, before it does anything, for the operations named in `takes`."""

    def __init__(self) -> None:
        super().__init__()
        self.takes: dict[str, float] = {}
        self.claims: list[Claim] = []
        self.settlements: list[Settlement] = []

    async def open(self, openings: Sequence[Opening]) -> Sequence[Arrival]:
        await asyncio.sleep(self.takes.get("open", 0.0))
        return await super().open(openings)

    async def claim(self, claim: Claim) -> Granted | Denied:
        await asyncio.sleep(self.takes.get("claim", 0.0))
        self.claims.append(claim)
        return await super().claim(claim)

    async def settle(self, settlement: Settlement) -> Mapping[Coordinates, bytes]:
        await asyncio.sleep(self.takes.get("settle", 0.0))
        self.settlements.append(settlement)
        return await super().settle(settlement)

    async def late_earns(self, asked: Sequence[tuple[Coordinates, Sequence[EarnKey]]]) -> Sequence[LateEarn]:
        await asyncio.sleep(self.takes.get("late_earns", 0.0))
        return await super().late_earns(asked)

    def earn(self, earn_id: str = "e1") -> Earn:
        """What it knows of an earn."""
        return self.shelf.earns[EarnKey(org_id=OrgId("100"), earn_id=EarnId(earn_id))].earn
