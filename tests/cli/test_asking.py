"""The command that goes on with a redrive that was cut off."""

from pathlib import Path

import pytest

from consumer.cli.asking import Asked, goes_on
from consumer.cli.moment import exact, moment
from consumer.core.model import Millis
from tests.flow.test_redrive import wish

NOW = Millis(1_763_000_000_000)


def asked(**changes: object) -> Asked:
    """Nothing but what has a default."""
    values: dict[str, object] = {
        "reasons": [],
        "customer": None,
        "promotion": None,
        "since": None,
        "until": None,
        "partition": None,
        "offset": None,
        "limit": None,
        "rate": None,
        "max_redrives": 3,
        "note": None,
        "export": None,
        "config": None,
    } | changes
    return Asked(**values)  # type: ignore[arg-type] # a builder takes what the dataclass takes


def test_a_moment_is_told_as_exactly_as_it_is_read() -> None:
    moments = [Millis(at) for at in (*range(NOW, NOW + 1000), 1_095_575_479_850)]

    assert [moment(exact(at), NOW) for at in moments] == moments


def test_an_age_becomes_the_moment_that_it_was_at_the_start() -> None:
    selection = wish("731", "404", since=Millis(NOW - 1), until=NOW).selection

    told = goes_on(asked(since="2d", until="1h", config=Path("settings.yaml")), selection)

    assert told == (
        "returns-consumer redrive --yes --reason 731 --reason 404 --since 2025-11-13T02:13:19.999+00:00 "
        "--until 2025-11-13T02:13:20.000+00:00 --max-redrives 3 --config settings.yaml"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"note": "store 12's feed"}, "--note 'store 12'\"'\"'s feed'"),
        ({"limit": 5}, "--max-redrives 3 (--limit counts anew)"),
        ({"limit": 5}, "--limit 5 "),
        ({"export": Path("letters.jsonl")}, "--export ANOTHER-FILE"),
        ({"export": Path("-")}, "--export -"),
    ],
)
def test_what_else_was_asked_for_stays(changes: dict[str, object], said: str) -> None:
    assert said in goes_on(asked(**changes), wish().selection)
