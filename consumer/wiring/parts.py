"""Plain settings → the configurations that the parts take."""

import random
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from consumer.adapters.kafka import KafkaConfig, Topics
from consumer.adapters.kafka.credentials import Credentials, Password, Tokens
from consumer.core.breaker import HoldPolicy
from consumer.core.model import Millis, OrgId
from consumer.core.plan import PartialReturns, Policy
from consumer.core.purchase import BillScope
from consumer.core.retry import RetryPolicy
from consumer.flow.gate import GateConfig
from consumer.flow.world import Rules
from consumer.settings import Settings
from consumer.wiring.credentials import Certificate
from consumer.wiring.views import Limits

MILLISECONDS = 1000
STATISTICS_INTERVAL = 5.0
POLL_STALLED_AFTER = 60.0
GRACE = 30.0
"""Seconds beyond a deadline before it counts as missed."""
Chance = Callable[[], float]


def chance() -> float:
    """A number from [0, 1); nothing hangs on its quality but that instances differ."""
    return random.random()  # noqa: S311 - spreads waits, hides nothing


def now() -> Millis:
    """The time of day."""
    return Millis(time.time_ns() // 1_000_000)


def kafka_config(settings: Settings) -> KafkaConfig:
    """What the Kafka thread needs."""
    kafka, topics = settings.kafka, settings.topics
    return KafkaConfig(
        bootstrap_servers=kafka.bootstrap_servers,
        group_id=kafka.group_id,
        group_protocol=kafka.group_protocol,
        options=kafka.all_options(),
        topics=Topics(
            returns=topics.returns,
            earns=topics.earns,
            results=topics.results,
            dead_letters=topics.dead_letters,
        ),
        window=kafka.window,
        drain=kafka.drain,
        credentials=_credentials(settings),
        statistics_interval=STATISTICS_INTERVAL,
    )


def _credentials(settings: Settings) -> Credentials:
    kafka = settings.kafka
    if kafka.oauth == "msk-iam":
        from consumer.adapters.kafka import msk_iam  # noqa: PLC0415 - the extra is there only where it is asked for

        return Tokens(ask=partial(msk_iam.token, kafka.aws_region or ""))
    if kafka.has_sasl_password():
        return Password(username=str(kafka.all_options()["sasl.username"]), read=kafka.sasl_password_reader())
    return None


def retry_policy(settings: Settings) -> RetryPolicy:
    """How a failing customer is tried again."""
    retry = settings.retry
    return RetryPolicy(initial=retry.initial, max=retry.max, give_up_after=retry.give_up_after)


def gate_config(settings: Settings) -> GateConfig:
    """How much may be called."""
    api, retry = settings.api, settings.retry
    return GateConfig(
        concurrency=api.concurrency,
        per_minute=api.quota_per_minute,
        reserve=api.quota_reserve,
        hold=HoldPolicy(initial=retry.initial, max=retry.max),
    )


def rules(settings: Settings) -> Rules:
    """What the lanes go by."""
    policy = settings.policy
    age = policy.max_return_age
    return Rules(
        policy=Policy(
            partial_returns=PartialReturns(policy.partial_returns),
            revoke_earned_from=policy.revoke_earned_from,
            max_return_age=None if age is None else int(age * MILLISECONDS),
        ),
        retry=retry_policy(settings),
        scope=BillScope(settings.purchases.bill_scope),
        default_org=OrgId(settings.api.org_id or ""),
        max_lines=settings.limits.lines,
        max_earns_per_call=settings.api.max_earns_per_call,
        lease=int(settings.ledger.claim_lease * MILLISECONDS),
        verify_uncertain=settings.api.verify_uncertain,
    )


def limits(settings: Settings) -> Limits:
    """When the process counts as hanging. A drain and a call, its token included, end by themselves before."""
    return Limits(
        poll=max(POLL_STALLED_AFTER, settings.kafka.drain + GRACE),
        join=2 * _max_poll_interval(settings.kafka.all_options()),
        call=2 * settings.api.timeout + GRACE,
    )


def certificate(settings: Settings) -> Certificate | None:
    """Our own certificate for the brokers, where they ask for one."""
    path = settings.kafka.all_options().get("ssl.certificate.location")
    return None if path is None else Certificate(Path(str(path)))


def _max_poll_interval(options: Mapping[str, object]) -> float:
    """Seconds that the group waits for a poll, as librdkafka has it by default or the operator sets it."""
    return float(str(options.get("max.poll.interval.ms", 300_000))) / MILLISECONDS
