"""How the service is, in one sentence for a person who was just woken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from consumer.adapters.kafka import KafkaStatus, Stage
from consumer.adapters.metrics import SLO_SECONDS
from consumer.adapters.web import Headline
from consumer.adapters.web.words import counted, duration
from consumer.core.phase import Hold, Phase
from consumer.wiring.views import AT_REST, NO_COORDINATOR

USED_UP = 0.95
GRAVEST_FIRST: tuple[Hold, ...] = ("flood", "credentials", "ledger", "api", "quota")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the sentence goes by. `oldest` and `oldest_call` are ages, `next_try` a wait, all in seconds.

    `problems` are those of /livez, `open` the records delivered and not published.
    """

    phase: Phase
    holds: frozenset[Hold]
    kafka: KafkaStatus
    problems: Sequence[str]
    open: int
    oldest: float | None
    calls: int
    oldest_call: float | None
    next_try: float | None
    quota_used: float


def headline(moment: Moment) -> Headline:
    """The gravest thing that is so."""
    if moment.problems and moment.phase is not Phase.STOPPED:
        return Headline(
            tone="bad",
            phase=moment.phase.value.capitalize(),
            sentence=f"It hangs: {moment.problems[0]}.",
            more="Only a restart helps, and loses nothing; where /livez is watched, it comes by itself.",
            runbook="ReturnsPollStalled",
        )
    match moment.phase:
        case Phase.STARTING:
            return _starting(moment)
        case Phase.RUNNING:
            return _running(moment)
        case Phase.HOLDING:
            return _holding(moment)
        case Phase.DRAINING:
            more = f"{counted(moment.calls, 'call')} under way may end first, and what is decided is published."
            return Headline(tone="quiet", phase="Draining", sentence="Stopping, as it was told.", more=more)
        case Phase.STOPPED:
            return Headline(tone="quiet", phase="Stopped", sentence="Stopped.")
        case _:
            assert_never(moment.phase)


def _starting(moment: Moment) -> Headline:
    kafka = moment.kafka
    told = Headline(tone="quiet", phase="Starting", sentence="Starting: the group has not taken it in yet.")
    if "ledger" in moment.holds:
        sentence = "The start waits for the ledger's database: it does not answer."
        return replace(told, tone="waits", sentence=sentence, runbook="ReturnsLedgerFailing")
    if kafka.last_poll == 0:
        return replace(told, sentence="Starting: the ledger and the schemas are opened first.")
    if kafka.missing_topics:
        sentence = f"The start waits for topics that do not exist: {', '.join(kafka.missing_topics)}."
        more = "None is ever created for you: run returns-consumer topics create."
        return replace(told, tone="bad", sentence=sentence, more=more)
    if kafka.stage is Stage.WAITING:
        return replace(told, tone="waits", sentence="The start waits for Kafka: no broker answers.")
    return told


def _running(moment: Moment) -> Headline:
    told = Headline(tone="good", phase="Running", sentence="Running: all that came is answered.")
    kafka = moment.kafka
    if kafka.join_state == NO_COORDINATOR:
        sentence = "Running, but Kafka does not answer: the group's coordinator is away."
        more = "What is decided is published when it is back. Nothing is lost."
        return replace(told, tone="waits", sentence=sentence, more=more, runbook="ReturnsCommitFailing")
    if kafka.join_state not in AT_REST:
        return replace(told, tone="quiet", sentence="Running: the group shares its partitions out anew.")
    if not kafka.partitions:
        sentence = "Running without partitions: the other instances have them all."
        return replace(told, tone="quiet", sentence=sentence, more="It takes over when one of them leaves.")
    if moment.oldest is not None and moment.oldest > SLO_SECONDS:
        return _behind(told, moment.oldest, quota_used=moment.quota_used)
    if moment.open == 0:
        return told
    oldest = "" if moment.oldest is None else f", the oldest {duration(moment.oldest)} old"
    return replace(told, sentence=f"Running: {counted(moment.open, 'record')} open{oldest}.")


def _behind(told: Headline, oldest: float, *, quota_used: float) -> Headline:
    used_up = quota_used >= USED_UP
    return replace(
        told,
        tone="waits",
        sentence=f"Running, but the oldest open record is {duration(oldest)} old.",
        more="The quota is used up: calls wait for their turn." if used_up else "",
        runbook="ReturnsQuotaSaturated" if used_up else "ReturnsFreshnessBurnFast",
    )


def _holding(moment: Moment) -> Headline:
    reasons = [hold for hold in GRAVEST_FIRST if hold in moment.holds]
    if not reasons:
        return Headline(tone="good", phase="Holding", sentence="It held, and is about to go on.")
    told = HELD[reasons[0]]
    also = f" It holds for {' and '.join(reasons[1:])} too." if reasons[1:] else ""
    return replace(told, more=told.more.format(when=_when(moment.next_try)) + also)


def _when(next_try: float | None) -> str:
    return "is under way" if next_try is None or next_try <= 0 else f"comes in {duration(next_try)}"


HELD: Mapping[Hold, Headline] = {
    "flood": Headline(
        tone="bad",
        phase="Holding",
        sentence="Holding: too many records would become dead letters.",
        more="Nothing goes on until the cause is mended and the service restarted. Nothing is lost.",
        runbook="ReturnsFloodHeld",
    ),
    "credentials": Headline(
        tone="bad",
        phase="Holding",
        sentence="Holding: the vendor refuses our credentials.",
        more="The next attempt {when}, with the secrets read again. Nothing is lost, none becomes a dead letter.",
        runbook="ReturnsApiAuthRejected",
    ),
    "ledger": Headline(
        tone="waits",
        phase="Holding",
        sentence="Holding: the ledger's database does not answer.",
        more="It is asked again until it does; then all goes on. Nothing is lost.",
        runbook="ReturnsLedgerFailing",
    ),
    "api": Headline(
        tone="waits",
        phase="Holding",
        sentence="Holding: the vendor does not answer.",
        more="The next attempt, of one call, {when}. Nothing is lost, none becomes a dead letter.",
        runbook="ReturnsCircuitOpen",
    ),
    "quota": Headline(
        tone="waits",
        phase="Holding",
        sentence="Holding: the vendor asked for fewer calls (429).",
        more="The next call {when}; then all go on, at half the pace. Nothing is lost.",
        runbook="ReturnsThrottled429",
    ),
}
"""`{when}` is when the next attempt comes."""
