"""What must hold after each step of a seeded run: looked at wherever the step changed something."""

from collections.abc import Iterator

from consumer.core.model import EarnState
from tests.flow.fakes import EARNS
from tests.simulation.in_flight import InFlight
from tests.simulation.news import News
from tests.simulation.published import Published
from tests.simulation.seeded_world import SeededWorld


class Watch:
    """Tells the tale of each finding once, at the step that shows it.

    Two things are looked at where they happen, and cannot change between: with each call of the vendor, its quota and
    whose earns are asked for (`MoodyVendor.asked`); with each commit, that an offset moves with its one outcome, and
    none moves back (`Cluster.commit`). What is missing has no step of its own: it may come until the run's end
    (`missing`, `broken_truths`). That a lane stands still is wrong only after the world's patience.
    """

    def __init__(self, world: SeededWorld) -> None:
        self._world = world
        self._published = Published(world.day, world.vendor, world.cluster)
        self._outcomes = News(world.cluster.outcomes)
        self._letters = News(world.cluster.letters)
        self._revoked = News(world.vendor.revoked)
        self._repeats = News(world.vendor.history.wrong_repeats)
        self._collisions = News(world.vendor.collisions)
        self._claims = Claims(world)
        self._in_flight: list[InFlight] = []
        self._started = News(world.instances)
        self._found: set[str] = set()

    def look(self) -> None:
        """After a step."""
        for what in self._broken():
            if what not in self._found:
                self._found.add(what)
                self._world.tale.finds(what)

    def missing(self) -> Iterator[str]:
        """What was not published, at the end of a run."""
        yield from self._published.missing()

    def _broken(self) -> Iterator[str]:
        if outcomes := self._outcomes():
            yield from self._published.outcomes(outcomes)
        if letters := self._letters():
            yield from self._published.letters(letters)
        for earn in self._revoked():
            if earn not in self._world.day.due:
                yield f"{earn} is revoked"
        yield from (f"{earn} asked for again" for earn in self._repeats())
        yield from (f"two calls at once for {customer} by one process" for customer in self._collisions())
        yield from self._claims.left()
        self._in_flight += [InFlight(instance, self._world) for instance in self._started()]
        for each in self._in_flight:
            yield from each.broken()


class Claims:
    """Claims in the names of records that are published: nobody ends them any more."""

    def __init__(self, world: SeededWorld) -> None:
        self._world = world
        self._published: set[str] = set()
        self._count = 0

    def left(self) -> Iterator[str]:
        """Those that stand now, but for those that are excused at the end of a run as well."""
        self._look_who_is_published()
        history = self._world.vendor.history
        for held in self._world.ledger.shelf.earns.values():
            claim = held.earn.claim
            if claim is None or held.earn.state is not EarnState.HELD or claim not in self._published:
                continue
            earn = held.earn.key.earn_id
            is_told_elsewhere = claim.startswith(EARNS) and earn in history.ever_doubtful
            if earn not in history.touched and claim not in history.overtaken and not is_told_elsewhere:
                yield f"{earn} is claimed by {claim}, which is published"

    def _look_who_is_published(self) -> None:
        published = self._world.cluster.published
        count = sum(map(len, published.values()))
        if count != self._count:
            self._count = count
            logs = self._world.cluster.logs.items()
            self._published = {str(it.source) for p, log in logs for it in log if it.source.offset in published[p]}
