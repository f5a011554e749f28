"""What is true of the produced records: the ground that the oracle judges the product on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Topic = Literal["returns", "earns"]
VendorState = Literal["held", "redeemed", "revoked", "unknown", "pos", "refused"]
Extent = Literal["whole", "lines", "amount"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """One earn as its EARNED event tells it, and what the vendor knows of it before any return."""

    earn_id: str
    customer_id: int
    promotion_id: str
    promotion_type: str | None
    earned_from: str
    bill: str
    line_ids: frozenset[str]
    earned_at: int
    at_the_vendor: VendorState


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What one return brings back of one bill."""

    bill: str
    extent: Extent
    quantities: tuple[tuple[str, float], ...] = ()
    purchase_lines: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnTruth:
    """A readable return; `bills` is what its outcome names, `brought` what is looked up."""

    event_id: str
    customer_id: int | None
    bills: tuple[str, ...]
    brought: tuple[Brought, ...]
    returned_at: int
    purchased_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnTruth:
    """A readable record of the earn feed."""

    kind: Literal["EARNED", "REDEEMED", "REVOKED"]
    earn: Earned


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A record that must end as a dead letter, with what can still be read of it (None: cannot, or may not)."""

    reason: Literal["undecodable", "invalid", "tombstone"]
    event_id: str | None = None
    customer_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A record to produce. All of a wave is settled before the next wave is produced."""

    topic: Topic
    partition: int
    key: bytes | None
    value: bytes | None
    truth: ReturnTruth | EarnTruth | Unreadable
    wave: int
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """A record as it stands in its topic."""

    given: Given
    topic: str
    offset: int
    timestamp: int

    @property
    def coordinates(self) -> tuple[str, int, int]:
        return self.topic, self.given.partition, self.offset


Told = Literal["revoked", "failed", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorCall:
    """One revokeEarn as the vendor saw it. `told`: what the answer said of each earn; unclear if nothing certain.

    `caller` is who of several instances asked, where they can be told apart.
    """

    request_id: str
    customer_id: int
    earn_ids: tuple[str, ...]
    started: float
    ended: float
    told: Mapping[str, Told]
    status: int | None
    caller: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTheVendor:
    """The vendor's side of the evidence. `second_revoke`: what it says to a revoke of an earn that is revoked."""

    revoked_by_us: frozenset[str]
    calls: tuple[VendorCall, ...]
    complaints: tuple[str, ...] = ()
    second_revoke: Literal[200, 404, 731] = 731


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTruth:
    """The operator's policy that the service ran with."""

    partial_returns: Literal["matching-lines", "any-return", "whole-bill"] = "matching-lines"
    revoke_earned_from: frozenset[str] = frozenset({"ACTIVITY"})
    max_return_age: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A record of the dead-letter topic as a reader found it."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An outcome as a reader of the results found it; `timestamp` is Kafka's, in milliseconds."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    outcome: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """From one moment to another, by the vendor's clock; the same for what takes no time."""

    began: float
    ended: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stumble:
    """One of several instances died without warning, or worked on for a while on what was another's already.

    By the vendor's clock; `began` and `ended` are the same for a death.
    """

    caller: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that an end-to-end run left behind.

    `kills`: when the one instance that ran died without warning, by the vendor's clock. `concurrency`: its most calls
    at once. `side_by_side`: whether several instances ran at a time. `swallowed`: while a line to the vendor may have
    lost requests on their way, which no call tells of. `elsewhere`: where this is the evidence of some customers only,
    the calls that the same instances made for others. `wall`, added to the vendor's clock, is the time of day.
    """

    produced: tuple[Produced, ...]
    outcomes: tuple[Seen, ...]
    letters: tuple[Letter, ...]
    vendor: AtTheVendor
    concurrency: int
    policy: PolicyTruth = field(default_factory=PolicyTruth)
    kills: tuple[float, ...] = ()
    side_by_side: bool = False
    stumbles: tuple[Stumble, ...] = ()
    swallowed: tuple[Spell, ...] = ()
    elsewhere: tuple[VendorCall, ...] = ()
    wall: float = 0.0

    @property
    def all_calls(self) -> tuple[VendorCall, ...]:
        """The vendor's, whomever they were for."""
        return (*self.vendor.calls, *self.elsewhere)

    @property
    def doubts(self) -> tuple[Spell, ...]:
        """When an instance may not have known what became of a request."""
        kills = (Spell(began=kill, ended=kill) for kill in self.kills)
        stumbles = (Spell(began=stumble.began, ended=stumble.ended) for stumble in self.stumbles)
        return (*kills, *stumbles, *self.swallowed)
