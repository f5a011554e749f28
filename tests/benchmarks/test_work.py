"""What the rivals are given to do, and how they are started."""

import json
from pathlib import Path

import pytest

from benchmarks.load import returns
from benchmarks.outcomes import EVENT
from benchmarks.rivals.work import OK, Answer, Job, Records, ask, wait_after
from benchmarks.stub import CUSTOMER, EARN
from benchmarks.subjects import SUBJECTS, Place, Subject

PLACE = Place(
    bootstrap="localhost:9092",
    topics={name: name for name in ("returns", "earns", "results", "dead_letters")},
    vendor=8001,
    port=8002,
    ledger="sqlite:///ledger.db",
)
RIVALS = [subject for subject in SUBJECTS if not subject.is_ours]


def test_a_rival_asks_for_the_earn_of_its_return() -> None:
    records = Records()
    _, (customer, value) = returns([70, 71])

    question = records.question(records.read(value))

    assert [CUSTOMER.findall(question), EARN.findall(question)] == [[b"71"], [b"1"]]
    assert customer == 71


def test_a_rivals_outcome_is_known_as_that_of_its_return() -> None:
    records = Records()
    _, (_, value) = returns([70, 71])

    outcome = records.outcome(records.read(value), ("returns", 3, 17), 1)

    assert [int(number) for number in EVENT.findall(outcome)[:1]] == [1]


def test_a_rival_asks_until_it_is_answered() -> None:
    answers = [None, Answer(status=503, retry_after=3.0), Answer(status=OK, retry_after=0.0)]
    waits: list[float] = []

    attempts = ask(lambda _: answers.pop(0), b"", waits.append)

    assert (attempts, waits) == (3, [0.5, 3.0])


@pytest.mark.parametrize(
    ("attempt", "answer", "seconds"),
    [
        (1, None, 0.5),
        (3, None, 2.0),
        (20, None, 60.0),
        (1, Answer(status=429, retry_after=7.0), 7.0),
    ],
)
def test_a_rival_waits_as_ours_does(attempt: int, answer: Answer | None, seconds: float) -> None:
    assert wait_after(attempt, answer) == seconds


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.name)
def test_a_rivals_command_is_a_module_and_its_job(rival: Subject) -> None:
    _, _, module, words = rival.command(PLACE)

    job = Job(**json.loads(words))

    assert Path(module.replace(".", "/") + ".py").exists()
    assert job.workers == (1 if rival.order == "serial" else 200)


def test_each_subject_has_a_name_of_its_own() -> None:
    names = [subject.name for subject in SUBJECTS]

    assert len(set(names)) == len(names)
