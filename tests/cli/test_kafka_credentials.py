"""A password or a token for the brokers, and what has to stand beside it in kafka.options."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from consumer.adapters.kafka.credentials import Password, Tokens
from consumer.settings import load, sasl
from consumer.settings.sections import Kafka
from consumer.wiring.parts import kafka_config
from tests.cli.given_settings import RIGHT, problems
from tests.cli.test_cli import RIGHT as RUNNABLE
from tests.cli.test_cli import ran

SCRAM = {"security.protocol": "sasl_ssl", "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "us"}
MSK = {"CONSUMER_KAFKA__OAUTH": "msk-iam", "CONSUMER_KAFKA__AWS_REGION": "eu-west-1"}
PASSWORD = {"CONSUMER_KAFKA__SASL_PASSWORD": "sesame"}


def options(given: Mapping[str, str]) -> dict[str, str]:
    return {"CONSUMER_KAFKA__OPTIONS": json.dumps(given)}


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in SCRAM.items() if name not in names}


def test_a_password_in_a_file_is_read_again_each_time(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("first\n")
    settings = load(None, RIGHT | options(SCRAM) | {"CONSUMER_KAFKA__SASL_PASSWORD_FILE": str(file)})

    credentials = kafka_config(settings).credentials
    assert isinstance(credentials, Password)
    before = credentials.read()
    file.write_text("second\n")

    assert (credentials.username, before, credentials.read()) == ("us", "first", "second")


def test_msk_iam_asks_for_tokens_of_the_region() -> None:
    config = kafka_config(load(None, RIGHT | MSK | options({"security.protocol": "SASL_SSL", "client.rack": "a"})))

    assert isinstance(config.credentials, Tokens)


def test_without_either_the_options_alone_say_who_we_are() -> None:
    assert kafka_config(load(None, RIGHT)).credentials is None


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            PASSWORD | options(SCRAM | {"sasl.password": "sesame"}),
            "kafka.sasl_password: is set twice: remove it, or sasl.password in kafka.options",
        ),
        (
            PASSWORD | options(without("sasl.username")),
            "kafka.sasl_password: needs sasl.username in kafka.options",
        ),
        (
            PASSWORD | options(SCRAM | {"sasl.mechanism": "OAUTHBEARER"}),
            (
                "kafka.sasl_password: needs sasl.mechanism in kafka.options to be one of PLAIN, SCRAM-SHA-256, "
                "SCRAM-SHA-512"
            ),
        ),
        (
            PASSWORD | options(SCRAM | {"security.protocol": "SSL"}),
            "kafka.sasl_password: needs security.protocol=sasl_ssl in kafka.options",
        ),
        (
            MSK | {"CONSUMER_KAFKA__AWS_REGION": ""},
            "kafka.aws_region: is required with kafka.oauth=msk-iam, such as eu-west-1",
        ),
        (
            MSK | options({"security.protocol": "SASL_PLAINTEXT"}),
            (
                "kafka.oauth: is msk-iam, whose token only TLS hides; remove security.protocol=sasl_plaintext from "
                "kafka.options"
            ),
        ),
    ],
)
def test_what_does_not_go_together_is_a_line_with_its_remedy(given: dict[str, str], line: str) -> None:
    assert problems(RIGHT | given) == (line,)


def test_a_mechanism_of_its_own_does_not_go_with_msk_iam() -> None:
    lines = problems(RIGHT | MSK | options(SCRAM | {"sasl.password": "sesame"}))

    assert lines == (
        "kafka.oauth: is msk-iam, which makes sasl.mechanism OAUTHBEARER; remove SCRAM-SHA-512 from kafka.options",
    )


def test_the_extra_is_there_or_the_line_says_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sasl, "PACKAGE", "a-package-that-nobody-has")

    result = ran("run", **RUNNABLE, **MSK)

    assert result.exit_code == 2
    assert result.stderr == (
        "kafka.oauth: is msk-iam, which needs more packages: pip install 'returns-consumer[msk]'\n"
    )


STS = {
    "security.protocol": "sasl_ssl",
    "sasl.mechanism": "OAUTHBEARER",
    "sasl.oauthbearer.method": "oidc",
    "sasl.oauthbearer.metadata.authentication.type": "aws_iam",
    "sasl.oauthbearer.config": "region=eu-west-1,audience=https://confluent.cloud",
}


def test_tokens_of_aws_for_another_s_cloud_are_the_client_s_own_and_asked_of_nobody_by_the_check() -> None:
    assert load(None, RIGHT | options(STS)).kafka.all_options() == STS


def test_what_they_need_is_there_or_the_line_says_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sasl, "STS_PACKAGE", "a-package-that-nobody-has")

    (line,) = problems(RIGHT | options(STS))

    assert line.endswith("=aws_iam, which needs more packages: pip install 'confluent-kafka[oauthbearer-aws]'")


def test_who_does_not_ask_for_tokens_needs_no_extra() -> None:
    assert list(sasl.problems(Kafka(), lambda: False)) == []
    assert sasl.is_msk_installed()
