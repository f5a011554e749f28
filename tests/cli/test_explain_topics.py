"""`explain` where the ledger does not know, or not all: the outcomes and the dead letters of a real broker."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consumer.adapters.avro import REVOKE_OUTCOME, OutcomeCodec, load_schema
from consumer.adapters.ledger import migrate
from consumer.cli.verbs import app
from consumer.core.model import EventId
from consumer.core.outcome import OutcomeStatus, RevokeOutcome
from consumer.wiring import explaining
from tests.builders import an_outcome
from tests.cli.dead_letters import Scene
from tests.testbed.parts import Broker
from tests.testbed.topics import ToProduce, produce

CODEC = OutcomeCodec(load_schema(REVOKE_OUTCOME), registry=None, results_topic="results")
INVALID = an_outcome(
    event_id=EventId("r2"), status=OutcomeStatus.INVALID, dead_lettered=True, reason="invalid: no sense"
)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CONSUMER_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def scene(kafka: Broker, tmp_path: Path) -> Scene:
    """Topics of a test's own, and a ledger that knows nothing."""
    made = Scene(kafka.bootstrap)
    made.settings["CONSUMER_LEDGER__URL"] = f"sqlite:///{tmp_path / 'ledger.db'}"
    migrate(made.settings["CONSUMER_LEDGER__URL"])
    return made


def publish(scene: Scene, *outcomes: RevokeOutcome) -> None:
    """As the service does: the event id is in a header too."""
    records = [
        ToProduce(
            value=CODEC.publish(CODEC.encode(outcome)),
            key=b"4711",
            headers=(("event-id", (outcome.event_id or "").encode()),),
        )
        for outcome in outcomes
    ]
    produce(scene.bootstrap, scene.results, records)


def explained(scene: Scene, *words: str) -> Result:
    result = CliRunner().invoke(app, ["explain", *words], env=scene.settings)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.kafka
def test_what_no_ledger_keeps_is_found_in_the_topics(scene: Scene) -> None:
    publish(scene, an_outcome(), INVALID)
    scene.set_aside([scene.a_letter("r1"), scene.a_letter("r2", "invalid")])

    result = explained(scene, "r2")

    assert result.exit_code == 0, result.output
    assert "The story of the return r2, from the ledger and the topics." in result.stdout
    assert "Decided on the return r2: the record made no sense (INVALID)." in result.stdout
    assert f"set aside as the dead letter {scene.letters}/0/2, with the reason invalid" in result.stdout
    assert "It waits there for a person" in result.stdout
    assert "r1" not in result.stdout
    assert f": 2 of {scene.results}, 2 of {scene.letters}." in result.stdout


@pytest.mark.kafka
def test_the_topics_are_looked_through_without_a_ledger_where_the_person_asks_for_them(
    scene: Scene, tmp_path: Path
) -> None:
    scene.settings["CONSUMER_LEDGER__URL"] = f"sqlite:///{tmp_path / 'nowhere.db'}"
    scene.set_aside([scene.a_letter("r2", "invalid")])

    result = explained(scene, "r2", "--topics")

    assert result.exit_code == 0, result.output
    assert f"set aside as the dead letter {scene.letters}/0/0, with the reason invalid" in result.stdout
    assert result.stderr == f"warning: there is no ledger in {tmp_path / 'nowhere.db'}; only the topics are asked\n"


@pytest.mark.kafka
@pytest.mark.parametrize("words", [("--bill", "B-1"), ("--customer", "4711"), ("--earn", "e1")])
def test_it_is_found_by_other_names_too(scene: Scene, words: tuple[str, str]) -> None:
    scene.set_aside([scene.a_letter("r2", "731")])

    told = json.loads(explained(scene, *words, "--json").stdout)

    (happening,) = told["story"]
    assert (happening["kind"], happening["dead_letter"]["reason"]) == ("set-aside", "731")
    assert happening["dead_letter"]["source"] == {"topic": scene.letters, "partition": 0, "offset": 0}
    assert happening["dead_letter"]["sent_again"] is False
    assert told["topics"][scene.letters] == {"records": 1, "is_cut": False}


@pytest.mark.kafka
def test_a_letter_that_was_redriven_is_told_so(scene: Scene) -> None:
    scene.set_aside([scene.a_letter("r1"), scene.a_letter("r2", "404")])
    CliRunner().invoke(app, ["redrive", "--yes", "--reason", "404"], env=scene.settings)

    assert "It waits there for a person" in explained(scene, "r1").stdout
    assert "A person has sent it again since." in explained(scene, "r2").stdout
    CliRunner().invoke(app, ["redrive", "--yes"], env=scene.settings)
    # Now all are sent, and the progress is an offset beyond both.
    assert "A person has sent it again since." in explained(scene, "r1").stdout


@pytest.mark.kafka
def test_nothing_is_found_before_the_moment_that_is_asked_for(scene: Scene) -> None:
    publish(scene, INVALID)

    result = explained(scene, "r2", "--since", "2999-01-01")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        "The ledger knows nothing of the return r2, and the topics have nothing since 2999-01-01 00:00:00 (UTC)"
    )


@pytest.mark.kafka
def test_the_topics_are_left_alone_when_asked(scene: Scene) -> None:
    publish(scene, INVALID)

    result = explained(scene, "r2", "--no-topics")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "Add --topics to look among the outcomes and the dead letters." in result.stderr


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ((), "The ledger knows nothing of the return r2, and the topics cannot be asked (Kafka at "),
        (("--topics",), "error: Kafka at "),
    ],
)
def test_brokers_that_are_away_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...], begins: str
) -> None:
    monkeypatch.setattr(explaining, "PATIENCE", 0.3)
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    migrate(url)
    environ = {
        "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "CONSUMER_API__BASE_URL": "http://127.0.0.1:1",
        "CONSUMER_API__AUTH": "none",
        "CONSUMER_LEDGER__URL": url,
    }

    result = CliRunner().invoke(app, ["explain", "r2", *words], env=environ)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(begins)


@pytest.mark.parametrize("since", ["soon", "999999d", "999999999999999"])
def test_a_moment_that_is_none_is_named(since: str, tmp_path: Path) -> None:
    environ = {
        "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "CONSUMER_API__BASE_URL": "http://127.0.0.1:1",
        "CONSUMER_API__AUTH": "none",
        "CONSUMER_LEDGER__URL": f"sqlite:///{tmp_path / 'ledger.db'}",
    }

    result = CliRunner().invoke(app, ["explain", "r2", "--since", since], env=environ)

    assert (result.exit_code, result.stderr.startswith("--since: ")) == (2, True)
