"""Bugs of offsets, transactions and assignments that the seeds must see."""

from tests.simulation.mutant import mutant

KAFKA_MUTANTS = (
    mutant(
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
    mutant(
        "an aborted transaction counts as committed",
        "adapters/kafka/transaction.py",
        "        self._abort(reason)\n        return False\n",
        "        self._abort(reason)\n        return True\n",
    ),
    mutant(
        "a commit without an answer is aborted",
        "core/triage.py",
        "    if not expired:\n        return Remedy.RETRY\n",
        "    if call is Call.COMMIT:\n        return Remedy.ABORT\n    if not expired:\n        return Remedy.RETRY\n",
    ),
    mutant(
        "a retriable Kafka error ends the process",
        "core/triage.py",
        "    if not failure.retriable and failure.code not in PASSING:\n",
        "    if not expired:\n",
    ),
    mutant(
        "a refusal after the group moved on ends the process",
        "core/triage.py",
        "    if call in _INSIDE and (failure.requires_abort or failure.code in STALE_MEMBER):\n",
        "    if call is Call.COMMIT and failure.requires_abort:\n",
    ),
    mutant(
        "a process stops at a rebalance as if it were told to",
        "adapters/kafka/rebalance.py",
        "        self._let_go(consumer, lost)\n",
        "        self._let_go(consumer, lost)\n        self.wishes.stop(now=False)\n",
    ),
    mutant(
        "the epoch is ignored: what an earlier assignment completed is published in the next",
        "adapters/kafka/assignment.py",
        "if held is None or held.epoch != record.epoch or record.source.offset",
        "if held is None or record.source.offset",
    ),
    mutant(
        "the map of another commit is believed",
        "core/offset_map.py",
        "if base != committed or edges[-1] > log_end:",
        "if edges[-1] > log_end:",
    ),
    mutant(
        "the completed map is not committed",
        "core/progress.py",
        "metadata=encode(base, above)",
        'metadata=""',
    ),
    mutant(
        "the completed map is not read back",
        "adapters/kafka/starts.py",
        "                return edges\n",
        "                return ()\n",
    ),
    mutant(
        "what the map calls published is delivered all the same",
        "core/progress.py",
        "if self._edges and bisect_right(self._edges, offset) % 2:",
        "if False:",
    ),
    mutant(
        "the commit goes beyond an open record",
        "core/progress.py",
        "        base = self.watermark\n",
        "        base = self._next\n",
    ),
    mutant(
        "the window is not kept",
        "core/progress.py",
        "return opened + self.batch > self.size or used_ratio >= MAP_ALERT",
        "return opened > 2 * self.size or used_ratio >= MAP_ALERT",
    ),
    mutant(
        "the drain is skipped",
        "adapters/kafka/rebalance.py",
        "                self.see_out(consumer, HandOver(self.intake, self.post, partitions, seconds=self.drain))\n",
        "                HandOver(self.intake, self.post, partitions, seconds=self.drain)\n",
    ),
    mutant(
        "a drain does not wait for calls",
        "flow/ownership.py",
        "[drain for drain in self._drains if not self._lanes.is_inside(drain.partitions)]",
        "list(self._drains)",
    ),
    mutant(
        "what is lost stays in the assignment",
        "adapters/kafka/rebalance.py",
        "        self._let_go(consumer, lost)\n",
        "        consumer.incremental_unassign(lost)\n",
    ),
    mutant(
        "the flow does not hear what is revoked",
        "flow/ownership.py",
        "            self._finishing[each] = (self._epochs.pop(each), until)\n",
        "            self._finishing[each] = (self._epochs[each], until)\n",
    ),
    mutant(
        "a client goes on after an abort threw messages away",
        "adapters/kafka/transaction.py",
        "        if self._purged:\n            self._renew()\n",
        "",
    ),
)
