"""The real service under a real Prometheus: what it tells, what the panels show, which alerts fire."""

import signal
import subprocess
from pathlib import Path

import pytest

from ops.rows import ROWS
from tests.end_to_end.instance import Instance
from tests.end_to_end.scene import RETURNS, Scene
from tests.end_to_end.vendor import Vendor
from tests.end_to_end.world import AMONG, BEFORE, Plan, a_world
from tests.helm.tools import promtool
from tests.ops.prometheus import Prometheus
from tests.testbed.parts import Broker
from tests.testbed.waiting import wait_until

pytestmark = pytest.mark.kafka
SECONDS = 60
QUIET_PANELS = frozenset({"Back-offs", "Client errors and round trip"})
"""Panels of which a query has nothing to show where nothing failed."""
BY_ONE_OUTAGE = {"ReturnsCircuitOpen", "ReturnsApiErrors"}
MAY_FOLLOW = {"ReturnsFreshnessBurnFast", "ReturnsFreshnessBurnSlow", "ReturnsBacklogWontDrain", "ReturnsDeadLetters"}
"""The good stretch of a test is short and has garbage among its returns, so these may fire as well."""


def port_of(instance: Instance) -> str:
    return f"127.0.0.1:{instance._port}"


def empty_panels(prometheus: Prometheus) -> set[str]:
    """The panels of which no query has data."""
    return {
        panel.title
        for row in ROWS
        for panel in row.panels
        if not any(prometheus.ask(_filled(query.expression)) for query in panel.queries)
    }


def _filled(expression: str) -> str:
    for name, value in (("$__rate_interval", "5m"), ("$job", ".+"), ("$instance", ".+")):
        expression = expression.replace(name, value)
    return expression


def test_a_good_day_fills_the_panels_and_an_outage_fires_its_alerts_alone(kafka: Broker, tmp_path: Path) -> None:
    world = a_world(Plan(seed=91, returns=200))
    returns = world.wave(AMONG)
    half = len(returns) // 2

    with Scene(kafka, tmp_path, Vendor(world.vendor)).create_topics() as scene:
        scene.settings["CONSUMER_RETRY__MAX"] = "2"
        instance = scene.ready()
        with Prometheus(tmp_path / "prometheus", target=port_of(instance), topic=scene.topic(RETURNS)) as prometheus:
            wait_until(lambda: bool(prometheus.ask("up == 1")), within=SECONDS, what="the first scrape")
            scene.produce(world.wave(BEFORE))
            scene.until_at_rest()
            scene.produce(returns[:half])
            scene.until_at_rest()
            wait_until(lambda: empty_panels(prometheus) <= QUIET_PANELS, within=SECONDS, what="the panels have data")
            quiet = prometheus.firing()
            page = instance.page("metrics")
            balance = instance.metric("events_consumed_total", topic=scene.topic(RETURNS))
            accounted = sum(map(instance.metric, ("events_total", "events_in_flight", "events_released_total")))
            scene.vendor.behaviour.mood = "down"
            scene.produce(returns[half:])
            wait_until(lambda: prometheus.firing() >= BY_ONE_OUTAGE, within=SECONDS, what="the outage is told")
            loud = prometheus.firing()
            alive = instance.status_of("livez")

    assert quiet <= MAY_FOLLOW
    assert loud - MAY_FOLLOW == BY_ONE_OUTAGE
    assert alive == 200
    assert balance == accounted > 0
    assert page is not None
    ours = "".join(line for line in page.text.splitlines(keepends=True) if "returns_" in line)
    checked = subprocess.run([promtool(), "check", "metrics"], input=ours, text=True, capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_a_stopped_process_answers_no_probe_and_goes_on_when_it_is_let(kafka: Broker, tmp_path: Path) -> None:
    with Scene(kafka, tmp_path, Vendor({})).create_topics() as scene:
        instance = scene.ready()
        instance.process.send(signal.SIGSTOP)
        stopped = instance.status_of("livez")
        instance.process.send(signal.SIGCONT)
        wait_until(lambda: instance.status_of("livez") == 200, within=SECONDS, what="it lives again")

    assert stopped is None
