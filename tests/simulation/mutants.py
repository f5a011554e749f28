"""The bugs that the seeds must see, each as one change to one file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A bug: where `old` stands, once, `new` stands instead."""

    name: str
    file: str
    old: str
    new: str

    def applied(self, text: str) -> str:
        """The file with the bug in it. Raises ValueError where the code is not what it was."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: its old text is {text.count(self.old)} times in {self.file}")
        return text.replace(self.old, self.new)


def _mutant(name: str, file: str, old: str, new: str) -> Mutant:
    return Mutant(name=name, file=f"consumer/{file}", old=old, new=new)


MUTANTS = (
    # ---- offsets, transactions, assignments
    _mutant(
        "offsets are committed before the outcomes are published",
        "adapters/kafka/transaction.py",
        """            for to_write in self._messages(batch.completions):
                self._produce(to_write, inside)
            self._attempts.ask(
                Call.OFFSETS,
                lambda wait: self._producer.send_offsets_to_transaction(list(batch.positions), group, wait),
                inside,
            )
            self._attempts.ask(Call.COMMIT, self._producer.commit_transaction, self._patience(_TO_END))
""",
        """            self._attempts.ask(
                Call.OFFSETS,
                lambda wait: self._producer.send_offsets_to_transaction(list(batch.positions), group, wait),
                inside,
            )
            self._attempts.ask(Call.COMMIT, self._producer.commit_transaction, self._patience(_TO_END))
            self._attempts.ask(Call.BEGIN, lambda _: self._producer.begin_transaction(), inside)
            for to_write in self._messages(batch.completions):
                self._produce(to_write, inside)
            self._attempts.ask(Call.COMMIT, self._producer.commit_transaction, self._patience(_TO_END))
""",
    ),
    _mutant(
        "an aborted transaction counts as committed",
        "adapters/kafka/transaction.py",
        "            self._abort(str(reason))\n            return False\n",
        "            self._abort(str(reason))\n",
    ),
    _mutant(
        "a commit without an answer is aborted",
        "core/triage.py",
        "    if not expired:\n        return Remedy.RETRY\n",
        "    if call is Call.COMMIT:\n        return Remedy.ABORT\n    if not expired:\n        return Remedy.RETRY\n",
    ),
    _mutant(
        "what an earlier assignment completed is published in the next one",
        "adapters/kafka/assignment.py",
        "if held is None or held.epoch != record.epoch or record.source.offset",
        "if held is None or record.source.offset",
    ),
    _mutant(
        "the epoch of a record is ignored",
        "flow/ownership.py",
        "return self._epochs.get((source.topic, source.partition)) == record.epoch",
        "return (source.topic, source.partition) in self._epochs",
    ),
    _mutant(
        "the map of another commit is believed",
        "core/offset_map.py",
        "if base != committed or edges[-1] > log_end:",
        "if edges[-1] > log_end:",
    ),
    _mutant(
        "the completed map is not committed",
        "core/progress.py",
        "metadata=encode(base, above)",
        'metadata=""',
    ),
    _mutant(
        "the completed map is not read back",
        "adapters/kafka/starts.py",
        "                return edges\n",
        "                return ()\n",
    ),
    _mutant(
        "what the map calls published is delivered all the same",
        "core/progress.py",
        "if self._edges and bisect_right(self._edges, offset) % 2:",
        "if False:",
    ),
    _mutant(
        "the commit goes beyond an open record",
        "core/progress.py",
        "        base = self.watermark\n",
        "        base = self._next\n",
    ),
    _mutant(
        "the window is not kept",
        "core/progress.py",
        "return opened + self.batch > self.size or used_ratio >= MAP_ALERT",
        "return opened > 2 * self.size or used_ratio >= MAP_ALERT",
    ),
    _mutant(
        "the drain is skipped",
        "adapters/kafka/rebalance.py",
        "                self.see_out(consumer, HandOver(self.intake, self.post, partitions, seconds=self.drain))\n",
        "                HandOver(self.intake, self.post, partitions, seconds=self.drain)\n",
    ),
    _mutant(
        "a drain does not wait for calls",
        "flow/ownership.py",
        "[drain for drain in self._drains if not self._is_inside(drain.partitions)]",
        "list(self._drains)",
    ),
    _mutant(
        "what is lost stays in the assignment",
        "adapters/kafka/rebalance.py",
        "        self._let_go(consumer, lost)\n",
        "        consumer.incremental_unassign(lost)\n",
    ),
    _mutant(
        "the flow does not hear what is revoked",
        "flow/ownership.py",
        "            self._finishing[each] = (self._epochs.pop(each), until)\n",
        "            self._finishing[each] = (self._epochs[each], until)\n",
    ),
    # ---- claims and doubts
    _mutant(
        "a claim of the same record is not taken over",
        "adapters/memory/earns.py",
        "    if held.earn.claim is None or held.earn.claim == str(claim.owners[held.earn.key]):\n",
        "    if held.earn.claim is None:\n",
    ),
    _mutant(
        "another's claim is no obstacle",
        "adapters/memory/earns.py",
        "    return held.claimed_at is not None and claim.now - held.claimed_at <= claim.lease\n",
        "    return False\n",
    ),
    _mutant(
        "a 731 after a call in an earlier life is dead-lettered",
        "flow/lane.py",
        "        merged.doubtful.update(key.earn_id for key in answer.uncertain)\n",
        "",
    ),
    _mutant(
        "a 731 after a call without an answer is dead-lettered",
        "flow/lane.py",
        "            if reply.meaning.fate_unknown:\n                merged.doubtful.update(group)\n",
        "",
    ),
    _mutant(
        "claims in doubt are taken back",
        "flow/round.py",
        "            if earn not in unknown and not self._ended_in_doubt(earn)\n",
        "            if not self._ended_in_doubt(earn)\n",
    ),
    _mutant(
        "claims that nothing hangs on stay",
        "flow/settlement.py",
        "        release=asked.releasable() if asked is not None else (),\n",
        "        release=(),\n",
    ),
    _mutant(
        "an earn that changed since it was planned is asked for",
        "flow/lane.py",
        "    return now.state is not before.state or now.purchase != before.purchase\n",
        "    return False\n",
    ),
    _mutant(
        "a claim that did not fit into the request is nobody's",
        "flow/merge.py",
        "_owners(planned) | _owners_behind(earns.values(), items[len(planned) :])",
        "_owners(planned)",
    ),
    # ---- requests and answers
    _mutant(
        "a request is merged over customers",
        "flow/lanes.py",
        "    return record.source if customer_id is None else (org_id, customer_id)\n",
        "    return record.source if customer_id is None else (org_id, CustomerId(0))\n",
    ),
    _mutant(
        "what an answer does not name is forgotten",
        "flow/round.py",
        "        elif rest:\n            self.groups.appendleft(rest)\n",
        "        elif rest:\n            self.answers.update(dict.fromkeys(rest, _already_revoked()))\n",
    ),
    _mutant(
        "a lane settles what stands behind a call",
        "flow/lane.py",
        "            if planned.revoke:\n                break\n            leading.append((item, planned))\n",
        "            if planned.revoke:\n                continue\n            leading.append((item, planned))\n",
    ),
    _mutant(
        "a permit that is not needed keeps its slot",
        "flow/gate.py",
        '        """Give back a permit without a call. What a stale one took from the quota is gone: its minute is over."""\n'
        "        self._under_way -= 1\n",
        '        """Give back a permit without a call. What a stale one took from the quota is gone: its minute is over."""\n',
    ),
    _mutant(
        "a call takes nothing from the quota",
        "flow/gate.py",
        "            self._bucket = quotas.taken(self._bucket)\n",
        "",
    ),
    _mutant(
        "refused credentials are never refreshed",
        "flow/call.py",
        "            if permit.refresh:\n",
        "            if False:\n",
    ),
    # ---- what the ledger knows
    _mutant(
        "an outcome is handed over before the ledger has it",
        "flow/settlement.py",
        "        stored = await self._ledger.settle(settlement) if settlement != Settlement() else {}\n"
        "        for item, _ in planned:\n            self._hand_over(item, drafts, stored)\n",
        "        for item, _ in planned:\n            self._hand_over(item, drafts, {})\n"
        "        await self._ledger.settle(settlement)\n",
    ),
    _mutant(
        "nothing is settled in the ledger",
        "flow/settlement.py",
        "        stored = await self._ledger.settle(settlement) if settlement != Settlement() else {}\n",
        "        stored: dict[Coordinates, bytes] = {}\n",
    ),
    _mutant(
        "a replay gets an outcome made anew",
        "flow/returns.py",
        "                outcome = self._world.encoder.decode(stored)\n                letter = letter_of(outcome)\n",
        "                outcome = __import__('dataclasses').replace(self._world.encoder.decode(stored), decided_at=self._world.now())\n"
        "                stored, letter = self._world.encoder.encode(outcome), letter_of(outcome)\n",
    ),
    _mutant(
        "a copy of an event is worked like the first",
        "adapters/memory/ledger.py",
        "        if versions and opening.redrive <= max(version.opening.redrive for version in versions):\n",
        "        if False:\n",
    ),
    _mutant(
        "an earn that comes after its return is dropped",
        "flow/feed.py",
        "            return True\n",
        "            return False\n",
    ),
    _mutant(
        "a purchase that comes after its return is dropped",
        "flow/feed.py",
        "        late = await self._tell(read) | await self._name(read)\n",
        "        late = await self._tell(read)\n        await self._name(read)\n",
    ),
    _mutant(
        "only the first return takes of a late purchase",
        "flow/late.py",
        "taken = Target(earlier=earlier, plan=planned) if taken is None else _and_takes(taken, planned)",
        "return Target(earlier=earlier, plan=planned)",
    ),
    _mutant(
        "what other returns told of a late earn is told again",
        "flow/late.py",
        "        earns = [earn for earn in view.earns if earn.key.earn_id not in told or _is_revoked_by(item, earn)]\n",
        "        earns = list(view.earns)\n",
    ),
    _mutant(
        "a return takes what another customer earned",
        "core/plan.py",
        "    if earn.customer_id != returned.customer_id:\n        return KeptReason.OTHER_CUSTOMER\n",
        "",
    ),
)
