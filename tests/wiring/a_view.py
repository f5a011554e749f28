"""What the probes look at, as a test wants it."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import cast

from consumer.adapters.kafka import KafkaStatus, Stage
from consumer.core.breaker import HoldPolicy
from consumer.core.model import Millis
from consumer.core.phase import Hold, Phase
from consumer.flow.gate import Gate, GateConfig
from consumer.flow.lanes import Lanes
from consumer.flow.phases import Phases
from consumer.wiring.views import Limits, Seen

LIMITS = Limits(poll=60.0, join=600.0, call=50.0)


@dataclass
class APhase:
    """Where the service is in its life."""

    phase: Phase = Phase.RUNNING
    held: frozenset[Hold] = field(default_factory=frozenset)
    since: float = 0.0

    def holds(self) -> frozenset[Hold]:
        return self.held


def a_status(*, polled: float = 0.0, join_state: str = "steady", joining: float = 0.0, **more: object) -> KafkaStatus:
    """A running Kafka thread; the times are seconds ago."""
    now = time.monotonic()
    status = KafkaStatus(
        stage=Stage.RUNNING, last_poll=now - polled, join_state=join_state, join_state_since=now - joining
    )
    return cast("KafkaStatus", _replaced(status, more))


def _replaced(status: KafkaStatus, more: dict[str, object]) -> object:
    fields = {name: getattr(status, name) for name in KafkaStatus.__dataclass_fields__}
    return KafkaStatus(**{**fields, **more})


def a_gate(loop: asyncio.AbstractEventLoop) -> Gate:
    config = GateConfig(concurrency=2, per_minute=0, reserve=0.05, hold=HoldPolicy(initial=0.5, max=60.0))
    return Gate(config, loop=loop, chance=lambda: 0.5)


def seen(
    loop: asyncio.AbstractEventLoop, status: KafkaStatus, *, phase: APhase | None = None, calling: float | None = None
) -> Seen:
    """A process whose oldest call began `calling` seconds ago."""
    return Seen(
        kafka=lambda: status,
        gate=a_gate(loop),
        lanes=Lanes(lambda work: work.close()),
        phases=cast("Phases", phase or APhase()),
        loop=loop,
        now=lambda: Millis(0),
        returns_topic="returns",
        oldest_call=lambda: None if calling is None else loop.time() - calling,
        expiries=dict,
        limits=LIMITS,
        memory_limit=512 * 1024 * 1024,
    )
