"""One guarded call."""

import asyncio

import pytest

from consumer.core.breaker import HoldPolicy
from consumer.core.model import CustomerId, OrgId
from consumer.flow.call import Caller, NoAnswer
from consumer.flow.gate import Gate, GateConfig
from consumer.ports import Call, Response, Unavailable
from tests.flow import virtual_time
from tests.flow.fakes import FakeVendor, Silence

CONFIG = GateConfig(concurrency=2, per_minute=0, reserve=0.05, hold=HoldPolicy(initial=0.5, max=60.0))
CALL = Call(org_id=OrgId("100"), customer_id=CustomerId(7), earns=(), traceparents=())


class NobodyReached(FakeVendor):
    """Has no certificate that we believe."""

    async def revoke(self, call: Call) -> Response:
        del call
        raise Unavailable("tls", sent=False, words="the certificate is refused: expired")


def left_unread(call: Call) -> Response:
    del call
    return Response(status=503, body=b"", retry_after=None, request_id=None, unread="it is too large")


@pytest.mark.parametrize(
    ("vendor", "told"),
    [
        (
            NobodyReached(),
            ("api_unreachable", {"operation": "revoke", "reason": "the certificate is refused: expired"}),
        ),
        (
            FakeVendor(answers=left_unread),
            ("answer_unread", {"operation": "revoke", "code": 503, "reason": "it is too large"}),
        ),
    ],
)
def test_what_a_person_must_mend_before_a_call_can_succeed_is_told(
    vendor: FakeVendor, told: tuple[str, dict[str, object]]
) -> None:
    async def main() -> None:
        loop, telemetry = asyncio.get_running_loop(), Silence()
        gate = Gate(CONFIG, loop=loop, chance=lambda: 0.5)
        permit = gate.line_up().result()
        assert permit is not None

        reply = await Caller(vendor, gate, telemetry, loop).revoke(permit, CALL)

        assert isinstance(reply.meaning, NoAnswer)
        assert telemetry.events == [told]

    virtual_time.run(main())


def test_the_oldest_call_under_way_is_known_until_it_ends() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        gate = Gate(CONFIG, loop=loop, chance=lambda: 0.5)
        caller = Caller(FakeVendor(latency=5.0), gate, Silence(), loop)
        permits = [gate.line_up().result() for _ in range(2)]
        asked = []
        for permit in permits:
            assert permit is not None
            asked.append(asyncio.ensure_future(caller.listing(permit, CALL)))
            await asyncio.sleep(1.0)

        assert caller.oldest() == 0.0
        await asked[0]
        assert caller.oldest() == 1.0
        await asked[1]
        assert caller.oldest() is None

    virtual_time.run(main())
