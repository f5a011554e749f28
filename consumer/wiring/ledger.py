"""The ledger as the other parts see it: the earn feed's memory, and whether its store is away."""

from collections.abc import Iterator
from contextlib import contextmanager

from consumer.adapters.ledger import SqlLedger, Watcher
from consumer.adapters.logs import Log
from consumer.adapters.metrics import Metrics
from consumer.ports import Partition, Unavailable


class LedgerFeed:
    """What the Kafka thread asks of the ledger. Raises Unavailable where there is no answer in time."""

    def __init__(self, ledger: SqlLedger) -> None:
        self._ledger = ledger

    def is_followed(self, partition: Partition, seconds: float) -> bool:
        """Whether this ledger knows what the partition told up to the group's commit."""
        with _answered():
            return self._ledger.is_followed(partition.topic, partition.partition, seconds=seconds)

    def follow(self, partition: Partition, seconds: float) -> None:
        """Remember that it follows the partition from now on."""
        with _answered():
            self._ledger.follow((partition,), seconds=seconds)


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise Unavailable("ledger") from error


class Away:
    """Whether the ledger's store is away, as its thread tells."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._away = False

    def went(self, reason: str) -> None:
        """The store went away; any thread may tell."""
        self._away = True
        self._log.event("ledger_unavailable", reason=reason)

    def came_back(self) -> None:
        """The store answers again; any thread may tell."""
        self._away = False
        self._log.event("ledger_recovered")

    def is_away(self) -> bool:
        """Whether it is away now."""
        return self._away


def watcher(metrics: Metrics, away: Away) -> Watcher:
    """What the ledger's thread tells goes to the metrics and the log."""
    return Watcher(
        on_held=away.went,
        on_recovered=away.came_back,
        on_commit=metrics.ledger_committed,
        on_error=metrics.ledger_failed,
    )
