"""A call to the vendor in words."""

from collections.abc import Sequence

from consumer.core.model import EarnId
from consumer.core.story import ToldCall
from consumer.core.vendor_call import LOST, CallKind, VendorCall

ASKED = {
    CallKind.REVOKE: "the vendor was asked to take back {earns}",
    CallKind.LISTING: "the vendor was asked whether the customer still has {earns}",
}
SILENCE = {
    "timeout": "no answer came in time",
    "network": "the connection broke before an answer",
}
"""By the kind of silence of what was sent."""
MOST_NAMED = 10
"""Earns of one call that a person is told by name."""


def call_words(told: ToldCall) -> str:
    """What was asked, and what came of it, in one sentence."""
    call = told.call
    earns = _named(call.earns)
    if call.end == LOST:
        return (
            f"For the return {told.event_id}, the vendor may have been asked before this to take back {earns}: the "
            "service was interrupted before it wrote that call down, so no more is known. What was asked after that "
            "was asked knowing that this may be done already."
        )
    asked = ASKED[call.kind].format(earns=earns)
    return f"For the return {told.event_id}, {asked}{_with(call)}: {_answer(call)}."


def _named(earns: Sequence[EarnId]) -> str:
    more = len(earns) - MOST_NAMED
    return ", ".join(earns) if more <= 0 else f"{', '.join(earns[:MOST_NAMED])} and {more} more"


def _with(call: VendorCall) -> str:
    others = call.of - len(call.earns)
    return f" (with {others} of other returns)" if others else ""


def _answer(call: VendorCall) -> str:
    if not call.end.isdecimal():
        return SILENCE.get(call.end, f"no answer came ({call.end})")
    codes = f" with the code {', '.join(map(str, call.codes))}" if call.codes else ""
    named = "without a request id" if call.request_id is None else f"request id {call.request_id}"
    return f"it answered HTTP {call.end}{codes}, {named}"
