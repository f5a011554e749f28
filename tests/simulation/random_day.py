"""A day of any shape, and what is true of it: what comes, and what must come of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from consumer.core.model import Coordinates
from consumer.ports import Partition
from tests.simulation.broker import Sent

Tellers = tuple[frozenset[Coordinates], ...]
"""Records that tell something: it is told by any one of each group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomDay:
    """What comes, and what is true of it.

    To `echoes` the vendor tells of what it revoked. `held` and `redeemed` is what it has at first, and what it has no
    more; the rest it never had, or somebody else revoked: of the `gone` the feed says so. What is `fixed` it never
    revokes. `due` are the earns that must be revoked, by us, and no others may be.

    `asked_back` are all that a return of their purchase takes, whatever becomes of them. `takes` has for each event
    that takes anything what it takes whatever came before it, and `may_take` what it does if the others came before.
    `earned` are the records that tell of an earn and its purchase, `fates` those that tell that it is gone or redeemed.

    `invalid` are the records that go to the dead letters, with the reason; of the other returns `customers` and
    `events` have the customer, and the event with its redrive.
    """

    partitions: tuple[Partition, ...]
    echoes: Partition
    sent: tuple[Sent, ...]
    held: frozenset[str]
    redeemed: frozenset[str]
    gone: frozenset[str]
    fixed: frozenset[str]
    due: frozenset[str]
    asked_back: frozenset[str]
    takes: Mapping[str, frozenset[str]]
    may_take: Mapping[str, frozenset[str]]
    earned: Mapping[str, Tellers]
    fates: Mapping[str, Tellers]
    bill_of: Mapping[str, str]
    customer_of: Mapping[str, int]
    invalid: Mapping[Coordinates, str]
    customers: Mapping[Coordinates, int | None]
    events: Mapping[Coordinates, tuple[str, int]]
