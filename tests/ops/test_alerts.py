"""Each alert fires when it should, by its rendered rule in the real engine; and is silent when it should."""

import subprocess
from pathlib import Path

import pytest

from tests.helm.tools import promtool
from tests.ops import a_good_day as day
from tests.ops.rules import Expected, alerts, complaints, write_rules
from tests.ops.series import PER_MINUTE, STEP, Samples, counter, gauge, restarted, ticking
from tests.ops.stories import FROM, STORIES, Story

NOBODY: frozenset[str] = frozenset()
DAY = 120
LONG_DAY = 210
TICKS = tuple(float(at) for at in range(0, LONG_DAY * 60, STEP))


def test_promtool_accepts_the_rules(tmp_path: Path) -> None:
    done = subprocess.run(
        [promtool(), "check", "rules", "--lint=all", "--lint-fatal", write_rules(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_there_is_a_story_for_every_alert() -> None:
    told = {alert for story in STORIES for alert in story.fires}

    assert told == {f"{rule['alert']}/{rule['labels']['severity']}" for rule in alerts()}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_exactly_its_alerts_fire_in_a_bad_stretch_restart_or_not_and_resolve_after_it(
    story: Story, tmp_path: Path
) -> None:
    series = {**day.a_good_day(story.minutes), **story.series}
    begun_anew = {name: _begun_anew(name, samples, story.at - 3) for name, samples in series.items()}

    told = complaints(
        tmp_path,
        Expected(series=series, fires={FROM - 1: NOBODY, story.at: story.fires, story.over: NOBODY}),
        Expected(series=begun_anew, fires={story.at: story.fires}),
    )

    assert told == ""


def _begun_anew(name: str, samples: Samples, minute: int) -> Samples:
    """Our own counters start again from 0."""
    return restarted(samples, minute) if day.is_counter(name) and name.startswith("returns_") else samples


def test_nothing_fires_on_a_good_day_nor_after_a_restart(tmp_path: Path) -> None:
    series = {name: _begun_anew(name, samples, 60) for name, samples in day.a_good_day(DAY).items()}
    quiet = dict.fromkeys((5, 30, 59, 61, 65, 90, DAY - 1), NOBODY)

    assert complaints(tmp_path, Expected(series=series, fires=quiet)) == ""


def test_a_quiet_night_wakes_nobody_though_markers_of_transactions_look_like_lag_from_outside(tmp_path: Path) -> None:
    quiet = {
        day.LAG: gauge((DAY, 0)),
        day.LAG_BESIDE: gauge((DAY, 0)),
        day.GROUP_LAG: gauge((DAY, 4)),
        day.REVOKED: counter((DAY, 0)),
    }

    told = complaints(tmp_path, Expected(series={**day.a_good_day(DAY), **quiet}, fires={DAY - 1: NOBODY}))

    assert told == ""


QUIET: dict[str, dict[str, Samples]] = {
    "a backlog that moves, however old it is": {day.OLDEST: tuple(max(0.0, at - 7200) for at in TICKS)},
    "an outage that another alert tells of": {
        day.holding("api"): gauge((LONG_DAY, 1)),
        day.OLDEST: ticking(LONG_DAY, until=FROM),
        day.LAG_BESIDE: gauge((LONG_DAY, 30)),
        day.ASSIGNED: gauge((LONG_DAY, 0)),
    },
    "partitions that all grow, as more comes than goes": dict.fromkeys((day.LAG, day.LAG_BESIDE), TICKS),
    "a broker that is away while another answers": {day.CUT_OFF: counter((LONG_DAY, 1))},
    "a short while without any partition": {day.ASSIGNED: gauge((FROM, 2), (4, 0), (LONG_DAY - FROM - 4, 2))},
}


@pytest.mark.parametrize("case", QUIET)
def test_nothing_fires_for(case: str, tmp_path: Path) -> None:
    series = {**day.a_good_day(LONG_DAY), **QUIET[case]}

    assert complaints(tmp_path, Expected(series=series, fires=dict.fromkeys((63, 65, 150, 200), NOBODY))) == ""


def test_a_lag_that_grows_while_the_quota_is_used_up_is_told_as_that(tmp_path: Path) -> None:
    growing = {day.LAG_BESIDE: tuple(5.0 + step for step in range(DAY * PER_MINUTE)), day.QUOTA_USED: gauge((DAY, 1))}
    saturated = frozenset({"ReturnsQuotaSaturated/warning"})

    told = complaints(
        tmp_path, Expected(series={**day.a_good_day(DAY), **growing}, fires={25: NOBODY, DAY - 1: saturated})
    )

    assert told == ""


def test_nothing_but_the_absence_fires_where_nothing_is_told(tmp_path: Path) -> None:
    absent = frozenset({"ReturnsAbsent/critical"})

    assert complaints(tmp_path, Expected(series={}, fires={4: NOBODY, 6: absent})) == ""


def test_a_series_that_is_missing_makes_no_other_alert_fire(tmp_path: Path) -> None:
    good = day.a_good_day(25)
    families = {name.partition("{")[0] for name in good} - {"returns_build_info"}

    told = complaints(
        tmp_path,
        *(
            Expected(series={name: good[name] for name in good if name.partition("{")[0] != family}, fires={23: NOBODY})
            for family in sorted(families)
        ),
    )

    assert told == ""
