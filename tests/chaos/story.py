"""The story of an earn that the oracle complains of: who asked for it when, and what was said of it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from tests.end_to_end.case import Case, source_of, verdicts_of
from tests.end_to_end.truth import EarnTruth, ReturnTruth, VendorCall

WORD = re.compile(r"[\w~-]+")


def story(case: Case, complaint: str, wall: float) -> Iterator[str]:
    """All that is known of the earns it names; `wall` added to the vendor's clock is the time of day."""
    for earn_id in dict.fromkeys(word for word in WORD.findall(complaint) if word in case.earns):
        earn = case.earns[earn_id]
        yield f"{earn_id} of bill {earn.bill}, {earn.at_the_vendor} at the vendor"
        yield from _records(case, earn_id)
        for call in case.calls[earn_id]:
            yield f"  {_call(case, call, earn_id, wall)}"
        for seen in case.evidence.outcomes:
            for verdict in verdicts_of(seen):
                if verdict["earn_id"] == earn_id:
                    told = f"{seen.outcome['cause']} {verdict['verdict']}, {seen.outcome['attempts']} attempts"
                    yield f"  {seen.outcome['decided_at']} outcome of {source_of(seen)}: {told}"
        callers = {call.caller for call in case.calls[earn_id]}
        for stumble in case.evidence.stumbles:
            if stumble.caller in callers:
                yield f"  {stumble.caller} stumbled from {_day(stumble.began, wall)} to {_day(stumble.ended, wall)}"


def _records(case: Case, earn_id: str) -> Iterator[str]:
    for record in case.evidence.produced:
        match record.given.truth:
            case EarnTruth(kind=kind, earn=earn) if earn.earn_id == earn_id:
                yield f"  {kind} at {record.coordinates}"
            case ReturnTruth(brought=brought) if any(each.bill == case.earns[earn_id].bill for each in brought):
                yield f"  returned at {record.coordinates}"
            case _:
                pass


def _call(case: Case, call: VendorCall, earn_id: str, wall: float) -> str:
    blind = ", blind" if case.is_blind(call, call) else ""
    return f"{_day(call.started, wall)} {call.caller} asked, {call.request_id}: {call.told[earn_id]}{blind}"


def _day(moment: float, wall: float) -> str:
    return datetime.fromtimestamp(moment + wall, UTC).isoformat(sep=" ", timespec="milliseconds")
