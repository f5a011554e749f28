"""What kafka.options may and may not hold, and where secrets and URLs may stand."""

import json
import re
from pathlib import Path

import pytest

from consumer.settings import load
from consumer.settings.kafka_options import REFUSED, REFUSED_BY_PROTOCOL, TELLTALE
from consumer.wiring.parts import kafka_config
from tests.cli.given_settings import RIGHT, problems


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_an_option_that_would_break_the_promise_is_refused_with_the_reason(name: str) -> None:
    lines = problems(RIGHT | {"CONSUMER_KAFKA__OPTIONS": json.dumps({name: "1"})})

    assert lines == (f"kafka.options: may not set {name}: {REFUSED[name]}; remove it",)


@pytest.mark.parametrize(
    ("protocol", "name"), [(protocol, name) for protocol, refused in REFUSED_BY_PROTOCOL.items() for name in refused]
)
def test_an_option_that_the_group_protocol_forbids_is_refused(protocol: str, name: str) -> None:
    lines = problems(
        RIGHT | {"CONSUMER_KAFKA__GROUP_PROTOCOL": protocol, "CONSUMER_KAFKA__OPTIONS": json.dumps({name: "10000"})}
    )

    assert len(lines) == 1
    assert lines[0].startswith(f"kafka.options: may not set {name}: ")


@pytest.mark.parametrize("value", [*TELLTALE, "broker, Security", "+generic,+msg"])
def test_debugging_that_would_show_credentials_or_records_is_refused(value: str) -> None:
    (line,) = problems(RIGHT | {"CONSUMER_KAFKA__OPTIONS": json.dumps({"debug": value})})

    assert re.match(rf"kafka.options: may not set debug: with ({'|'.join(TELLTALE)}) it may show .*; remove it$", line)


@pytest.mark.parametrize("value", ["kept-to-itself\x00", "kept-to-itself\ud800"])
def test_a_text_that_no_client_can_be_handed_is_refused(value: str) -> None:
    lines = problems(RIGHT | {"CONSUMER_KAFKA__OPTIONS": json.dumps({"ssl.key.password": value})})

    assert lines == ("kafka.options: has ssl.key.password, which holds a NUL or half of a character",)


def test_debugging_that_shows_neither_is_allowed() -> None:
    options = {"debug": "broker,cgrp,eos"}

    assert load(None, RIGHT | {"CONSUMER_KAFKA__OPTIONS": json.dumps(options)}).kafka.options == options


def test_a_sound_set_of_security_options_passes_under_both_protocols() -> None:
    options = {"security.protocol": "SASL_SSL", "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "u"}

    for protocol in ("classic", "consumer"):
        environ = RIGHT | {
            "CONSUMER_KAFKA__OPTIONS": json.dumps(options | {"sasl.password": "p"}),
            "CONSUMER_KAFKA__GROUP_PROTOCOL": protocol,
        }
        assert load(None, environ).kafka.group_protocol == protocol


def test_where_the_process_runs_is_told_to_the_brokers_unless_the_options_say_another() -> None:
    rack = {"CONSUMER_KAFKA__CLIENT_RACK": "zone-a"}
    other = {"CONSUMER_KAFKA__OPTIONS": '{"client.rack": "zone-b"}'}

    assert kafka_config(load(None, RIGHT | rack)).options == {"client.rack": "zone-a"}
    assert kafka_config(load(None, RIGHT | rack | other)).options == {"client.rack": "zone-b"}
    assert kafka_config(load(None, RIGHT | {"CONSUMER_KAFKA__CLIENT_RACK": ""})).options == {}


def test_a_plain_vendor_is_allowed_on_loopback_or_when_asked_for() -> None:
    for url in ("http://localhost:8081", "http://127.0.0.1:1", "http://[::1]:1"):
        assert load(None, RIGHT | {"CONSUMER_API__BASE_URL": url}).api.base_url == url
    away = {"CONSUMER_API__BASE_URL": "http://vendor", "CONSUMER_API__ALLOW_PLAINTEXT": "true"}
    assert load(None, RIGHT | away).api.allow_plaintext


def test_a_secret_set_twice_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("x", encoding="utf-8")

    lines = problems(RIGHT | {"CONSUMER_API__PASSWORD_FILE": str(file)})

    assert lines == ("api.password: is set twice: remove it, or password_file",)


@pytest.mark.parametrize(("content", "words"), [(b"", "empty"), (b"\xff\xfe", "not text")])
def test_a_secrets_file_without_a_text_is_an_error(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "url"
    file.write_bytes(content)

    lines = problems(RIGHT | {"CONSUMER_LEDGER__URL_FILE": str(file)})

    assert len(lines) == 1
    assert lines[0].startswith("ledger.url_file: ")
    assert words in lines[0]
