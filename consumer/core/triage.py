"""What to do about a Kafka error: one remedy for each."""

from dataclasses import dataclass
from enum import StrEnum


class Call(StrEnum):
    """What was asked of Kafka when it failed."""

    READ = "read"
    """Committed offsets, log ends, the list of topics: changes nothing."""
    INIT = "init"
    BEGIN = "begin"
    PRODUCE = "produce"
    OFFSETS = "offsets"
    COMMIT = "commit"
    ABORT = "abort"
    POLL = "poll"
    """An error that came instead of a record, or by the clients' error callback."""


class Remedy(StrEnum):
    """What helps."""

    RETRY = "retry"
    """The same call again."""
    ABORT = "abort"
    """Abort the transaction and publish the same results in the next one."""
    STOP = "stop"
    """End the process and be restarted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A Kafka error: the name of its code, and the flags the client put on it."""

    code: str
    fatal: bool = False
    retriable: bool = False
    requires_abort: bool = False


FENCED = frozenset({"_FENCED", "PRODUCER_FENCED", "FENCED_INSTANCE_ID"})
"""Another one has our name. The client's fatal flag is not reliable here, so the code decides."""

STALE_MEMBER = frozenset(
    {
        "UNKNOWN_MEMBER_ID",
        "ILLEGAL_GENERATION",
        "REBALANCE_IN_PROGRESS",
        "FENCED_MEMBER_EPOCH",
        "STALE_MEMBER_EPOCH",
    }
)
"""The group went on without us: the partitions will be taken away, or the next attempt knows the new generation."""

PASSING = frozenset(
    {
        "_TRANSPORT",
        "_TIMED_OUT",
        "_TIMED_OUT_QUEUE",
        "_ALL_BROKERS_DOWN",
        "_RESOLVE",
        "_WAIT_COORD",
        "_RETRY",
        "_QUEUE_FULL",
        "REQUEST_TIMED_OUT",
        "NETWORK_EXCEPTION",
        "BROKER_NOT_AVAILABLE",
        "COORDINATOR_LOAD_IN_PROGRESS",
        "COORDINATOR_NOT_AVAILABLE",
        "NOT_COORDINATOR",
        "LEADER_NOT_AVAILABLE",
        "NOT_LEADER_FOR_PARTITION",
        "UNKNOWN_TOPIC_OR_PART",
        "UNSTABLE_OFFSET_COMMIT",
        "CONCURRENT_TRANSACTIONS",
        "THROTTLING_QUOTA_EXCEEDED",
    }
)
"""Errors of a broker that is away, moving or busy: the same question gets an answer later."""

_INSIDE = frozenset({Call.BEGIN, Call.PRODUCE, Call.OFFSETS, Call.COMMIT})
_ABORTABLE = frozenset({Call.PRODUCE, Call.OFFSETS})


def triage(failure: Failure, call: Call, *, expired: bool) -> Remedy:
    """The remedy for this error of this call; `expired` when the call's deadline has passed.

    A commit whose answer never came is the one case that can be neither repeated for ever nor aborted: only the
    broker knows its fate, and a restart asks the broker.
    """
    if failure.code in FENCED or failure.fatal:
        return Remedy.STOP
    if call is Call.POLL:
        return Remedy.RETRY
    if call in _INSIDE and (failure.requires_abort or failure.code in STALE_MEMBER):
        return Remedy.ABORT
    if not failure.retriable and failure.code not in PASSING:
        return Remedy.STOP
    if not expired:
        return Remedy.RETRY
    return Remedy.ABORT if call in _ABORTABLE else Remedy.STOP
