"""Down every path of failure, no secret and nothing of a customer is said where it does not belong."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest

from tests.end_to_end.instance import Instance
from tests.end_to_end.marked import CALM, STORMY, VENDOR, earns, garbage, returns, told_in
from tests.end_to_end.scene import DEAD_LETTERS, Scene
from tests.end_to_end.vendor import PASSWORD, USER, Vendor
from tests.testbed.collector import Collector
from tests.testbed.parts import Broker
from tests.testbed.reader import Stored
from tests.testbed.waiting import wait_until

pytestmark = pytest.mark.kafka
PAGES = ("", "metrics", "livez", "readyz", "status")
SECONDS = 60
SETTINGS = {
    "CONSUMER_KAFKA__OPTIONS": '{"session.timeout.ms": 6000}',
    "CONSUMER_LOG__LEVEL": "debug",
    "CONSUMER_API__TIMEOUT": "2",
    "CONSUMER_RETRY__INITIAL": "0.1",
    "CONSUMER_RETRY__MAX": "0.5",
    "CONSUMER_DEAD_LETTERS__FLOOD_RATIO": "1",
}
OAUTH = {"CONSUMER_API__AUTH": "oauth", "CONSUMER_API__OAUTH_KEY": USER, "CONSUMER_API__OAUTH_SECRET": PASSWORD}
WRONG: Mapping[str, Mapping[str, str]] = {
    "value": {"CONSUMER_API__TIMEOUT": "soon", "CONSUMER_KAFKA__OPTIONS": f'{{"sasl.password": "{PASSWORD}'},
    "name": {"CONSUMER_API__PASWORD": PASSWORD},
    "property": {"CONSUMER_KAFKA__OPTIONS": f'{{"sasl.pasword": "{PASSWORD}", "ssl.key.password": "{PASSWORD}"}}'},
    "url": {"CONSUMER_API__BASE_URL": f"ftp://{USER}:{PASSWORD}@127.0.0.1"},
    "scheme": {"CONSUMER_LEDGER__URL": f"oracle://{USER}:{PASSWORD}@127.0.0.1/d"},
}
SASL = (
    f'{{"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": "{USER}",'
    f' "sasl.password": "{PASSWORD}"}}'
)
AWAY: Mapping[str, Mapping[str, str]] = {
    "kafka_unreachable": {"CONSUMER_KAFKA__OPTIONS": SASL},
    "ledger_unavailable": {"CONSUMER_LEDGER__URL": f"postgresql://{USER}:{PASSWORD}@127.0.0.1:1/d"},
}
"""What is told where the broker takes no credentials, and where no database answers."""
Said = dict[str, str]
"""What was said, by where."""


def pages(instance: Instance, when: str) -> Said:
    """Every page, as it is now."""
    return {f"/{path} {when}": page.text for path in PAGES if (page := instance.page(path))}


def wrong_settings(scene: Scene) -> Said:
    """What it says of settings that cannot be right."""
    said: Said = {}
    for name, wrong in WRONG.items():
        instance = Instance(scene.folder, f"wrong-{name}", {**scene.settings, **wrong})
        assert instance.process.wait(within=SECONDS) == 2, name
        said[f"log of a wrong {name}"] = instance.log.read_text()
    return said


def while_away(scene: Scene, event: str) -> Said:
    """What it says while it cannot begin; this event is told then."""
    instance = Instance(scene.folder, event, {**scene.settings, **AWAY[event]})
    wait_until(lambda: any(instance.events(event)), within=SECONDS, what=event)
    said = pages(instance, event)
    assert instance.stop() == 0
    return said | {f"log {event}": instance.log.read_text()}


def through_outages(scene: Scene, instance: Instance, life: str) -> Said:
    """Returns on their way while the vendor knows nobody, then is down, then cuts each line, then is well."""
    vendor = scene.vendor
    said: Said = {}
    vendor.behaviour.mood = "strangers"
    scene.produce(returns(life, STORMY))
    instance.until_metric("holding", 1, reason="credentials", within=SECONDS)
    said |= pages(instance, f"{life}, refused by the vendor")
    vendor.behaviour.mood = "down"
    instance.until_metric("holding", 1, reason="api", within=SECONDS)
    said |= pages(instance, f"{life}, the vendor down")
    vendor.behaviour.cut_share = 1
    vendor.behaviour.mood = "well"
    asked = vendor.counts.requests
    wait_until(lambda: vendor.counts.requests > asked + 3, within=SECONDS, what="lines are cut")
    said |= pages(instance, f"{life}, lines cut")
    return said


def whole_life(scene: Scene) -> Said:
    """One instance with a password that is killed, and one with tokens that is told to stop."""
    scene.produce([*earns(), *garbage()])
    first = scene.ready()
    scene.until_at_rest()
    scene.produce(returns("calm", CALM))
    scene.until_at_rest()
    said = through_outages(scene, first, "basic")
    scene.kill(first)
    second = scene.ready(**OAUTH)
    said |= through_outages(scene, second, "oauth")
    scene.vendor.behaviour.cut_share = 0
    scene.until_at_rest()
    said |= pages(second, "well again")
    scene.stop_all()
    return said | {f"log {each.log.name}": each.log.read_text() for each in scene.instances}


def ours(letters: list[Stored]) -> Iterator[tuple[str, str]]:
    """The headers that the service adds to a dead letter."""
    for number, letter in enumerate(letters):
        for name, value in letter.headers:
            if name != "till":
                yield f"{name} of letter {number}", (value or b"").decode()


def test_no_log_page_span_or_header_of_ours_tells_a_secret_or_a_customer(kafka: Broker, tmp_path: Path) -> None:
    vendor = Vendor(VENDOR)
    with Collector() as collector, Scene(kafka, tmp_path, vendor).create_topics() as scene:
        scene.settings |= SETTINGS
        said = wrong_settings(scene)
        for event in AWAY:
            said |= while_away(scene, event)
        scene.settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url
        said |= whole_life(scene)
        letters, outcomes = scene.read(DEAD_LETTERS), scene.results()

    said |= dict(ours(letters))
    said |= {
        f"{name} of outcome {number}": (value or b"").decode()
        for number, seen in enumerate(outcomes)
        for name, value in seen.headers
    }
    said["spans"] = b"".join(collector.bodies).decode(errors="replace")
    assert {where: found for where, text in said.items() if (found := told_in(text))} == {}
    reasons = {letter.header("dlt-reason") for letter in letters}
    assert reasons >= {"undecodable", "invalid", "729", "731", "404", "400"}
    assert {cast("int", seen.outcome["customer_id"]) for seen in outcomes} >= {*CALM, *STORMY}
    assert vendor.counts.tokens > 0
    assert vendor.complaints == []
    assert said["spans"]
