"""Claims on earns: all that a request needs, or none, decided one after another on locked rows."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Update, select, update

from consumer.adapters.ledger.bulk import Bulk, Given
from consumer.adapters.ledger.rows import EARN_COLUMNS, Row, earn_of
from consumer.adapters.ledger.tables import EARN_KEY, earns
from consumer.core.model import EarnState
from consumer.ports import Claim, Denied, Granted

Standing = Row
"""EARN_COLUMNS of an earn, and since when it is claimed."""

STATE, CLAIM = EARN_COLUMNS.index("state"), EARN_COLUMNS.index("claim")

Key = tuple[str, str]
"""Organisation and earn id."""

Claimed = tuple[str, str, str | None, int | None]
"""A row of `earns` as far as a claim writes it: its key, the claim, and since when."""

Doubts = dict[Claimed, bool]
"""For each claim just made, whether an earlier one may have reached the vendor."""


class MakeClaim:
    """The stage of `Ledger.claim`."""

    def __init__(self, bulk: Bulk) -> None:
        standing = select(*(earns.c[name] for name in (*EARN_COLUMNS, "claimed_at"))).with_for_update(of=earns)
        # One order for all look-ups: they seldom wait in a circle, and where they do, the group runs again.
        self._standing = bulk.look_up(standing, EARN_KEY, order_by=EARN_KEY)
        self._claim = bulk.change(_claim, EARN_KEY, [earns.c.claim, earns.c.claimed_at])
        self._last: Sequence[Claim] = ()
        self._doubts: Doubts = {}

    def write(self, connection: Connection, arguments: Sequence[Claim]) -> Sequence[Granted | Denied]:
        """Decide in the order given; each sees what was granted before it."""
        before = self._doubts if arguments is self._last else {}
        keys = {(key.org_id, key.earn_id) for claim in arguments for key in claim.owners}
        standing: dict[Key, Standing] = {}
        for row in self._standing(connection, keys) if keys else ():
            standing[row[0], row[1]] = row
        doubts: Doubts = {}
        results = []
        for claim in arguments:
            result, granted = decide(claim, standing, before)
            for row, is_uncertain in granted:
                standing[row[0], row[1]] = row
                doubts[_claimed(row)] = is_uncertain
            results.append(result)
        if doubts:
            self._claim(connection, list({row[:2]: row for row in doubts}.values()))
        self._last, self._doubts = arguments, doubts
        return results

    def read(self, connection: Connection, written: Sequence[Granted | Denied]) -> Sequence[Granted | Denied]:
        """All was seen under the locks."""
        del connection
        return written


def decide(
    claim: Claim, standing: Mapping[Key, Standing], doubts: Doubts
) -> tuple[Granted | Denied, Sequence[tuple[Standing, bool]]]:
    """The answer to a claim, and the earns it changes, each with whether it is uncertain.

    An earn that was forgotten is left out of the answer. `doubts` are those of this very group, where it is run again.
    If its commit had worked, and only the word of it was lost, it meets its own claims: nobody has called in their name
    since, and what was in doubt then is in doubt now. So where the feed told of an end since, it was not theirs.
    """
    asked = [
        (standing.get((key.org_id, key.earn_id)), str(owner), claim.again.get(key))
        for key, owner in claim.owners.items()
    ]
    known = [(row, owner, before) for row, owner, before in asked if row is not None]
    if any(_is_anothers(row, owner, claim) for row, owner, _ in known):
        return Denied(earns=tuple(earn_of(row) for row, *_ in known)), ()
    earns_now, granted, uncertain = [], [], []
    for row, owner, before in known:
        is_sure = before is not None and tuple(row[CLAIM:]) == (owner, before)
        if row[STATE] != EarnState.HELD:
            ended = row if doubts.get(_claimed(row), not is_sure) else (*row[:CLAIM], None, None)
            if ended is not row:
                granted.append((ended, False))
            earns_now.append(earn_of(ended))
            continue
        mine = (*row[:CLAIM], owner, claim.now)
        earn = earn_of(mine)
        is_uncertain = doubts.get(_claimed(row), row[CLAIM] is not None and not is_sure)
        earns_now.append(earn)
        granted.append((mine, is_uncertain))
        if is_uncertain:
            uncertain.append(earn.key)
    return Granted(earns=tuple(earns_now), uncertain=frozenset(uncertain)), granted


def _is_anothers(row: Standing, owner: str, claim: Claim) -> bool:
    held_by, since = row[CLAIM:]
    if row[STATE] != EarnState.HELD or held_by is None or since is None:
        return False
    if held_by == owner or held_by in claim.instead_of:
        return False
    return bool(claim.now - since <= claim.lease)


def _claimed(row: Standing) -> Claimed:
    org, earn, *_, claim, since = row
    return (org, earn, claim, since)


def _claim(given: Given) -> Update:
    return update(earns).values(claim=given["claim"], claimed_at=given["claimed_at"])
