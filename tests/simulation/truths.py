"""What must be true at the end of a seeded run, whatever happened in it."""

from collections import Counter
from collections.abc import Iterator

from consumer.core.model import EarnState
from consumer.core.outcome import VerdictKind
from tests.flow.fakes import EARNS, RETURNS
from tests.simulation.cluster import outcome_in
from tests.simulation.seeded_world import SeededWorld


def broken_truths(world: SeededWorld) -> Iterator[str]:
    """Everything that is not as it must be at the end, beside what the watch saw at its step."""
    yield from (f"{source} is not published" for source in world.cluster.open())
    told = {outcome.source for outcome in world.cluster.outcomes}
    returns = (sent.source for sent in world.day.sent if sent.source.topic == RETURNS)
    yield from (f"no outcome of {source}" for source in returns if source not in told)
    yield from _revokes(world)
    yield from _left_claims(world)
    yield from _memory(world)


def still_under_way(world: SeededWorld) -> Iterator[str]:
    """What a process holds though every record is published."""
    for instance in world.alive:
        counts, gate = instance.made.lanes.counts(), instance.made.gate
        # One that lost its work without knowing may be at it for as long as the ledger is away.
        never_lost = world.vendor.history.losses(by=instance.name) == 0
        if never_lost and (counts.working or counts.waiting or gate.under_way):
            yield f"{instance.name}: {counts} and {gate.under_way} calls"


def _memory(world: SeededWorld) -> Iterator[str]:
    """What is published is what the ledger keeps."""
    published = {outcome.source: outcome for outcome in world.cluster.outcomes}
    kept = {it.opening.source: it.outcome for versions in world.ledger.shelf.returns.values() for it in versions}
    kept |= {it.source: it.late for it in world.ledger.shelf.earns.values() if it.source and it.late is not None}
    for source, stored in kept.items():
        if source.topic == EARNS and str(source) in world.vendor.history.overtaken:
            continue
        if source not in published or stored is None or outcome_in(stored) != published[source]:
            yield f"the ledger keeps another outcome of {source} than is published"


def _left_claims(world: SeededWorld) -> Iterator[str]:
    """Where two worked one record, the second's claim may outlive the first's answer, until its lease ends.

    So may that of a late earn whose call had no answer, where another instance's return told of the earn meanwhile.
    """
    history = world.vendor.history
    for held in world.ledger.shelf.earns.values():
        earn, claim = held.earn.key.earn_id, held.earn.claim or ""
        is_told_elsewhere = claim.startswith(EARNS) and earn in history.ever_doubtful
        was_two_s = earn in history.touched or claim in history.overtaken
        excused = (was_two_s or is_told_elsewhere) and earn not in world.day.due
        if held.earn.state is EarnState.HELD and held.earn.claim is not None and not excused:
            yield f"{earn} still claimed by {claim}"


def _revokes(world: SeededWorld) -> Iterator[str]:
    """None forgotten, each told."""
    day, revoked = world.day, Counter(world.vendor.revoked)
    yield from (f"{earn} is not revoked" for earn in sorted(day.due - revoked.keys()))
    told = [verdict for outcome in world.cluster.outcomes for verdict in outcome.verdicts]
    ours = Counter(str(verdict.earn_id) for verdict in told if verdict.kind is VerdictKind.REVOKED)
    taken = {str(verdict.earn_id) for verdict in told if verdict.kind is not VerdictKind.KEPT_BY_POLICY}
    history = world.vendor.history
    twos = _overtaken(world) | history.touched
    yield from (f"nobody tells of {earn}" for earn in sorted(day.asked_back - taken - twos))
    sure = revoked.keys() - history.ever_doubtful - twos
    yield from (f"{earn} is never REVOKED" for earn in sorted(sure - ours.keys()))


def _overtaken(world: SeededWorld) -> set[str]:
    """Earns of returns whose outcome one wrote who had lost them, while their new owner may have had these revoked."""
    records = world.vendor.history.overtaken
    ended = [outcome for outcome in world.cluster.outcomes if str(outcome.source) in records]
    bills = {str(bill) for outcome in ended for bill in outcome.bill_numbers}
    return {earn for earn, bill in world.day.bill_of.items() if bill in bills}
