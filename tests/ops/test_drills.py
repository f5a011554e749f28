"""Real releases under a real Prometheus on a good day and on bad ones: alerts, panels, probes, pages of metrics."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.contracts.metric_names import METRICS
from tests.helm.tools import promtool
from tests.ops.days import Days, play
from tests.ops.drills import DRILLS, Drill
from tests.ops.release import NOT_TO_BE_SHOWN, TRACE
from tests.testbed.parts import Broker, own_broker

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.chaos]

ONLY_ON_BAD_DAYS = {("Back-offs", "{{reason}}"), ("Client errors and round trip", "{{code}}")}
"""Queries that show what fails, and nothing where nothing does."""
LIVING = [drill for drill in DRILLS if drill.lives]


@pytest.fixture(scope="module")
def mortal(kafka: Broker) -> Iterator[Broker]:
    """A broker that may be killed; `kafka` comes first, as it tells where there can be none."""
    del kafka
    with closing(own_broker()) as broker:
        broker.start()
        yield broker


@pytest.fixture(scope="module")
def days(kafka: Broker, mortal: Broker, tmp_path_factory: pytest.TempPathFactory) -> Days:
    return play(DRILLS, kafka, mortal, tmp_path_factory.mktemp("days"))


def named(drill: Drill) -> str:
    return drill.name


@pytest.mark.parametrize("drill", DRILLS, ids=named)
def test_a_bad_day_makes_exactly_its_alerts_fire_and_a_good_one_none(drill: Drill, days: Days) -> None:
    told = days.releases[drill.name]

    assert told.before == frozenset()
    assert told.fired == frozenset(drill.fires.split())


@pytest.mark.parametrize("drill", LIVING, ids=named)
def test_no_outage_around_it_turns_the_probes_red(drill: Drill, days: Days) -> None:
    told = days.releases[drill.name]

    assert (told.live, told.ready) == (200, 200)


def test_a_process_that_was_stopped_answers_no_probe(days: Days) -> None:
    told = days.releases["consumer-stopped"]

    assert (told.live, told.ready) == (None, None)


@pytest.mark.parametrize("drill", LIVING, ids=named)
def test_what_was_consumed_is_what_has_outcomes_is_in_flight_or_was_released(drill: Drill, days: Days) -> None:
    consumed, accounted = days.releases[drill.name].balance

    assert consumed == accounted > 0


def test_every_query_of_the_dashboard_has_data_on_a_good_day_or_shows_what_fails(days: Days) -> None:
    assert days.silent_when_good == ONLY_ON_BAD_DAYS


def test_every_query_of_the_dashboard_has_data_once_there_were_bad_days(days: Days) -> None:
    assert days.silent_at_all == frozenset()


def test_prometheus_is_led_from_the_histogram_to_the_traces(days: Days) -> None:
    assert days.traces == {TRACE}


@pytest.mark.parametrize("drill", DRILLS, ids=named)
def test_nothing_shows_a_secret_or_a_customer(drill: Drill, days: Days) -> None:
    shown = days.releases[drill.name].shown

    assert '"event":"started"' in shown
    assert [each for each in NOT_TO_BE_SHOWN if each in shown] == []


def test_a_live_page_has_every_metric_with_its_labels_and_no_other(days: Days) -> None:
    page = days.releases["credentials-revoked"].page
    ours = re.findall(r"^# TYPE returns_(\w+)", page, re.MULTILINE)
    labels = {
        name: set(re.findall(r'(\w+)="', re.findall(rf"^returns_{name}(?:_bucket)?({{.*}})? ", page, re.MULTILINE)[0]))
        for name in METRICS
    }

    assert sorted(ours) == sorted(METRICS)
    assert {name: found - {"le"} for name, found in labels.items()} == METRICS


@pytest.mark.parametrize("drill", LIVING, ids=named)
def test_promtool_finds_nothing_to_criticise_in_a_live_page(drill: Drill, days: Days) -> None:
    page = days.releases[drill.name].page

    checked = subprocess.run([promtool(), "check", "metrics"], input=page, text=True, capture_output=True, check=False)

    assert "returns_events_total" in page
    assert (checked.returncode, checked.stderr) == (0, "")
