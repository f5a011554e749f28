"""Settings → the adapters that the flow is given. Kafka's comes after the flow, which it hands its records to."""

import os
import platform
import time
from dataclasses import dataclass
from importlib import metadata

import confluent_kafka
from prometheus_client import CollectorRegistry

from consumer.adapters.avro import REVOKE_OUTCOME, OutcomeCodec, Registry, RegistryAccess, load_schema
from consumer.adapters.ledger import SqlLedger, open_ledger
from consumer.adapters.logs import Log
from consumer.adapters.metrics import Build, Families, Metrics, SourceTopics
from consumer.adapters.revoke_api import Anonymous, ApiConfig, Basic, HttpRevokeApi, OAuth, Watcher
from consumer.settings import Settings
from consumer.wiring import parts
from consumer.wiring.ends import Ends, Vendor
from consumer.wiring.ledger import Away, watcher
from consumer.wiring.tracing import Tracing, tracing

REGISTRY_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """The outside systems. `registry` is the one of the metrics, `schemas` the one of the schemas."""

    version: str
    log: Log
    registry: CollectorRegistry
    families: Families
    metrics: Metrics
    away: Away
    ledger: SqlLedger
    schemas: Registry | None
    codec: OutcomeCodec
    api: Vendor
    tracing: Tracing


def adapters(settings: Settings, log: Log, ends: Ends) -> Adapters:
    """Make them; none is started. Raises TracesRefused."""
    version, registry, away, schemas = _version(), CollectorRegistry(), Away(log), schema_registry(settings)
    families = _families(registry, version)
    metrics = _metrics(settings, log, families)
    return Adapters(
        version=version,
        log=log,
        registry=registry,
        families=families,
        metrics=metrics,
        away=away,
        ledger=open_ledger(settings.ledger.location(), watcher=watcher(metrics, away), now=parts.now),
        schemas=schemas,
        codec=OutcomeCodec(
            load_schema(REVOKE_OUTCOME),
            registry=schemas if settings.schemas.output == "confluent" else None,
            results_topic=settings.topics.results,
        ),
        api=ends.vendor(settings, metrics),
        tracing=tracing(settings, version),
    )


def schema_registry(settings: Settings) -> Registry | None:
    """The registry of the schemas, where the settings name one."""
    schemas = settings.schemas
    if schemas.registry_url is None:
        return None
    access = RegistryAccess(
        url=schemas.registry_url,
        timeout=REGISTRY_TIMEOUT,
        auth=schemas.registry_auth_reader(),
        token=schemas.registry_token_reader(),
        oauth=schemas.registry_oauth(),
        ca=schemas.registry_ca,
        certificate=schemas.registry_certificate,
        key=schemas.registry_key,
        key_password=schemas.registry_key_password_reader(),
    )
    return Registry(access)


def _families(registry: CollectorRegistry, version: str) -> Families:
    build_info = Build(
        version=version,
        revision=os.environ.get("RETURNS_CONSUMER_REVISION", "unknown"),
        python=platform.python_version(),
        librdkafka=str(confluent_kafka.libversion()[0]),
    )
    return Families(registry, build_info)


def _metrics(settings: Settings, log: Log, families: Families) -> Metrics:
    topics = SourceTopics(returns=settings.topics.returns, earns=settings.topics.earns)
    return Metrics(families, topics, log.event, parts.now)


def vendor(settings: Settings, metrics: Metrics) -> HttpRevokeApi:
    """The vendor over HTTP."""
    api = settings.api
    auth: Basic | OAuth | Anonymous
    match api.auth:
        case "basic":
            auth = Basic(username=api.username or "", password=api.password_reader())
        case "oauth":
            auth = OAuth(key=api.oauth_key_reader(), secret=api.oauth_secret_reader())
        case "none":
            auth = Anonymous()
    config = ApiConfig(
        base_url=api.base_url,
        auth=auth,
        timeout=api.timeout,
        concurrency=api.concurrency,
        answer_bytes=settings.limits.answer_bytes,
        listing_bytes=settings.limits.listing_bytes,
        ca=api.ca,
    )
    told = Watcher(on_token=metrics.token_asked, on_refresh=metrics.renewed)
    return HttpRevokeApi(config, clock=time.monotonic, wall_clock=time.time, watcher=told)


def _version() -> str:
    try:
        return metadata.version("returns-consumer")
    except metadata.PackageNotFoundError:
        return "unknown"
