"""The vendor's secrets, changed there and then in their files, while one process runs on."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import httpx
import pytest

from tests.end_to_end.oracle import complaints
from tests.end_to_end.sandbox_vendor import SandboxVendor
from tests.end_to_end.scene import Scene
from tests.end_to_end.vendor import USER, Vendor
from tests.end_to_end.world import AFTER, AMONG, BEFORE, LAST, Plan, a_world
from tests.testbed.parts import Broker

pytestmark = pytest.mark.kafka

SECONDS = 60
FIRST, SECOND = "sesame-first", "sesame-second"
BASIC, OAUTH = ("password",), ("oauth_key", "oauth_secret")


def written(folder: Path, names: tuple[str, ...], secret: str) -> dict[str, str]:
    """The secrets in their files, and the settings that name these."""
    for name in names:
        (folder / name).write_text(f"{secret}-{name}\n")
    return {f"CONSUMER_API__{name.upper()}_FILE": str(folder / name) for name in names}


def demanded(vendor: SandboxVendor, names: tuple[str, ...], secret: str) -> None:
    """From now on the vendor takes these, and no token that it gave before."""
    auth: Mapping[str, str] = {"auth": "basic" if names == BASIC else "oauth"}
    secrets = {name: f"{secret}-{name}" for name in names}
    with httpx.Client(base_url=vendor.url, timeout=SECONDS) as client:
        client.patch("/sandbox/behaviour", json={**auth, **secrets}).raise_for_status()
        client.delete("/sandbox/tokens").raise_for_status()


@pytest.mark.parametrize(("auth", "names"), [("basic", BASIC), ("oauth", OAUTH)])
def test_a_rotated_secret_is_read_from_its_file_when_the_vendor_refuses_the_old_one(
    auth: str, names: tuple[str, ...], kafka: Broker, tmp_path: Path
) -> None:
    world = a_world(Plan(seed=73, returns=40))
    vendor = SandboxVendor(world.vendor, tmp_path, {})
    with Scene(kafka, tmp_path, cast("Vendor", vendor)).create_topics() as scene:
        del scene.settings["CONSUMER_API__PASSWORD"]
        given = {"CONSUMER_API__AUTH": auth, "CONSUMER_API__USERNAME": USER, "CONSUMER_RETRY__MAX": "1"}
        demanded(vendor, names, FIRST)
        instance = scene.ready(**given, **written(tmp_path, names, FIRST))
        scene.produce(world.wave(BEFORE))
        scene.until_at_rest()
        demanded(vendor, names, SECOND)
        scene.produce(world.wave(AMONG))
        instance.until_metric("holding", 1, reason="credentials", within=SECONDS)
        written(tmp_path, names, SECOND)
        scene.until_at_rest()
        for wave in (AFTER, LAST):
            scene.produce(world.wave(wave))
            scene.until_at_rest()
        holding = instance.metric("holding", reason="credentials")
        scene.stop_all()
        evidence = scene.evidence()
        told = instance.log.read_text()

    assert holding == 0
    assert len(scene.instances) == 1
    assert complaints(evidence) == []
    assert "sesame" not in told
