"""The closed sets of label values, and how a value from outside finds its place in one."""

from collections.abc import Callable, Iterable
from typing import Generic, Literal, TypeVar, get_args

from consumer.core.dead_letter import REASONS
from consumer.core.outcome import OutcomeStatus
from consumer.ports import Operation

T = TypeVar("T")
OTHER = "other"

Result = Literal["ok", "error"]
PublishKind = Literal["outcome", "dlt"]
Rebalance = Literal["assigned", "revoked", "lost"]
LoopPart = Literal["wait", "poll", "work", "publish"]
CircuitState = Literal["closed", "open", "half_open"]
LedgerOperation = Literal["connect", "write", "read"]
"""The steps of a group: all that waits is written in one transaction, then what its answers need is read."""
CredentialKind = Literal["token", "certificate"]

STATUSES: tuple[str, ...] = tuple(status.value for status in OutcomeStatus)
OPERATIONS: tuple[str, ...] = get_args(Operation)
DEAD_LETTER_CODES = (*REASONS, OTHER)
ANSWERS = (
    *("200", "400", "401", "403", "404", "408", "429", "498", "500", "502", "503", "504", "517", "521"),
    *("729", "730", "731", "timeout", "connect", "tls", "network", "credentials", OTHER),
)
RETRY_REASONS = (*("408", "500", "502", "503", "504", "517", "521", "1010", "4001"), "unnamed", *ANSWERS[-6:])
KAFKA_ERRORS = (
    *("_TRANSPORT", "_ALL_BROKERS_DOWN", "_TIMED_OUT", "_MSG_TIMED_OUT", "_QUEUE_FULL", "_FENCED", "_FATAL", "_STATE"),
    *("_AUTHENTICATION", "_SSL", "_RESOLVE", "_MAX_POLL_EXCEEDED", "COORDINATOR_NOT_AVAILABLE", "NOT_COORDINATOR"),
    *("UNKNOWN_TOPIC_OR_PART", "TOPIC_AUTHORIZATION_FAILED", "GROUP_AUTHORIZATION_FAILED", "UNKNOWN_MEMBER_ID"),
    *("ILLEGAL_GENERATION", "CONCURRENT_TRANSACTIONS", "OFFSET_METADATA_TOO_LARGE", "MSG_SIZE_TOO_LARGE", OTHER),
)
JOIN_STATES = (
    *("init", "wait-join", "wait-metadata", "wait-sync", "wait-assign-call", "steady", "wait-unassign-call"),
    *("wait-unassign-to-complete", "wait-incr-unassign-to-complete", "no-coordinator", OTHER),
)
IGNORED_MAPS = ("foreign", "damaged", "stale", OTHER)


class Bound(Generic[T]):
    """The children of a metric for a closed set of values, made at once, so that each stands at 0 from the start."""

    __slots__ = ("_children", "_other")

    def __init__(self, values: Iterable[str], child: Callable[[str], T]) -> None:
        self._children = {value: child(value) for value in values}
        self._other = self._children.get(OTHER)

    def __getitem__(self, value: str) -> T:
        found = self._children.get(value, self._other)
        if found is None:
            raise KeyError(value)
        return found
