"""`redrive --export` on a real broker: a line for each letter, whatever comes between."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from consumer.adapters.kafka.attempt import Fatal
from consumer.adapters.kafka.sending_again import AgainSender
from consumer.cli.export import Export
from consumer.core.redrive import Letter
from consumer.flow import redrive
from tests.cli.dead_letters import Scene, event_ids, redriven
from tests.testbed.parts import Broker

pytestmark = pytest.mark.kafka


def test_the_export_has_a_line_for_each_letter(kafka: Broker, tmp_path: Path) -> None:
    scene = Scene(kafka.bootstrap)
    scene.set_aside([scene.a_letter("r1"), scene.a_letter("r2", "404")])

    redriven(scene, "--reason", "731", "--export", str(tmp_path / "letters.jsonl"))

    (line,) = (tmp_path / "letters.jsonl").read_text().splitlines()
    told = json.loads(line)
    assert (told["event_id"], told["reason"], told["offset"]) == ("r1", "731", 0)
    assert told["headers"]["dlt-topic"] == scene.returns
    assert told["record"]["bill_number"] == "B-1"
    assert scene.sent() == []


def test_what_is_sent_can_be_exported_too_be_it_readable_or_not(kafka: Broker, tmp_path: Path) -> None:
    scene = Scene(kafka.bootstrap)
    scene.set_aside([scene.a_letter("r1"), replace(scene.a_letter("", "undecodable"), value=b"\x05\xff")])

    redriven(scene, "--yes", "--export", str(tmp_path / "letters.jsonl"))

    told = [json.loads(line) for line in (tmp_path / "letters.jsonl").read_text().splitlines()]
    assert [each["reason"] for each in told] == ["731", "undecodable"]
    assert (told[1]["record"], told[1]["value_base64"]) == (None, "Bf8=")
    assert len(scene.sent()) == 2


def test_the_export_is_a_new_file_for_its_owner_only(kafka: Broker, tmp_path: Path) -> None:
    scene, file = Scene(kafka.bootstrap), tmp_path / "letters.jsonl"
    scene.set_aside([scene.a_letter("r1")])

    redriven(scene, "--export", str(file))
    again = redriven(scene, "--yes", "--export", str(file))

    assert (again.exit_code, again.stderr) == (2, f"--export: {file} is there already; name a new file\n")
    assert len(file.read_text().splitlines()) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert scene.sent() == []


def test_an_export_to_stdout_leaves_the_words_to_stderr(kafka: Broker) -> None:
    scene = Scene(kafka.bootstrap)
    scene.set_aside([scene.a_letter("r1"), scene.a_letter("r2")])

    result = redriven(scene, "--export", "-")

    assert [json.loads(line)["event_id"] for line in result.stdout.splitlines()] == ["r1", "r2"]
    assert "2 dead letters would be sent again." in result.stderr


def test_a_disk_that_is_full_stops_the_redrive_and_it_says_how_far_it_came(
    kafka: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, file = Scene(kafka.bootstrap), tmp_path / "letters.jsonl"
    scene.set_aside([scene.a_letter(f"r{at}") for at in range(4)])
    write = Export.write

    def full(export: Export, letter: Letter) -> None:
        if export.written == 3:
            raise OSError(28, "No space left on device")
        write(export, letter)

    monkeypatch.setattr(redrive, "LARGEST_BATCH", 2)
    monkeypatch.setattr(Export, "write", full)
    result = redriven(scene, "--yes", "--export", str(file))

    assert result.exit_code == 1
    assert event_ids(scene.sent()) == ["r0", "r1"]
    assert len(file.read_text().splitlines()) == 3
    assert result.stderr.splitlines()[1:] == [
        "at least 2 letters were sent; what is left goes on with the command above",
        "the last lines of the export, 1 of them, are of letters that may not have been sent",
        "error: [Errno 28] No space left on device",
    ]


def test_what_is_sent_is_in_the_export_though_the_brokers_fail_then(
    kafka: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, file = Scene(kafka.bootstrap), tmp_path / "letters.jsonl"
    scene.set_aside([scene.a_letter("r1")])
    send = AgainSender.send

    def unheard(sender: AgainSender, *what: object) -> None:
        send(sender, *what)  # type: ignore[arg-type] # as it was called
        if what[0]:
            raise Fatal("no answer")

    monkeypatch.setattr(AgainSender, "send", unheard)
    result = redriven(scene, "--yes", "--export", str(file))

    assert event_ids(scene.sent()) == ["r1"]
    assert json.loads(file.read_text())["event_id"] == "r1"
    assert "at least 0 letters were sent" in result.stderr
