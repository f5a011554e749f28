"""A purchase's story: the order of what happened, and the words for it."""

from typing import Any

import pytest

from consumer.core.model import (
    BillNumber,
    Coordinates,
    Earn,
    EarnedFromType,
    EarnState,
    EventId,
    Extent,
    Millis,
    RequestId,
    ReturnedGoods,
)
from consumer.core.outcome import OutcomeCause, OutcomeStatus, RevokeOutcome, Verdict, VerdictKind
from consumer.core.plan import KeptReason
from consumer.core.story import Account, BroughtBack, Happening, Kind, ToldEarn, ToldReturn, happenings
from consumer.core.story_words import KEPT, NOW, SOURCE, STATUS, VERDICT, details, headline, standing
from tests.builders import (
    BILL,
    BOUGHT_AT,
    CUSTOMER,
    ORG,
    RETURNED_AT,
    a_verdict,
    an_earn,
    an_outcome,
    coordinates,
    goods,
)


def told_return(outcome: RevokeOutcome | None = None, **changes: Any) -> ToldReturn:
    fields: dict[str, Any] = {
        "event_id": EventId("r1"),
        "org_id": ORG,
        "redrive": 0,
        "source": coordinates(5),
        "customer_id": CUSTOMER,
        "returned_at": RETURNED_AT,
        "bill_numbers": (BILL,),
        "outcome": outcome,
        "calls": (),
        "opened_at": Millis(RETURNED_AT + 10),
    }
    return ToldReturn(**(fields | changes))


def told_earn(earn: Earn | None = None, **changes: Any) -> ToldEarn:
    fields: dict[str, Any] = {
        "earn": earn or an_earn(),
        "source": coordinates(1, topic="earn-events"),
        "redrive": 0,
        "late": None,
        "late_calls": (),
        "recorded_at": BOUGHT_AT,
    }
    return ToldEarn(**(fields | changes))


def an_account(*told: ToldReturn | ToldEarn, brought: ReturnedGoods | None = None) -> Account:
    back = BroughtBack(org_id=ORG, event_id=EventId("r1"), goods=brought or goods({"1": 1.0}))
    return Account(
        returns=tuple(each for each in told if isinstance(each, ToldReturn)),
        goods=(back,),
        earns=tuple(each for each in told if isinstance(each, ToldEarn)),
    )


def lines_on(*verdicts: Verdict, **changes: Any) -> tuple[str, ...]:
    """What is said of a decision besides its headline."""
    account = an_account(told_return(an_outcome(*verdicts, decided_at=Millis(RETURNED_AT + 20), **changes)))
    return details(happenings(account)[-1])


def headlines(account: Account) -> list[str]:
    return [headline(happening, account) for happening in happenings(account)]


def test_what_happened_at_once_is_told_as_cause_and_effect() -> None:
    at = Millis(RETURNED_AT)
    told = told_return(an_outcome(decided_at=at), opened_at=at)

    kinds = [each.kind for each in happenings(an_account(told, told_earn(an_earn(earned_at=at))))]

    assert kinds == [Kind.EARNED, Kind.RETURNED, Kind.ARRIVED, Kind.DECIDED]


def test_an_earn_is_late_only_after_a_return_of_its_own_purchase() -> None:
    late = Millis(RETURNED_AT + 99)
    ours, others = told_earn(recorded_at=late), told_earn(an_earn("e2", bill="B-2"), recorded_at=late)

    found = happenings(an_account(told_return(), ours, others))

    (told,) = [each for each in found if each.kind is Kind.LATE_EARN]
    assert told.what == ours
    assert headline(told, an_account()) == "Word of the earn e1 reached us only now, after the return."
    assert details(told) == ()


def test_an_earn_whose_end_alone_was_told_was_never_seen_earned() -> None:
    stub = told_earn(an_earn(purchase=None, state=EarnState.REDEEMED), source=None)

    assert happenings(an_account(stub)) == ()
    assert standing(stub) == "e1 of promotion p1 is redeemed."


@pytest.mark.parametrize(
    ("brought", "words"),
    [
        (goods({"1": 2.0, "7": 0.5}), "Customer 4711 returned 2 of line 1, 0.5 of line 7 of bill B-1 (return r1)."),
        (goods(extent=Extent.WHOLE), "Customer 4711 returned all of bill B-1 (return r1)."),
        (goods(extent=Extent.AMOUNT), "Customer 4711 returned an amount of money of bill B-1 (return r1)."),
    ],
)
def test_what_came_back_is_said(brought: ReturnedGoods, words: str) -> None:
    assert headlines(an_account(told_return(), brought=brought))[0] == words


def test_a_return_that_is_open_and_one_without_goods_or_customer() -> None:
    told = told_return(event_id=EventId("r2"), customer_id=None, bill_numbers=())

    assert headlines(an_account(told)) == [
        "Somebody without a customer id brought something back of no bill (return r2).",
        "The return r2 reached us (return-transactions/0/5). It is not decided yet; its calls are told once it is.",
    ]


def test_a_return_whose_goods_are_not_remembered_names_its_bills() -> None:
    told = told_return(event_id=EventId("r2"), bill_numbers=(BillNumber("B-1"), BillNumber("B-2")))

    assert headlines(an_account(told))[0] == "Customer 4711 brought something back of bill B-1, B-2 (return r2)."


def test_a_redrive_is_a_persons_doing() -> None:
    account = an_account(told_return(redrive=1), told_return(redrive=2, bill_numbers=(BillNumber("B-9"),)))

    assert headlines(account) == [
        "A person sent the return r1 again (return-transactions/0/5).",
        "A person sent the return r1 again for the 2. time (return-transactions/0/5).",
    ]


def test_a_late_earn_is_told_with_its_decision() -> None:
    late = an_outcome(cause=OutcomeCause.LATE_EARN, status=OutcomeStatus.REVOKED)

    earn = told_earn(an_earn(lines=["2", "1"]), late=late, recorded_at=late.decided_at)
    bulk = told_earn(an_earn("e0", purchase=None, earned_from=EarnedFromType.BULK_ISSUE))
    account = an_account(told_return(), bulk, earn)

    assert headlines(account)[0] == "Customer 4711 earned e0 of promotion p1 in a bulk issue (no bill)."
    assert headlines(account)[1] == (
        "Customer 4711 earned e1 of promotion p1 by the purchase (bill B-1, for line 1, 2)."
    )
    assert headlines(account)[3] == (
        "Decided on the late earn of the return r1: all that this return takes is taken back (REVOKED)."
    )


def test_a_late_earn_that_a_person_sent_again_is_told_so() -> None:
    late = an_outcome(cause=OutcomeCause.REDRIVE, status=OutcomeStatus.FAILED)

    assert headlines(an_account(told_earn(late=late)))[-1] == (
        "Decided on the late earn of the return r1, which a person sent again: nothing could be taken back (FAILED)."
    )


def test_why_the_policy_left_an_earn_is_said_in_words() -> None:
    for reason in KeptReason:
        kept = a_verdict(VerdictKind.KEPT_BY_POLICY, message=reason.value)
        assert lines_on(kept)[0] == f"e1 of promotion p1: left with the customer: {KEPT[reason]}."


def test_a_failure_names_the_code_the_vendors_words_and_the_dead_letter() -> None:
    failed = a_verdict(VerdictKind.NOT_VALID, code=731, message="no such earn")

    assert lines_on(failed, dead_lettered=True, attempts=2, request_ids=(RequestId("a"), RequestId("b"))) == (
        f"e1 of promotion p1: {VERDICT[VerdictKind.NOT_VALID]} (code 731); the vendor's words: no such earn.",
        "The vendor was called 2 times; request ids a, b.",
        "Set aside for a person to look at, as a dead letter with the reason 731.",
    )


def test_a_reason_of_another_time_is_told_without_its_words() -> None:
    assert lines_on(a_verdict(VerdictKind.KEPT_BY_POLICY, message="full-moon"))[0].endswith(
        "of that time asked for it."
    )


def test_a_decision_without_a_call_says_why() -> None:
    assert lines_on(reason="no earn of the purchase is known") == (
        "Why: no earn of the purchase is known.",
        "The vendor was not called for it.",
    )
    assert lines_on(a_verdict(), attempts=1) == (
        "e1 of promotion p1: taken back.",
        "The vendor was called once.",
    )


def test_a_call_under_way_is_said_of_its_earn() -> None:
    words = standing(told_earn(an_earn(claim="return-transactions/0/5")))

    assert words.startswith("e1 of promotion p1 is still the customer's; a call that may have taken it back")


def test_what_no_story_knows_is_refused() -> None:
    unknown: Any = "a thing of tomorrow"

    with pytest.raises(AssertionError):
        headline(Happening(at=RETURNED_AT, kind=Kind.ARRIVED, what=unknown), an_account())
    with pytest.raises(AssertionError):
        headlines(an_account(told_return(), brought=goods(extent=unknown)))


def test_there_are_words_for_everything() -> None:
    assert set(STATUS) == set(OutcomeStatus)
    assert set(VERDICT) == set(VerdictKind)
    assert set(KEPT) == set(KeptReason)
    assert set(NOW) == set(EarnState)
    assert set(SOURCE) == set(EarnedFromType)


def test_an_earn_whose_purchase_nothing_named_yet_says_so() -> None:
    waiting = told_earn(an_earn(purchase=None))

    assert headlines(an_account(waiting)) == [
        "Customer 4711 earned e1 of promotion p1 by the purchase (a bill that is not named yet)."
    ]
    assert standing(waiting) == (
        "e1 of promotion p1 is still the customer's; no return finds it before a purchase names it."
    )


@pytest.mark.parametrize(
    ("earn", "source"),
    [(an_earn(purchase=None, earned_from=EarnedFromType.REWARD), coordinates()), (an_earn(purchase=None), None)],
)
def test_an_earn_by_no_purchase_waits_for_none(earn: Earn, source: Coordinates | None) -> None:
    assert "names it" not in standing(told_earn(earn, source=source))
