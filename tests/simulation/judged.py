"""What an outcome may say of each earn, and of all together: by what is true of the day, not by what the flow says."""

from collections.abc import Iterator

from consumer.core.outcome import OutcomeStatus, RevokeOutcome, VerdictKind
from tests.simulation.cluster import Cluster
from tests.simulation.moody_vendor import MoodyVendor
from tests.simulation.random_day import RandomDay, Tellers

NEVER = float("inf")
CODES = {VerdictKind.ALREADY_REDEEMED: 729, VerdictKind.NOT_REVOCABLE: 730, VerdictKind.NOT_VALID: 731}
"""Every refusal that there is in a seed; of several a letter gives the least."""
GONE = frozenset({VerdictKind.REVOKED, VerdictKind.ALREADY_REVOKED})
FIXED = frozenset({VerdictKind.NOT_REVOCABLE})
REFUSED = frozenset({VerdictKind.NOT_VALID})
ALREADY_REVOKED = frozenset({VerdictKind.ALREADY_REVOKED})
KEPT = frozenset({VerdictKind.KEPT_BY_POLICY})
UNTOLD = frozenset({OutcomeStatus.DUPLICATE, OutcomeStatus.INVALID})
"""Outcomes that tell of no earn."""


class Judged:
    """Judges outcomes as they are published."""

    def __init__(self, day: RandomDay, vendor: MoodyVendor, cluster: Cluster) -> None:
        self._day = day
        self._vendor = vendor
        self._cluster = cluster
        self._sent_at = {each.source: each.at for each in day.sent}

    def broken(self, outcome: RevokeOutcome) -> Iterator[str]:
        """Everything that it should not say, and what it should."""
        where = outcome.source
        told = [str(verdict.earn_id) for verdict in outcome.verdicts]
        if len(set(told)) != len(told):
            yield f"{where} tells of an earn twice"
        yield from _sum(outcome)
        yield from (f"{where} says nothing of {earn}" for earn in sorted(self._known(outcome).difference(told)))
        for verdict in outcome.verdicts:
            if verdict.kind not in self._legal(outcome, str(verdict.earn_id)):
                yield f"{where}: {verdict.earn_id} is {verdict.kind}"
            if verdict.kind not in GONE and verdict.code != CODES.get(verdict.kind):
                yield f"{where}: {verdict.earn_id} is {verdict.kind} with {verdict.code}"

    def _known(self, outcome: RevokeOutcome) -> frozenset[str]:
        """The earns of which a return must tell: all of its purchase that were there before it came."""
        day, event = self._day, str(outcome.event_id)
        overtaken = str(outcome.source) in self._vendor.history.overtaken
        if outcome.status in UNTOLD or outcome.source not in day.events or event not in day.takes or overtaken:
            return frozenset()
        bills = set(map(str, outcome.bill_numbers))
        earned = ((earn, tellers) for earn, tellers in day.earned.items() if day.bill_of[earn] in bills)
        return frozenset(earn for earn, tellers in earned if self._came_before(outcome, tellers))

    def _came_before(self, outcome: RevokeOutcome, tellers: Tellers) -> bool:
        """Whether what these tell was surely known when the outcome's record came."""
        came, published = self._sent_at.get(outcome.source, 0.0), self._cluster.published_at
        return all(min(published.get(each, NEVER) for each in group) < came for group in tellers)

    def _legal(self, outcome: RevokeOutcome, earn: str) -> frozenset[VerdictKind]:
        event = str(outcome.event_id)
        if earn not in self._day.may_take.get(event, ()):
            return KEPT
        taken = self._if_taken(outcome, earn)
        return taken if earn in self._day.takes[event] else taken | KEPT

    def _if_taken(self, outcome: RevokeOutcome, earn: str) -> frozenset[VerdictKind]:
        """The verdicts on an earn that is asked back, by what the vendor has and what the feed told of it."""
        day, vendor = self._day, self._vendor
        fate = self._fate(earn)
        if earn in day.fates and self._came_before(outcome, day.fates[earn]):
            return fate | self._if_doubted(earn)
        if earn in day.fixed:
            return FIXED | (fate if earn in day.fates else frozenset())
        if earn in vendor.redeemed:
            return fate
        if earn in day.held:
            # Of two that asked at once, one without knowing that it may not, the second was refused.
            refused = REFUSED if earn in vendor.history.touched else frozenset()
            return refused | (GONE if earn in vendor.revoked else frozenset())
        return fate | REFUSED | self._if_doubted(earn)

    def _fate(self, earn: str) -> frozenset[VerdictKind]:
        """The verdict on what the feed tells of an earn."""
        if earn in self._vendor.redeemed:
            return frozenset({VerdictKind.ALREADY_REDEEMED})
        return ALREADY_REVOKED if earn in self._day.gone else frozenset()

    def _if_doubted(self, earn: str) -> frozenset[VerdictKind]:
        """What may be said of an earn that the vendor has no more, where our own call may have done it.

        REVOKED only where the feed told of it while a claim stood.
        """
        history = self._vendor.history
        if earn in self._vendor.redeemed or earn not in history.ever_doubtful | history.touched | history.left:
            return frozenset()
        return GONE if earn in self._day.gone and earn in history.gone_in_a_claim else ALREADY_REVOKED


def _sum(outcome: RevokeOutcome) -> Iterator[str]:
    """What is wrong with what it says of all its earns together."""
    kinds = {verdict.kind for verdict in outcome.verdicts}
    codes = codes_of(outcome)
    if outcome.status in UNTOLD:
        right, failed = outcome.status, outcome.status is OutcomeStatus.INVALID
        if kinds:
            yield f"{outcome.source} is {outcome.status} and tells of earns"
    else:
        failed = bool(codes)
        gone = OutcomeStatus.PARTLY_REVOKED if failed else OutcomeStatus.REVOKED
        none = OutcomeStatus.FAILED if failed else OutcomeStatus.NOTHING_TO_REVOKE
        right = gone if kinds & GONE else none
    if outcome.status is not right:
        yield f"{outcome.source} is {outcome.status}, and should be {right}"
    if outcome.dead_lettered is not failed or outcome.error_codes != codes:
        yield f"{outcome.source} says of its failures {outcome.dead_lettered} and {outcome.error_codes}"


def codes_of(outcome: RevokeOutcome) -> tuple[int, ...]:
    """The codes of the failures in its verdicts, ascending."""
    return tuple(sorted({CODES[verdict.kind] for verdict in outcome.verdicts if verdict.kind in CODES}))
