"""Earns that are claimed before a test begins."""

from consumer.core.model import Coordinates, EarnId, EarnKey, OrgId
from consumer.ports import Claim
from tests.flow.a_world import Flow, a_flow
from tests.flow.fakes import RETURNS, FakeVendor, SlowLedger, answer
from tests.flow.parts import LEASE, Options, now
from tests.flow.records import earned

ELSEWHERE = Coordinates(RETURNS, 9, 99)
NOT_VALID = answer(400, {"errors": [{"code": 731, "message": "not valid"}]})


def key(earn_id: str = "e1") -> EarnKey:
    return EarnKey(org_id=OrgId("100"), earn_id=EarnId(earn_id))


async def claimed_by(ledger: SlowLedger, owner: Coordinates, *earns: str) -> None:
    owners = {key(earn): owner for earn in earns or ("e1",)}
    await ledger.claim(Claim(owners=owners, now=now(), lease=int(LEASE * 1000)))


async def a_flow_with_earns(vendor: FakeVendor, ledger: SlowLedger, options: Options | None = None) -> Flow:
    flow = a_flow(vendor, options, ledger=ledger)
    flow.receive(earned(0, "e1"), earned(1, "e2", bill_number="b2"))
    await flow.rest()
    return flow
