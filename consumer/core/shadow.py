"""What a run that calls nobody and publishes nothing would have done, counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from consumer.core import flood
from consumer.core.flood import FloodWindow
from consumer.core.model import PromotionId, Record
from consumer.core.outcome import RevokeOutcome, Verdict, VerdictKind

Name = TypeVar("Name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """The counts so far: outcomes by status, earns by promotion and by the reason to keep them, dead letters by theirs.

    `requests` are those to revoke, and `earns_asked` the earns in them. `flooded`: it would have held, as too many
    records in a row would have been dead letters.
    """

    returns: Mapping[str, int]
    late_earns: Mapping[str, int]
    revoked: Mapping[PromotionId, int]
    kept: Mapping[str, int]
    dead_letters: Mapping[str, int]
    requests: int
    earns_asked: int
    flooded: bool


@dataclass(slots=True, kw_only=True)
class Foresight:
    """Counts what would have been done. `flood_ratio` is the operator's guard against too many dead letters."""

    returns_topic: str
    flood_ratio: float
    _returns: Counter[str] = field(default_factory=Counter)
    _late_earns: Counter[str] = field(default_factory=Counter)
    _revoked: Counter[PromotionId] = field(default_factory=Counter)
    _kept: Counter[str] = field(default_factory=Counter)
    _dead_letters: Counter[str] = field(default_factory=Counter)
    _requests: int = 0
    _earns_asked: int = 0
    _windows: dict[str, FloodWindow] = field(default_factory=dict)
    _flooded: bool = False

    def asked(self, earns: int) -> None:
        """The vendor would have been asked to revoke so many earns in one request."""
        self._requests += 1
        self._earns_asked += earns

    def done(self, record: Record, outcome: RevokeOutcome | None, dead_letter_reason: str | None) -> None:
        """The record would have been done with: with an outcome, a dead letter, both, or neither."""
        if outcome is not None:
            told = self._returns if record.source.topic == self.returns_topic else self._late_earns
            told[outcome.status.value] += 1
            self._count(outcome.verdicts)
        topic = record.source.topic
        window = self._windows[topic] = flood.judged(
            self._windows.get(topic), record.number, flood.news(record, dead_letter_reason)
        )
        if dead_letter_reason is not None:
            self._dead_letters[dead_letter_reason] += 1
            self._flooded |= flood.is_flood(window, record.number, self.flood_ratio)

    def so_far(self) -> Foreseen:
        """What was counted."""
        return Foreseen(
            returns=_frozen(self._returns),
            late_earns=_frozen(self._late_earns),
            revoked=_frozen(self._revoked),
            kept=_frozen(self._kept),
            dead_letters=_frozen(self._dead_letters),
            requests=self._requests,
            earns_asked=self._earns_asked,
            flooded=self._flooded,
        )

    def _count(self, verdicts: Iterable[Verdict]) -> None:
        for verdict in verdicts:
            if verdict.kind is VerdictKind.REVOKED:
                self._revoked[verdict.promotion_id] += 1
            elif verdict.kind is VerdictKind.KEPT_BY_POLICY:
                self._kept[str(verdict.message)] += 1


def _frozen(counts: Counter[Name]) -> Mapping[Name, int]:
    return MappingProxyType(dict(counts))
