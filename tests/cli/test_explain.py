"""`explain`, on a ledger that holds a story of every kind."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consumer.adapters.avro import REVOKE_OUTCOME, OutcomeCodec, load_schema
from consumer.adapters.ledger import migrate, open_ledger
from consumer.cli.verbs import app
from consumer.core.model import (
    BillNumber,
    Coordinates,
    EarnEvent,
    EarnKind,
    EarnState,
    EventId,
    Millis,
    RequestId,
)
from consumer.core.outcome import OutcomeCause, OutcomeStatus, RevokeOutcome, VerdictKind
from consumer.ports import Opened, Opening, SettledEarn, SettledReturn, Settlement, Told
from tests.builders import (
    BILL,
    BOUGHT_AT,
    CUSTOMER,
    ORG,
    RETURNED_AT,
    a_call,
    a_verdict,
    an_earn,
    an_earn_event,
    an_outcome,
    coordinates,
    goods,
)

CODEC = OutcomeCodec(load_schema(REVOKE_OUTCOME), registry=None, results_topic="results")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CONSUMER_")]:
        monkeypatch.delenv(name)


def explained(url: str, *words: str) -> Result:
    environ = {
        "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "CONSUMER_API__BASE_URL": "http://127.0.0.1:1",
        "CONSUMER_API__AUTH": "none",
        "CONSUMER_API__ORG_ID": ORG,
        "CONSUMER_LEDGER__URL": url,
    }
    return CliRunner().invoke(app, ["explain", *words], env=environ)


def opening(event_id: str, at: Coordinates, redrive: int = 0, bill: str = BILL) -> Opening:
    return Opening(
        source=at,
        org_id=ORG,
        event_id=EventId(event_id),
        redrive=redrive,
        customer_id=CUSTOMER,
        eligible=True,
        purchased_at=BOUGHT_AT,
        returned_at=RETURNED_AT,
        bill_numbers=(BillNumber(bill),),
        goods=(goods({"1": 2.0}, bill=bill),),
    )


def settled(opened: Opening, outcome: RevokeOutcome) -> SettledReturn:
    call = a_call([each.earn_id for each in outcome.verdicts if each.kind is not VerdictKind.KEPT_BY_POLICY])
    return SettledReturn(
        source=opened.source,
        org_id=ORG,
        event_id=opened.event_id,
        redrive=opened.redrive,
        outcome=CODEC.encode(outcome),
        calls=(replace(call, at=Millis(outcome.decided_at - 1), codes=outcome.error_codes),)
        if outcome.attempts
        else (),
    )


class Clock:
    """An hour passes between what is written."""

    def __init__(self) -> None:
        self.now = Millis(RETURNED_AT)

    def __call__(self) -> Millis:
        return self.now

    def later(self) -> Millis:
        self.now = Millis(self.now + 3_600_000)
        return self.now


async def write(url: str) -> None:
    """A return that took one earn, left one, failed with one; then a redrive of it, then a late earn."""
    clock = Clock()
    migrate(url)
    ledger = open_ledger(url, now=clock)
    await ledger.start()
    taken, kept, failed = an_earn("e1", lines=["1"]), an_earn("e2", lines=["2"]), an_earn("e3", lines=["1"])
    await ledger.tell([told(earn_event, at) for at, earn_event in enumerate(map(an_earn_event, (taken, kept, failed)))])
    clock.later()
    first = opening("r1", coordinates(5))
    (arrived,) = await ledger.open([first])
    assert isinstance(arrived, Opened)
    outcome = an_outcome(
        a_verdict(VerdictKind.REVOKED, "e1"),
        a_verdict(VerdictKind.NOT_VALID, "e3", code=731, message="Earn id is not valid"),
        a_verdict(VerdictKind.KEPT_BY_POLICY, "e2", message="other-line"),
        status=OutcomeStatus.PARTLY_REVOKED,
        error_codes=(731,),
        dead_lettered=True,
        attempts=1,
        request_ids=(RequestId("req-1"),),
        decided_at=clock.later(),
    )
    await ledger.settle(
        Settlement(returns=(settled(first, outcome),), states=((taken.key, EarnState.REVOKED, first.source),))
    )
    clock.later()
    again = opening("r1", coordinates(9), redrive=1)
    await ledger.open([again])
    second = replace(outcome, cause=OutcomeCause.REDRIVE, source=again.source, decided_at=clock.later())
    await ledger.settle(Settlement(returns=(settled(again, second),)))
    clock.later()
    late = told(an_earn_event(an_earn("e4", lines=["1"])), 3)
    await ledger.tell([late])
    third = an_outcome(
        a_verdict(VerdictKind.REVOKED, "e4"),
        cause=OutcomeCause.LATE_EARN,
        source=late.source,
        status=OutcomeStatus.REVOKED,
        attempts=1,
        request_ids=(RequestId("req-2"),),
        decided_at=clock.later(),
    )
    await ledger.settle(
        Settlement(
            late=(
                SettledEarn(
                    source=late.source,
                    earn=late.event.key,
                    outcome=CODEC.encode(third),
                    calls=(a_call(["e4"], at=third.decided_at, end="timeout", request_id=None),),
                ),
            ),
            states=((late.event.key, EarnState.REVOKED, late.source),),
        )
    )
    ledger.close()


def told(event: EarnEvent, at: int) -> Told:
    assert event.kind is EarnKind.EARNED
    return Told(source=coordinates(at, topic="earn-events"), redrive=0, event=event)


@pytest.fixture
async def written(url: str) -> str:
    await write(url)
    return url


def test_the_story_of_a_return_is_told_in_the_order_of_time(written: str) -> None:
    result = explained(written, "r1", "--json")

    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert [each["kind"] for each in told["story"]] == [
        *["earned"] * 4,
        "returned",
        "arrived",
        "called",
        "decided",
        "redriven",
        "called",
        "decided",
        "late-earn",
        "called",
        "decided-late",
    ]
    assert told["story"][7]["outcome"]["request_ids"] == ["req-1"]
    assert told["story"][7]["outcome"]["source"] == {"topic": "return-transactions", "partition": 0, "offset": 0}
    assert told["story"][6]["call"] == {
        "at": told["story"][7]["at"] - 1,
        "kind": "revoke",
        "earns": ["e1", "e3"],
        "of": 2,
        "end": "200",
        "request_id": "req-1",
        "codes": [731],
    }
    assert {each["earn_id"]: each["state"] for each in told["now"]} == {
        "e1": "revoked",
        "e2": "held",
        "e3": "held",
        "e4": "revoked",
    }


def test_a_person_is_told_everything_in_plain_words(written: str) -> None:
    result = explained(written, "r1")

    assert result.exit_code == 0
    for words in (
        f"Customer {CUSTOMER} returned 2 of line 1 of bill {BILL} (return r1).",
        "e1 of promotion p1: taken back.",
        "e2 of promotion p1: left with the customer: it was earned by goods that were not returned.",
        "e3 of promotion p1: could not be taken back: the vendor says that there is no such valid earn (code 731)",
        "the vendor was asked to take back e1, e3: it answered HTTP 200 with the code 731, request id req-1.",
        "the vendor was asked to take back e4: no answer came in time.",
        "The vendor was called once; request ids req-1.",
        "as a dead letter with the reason 731",
        "A person sent the return r1 again (return-transactions/0/9).",
        "Word of the earn e4 reached us only now, after the return.",
        "Decided on the late earn of the return r1: ",
        "e2 of promotion p1 is still the customer's.",
    ):
        assert words in result.stdout


def test_where_there_is_a_dead_letter_the_last_line_leads_to_the_topics(written: str) -> None:
    last = explained(written, "r1").stdout.splitlines()[-1]

    assert last == "There is a dead letter: add --topics to see whether it was sent again."


async def test_where_there_is_no_dead_letter_nothing_leads_to_the_topics(url: str) -> None:
    migrate(url)
    ledger = open_ledger(url)
    await ledger.start()
    opened = opening("r2", coordinates(5))
    await ledger.open([opened])
    await ledger.settle(Settlement(returns=(settled(opened, an_outcome()),)))
    ledger.close()

    result = explained(url, "r2")

    assert (result.exit_code, "--topics" in result.stdout) == (0, False)


@pytest.mark.parametrize("words", [("--bill", BILL), ("--earn", "e3"), ("--customer", str(CUSTOMER))])
def test_the_same_story_is_found_by_other_names(written: str, words: tuple[str, str]) -> None:
    by_event = json.loads(explained(written, "r1", "--json").stdout)

    assert json.loads(explained(written, *words, "--json").stdout)["story"] == by_event["story"]


@pytest.mark.parametrize("words", [("r9",), ("--bill", "B-9"), ("--earn", "e9"), ("--customer", "9")])
def test_what_the_ledger_does_not_know_ends_with_1_and_a_sentence(written: str, words: tuple[str, ...]) -> None:
    result = explained(written, *words, "--no-topics")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("The ledger knows nothing of the ")


def test_a_ledger_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    result = explained(f"sqlite:///{tmp_path / 'nowhere.db'}", "r1")

    assert result.exit_code == 1
    assert result.stderr == f"error: there is no ledger in {tmp_path / 'nowhere.db'}\n"
    assert list(tmp_path.iterdir()) == []


def test_one_thing_must_be_asked_about(tmp_path: Path) -> None:
    assert explained(f"sqlite:///{tmp_path / 'nowhere.db'}").exit_code == 2
    assert explained(f"sqlite:///{tmp_path / 'nowhere.db'}", "r1", "--bill", "B-1").exit_code == 2
