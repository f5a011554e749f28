"""A story in words that need no knowledge of how this service works."""

from collections.abc import Mapping
from typing import assert_never

from consumer.core.dead_letter import dead_letter_of
from consumer.core.model import Coordinates, EarnedFromType, EarnState, Extent, LineQuantity, ReturnedGoods
from consumer.core.outcome import OutcomeCause, OutcomeStatus, RevokeOutcome, Verdict, VerdictKind
from consumer.core.plan import KeptReason
from consumer.core.redrive import Letter
from consumer.core.story import Account, Happening, Kind, ToldCall, ToldEarn, ToldLetter, ToldReturn
from consumer.core.story_calls import call_words

STATUS = {
    OutcomeStatus.REVOKED: "all that this return takes is taken back",
    OutcomeStatus.PARTLY_REVOKED: "some was taken back, some could not be",
    OutcomeStatus.NOTHING_TO_REVOKE: "there was nothing to take back",
    OutcomeStatus.FAILED: "nothing could be taken back",
    OutcomeStatus.DUPLICATE: "the same return was told before",
    OutcomeStatus.INVALID: "the record made no sense",
}
VERDICT = {
    VerdictKind.REVOKED: "taken back",
    VerdictKind.ALREADY_REVOKED: "had been taken back before",
    VerdictKind.ALREADY_REDEEMED: "could not be taken back: the customer has already redeemed it",
    VerdictKind.NOT_REVOCABLE: "could not be taken back: promotions of its type never can",
    VerdictKind.NOT_VALID: "could not be taken back: the vendor says that there is no such valid earn",
    VerdictKind.NOT_FOUND: "could not be taken back: the vendor does not find it",
    VerdictKind.REJECTED: "could not be taken back: the vendor refused",
    VerdictKind.EXHAUSTED: "could not be taken back: the vendor gave no answer for this customer for too long",
    VerdictKind.KEPT_BY_POLICY: "left with the customer",
}
KEPT = {
    KeptReason.OTHER_CUSTOMER: "it belongs to another customer",
    KeptReason.EARNED_FROM: "it was not earned by the purchase alone, and the policy takes back only what was",
    KeptReason.TOO_OLD: "the return came later than the policy allows for",
    KeptReason.NOT_WHOLE_BILL: "it is taken back with the whole bill only, of which a part is not back",
    KeptReason.OTHER_LINE: "it was earned by goods that were not returned",
}
KEPT_WORDS: Mapping[str, str] = {reason.value: words for reason, words in KEPT.items()}
"""By the reason as it stands in a verdict."""
NOW = {
    EarnState.HELD: "is still the customer's",
    EarnState.REVOKED: "is taken back",
    EarnState.REDEEMED: "is redeemed",
}
SENT_AGAIN = {
    True: "A person has sent it again since.",
    False: "It waits there for a person; `returns-consumer redrive` sends it again.",
    None: "Whether it was sent again cannot be told.",
}
SOURCE = {
    EarnedFromType.ACTIVITY: "by the purchase",
    EarnedFromType.MILESTONE: "by reaching a milestone",
    EarnedFromType.REWARD: "as a reward",
    EarnedFromType.BULK_ISSUE: "in a bulk issue",
}


def headline(happening: Happening, account: Account) -> str:
    """What happened, in one sentence."""
    what = happening.what
    match what:
        case RevokeOutcome():
            return _decision(happening.kind, what, account)
        case ToldEarn():
            return _earn(happening.kind, what)
        case ToldReturn():
            return _return(happening.kind, what, account)
        case ToldCall():
            return call_words(what)
        case ToldLetter():
            return _letter(what.letter)
        case _:
            assert_never(what)


def details(happening: Happening) -> tuple[str, ...]:
    """What else there is to say, a line each."""
    outcome = happening.what
    if isinstance(outcome, ToldLetter):
        return (SENT_AGAIN[outcome.sent_again],)
    if not isinstance(outcome, RevokeOutcome):
        return ()
    lines = [_verdict(verdict) for verdict in outcome.verdicts]
    if outcome.reason:
        lines.append(f"Why: {outcome.reason}.")
    lines.append(_calls(outcome))
    if outcome.dead_lettered:
        invalid = outcome.status is OutcomeStatus.INVALID
        reason = str(outcome.reason).partition(":")[0] if invalid else dead_letter_of(outcome).reason
        lines.append(f"Set aside for a person to look at, as a dead letter with the reason {reason}.")
    return tuple(lines)


def standing(told: ToldEarn) -> str:
    """How it stands with an earn now."""
    earn = told.earn
    promotion = f" of promotion {earn.promotion_id}" if earn.promotion_id else ""
    doubt = "; a call that may have taken it back is under way or has an unknown end" if _in_doubt(told) else ""
    waits = "; no return finds it before a purchase names it" if _waits(told) else ""
    return f"{earn.key.earn_id}{promotion} {NOW[earn.state]}{doubt}{waits}."


def _return(kind: Kind, told: ToldReturn, account: Account) -> str:
    if kind is Kind.REDRIVEN:
        times = "" if told.redrive == 1 else f" for the {told.redrive}. time"
        return f"A person sent the return {told.event_id} again{times} ({told.source}).{_note(account, told.source)}"
    if kind is Kind.ARRIVED:
        still = "" if told.outcome is not None else " It is not decided yet; its calls are told once it is."
        return f"The return {told.event_id} reached us ({told.source}).{still}"
    who = "Somebody without a customer id" if told.customer_id is None else f"Customer {told.customer_id}"
    brought = [each.goods for each in account.goods if (each.org_id, each.event_id) == (told.org_id, told.event_id)]
    if not brought:
        return f"{who} brought something back of {_bills(told)} (return {told.event_id})."
    return f"{who} returned {' and '.join(_goods(goods) for goods in brought)} (return {told.event_id})."


def _goods(goods: ReturnedGoods) -> str:
    bill = f"bill {goods.purchase.bill_number}"
    match goods.extent:
        case Extent.WHOLE:
            return f"all of {bill}"
        case Extent.AMOUNT:
            return f"an amount of money of {bill}"
        case Extent.LINES:
            return f"{', '.join(_line(line) for line in goods.lines)} of {bill}"
        case _:
            assert_never(goods.extent)


def _line(line: LineQuantity) -> str:
    return f"{line.quantity:g} of line {line.line_id}"


def _bills(told: ToldReturn) -> str:
    if not told.bill_numbers:
        return "no bill"
    return f"bill {', '.join(told.bill_numbers)}"


def _earn(kind: Kind, told: ToldEarn) -> str:
    earn = told.earn
    if kind is Kind.LATE_EARN:
        return f"Word of the earn {earn.key.earn_id} reached us only now, after the return."
    unnamed = "a bill that is not named yet" if _waits(told) else "no bill"
    bill = unnamed if earn.purchase is None else f"bill {earn.purchase.bill_number}"
    lines = f", for line {', '.join(sorted(earn.line_ids))}" if earn.line_ids else ""
    return (
        f"Customer {earn.customer_id} earned {earn.key.earn_id} of promotion {earn.promotion_id} "
        f"{SOURCE[earn.earned_from]} ({bill}{lines})."
    )


def _letter(letter: Letter) -> str:
    what = f"the return {letter.event_id}" if letter.event_id else "a record"
    return (
        f"Of {what}, the record {letter.topic}/{letter.partition}/{letter.offset} was set aside as the dead letter "
        f"{letter.record.source}, with the reason {letter.reason}: {letter.message}."
    )


def _note(account: Account, source: Coordinates) -> str:
    note = account.topics.notes.get(source)
    return "" if note is None else f" They noted: {note}"


def _decision(kind: Kind, outcome: RevokeOutcome, account: Account) -> str:
    is_late = kind is Kind.DECIDED_LATE
    late, note = ("late earn of the ", _note(account, outcome.source)) if is_late else ("", "")
    again = ", which a person sent again" if outcome.cause is OutcomeCause.REDRIVE else ""
    what = f"record {outcome.source}" if outcome.event_id is None else f"return {outcome.event_id}"
    return f"Decided on the {late}{what}{again}: {STATUS[outcome.status]} ({outcome.status}).{note}"


def _verdict(verdict: Verdict) -> str:
    words = VERDICT[verdict.kind]
    if verdict.kind is VerdictKind.KEPT_BY_POLICY:
        why = KEPT_WORDS.get(verdict.message or "", "the policy of that time asked for it")
        return f"{verdict.earn_id} of promotion {verdict.promotion_id}: {words}: {why}."
    code = "" if verdict.code is None else f" (code {verdict.code})"
    said = f"; the vendor's words: {verdict.message}" if verdict.message else ""
    return f"{verdict.earn_id} of promotion {verdict.promotion_id}: {words}{code}{said}."


def _calls(outcome: RevokeOutcome) -> str:
    if not outcome.attempts:
        return "The vendor was not called for it."
    times = "once" if outcome.attempts == 1 else f"{outcome.attempts} times"
    ids = f"; request ids {', '.join(outcome.request_ids)}" if outcome.request_ids else ""
    return f"The vendor was called {times}{ids}."


def _waits(told: ToldEarn) -> bool:
    """Whether a purchase earned it, and nothing has said which one."""
    return told.source is not None and told.earn.purchase is None and told.earn.earned_from is EarnedFromType.ACTIVITY


def _in_doubt(told: ToldEarn) -> bool:
    return told.earn.state is EarnState.HELD and told.earn.claim is not None
