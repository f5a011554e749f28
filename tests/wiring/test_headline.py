"""The sentence for a person who was just woken."""

from dataclasses import replace
from pathlib import Path

import pytest

from consumer.adapters.kafka import KafkaStatus, PartitionStatus, Stage
from consumer.core.phase import HOLDS, Hold, Phase
from consumer.ports import Partition
from consumer.wiring.headline import GRAVEST_FIRST, HELD, Moment, headline
from tests.wiring.a_view import a_status

RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"
OURS = PartitionStatus(
    partition=Partition("returns", 0), epoch=1, watermark=7, open=2, map_used_ratio=0.1, paused=False
)


def a_moment(phase: Phase = Phase.RUNNING, *holds: Hold, **more: object) -> Moment:
    """A running instance with two open records, the oldest 3 s old."""
    moment = Moment(
        phase=phase,
        holds=frozenset(holds),
        kafka=a_status(partitions=(OURS,)),
        problems=(),
        open=2,
        oldest=3.0,
        calls=1,
        oldest_call=0.4,
        next_try=None,
        quota_used=0.2,
    )
    return replace(moment, **more)  # type: ignore[arg-type] # fields of any type


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("moment", "tone", "sentence"),
    [
        (a_moment(), "good", "Running: 2 records open, the oldest 3 s old."),
        (a_moment(oldest=None), "good", "Running: 2 records open."),
        (a_moment(open=0, oldest=None), "good", "Running: all that came is answered."),
        (a_moment(oldest=720.0), "waits", "Running, but the oldest open record is 12 min old."),
        (
            a_moment(kafka=a_status(), open=0, oldest=None),
            "quiet",
            "Running without partitions: the other instances have them all.",
        ),
        (
            a_moment(kafka=a_status(partitions=(OURS,), join_state="no-coordinator")),
            "waits",
            "Running, but Kafka does not answer: the group's coordinator is away.",
        ),
        (
            a_moment(kafka=a_status(join_state="wait-join")),
            "quiet",
            "Running: the group shares its partitions out anew.",
        ),
        (a_moment(Phase.HOLDING, "api"), "waits", "Holding: the vendor does not answer."),
        (a_moment(Phase.HOLDING, "quota"), "waits", "Holding: the vendor asked for fewer calls (429)."),
        (a_moment(Phase.HOLDING, "credentials"), "bad", "Holding: the vendor refuses our credentials."),
        (a_moment(Phase.HOLDING, "ledger"), "waits", "Holding: the ledger's database does not answer."),
        (a_moment(Phase.HOLDING, "flood"), "bad", "Holding: too many records would become dead letters."),
        (a_moment(Phase.HOLDING), "good", "It held, and is about to go on."),
        (
            a_moment(Phase.STARTING, "ledger"),
            "waits",
            "The start waits for the ledger's database: it does not answer.",
        ),
        (
            a_moment(Phase.STARTING, kafka=KafkaStatus()),
            "quiet",
            "Starting: the ledger and the schemas are opened first.",
        ),
        (
            a_moment(Phase.STARTING, kafka=a_status(stage=Stage.WAITING, missing_topics=("a", "b"))),
            "bad",
            "The start waits for topics that do not exist: a, b.",
        ),
        (
            a_moment(Phase.STARTING, kafka=a_status(stage=Stage.WAITING)),
            "waits",
            "The start waits for Kafka: no broker answers.",
        ),
        (
            a_moment(Phase.STARTING, kafka=a_status(stage=Stage.JOINING)),
            "quiet",
            "Starting: the group has not taken it in yet.",
        ),
        (a_moment(Phase.DRAINING), "quiet", "Stopping, as it was told."),
        (a_moment(Phase.STOPPED), "quiet", "Stopped."),
        (a_moment(problems=("no poll for 61 s",)), "bad", "It hangs: no poll for 61 s."),
        (a_moment(Phase.STOPPED, problems=("the Kafka thread has ended: as asked",)), "quiet", "Stopped."),
    ],
)
def test_the_sentence_says_the_gravest_thing_that_is_so(moment: Moment, tone: str, sentence: str) -> None:
    told = headline(moment)

    assert (told.tone, plain(told.sentence)) == (tone, sentence)
    assert moment.phase.value.capitalize() == told.phase
    assert told.runbook is None or (RUNBOOKS / f"{told.runbook}.md").exists()


def test_every_hold_has_its_words() -> None:
    assert HELD.keys() == set(HOLDS) == set(GRAVEST_FIRST)


@pytest.mark.parametrize(("wait", "when"), [(12.3, "comes in 12 s"), (0.0, "is under way"), (None, "is under way")])
@pytest.mark.parametrize("hold", ["api", "quota", "credentials"])
def test_a_hold_that_ends_by_itself_says_when_it_is_tried_again(hold: Hold, wait: float | None, when: str) -> None:
    assert when in plain(headline(a_moment(Phase.HOLDING, hold, next_try=wait)).more)


def test_of_several_holds_the_gravest_leads_and_the_others_are_named() -> None:
    told = headline(a_moment(Phase.HOLDING, "quota", "flood", "ledger"))

    assert told.runbook == "ReturnsFloodHeld"
    assert told.more.endswith("It holds for ledger and quota too.")


def test_old_records_under_a_used_up_quota_are_put_down_to_the_quota() -> None:
    told = headline(a_moment(oldest=720.0, quota_used=0.97))

    assert (told.more, told.runbook) == ("The quota is used up: calls wait for their turn.", "ReturnsQuotaSaturated")


def test_a_stop_says_what_it_still_waits_for() -> None:
    assert headline(a_moment(Phase.DRAINING, calls=3)).more.startswith("3 calls under way may end first")
