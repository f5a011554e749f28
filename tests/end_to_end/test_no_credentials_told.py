"""What is shown to a registry, a database or a collector is told to nobody else, whatever fails; nor is a payload."""

import json
import signal
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.end_to_end.echoing_vendor import EchoingVendor
from tests.end_to_end.instance import Instance
from tests.end_to_end.marked import CALM, STORMY, VENDOR, WORD, earns, returns, told_in
from tests.end_to_end.scene import DEAD_LETTERS, Scene
from tests.end_to_end.shut_registry import a_shut_registry
from tests.end_to_end.test_nothing_told import SETTINGS, Said, ours, pages
from tests.end_to_end.vendor import PASSWORD, USER, Vendor
from tests.testbed.missing import MissingPartError, give_up
from tests.testbed.parts import Broker
from tests.testbed.small_disk import SmallDisk
from tests.testbed.waiting import wait_until

pytestmark = pytest.mark.kafka
SECONDS = 60
SICK = str(Path(__file__).parents[1] / "ops" / "a_sick_process.py")
REGISTRY = "registry_unavailable"
NOBODY = "http://127.0.0.1:1"
TOKEN = f"{WORD}-token"
TRACES_TO_NOBODY = {
    "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{USER}:{PASSWORD}@127.0.0.1:1",
    "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer {TOKEN}",
    "OTEL_BSP_SCHEDULE_DELAY": "200",
}


@pytest.fixture
def shut_registry() -> Iterator[str]:
    with a_shut_registry() as url:
        yield url


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with closing(SmallDisk(tmp_path / "disk", megabytes=4)) as disk:
        try:
            disk.open()
        except MissingPartError as reason:
            give_up("disk", reason)
        yield disk


def registry_at(url: str, **credentials: str) -> Mapping[str, str]:
    given = {f"CONSUMER_SCHEMAS__{name.upper()}": value for name, value in credentials.items()}
    return {"CONSUMER_SCHEMAS__REGISTRY_URL": url, **given}


def by_oauth(issuer: str) -> Mapping[str, str]:
    """The properties of a client that asks this issuer for its token."""
    given = {"client.id": USER, "client.secret": PASSWORD, "scope": "schemas", "issuer.endpoint.url": issuer}
    return {f"bearer.auth.{name}": value for name, value in {"credentials.source": "OAUTHBEARER", **given}.items()}


def until_told(instance: Instance, event: str) -> None:
    wait_until(lambda: any(instance.events(event)), within=SECONDS, what=event)


def while_shut(scene: Scene, shut: Mapping[str, tuple[str, Mapping[str, str]]]) -> Said:
    """What instances say that cannot begin, all at the same time; of each the event that it tells, and its settings."""
    said: Said = {}
    waiting = {name: Instance(scene.folder, name, {**scene.settings, **more}) for name, (_, more) in shut.items()}
    for name, instance in waiting.items():
        until_told(instance, shut[name][0])
        said |= pages(instance, name)
    for instance in waiting.values():
        instance.process.send(signal.SIGTERM)
    for name, instance in waiting.items():
        assert instance.process.wait(within=SECONDS) == 0, name
        said[f"log, {name}"] = instance.log.read_text()
    return said


def until_it_dies(scene: Scene, disk: SmallDisk) -> Instance:
    """A life with a vendor that repeats who asks, on a disk that fills, and with an end that nobody expects."""
    instance = scene.start(program=(SICK, "its Kafka thread dies"), **TRACES_TO_NOBODY)
    instance.until_ready()
    scene.produce(earns())
    scene.until_at_rest()
    scene.produce(returns("calm", CALM))
    scene.until_at_rest()
    disk.fill()
    scene.produce(returns("full", STORMY))
    until_told(instance, "ledger_unavailable")
    return instance


def test_no_registry_or_database_that_stays_shut_is_told_with_its_credentials(
    kafka: Broker, shut_registry: str, shut_database: str, tmp_path: Path
) -> None:
    credentials = f"{USER}:{PASSWORD}"
    oauth = tmp_path / "oauth.json"
    oauth.write_text(json.dumps(by_oauth(shut_registry)))
    with Scene(kafka, tmp_path, Vendor(VENDOR)).create_topics() as scene:
        scene.settings |= SETTINGS
        said = while_shut(
            scene,
            {
                "registry refuses a password": (REGISTRY, registry_at(shut_registry, registry_auth=credentials)),
                "registry refuses a token": (REGISTRY, registry_at(shut_registry, registry_token=TOKEN)),
                "issuer refuses": (REGISTRY, registry_at(shut_registry, registry_oauth_file=str(oauth))),
                "registry away": (REGISTRY, registry_at(NOBODY, registry_auth=credentials)),
                "wrong password": ("ledger_unavailable", {"CONSUMER_LEDGER__URL": shut_database}),
            },
        )

    assert {where: found for where, text in said.items() if (found := told_in(text))} == {}
    assert "it refuses our credentials (401)" in said["log, registry refuses a password"]
    assert "it refuses our credentials (401)" in said["log, registry refuses a token"]
    assert "its issuer gives no token" in said["log, issuer refuses"]
    assert "password authentication failed" in said["log, wrong password"]


def test_nothing_is_told_by_a_full_disk_a_crash_or_a_vendor_that_repeats_who_asked(
    kafka: Broker, disk: SmallDisk, tmp_path: Path
) -> None:
    with Scene(kafka, tmp_path, EchoingVendor(VENDOR)).create_topics() as scene:
        scene.settings |= {**SETTINGS, "CONSUMER_LEDGER__URL": f"sqlite:///{disk.folder}/ledger.db"}
        instance = until_it_dies(scene, disk)
        said = pages(instance, "the disk full")
        instance.process.send(signal.SIGUSR1)
        ended = instance.process.wait(within=SECONDS)
        log = said["log"] = instance.log.read_text()
        letters = scene.read(DEAD_LETTERS)

    said |= dict(ours(letters))
    assert {where: found for where, text in said.items() if (found := told_in(text))} == {}
    assert ended == 1
    assert any(instance.events("died"))
    assert "this thread dies" in log
    assert any("***, who is" in said[f"dlt-message of letter {number}"] for number in range(len(letters)))
