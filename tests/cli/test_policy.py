"""`policy --compare`, on a ledger with a past."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from consumer.adapters.ledger import history, migrate, open_ledger
from consumer.adapters.ledger.database import database_at
from consumer.cli.verbs import app
from consumer.core.model import EarnState, Extent, Millis, ReturnedGoods
from consumer.ports import Settlement
from tests.builders import DAY, ORG, RETURNED_AT, an_earn, coordinates, goods
from tests.contracts.ledger.conftest import Clock
from tests.contracts.ledger.values import an_opening, fed, told

OF_TWO = {"1": 1.0, "2": 1.0}
FIRST_HALF, SECOND_HALF = goods({"1": 1.0}, of=OF_TWO), goods({"2": 1.0}, of=OF_TWO)
A_DAY_LATER = Millis(RETURNED_AT + DAY)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CONSUMER_")]:
        monkeypatch.delenv(name)


def compared(url: str, *words: str) -> Result:
    environ = {
        "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "CONSUMER_API__BASE_URL": "http://127.0.0.1:1",
        "CONSUMER_API__AUTH": "none",
        "CONSUMER_API__ORG_ID": ORG,
        "CONSUMER_LEDGER__URL": url,
    }
    return CliRunner().invoke(app, ["policy", "--compare", *words], env=environ)


async def write(url: str, returns: Sequence[tuple[Millis, str, ReturnedGoods]]) -> str:
    """Returns that reached us then, of bill B-1 with an earn for line 1 and one for the bill; the first was revoked."""
    clock = Clock(now=Millis(0))
    migrate(url)
    ledger = open_ledger(url, now=clock)
    await ledger.start()
    of_line, of_bill = an_earn("e1", lines=["1"]), an_earn("e2")
    await ledger.tell([told(of_line, fed(0)), told(of_bill, fed(1))])
    for offset, (at, event_id, brought) in enumerate(returns):
        clock.now = at
        await ledger.open([an_opening(event_id, coordinates(offset), brought=[brought])])
    await ledger.settle(Settlement(states=((of_line.key, EarnState.REVOKED, coordinates(0)),)))
    ledger.close()
    return url


async def test_the_earns_that_one_rule_takes_and_the_other_leaves_are_shown(url: str) -> None:
    await write(url, [(RETURNED_AT, "r1", FIRST_HALF)])

    result = compared(url, "matching-lines", "whole-bill")

    assert result.exit_code == 0, result.output
    rows = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines() if line[:4] in {" p1 ", " All"}}
    assert rows == {"p1": ["2", "1", "0", "1", "0"], "All": ["2", "1", "0", "1", "0"]}
    assert (
        "Why whole-bill leaves what matching-lines takes:\n  1 it is taken back with the whole bill only"
        in result.stdout
    )
    assert "Customers who would see a difference: 1." in result.stdout
    assert "Nothing was changed. policy.partial_returns is matching-lines." in result.stdout


async def test_as_json_each_difference_is_listed_with_both_fates(url: str) -> None:
    await write(url, [(RETURNED_AT, "r1", FIRST_HALF)])

    told_of = json.loads(compared(url, "whole-bill", "matching-lines", "--json").stdout)

    assert (told_of["returns"], told_of["purchases"], told_of["differences"], told_of["customers"]) == (1, 1, 1, 1)
    assert told_of["promotions"] == {"p1": {"earns": 2, "revoked": [0, 1], "only": [0, 1]}}
    assert told_of["policies"][0]["leaves"] == {"not-whole-bill": 1}
    (difference,) = told_of["listed"]
    assert (difference["earn_id"], difference["state_now"], difference["bill_number"]) == ("e1", "revoked", "B-1")
    assert difference["fates"] == [
        {"fate": "kept", "reason": "not-whole-bill"},
        {"fate": "revoked", "by": "r1"},
    ]


async def test_a_purchase_counts_with_its_whole_past_if_one_return_of_it_is_recent(url: str) -> None:
    await write(url, [(RETURNED_AT, "r1", FIRST_HALF), (A_DAY_LATER, "r2", SECOND_HALF)])
    since = str(A_DAY_LATER)

    told_of = json.loads(compared(url, "matching-lines", "whole-bill", "--since", since, "--json").stdout)

    assert (told_of["returns"], told_of["differences"]) == (2, 0)
    assert told_of["promotions"]["p1"]["revoked"] == [2, 2]


async def test_purchases_without_a_recent_return_are_left_out(url: str) -> None:
    await write(url, [(RETURNED_AT, "r1", goods(extent=Extent.WHOLE))])

    result = compared(url, "matching-lines", "whole-bill", "--since", str(A_DAY_LATER))

    assert (result.exit_code, "from the ledger: 0." in result.stdout) == (0, True)
    assert "No earn is treated differently." in result.stdout


async def test_all_pages_are_read_once(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE", 2)
    bills = [f"B-{at}" for at in range(5)]
    await write(url, [(RETURNED_AT, f"r-{bill}", goods({"1": 1.0}, bill=bill)) for bill in bills])

    told_of = json.loads(compared(url, "any-return", "matching-lines", "--json").stdout)

    assert (told_of["purchases"], told_of["returns"], told_of["differences"]) == (5, 5, 1)


async def test_the_ledger_is_only_read(url: str) -> None:
    await write(url, [(RETURNED_AT, "r1", FIRST_HALF)])
    before = everything(url)

    compared(url, "matching-lines", "whole-bill")

    assert everything(url) == before


def everything(url: str) -> list[list[tuple[object, ...]]]:
    with database_at(url).engine.connect() as connection:
        return [
            [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))]  # noqa: S608 - ours
            for table in ("ledger", "followed", "earns", "returns", "returned_goods")
        ]


@pytest.mark.parametrize(
    "words",
    [
        ("matching-lines",),
        ("matching-lines", "half-bill"),
        ("any-return", "any-return"),
        ("any-return", "whole-bill", "--since", "soon"),
        ("any-return", "whole-bill", "--since", "999999d"),
    ],
)
def test_what_makes_no_sense_ends_with_2(words: tuple[str, ...], tmp_path: Path) -> None:
    assert compared(f"sqlite:///{tmp_path / 'ledger.db'}", *words).exit_code == 2


def test_a_ledger_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    result = compared(f"sqlite:///{tmp_path / 'nowhere.db'}", "any-return", "whole-bill")

    assert (result.exit_code, result.stderr) == (1, f"error: there is no ledger in {tmp_path / 'nowhere.db'}\n")
    assert list(tmp_path.iterdir()) == []
