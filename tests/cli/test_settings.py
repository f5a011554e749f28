"""What the operator sets, and what is said when it is wrong."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from consumer.core.model import EarnedFromType
from consumer.settings import Secret, load
from consumer.wiring import parts
from tests.cli.given_settings import RIGHT, written

GIVEN = {"kafka.bootstrap_servers", "api.base_url", "api.username", "api.password"}
"""Names without a default: what `RIGHT` sets."""
DEFAULTS = {
    "kafka.group_id": "returns-consumer",
    "kafka.group_protocol": "classic",
    "kafka.options": {},
    "kafka.window": 1000,
    "kafka.drain": 20,
    "kafka.sasl_password": None,
    "kafka.sasl_password_file": None,
    "kafka.oauth": "none",
    "kafka.aws_region": None,
    "topics.returns": "return-transactions",
    "topics.earns": "earn-events",
    "topics.results": "revoke-outcomes",
    "topics.dead_letters": "return-transactions.dead-letters",
    "schemas.registry_url": None,
    "schemas.registry_auth": None,
    "schemas.registry_auth_file": None,
    "schemas.accept_json": True,
    "schemas.output": "single-object",
    "ledger.url": SecretStr("sqlite:///ledger.db"),
    "ledger.url_file": None,
    "ledger.claim_lease": 300,
    "ledger.retention": 400 * 24 * 3600,
    "api.allow_plaintext": False,
    "api.auth": "basic",
    "api.password_file": None,
    "api.oauth_key": None,
    "api.oauth_key_file": None,
    "api.oauth_secret": None,
    "api.oauth_secret_file": None,
    "api.org_id": None,
    "api.timeout": 10,
    "api.concurrency": 64,
    "api.max_earns_per_call": 1000,
    "api.quota_per_minute": 1000,
    "api.quota_reserve": 0.05,
    "api.verify_uncertain": True,
    "policy.partial_returns": "matching-lines",
    "policy.revoke_earned_from": {EarnedFromType.ACTIVITY},
    "policy.max_return_age": None,
    "retry.initial": 0.5,
    "retry.max": 60,
    "retry.give_up_after": 3600,
    "dead_letters.flood_ratio": 0.5,
    "purchases.bill_scope": "org",
    "http.host": "0.0.0.0",  # noqa: S104 - probes come from outside the pod
    "http.port": 8080,
    "log.level": "info",
    "log.format": None,
}


BESIDES = {
    "notifications": None,
    "limits": None,
    "kafka": {"options_file", "client_rack"},
    "schemas": {
        *("registry_token", "registry_token_file", "registry_ca", "registry_certificate", "registry_key"),
        *("registry_key_password", "registry_key_password_file", "registry_oauth_file", "allow_plaintext"),
    },
    "api": {"ca"},
}
"""Sections, and names in sections, that the contract does not have: nothing changes where they are left alone."""


def is_besides(section: str, name: str) -> bool:
    names = BESIDES.get(section, ())
    return names is None or name in names


def test_the_defaults_are_those_of_the_contract() -> None:
    found = {
        f"{section}.{name}": value
        for section, names in load(None, RIGHT)
        for name, value in names
        if not is_besides(section, name)
    }

    assert found.keys() == GIVEN | DEFAULTS.keys()
    assert {name: value for name, value in found.items() if name not in GIVEN} == DEFAULTS


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "api: {timeout: 3, concurrency: 7}\nkafka:\n")

    settings = load(file, RIGHT | {"CONSUMER_API__TIMEOUT": "4"})

    assert (settings.api.timeout, settings.api.concurrency) == (4, 7)


def test_lists_and_maps_in_the_environment_are_json() -> None:
    settings = load(
        None,
        RIGHT
        | {
            "CONSUMER_POLICY__REVOKE_EARNED_FROM": '["ACTIVITY", "REWARD"]',
            "CONSUMER_KAFKA__OPTIONS": '{"linger.ms": 5, "socket.keepalive.enable": true}',
        },
    )

    assert settings.policy.revoke_earned_from == {EarnedFromType.ACTIVITY, EarnedFromType.REWARD}
    assert settings.kafka.options == {"linger.ms": 5, "socket.keepalive.enable": True}


def test_with_a_registry_outcomes_are_confluent_unless_set_otherwise() -> None:
    registry = RIGHT | {"CONSUMER_SCHEMAS__REGISTRY_URL": "http://registry:8081"}

    assert load(None, registry).schemas.output == "confluent"
    assert load(None, registry | {"CONSUMER_SCHEMAS__OUTPUT": "single-object"}).schemas.output == "single-object"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_means_psycopg_3(scheme: str) -> None:
    settings = load(None, RIGHT | {"CONSUMER_LEDGER__URL": f"{scheme}://u:p@host/db"})

    assert settings.ledger.location() == "postgresql+psycopg://u:p@host/db"


def test_the_ledgers_url_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://u:p@host/db\n", encoding="utf-8")

    settings = load(None, RIGHT | {"CONSUMER_LEDGER__URL_FILE": str(file)})

    assert settings.ledger.location() == "postgresql+psycopg://u:p@host/db"


def test_a_secrets_file_is_read_again_and_its_last_text_stands_while_it_is_away(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("first\n", encoding="utf-8")
    secret = Secret(None, file)

    assert secret() == "first"
    file.write_text("second", encoding="utf-8")
    assert secret() == "second"
    file.unlink()
    assert secret() == "second"
    assert "second" not in repr(secret)


def test_a_secret_in_the_environment_replaces_its_twin_in_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "api: {password_file: /nowhere}\n")

    assert load(file, RIGHT).api.password_reader()() == "s3cret-of-the-test"


def test_settings_are_frozen_and_show_no_secret() -> None:
    settings = load(None, RIGHT)

    with pytest.raises(ValueError, match="frozen"):
        settings.api.timeout = 1
    assert "s3cret" not in repr(settings)


def test_a_secret_among_the_properties_of_kafka_is_shown_neither_by_the_settings_nor_by_what_is_made_of_them() -> None:
    options = {"CONSUMER_KAFKA__OPTIONS": '{"sasl.username": "u", "sasl.password": "s3cret-among-others"}'}
    settings = load(None, RIGHT | options)

    shown = f"{settings!r} {settings} {parts.kafka_config(settings)!r}"

    assert settings.kafka.options["sasl.password"] == "s3cret-among-others"
    assert "s3cret" not in shown
