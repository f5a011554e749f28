"""What must hold at the end of a run, whatever happened in it."""

from collections import Counter
from collections.abc import Iterator

from consumer.core.model import EarnState
from consumer.core.outcome import VerdictKind
from tests.flow.fakes import EARNS
from tests.simulation.run import Told


def broken_promises(told: Told) -> Iterator[str]:
    """Everything that is not as it must be at the end."""
    committed = Counter(completion.record.source for completion in told.broker.committed)
    yield from (f"{source} committed {count} times" for source, count in committed.items() if count != 1)
    yield from (f"{sent.source} not committed" for sent in told.broker.open())
    yield from _wrong_outcomes(told)
    revoked = Counter(told.vendor.revoked)
    yield from (f"{earn} not revoked" for earn in told.day.held if earn not in told.day.kept and not revoked[earn])
    yield from (f"{earn} revoked" for earn in told.day.kept if revoked[earn])
    yield from (f"{earn} asked for again" for earn in told.history.wrong_repeats)
    yield from (f"two calls at once for {customer}" for customer in told.vendor.collisions)
    yield from _left_claims(told)
    if told.late_drains:
        yield "a drain did not end"


def _wrong_outcomes(told: Told) -> Iterator[str]:
    outcomes, day = told.broker.outcomes(), told.day
    dead = {completion.record.source for completion in told.broker.committed if completion.dead_letter is not None}
    for source, expected in day.expected.items():
        if source not in outcomes or outcomes[source].status is not expected.status:
            yield f"{source}: {outcomes.get(source)}"
    due = {source for source, each in day.expected.items() if each.dead}
    yield from (f"dead letter of {source}" for source in dead - due)
    yield from (f"no dead letter of {source}" for source in due - dead)
    yield from (f"no outcome of {source}" for source in day.told if source not in outcomes)
    yield from (f"outcome of {source}" for source in outcomes if source.topic == EARNS and source not in day.late)
    kinds = [
        (str(verdict.earn_id), verdict.kind)
        for outcome in outcomes.values()
        for verdict in outcome.verdicts
        if verdict.kind in {VerdictKind.REVOKED, VerdictKind.ALREADY_REVOKED}
    ]
    first = Counter(earn for earn, kind in kinds if kind is VerdictKind.REVOKED)
    yield from (f"{earn} REVOKED {count} times" for earn, count in first.items() if count > 1)
    told_of = {earn for earn, _ in kinds}
    yield from (f"nobody tells of {earn}" for earn in day.held if earn not in day.kept and earn not in told_of)
    order = [done.record.source for done in told.broker.committed if done.record.source in day.ordered]
    if order != sorted(order):
        yield f"out of order: {order}"


def _left_claims(told: Told) -> Iterator[str]:
    for held in told.ledger.shelf.earns.values():
        if held.earn.state is EarnState.HELD and held.earn.claim is not None:
            yield f"{held.earn.key.earn_id} still claimed by {held.earn.claim}"
