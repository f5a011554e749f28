"""What leaves the machine without TLS is told, and stops nothing."""

import json

import pytest
from typer.testing import CliRunner

from consumer.cli import connect
from consumer.cli.finding import note
from consumer.cli.verbs import app
from consumer.settings import exposed, load
from tests.cli.given_settings import RIGHT

SASL = {"sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "u", "sasl.password": "p"}
SECURE = {"KAFKA__OPTIONS": '{"security.protocol": "SSL"}'}
VERIFIED = "postgresql://u:p@db.example/returns?sslmode=verify-full&sslrootcert=/ca.pem"


def told(environ: dict[str, str], **process: str) -> list[str]:
    settings = load(None, RIGHT | {f"CONSUMER_{name}": value for name, value in environ.items()})
    return [name for name, _ in exposed(settings, process)]


def with_protocol(protocol: str) -> str:
    return json.dumps({"security.protocol": protocol, **SASL})


@pytest.mark.parametrize("protocol", [None, "plaintext", "PLAINTEXT", "SASL_PLAINTEXT"])
@pytest.mark.parametrize("servers", ["broker:9092", "localhost:9092, PLAINTEXT://10.0.0.1:9092", "[2001:db8::1]:9092"])
def test_brokers_elsewhere_without_tls_are_told(protocol: str | None, servers: str) -> None:
    options = with_protocol(protocol) if protocol else "{}"

    assert told({"KAFKA__BOOTSTRAP_SERVERS": servers, "KAFKA__OPTIONS": options}) == ["kafka.options"]


@pytest.mark.parametrize("protocol", ["ssl", "SASL_SSL"])
def test_brokers_elsewhere_with_tls_are_not_told(protocol: str) -> None:
    assert told({"KAFKA__OPTIONS": with_protocol(protocol)}) == []


@pytest.mark.parametrize(
    ("name", "careless", "careful"),
    [
        ("enable.ssl.certificate.verification", False, True),
        ("enable.ssl.certificate.verification", "0", "1"),
        ("ssl.endpoint.identification.algorithm", "none", "https"),
    ],
)
def test_brokers_elsewhere_whose_certificate_is_not_verified_are_told(
    name: str, careless: object, careful: object
) -> None:
    def with_tls(value: object) -> dict[str, str]:
        return {"KAFKA__OPTIONS": json.dumps({"security.protocol": "ssl", name: value})}

    assert told(with_tls(careless)) == ["kafka.options"]
    assert told(with_tls(careless) | {"KAFKA__BOOTSTRAP_SERVERS": "localhost:9092"}) == []
    assert told(with_tls(careful)) == []


@pytest.mark.parametrize("servers", ["localhost:9092", "127.0.0.1:1,PLAINTEXT://[::1]:2", "broker.localhost:9092"])
def test_brokers_on_this_machine_need_no_tls(servers: str) -> None:
    assert told({"KAFKA__BOOTSTRAP_SERVERS": servers}) == []


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@db.example/returns",
        "postgres://u:p@db.example:5432/returns?sslmode=require",
        "postgresql+psycopg://u:p@/returns?host=db.example",
        "postgresql://u:p@10.0.0.1/returns?sslmode=verify-ca",
    ],
)
def test_a_database_elsewhere_whose_certificate_is_not_verified_is_told(url: str) -> None:
    assert told(SECURE | {"LEDGER__URL": url}) == ["ledger.url"]


@pytest.mark.parametrize(
    "url",
    [
        VERIFIED,
        "sqlite:///ledger.db",
        "postgresql://u:p@localhost/returns",
        "postgresql://u:p@[::1]:5432/returns",
        "postgresql:///returns",
        "postgresql://u@/returns?host=/var/run/postgresql",
    ],
)
def test_a_database_that_is_verified_or_on_this_machine_is_not_told(url: str) -> None:
    assert told(SECURE | {"LEDGER__URL": url}) == []


def test_verification_may_stand_in_the_environment_as_libpq_reads_it() -> None:
    url = SECURE | {"LEDGER__URL": "postgresql://u:p@db.example/returns"}

    assert told(url, PGSSLMODE="verify-full") == []
    assert told(url, PGSSLMODE="require") == ["ledger.url"]


def test_what_is_told_has_neither_the_user_nor_the_password() -> None:
    settings = load(None, RIGHT | {"CONSUMER_LEDGER__URL": "postgresql://shop:s3cret@db.example/returns"})

    ((_, brokers), (_, ledger)) = exposed(settings, {})

    assert "broker:9092" in brokers
    assert "db.example" in ledger
    assert "shop" not in ledger
    assert "s3cret" not in ledger


def test_a_start_warns_of_it_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumer.wiring.run", lambda _: 0)

    result = CliRunner().invoke(app, ["run"], env=RIGHT)

    assert result.exit_code == 0
    assert result.stderr.startswith("warning: kafka.options: without TLS whoever listens on the way to broker:9092 ")


def test_a_look_at_everything_notes_it_first() -> None:
    settings = load(None, RIGHT)

    first = next(iter(connect.findings(settings)))

    assert first == note(*next(iter(exposed(settings, {}))))
