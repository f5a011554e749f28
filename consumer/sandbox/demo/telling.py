"""How the shop's systems write: what a purchase earned, what came back, and how a story says its ending."""

import json
from dataclasses import replace

from consumer.core.model import CustomerId
from consumer.core.outcome import OutcomeCause, OutcomeStatus
from consumer.sandbox.demo.story import Ending, Told

HOUR = 3_600_000
DAY = 24 * HOUR
TODAY = 1_773_478_800_000
"""The morning of the day that is told, in milliseconds."""


def earned(customer: CustomerId, bill: str, promotion: str, mark: str = "", **fields: object) -> Told:
    """A purchase earned a promotion. The `mark` in the earn's id tells the sandbox how to answer for it."""
    earn_id = f"{bill}-{promotion}" + (f"~{mark}" if mark else "")
    event: dict[str, object] = {
        "event_id": f"earned-{earn_id}",
        "customer_id": customer,
        "earn_id": earn_id,
        "promotion_id": promotion,
        "earned_from_type": "ACTIVITY",
        "bill_number": bill,
        "earned_at": TODAY - 7 * DAY,
    }
    return _told_of_an_earn(customer, event | fields)


def changed(customer: CustomerId, bill: str, promotion: str, kind: str) -> Told:
    """An earn was REDEEMED or REVOKED by somebody else; only the ids count."""
    return earned(customer, bill, promotion, kind=kind, event_id=f"{kind}-{bill}-{promotion}".lower())


def back(customer: CustomerId, bill: str, return_type: str, ending: Ending, **fields: object) -> Told:
    """Goods came back. What `fields` do not say is as usual: bought a week ago, one return of the bill."""
    event: dict[str, object] = {
        "event_id": f"return-{bill}",
        "type": "RETURN",
        "return_type": return_type,
        "customer_id": customer,
        "bill_number": bill,
        "purchased_at": TODAY - 7 * DAY,
        "returned_at": TODAY,
    }
    return raw(customer, _json(event | fields), ending)


def raw(customer: CustomerId, value: bytes | None, ending: Ending) -> Told:
    """A record of the returns topic, byte by byte."""
    return Told(topic="returns", key=_key(customer), value=value, ending=ending)


def late(earn: Told, *verdicts: str) -> Told:
    """The earn comes after its return, and ends so."""
    return replace(earn, ending=replace(revoked(*verdicts), cause=OutcomeCause.LATE_EARN))


def line(line_id: str, quantity: float = 1, **fields: object) -> dict[str, object]:
    """One line of a bill."""
    return {"line_id": line_id, "quantity": quantity} | fields


def revoked(*verdicts: str) -> Ending:
    """All that the return takes is revoked now."""
    return _ending(OutcomeStatus.REVOKED, verdicts or ("REVOKED",), None)


def partly(*verdicts: str, letter: str) -> Ending:
    """Some of it is."""
    return _ending(OutcomeStatus.PARTLY_REVOKED, verdicts, letter)


def nothing(*verdicts: str) -> Ending:
    """There was nothing to take."""
    return _ending(OutcomeStatus.NOTHING_TO_REVOKE, verdicts, None)


def failed(*verdicts: str, letter: str) -> Ending:
    """None of it is."""
    return _ending(OutcomeStatus.FAILED, verdicts, letter)


def duplicate() -> Ending:
    """The same return was told before."""
    return _ending(OutcomeStatus.DUPLICATE, (), None)


def invalid(letter: str) -> Ending:
    """The record makes no sense."""
    return _ending(OutcomeStatus.INVALID, (), letter)


def _ending(status: OutcomeStatus, verdicts: tuple[str, ...], letter: str | None) -> Ending:
    return Ending(status=status, verdicts=verdicts, letter=letter, cause=OutcomeCause.RETURN)


def _told_of_an_earn(customer: CustomerId, event: dict[str, object]) -> Told:
    return Told(topic="earns", key=_key(customer), value=_json(event), ending=None)


def _key(customer: CustomerId) -> bytes:
    return str(customer).encode()


def _json(event: dict[str, object]) -> bytes:
    return json.dumps(event).encode()
