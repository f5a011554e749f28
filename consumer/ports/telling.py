"""The time of day, and what those who watch are told."""

from typing import Literal, Protocol

from consumer.core.model import (
    Millis,
    Record,
)
from consumer.core.outcome import RevokeOutcome


class WallClock(Protocol):
    """The time of day."""

    def __call__(self) -> Millis:
        """Now."""
        ...


Operation = Literal["revoke", "listing", "token"]
EventName = Literal[
    "started",
    "phase",
    "holding",
    "kafka_unreachable",
    "kafka_failed",
    "kafka_stop_waits_no_longer",
    "records_expired",
    "log_cut",
    "topics_missing",
    "commits_unanswered",
    "ledger_unavailable",
    "ledger_recovered",
    "earn_feed_restarted",
    "registry_unavailable",
    "partitions_assigned",
    "partitions_revoked",
    "partitions_lost",
    "offset_map_ignored",
    "transaction_aborted",
    "kafka_error",
    "kafka_password_changed",
    "outcome",
    "earn_unreadable",
    "throttled",
    "api_unreachable",
    "answer_unread",
    "credentials_refreshed",
    "credentials_rejected",
    "flood",
    "stopping",
    "stopped",
    "died",
    "library",
]
"""The lines there are in the log, and no others: what each tells stands beside its level in the adapter."""


class Telemetry(Protocol):
    """What the flow tells the people who watch; it never fails and never changes what happens."""

    def settled(self, record: Record, outcome: RevokeOutcome, seconds: float) -> None:
        """The record's outcome was decided, so many seconds after it was handed over; replays too."""
        ...

    def called(self, operation: Operation, code: str, seconds: float) -> None:
        """A request ended: `code` is its status, or the kind of silence."""
        ...

    def merged(self, earns: int, events: int) -> None:
        """A request carried so many earns for so many events."""
        ...

    def retried(self, reason: str) -> None:
        """A lane backs off, for this reason."""
        ...

    def throttled(self) -> None:
        """The vendor answered 429."""
        ...

    def waited(self, seconds: float) -> None:
        """A lane waited so long for the quota, the breaker or a slot."""
        ...

    def refreshed(self, *, succeeded: bool) -> None:
        """The credentials were refreshed, or could not be."""
        ...

    def event(self, name: EventName, **fields: object) -> None:
        """A line of the log."""
        ...
