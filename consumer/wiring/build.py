"""Settings → the parts, each made once and given what it needs: the adapters, the flow on them, Kafka around it."""

import asyncio
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from consumer.adapters.avro import OutcomeCodec
from consumer.adapters.kafka import KafkaWorker
from consumer.adapters.ledger import SqlLedger
from consumer.adapters.logs import Log
from consumer.adapters.metrics import SnapshotCollector, totals
from consumer.adapters.web import Instance
from consumer.flow.gate import Gate
from consumer.flow.phases import Phases
from consumer.flow.world import Rules
from consumer.ports import Completion, Publisher
from consumer.settings import Settings
from consumer.wiring import parts, views
from consumer.wiring.adapters import Adapters, adapters, vendor
from consumer.wiring.cgroup import memory_limit
from consumer.wiring.credentials import Expiries
from consumer.wiring.ends import Ends, Vendor
from consumer.wiring.flow import flow
from consumer.wiring.history import History
from consumer.wiring.ledger import LedgerFeed
from consumer.wiring.page import Shown, sample
from consumer.wiring.tasks import Tasks
from consumer.wiring.tracing import Tracing


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The parts that the service starts, watches and ends."""

    version: str
    rules: Rules
    log: Log
    registry: CollectorRegistry
    ledger: SqlLedger
    codec: OutcomeCodec
    api: Vendor
    gate: Gate
    phases: Phases
    worker: KafkaWorker
    tasks: Tasks
    seen: views.Seen
    tracing: Tracing
    shown: Shown
    told: Callable[[], Mapping[str, object]]
    """What /status has besides."""


def build(settings: Settings, log: Log, loop: asyncio.AbstractEventLoop, ends: Ends) -> Built:
    """Make all parts; nothing is started. Raises BadOption for a property that librdkafka refuses, or Fatal."""
    tasks, mailbox = Tasks(loop), _Mailbox()
    given = adapters(settings, log, ends)
    within = flow(settings, given, loop, tasks, ends.publisher(mailbox, given.codec))

    def post(work: Callable[[], None]) -> None:
        loop.call_soon_threadsafe(work)

    worker = KafkaWorker(
        ends.kafka(settings), given.tracing.intake(within.inflow), post, given.metrics, LedgerFeed(given.ledger)
    )
    mailbox.worker = worker
    phases = Phases(within.gate, within.outlet, given.metrics, loop, ledger_is_away=given.away.is_away)
    seen = views.Seen(
        kafka=lambda: worker.status,
        gate=within.gate,
        lanes=within.lanes,
        phases=phases,
        loop=loop,
        now=parts.now,
        returns_topic=settings.topics.returns,
        oldest_call=within.caller.oldest,
        expiries=Expiries(given.api.token_expiry, parts.certificate(settings)),
        limits=parts.limits(settings),
        memory_limit=memory_limit(),
    )
    SnapshotCollector(given.registry, lambda: views.snapshot(seen))
    return Built(
        version=given.version,
        rules=within.rules,
        log=log,
        registry=given.registry,
        ledger=given.ledger,
        codec=given.codec,
        api=given.api,
        gate=within.gate,
        phases=phases,
        worker=worker,
        tasks=tasks,
        seen=seen,
        tracing=given.tracing,
        shown=_shown(settings, given, seen, shadow=ends.shadow),
        told=ends.told,
    )


def real_ends() -> Ends:
    """The vendor is called, and everything is published."""
    return Ends(vendor=vendor, publisher=lambda worker, _: worker, kafka=parts.kafka_config, told=dict, shadow=False)


class _Mailbox:
    """The publisher, known to the flow before the Kafka worker that needs the flow can be made."""

    worker: Publisher

    def publish(self, completions: Sequence[Completion]) -> None:
        self.worker.publish(completions)


def _shown(settings: Settings, given: Adapters, seen: views.Seen, *, shadow: bool) -> Shown:
    instance = Instance(
        version=given.version,
        group=settings.kafka.group_id,
        host=platform.node() or "this host",
        started=parts.now(),
        shadow=shadow,
    )
    return Shown(
        instance=instance,
        seen=seen,
        totals=lambda: totals(given.families),
        latest=given.metrics.latest.newest_first,
        history=History(lambda: sample(seen, totals(given.families))),
    )
