"""A seeded world: many customers' stories as records, with duplicates, garbage, late earns and every encoding."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.end_to_end import encodings
from tests.end_to_end.forms import senseless, undecodable, written
from tests.end_to_end.shop import Return, Shop, weighted
from tests.end_to_end.stories import a_story
from tests.end_to_end.truth import Earned, EarnTruth, Given, Unreadable, VendorState

BEFORE, AMONG, AFTER, LAST = 1, 2, 3, 4
"""Waves: earns that are known early; returns, and earns that race with them; late earns, and returns of a bill of which
others are settled; what comes at the very end."""
LATER = 0.3
"""The share of a story's further returns before which it waits until the earlier ones are settled."""
EARN_WAVES = {"1": 74, "2": 14, "3": 12}
FEED_WAVES = {"0": 40, "1": 30, "2": 15, "4": 15}
"""When the feed tells of a redemption or a revoke that was not ours; 0: never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How large a world to make."""

    seed: int
    returns: int
    partitions: int = 8
    earn_partitions: int = 4
    customers: int = 0
    first_customer: int = 1000
    duplicates: float = 0.08
    copies_elsewhere: float = 0.1
    garbage: float = 0.06
    schema_ids: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What to produce, in order within each wave, and what the vendor knows at first."""

    given: tuple[Given, ...]
    vendor: Mapping[str, tuple[int, str, VendorState]]

    def wave(self, number: int) -> list[Given]:
        return [given for given in self.given if given.wave == number]


class _Making:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.shop = Shop(plan.seed)
        self.chance = random.Random(plan.seed + 1)
        self.vendor: dict[str, tuple[int, str, VendorState]] = {}

    def world(self) -> World:
        returns: dict[int, list[Given]] = {}
        earns: list[Given] = []
        count = 0
        customers = self.plan.customers or max(8, self.plan.returns // 6)
        while count < self.plan.returns:
            customer_id = self.plan.first_customer + self.chance.randrange(customers)
            story = a_story(self.shop, customer_id)
            for purchase in story.purchases:
                for earn in purchase.earns:
                    earns += self.earn_records(earn)
            wave = AMONG
            for at, back in enumerate(story.returns):
                wave = AFTER if at and self.chance.random() < LATER else wave
                for given in self.return_records(back, customer_id):
                    returns.setdefault(given.partition, []).append(replace(given, wave=wave))
                    count += 1
        records = [*earns, *self.garbage_of_the_feed(), *self.woven(returns)]
        return World(given=tuple(sorted(records, key=lambda given: given.wave)), vendor=self.vendor)

    def woven(self, returns: Mapping[int, list[Given]]) -> Iterator[Given]:
        queues = [list(reversed(queue)) for _, queue in sorted(returns.items())]
        while queues := [queue for queue in queues if queue]:
            yield self.chance.choice(queues).pop()

    def partition(self, customer_id: int) -> int:
        return customer_id % self.plan.partitions

    def return_records(self, back: Return, customer_id: int) -> Iterator[Given]:
        chance, key = self.chance, str(customer_id).encode()
        if chance.random() < self.plan.garbage:
            yield self.garbage(back, customer_id)
        value = self.written(back)
        given = Given(
            topic="returns",
            partition=self.partition(customer_id),
            key=key,
            value=value,
            truth=back.truth,
            wave=AMONG,
            headers=self.headers(),
        )
        yield given
        if chance.random() < self.plan.duplicates:
            yield replace(given, value=self.written(back))
        if back.sole and chance.random() < self.plan.copies_elsewhere:
            yield replace(given, partition=chance.randrange(self.plan.partitions))

    def headers(self) -> tuple[tuple[str, bytes], ...]:
        some: list[tuple[str, bytes]] = []
        if self.chance.random() < 0.2:
            some.append(("traceparent", f"00-{self.chance.randbytes(16).hex()}-{'1' * 16}-01".encode()))
        if self.chance.random() < 0.2:
            some += [("till", b"7"), ("till", b"\xff\x00")]
        return tuple(some)

    def garbage(self, back: Return, customer_id: int) -> Given:
        kind = self.chance.choice(["undecodable", "undecodable", "senseless", "tombstone"])
        given = Given(
            topic="returns",
            partition=self.partition(customer_id),
            key=self.chance.choice([str(customer_id).encode(), b"\xfe", None]),
            value=None,
            truth=Unreadable(reason="tombstone"),
            wave=AMONG,
            headers=self.headers(),
        )
        if kind == "undecodable":
            value = undecodable(self.chance, back.fields, encodings.RETURN)
            return replace(given, value=value, truth=Unreadable(reason="undecodable"))
        if kind == "tombstone":
            return given
        fields = senseless(self.chance, {**back.fields, "event_id": self.shop.id("I"), "customer_id": customer_id})
        readable = fields["customer_id"] if fields["customer_id"] > 0 else None
        truth = Unreadable(reason="invalid", event_id=fields["event_id"] or None, customer_id=readable)
        return replace(given, value=self.avro_or_json(fields), truth=truth)

    def avro_or_json(self, fields: Mapping[str, Any]) -> bytes:
        return written(self.chance, encodings.RETURN, fields, self.plan.schema_ids.get("return"))

    def written(self, back: Return) -> bytes:
        return self.avro_or_json(back.fields)

    def earn_records(self, earn: Earned) -> Iterator[Given]:
        self.vendor[earn.earn_id] = (earn.customer_id, earn.promotion_id, earn.at_the_vendor)
        wave = int(weighted(self.chance, EARN_WAVES))
        told = self.earn_record(earn, "EARNED", wave)
        yield told
        if self.chance.random() < 0.05:
            yield told
        if earn.at_the_vendor in {"redeemed", "revoked"}:
            feed_wave = int(weighted(self.chance, FEED_WAVES))
            if feed_wave:
                yield self.earn_record(earn, "REDEEMED" if earn.at_the_vendor == "redeemed" else "REVOKED", feed_wave)

    def earn_record(self, earn: Earned, kind: str, wave: int) -> Given:
        full = kind == "EARNED"
        fields = {
            "event_id": self.shop.id("V"),
            "org_id": None,
            "kind": kind,
            "customer_id": earn.customer_id,
            "earn_id": earn.earn_id,
            "promotion_id": earn.promotion_id if full else "",
            "promotion_type": earn.promotion_type if full else None,
            "earned_from_type": earn.earned_from,
            "bill_number": earn.bill if full else "",
            "line_ids": sorted(earn.line_ids) if full else [],
            "earned_at": earn.earned_at,
        }
        kinds: dict[str, EarnTruth] = {
            "EARNED": EarnTruth(kind="EARNED", earn=earn),
            "REDEEMED": EarnTruth(kind="REDEEMED", earn=earn),
            "REVOKED": EarnTruth(kind="REVOKED", earn=earn),
        }
        return Given(
            topic="earns",
            partition=earn.customer_id % self.plan.earn_partitions,
            key=str(earn.customer_id).encode(),
            value=written(self.chance, encodings.EARN, fields, self.plan.schema_ids.get("earn")),
            truth=kinds[kind],
            wave=wave,
        )

    def garbage_of_the_feed(self) -> Iterator[Given]:
        good: dict[str, Any] = {
            "event_id": "V0",
            "customer_id": 1000,
            "earn_id": "E0",
            "promotion_id": "P0",
            "earned_from_type": "ACTIVITY",
            "bill_number": "B0",
            "earned_at": 1,
        }
        values = [b"", b"\xff", b"{", encodings.single_object(encodings.EARN, good)[:-6]]
        for partition, value in enumerate(values):
            yield Given(
                topic="earns",
                partition=partition % self.plan.earn_partitions,
                key=b"1000",
                value=value,
                truth=Unreadable(reason="undecodable"),
                wave=BEFORE,
            )


def a_world(plan: Plan) -> World:
    """The world of this plan; the same each time."""
    return _Making(plan).world()
