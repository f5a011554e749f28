"""Settings → the parts, each made once and given what it needs."""

import asyncio
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata

import confluent_kafka
from prometheus_client import CollectorRegistry

from consumer.adapters.avro import (
    REVOKE_OUTCOME,
    OutcomeCodec,
    RecordDecoder,
    Registry,
    load_schema,
)
from consumer.adapters.kafka import KafkaWorker
from consumer.adapters.ledger import SqlLedger, open_ledger
from consumer.adapters.logs import Log
from consumer.adapters.metrics import Build, Families, Metrics, SnapshotCollector, SourceTopics
from consumer.adapters.revoke_api import Anonymous, ApiConfig, Basic, HttpRevokeApi, OAuth
from consumer.adapters.revoke_api import Watcher as ApiWatcher
from consumer.core.model import Millis
from consumer.flow.call import Caller
from consumer.flow.feed import Feed
from consumer.flow.gate import Gate
from consumer.flow.intake import Inflow
from consumer.flow.lanes import Lanes
from consumer.flow.late import Late
from consumer.flow.outlet import Outlet
from consumer.flow.ownership import Ownership
from consumer.flow.phases import Phases
from consumer.flow.reader import Reader
from consumer.flow.returns import Returns
from consumer.flow.settlement import Settler
from consumer.flow.world import Rules, World
from consumer.ports import Completion, Publisher
from consumer.settings import Settings
from consumer.wiring import parts, views
from consumer.wiring.credentials import Expiries
from consumer.wiring.decoders import record_decoder
from consumer.wiring.ledger import Away, LedgerFeed, watcher
from consumer.wiring.tasks import Tasks

REGISTRY_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The parts that the service starts, watches and ends."""

    version: str
    rules: Rules
    log: Log
    registry: CollectorRegistry
    ledger: SqlLedger
    codec: OutcomeCodec
    api: HttpRevokeApi
    gate: Gate
    phases: Phases
    worker: KafkaWorker
    tasks: Tasks
    seen: views.Seen


def build(settings: Settings, log: Log, loop: asyncio.AbstractEventLoop) -> Built:
    """Make all parts; nothing is started. Raises BadOption for a property that librdkafka refuses."""
    version = _version()
    registry = CollectorRegistry()
    metrics = _metrics(settings, log, registry, version)
    tasks, rules, mailbox, away = Tasks(loop), parts.rules(settings), _Mailbox(), Away(log)
    ledger = open_ledger(settings.ledger.location(), watcher=watcher(metrics, away), now=_now)
    schemas = _schema_registry(settings)
    codec = OutcomeCodec(
        load_schema(REVOKE_OUTCOME),
        registry=schemas if settings.schemas.output == "confluent" else None,
        results_topic=settings.topics.results,
    )
    api = _api(settings, metrics)
    gate = Gate(
        parts.gate_config(settings),
        loop=loop,
        chance=parts.chance,
        moved=lambda breaker: metrics.circuit_moved(views.circuit(breaker)),
    )
    caller = Caller(api, gate, metrics, loop)
    outlet = Outlet(mailbox, codec, metrics, loop, flood_ratio=settings.dead_letters.flood_ratio)
    outlet.on_flood(lambda: _hold_flood(gate, log))
    lanes = Lanes(tasks.spawn)
    ownership = Ownership(lanes.is_inside, clock=loop.time, drain=settings.kafka.drain)
    world = World(
        rules=rules,
        ledger=ledger,
        encoder=codec,
        caller=caller,
        gate=gate,
        late=Late(ledger, codec, rules.policy),
        settler=Settler(ledger, codec, outlet, _now),
        outlet=outlet,
        telemetry=metrics,
        loop=loop,
        now=_now,
        chance=parts.chance,
        is_ours=ownership.is_ours,
        may_finish=ownership.may_finish,
        on_rest=ownership.look,
    )

    def reader(decoder: RecordDecoder) -> Reader:
        return Reader(decoder, rules.retry, metrics, parts.chance)

    returns = record_decoder(settings, "returns", schemas)
    earns = record_decoder(settings, "earns", schemas)
    inflow = Inflow(
        takes={
            settings.topics.returns: Returns(reader(returns), lanes, world),
            settings.topics.earns: Feed(reader(earns), lanes, world),
        },
        ownership=ownership,
        lanes=lanes,
        spawn=tasks.spawn,
    )

    def post(work: Callable[[], None]) -> None:
        loop.call_soon_threadsafe(work)

    worker = KafkaWorker(parts.kafka_config(settings), inflow, post, metrics, LedgerFeed(ledger))
    mailbox.worker = worker
    phases = Phases(gate, outlet, metrics, ledger_is_away=away.is_away)
    seen = views.Seen(
        kafka=lambda: worker.status,
        gate=gate,
        lanes=lanes,
        phases=phases,
        loop=loop,
        now=_now,
        returns_topic=settings.topics.returns,
        oldest_call=caller.oldest,
        expiries=Expiries(api.token_expiry, parts.certificate(settings)),
        limits=parts.limits(settings),
    )
    SnapshotCollector(registry, lambda: views.snapshot(seen))
    return Built(
        version=version,
        rules=rules,
        log=log,
        registry=registry,
        ledger=ledger,
        codec=codec,
        api=api,
        gate=gate,
        phases=phases,
        worker=worker,
        tasks=tasks,
        seen=seen,
    )


class _Mailbox:
    """The publisher, known to the flow before the Kafka worker that needs the flow can be made."""

    worker: Publisher

    def publish(self, completions: Sequence[Completion]) -> None:
        self.worker.publish(completions)


def _hold_flood(gate: Gate, log: Log) -> None:
    gate.shut()
    log.event("flood")


def _metrics(settings: Settings, log: Log, registry: CollectorRegistry, version: str) -> Metrics:
    build_info = Build(
        version=version,
        revision=os.environ.get("RETURNS_CONSUMER_REVISION", "unknown"),
        python=platform.python_version(),
        librdkafka=str(confluent_kafka.libversion()[0]),
    )
    topics = SourceTopics(returns=settings.topics.returns, earns=settings.topics.earns)
    return Metrics(Families(registry, build_info), topics, log.event, _now)


def _schema_registry(settings: Settings) -> Registry | None:
    schemas = settings.schemas
    if schemas.registry_url is None:
        return None
    return Registry(schemas.registry_url, auth=schemas.registry_auth_reader()() or None, timeout=REGISTRY_TIMEOUT)


def _api(settings: Settings, metrics: Metrics) -> HttpRevokeApi:
    api = settings.api
    auth: Basic | OAuth | Anonymous
    match api.auth:
        case "basic":
            auth = Basic(username=api.username or "", password=api.password_reader())
        case "oauth":
            auth = OAuth(key=api.oauth_key_reader(), secret=api.oauth_secret_reader())
        case "none":
            auth = Anonymous()
    config = ApiConfig(base_url=api.base_url, auth=auth, timeout=api.timeout, concurrency=api.concurrency)
    watcher = ApiWatcher(on_token=metrics.token_asked, on_refresh=metrics.renewed)
    return HttpRevokeApi(config, clock=time.monotonic, wall_clock=time.time, watcher=watcher)


def _version() -> str:
    try:
        return metadata.version("returns-consumer")
    except metadata.PackageNotFoundError:
        return "unknown"


def _now() -> Millis:
    return Millis(time.time_ns() // 1_000_000)
