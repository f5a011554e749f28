"""What one process took and did not publish: counted rightly, within its window, and on its way."""

from asyncio import Task
from collections.abc import Iterator

from consumer.adapters.kafka.assignment import Held
from consumer.core.progress import Progress
from consumer.ports import Partition
from tests.flow.fakes import EARNS, RETURNS
from tests.simulation.instance import Instance
from tests.simulation.news import News
from tests.simulation.seeded_world import SeededWorld


class InFlight:
    """The looks at one process, each after a step; what did not change since the last is not looked at again."""

    def __init__(self, instance: Instance, world: SeededWorld) -> None:
        self._instance = instance
        self._world = world
        self._begun = News(instance.made.tasks)
        self._running: list[Task[None]] = []
        self._looked_at: dict[Partition, tuple[Progress, int, int]] = {}
        self._stands: dict[Partition, tuple[int, int, float]] = {}

    def broken(self) -> Iterator[str]:
        """Everything that is not as it must be now."""
        yield from self._crashed()
        if self._instance.is_dead:
            return
        counted = self._instance.counts.open
        truth = {RETURNS: 0, EARNS: 0}
        for held in self._instance.worker._assignment:
            truth[held.partition.topic] += held.progress.open
            yield from self._of_one(held)
        if any(counted[topic] != count for topic, count in truth.items()):
            yield f"{self._instance.name}: {dict(counted)} are open by count, {truth} in truth"

    def _of_one(self, held: Held) -> Iterator[str]:
        progress, place = held.progress, held.partition
        if progress.open > self._instance.window:
            yield f"{self._instance.name} holds more open records of {place} than its window"
        now = (progress, progress._next, progress.open)
        if self._looked_at.get(place) != now:
            self._looked_at[place] = now
            for offset in self._forgotten(place, progress):
                yield f"{self._instance.name} took {place} {offset}, which is neither published nor open"
        if self._stands_still(held):
            yield f"{self._instance.name} stands still at {place} {progress.watermark}"

    def _forgotten(self, place: Partition, progress: Progress) -> Iterator[int]:
        """Consumed = outcomes + in flight: all that was taken is published, or it is open."""
        published = self._world.cluster.published[place]
        for sent in self._world.cluster.logs[place]:
            offset = sent.source.offset
            if offset < progress._next and offset not in published and offset not in progress:
                yield offset

    def _stands_still(self, held: Held) -> bool:
        """Whether the oldest open record is the same for longer than anything takes: its lane is stuck."""
        at = (held.epoch, held.progress.watermark)
        now = self._world.tale.loop.time()
        epoch, watermark, since = self._stands.get(held.partition, (0, 0, 0.0))
        if (epoch, watermark) != at or not held.progress.open:
            self._stands[held.partition] = (*at, now)
            return False
        return now - max(since, self._world.last_strike) > self._world.patience

    def _crashed(self) -> Iterator[str]:
        """A lane whose task is gone takes what comes, and works none of it; only a process that dies may cancel one."""
        self._running += self._begun()
        ended = [task for task in self._running if task.done()]
        if ended:
            self._running = [task for task in self._running if not task.done()]
            for task in ended:
                if task.cancelled() and not self._instance.is_dead:
                    yield f"{self._instance.name}: a task is gone"
                if not task.cancelled() and task.exception() is not None:
                    yield f"{self._instance.name}: {task.exception()!r}"
