"""A vendor that fails for all, for one customer, or refuses our credentials."""

import asyncio

from consumer.core.outcome import OutcomeStatus, VerdictKind
from consumer.ports import Call, Response, Unavailable
from tests.flow import virtual_time
from tests.flow.a_world import a_flow
from tests.flow.fakes import FakeVendor, answer, ok
from tests.flow.records import earned, returned


def test_an_outage_holds_and_dead_letters_nothing() -> None:
    async def main() -> None:
        back = asyncio.get_running_loop().time() + 4 * 3600

        def answers_of(call: Call) -> Response:
            return ok(call) if asyncio.get_running_loop().time() > back else answer(503, {})

        vendor = FakeVendor(answers=answers_of)
        flow = a_flow(vendor)
        flow.receive(*[earned(n, f"e{n}", customer_id=n + 1, bill_number=f"b{n}") for n in range(100)])
        await flow.rest()
        flow.receive(*[returned(n, f"r{n}", customer_id=n + 1, bill_number=f"b{n}") for n in range(100)])
        await flow.rest(5 * 3600)

        assert [outcome.status for outcome in flow.published.outcomes] == [OutcomeStatus.REVOKED] * 100
        assert not flow.published.dead_letters
        probes = [at for at, _ in vendor.calls if 60 < at < back]
        assert len(probes) < 4 * 3600 / 7
        assert vendor.most_under_way <= 64

    virtual_time.run(main())


def test_a_vendor_whose_certificate_is_refused_is_waited_for_and_dead_letters_nothing() -> None:
    async def main() -> None:
        back = asyncio.get_running_loop().time() + 4 * 3600

        def answers_of(call: Call) -> Response:
            if asyncio.get_running_loop().time() < back:
                raise Unavailable("tls", sent=False, words="the certificate is refused: certificate has expired")
            return ok(call)

        flow = a_flow(FakeVendor(answers=answers_of))
        flow.receive(*[earned(n, f"e{n}", customer_id=n + 1, bill_number=f"b{n}") for n in range(20)])
        await flow.rest()
        flow.receive(*[returned(n, f"r{n}", customer_id=n + 1, bill_number=f"b{n}") for n in range(20)])
        await flow.rest(5 * 3600)

        assert [outcome.status for outcome in flow.published.outcomes] == [OutcomeStatus.REVOKED] * 20
        assert not flow.published.dead_letters
        told = [fields["reason"] for name, fields in flow.telemetry.events if name == "api_unreachable"]
        assert set(told) == {"the certificate is refused: certificate has expired"}

    virtual_time.run(main())


def test_a_customer_that_alone_keeps_failing_is_given_up() -> None:
    async def main() -> None:
        def answers_of(call: Call) -> Response:
            return answer(500, {}) if call.customer_id == 7 else ok(call)

        flow = a_flow(FakeVendor(answers=answers_of))
        flow.receive(earned(0))
        flow.receive(*[earned(n, f"e{n}", customer_id=n + 100, bill_number=f"b{n}") for n in range(2, 80)])
        await flow.rest()
        flow.receive(returned(0))
        for n in range(2, 80):
            await asyncio.sleep(60)
            flow.receive(returned(n, f"r{n}", customer_id=n + 100, bill_number=f"b{n}"))
        await flow.rest(2 * 3600)

        outcome = flow.published.of(0)
        assert outcome.verdicts[0].kind is VerdictKind.EXHAUSTED
        assert outcome.verdicts[0].code == 500
        assert outcome.status is OutcomeStatus.FAILED
        (letter,) = flow.published.dead_letters
        assert letter.dead_letter_reason == "exhausted"

    virtual_time.run(main())


def test_refused_credentials_are_refreshed_once_then_held_and_nothing_is_dead_lettered() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()

        def answers_of(call: Call) -> Response:
            return ok(call) if loop.time() > 300 else answer(401, {})

        vendor = FakeVendor(answers=answers_of)
        flow = a_flow(vendor)
        flow.receive(*[earned(n, f"e{n}", customer_id=n + 1, bill_number=f"b{n}") for n in range(10)])
        await flow.rest()
        flow.receive(*[returned(n, f"r{n}", customer_id=n + 1, bill_number=f"b{n}") for n in range(10)])
        await asyncio.sleep(0.1)
        early = len(vendor.refreshes)
        await asyncio.sleep(60)
        holding = flow.gate.holding()
        await flow.rest()

        told = [fields for name, fields in flow.telemetry.events if name == "credentials_rejected"]
        assert early == 1
        assert holding == "credentials"
        assert told == [{"code": 401}] * (len(vendor.refreshes) - 1)
        assert [outcome.status for outcome in flow.published.outcomes] == [OutcomeStatus.REVOKED] * 10
        assert not flow.published.dead_letters

    virtual_time.run(main())
