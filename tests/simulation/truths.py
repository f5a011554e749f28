"""What must be true at the end of a seeded run, whatever happened in it."""

from collections import Counter
from collections.abc import Iterator

from consumer.core.model import Coordinates, EarnState
from consumer.core.outcome import (
    FAILURE_KINDS,
    REVOKED_KINDS,
    OutcomeCause,
    OutcomeStatus,
    RevokeOutcome,
    Verdict,
    VerdictKind,
)
from tests.flow.fakes import EARNS, RETURNS
from tests.simulation.cluster import outcome_in
from tests.simulation.seeded_world import SeededWorld


def broken_truths(world: SeededWorld) -> Iterator[str]:
    """Everything that is not as it must be at the end."""
    yield from (f"{source} is not published" for source in world.cluster.open())
    yield from _outcomes(world)
    yield from _dead_letters(world)
    yield from _revokes(world)
    yield from _order(world)
    yield from (f"{earn} asked for again" for earn in world.vendor.history.wrong_repeats)
    yield from (f"two calls at once for {customer} by one process" for customer in world.vendor.collisions)
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
        is_told_elsewhere = (held.earn.claim or "").startswith(EARNS) and held.earn.key.earn_id in history.ever_doubtful
        excused = (history.had_outcasts or is_told_elsewhere) and held.earn.key.earn_id not in world.day.due
        if held.earn.state is EarnState.HELD and held.earn.claim is not None and not excused:
            yield f"{held.earn.key.earn_id} still claimed by {held.earn.claim}"


def _outcomes(world: SeededWorld) -> Iterator[str]:
    """One for each record of the returns; one for each event that is no duplicate."""
    day, outcomes = world.day, world.cluster.outcomes
    told = Counter(outcome.source for outcome in outcomes)
    yield from (f"{count} outcomes of {source}" for source, count in told.items() if count > 1)
    for source in (sent.source for sent in day.sent):
        if source.topic == RETURNS and source not in told:
            yield f"no outcome of {source}"
    firsts = Counter[str]()
    redriven = Counter(event for event, redrive in day.events.values() if redrive)
    for outcome in outcomes:
        invalid = outcome.status is OutcomeStatus.INVALID
        if invalid != (outcome.source in day.invalid):
            yield f"{outcome.source} is {outcome.status}"
        if outcome.source.topic == EARNS:
            if outcome.cause is OutcomeCause.RETURN:
                yield f"{outcome.source} is told as a return"
        elif not invalid and outcome.status is not OutcomeStatus.DUPLICATE:
            firsts[day.events[outcome.source][0]] += 1
        yield from _foreign(world, outcome)
    for event in sorted({event for event, _ in day.events.values()}):
        if not 1 <= firsts[event] <= 1 + redriven[event]:
            yield f"{event} has {firsts[event]} outcomes that are no duplicate"


def _foreign(world: SeededWorld, outcome: RevokeOutcome) -> Iterator[str]:
    """Verdicts on earns of other purchases."""
    bills = set(map(str, outcome.bill_numbers))
    for verdict in outcome.verdicts:
        if world.day.bill_of[str(verdict.earn_id)] not in bills:
            yield f"{outcome.source} of {bills} tells of {verdict.earn_id}"


def _dead_letters(world: SeededWorld) -> Iterator[str]:
    """Those that are due, each once, and none for what will pass."""
    letters = Counter(letter.source for letter in world.cluster.letters)
    yield from (f"{count} dead letters of {source}" for source, count in letters.items() if count > 1)
    failed = {outcome.source for outcome in world.cluster.outcomes if _failures(outcome)}
    due = failed | world.day.invalid
    yield from (f"a dead letter of {source}" for source in sorted(letters.keys() - due))
    yield from (f"no dead letter of {source}" for source in sorted(due - letters.keys()))
    for outcome in world.cluster.outcomes:
        for verdict in _failures(outcome):
            if not _is_justified(world, verdict):
                yield f"{outcome.source}: {verdict.earn_id} is {verdict.kind}"


def _failures(outcome: RevokeOutcome) -> list[Verdict]:
    return [verdict for verdict in outcome.verdicts if verdict.kind in FAILURE_KINDS]


def _is_justified(world: SeededWorld, verdict: Verdict) -> bool:
    earn, vendor = str(verdict.earn_id), world.vendor
    match verdict.kind:
        case VerdictKind.ALREADY_REDEEMED:
            return earn in vendor.redeemed
        case VerdictKind.NOT_REVOCABLE:
            return earn not in world.day.due
        case VerdictKind.NOT_VALID:
            # Of two that asked at once, one without knowing that it may not, the second was refused.
            return earn not in world.day.held | vendor.redeemed or earn in vendor.history.excused
        case _:
            return False


def _revokes(world: SeededWorld) -> Iterator[str]:
    """None too many, none forgotten, each told."""
    day, revoked = world.day, Counter(world.vendor.revoked)
    yield from (f"{earn} is revoked" for earn in sorted(revoked.keys() - day.due))
    yield from (f"{earn} is not revoked" for earn in sorted(day.due - revoked.keys()))
    told = [verdict for outcome in world.cluster.outcomes for verdict in outcome.verdicts]
    ours = Counter(str(verdict.earn_id) for verdict in told if verdict.kind is VerdictKind.REVOKED)
    gone = {str(verdict.earn_id) for verdict in told if verdict.kind in REVOKED_KINDS}
    yield from (f"{earn} is REVOKED {count} times" for earn, count in ours.items() if count > 1)
    # One that the vendor never had may have been revoked by the call of which nobody knows.
    held = day.held | world.vendor.redeemed
    yield from (f"{earn} is called revoked" for earn in sorted((gone & held) - revoked.keys()))
    history = world.vendor.history
    untold = revoked.keys() - gone - _overtaken(world) - history.excused
    yield from (f"nobody tells of {earn}" for earn in sorted(untold))
    sure = set[str]() if history.had_outcasts else revoked.keys() - history.ever_doubtful
    yield from (f"{earn} is never REVOKED" for earn in sorted(sure - ours.keys()))


def _overtaken(world: SeededWorld) -> set[str]:
    """Earns of returns whose outcome one wrote who had lost them, while their new owner may have had these revoked."""
    records = world.vendor.history.overtaken
    ended = [outcome for outcome in world.cluster.outcomes if str(outcome.source) in records]
    bills = {str(bill) for outcome in ended for bill in outcome.bill_numbers}
    return {earn for earn, bill in world.day.bill_of.items() if bill in bills}


def _order(world: SeededWorld) -> Iterator[str]:
    """A customer's returns of one partition keep their order."""
    last: dict[tuple[int, int], Coordinates] = {}
    for outcome in world.cluster.outcomes:
        customer = world.day.customers.get(outcome.source)
        if customer is None:
            continue
        key = (customer, outcome.source.partition)
        before = last.get(key)
        if before is not None and before.offset > outcome.source.offset:
            yield f"{outcome.source} after {before}"
        last[key] = outcome.source
