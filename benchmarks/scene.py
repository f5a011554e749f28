"""What one run plays in: topics, the vendor, the subject, and the reader of its outcomes."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from benchmarks.arms import Arm
from benchmarks.load import PARTITIONS
from benchmarks.outcomes import Outcomes
from benchmarks.running import Running, Stub
from benchmarks.subjects import Place, Subject
from consumer.adapters.ledger import migrate
from tests.testbed.parts import Broker
from tests.testbed.ports import free_port
from tests.testbed.postgres import Databases

LOOK = 0.1
QUIET, SILENCE = 2.0, 40.0
"""Seconds without anything new after which a run is over: where all is there, and where something is missing."""
STALLED = 4.0
ENOUGH = 0.95
"""The share of the returns that must be done before the end of a life."""
HUNG = 20
"""The hung record is the n-th part of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What all runs share; `cores` are the subject's."""

    broker: Broker
    databases: Databases | None
    cores: frozenset[int]

    def suffice(self, subject: Subject) -> bool:
        """Whether there is a database for it, where it needs one."""
        return subject.name != "postgres" or self.databases is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """An arm with its size; `pace` is 0 where all returns come at once."""

    arm: Arm
    returns: int
    pace: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One run under way."""

    trial: Trial
    subject: Running
    stub: Stub
    outcomes: Outcomes

    def at_rest(self, quiet: float) -> None:
        """Return when every return has its outcome and nothing was done for so long, or nothing for very long."""
        last, since = self._state(), time.monotonic()
        while time.monotonic() - since < (quiet if self._complete() else SILENCE):
            self.subject.check()
            time.sleep(LOOK)
            if (now := self._state()) != last:
                last, since = now, time.monotonic()

    def until_enough(self) -> None:
        """Return when nearly all is done at the vendor, or nothing more is."""
        done, since = 0, time.monotonic()
        while done < ENOUGH * self.trial.returns and time.monotonic() - since < STALLED:
            time.sleep(LOOK / 4)
            if (now := self.stub.counts()["done"]) > done:
                done, since = now, time.monotonic()

    def _complete(self) -> bool:
        return len(self.outcomes.numbers) >= self.trial.returns

    def _state(self) -> tuple[int, int]:
        return self.stub.counts()["calls"], len(self.outcomes.seen)


@contextmanager
def scene(parts: Parts, subject: Subject, trial: Trial) -> Iterator[tuple[Scene, Place]]:
    """Topics, stub and reader of one run; the subject is not started yet."""
    topics = {name: f"{name}-{uuid4().hex[:8]}" for name in ("returns", "earns", "results", "dead_letters")}
    for topic in topics.values():
        parts.broker.create_topic(topic, PARTITIONS)
    hung = trial.returns // HUNG if trial.arm.ending else None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = Place(
            bootstrap=parts.broker.bootstrap,
            topics=topics,
            vendor=free_port(),
            port=free_port(),
            ledger=ledger(parts, subject, folder),
        )
        with (
            closing(Stub(place.vendor, trial.arm, replace(trial.arm.faults, hung=hung), folder)) as stub,
            Outcomes(place.bootstrap, topics["results"]) as outcomes,
        ):
            running = Running(subject, place, folder, parts.cores)
            yield Scene(trial=trial, subject=running, stub=stub, outcomes=outcomes), place


def ledger(parts: Parts, subject: Subject, folder: Path) -> str:
    """The address of an empty one."""
    if subject.name != "postgres":
        return f"sqlite:///{folder / 'ledger.db'}"
    if parts.databases is None:
        raise ValueError("there is no PostgreSQL")
    url = parts.databases.fresh()
    migrate(url)
    return url.replace("+psycopg", "")
