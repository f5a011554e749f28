"""Instances kept at a number, as a supervisor does, while somebody is cruel to them; and what they stumbled on."""

import re
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.chaos.ends import Ending
from tests.chaos.heard import Heard
from tests.chaos.losses import LATE, LOSING, unaware_since
from tests.chaos.rows import EVENTS
from tests.chaos.words import Word
from tests.end_to_end.callers import named
from tests.end_to_end.instance import SECONDS, Instance
from tests.end_to_end.lives import ON_ITS_WAY
from tests.end_to_end.scene import Scene
from tests.end_to_end.truth import (
    Evidence,
    Given,
    Letter,
    PolicyTruth,
    Produced,
    Seen,
    Spell,
    Stumble,
    Told,
    VendorCall,
)
from tests.end_to_end.vendor import USER, Vendor
from tests.testbed.line import AFTERMATH, Line
from tests.testbed.parts import Broker
from tests.testbed.waiting import PAUSE, wait_until

UNAWARE = ("partitions_lost", "died")
"""What an instance says once it learns that others may have gone on without it."""
REQUEST_ID = re.compile(rb"X-Cap-Requestid: (\S+)", re.IGNORECASE)


class Crew(Scene):
    """A scene with a supervisor, who knows what was done to it."""

    def __init__(self, kafka: Broker, folder: Path, vendor: Vendor, *, size: int) -> None:
        super().__init__(kafka, folder, vendor)
        self.size = size
        self._losing: list[Spell] = []
        self._swallowed: list[Spell] = []
        self.vendors_line: Line | None = None
        self._endings: list[Ending] = []
        self._leaving: list[Instance] = []
        self._stumbles: list[Stumble] = []
        self._timestamps: dict[tuple[str, int], list[int]] = {}
        self._heard: dict[Path, Heard] = {}

    def own_settings(self, name: str) -> Mapping[str, str]:
        """Each calls the vendor under a name of its own."""
        return {"CONSUMER_API__USERNAME": named(USER, name)}

    def kill(self, instance: Instance) -> None:
        """kill -9, kept for the oracle."""
        instance.kill()
        now = time.monotonic()
        self._stumbles.append(Stumble(caller=name_of(instance), began=now, ended=now))
        self._losing.append(Spell(began=now, ended=now))

    def freeze(self, instance: Instance, seconds: float) -> None:
        """SIGSTOP, and SIGCONT so much later; the deadlines of its calls run on meanwhile."""
        began = time.monotonic()
        instance.process.send(signal.SIGSTOP)
        try:
            self.rest(seconds)
        finally:
            instance.process.send(signal.SIGCONT)
            ended = time.monotonic() + ON_ITS_WAY
            self._stumbles.append(Stumble(caller=name_of(instance), began=began - ON_ITS_WAY, ended=ended))
            self._losing.append(Spell(began=began, ended=ended))

    def until_aware(self, instance: Instance, since: float) -> None:
        """Return once it says what it lost after this moment, or has ended, or never will."""

        def is_aware() -> bool:
            self.look_after()
            told = (each for name in UNAWARE for each in self._heard_of(instance).events(name))
            return instance not in self.instances or any(self._moment_of(each) >= since for each in told)

        with suppress(TimeoutError):
            wait_until(is_aware, within=LATE, what="it says what it lost")

    @contextmanager
    def suffering(self, mishap: str) -> Iterator[None]:
        """A mishap lasts, until it is recovered from; afterwards instances may tell what they lost by it."""
        began = time.monotonic()
        try:
            yield
        finally:
            if mishap in LOSING:
                self._losing.append(Spell(began=began, ended=time.monotonic()))

    @contextmanager
    def swallowing(self) -> Iterator[None]:
        """Requests may be lost on their way meanwhile, and where a connection ends by it, a little later."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._swallowed.append(Spell(began=began, ended=time.monotonic() + AFTERMATH))

    def dismiss(self, instance: Instance) -> None:
        """SIGTERM. It does not count from now on, and is not waited for."""
        self._leaving.append(instance)
        instance.process.send(signal.SIGTERM)

    @property
    def staying(self) -> list[Instance]:
        """Those that were not asked to leave."""
        return [instance for instance in self.instances if instance not in self._leaving]

    def until_left(self) -> None:
        """Return once all that were asked to leave have done so."""

        def have_left() -> bool:
            self.look_after()
            return not self._leaving

        wait_until(have_left, within=SECONDS, what="those that were asked to leave are gone")

    def look_after(self) -> None:
        """Start another for each that has ended."""
        for instance in tuple(self.instances):
            code = instance.process.exit_code
            if code is None:
                continue
            self._endings.append(
                Ending(
                    instance=instance,
                    code=code,
                    at=time.monotonic(),
                    was_asked=instance in self._leaving,
                    was_killed=name_of(instance) in self._killed(),
                )
            )
            self.instances.remove(instance)
            self._leaving = [each for each in self._leaving if each is not instance]
        while len(self.staying) < self.size:
            self.start()

    def rest(self, seconds: float) -> None:
        """Let time go by under supervision."""
        self.rest_until(time.monotonic() + seconds)

    def rest_until(self, moment: float) -> None:
        """The same, until this moment of the monotonic clock."""
        while time.monotonic() < moment:
            self.look_after()
            time.sleep(PAUSE)

    def keep(self, given: Given, timestamp: int) -> None:
        """A record that somebody else writes, with its milliseconds."""
        self._given.setdefault((given.topic, given.partition), []).append(given)
        self._timestamps.setdefault((given.topic, given.partition), []).append(timestamp)

    def written(self) -> Mapping[tuple[str, int], int]:
        """How many records each partition has."""
        return {(self.topic(name), partition): len(given) for (name, partition), given in self._given.items()}

    def written_since(self, counts: Mapping[tuple[str, int], int]) -> Iterator[Produced]:
        """The records that were written since each partition had so many."""
        for (name, partition), given in self._given.items():
            topic, timestamps = self.topic(name), self._timestamps[name, partition]
            for offset in range(counts.get((topic, partition), 0), len(given)):
                yield Produced(given=given[offset], topic=topic, offset=offset, timestamp=timestamps[offset])

    def deaths(self) -> int:
        """How many instances ended without being asked to."""
        return len(self._killed()) + sum(len(self._heard_of(instance).events("died")) for instance in self._all())

    def unexplained(self) -> Iterator[str]:
        """The crashes, and the ends that nothing explains that was done; all of them, each time."""
        for instance in self._all():
            for crash in self._heard_of(instance).crashes():
                yield f"{name_of(instance)} crashed after {crash.after}: {crash.error}"
        for ending in self._endings:
            heard = self._heard_of(ending.instance)
            died = heard.events("died")
            if not ending.is_explained(map(self._moment_of, died), self._losing):
                told = died[-1]["error"] if died else heard.last_words
                at = datetime.fromtimestamp(ending.at + self.wall, UTC).isoformat(timespec="seconds")
                yield f"{name_of(ending.instance)} ended with {ending.code} at {at}, and nothing explains it: {told}"

    def has_said(self, word: Word, during: Spell) -> bool:
        """Whether any instance said so then, of those that ended too."""
        return any(
            word.is_said(told, self._moment_of(told), during)
            for instance in self._all()
            for event in word.events
            for told in self._heard_of(instance).events(event)
        )

    def evidence_of(
        self,
        produced: Sequence[Produced],
        outcomes: Sequence[Seen],
        letters: Sequence[Letter],
        policy: PolicyTruth | None = None,
    ) -> Evidence:
        """What the oracle judges; answers that were lost on their way count as none."""
        evidence = super().evidence_of(produced, outcomes, letters, policy)
        lost = self._lost()
        calls = tuple(unanswered(call) if call.request_id in lost else call for call in evidence.vendor.calls)
        return replace(
            evidence,
            vendor=replace(evidence.vendor, calls=calls),
            stumbles=(*self._stumbles, *self._unaware()),
            swallowed=tuple(self._swallowed),
        )

    def _heard_of(self, instance: Instance) -> Heard:
        if instance.log not in self._heard:
            self._heard[instance.log] = Heard(instance.log, EVENTS.union(UNAWARE))
        return self._heard[instance.log]

    def _moment_of(self, told: Mapping[str, Any]) -> float:
        return datetime.fromisoformat(told["timestamp"]).timestamp() - self.wall

    def _all(self) -> tuple[Instance, ...]:
        return (*(ending.instance for ending in self._endings), *self.instances)

    def _killed(self) -> frozenset[str]:
        return frozenset(stumble.caller for stumble in self._stumbles if stumble.began == stumble.ended)

    def _lost(self) -> frozenset[str]:
        chunks = self.vendors_line.lost if self.vendors_line else []
        return frozenset(found.decode() for chunk in chunks for found in REQUEST_ID.findall(chunk))

    def _unaware(self) -> Iterator[Stumble]:
        """From what was done to an instance until it knew; what it says of itself alone excuses nothing."""
        for instance in self._all():
            for name in UNAWARE:
                for told in self._heard_of(instance).events(name):
                    at = self._moment_of(told)
                    began = unaware_since(at, self._losing)
                    if began is not None:
                        yield Stumble(caller=name_of(instance), began=began, ended=at + ON_ITS_WAY)


def name_of(instance: Instance) -> str:
    return instance.log.stem


def unanswered(call: VendorCall) -> VendorCall:
    unclear: dict[str, Told] = dict.fromkeys(call.earn_ids, "unclear")
    return replace(call, told=unclear, status=None)
