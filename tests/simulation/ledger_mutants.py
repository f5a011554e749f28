"""Bugs of the ledger in SQL, which no seed runs: its contract tests must see them."""

from tests.simulation.mutant import mutant

LEDGER_MUTANTS = (
    # ---- claims
    mutant(
        "SQL: a claim of the same record is not taken over",
        "adapters/ledger/claiming.py",
        "    if held_by == owner or held_by in claim.instead_of:\n",
        "    if held_by in claim.instead_of:\n",
    ),
    mutant(
        "SQL: a claim of a later return of the lane does not give way",
        "adapters/ledger/claiming.py",
        "    if held_by == owner or held_by in claim.instead_of:\n",
        "    if held_by == owner:\n",
    ),
    mutant(
        "SQL: a claim of an earn that nobody claimed before is in doubt",
        "adapters/ledger/claiming.py",
        "        is_uncertain = doubts.get(_claimed(row), row[CLAIM] is not None and not is_sure)\n",
        "        is_uncertain = doubts.get(_claimed(row), True)\n",
    ),
    mutant(
        "SQL: a claim that was made before is in no doubt",
        "adapters/ledger/claiming.py",
        "        is_uncertain = doubts.get(_claimed(row), row[CLAIM] is not None and not is_sure)\n",
        "        is_uncertain = doubts.get(_claimed(row), False)\n",
    ),
    mutant(
        "SQL: what the same request claims again is in doubt",
        "adapters/ledger/claiming.py",
        "        is_sure = before is not None and tuple(row[CLAIM:]) == (owner, before)\n",
        "        is_sure = False\n",
    ),
    mutant(
        "SQL: whoever claimed it since, what is claimed again is in no doubt",
        "adapters/ledger/claiming.py",
        "        is_sure = before is not None and tuple(row[CLAIM:]) == (owner, before)\n",
        "        is_sure = before is not None\n",
    ),
    mutant(
        "SQL: another's claim is no obstacle",
        "adapters/ledger/claiming.py",
        "    return bool(claim.now - since <= claim.lease)\n",
        "    return False\n",
    ),
    mutant(
        "SQL: another's claim never ends",
        "adapters/ledger/claiming.py",
        "    return bool(claim.now - since <= claim.lease)\n",
        "    return True\n",
    ),
    mutant(
        "SQL: claims of one moment do not see each other",
        "adapters/ledger/claiming.py",
        "                standing[row[0], row[1]] = row\n                doubts",
        "                doubts",
    ),
    mutant(
        "SQL: a claim is taken back that was made anew",
        "adapters/ledger/settling.py",
        'where(earns.c.claimed_at == given["claimed_at"])',
        'where(earns.c.claimed_at >= given["claimed_at"])',
    ),
    # ---- what is settled, opened and told
    mutant(
        "SQL: an outcome takes the place of the one that stands",
        "adapters/ledger/settling.py",
        "        .where(returns.c.state == ReturnState.OPEN.value)\n",
        "",
    ),
    mutant(
        "SQL: a late outcome takes the place of the one that stands",
        "adapters/ledger/settling.py",
        ".where(earns.c.late_outcome.is_(None))",
        "",
    ),
    mutant(
        "SQL: a revoke of ours does not stand above what the feed told",
        "adapters/ledger/settling.py",
        'or_(given["state"] == EarnState.REVOKED.value, earns.c.state == EarnState.HELD.value)',
        "or_(earns.c.state == EarnState.HELD.value)",
    ),
    mutant(
        "SQL: a copy of an event is worked like the first",
        "adapters/ledger/opening.py",
        "        return Duplicate(first=versions[0].source)\n",
        "        return None\n",
    ),
    mutant(
        "SQL: a return sees those behind it",
        "adapters/ledger/goods.py",
        "if row.event != event and not _is_later(row, seen_from))",
        "if row.event != event)",
    ),
    mutant(
        "SQL: the feed's word of a revoke takes the claim under way",
        "adapters/ledger/telling.py",
        '    claim = case((given["state"] == EarnState.REVOKED.value, earns.c.claim), else_=None)\n',
        "    claim = None\n",
    ),
    mutant(
        "SQL: an earn that comes after its return is dropped",
        "adapters/ledger/telling.py",
        "if look and (look.has_told_late or look.purchase in returned) else",
        "if look and look.has_told_late else",
    ),
)
