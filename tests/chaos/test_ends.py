"""An instance that ended needs a cause: our wish, or what was done to it, of which it says that it died."""

import json
import signal
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.chaos.ends import Ending
from tests.chaos.losses import LATE
from tests.chaos.test_losses import a_crew
from tests.end_to_end.instance import Instance
from tests.end_to_end.truth import Spell

AWAY = Spell(began=100.0, ended=150.0)
KILL = Spell(began=120.0, ended=120.0)


def an_ending(code: int, *, was_asked: bool = False, was_killed: bool = False) -> Ending:
    return Ending(instance=cast("Instance", None), code=code, at=120.0, was_asked=was_asked, was_killed=was_killed)


ENDS: Mapping[str, tuple[Ending, Sequence[float], Spell, bool]] = {
    "stopped as asked": (an_ending(0, was_asked=True), [], AWAY, True),
    "stopped before there was a service": (an_ending(-signal.SIGTERM, was_asked=True), [], AWAY, True),
    "stopped by itself": (an_ending(0), [], AWAY, False),
    "killed by us": (an_ending(-signal.SIGKILL, was_killed=True), [], AWAY, True),
    "killed by somebody else": (an_ending(-signal.SIGKILL), [], AWAY, False),
    "crashed in C": (an_ending(-signal.SIGSEGV, was_killed=True), [], AWAY, False),
    "with wrong settings": (an_ending(2), [], AWAY, False),
    "died of a mishap": (an_ending(1), [150.0 + LATE], AWAY, True),
    "died of it and was to be stopped": (an_ending(1, was_asked=True), [120.0], AWAY, True),
    "died of nothing that was done": (an_ending(1), [151.0 + LATE], AWAY, False),
    "died of another's kill": (an_ending(1), [121.0], KILL, False),
    "wants a restart and does not say why": (an_ending(1), [], AWAY, False),
    "could not be stopped in time": (an_ending(1, was_asked=True), [200.0], AWAY, False),
}


@pytest.mark.parametrize("end", ENDS)
def test_an_end_is_explained_by_our_wish_or_by_what_the_instance_died_of(end: str) -> None:
    ending, died, spell, is_explained = ENDS[end]

    assert ending.is_explained(died, [spell]) is is_explained


def an_instance(folder: Path, name: str, code: int | None, *lines: str) -> Instance:
    log = folder / f"{name}.log"
    log.write_text("".join(f"{line}\n" for line in lines))
    process = SimpleNamespace(exit_code=code, send=lambda _: None)
    return cast("Instance", SimpleNamespace(log=log, process=process, kill=lambda: None))


def test_who_crashed_and_who_ended_without_a_cause_is_told_with_its_time_and_words(tmp_path: Path) -> None:
    crew = a_crew(tmp_path)
    crew.size = 0
    with crew.suffering("the coordinator is killed"):
        now = datetime.fromtimestamp(time.monotonic() + crew.wall, UTC).isoformat()
        died = json.dumps({"event": "died", "error": "fenced", "timestamp": now})
        crew.instances += [
            an_instance(tmp_path, "fenced", 1, died),
            an_instance(tmp_path, "crashed", 1, died, "Traceback (most recent call last):", "KeyError: 'e1'"),
            an_instance(tmp_path, "refused", 1, "error: [Errno 98] address in use"),
            an_instance(tmp_path, "killed", -signal.SIGKILL),
            an_instance(tmp_path, "stopped", 0),
        ]
        crew.kill(crew.instances[-2])
        crew.dismiss(crew.instances[-1])
        crew.look_after()

    crash, end = crew.unexplained()

    assert crew.instances == []
    assert crash == f"crashed crashed after {now}: KeyError: 'e1'"
    assert end.startswith("refused ended with 1 at 2")
    assert end.endswith(", and nothing explains it: error: [Errno 98] address in use")
