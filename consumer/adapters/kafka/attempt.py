"""One call to Kafka, repeated as its errors ask."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from confluent_kafka import KafkaError, KafkaException

from consumer.adapters.kafka.hung import Hung
from consumer.adapters.kafka.telling import KafkaTelemetry
from consumer.core.triage import Call, Failure, Remedy, triage
from consumer.ports import Unavailable

Answer = TypeVar("Answer")

_PAUSE = 0.1
SLICE = 2.0
"""Seconds for which a call may block before the thread looks up whether it is to stop."""


class Fatal(Exception):  # noqa: N818 - the worker's end, by its name
    """Nothing here helps; the process has to be started again. The text is the reason."""


class Abort(Exception):  # noqa: N818 - a remedy
    """The transaction has to be aborted; its results go into the next one."""


class Interrupted(Exception):  # noqa: N818 - a wish of the operator
    """Waiting was given up because the process is to end now."""


def failure_of(error: KafkaError) -> Failure:
    """The error as the triage takes it."""
    return Failure(
        code=error.name(),
        fatal=error.fatal(),
        retriable=error.retriable(),
        requires_abort=error.txn_requires_abort(),
    )


def fatal_of(broken: SystemError) -> Fatal:
    """A fatal error as it leaves the client when it had a callback to call: raised first, then called over."""
    return Fatal(str(broken.__cause__ or broken))


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call is worth repeating: until `deadline` (monotonic) or until `given_up` says so."""

    deadline: float
    given_up: Callable[[], bool]

    @property
    def expired(self) -> bool:
        """Whether the deadline has passed."""
        return time.monotonic() >= self.deadline

    @property
    def slice(self) -> float:
        """Seconds for the next attempt."""
        return max(0.05, min(SLICE, self.deadline - time.monotonic()))


class Attempts:
    """Asks, and does what the triage says: again, abort, or stop."""

    def __init__(self, telemetry: KafkaTelemetry, tick: Callable[[], None]) -> None:
        """`tick` is called before each try: the thread lives although it does not poll."""
        self._telemetry = telemetry
        self._tick = tick
        self.hung = Hung()

    def ask(self, call: Call, question: Callable[[float], Answer], patience: Patience) -> Answer:
        """The answer to `question`, which is given the seconds it may block. Raises Fatal, Abort or Interrupted."""
        while True:
            self._tick()
            wait = patience.slice
            try:
                with self.hung.watch(call, wait):
                    return question(wait)
            except SystemError as broken:
                raise fatal_of(broken) from broken
            except Unavailable as silence:
                if patience.given_up():
                    raise Interrupted(f"{call}: {silence.reason}") from silence
            except KafkaException as refused:
                error: KafkaError = refused.args[0]
                self._telemetry.failed(error.name())
                match triage(failure_of(error), call, expired=patience.expired):
                    case Remedy.STOP:
                        raise Fatal(f"{call}: {error.name()}: {error.str()}") from refused
                    case Remedy.ABORT:
                        raise Abort(f"{call}: {error.name()}: {error.str()}") from refused
                    case Remedy.RETRY if patience.given_up():
                        raise Interrupted(f"{call}: {error.name()}") from refused
                    case Remedy.RETRY:
                        time.sleep(_PAUSE if error.name() != "_TIMED_OUT" else 0)
