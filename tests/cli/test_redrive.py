"""`redrive` on a real broker, as a person at a prompt uses it."""

import shlex
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from consumer.adapters.kafka.sending_again import AgainSender
from consumer.cli.verbs import app
from tests.cli.dead_letters import Scene, a_letter, event_ids, redriven
from tests.testbed.parts import Broker

pytestmark = pytest.mark.kafka


def test_without_yes_it_says_what_it_would_send_and_sends_nothing(kafka: Broker) -> None:
    scene = Scene(kafka.bootstrap)
    scene.set_aside([scene.a_letter("r1"), scene.a_letter("r2"), scene.a_letter("r3", "404")])

    result = redriven(scene)

    assert result.exit_code == 0
    rows = [line.split()[:2] for line in result.stdout.splitlines() if line.strip()[:3] in {"731", "404"}]
    assert rows == [["731", "2"], ["404", "1"]]
    assert "3 dead letters would be sent again." in result.stdout
    assert "No earlier redrive is remembered." in result.stdout
    assert "vain" not in result.stdout
    assert scene.sent() == []


def test_a_letter_goes_back_as_it_was_with_one_redrive_more_and_the_note(kafka: Broker) -> None:
    scene = Scene(kafka.bootstrap)
    letter = scene.a_letter("r1", redrives=1)
    scene.set_aside([letter])

    result = redriven(scene, "--yes", "--note", "earn feed repaired")

    assert result.exit_code == 0
    (sent,) = scene.sent()
    assert (sent.key, sent.value) == (letter.key, letter.value)
    assert sent.headers == (("shop", b"north"), ("redrive-count", b"2"), ("redrive-note", b"earn feed repaired"))


def test_letters_left_out_once_can_be_sent_later_and_none_twice(kafka: Broker) -> None:
    scene = Scene(kafka.bootstrap)
    scene.set_aside([scene.a_letter(f"r{at}", "404" if at % 3 else "731") for at in range(9)])

    redriven(scene, "--reason", "731", "--yes")
    redriven(scene, "--limit", "2", "--yes")
    first = event_ids(scene.sent())
    redriven(scene, "--reason", "404", "731", "--yes")
    nothing = redriven(scene, "--yes")

    assert first == ["r0", "r3", "r6", "r1", "r2"]
    assert event_ids(scene.sent()) == ["r0", "r3", "r6", "r1", "r2", "r4", "r5", "r7", "r8"]
    assert "0 dead letters sent again." in nothing.stdout
    # All are sent: the progress is an offset, and what lies below it is not read again.
    assert "earlier redrive" not in nothing.stdout


def test_a_person_selects_by_customer_promotion_and_time(kafka: Broker) -> None:
    scene = Scene(kafka.bootstrap)
    scene.set_aside(
        [
            scene.a_letter("r1", customer=1, key=b"till-1"),
            scene.a_letter("r2", customer=2),
            scene.a_letter("r3", customer=1, promotion="p2"),
        ]
    )

    assert "1 dead letter would" in redriven(scene, "--promotion", "p2").stdout
    assert "0 dead letters would" in redriven(scene, "--since", "2999-01-01").stdout
    assert "3 dead letters would" in redriven(scene, "--since", "1h").stdout
    assert "0 dead letters would" in redriven(scene, "--until", "1h").stdout
    assert "3 dead letters would" in redriven(scene, "--since", "1h", "--until", "2999-01-01").stdout
    redriven(scene, "--customer", "1", "--yes")

    assert event_ids(scene.sent()) == ["r1", "r3"]


def test_one_letter_is_selected_by_its_partition_and_offset(kafka: Broker) -> None:
    scene = Scene(kafka.bootstrap, partitions=2)
    scene.set_aside([scene.a_letter("r1"), scene.a_letter("r2"), replace(scene.a_letter("r3"), partition=1)])

    assert "1 dead letter would" in redriven(scene, "--partition", "1").stdout
    # A transaction's marker stands between two letters.
    redriven(scene, "--partition", "0", "--offset", "2", "--yes")

    assert event_ids(scene.sent()) == ["r2"]


def test_the_dry_run_is_grouped_by_reason_and_by_where_the_letters_go(kafka: Broker) -> None:
    scene = Scene(kafka.bootstrap)
    scene.set_aside(
        [
            *(scene.a_letter(f"r{at}") for at in range(3)),
            a_letter("e1", scene.earns),
            a_letter("x1", "somebody-elses-topic"),
        ]
    )

    result = redriven(scene)

    rows = [line.split()[:3] for line in result.stdout.splitlines() if line.strip().startswith("731")]
    assert rows == [["731", "1", scene.earns], ["731", "3", scene.returns]]
    assert "1 without a dlt-topic that this service reads" in result.stdout


def test_the_dry_run_marks_what_a_redrive_cannot_help_and_forgets_no_earlier_one(kafka: Broker) -> None:
    scene = Scene(kafka.bootstrap)
    scene.set_aside([scene.a_letter("r1"), scene.a_letter("r2", "729"), scene.a_letter("r3", "invalid")])

    redriven(scene, "--yes", "--reason", "731")
    told = redriven(scene).stdout

    rows = [line.split()[:4] for line in told.splitlines() if line.strip().startswith(("729", "invalid"))]
    assert rows == [["729,", "in", "vain", "1"], ["invalid,", "in", "vain", "1"]]
    assert "In vain: these come back as they are" in told
    assert "No earlier redrive" not in told


def test_a_redrive_tells_first_how_to_go_on_with_it(kafka: Broker) -> None:
    scene = Scene(kafka.bootstrap)
    scene.set_aside([scene.a_letter("r1"), scene.a_letter("r2")])

    told = redriven(scene, "--yes", "--since", "1h", "--limit", "1").stderr.splitlines()[0]
    command = told.removeprefix("Should this be cut off, it goes on with: returns-consumer redrive ")
    went_on = redriven(scene, *shlex.split(command.removesuffix(" (--limit counts anew)")))

    assert "--since 20" in command
    assert went_on.exit_code == 0
    assert event_ids(scene.sent()) == ["r1", "r2"]


def test_a_customers_letters_are_sent_in_their_order_whatever_the_rate_and_the_cap(kafka: Broker) -> None:
    scene = Scene(kafka.bootstrap, partitions=3)
    of = {customer: [f"c{customer}-{at}" for at in range(8)] for customer in range(5)}
    rounds = [(customer, of[customer][at]) for at in range(8) for customer in of]
    scene.set_aside(
        replace(scene.a_letter(event_id, customer=customer), partition=customer % 3) for customer, event_id in rounds
    )

    for _ in range(6):
        redriven(scene, "--yes", "--limit", "7", "--rate", "1000")

    sent = event_ids(scene.sent())
    assert sorted(sent) == sorted(event_id for _, event_id in rounds)
    for customer, letters in of.items():
        assert [event_id for event_id in sent if event_id.startswith(f"c{customer}-")] == letters


def test_a_letter_sent_again_often_enough_stays(kafka: Broker) -> None:
    scene = Scene(kafka.bootstrap)
    scene.set_aside([scene.a_letter("r1", redrives=3), scene.a_letter("r2", redrives=2)])

    result = redriven(scene, "--yes")

    assert event_ids(scene.sent()) == ["r2"]
    assert "1 sent again as often as --max-redrives allows" in result.stdout
    redriven(scene, "--yes", "--max-redrives", "4")
    assert event_ids(scene.sent()) == ["r2", "r1"]


def test_a_second_redrive_ends_the_first(kafka: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(kafka.bootstrap)
    scene.set_aside([scene.a_letter("r1"), scene.a_letter("r2")])
    start = AgainSender.start

    def overtaken(sender: AgainSender) -> None:
        start(sender)
        monkeypatch.setattr(AgainSender, "start", start)
        assert redriven(scene, "--yes", "--limit", "1").exit_code == 0

    monkeypatch.setattr(AgainSender, "start", overtaken)
    result = redriven(scene, "--yes")

    assert result.exit_code == 1
    assert "another redrive of this group began, or the brokers ended this one's transaction" in result.stderr
    assert event_ids(scene.sent()) == ["r1"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--reason", "999"), "--reason"),
        (("--since", "soon"), "--since"),
        (("--since", "999999d"), "--since"),
        (("--until", "later"), "--until"),
        (("--offset", "7"), "--offset"),
        (("--rate", "0"), "--rate"),
        (("--rate", "inf"), "--rate"),
        (("--rate", "nan"), "--rate"),
    ],
)
def test_an_option_that_makes_no_sense_is_named(words: tuple[str, ...], named: str) -> None:
    settings = {
        "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "CONSUMER_API__BASE_URL": "http://127.0.0.1:1",
        "CONSUMER_API__AUTH": "none",
    }

    result = CliRunner().invoke(app, ["redrive", *words], env=settings)

    assert result.exit_code == 2
    assert result.stderr.startswith(f"{named}: ")


def test_a_topic_that_is_not_there_is_named(kafka: Broker) -> None:
    scene = Scene(kafka.bootstrap)
    scene.settings["CONSUMER_TOPICS__DEAD_LETTERS"] = "nowhere"

    result = redriven(scene)

    assert result.exit_code == 1
    assert "the dead-letter topic nowhere is not there" in result.stderr
