"""librdkafka's properties from a file: beside those in the settings, and told of without what they say."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from consumer.settings import exposed, load
from consumer.wiring.parts import kafka_config
from tests.cli.given_settings import RIGHT, problems, written
from tests.cli.test_cli import RIGHT as RUNNABLE
from tests.cli.test_cli import ran

SENTINEL = "kept-to-itself"


def a_file(folder: Path, content: Mapping[str, object] | str) -> dict[str, str]:
    """The setting that names a file with this content."""
    file = folder / "options.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return {"CONSUMER_KAFKA__OPTIONS_FILE": str(file)}


def options(given: Mapping[str, object]) -> dict[str, str]:
    return {"CONSUMER_KAFKA__OPTIONS": json.dumps(given)}


def test_what_is_in_the_file_stands_beside_what_is_in_the_settings(tmp_path: Path) -> None:
    secret = {"sasl.password": SENTINEL, "sasl.mechanism": "PLAIN", "sasl.username": "us"}
    settings = load(None, RIGHT | a_file(tmp_path, secret) | options({"security.protocol": "sasl_ssl"}))

    assert kafka_config(settings).options == {**secret, "security.protocol": "sasl_ssl"}
    assert SENTINEL not in repr(settings)
    assert list(exposed(settings, {})) == []


def test_the_file_is_named_in_the_environment_and_the_rest_in_the_settings_file(tmp_path: Path) -> None:
    file = written(tmp_path, "kafka: {options: {linger.ms: 5}}")

    settings = load(file, RIGHT | a_file(tmp_path, {"client.id": "us"}))

    assert settings.kafka.all_options() == {"linger.ms": 5, "client.id": "us"}


def test_it_is_read_once_so_that_all_clients_have_the_same(tmp_path: Path) -> None:
    given = a_file(tmp_path, {"client.id": "us"})
    settings = load(None, RIGHT | given)

    Path(given["CONSUMER_KAFKA__OPTIONS_FILE"]).unlink()

    assert settings.kafka.all_options() == {"client.id": "us"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "must be JSON (character 1 is wrong)"),
        (f"sasl.password={SENTINEL}", "must be JSON (character 1 is wrong)"),
        (f'["{SENTINEL}"]', "holds JSON of another kind"),
        (f'{{"sasl.password": ["{SENTINEL}"]}}', "has sasl.password, which must be a text, a number, true or false"),
        ("\udcff", "is not text"),
        ('{"a":' * 100_000, "must be JSON that is nested less deep"),
        (f'{{"sasl.password": "{SENTINEL}\\ud800"}}', "has sasl.password, which holds a NUL or half of a character"),
        (f'{{"ssl.key.password": "{SENTINEL}\\u0000"}}', "has ssl.key.password, which holds a NUL or half of a char"),
        ('{"client\\ud800": "us"}', "has client?, which holds a NUL or half of a character"),
    ],
)
def test_wrong_content_is_told_with_what_is_wanted_and_without_what_is_there(
    content: str, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "options.json"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))

    result = ran("check", **RUNNABLE, CONSUMER_KAFKA__OPTIONS_FILE=str(file))

    assert result.exit_code == 2
    assert result.stderr.startswith(f"kafka.options_file: {file} {words}")
    assert SENTINEL not in result.output


def test_a_file_that_is_not_there_is_told() -> None:
    (line,) = problems(RIGHT | {"CONSUMER_KAFKA__OPTIONS_FILE": "/nowhere"})

    assert line.startswith("kafka.options_file: /nowhere cannot be read (No such file or directory); it must hold one ")


def test_a_property_may_not_stand_in_both(tmp_path: Path) -> None:
    same = {"sasl.password": SENTINEL}

    lines = problems(RIGHT | a_file(tmp_path, same) | options(same))

    assert lines == ("kafka.options_file: sets sasl.password, which kafka.options sets as well: remove one",)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"acks": SENTINEL}, "may not set acks: "),
        ({"no.such": SENTINEL}, "is refused by librdkafka for no.such: "),
        ({"security.protocol": SENTINEL}, "is refused by librdkafka for security.protocol: "),
    ],
)
def test_a_property_that_may_not_be_set_is_told_of_the_file_that_sets_it(
    given: dict[str, object], words: str, tmp_path: Path
) -> None:
    (line,) = problems(RIGHT | a_file(tmp_path, given))

    assert line.startswith(f"kafka.options_file: {words}")
    assert SENTINEL not in line


def test_a_password_beside_a_file_that_has_one_is_set_twice(tmp_path: Path) -> None:
    scram = {"security.protocol": "sasl_ssl", "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "us"}
    file = a_file(tmp_path, {"sasl.password": SENTINEL})

    lines = problems(RIGHT | file | options(scram) | {"CONSUMER_KAFKA__SASL_PASSWORD": SENTINEL})

    assert lines == ("kafka.sasl_password: is set twice: remove it, or sasl.password in kafka.options",)
