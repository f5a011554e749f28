"""The command's exit code is also about a storm's rate, its recoveries and what instances say."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from tests.chaos.plan import StormPlan
from tests.chaos.recovery import Recovery, Suffered
from tests.chaos.report import tally
from tests.chaos.setting import Setting
from tests.chaos.storm import exit_code
from tests.end_to_end.a_run import a_run
from tests.end_to_end.truth import Spell

TOLD = tally(a_run())
HALF_AN_HOUR = StormPlan(seed=1, rate=230, seconds=1800)
GONE = Suffered(mishap="PostgreSQL is gone", spell=Spell(began=100.0, ended=140.0))
TOLD_OF_IT = ("ledger_unavailable", "holding")


def a_storm(**changes: object) -> Setting:
    """Of two instances, in which all went well."""
    well: Mapping[str, object] = {
        "plan": HALF_AN_HOUR,
        "pace": 225.0,
        "recoveries": [],
        "suffered": [GONE],
        "crew": SimpleNamespace(has_said=lambda word, during: during == GONE.spell and word.events[0] in TOLD_OF_IT),
    }
    return cast("Setting", SimpleNamespace(**{**well, **changes}))


def killed(mishap: str, first: float, whole: float) -> Sequence[Recovery]:
    return [Recovery(mishap=mishap, first=first, whole=whole)]


UNMET: Mapping[str, tuple[Setting, str]] = {
    "too slow": (a_storm(pace=206.0), "206 outcomes a second, at least 207 were asked for"),
    "one of two later than its limit": (
        a_storm(recoveries=killed("an instance is killed", 1.0, 11.1)),
        "an instance is killed: 1.0 s, 11.1 s in each partition; limit 11 s (whole): BROKEN 1 of 1 times",
    ),
    "the only one later than its limit": (
        a_storm(recoveries=killed("the only instance is killed", 15.1, 15.1)),
        "15 s",
    ),
    "after the restart of the only broker": (a_storm(recoveries=killed("the broker is killed", 10.1, 11.0)), "10 s"),
    "after the restart of a broker of three": (a_storm(recoveries=killed("a broker is killed", 0.1, 10.1)), "10 s"),
    "nobody says a word": (
        a_storm(crew=SimpleNamespace(has_said=lambda *_: False)),
        "PostgreSQL is gone: nobody says holding with reason ledger",
    ),
}
MET: Mapping[str, Setting] = {
    "all is well": a_storm(),
    "short": a_storm(plan=StormPlan(seed=1, rate=230, seconds=600), pace=100.0),
    "just fast enough": a_storm(pace=207.0),
    "in time": a_storm(
        recoveries=[*killed("an instance is killed", 1.0, 11.0), *killed("the only instance is killed", 15.0, 20.0)]
    ),
    "a broker's restart in time": a_storm(
        recoveries=[*killed("the broker is killed", 10.0, 60.0), *killed("a broker is killed", 0.1, 10.0)]
    ),
    "without a limit": a_storm(
        recoveries=[
            each
            for mishap in ("an instance is frozen", "the coordinator is killed", "a leader is killed")
            for each in killed(mishap, 60.0, 60.0)
        ]
    ),
}


@pytest.mark.parametrize("what", UNMET)
def test_what_was_asked_for_and_did_not_come_about_is_told_and_is_no_success(
    what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    at, words = UNMET[what]

    code = exit_code(at, TOLD)

    assert code == 1
    assert words in capsys.readouterr().out


@pytest.mark.parametrize("what", MET)
def test_a_storm_without_a_breach_that_did_what_was_asked_for_is_a_success(what: str) -> None:
    assert exit_code(MET[what], TOLD) == 0


def test_a_breach_is_no_success() -> None:
    assert exit_code(a_storm(), tally(replace(a_run(), outcomes=()))) == 1
