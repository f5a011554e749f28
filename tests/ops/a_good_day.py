"""All that the rules look at, on a day when nothing is wrong: one instance that settles a return each second."""

from tests.ops.series import PER_MINUTE, Samples, counter, gauge, ticking

JOB = 'job="r-returns-consumer",namespace="shop"'
INSTANCE = f'{JOB},instance="10.0.0.1:8080"'
POD = 'namespace="shop",pod="r-returns-consumer-0"'
CONTAINER = f'{POD},container="consumer"'
MEBIBYTE = 1024.0 * 1024
HOLDS = ("api", "credentials", "quota", "flood", "ledger")
RETURNS = 'topic="return-transactions"'


def of(name: str, labels: str = "") -> str:
    """A series of ours."""
    return f"returns_{name}{{{INSTANCE}{',' if labels else ''}{labels}}}"


def kube(name: str, labels: str) -> str:
    """A series of the cluster's, or of Kafka's."""
    return f"{name}{{{labels}}}"


def freshness(le: str) -> str:
    return of("event_to_outcome_seconds_bucket", f'outcome="REVOKED",le="{le}"')


def duration(le: str) -> str:
    return of("api_request_duration_seconds_bucket", f'operation="revoke",code="200",le="{le}"')


UP = kube("up", INSTANCE)
BUILD = of("build_info", 'version="1"')
POLL = of("last_poll_timestamp_seconds")
REBALANCES = of("rebalances_total", 'type="assigned"')
LAG = of("consumer_lag", f'{RETURNS},partition="0"')
LAG_BESIDE = of("consumer_lag", f'{RETURNS},partition="1"')
ASSIGNED = of("assigned_partitions")
OLDEST = of("oldest_in_flight_event_timestamp_seconds")
ROUND_TRIP = of("broker_rtt_seconds")
CUT_OFF = of("kafka_errors_total", 'code="_TRANSPORT"')
CONSUMED = of("events_consumed_total", RETURNS)
REVOKED = of("events_total", 'status="REVOKED"')
FAILED = of("events_total", 'status="FAILED"')
FRESH_COUNT = of("event_to_outcome_seconds_count", 'outcome="REVOKED"')
QUOTA_LIMIT = of("quota_limit_per_minute")
QUOTA_USED = of("quota_used_ratio")
THROTTLED = of("quota_throttled_total")
CLOSED = of("circuit_state", 'state="closed"')
CERTIFICATE = of("credential_expiry_timestamp_seconds", 'kind="certificate"')
TOKEN = of("credential_expiry_timestamp_seconds", 'kind="token"')
LEDGER_ERRORS = of("ledger_errors_total", 'operation="write"')
COMMIT_ERRORS = of("commits_total", 'result="error"')
OUTCOME_ERRORS = of("publish_total", 'kind="outcome",result="error"')
LETTER_ERRORS = of("publish_total", 'kind="dlt",result="error"')
RESTARTS = kube("kube_pod_container_status_restarts_total", CONTAINER)
WANTED = kube("kube_deployment_spec_replicas", 'namespace="shop",deployment="r-returns-consumer"')
AVAILABLE = kube("kube_deployment_status_replicas_available", 'namespace="shop",deployment="r-returns-consumer"')
MEMORY = kube("container_memory_working_set_bytes", CONTAINER)
MEMORY_LIMIT = kube("kube_pod_container_resource_limits", f'{CONTAINER},resource="memory"')
GROUP = 'group_id="returns-consumer"'
GROUP_LAG = kube("kminion_kafka_consumer_group_topic_lag", f'{GROUP},topic_name="return-transactions"')
GROUP_MEMBERS = kube("kminion_kafka_consumer_group_members", GROUP)
GROUP_IDLE = kube("kminion_kafka_consumer_group_empty_members", GROUP)


def holding(reason: str) -> str:
    return of("holding", f'reason="{reason}"')


def letters(code: str) -> str:
    return of("dead_letters_total", f'code="{code}"')


def answers(code: str) -> str:
    return of("api_requests_total", f'operation="revoke",code="{code}"')


def coming_and_going(minutes: int) -> tuple[float, ...]:
    """A lag as it is where all is well: never 0 for long, and never without a fall."""
    return tuple(5.0 + step % 2 for step in range(minutes * PER_MINUTE))


def a_good_day(minutes: int) -> dict[str, Samples]:
    """Each series at rest or at its even pace."""
    one, zero, pace = gauge((minutes, 1)), gauge((minutes, 0)), counter((minutes, 1))
    return {
        **dict.fromkeys((UP, BUILD, CLOSED, WANTED, AVAILABLE, REBALANCES), one),
        **dict.fromkeys((CONSUMED, REVOKED, FRESH_COUNT, freshness("300.0"), freshness("+Inf")), pace),
        **dict.fromkeys((answers("200"), duration("0.5"), duration("5.0"), duration("+Inf")), pace),
        **dict.fromkeys((of("events_per_request_sum"), of("events_per_request_count")), pace),
        **dict.fromkeys((of("commits_total", 'result="ok"'), of("publish_total", 'kind="outcome",result="ok"')), pace),
        **dict.fromkeys((FAILED, THROTTLED, LEDGER_ERRORS, COMMIT_ERRORS, OUTCOME_ERRORS, LETTER_ERRORS), zero),
        **{letters(code): zero for code in ("729", "400", "exhausted", "other")},
        **{answers(code): zero for code in ("401", "503", "timeout")},
        **{holding(reason): zero for reason in HOLDS},
        **dict.fromkeys((RESTARTS, GROUP_IDLE, CUT_OFF), zero),
        GROUP_LAG: tuple(each - 5 for each in coming_and_going(minutes)),
        GROUP_MEMBERS: one,
        POLL: ticking(minutes),
        LAG: coming_and_going(minutes),
        LAG_BESIDE: coming_and_going(minutes),
        ASSIGNED: gauge((minutes, 2)),
        OLDEST: ticking(minutes),
        ROUND_TRIP: gauge((minutes, 0.002)),
        QUOTA_LIMIT: gauge((minutes, 950)),
        QUOTA_USED: gauge((minutes, 0.1)),
        CERTIFICATE: gauge((minutes, 90 * 86400)),
        TOKEN: tuple(at + 200 for at in ticking(minutes) if at is not None),
        MEMORY: gauge((minutes, 200 * MEBIBYTE)),
        MEMORY_LIMIT: gauge((minutes, 512 * MEBIBYTE)),
    }


COUNTERS = ("_total{", "_sum{", "_count{", "_bucket{")


def is_counter(name: str) -> bool:
    return any(ending in name for ending in COUNTERS)
