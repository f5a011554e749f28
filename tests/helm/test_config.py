"""The config.yaml of the chart is one the service takes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from consumer.settings import load
from tests.helm.chart import VALUES, changed, defaults, example, one, rendered, settings

MOUNTED = "/etc/returns-consumer"
OAUTH = {
    "credentials.source": "OAUTHBEARER",
    "issuer.endpoint.url": "https://issuer.example/token",
    "client.id": "returns",
    "client.secret": "sesame",
    "scope": "schemas",
}


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the pod finds in its folder: secrets, and a certificate as cert-manager names it."""
    folder = tmp_path_factory.mktemp("mounted")
    for name, text in {
        "ledger-url": "postgresql://u:p@db/r",
        "registry-auth": "user:password",
        "registry-token": "t",
        "registry-oauth": json.dumps({f"bearer.auth.{name}": value for name, value in OAUTH.items()}),
    }.items():
        _put(folder / "secrets" / name, text)
    for name in ("api-password", "oauth-key", "oauth-secret", "kafka-password"):
        _put(folder / "secrets" / name, "sesame")
    _put(folder / "secrets" / "url", "postgresql://u:p@db/r")
    _put(folder / "kafka-options" / "kafka-options", '{"ssl.key.password": "sesame"}')
    certificate, key = _certificate()
    for name, text in {"ca.crt": certificate, "tls.crt": certificate, "tls.key": key}.items():
        _put(folder / "kafka-tls" / name, text)
    return folder


def _put(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


def _certificate() -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kafka")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key(), serial_number=1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    encoded = serialization.Encoding.PEM
    private = key.private_bytes(encoded, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(encoded).decode(), private.decode()


@pytest.mark.parametrize("name", VALUES)
def test_the_service_takes_it(name: str, mounted: Path, tmp_path: Path) -> None:
    objects = rendered(example(name))
    (config,) = (
        each["data"]["config.yaml"]
        for each in objects
        if each["kind"] == "ConfigMap" and "config.yaml" in each["data"]
        if not each["metadata"]["name"].endswith("migration")
    )
    file = tmp_path / "config.yaml"
    file.write_text(config.replace(MOUNTED, str(mounted)))

    loaded = load(file, {})

    given = changed(
        defaults(), **{f"config__{k}__{n}": v for k, s in example(name)["config"].items() for n, v in s.items()}
    )
    assert loaded.api.timeout == given["config"]["api"]["timeout"]
    assert loaded.api.quota_per_minute == given["config"]["api"]["quota_per_minute"]
    assert loaded.ledger.location().startswith(
        "sqlite:////var/" if name in {"minimal", "mtls"} else "postgresql+psycopg"
    )


def test_every_value_given_arrives() -> None:
    given = defaults()["config"]

    arrived = settings(rendered(example("minimal")))

    example_given = example("minimal")["config"]
    for section, names in given.items():
        for name, value in (names | example_given.get(section, {})).items():
            if value not in ("", {}):
                assert arrived[section][name] == value, name


def test_large_whole_numbers_stay_whole() -> None:
    values = changed(example("minimal"), config__api__quota_per_minute=1_000_000, config__kafka__window=123_456_789)

    arrived = settings(rendered(values))

    assert (arrived["api"]["quota_per_minute"], arrived["kafka"]["window"]) == (1_000_000, 123_456_789)


def test_text_that_looks_like_something_else_stays_text() -> None:
    arrived = settings(
        rendered(changed(example("minimal"), config__api__username="0123", config__kafka__group_id="no"))
    )

    assert (arrived["api"]["username"], arrived["kafka"]["group_id"]) == ("0123", "no")


def test_a_changed_setting_rolls_the_pods_and_nothing_else_does() -> None:
    def checksum(**change: object) -> str:
        template = one(rendered(changed(example("minimal"), **change)), "Deployment")["spec"]["template"]
        value = template["metadata"]["annotations"]["checksum/config"]
        assert isinstance(value, str)
        return value

    assert checksum() == checksum(replicas=0)
    assert checksum() != checksum(config__api__concurrency=65)


def test_certificates_are_told_to_librdkafka_and_what_is_set_by_hand_wins() -> None:
    values = changed(example("mtls"), config__kafka__options={"security.protocol": "sasl_ssl", "client.rack": "a"})

    assert settings(rendered(values))["kafka"]["options"] == {
        "security.protocol": "sasl_ssl",
        "client.rack": "a",
        "ssl.ca.location": "/etc/returns-consumer/kafka-tls/ca.crt",
        "ssl.certificate.location": "/etc/returns-consumer/kafka-tls/tls.crt",
        "ssl.key.location": "/etc/returns-consumer/kafka-tls/tls.key",
    }
