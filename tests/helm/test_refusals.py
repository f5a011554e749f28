"""What cannot work is refused, with a sentence that says why and what to do."""

import pytest

from consumer.settings import kafka_options
from consumer.wiring.parts import POLL_STALLED_AFTER
from tests.helm.chart import RefusedError, Values, changed, defaults, example, rendered, settings

KEDA = example("keda")
MINIMAL = example("minimal")
SHARED = example("postgres")
MSK = example("msk-iam")

REFUSED: dict[str, tuple[Values, dict[str, object], str]] = {
    "no brokers": (MINIMAL, {"config__kafka__bootstrap_servers": ""}, "config.kafka.bootstrap_servers is required"),
    "no vendor": (MINIMAL, {"config__api__base_url": ""}, "config.api.base_url is required"),
    "no user": (MINIMAL, {"config__api__username": ""}, "config.api.username is required"),
    "no secret": (MINIMAL, {"secrets__existingSecret": ""}, "a Secret with the keys api-password."),
    "no ledger's secret": (
        changed(SHARED, config__api__auth="none"),
        {"secrets__existingSecret": ""},
        "a Secret with the keys registry-oauth, url.",
    ),
    "a grace too short": (MINIMAL, {"terminationGracePeriodSeconds": 30}, "must exceed config.kafka.drain + 10"),
    "a grace too short for what comes before the stop": (
        MINIMAL,
        {"terminationGracePeriodSeconds": 45, "lifecycle": {"preStop": {"sleep": {"seconds": 15}}}},
        "a preStop's sleep (45)",
    ),
    "a hook of unknown length": (
        MINIMAL,
        {"lifecycle": {"preStop": {"exec": {"command": ["true"]}}}},
        "set terminationGracePeriodSeconds to its longest and 50",
    ),
    "a drain too long": (MINIMAL, {"config__kafka__drain": 150}, "less than half of max.poll.interval.ms"),
    "a poll interval too short": (
        MINIMAL,
        {"config__kafka__options": {"max.poll.interval.ms": 40000}},
        "less than half of max.poll.interval.ms",
    ),
    "a poll interval that the probe does not see": (
        MINIMAL,
        {"config__kafka__options": {"max.poll.interval.ms": POLL_STALLED_AFTER * 1000}},
        f"must be more than the {POLL_STALLED_AFTER:g} s",
    ),
    "a call longer than the drain": (MINIMAL, {"config__api__timeout": 21}, "must not exceed config.kafka.drain"),
    "a lease too short": (MINIMAL, {"config__ledger__claim_lease": 10}, "must be more than config.api.timeout"),
    "back-offs upside down": (MINIMAL, {"config__retry__max": 0.1}, "at least config.retry.initial"),
    "SQLite for two": (MINIMAL, {"replicas": 2}, "ledger.type=sqlite is for one instance: set replicas to 1"),
    "SQLite for any number": (MINIMAL, {"replicas": None}, "an autoscaler of yours could make more"),
    "SQLite by lag": (KEDA, {"ledger__type": "sqlite"}, "autoscaling.enabled needs ledger.type=postgres"),
    "SQLite without a volume": (MINIMAL, {"persistence__enabled": False}, "sqlite needs persistence.enabled"),
    "a migration without its secret": (KEDA, {"migration__enabled": True}, "runs before the ExternalSecret is there"),
    "an ExternalSecret of nothing": (KEDA, {"externalSecret__remoteKey": ""}, "and externalSecret.remoteKey"),
    "two autoscalers": (KEDA, {"replicas": None}, "makes another; choose one"),
    "unknown partitions": (KEDA, {"autoscaling__partitions": 0}, "autoscaling.partitions is required"),
    "idle instances": (KEDA, {"autoscaling__partitions": 11}, "must not exceed autoscaling.partitions (11)"),
    "a job that nobody scrapes": (KEDA, {"podMonitor__enabled": False}, "set autoscaling.prometheus.job"),
    "more than the quota feeds": (KEDA, {"autoscaling__minReplicas": 6}, "can feed (5 instances"),
    "one identity for all": (
        MINIMAL,
        {"config__kafka__options": {"group.instance.id": "a"}},
        "would all have the same one",
    ),
    "a password in the open": (
        MINIMAL,
        {"config__kafka__options": {"security.protocol": "sasl_plaintext", "sasl.mechanism": "PLAIN"}},
        "SASL PLAIN without TLS",
    ),
    "a password in the ConfigMap": (
        MINIMAL,
        {"config__kafka__options": {"sasl.password": "x"}},
        "may not hold sasl.password",
    ),
    "a password of nobody": (
        MINIMAL,
        {"secrets__keys__kafkaPassword": "kafka-password"},
        "needs security.protocol, sasl.mechanism and sasl.username",
    ),
    "a role of no region": (MSK, {"config__kafka__aws_region": ""}, "config.kafka.aws_region is required"),
    "a role and a password": (
        MSK,
        {"config__kafka__options": {"sasl.mechanism": "SCRAM-SHA-512"}},
        "takes no password",
    ),
    "credentials in the open": (MINIMAL, {"config__api__base_url": "http://vendor.example"}, "must be https://"),
    "an encoding without its registry": (
        MINIMAL,
        {"config__schemas__output": "confluent"},
        "needs config.schemas.registry_url",
    ),
    "credentials of no registry": (MINIMAL, {"secrets__keys__registryAuth": "r"}, "is for a registry"),
    "two kinds of credentials for the registry": (
        MINIMAL,
        {
            "config__schemas__registry_url": "https://registry",
            "secrets__keys__registryAuth": "a",
            "secrets__keys__registryToken": "t",
        },
        "keep one",
    ),
    "a registry's token in the open": (
        MINIMAL,
        {"config__schemas__registry_url": "http://registry", "secrets__keys__registryToken": "t"},
        "config.schemas.registry_url must be https://",
    ),
    "one topic for two": (MINIMAL, {"config__topics__results": "earn-events"}, "four different topics"),
    "a setting behind the chart's back": (MINIMAL, {"env": {"CONSUMER_KAFKA__DRAIN": "90"}}, "set it in config"),
    "a secret setting behind the chart's back": (
        MINIMAL,
        {"secretEnv": {"CONSUMER_API__PASSWORD": {"name": "s", "key": "k"}}},
        "set it in config",
    ),
    "one variable twice": (
        MINIMAL,
        {"env": {"A": "b"}, "secretEnv": {"A": {"name": "s", "key": "k"}}},
        "may not both set A",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_work_is_refused(case: str) -> None:
    works, change, sentence = REFUSED[case]
    assert rendered(works)

    with pytest.raises(RefusedError) as refused:
        rendered(changed(works, **change))

    problems = [line for line in str(refused.value).splitlines() if line.startswith("- ")]
    assert len(problems) == 1
    assert sentence in problems[0]
    assert problems[0].endswith(".")


@pytest.mark.parametrize(
    "name",
    [
        *(f"of.{word}" for word in vars(kafka_options)["_SENSITIVE"]),
        *("ssl.key.password", "ssl.keystore.password", "ssl.key.pem", "sasl.oauthbearer.config"),
        *("sasl.oauthbearer.client.secret", "sasl.oauthbearer.client.credentials.client.secret"),
        *("sasl.oauthbearer.assertion.private.key.pem", "sasl.oauthbearer.assertion.private.key.passphrase"),
    ],
)
def test_no_property_that_the_service_calls_secret_stands_in_the_config_map(name: str) -> None:
    with pytest.raises(RefusedError, match=f"may not hold {name}, as a ConfigMap hides nothing"):
        rendered(changed(MINIMAL, config__kafka__options={name: "x"}))


def test_where_a_token_comes_from_is_no_secret() -> None:
    told = {
        "sasl.oauthbearer.token.endpoint.url": "https://issuer/token",
        "sasl.oauthbearer.assertion.private.key.file": "/etc/key.pem",
        "sasl.oauthbearer.assertion.algorithm": "ES256",
        "sasl.oauthbearer.assertion.claim.aud": "kafka",
        "ssl.key.location": "/etc/key.pem",
    }

    assert settings(rendered(changed(MINIMAL, config__kafka__options=told)))["kafka"]["options"] == told


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(RefusedError) as refused:
        rendered(changed(defaults(), replicas=2))

    assert str(refused.value).count("\n- ") == len(("brokers", "vendor", "user", "secret", "sqlite"))


def test_plaintext_to_this_pod_or_on_request_is_fine() -> None:
    assert rendered(changed(MINIMAL, config__api__base_url="http://127.0.0.1:8090"))
    assert rendered(changed(MINIMAL, config__api__base_url="http://sandbox", config__api__allow_plaintext=True))
    registry = changed(MINIMAL, config__schemas__registry_url="http://registry", secrets__keys__registryAuth="a")
    assert rendered(changed(registry, config__schemas__registry_url="http://localhost:8081"))
    assert rendered(changed(registry, config__schemas__allow_plaintext=True))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("image__digest", "sha256:abc"),
        ("config__http__port", 80),
        ("config__api__quota_reserve", 1),
        ("config__limits__record_bytes", 16383),
        ("podSecurityContext__runAsNonRoot", False),
        ("podSecurityContext__runAsUser", 0),
        ("persistence__accessMode", "ReadWriteMany"),
        ("autoscaling__minReplicas", 0),
        ("extraVolumes", [{"name": "host", "hostPath": {"path": "/"}}]),
        ("networkPolicy__kafka__cidrs", ["kafka.example"]),
    ],
)
def test_the_schema_refuses_what_can_never_be_right(name: str, value: object) -> None:
    with pytest.raises(RefusedError, match="don't meet the specifications of the schema"):
        rendered(changed(MINIMAL, **{name: value}))
