"""Dying, or leaving, at every boundary there is."""

from collections import Counter
from collections.abc import Iterator
from typing import Literal

import pytest

from consumer.core.model import EarnState
from consumer.core.outcome import VerdictKind
from tests.simulation.run import Ending, Told, run
from tests.simulation.shop import BEFORE_ITS_EARN, EXPECTED, HELD, KEPT, LATE, ORDERED, SENT

First = Literal["returns", "earns"]
Way = Literal["killed", "handed over"]


def broken_promises(told: Told) -> Iterator[str]:
    """Everything that is not as it must be at the end."""
    committed = Counter(completion.record.source for completion in told.broker.committed)
    yield from (f"{source} committed {count} times" for source, count in committed.items() if count != 1)
    yield from (f"{sent.source} not committed" for sent in told.broker.open())
    yield from _wrong_outcomes(told)
    revoked = Counter(told.vendor.revoked)
    yield from (f"{earn} not revoked" for earn in HELD if earn not in KEPT and not revoked[earn])
    yield from (f"{earn} revoked" for earn in KEPT if revoked[earn])
    yield from (f"{earn} asked for again" for earn in told.history.wrong_repeats)
    yield from (f"two calls at once for {customer}" for customer in told.vendor.collisions)
    yield from _left_claims(told)
    if told.late_drains:
        yield "a drain did not end"


def _wrong_outcomes(told: Told) -> Iterator[str]:
    outcomes = told.broker.outcomes()
    dead = {completion.record.source for completion in told.broker.committed if completion.dead_letter is not None}
    for source, expected in EXPECTED.items():
        if source not in outcomes or outcomes[source].status is not expected.status:
            yield f"{source}: {outcomes.get(source)}"
    yield from (f"dead letter of {source}" for source in dead if source not in EXPECTED or not EXPECTED[source].dead)
    yield from (f"no dead letter of {each}" for each in EXPECTED if EXPECTED[each].dead and each not in dead)
    if BEFORE_ITS_EARN not in outcomes:
        yield "no outcome of the return before its earn"
    kinds = [
        (str(verdict.earn_id), verdict.kind)
        for outcome in outcomes.values()
        for verdict in outcome.verdicts
        if verdict.kind in {VerdictKind.REVOKED, VerdictKind.ALREADY_REVOKED}
    ]
    first = Counter(earn for earn, kind in kinds if kind is VerdictKind.REVOKED)
    yield from (f"{earn} REVOKED {count} times" for earn, count in first.items() if count > 1)
    told_of = {earn for earn, _ in kinds}
    yield from (f"nobody tells of {earn}" for earn in HELD if earn not in KEPT and earn not in told_of)
    order = [done.record.source for done in told.broker.committed if done.record.source in ORDERED]
    if order != sorted(order):
        yield f"out of order: {order}"


def _left_claims(told: Told) -> Iterator[str]:
    for held in told.ledger.shelf.earns.values():
        if held.earn.state is EarnState.HELD and held.earn.claim is not None:
            yield f"{held.earn.key.earn_id} still claimed by {held.earn.claim}"


def undisturbed() -> list[str]:
    return list(run([]).lives[0])


BOUNDARIES = undisturbed()


def test_without_a_disturbance_every_promise_holds() -> None:
    told = run([])

    assert not list(broken_promises(told))
    assert len(told.broker.committed) == len(SENT)
    assert LATE in told.broker.outcomes()


@pytest.mark.parametrize("first", ["returns", "earns"])
@pytest.mark.parametrize("way", ["killed", "handed over"])
@pytest.mark.parametrize("at", range(len(BOUNDARIES)), ids=[f"{at} {name}" for at, name in enumerate(BOUNDARIES)])
def test_every_promise_holds_when_a_process_ends(at: int, way: Way, first: First) -> None:
    told = run([Ending(way, at)], first=first)

    assert len(told.lives) == 2
    assert not list(broken_promises(told))
