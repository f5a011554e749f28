"""What can be seen of the running parts from outside: probes, metrics, status."""

import time
from asyncio import AbstractEventLoop
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from consumer.adapters.kafka import KafkaStatus, Stage
from consumer.adapters.metrics import Snapshot
from consumer.adapters.metrics.labels import CircuitState, CredentialKind
from consumer.adapters.web import Health
from consumer.core.breaker import Breaker, Closed, Held
from consumer.core.model import Millis
from consumer.core.phase import Phase
from consumer.flow.gate import Gate
from consumer.flow.lanes import Lanes
from consumer.flow.phases import Phases

NO_COORDINATOR = "no-coordinator"
AT_REST = frozenset({"steady", "init", NO_COORDINATOR})
"""Join states that may last: a member, none yet, or the broker's own trouble."""
MILLISECONDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds after which only a restart helps: without a turn of the Kafka thread, in a join, in one call."""

    poll: float
    join: float
    call: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The parts that are looked at. `oldest_call` tells since when, by the loop's clock, one is waited for."""

    kafka: Callable[[], KafkaStatus]
    gate: Gate
    lanes: Lanes
    phases: Phases
    loop: AbstractEventLoop
    now: Callable[[], Millis]
    returns_topic: str
    oldest_call: Callable[[], float | None]
    expiries: Callable[[], Mapping[CredentialKind, Millis]]
    limits: Limits
    memory_limit: int


def live(seen: Seen) -> Health:
    """Whether the process itself works. Broker, vendor, database and registry are none of its business."""
    kafka, now, limits = seen.kafka(), time.monotonic(), seen.limits
    # Before its first turn the thread waits for nothing: the ledger or the registry is opened first. And a rebalance
    # asks the ledger on the Kafka thread, so a ledger that is away must not count as a poll that hangs.
    polls = kafka.last_poll > 0
    silent_for = now - kafka.last_poll if polls and "ledger" not in seen.phases.holds() else 0.0
    joining_for = 0.0 if kafka.join_state in AT_REST else now - kafka.join_state_since
    begun = seen.oldest_call()
    calling_for = 0.0 if begun is None else seen.loop.time() - begun
    problems = []
    if kafka.stage is Stage.ENDED:
        problems.append(f"the Kafka thread has ended: {kafka.exit_reason or 'as asked'}")
    elif silent_for > limits.poll:
        problems.append(f"no poll for {silent_for:.0f} s")
    elif joining_for > limits.join:
        problems.append(f"the group's join state is {kafka.join_state} for {joining_for:.0f} s")
    if calling_for > limits.call:
        problems.append(f"a call has not ended by its deadline, for {calling_for:.0f} s")
    return not problems, {
        "problems": problems,
        "seconds_since_poll": round(now - kafka.last_poll, 3) if polls else None,
        "seconds_of_the_oldest_call": None if begun is None else round(calling_for, 3),
    }


def ready(seen: Seen) -> Health:
    """Whether the group has taken us in; an empty assignment counts, and so does holding."""
    kafka = seen.kafka()
    details = {"phase": seen.phases.phase.value, "missing_topics": list(kafka.missing_topics)}
    return kafka.stage is Stage.RUNNING and seen.phases.phase in {Phase.RUNNING, Phase.HOLDING}, details


def status(seen: Seen) -> Mapping[str, object]:
    """The state of everything, without customer data."""
    kafka, counts = seen.kafka(), seen.lanes.counts()
    limit, share, used = seen.gate.quota()
    return {
        "phase": seen.phases.phase.value,
        "holding": sorted(seen.phases.holds()),
        "breaker": circuit(seen.gate.breaker),
        "quota": {"per_minute": round(limit, 1), "share": round(share, 4), "used": round(used, 4)},
        "lanes": asdict(counts),
        "calls_under_way": seen.gate.under_way,
        "kafka": {
            "stage": kafka.stage.value,
            "join_state": kafka.join_state,
            "missing_topics": list(kafka.missing_topics),
            "unpublished": kafka.unpublished,
            "partitions": [
                {
                    "topic": each.partition.topic,
                    "partition": each.partition.partition,
                    "watermark": each.watermark,
                    "open": each.open,
                    "offset_map_used": round(each.map_used_ratio, 4),
                    "paused": each.paused,
                }
                for each in kafka.partitions
            ],
        },
        "redelivered_if_killed": sum(each.open for each in kafka.partitions),
    }


def snapshot(seen: Seen) -> Snapshot:
    """The gauges of a scrape."""
    kafka, counts = seen.kafka(), seen.lanes.counts()
    limit, share, used = seen.gate.quota()
    maps: dict[int, float] = {}
    for each in kafka.partitions:
        number = each.partition.partition
        maps[number] = max(maps.get(number, 0.0), each.map_used_ratio)
    return Snapshot(
        events_in_flight=sum(each.open for each in kafka.partitions if each.partition.topic == seen.returns_topic),
        oldest_in_flight=seen.lanes.oldest(),
        redelivered_if_killed=sum(each.open for each in kafka.partitions),
        paused_partitions=sum(each.paused for each in kafka.partitions),
        assigned_partitions=len(kafka.partitions),
        join_state=kafka.join_state,
        offset_map_used=maps,
        phase=seen.phases.phase,
        holds=seen.phases.holds(),
        circuit=circuit(seen.gate.breaker),
        lanes_working=counts.working,
        lanes_waiting=counts.waiting,
        largest_lane=counts.largest,
        quota_limit_per_minute=limit,
        quota_share=share,
        quota_used=used,
        quota_blocked_until=_blocked_until(seen),
        credential_expiry=seen.expiries(),
        memory_limit=seen.memory_limit,
    )


def circuit(breaker: Breaker) -> CircuitState:
    """The breaker's state as a label."""
    match breaker:
        case Closed():
            return "closed"
        case Held():
            return "open"
        case _:
            return "half_open"


def _blocked_until(seen: Seen) -> Millis | None:
    match seen.gate.breaker:
        case Held(reason="quota", until=until):
            return Millis(seen.now() + int((until - seen.loop.time()) * MILLISECONDS))
        case _:
            return None
