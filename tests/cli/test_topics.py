"""`topics create`, on a real broker."""

import os
from uuid import uuid4

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource  # type: ignore[attr-defined] # public by its documents
from confluent_kafka.cimpl import NewTopic
from typer.testing import CliRunner, Result

from consumer.cli.verbs import app
from tests.testbed.parts import Broker
from tests.testbed.topics import Topics

ROLES = ("returns", "earns", "results", "dead_letters")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CONSUMER_")]:
        monkeypatch.delenv(name)


class Shop:
    """Four names that no topic has yet."""

    def __init__(self, bootstrap: str) -> None:
        name = uuid4().hex[:8]
        self.names = {role: f"{role}-{name}" for role in ROLES}
        self._admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
        self._settings = {
            "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": bootstrap,
            "CONSUMER_KAFKA__GROUP_ID": f"group-{name}",
            "CONSUMER_API__BASE_URL": "http://127.0.0.1:1",
            "CONSUMER_API__AUTH": "none",
            **{f"CONSUMER_TOPICS__{role.upper()}": topic for role, topic in self.names.items()},
        }

    def create(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["topics", "create", *words], env=self._settings)

    def check(self) -> list[str]:
        """The lines of `check --connect` about topics."""
        shown = CliRunner().invoke(app, ["check", "--connect"], env=self._settings).stdout
        return [line for line in shown.splitlines() if " topics." in line]

    def make(self, role: str, partitions: int, **config: str) -> None:
        new = NewTopic(self.names[role], partitions, config={name.replace("_", "."): it for name, it in config.items()})
        self._admin.create_topics([new])[self.names[role]].result(30)

    def config(self, role: str) -> dict[str, str]:
        """What was set for a topic."""
        (told,) = self._admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, self.names[role])]).values()
        return {name: entry.value for name, entry in told.result(30).items() if not entry.is_default}


@pytest.mark.kafka
def test_the_four_topics_are_made_with_sensible_settings_and_then_are_fine(kafka: Broker) -> None:
    shop = Shop(kafka.bootstrap)

    result = shop.create("--partitions", "3")

    assert result.exit_code == 0, result.output
    assert [line.split()[:2] for line in result.stdout.splitlines()[:4]] == [
        ["created", f"topics.{role}:"] for role in ROLES
    ]
    assert [Topics(kafka.bootstrap).partitions(topic) for topic in shop.names.values()] == [3] * 4
    assert shop.config("earns")["retention.ms"] == str(400 * 86_400_000)
    assert shop.config("dead_letters")["max.message.bytes"] == str(1_048_588 + 64 * 1024)
    assert all(line.startswith("ok") for line in shop.check())


@pytest.mark.kafka
def test_made_again_nothing_changes_and_it_is_said(kafka: Broker) -> None:
    shop = Shop(kafka.bootstrap)
    shop.create("--partitions", "2")

    result = shop.create("--partitions", "5")

    assert result.exit_code == 0
    lines = result.stdout.splitlines()[:4]
    assert all(line.startswith("exists") and line.endswith("has 2 partitions; it is left as it is") for line in lines)
    assert [Topics(kafka.bootstrap).partitions(topic) for topic in shop.names.values()] == [2] * 4


@pytest.mark.kafka
def test_a_dead_letter_topic_is_made_for_the_records_that_the_sources_take(kafka: Broker) -> None:
    shop = Shop(kafka.bootstrap)
    shop.make("returns", 1, max_message_bytes="3000000")

    result = shop.create()

    assert result.stdout.startswith(f"exists  topics.returns: {shop.names['returns']} has 1 partition;")
    assert shop.config("dead_letters")["max.message.bytes"] == str(3_000_000 + 64 * 1024)


@pytest.mark.kafka
def test_what_is_wrong_with_a_topic_that_is_there_is_said(kafka: Broker) -> None:
    shop = Shop(kafka.bootstrap)
    shop.make("returns", 1, cleanup_policy="compact")

    result = shop.create()

    assert result.exit_code == 0
    assert f"problem topics.returns: {shop.names['returns']}: it is compacted" in result.stdout


@pytest.mark.kafka
def test_what_the_brokers_refuse_ends_with_1_and_their_words(kafka: Broker) -> None:
    shop = Shop(kafka.bootstrap)

    result = shop.create("--replication-factor", "9")

    assert result.exit_code == 1
    assert result.stdout.count("failed  topics.") == 4
    assert "INVALID_REPLICATION_FACTOR" in result.stdout


def test_no_broker_is_an_error_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumer.cli.topics.PATIENCE", 0.5)

    result = Shop("127.0.0.1:1").create()

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error: Kafka at 127.0.0.1:1: ")
