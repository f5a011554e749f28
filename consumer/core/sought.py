"""What a person asks about, and whether a record of a topic is about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from consumer.core.model import BillNumber, CustomerId, EarnId, EventId
from consumer.core.outcome import RevokeOutcome
from consumer.core.redrive import Letter, customer_in_key

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Exactly one of these."""

    event_id: EventId | None = None
    bill: BillNumber | None = None
    earn: EarnId | None = None
    customer: CustomerId | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What is asked about, in words; one, if it is asked rightly."""
        named = {"return": self.event_id, "bill": self.bill, "earn": self.earn, "customer": self.customer}
        return tuple(f"{name} {value}" for name, value in named.items() if value is not None)


def is_outcome_of(sought: Sought, outcome: RevokeOutcome) -> bool:
    """Whether a published outcome is about what is sought."""
    if sought.event_id is not None:
        return outcome.event_id == sought.event_id
    if sought.bill is not None:
        return sought.bill in outcome.bill_numbers
    if sought.earn is not None:
        return any(verdict.earn_id == sought.earn for verdict in outcome.verdicts)
    return outcome.customer_id == sought.customer


def is_letter_of(sought: Sought, letter: Letter, fields: Fields) -> bool:
    """Whether a dead letter is about what is sought; `fields` are its record's, none where that cannot be read."""
    if sought.event_id is not None:
        return sought.event_id in {letter.event_id, fields.get("event_id")}
    if sought.bill is not None:
        return sought.bill in set(_bills(fields))
    if sought.earn is not None:
        return sought.earn in letter.earns or fields.get("earn_id") == sought.earn
    return sought.customer in {fields.get("customer_id"), customer_in_key(letter.record)}


def _bills(fields: Fields) -> Iterator[object]:
    yield fields.get("bill_number")
    lines = fields.get("lines")
    for line in lines if isinstance(lines, list) else ():
        yield line.get("parent_bill_number")
