"""The demo is shown to people, and so it must be true: it plays to its end as told, and says so when it did not."""

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from consumer.core.dead_letter import REASONS
from consumer.core.model import Coordinates, CustomerId, EarnId, EventId, Millis, PromotionId, RequestId
from consumer.core.outcome import OutcomeCause, OutcomeStatus, RevokeOutcome, Verdict, VerdictKind
from consumer.core.plan import KeptReason
from consumer.sandbox import demo
from consumer.sandbox.demo import table
from consumer.sandbox.demo.ending import Day, Written, differences
from consumer.sandbox.demo.story import Chapter, Story
from consumer.sandbox.demo.telling import back, changed, earned, failed, revoked

SOMEBODY = CustomerId(7)
PLACE = Coordinates("return-transactions", 0, 0)
A_MINUTE = 60
"""The demo promises to need no more."""
CODES = {
    VerdictKind.ALREADY_REDEEMED: "729",
    VerdictKind.NOT_REVOCABLE: "730",
    VerdictKind.NOT_VALID: "731",
    VerdictKind.NOT_FOUND: "404",
    VerdictKind.REJECTED: "400",
    VerdictKind.EXHAUSTED: "500",
}


def shown(folder: Path, *, columns: int) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TMPDIR": str(folder), "COLUMNS": str(columns), "PYTHONWARNINGS": "default"}
    command = [sys.executable, "-m", "consumer", "demo"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=A_MINUTE, check=False)


def test_the_day_ends_as_told_and_shows_every_kind_of_outcome(tmp_path: Path) -> None:
    day = shown(tmp_path, columns=80)

    assert day.returncode == 0, day.stdout + day.stderr
    assert not day.stderr
    assert "stories ended as told" in day.stdout
    said = set(day.stdout.split())
    assert {*OutcomeStatus, *VerdictKind, OutcomeCause.LATE_EARN} <= said
    assert {*KeptReason, *REASONS} <= said
    for kind, code in CODES.items():
        assert f"{kind} {code}" in day.stdout
    left = list(tmp_path.iterdir())
    assert [file.suffix for file in left] == [".log"], "all but the service's log is cleaned up"
    assert str(left[0]) in day.stdout
    assert '"outcome"' in left[0].read_text()


def an_outcome(*verdicts: Verdict, status: OutcomeStatus = OutcomeStatus.REVOKED, calls: int = 1) -> RevokeOutcome:
    return RevokeOutcome(
        outcome_id="o1",
        event_id=EventId("return-B-1"),
        cause=OutcomeCause.RETURN,
        source=PLACE,
        org_id=None,
        customer_id=SOMEBODY,
        bill_numbers=(),
        status=status,
        verdicts=verdicts,
        error_codes=(),
        reason=None,
        dead_lettered=False,
        attempts=calls,
        request_ids=tuple(RequestId(f"call-{number}") for number in range(calls)),
        returned_at=None,
        decided_at=Millis(1),
    )


REVOKED = Verdict(promotion_id=PromotionId("coffee"), earn_id=EarnId("e1"), kind=VerdictKind.REVOKED)
REDEEMED = replace(REVOKED, kind=VerdictKind.ALREADY_REDEEMED, code=729, message="spent")
STORY = Story(title="A cup comes back", returns=(back(SOMEBODY, "B-1", "FULL", revoked()),), most_calls=2)


def a_day(story: Story, outcomes: Sequence[RevokeOutcome], letters: Iterable[str] = ()) -> Day:
    written = [Written(story=story, told=told, source=PLACE) for told in story.returns]
    return Day(written=written, outcomes={PLACE: outcomes}, letters={PLACE: list(letters)})


def test_a_story_that_ends_as_told_differs_in_nothing() -> None:
    assert not list(differences(STORY, a_day(STORY, [an_outcome(REVOKED)])))


@pytest.mark.parametrize(
    "outcomes",
    [
        pytest.param([], id="no outcome"),
        pytest.param([an_outcome(REVOKED), an_outcome(REVOKED)], id="two outcomes"),
        pytest.param([an_outcome(REVOKED, status=OutcomeStatus.FAILED)], id="another status"),
        pytest.param([an_outcome(REDEEMED)], id="another verdict"),
        pytest.param([an_outcome(REVOKED, REVOKED)], id="one verdict too many"),
        pytest.param([replace(an_outcome(REVOKED), cause=OutcomeCause.LATE_EARN)], id="another cause"),
        pytest.param([an_outcome(REVOKED, calls=3)], id="too many calls"),
    ],
)
def test_a_story_that_ends_otherwise_is_told(outcomes: list[RevokeOutcome]) -> None:
    assert len(list(differences(STORY, a_day(STORY, outcomes)))) == 1


def test_a_dead_letter_that_nobody_told_is_a_difference() -> None:
    (difference,) = differences(STORY, a_day(STORY, [an_outcome(REVOKED)], letters=["731"]))

    assert "dead letter 731" in difference
    assert STORY.title in difference


def test_an_earn_that_must_lead_to_nothing_and_does_not_is_told() -> None:
    kept = Story(title="Kept", returns=(), late=(earned(SOMEBODY, "B-1", "coffee"),))
    day = Day(
        written=[Written(story=kept, told=kept.late[0], source=PLACE)], outcomes={PLACE: [an_outcome()]}, letters={}
    )

    assert len(list(differences(kept, day))) == 1


def test_every_record_of_the_earn_feed_has_an_id_of_its_own() -> None:
    assert changed(SOMEBODY, "B-1", "coffee", "REVOKED").value != earned(SOMEBODY, "B-1", "coffee").value


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_a_table_keeps_to_its_width_and_breaks_no_name(width: int) -> None:
    story = replace(STORY, returns=(back(SOMEBODY, "B-1", "FULL", failed("ALREADY_REDEEMED 729", letter="729")),))
    outcome = an_outcome(REDEEMED, status=OutcomeStatus.NOTHING_TO_REVOKE)
    day = a_day(story, [outcome], letters=["undecodable"])
    console = Console(width=width)

    with console.capture() as captured:
        console.print(table.chapter(Chapter(title="Noon", note="Hot", stories=(story,)), day, width))

    lines = captured.get().splitlines()
    assert max(len(line) for line in lines) <= width
    assert {"NOTHING_TO_REVOKE", "ALREADY_REDEEMED", "undecodable"} <= set(captured.get().split())


def test_a_day_that_goes_otherwise_exits_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    async def shows_a_bad_day(_: Console) -> bool:
        return False

    monkeypatch.setattr(demo, "show", shows_a_bad_day)

    with pytest.raises(SystemExit) as ended:
        demo.main()

    assert ended.value.code == 1
