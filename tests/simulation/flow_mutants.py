"""Bugs of claims, requests, answers and the ledger that the seeds must see."""

from tests.simulation.mutant import mutant

FLOW_MUTANTS = (
    # ---- claims and doubts
    mutant(
        "a claim of the same record is not taken over",
        "adapters/memory/earns.py",
        "    if held_by is None or held_by == str(claim.owners[held.earn.key]) or held_by in claim.instead_of:\n",
        "    if held_by is None or held_by in claim.instead_of:\n",
    ),
    mutant(
        "a claim of an earn that nobody claimed before is in doubt",
        "adapters/memory/earns.py",
        "for key, held in wanted.items() if held.earn.claim is not None and key not in sure",
        "for key in wanted",
    ),
    mutant(
        "another's claim is no obstacle",
        "adapters/memory/earns.py",
        "    return held.claimed_at is not None and claim.now - held.claimed_at <= claim.lease\n",
        "    return False\n",
    ),
    mutant(
        "a 731 after a call in an earlier life is dead-lettered",
        "flow/round.py",
        "        self.doubtful.update(doubtful)\n",
        "",
    ),
    mutant(
        "a 731 after a call without an answer is dead-lettered",
        "flow/lane.py",
        "            if reply.meaning.fate_unknown:\n                merged.doubtful.update(group)\n",
        "",
    ),
    mutant(
        "claims in doubt are taken back",
        "flow/round.py",
        "            if earn not in unknown and not self._ended_in_doubt(earn)\n",
        "            if not self._ended_in_doubt(earn)\n",
    ),
    mutant(
        "claims that nothing hangs on stay",
        "flow/settlement.py",
        "        release=asked.releasable() if asked is not None else (),\n",
        "        release=(),\n",
    ),
    mutant(
        "an earn that changed since it was planned is asked for",
        "flow/lane.py",
        "    return now.state is not before.state or now.purchase != before.purchase\n",
        "    return False\n",
    ),
    # ---- records that are read
    mutant(
        "what stands behind a record that went elsewhere unread is opened",
        "flow/reader.py",
        "                if not is_ours(record):\n",
        "                if at in missing and not is_ours(record):\n",
    ),
    # ---- requests and answers
    mutant(
        "a request is merged over customers",
        "flow/lanes.py",
        "    return record.source if customer_id is None else (org_id, customer_id)\n",
        "    return record.source if customer_id is None else (org_id, CustomerId(0))\n",
    ),
    mutant(
        "what an answer does not name is forgotten",
        "flow/round.py",
        "        elif rest:\n            self.groups.appendleft(rest)\n",
        "        elif rest:\n            self.answers.update(dict.fromkeys(rest, _already_revoked()))\n",
    ),
    mutant(
        "an answer too large to be read is asked for again as it was",
        "flow/lane.py",
        "            if reply.too_large:\n                merged.halve()\n",
        "",
    ),
    mutant(
        "of a request in halves the second is forgotten",
        "flow/round.py",
        "    return [part for part in (group[half:], group[:half]) if part]\n",
        "    return [group[:half] or group]\n",
    ),
    mutant(
        "the halves of a request whose answer was not read are sure of themselves",
        "flow/lane.py",
        "                merged.doubtful.update(group)\n",
        "                merged.doubtful.update(() if reply.too_large else group)\n",
    ),
    mutant(
        "a lane settles what stands behind a call",
        "flow/lane.py",
        "            if planned.revoke:\n                break\n            leading.append((item, planned))\n",
        "            if planned.revoke:\n                continue\n            leading.append((item, planned))\n",
    ),
    mutant(
        "a permit that is not needed keeps its slot",
        "flow/gate.py",
        "        self._under_way -= 1\n        if permit.probe:\n",
        "        if permit.probe:\n",
    ),
    mutant(
        "a call takes nothing from the quota",
        "flow/gate.py",
        "            self._bucket = quotas.taken(self._bucket)\n",
        "",
    ),
    mutant(
        "refused credentials are never refreshed",
        "flow/call.py",
        "            if permit.refresh:\n                await",
        "            if False:\n                await",
    ),
    mutant(
        "an outage is given up",
        "flow/patience.py",
        "        return is_exhausted(\n            self._retry,\n",
        "        return self._failures > 2 or is_exhausted(\n            self._retry,\n",
    ),
    mutant(
        "a lost answer is taken for a revoke",
        "core/findings.py",
        "    if read.says_done and status in SUCCESSES:\n",
        "    if read.says_done or status not in SUCCESSES:\n",
    ),
    mutant(
        "a refusal is forgotten: no verdict, no dead letter",
        "flow/settle.py",
        "        answer = answers[earn.key.earn_id]\n",
        "        answer = answers[earn.key.earn_id]\n        if answer.code is not None:\n            continue\n",
    ),
    mutant(
        "what is known to be redeemed is not told",
        "flow/settle.py",
        "    return (*asked, *planned.known, *planned.kept)\n",
        "    return (*asked, *(each for each in planned.known if each.code != 729), *planned.kept)\n",
    ),
    mutant(
        "an earn that can never be revoked is left out",
        "flow/settle.py",
        "    return (*asked, *planned.known, *planned.kept)\n",
        "    return (*asked, *(each for each in planned.known if each.code != 730), *planned.kept)\n",
    ),
    mutant(
        "an earn that the policy keeps is not told",
        "flow/settle.py",
        "    return (*asked, *planned.known, *planned.kept)\n",
        "    return (*asked, *planned.known)\n",
    ),
    mutant(
        "what is redeemed is refused as never revocable",
        "core/error_code.py",
        "    729: VerdictKind.ALREADY_REDEEMED,\n",
        "    729: VerdictKind.NOT_REVOCABLE,\n",
    ),
    mutant(
        "731 counts as REVOKED",
        "core/error_code.py",
        "    731: VerdictKind.NOT_VALID,\n",
        "    731: VerdictKind.REVOKED,\n",
    ),
    mutant(
        "a 731 in doubt counts as REVOKED",
        "flow/round.py",
        "    return EarnAnswer(kind=VerdictKind.ALREADY_REVOKED, code=None, message=None)\n",
        "    return EarnAnswer(kind=VerdictKind.REVOKED, code=None, message=None)\n",
    ),
    mutant(
        "what somebody else revoked is told as ours",
        "core/plan.py",
        "        case EarnState.REVOKED if earn.claim == str(returned.source):\n",
        "        case EarnState.REVOKED if earn.claim is None:\n",
    ),
    mutant(
        "a failure beside a revoke does not count",
        "core/outcome.py",
        "    if revoked and failed:\n        return OutcomeStatus.PARTLY_REVOKED\n    if failed:\n",
        "    if failed and not revoked:\n",
    ),
    mutant(
        "a letter gives the last of its reasons",
        "core/dead_letter.py",
        "    reason = min(reasons, key=REASONS.index)\n",
        "    reason = max(reasons, key=REASONS.index)\n",
    ),
    # ---- what the ledger knows
    mutant(
        "an outcome is handed over before the ledger has it",
        "flow/settlement.py",
        "        stored = await self._ledger.settle(settlement) if settlement != Settlement() else {}\n"
        "        for item, _ in planned:\n            self._hand_over(item, drafts, stored)\n",
        "        for item, _ in planned:\n            self._hand_over(item, drafts, {})\n"
        "        await self._ledger.settle(settlement)\n",
    ),
    mutant(
        "nothing is settled in the ledger",
        "flow/settlement.py",
        "        stored = await self._ledger.settle(settlement) if settlement != Settlement() else {}\n",
        "        stored: dict[Coordinates, bytes] = {}\n",
    ),
    mutant(
        "a replay gets an outcome made anew",
        "flow/returns.py",
        "                outcome = self._world.encoder.decode(stored)\n                letter = letter_of(outcome)\n",
        "                old = self._world.encoder.decode(stored)\n"
        "                outcome = type(old)(**{n: getattr(old, n) for n in old.__slots__} | {'attempts': 0})\n"
        "                stored, letter = self._world.encoder.encode(outcome), letter_of(outcome)\n",
    ),
    mutant(
        "a copy of an event is worked like the first",
        "adapters/memory/ledger.py",
        "        if versions and opening.redrive <= max(version.opening.redrive for version in versions):\n",
        "        if False:\n",
    ),
    mutant(
        "an earn that comes after its return is dropped",
        "flow/feed.py",
        "            return True\n",
        "            return False\n",
    ),
    mutant(
        "a purchase that comes after its return is dropped",
        "flow/feed.py",
        "        late = await self._tell(read) | await self._name(read)\n",
        "        late = await self._tell(read)\n        await self._name(read)\n",
    ),
    mutant(
        "only the first return takes of a late purchase",
        "flow/late.py",
        "taken = Target(earlier=earlier, plan=planned) if taken is None else _and_takes(taken, planned)",
        "return Target(earlier=earlier, plan=planned)",
    ),
    mutant(
        "a return takes what another customer earned",
        "core/plan.py",
        "    if earn.customer_id != returned.customer_id:\n        return KeptReason.OTHER_CUSTOMER\n",
        "",
    ),
)
