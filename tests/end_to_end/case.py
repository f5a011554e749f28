"""The evidence, indexed: which returns count, which earns are told when, what the vendor was asked."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any, cast

from tests.end_to_end.lives import unaware, unfinished, unsure
from tests.end_to_end.takes import Choice, Ordered, choice, whole_bill
from tests.end_to_end.truth import (
    Earned,
    EarnTruth,
    Evidence,
    Produced,
    ReturnTruth,
    Seen,
    Spell,
    Stumble,
    VendorCall,
)

Coordinates = tuple[str, int, int]
MILLISECONDS = 1000.0
CLOCKS = 1.0
"""Seconds by which clocks of one machine may differ."""


def source_of(seen: Seen) -> Coordinates:
    source = cast("dict[str, Any]", seen.outcome["source"])
    return source["topic"], source["partition"], source["offset"]


def verdicts_of(seen: Seen) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", seen.outcome["verdicts"])


class Case:
    """One run's evidence, ready to be asked."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.returns = [record for record in evidence.produced if record.given.topic == "returns"]
        self.earn_records = [record for record in evidence.produced if record.given.topic == "earns"]
        self.outcomes: dict[Coordinates, list[Seen]] = defaultdict(list)
        for seen in evidence.outcomes:
            self.outcomes[source_of(seen)].append(seen)
        self.calls: dict[str, list[VendorCall]] = defaultdict(list)
        for call in sorted(evidence.vendor.calls, key=lambda each: each.started):
            for earn_id in call.earn_ids:
                self.calls[earn_id].append(call)
        self._waves = {record.coordinates: record.given.wave for record in evidence.produced}
        self._unsure = unsure(evidence)
        self._unfinished = unfinished(evidence)
        self._unaware = unaware(evidence)
        self.copies = _copies(self.returns)
        self.counting = self._counting()
        self._counts = {each.record.coordinates: each for each in self.counting}
        self.on_bill: dict[str, list[Ordered]] = defaultdict(list)
        for ordered in self.counting:
            for brought in ordered.truth.brought:
                self.on_bill[brought.bill].append(ordered)
        self.earned: dict[str, list[Produced]] = defaultdict(list)
        self.told: dict[tuple[str, str], int] = {}
        self.earns: dict[str, Earned] = {}
        self.earns_of_bill: dict[str, list[Earned]] = defaultdict(list)
        self._index_earns()

    def _counting(self) -> list[Ordered]:
        """The returns that are no duplicates: of several copies, the one whose outcome says so."""
        counting = []
        for copies in self.copies.values():
            for record in copies:
                outcomes = self.outcomes.get(record.coordinates, [])
                if len(copies) == 1 or any(seen.outcome["status"] != "DUPLICATE" for seen in outcomes):
                    truth = record.given.truth
                    assert isinstance(truth, ReturnTruth)
                    counting.append(Ordered(record=record, truth=truth))
                    break
        return sorted(counting, key=lambda each: (each.record.given.wave, each.record.coordinates))

    def _index_earns(self) -> None:
        for record in sorted(self.earn_records, key=lambda each: (each.given.wave, each.offset)):
            truth = record.given.truth
            if not isinstance(truth, EarnTruth):
                continue
            earn = truth.earn
            self.told.setdefault((earn.earn_id, truth.kind), record.given.wave)
            if truth.kind == "EARNED":
                self.earned[earn.earn_id].append(record)
                if earn.earn_id not in self.earns:
                    self.earns[earn.earn_id] = earn
                    self.earns_of_bill[earn.bill].append(earn)

    def is_counting(self, record: Produced) -> bool:
        """Whether this copy is the one that is no duplicate."""
        return record.coordinates in self._counts

    def ordered(self, record: Produced) -> Ordered:
        return self._counts[record.coordinates]

    def choices(self, earn: Earned, ordered: Ordered) -> set[Choice]:
        """What the policy may say; more than one only where the order of other returns is open."""
        others = [other for other in self.on_bill[earn.bill] if other.record is not ordered.record]
        policy = self.evidence.policy
        return {
            choice(earn, ordered.truth, whole=whole, policy=policy) for whole in whole_bill(earn.bill, ordered, others)
        }

    def takers(self, earn: Earned) -> list[Ordered]:
        """The returns whose plan may take the earn, first to last."""
        return [each for each in self.on_bill[earn.bill] if "take" in self.choices(earn, each)]

    def lost_by(self, earn_id: str, call: VendorCall, again: VendorCall) -> float | None:
        """The kill between the two that may have kept from the ledger what the first one's answer told of the earn."""
        kill = self._unsure.get(call.request_id)
        if kill is None and call.told[earn_id] == "failed":
            kill = self._unfinished.get(call.request_id)
        return kill if kill is not None and kill < again.started else None

    def is_blind(self, call: VendorCall, other: VendorCall) -> bool:
        """Whether one of the two was made by an instance that could not know of the other."""
        return self.blind_of(call, other) is not None

    def blind_of(self, *calls: VendorCall) -> VendorCall | None:
        """The first of these that was made by an instance that did not know what it had lost."""
        return next((call for call in calls if call.request_id in self._unaware), None)

    def stumble_of(self, blind: VendorCall) -> Stumble:
        """When and by whom it was not known."""
        return self._unaware[blind.request_id]

    def wave_of(self, seen: Seen) -> int:
        """The wave of the record that this is an outcome of."""
        return self._waves[source_of(seen)]

    def decided(self, seen: Seen) -> float:
        """When this was decided, by the vendor's clock."""
        return cast("datetime", seen.outcome["decided_at"]).timestamp() - self.evidence.wall

    def was_open(self, record: Produced, seen: Seen, spells: Iterable[Spell]) -> bool:
        """Whether in one of these spells the record was written and not yet answered by this outcome."""
        since = self._written(record) - CLOCKS
        until = seen.timestamp / MILLISECONDS - self.evidence.wall + CLOCKS
        return any(spell.began <= until and spell.ended >= since for spell in spells)

    def fate_was_unclear(self, earn_id: str, until: float) -> bool:
        """Whether by then an answer or its absence left the earn's fate open, so that a repeat had to be verified."""
        calls = [call for call in self.calls[earn_id] if call.started < until]
        lost = any(
            self.lost_by(earn_id, call, again) is not None or self.is_blind(call, again)
            for call, again in pairwise(calls)
        )
        return lost or any(call.told[earn_id] == "unclear" for call in calls)

    def may_be_taken_for_ours(self, earn: Earned, seen: Seen) -> bool:
        """Whether our service may doubt in this outcome whose revoke it was.

        An answer left it open; or one died between its claim and its call, or its call never came.
        """
        until = self.decided(seen)
        return self.fate_was_unclear(earn.earn_id, until) or any(
            self._is_in_doubt(earn, stay, doubt) for stay in self._stays(earn, until) for doubt in self.evidence.doubts
        )

    def _is_in_doubt(self, earn: Earned, stay: Spell, doubt: Spell) -> bool:
        """Whether a claim of this stay may have come to no call: there was none by then, or one only afterwards."""
        since = max(stay.began, doubt.began)
        calls = [call.started for call in self.calls[earn.earn_id] if stay.began <= call.started <= stay.ended]
        is_answered = any(started < since for started in calls) and not any(started > since for started in calls)
        return since <= min(stay.ended, doubt.ended) and not is_answered

    def _stays(self, earn: Earned, until: float) -> list[Spell]:
        """While the earn may have been claimed in the name of one record or another: before that had its outcome."""
        takers = [each.record for each in self.takers(earn)]
        told = [self._written(record) for record in self.earned[earn.earn_id]]
        if not takers or not told:
            return []
        both = max(min(told), min(map(self._written, takers)))
        return [
            Spell(began=max(both, self._written(record)), ended=min(self.decided(seen), until))
            for record in (*takers, *self.earned[earn.earn_id])
            for seen in self.outcomes.get(record.coordinates, ())
        ]

    def _written(self, record: Produced) -> float:
        return record.timestamp / MILLISECONDS - self.evidence.wall


def _copies(returns: Iterable[Produced]) -> dict[str, list[Produced]]:
    copies: dict[str, list[Produced]] = defaultdict(list)
    for record in returns:
        truth = record.given.truth
        if isinstance(truth, ReturnTruth):
            copies[truth.event_id].append(record)
    return copies
