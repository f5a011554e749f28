"""A store that goes away in the middle of a group is waited for, and nothing happens twice."""

import asyncio
import threading
import traceback
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from consumer.adapters.ledger import SqlLedger, group
from consumer.adapters.ledger.database import database_at
from consumer.adapters.ledger.holding import FIRST_PAUSE, LONGEST_PAUSE, Refused, pause_after, reason_of
from consumer.core.model import EarnState
from consumer.ports import Opened, Partition, Settled, Settlement, TellResult
from tests.builders import an_earn
from tests.contracts.ledger.conftest import Clock
from tests.contracts.ledger.cut import AWAY, BACK, Cut, breakable_ledger
from tests.contracts.ledger.values import (
    E1,
    LEASE,
    NOW,
    a_claim,
    an_opening,
    at,
    earn_now,
    fed,
    granted,
    late_earn,
    open_one,
    opened,
    settled_late,
    settled_return,
    tell_one,
    told,
)

Breaking = Callable[[Cut], None]
MOMENTS = [
    pytest.param(lambda cut: cut.before("BEGIN"), id="before the transaction"),
    pytest.param(lambda cut: cut.before("SELECT"), id="before the first look"),
    pytest.param(lambda cut: cut.before("INSERT"), id="before the first insert"),
    pytest.param(lambda cut: cut.after("INSERT"), id="after the first insert"),
    pytest.param(lambda cut: cut.before("UPDATE"), id="before the first update"),
    pytest.param(lambda cut: cut.after("UPDATE"), id="after the first update"),
    pytest.param(lambda cut: cut.before("COMMIT"), id="before the commit"),
    pytest.param(lambda cut: cut.after("COMMIT"), id="after the commit"),
    pytest.param(lambda cut: cut.before("BEGIN", 3), id="thrice before the transaction"),
    pytest.param(lambda cut: cut.after("COMMIT", 2), id="twice after the commit"),
]


@pytest.fixture
def cut() -> Cut:
    return Cut()


@pytest.fixture
async def ledger(stored_url: str, cut: Cut, clock: Clock) -> AsyncIterator[SqlLedger]:
    ledger = breakable_ledger(stored_url, cut, clock)
    await ledger.start()
    yield ledger
    ledger.close()


@pytest.mark.parametrize("breaking", MOMENTS)
async def test_every_operation_happens_once_wherever_the_store_breaks(
    ledger: SqlLedger, cut: Cut, breaking: Breaking
) -> None:
    opening, late = an_opening(), told(an_earn("e2", bill="B-2"), fed(1))

    breaking(cut)
    assert await tell_one(ledger, told()) is TellResult.NOTED
    breaking(cut)
    assert (await opened(ledger, opening)).earns == (an_earn(),)
    breaking(cut)
    assert (await granted(ledger, a_claim(at()))).uncertain == frozenset()
    breaking(cut)
    settlement = Settlement(returns=(settled_return(opening, b"o"),), states=((E1, EarnState.REVOKED, at()),))
    assert await ledger.settle(settlement) == {at(): b"o"}
    breaking(cut)
    assert await open_one(ledger, opening) == Settled(outcome=b"o")
    breaking(cut)
    assert await tell_one(ledger, late) is TellResult.NOTED
    breaking(cut)
    assert await ledger.settle(settled_late(late)) == {fed(1): b"late"}
    breaking(cut)
    assert (await late_earn(ledger, late)).settled == b"late"
    cut.times = 0
    assert await earn_now(ledger) == an_earn(state=EarnState.REVOKED, claim=str(at()))


async def test_a_claim_in_doubt_before_the_store_broke_is_in_doubt_after(ledger: SqlLedger, cut: Cut) -> None:
    await ledger.tell([told()])
    await ledger.claim(a_claim(at()))
    cut.after("COMMIT")

    assert (await granted(ledger, a_claim(at()))).uncertain == {E1}


async def test_a_claim_taken_over_stays_in_doubt_when_the_store_breaks(ledger: SqlLedger, cut: Cut) -> None:
    await ledger.tell([told()])
    await ledger.claim(a_claim(at()))
    cut.after("COMMIT")

    assert (await granted(ledger, a_claim(at(1), now=NOW + LEASE + 1))).uncertain == {E1}


async def test_a_break_while_reading_writes_nothing_again(ledger: SqlLedger, cut: Cut) -> None:
    cut.heard.clear()
    cut.before("SELECT returned_goods")

    assert isinstance(await open_one(ledger, an_opening()), Opened)
    inserts = [statement for statement in cut.heard if statement.startswith("INSERT")]
    assert len(inserts) == 2
    assert cut.errors == ["read"]


async def test_while_the_store_is_away_the_ledger_says_that_it_holds(ledger: SqlLedger, cut: Cut) -> None:
    cut.before("BEGIN", 4)

    await ledger.open([an_opening()])

    assert cut.held == [AWAY, BACK]
    assert cut.errors == ["write"] * 4
    assert len(cut.pauses) == 4


async def test_a_table_or_a_right_that_is_missing_is_waited_for_too(ledger: SqlLedger, cut: Cut) -> None:
    cut.kind = ProgrammingError
    cut.before("BEGIN", 2)

    assert isinstance(await open_one(ledger, an_opening()), Opened)

    assert cut.held == [AWAY, BACK]


def test_what_a_statement_is_given_is_in_no_error(stored_url: str) -> None:
    with database_at(stored_url).engine.connect() as connection, pytest.raises(DBAPIError) as told_here:
        connection.execute(text("SELECT nothing FROM nowhere WHERE customer = :customer"), {"customer": "whose-return"})

    assert "whose-return" not in str(told_here.value)


async def test_the_calls_of_many_lanes_share_commits(ledger: SqlLedger, cut: Cut) -> None:
    cut.groups.clear()
    cut.heard.clear()

    await asyncio.gather(*(ledger.open([an_opening(f"r{n}", at(n))]) for n in range(200)))

    assert sum(cut.groups) == 200
    assert len(cut.groups) < 20
    assert cut.heard.count("COMMIT") == len(cut.groups)


async def test_an_operation_of_each_kind_may_share_a_group(ledger: SqlLedger) -> None:
    await ledger.tell([told()])

    told_now, opened_now, answer, stands = await asyncio.gather(
        ledger.tell([told(source=fed(1))]),
        ledger.open([an_opening()]),
        ledger.claim(a_claim(at())),
        ledger.settle(Settlement(release=((E1, NOW),))),
    )

    assert told_now == [TellResult.NOTED]
    assert [type(each) for each in opened_now] == [Opened]
    assert answer.earns[0].claim == str(at())
    assert stands == {}


async def test_partitions_are_followed_once_the_store_is_back(ledger: SqlLedger, cut: Cut) -> None:
    cut.before("BEGIN", 2)

    await asyncio.to_thread(ledger.follow, [Partition("earn-events", 1)], seconds=30.0)

    cut.before("SELECT")
    assert await asyncio.to_thread(ledger.is_followed, "earn-events", 1, seconds=30.0)
    assert cut.held == [AWAY, BACK, AWAY, BACK]


async def test_who_asks_from_a_thread_waits_no_longer_than_it_says(ledger: SqlLedger, cut: Cut) -> None:
    cut.before("SELECT", 10**9)

    with pytest.raises(TimeoutError):
        await asyncio.to_thread(ledger.is_followed, "earn-events", 1, seconds=0.01)


async def test_a_call_that_waits_is_cancelled_when_the_ledger_closes(ledger: SqlLedger, cut: Cut) -> None:
    cut.before("BEGIN", 10**9)
    waiting = asyncio.ensure_future(ledger.open([an_opening()]))
    await asyncio.to_thread(_until, lambda: bool(cut.held))

    ledger.close()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(asyncio.CancelledError):
        await ledger.open([an_opening()])


async def test_closing_gives_up_a_store_that_never_answers(
    ledger: SqlLedger, cut: Cut, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "CLOSE_SECONDS", 0.01)
    asked, answered = threading.Event(), threading.Event()

    def never_answer() -> None:
        asked.set()
        answered.wait()

    cut.on("INSERT", never_answer)
    waiting = asyncio.ensure_future(ledger.open([an_opening()]))
    await asyncio.to_thread(asked.wait)

    ledger.close()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    answered.set()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_mistake_of_ours_is_told_to_whoever_asks_from_then_on_but_not_the_row(ledger: SqlLedger) -> None:
    broken = an_opening("whose-return", returned_at=None)

    with pytest.raises(Refused, match=r"^(IntegrityError|NotNullViolation 23502)$") as told_first:
        await ledger.open([broken])
    with pytest.raises(Refused):
        await ledger.open([an_opening()])

    assert "whose-return" not in "".join(traceback.format_exception(told_first.value))


async def test_a_ledger_knows_itself_again(ledger: SqlLedger, stored_url: str, clock: Clock) -> None:
    again = SqlLedger(database_at(stored_url), Cut().watcher(), clock)
    await again.start()
    again.close()

    assert ledger.identity
    assert again.identity == ledger.identity
    assert not again.created_now


def test_pauses_grow_from_a_tenth_of_a_second_to_five_and_are_spread() -> None:
    assert [pause_after(failures, 0.999) for failures in (0, 3, 5, 60)] == pytest.approx(
        [FIRST_PAUSE, 0.8, 3.2, LONGEST_PAUSE], rel=0.01
    )
    assert pause_after(60, 0.0) == LONGEST_PAUSE / 2
    assert pause_after(0, 0.0) == FIRST_PAUSE


@pytest.mark.parametrize("url", ["postgresql://u:s3cret@host/d", "postgresql://u@host/d?password=s3cret"])
def test_the_reason_is_the_drivers_first_line_without_the_password(url: str) -> None:
    error = OperationalError("SELECT 1", None, OSError("\nno entry for user u, s3cret\n\tIs it running?"))

    assert reason_of(error, make_url(url)) == "no entry for user u, ***"


def test_a_driver_without_words_is_told_by_the_name_of_its_error() -> None:
    assert reason_of(OperationalError("SELECT 1", None, TimeoutError()), make_url("sqlite:///f")) == "TimeoutError"


def _until(done: Callable[[], bool]) -> None:
    while not done():
        pass
