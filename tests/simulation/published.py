"""What is in committed transactions, judged as it comes there."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from consumer.core.model import Coordinates
from consumer.core.outcome import OutcomeCause, OutcomeStatus, RevokeOutcome, Verdict, VerdictKind
from tests.flow.fakes import EARNS
from tests.simulation.cluster import Cluster, Letter
from tests.simulation.judged import Judged, codes_of
from tests.simulation.moody_vendor import MoodyVendor
from tests.simulation.random_day import RandomDay


class Published:
    """Remembers what came before. Nothing can come but by a commit, so that one look at each is one after each step."""

    def __init__(self, day: RandomDay, vendor: MoodyVendor, cluster: Cluster) -> None:
        self._day = day
        self._history = vendor.history
        self._judged = Judged(day, vendor, cluster)
        self._told = Counter[Coordinates]()
        self._firsts = Counter[str]()
        self._redriven = Counter(event for event, redrive in day.events.values() if redrive)
        self._ours = Counter[str]()
        self._gone_before: dict[str, set[tuple[str, int]]] = {}
        """The partitions whose outcomes said of an earn that it was gone before."""
        self._dead = Counter[Coordinates]()
        self._due = dict(day.invalid)
        """The reason of each letter that must come."""
        self._last: dict[tuple[int, int], Coordinates] = {}

    def outcomes(self, news: Sequence[RevokeOutcome]) -> Iterator[str]:
        """What is wrong with these, which come after all before: each the one of its record and event, and true."""
        for outcome in news:
            self._told[outcome.source] += 1
            if self._told[outcome.source] > 1:
                yield f"{self._told[outcome.source]} outcomes of {outcome.source}"
            yield from self._of_event(outcome)
            yield from self._order(outcome)
            yield from self._judged.broken(outcome)
            if codes := codes_of(outcome):
                self._due[outcome.source] = str(codes[0])
            for verdict in outcome.verdicts:
                yield from self._of_earn(outcome, verdict)

    def letters(self, news: Iterable[Letter]) -> Iterator[str]:
        """Each for a record that has to be looked at, once, with the reason."""
        for letter in news:
            self._dead[letter.source] += 1
            if self._dead[letter.source] > 1:
                yield f"{self._dead[letter.source]} dead letters of {letter.source}"
            if letter.source not in self._due:
                yield f"a dead letter of {letter.source}"
            elif letter.reason != self._due[letter.source]:
                yield f"the letter of {letter.source} gives {letter.reason} for {self._due[letter.source]}"

    def missing(self) -> Iterator[str]:
        """What did not come, at the end of a run."""
        for event in sorted({event for event, _ in self._day.events.values()}):
            if not self._firsts[event]:
                yield f"{event} has no outcome that is no duplicate"
        yield from (f"no dead letter of {source}" for source in sorted(self._due.keys() - self._dead.keys()))

    def _of_event(self, outcome: RevokeOutcome) -> Iterator[str]:
        invalid = outcome.status is OutcomeStatus.INVALID
        if invalid != (outcome.source in self._day.invalid):
            yield f"{outcome.source} is {outcome.status}"
        if outcome.source.topic == EARNS:
            if outcome.cause is OutcomeCause.RETURN:
                yield f"{outcome.source} is told as a return"
        elif not invalid and outcome.status is not OutcomeStatus.DUPLICATE:
            event = self._day.events[outcome.source][0]
            self._firsts[event] += 1
            if self._firsts[event] > 1 + self._redriven[event]:
                yield f"{event} has {self._firsts[event]} outcomes that are no duplicate"
            yield from (f"{outcome.source} counts, though {copy} came before" for copy in self._before(outcome.source))

    def _before(self, source: Coordinates) -> Iterator[Coordinates]:
        """The copies that stand before it in its partition, sent again as often."""
        event, redrive = self._day.events[source]
        for other, (its_event, its_redrive) in self._day.events.items():
            is_before = (other.topic, other.partition) == (source.topic, source.partition) and other < source
            if is_before and its_event == event and its_redrive >= redrive:
                yield other

    def _of_earn(self, outcome: RevokeOutcome, verdict: Verdict) -> Iterator[str]:
        earn, bills = str(verdict.earn_id), set(map(str, outcome.bill_numbers))
        place = outcome.source.topic, outcome.source.partition
        if self._day.bill_of[earn] not in bills:
            yield f"{outcome.source} of {bills} tells of {earn}"
        if verdict.kind is VerdictKind.REVOKED:
            self._ours[earn] += 1
            if self._ours[earn] > 1:
                yield f"{earn} is REVOKED {self._ours[earn]} times"
            # What the feed told while a claim stood is told in the name of that, though an earlier return may be there.
            if place in self._gone_before.get(earn, ()) and earn not in self._history.gone_in_a_claim:
                yield f"{earn} is REVOKED by {outcome.source}, and was gone before one that stands before that"
        elif verdict.kind is VerdictKind.ALREADY_REVOKED:
            self._gone_before.setdefault(earn, set()).add(place)

    def _order(self, outcome: RevokeOutcome) -> Iterator[str]:
        """A customer's returns of one partition keep their order."""
        customer = self._day.customers.get(outcome.source)
        if customer is None:
            return
        before = self._last.get((customer, outcome.source.partition))
        if before is not None and before.offset > outcome.source.offset:
            yield f"{outcome.source} after {before}"
        self._last[customer, outcome.source.partition] = outcome.source
