"""`run --shadow`: what the person who ends it is told."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consumer import wiring
from consumer.cli.verbs import app
from consumer.core.model import PromotionId
from consumer.core.shadow import Foreseen
from consumer.settings import Settings
from tests.cli.given_settings import RIGHT

FORESEEN = Foreseen(
    returns={"REVOKED": 5, "NOTHING_TO_REVOKE": 7},
    late_earns={},
    revoked={PromotionId(f"p{at:02}"): 30 - at for at in range(22)},
    kept={"other-line": 4},
    dead_letters={"729": 1},
    requests=2000,
    earns_asked=2500,
    flooded=False,
)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CONSUMER_")]:
        monkeypatch.delenv(name)


def told(monkeypatch: pytest.MonkeyPatch, foreseen: Foreseen, *words: str, code: int = 0) -> tuple[Result, list[Path]]:
    """What is printed of what was foreseen, and the ledgers that were asked for."""
    ledgers: list[Path] = []

    def shadow(_: Settings, ledger: Path) -> tuple[int, Foreseen]:
        ledgers.append(ledger)
        return code, foreseen

    monkeypatch.setattr(wiring, "shadow", shadow)
    return CliRunner().invoke(app, ["run", "--shadow", *words], env=RIGHT), ledgers


def test_the_counts_are_shown_the_most_frequent_first_with_the_reasons_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result, _ = told(monkeypatch, FORESEEN)

    rows = [line.split() for line in result.stdout.splitlines() if line.strip()]
    assert rows[1] == ["Outcomes", "of", "returns", "NOTHING_TO_REVOKE", "7"]
    assert rows[2] == ["REVOKED", "5"]
    assert ["Outcomes", "of", "late", "earns", "-", "0"] in rows
    assert ["2", "more", "19"] in rows
    assert "other-line 4 it was earned by goods that were not returned" in " ".join(result.stdout.split())


def test_the_requests_are_told_with_the_least_time_they_take(monkeypatch: pytest.MonkeyPatch) -> None:
    result, _ = told(monkeypatch, FORESEEN)

    assert "Requests: 2000, for 2500 earns." in result.stdout
    assert "At 1000 a minute (api.quota_per_minute) they take 3 min or more." in result.stdout
    assert "It would have held" not in result.stdout


def test_a_flood_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    result, _ = told(monkeypatch, replace(FORESEEN, flooded=True))

    assert "It would have held: too many records in a row would have been dead letters" in result.stdout


def test_a_shadow_ledger_without_shadow_does_not_start_a_real_run(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Settings] = []
    monkeypatch.setattr(wiring, "run", started.append)

    result = CliRunner().invoke(app, ["run", "--shadow-ledger", "own.db"], env=RIGHT)

    assert (result.exit_code, started) == (2, [])
    assert result.stderr == "--shadow-ledger: goes with --shadow only; this would have been a real run\n"


@pytest.mark.parametrize(
    ("words", "ledger"),
    [((), "ledger.db.shadow"), (("--shadow-ledger", "/tmp/own.db"), "/tmp/own.db")],  # noqa: S108 - a name
)
def test_the_ledger_is_named_and_the_exit_code_is_the_runs(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], ledger: str
) -> None:
    result, ledgers = told(monkeypatch, FORESEEN, *words, code=1)

    assert (result.exit_code, ledgers) == (1, [Path(ledger)])
    assert f"The next shadow goes on from here, with {ledger}." in result.stdout
