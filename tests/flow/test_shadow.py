"""A flow whose ends are nobody's: it decides as the real one does, and nothing leaves it but offsets."""

from collections.abc import Sequence
from dataclasses import dataclass

from consumer.adapters.memory import MemoryLedger, NobodysVendor
from consumer.core.judge import Asked
from consumer.core.model import CustomerId, EarnId, PromotionId, Record
from consumer.core.shadow import Foreseen, Foresight
from consumer.flow.shadow import Unpublished
from consumer.ports import Call, Completion, Partition, Publisher, RevokeApi
from tests.flow import virtual_time
from tests.flow.a_world import at_rest
from tests.flow.fakes import EARNS, RETURNS, FakeVendor, PickleEncoder, Published
from tests.flow.parts import Options, Ports, parts
from tests.flow.records import earned, record, returned

WAVES = (
    [earned(0), earned(1, "e2", promotion_type="POS"), earned(2, "e3", earned_from_type="REWARD")],
    [returned(0), returned(1, "r2"), record(2, b"garbage"), returned(3, "r4", bill_number="b2"), returned(4)],
    [earned(3, "e4", bill_number="b2", promotion_id="p2"), record(4, b"garbage", topic=EARNS)],
)


@dataclass(frozen=True, slots=True)
class Counting:
    """A publisher that publishes, and counts beside."""

    counted: Unpublished
    published: Published

    def publish(self, completions: Sequence[Completion]) -> None:
        self.counted.publish(completions)
        self.published.publish(completions)


def a_foresight() -> Foresight:
    return Foresight(returns_topic=RETURNS, flood_ratio=1.0)


async def flowed(api: RevokeApi, publisher: Publisher) -> None:
    made = parts(Ports(api=api, ledger=MemoryLedger(), publisher=publisher), Options())
    made.inflow.assigned({Partition(RETURNS, 0): 1, Partition(EARNS, 0): 1})
    for wave in WAVES:
        made.inflow.received(wave)
        await at_rest(made.tasks)


def in_shadow() -> tuple[Foreseen, Published]:
    foresight, offsets = a_foresight(), Published()
    vendor = NobodysVendor(foresight.asked)
    virtual_time.run(flowed(vendor, Unpublished(offsets, PickleEncoder(), foresight)))
    return foresight.so_far(), offsets


def test_nothing_leaves_but_the_offset_of_each_record() -> None:
    _, offsets = in_shadow()

    records: list[Record] = [each for wave in WAVES for each in wave]
    assert sorted(each.record.source for each in offsets.completions) == sorted(each.source for each in records)
    assert all(each.outcome is None and each.dead_letter is None for each in offsets.completions)


def test_the_shadow_foresees_what_the_real_run_does_to_a_willing_vendor() -> None:
    foresight, vendor = a_foresight(), FakeVendor()
    counted = Unpublished(Published(), PickleEncoder(), foresight)

    virtual_time.run(flowed(vendor, Counting(counted, Published())))
    for asked in vendor.asked:
        foresight.asked(len(asked))

    foreseen, _ = in_shadow()
    assert foreseen == foresight.so_far()
    assert foreseen.returns == {"PARTLY_REVOKED": 2, "INVALID": 1, "NOTHING_TO_REVOKE": 1, "DUPLICATE": 1}
    assert foreseen.late_earns == {"REVOKED": 1}
    assert foreseen.revoked == {"p1": 1, "p2": 1}
    assert foreseen.kept == {"earned-from": 2}
    assert foreseen.dead_letters == {"730": 2, "undecodable": 2}
    assert (foreseen.requests, foreseen.earns_asked) == (2, 2)


def test_nobodys_vendor_does_all_that_it_is_asked_and_holds_nothing() -> None:
    asked: list[int] = []
    vendor = NobodysVendor(asked.append)
    earns = tuple(Asked(promotion_id=PromotionId(p), earn_id=EarnId(e)) for p, e in (("p1", "a"), ("p2", "b")))
    call = Call(org_id=None, customer_id=CustomerId(7), earns=earns, traceparents=())

    async def main() -> None:
        assert b'"revokedEarnIds": ["b"]' in (await vendor.revoke(call)).body
        assert b'"data": []' in (await vendor.listing(call)).body
        await vendor.refresh()
        await vendor.aclose()

    virtual_time.run(main())
    assert asked == [2]
    assert vendor.token_expiry() is None
