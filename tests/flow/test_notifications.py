"""Notifications in the flow: what is none of a topic's business, and earns that wait for the purchase naming them."""

import pickle

from consumer.core.model import EarnState
from consumer.core.notification import Foreign
from consumer.core.outcome import OutcomeCause, OutcomeStatus, VerdictKind
from tests.flow import virtual_time
from tests.flow.a_world import a_flow
from tests.flow.fakes import EARNS, RETURNS, FakeVendor, SlowLedger
from tests.flow.notified import bought, received, verdicts, waiting
from tests.flow.records import earn_fields, earned, record, returned

FOREIGN = pickle.dumps(Foreign(reason="the notification is passed over", event_id="n1"))


def test_a_record_that_is_no_return_has_an_outcome_that_says_so_and_is_not_set_aside() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        await received(flow, record(0, FOREIGN))

        (done,) = flow.published.completions
        outcome = flow.published.of(0)
        assert (outcome.status, outcome.cause) == (OutcomeStatus.NOTHING_TO_REVOKE, OutcomeCause.RETURN)
        assert (outcome.reason, outcome.event_id) == ("the notification is passed over", "n1")
        assert done.outcome is not None
        assert (done.outcome.key, done.dead_letter) == (b"key", None)

    virtual_time.run(main())


def test_an_event_id_that_cannot_be_told_further_is_left_out() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        foreign = Foreign(reason="passed over", event_id="x" * 256)
        nameless = Foreign(reason="passed over", event_id=None)
        await received(flow, record(0, pickle.dumps(foreign)), record(1, pickle.dumps(nameless)))

        assert [flow.published.of(offset).event_id for offset in (0, 1)] == [None, None]

    virtual_time.run(main())


def test_a_record_that_is_none_of_the_feeds_business_leads_to_nothing() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        await received(flow, record(0, FOREIGN, topic=EARNS))

        (done,) = flow.published.completions
        assert (done.outcome, done.dead_letter) == (None, None)

    virtual_time.run(main())


def test_one_notification_may_tell_that_several_earns_are_redeemed() -> None:
    async def main() -> None:
        ledger = SlowLedger()
        flow = a_flow(FakeVendor(), ledger=ledger)
        ends = {"event_id": "n1", "org_id": None, "kind": "REDEEMED", "customer_id": 7, "earn_ids": ["e1", "e2"]}
        await received(flow, earned(0, "e1"), earned(1, "e2"), record(2, ends, topic=EARNS))

        assert [ledger.earn(earn).state for earn in ("e1", "e2")] == [EarnState.REDEEMED] * 2
        assert len(flow.published.completions) == 3

    virtual_time.run(main())


def test_an_earn_linked_to_its_purchase_is_revoked_like_any_other() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        await received(flow, waiting(0), bought(1), waiting(2, "e2"), returned(0))

        assert flow.published.of(0).status is OutcomeStatus.REVOKED
        assert flow.vendor.asked == [["e1", "e2"]]

    virtual_time.run(main())


def test_earns_and_their_purchase_may_come_in_one_batch_before_the_return_or_after() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        flow.receive(bought(0), waiting(1, "e1"), waiting(2, "e2"))
        await flow.rest()
        await received(flow, returned(0))
        flow.receive(waiting(3, "e3"))
        await flow.rest()

        assert verdicts(flow, 0, RETURNS) == {"e1": VerdictKind.REVOKED, "e2": VerdictKind.REVOKED}
        assert verdicts(flow, 3) == {"e3": VerdictKind.REVOKED}

    virtual_time.run(main())


def test_a_waiting_earn_by_a_purchase_that_never_comes_stays_with_the_customer() -> None:
    async def main() -> None:
        flow = a_flow(FakeVendor())
        fields = earn_fields("e2", bill_number="", request_id="q2")
        await received(flow, waiting(0), record(1, fields, topic=EARNS), bought(2, customer_id=8), returned(0))

        assert flow.published.of(0).reason == "no earn of the purchase is known"
        assert not flow.vendor.calls

    virtual_time.run(main())
