"""A steady load: worlds of returns one after another, each wave of a world once the one before it is settled.

It keeps to its schedule whatever the service does: what could not be written in time is written as soon as it can be.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from confluent_kafka import KafkaException

from tests.end_to_end.truth import Given
from tests.end_to_end.world import AMONG, BEFORE, Plan, World

SECONDS_OF_A_WORLD = 5
AHEAD = 36
"""Worlds whose earns are told before their returns come: a mood in which nothing is settled must stop no load."""
PAUSE = 0.2
A_MOMENT = 0.01
Where = tuple[str, int]
"""Topic and partition."""
Counts = Mapping[Where, int]


class Log(Protocol):
    """Where the load goes, and how far the service is with it."""

    def write(self, given: Given) -> None:
        """One more record."""
        ...

    def written(self) -> Counts:
        """How many records there are."""
        ...

    def settled(self) -> Counts:
        """How many of them the group has committed."""
        ...


@dataclass(slots=True)
class _Course:
    """How far one world is: the waves that are left, and what must be settled before the next."""

    world: World
    waves: list[int] = field(default_factory=list)
    mark: Counts = field(default_factory=dict)


def plans(seed: int, *, rate: float, seconds: float, schema_ids: Mapping[str, int]) -> Sequence[Plan]:
    """Worlds enough for so long; no two share a customer."""
    returns = max(60, int(rate * SECONDS_OF_A_WORLD))
    return [
        Plan(
            seed=seed * 1000 + number,
            returns=returns,
            first_customer=10_000_000 + number * 1_000_000,
            schema_ids=schema_ids,
        )
        for number in range(max(1, round(rate * seconds / returns)))
    ]


@dataclass(slots=True, kw_only=True)
class Pace:
    """When the next return is `due`, whenever the last one was written; `rate` is returns a second."""

    rate: float
    due: float

    def wait(self, now: float) -> float:
        """Seconds until the next one is to be written."""
        self.due += 1 / self.rate
        return max(0.0, self.due - now)


class Load:
    """Writes on a thread of its own until all worlds are told; once `cut_short`, no new one is returned."""

    def __init__(self, log: Log, given: Sequence[World], *, rate: float, seed: int) -> None:
        self._log = log
        self._waiting = [_course(world) for world in given]
        self._open: list[_Course] = []
        self._rate = rate
        self._chance = random.Random(seed)
        self._short = threading.Event()
        self._held = threading.Event()
        self._pen = threading.Lock()
        self._broken_off: str | None = None
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)
        self.returns = 0
        self.stalled = 0.0
        """Seconds in which nothing could be written because nothing was settled."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is written."""
        return not self._thread.is_alive()

    @property
    def broken_off(self) -> str | None:
        """By what it ended before its time; None where all was written, and while it goes on."""
        return self._broken_off if self.has_ended else None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nothing is written meanwhile; what was due is afterwards."""
        self._held.set()
        try:
            with self._pen:
                yield
        finally:
            self._held.clear()

    def cut_short(self) -> None:
        """Begin the returns of no new world."""
        self._short.set()

    def _run(self) -> None:
        self._broken_off = "an error of the load's own"
        try:
            self._write_all(time.monotonic)
        except (RuntimeError, OSError, KeyError, KafkaException) as error:
            self._broken_off = repr(error)
        else:
            self._broken_off = None

    def _write_all(self, now: Callable[[], float]) -> None:
        pace = Pace(rate=self._rate, due=now())
        for given in self._stream():
            if given is None:
                time.sleep(PAUSE)
                self.stalled += PAUSE
                continue
            if given.topic == "returns":
                time.sleep(pace.wait(now()))
            self._write(given)

    def _write(self, given: Given) -> None:
        while self._held.is_set():
            time.sleep(A_MOMENT)
        with self._pen:
            self.returns += given.topic == "returns"
            self._log.write(given)

    def _stream(self) -> Iterator[Given | None]:
        """The records in their order; None while all that is open waits for something to be settled."""
        while course := self._next():
            if course.waves:
                number = course.waves.pop(0)
                yield from self._shuffled(course.world.wave(number))
                course.mark = dict(self._log.written())
            else:
                yield None

    def _next(self) -> _Course | None:
        """The world to go on with; one without waves where none can; None at the end."""
        self._open = [course for course in self._open if course.waves]
        if self._short.is_set():
            self._waiting.clear()
            self._open = [course for course in self._open if course.waves[0] > AMONG]
        if self._waiting and sum(course.waves[0] <= AMONG for course in self._open) < AHEAD:
            self._open.append(self._waiting.pop(0))
            return self._open[-1]
        if not self._open:
            return None
        settled = self._log.settled()
        ready = [each for each in self._open if all(settled.get(where, 0) >= n for where, n in each.mark.items())]
        later = [each for each in ready if each.waves[0] > AMONG]
        return next(iter(later or ready), _Course(World(given=(), vendor={})))

    def _shuffled(self, records: Sequence[Given]) -> Iterator[Given]:
        """The earns among the returns, each kind in its own order."""
        kinds = {name: [given for given in records if given.topic == name] for name in ("earns", "returns")}
        queues = [list(reversed(queue)) for queue in kinds.values() if queue]
        while queues:
            (queue,) = self._chance.choices(queues, weights=[len(queue) for queue in queues])
            yield queue.pop()
            queues = [queue for queue in queues if queue]


def _course(world: World) -> _Course:
    return _Course(world, sorted({given.wave for given in world.given} | {BEFORE}))
