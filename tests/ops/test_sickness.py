"""What is wrong with the process itself turns its liveness red, and the log tells where its threads stand."""

import json
import signal
from pathlib import Path

import pytest

from tests.end_to_end.instance import Instance
from tests.ops.release import Release
from tests.testbed.parts import Broker
from tests.testbed.waiting import wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]
SICK = str(Path(__file__).with_name("a_sick_process.py"))
IMPATIENT = {"CONSUMER_API__TIMEOUT": "1", "CONSUMER_KAFKA__DRAIN": "1"}
SECONDS = 60
LAST_THREAD = "(most recent call first)"
ANSWERS = {
    "its loop is blocked": (None, "Timeout (0:00:02)!"),
    "its Kafka thread hangs": (503, "in hang"),
    "its Kafka thread dies": (None, "this thread dies"),
    "a call does not end": (503, LAST_THREAD),
    "a task fails": (None, '"error":"KeyError, whose traceback is on stderr","event":"died"'),
}
PROBLEMS = {
    "its Kafka thread hangs": "no poll for",
    "a call does not end": "a call has not ended by its deadline",
}
LONG_REMEMBERED = {"session.timeout.ms": 600_000, "max.poll.interval.ms": 600_000}
"""Milliseconds that the group waits for a member that died."""


def problems(instance: Instance) -> str:
    page = instance.page("livez")
    return "" if page is None else page.text


@pytest.mark.parametrize("way", ANSWERS)
def test_one_that_is_ill_is_not_alive_and_says_where_it_stands(way: str, kafka: Broker, tmp_path: Path) -> None:
    status, told = ANSWERS[way]
    with Release("sick", kafka, tmp_path / "sick", IMPATIENT, program=(SICK, way)) as release:
        instance = release.instance
        instance.until_ready()
        well = instance.status_of("livez")
        instance.process.send(signal.SIGUSR1)
        release.go_on(1)
        wait_until(lambda: instance.status_of("livez") == status, within=SECONDS, what=f"/livez answers {status}")
        wait_until(lambda: told in instance.log.read_text(), within=SECONDS, what=f"{told!r} in the log")
        why = problems(instance)

    assert well == 200
    assert PROBLEMS.get(way, "") in why


def test_a_stopped_process_answers_no_probe_and_goes_on_when_it_is_let(kafka: Broker, tmp_path: Path) -> None:
    with Release("stopped", kafka, tmp_path / "stopped", {}) as release:
        instance = release.instance
        instance.until_ready()
        instance.process.send(signal.SIGSTOP)
        stopped = instance.status_of("livez")
        instance.process.send(signal.SIGCONT)
        wait_until(lambda: instance.status_of("livez") == 200, within=SECONDS, what="it lives again")

    assert stopped is None


def test_a_join_that_a_dead_member_holds_up_is_not_alive_and_the_log_tells_where_it_stands(
    kafka: Broker, tmp_path: Path
) -> None:
    options = {"CONSUMER_KAFKA__OPTIONS": json.dumps(LONG_REMEMBERED)}
    with Release("joining", kafka, tmp_path / "joining", IMPATIENT | options, program=(SICK, "not at all")) as release:
        release.instance.until_ready()
        release.instance.kill()
        instance = release.one_more()
        wait_until(lambda: instance.status_of("livez") == 503, within=SECONDS, what="/livez answers 503")
        why, dumped = problems(instance), LAST_THREAD in instance.log.read_text()

    assert "the group's join state is wait-join" in why
    assert dumped
