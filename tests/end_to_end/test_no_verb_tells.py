"""Whatever verb fails, and in whatever way: what it says has no secret and nothing of a customer."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from consumer.adapters.kafka import dead_letters, sending_again
from consumer.adapters.ledger import migrate
from consumer.cli import connect, connect_rights, topics
from consumer.cli.verbs import app
from consumer.wiring import explaining
from tests.cli.dead_letters import Scene
from tests.end_to_end.marked import FIRST_CUSTOMER, VENDOR, WORD, told_in
from tests.end_to_end.shut_registry import a_shut_registry
from tests.end_to_end.test_nothing_told import OAUTH, SASL
from tests.end_to_end.vendor import PASSWORD, USER, Vendor
from tests.testbed.parts import Broker
from tests.testbed.topics import ToProduce

pytestmark = pytest.mark.kafka
PATIENCE = 0.5
CREDENTIALS = f"{USER}:{PASSWORD}"
NOBODY = "127.0.0.1:1"
POLICY = ("policy", "--compare", "matching-lines", "whole-bill")
CUSTOMER = ("--customer", str(FIRST_CUSTOMER))
VERBS: tuple[Sequence[str], ...] = (
    ("check", "--connect"),
    ("explain", "r1"),
    ("redrive", *CUSTOMER),
    ("redrive", "--yes"),
    ("topics", "create"),
    ("migrate",),
    POLICY,
)
AWAY = {
    "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": NOBODY,
    "CONSUMER_KAFKA__OPTIONS": SASL,
    "CONSUMER_LEDGER__URL": f"postgresql://{CREDENTIALS}@{NOBODY}/d",
    "CONSUMER_SCHEMAS__REGISTRY_URL": f"http://{NOBODY}",
    "CONSUMER_SCHEMAS__REGISTRY_TOKEN": f"{WORD}-token",
    "CONSUMER_API__BASE_URL": f"http://{NOBODY}",
    **OAUTH,
}
WRONG: Mapping[str, str] = {
    "no YAML": f"api:\n  password: '{PASSWORD}\n",
    "a list": f"api: [{PASSWORD}]\nledger:\n  url: [{PASSWORD}]\n",
    "values of another kind": (
        f"api: {{password: {{it: {PASSWORD}}}, oauth_secret: [{PASSWORD}], username: [{WORD}]}}\n"
        f"schemas: {{registry_auth: [{PASSWORD}], registry_token: {{it: {PASSWORD}}}, registry_key_password: [1],"
        f" registry_oauth_file: {{it: {PASSWORD}}}}}\n"
        f"kafka: {{options: {{sasl.password: [{PASSWORD}], sasl.username: {{it: {PASSWORD}}}}},"
        f" options_file: [{PASSWORD}]}}\n"
        f"ledger: {{url: {{it: {PASSWORD}}}}}\n"
    ),
    "both": f"schemas: {{registry_url: 'http://{CREDENTIALS}@h', registry_auth: {PASSWORD}, registry_token: {WORD}}}\n",
    "names": f"schemas: {{registry_pasword: {PASSWORD}}}\nledgr: {{url: 'postgresql://{CREDENTIALS}@h/d'}}\n",
    "addresses": f"ledger: {{url: '{CREDENTIALS}@h/d'}}\napi: {{base_url: 'https://{CREDENTIALS}@h'}}\n",
    "a port": f"ledger: {{url: 'postgresql://{CREDENTIALS}@h:{PASSWORD}/d'}}\n",
}


@pytest.fixture
def scene(kafka: Broker) -> Scene:
    """With a dead letter in it that only the registry's word makes readable."""
    scene = Scene(kafka.bootstrap)
    value = b"\x00\x00\x00\x00\x07" + WORD.encode()
    scene.set_aside([ToProduce(value=value, key=WORD.encode(), headers=(("dlt-reason", b"731"),), partition=0)])
    return scene


@pytest.fixture
def refusing(scene: Scene, shut_database: str) -> Iterator[Mapping[str, str]]:
    """Settings that name a broker without a door, and a database, a registry and a vendor whose doors stay shut."""
    with Vendor(VENDOR) as vendor, a_shut_registry() as registry:
        vendor.behaviour.mood = "strangers"
        yield {
            **scene.settings,
            "CONSUMER_LEDGER__URL": shut_database,
            "CONSUMER_SCHEMAS__REGISTRY_URL": registry,
            "CONSUMER_SCHEMAS__REGISTRY_AUTH": CREDENTIALS,
            "CONSUMER_API__BASE_URL": vendor.url,
            **OAUTH,
        }


class Mouth:
    """Runs verbs and keeps all that they say, to people and on the process's own streams."""

    def __init__(self, streams: pytest.CaptureFixture[str]) -> None:
        self._streams = streams
        self.said: dict[str, str] = {}

    def run(self, what: str, verb: Sequence[str], settings: Mapping[str, str]) -> str:
        """What the verb said; it must fail, and not by a crash."""
        done = CliRunner().invoke(app, list(verb), env=dict(settings))
        own = self._streams.readouterr()
        said = self.said[f"{what}: {' '.join(verb)}"] = f"{done.output}{own.out}{own.err}"
        assert done.exit_code in {1, 2}, said
        assert isinstance(done.exception, SystemExit), done.exception
        return said

    def told(self) -> Mapping[str, Sequence[str]]:
        return {where: found for where, text in self.said.items() if (found := told_in(text))}


@pytest.fixture
def mouth(capfd: pytest.CaptureFixture[str]) -> Mouth:
    return Mouth(capfd)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers, so nobody is waited for longer than it takes to see that."""
    for module, name in (
        (connect, "ASK"),
        (connect_rights, "GROUP_ASK"),
        (topics, "PATIENCE"),
        (explaining, "PATIENCE"),
        (dead_letters, "PATIENCE"),
        (sending_again, "_TO_END"),
    ):
        monkeypatch.setattr(module, name, PATIENCE)


@pytest.mark.usefixtures("impatient")
def test_no_verb_tells_a_secret_where_all_are_away(mouth: Mouth, tmp_path: Path) -> None:
    for verb in VERBS:
        mouth.run("away", verb, AWAY)
    url = f"sqlite:///{tmp_path}/ledger.db"
    migrate(url)
    own_ledger = {**AWAY, "CONSUMER_LEDGER__URL": url}
    topics_away = mouth.run("its ledger there", ("explain", *CUSTOMER, "--topics"), own_ledger)

    assert mouth.told() == {}
    assert "Kafka at" in topics_away


def test_no_verb_tells_a_secret_or_a_customer_where_all_refuse(mouth: Mouth, refusing: Mapping[str, str]) -> None:
    checked = mouth.run("refused", ("check", "--connect"), refusing)
    asked = [mouth.run("refused", verb, refusing) for verb in (("explain", "r1"), POLICY, ("migrate",))]
    redriven = mouth.run("refused", ("redrive", *CUSTOMER), refusing)

    assert mouth.told() == {}
    assert "problem schemas.registry_auth: the registry refuses these credentials" in checked
    assert all("password authentication failed" in said for said in (checked, *asked))
    assert "it refuses our credentials (401)" in redriven


def test_settings_that_cannot_be_right_are_told_without_their_values(mouth: Mouth, tmp_path: Path) -> None:
    for name, text in WRONG.items():
        file = tmp_path / f"{name.replace(' ', '-')}.yaml"
        file.write_text(text)
        mouth.run(name, ("check", "--connect", "--config", str(file)), {})

    assert mouth.told() == {}
