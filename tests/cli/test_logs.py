"""What the process tells, line by line."""

import io
import json
import logging
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from consumer.adapters import logs
from consumer.adapters.logs import EVENTS, events
from consumer.adapters.logs.reference import reference
from consumer.adapters.logs.sampling import MOST_KINDS, Sampler
from consumer.ports import EventName, telling
from tests.sandbox.a_client import Clock

ROOT = Path(__file__).parents[2]


def test_a_line_is_one_json_object_with_its_time_in_utc() -> None:
    out = io.BytesIO()

    logs.opened("info", "json", out).event("outcome", event_id="e\ud800\n1", offset=7)

    line = out.getvalue()
    told = json.loads(line)
    assert line.count(b"\n") == 1
    assert (told["event"], told["level"], told["offset"], told["event_id"]) == ("outcome", "info", 7, "e\ud800\n1")
    assert datetime.fromisoformat(told["timestamp"]).utcoffset() == timedelta(0)


def test_a_line_below_the_level_is_not_written() -> None:
    out = io.BytesIO()

    log = logs.opened("warning", "json", out)
    log.event("outcome")
    log.event("throttled")

    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["throttled"]


def test_what_is_no_terminal_gets_json_and_console_can_be_asked_for() -> None:
    by_itself, asked_for = io.BytesIO(), io.BytesIO()

    logs.opened("info", None, by_itself).event("started")
    logs.opened("info", "console", asked_for).event("started", group="g")

    assert json.loads(by_itself.getvalue())["event"] == "started"
    assert b"started" in asked_for.getvalue()
    assert b"{" not in asked_for.getvalue()


def test_what_a_library_logs_becomes_a_line_with_its_traceback_inside() -> None:
    out = io.BytesIO()
    library = logging.Logger("aiohttp.server")  # noqa: LOG001 - one that the test does not share
    library.addHandler(logs.Libraries(logs.opened("info", "json", out)))

    try:
        raise ValueError("broken")  # noqa: TRY301 - the library's own error
    except ValueError:
        library.exception("request %d failed", 7)

    told = json.loads(out.getvalue())
    assert (told["event"], told["level"], told["library"]) == ("library", "error", "aiohttp.server")
    assert told["message"] == "request 7 failed"
    assert "ValueError: broken" in told["exception"]


def test_an_event_that_nobody_listed_cannot_be_told() -> None:
    """The type checker refuses it first: it would call the comment below needless if it did not."""
    out = io.BytesIO()

    with pytest.raises(KeyError):
        logs.opened("info", "json", out).event("surprise")  # type: ignore[arg-type] # what is tested

    assert out.getvalue() == b""


def lines(out: io.BytesIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_of_a_flood_a_line_is_told_once_in_a_while_with_the_count_of_those_left_out() -> None:
    out, clock = io.BytesIO(), Clock()
    log = logs.opened("info", "json", out, clock)

    for attempt in range(1, 301):
        log.event("registry_unavailable", reason="registry", attempt=attempt)
        clock.now += 0.1

    told = [(line["attempt"], line.get("repeated")) for line in lines(out)]
    assert told == [(1, None), (101, 99), (201, 99)]


def test_what_differs_in_its_reason_is_told_beside_a_flood() -> None:
    out = io.BytesIO()
    log = logs.opened("info", "json", out, Clock())

    for reason in ("registry", "it refuses our credentials (401)", "registry"):
        log.event("registry_unavailable", reason=reason, attempt=1)

    assert [line["reason"] for line in lines(out)] == ["registry", "it refuses our credentials (401)"]


def test_an_outcome_is_never_left_out() -> None:
    out = io.BytesIO()
    log = logs.opened("info", "json", out, Clock())

    for _ in range(5):
        log.event("outcome", status="REVOKED", reason="same")

    assert len(lines(out)) == 5


def test_reasons_without_number_do_not_stay_in_memory() -> None:
    sampler = Sampler(Clock())

    for number in range(3 * MOST_KINDS):
        sampler.let_through(str(number))

    assert len(sampler._repeats.told) <= MOST_KINDS


def test_the_list_holds_every_name_that_can_be_told() -> None:
    assert EVENTS.keys() == set(get_args(EventName))


def test_every_event_on_the_list_is_told_somewhere() -> None:
    lists = (telling.__file__, events.__file__)
    files = [file for file in (ROOT / "consumer").rglob("*.py") if str(file) not in lists]
    sources = "".join(file.read_text(encoding="utf-8") for file in files)

    told = r'(?:event\([^)]*|log\([^)]*|: )"%s"'
    assert [name for name in EVENTS if not re.search(told % name, sources)] == []


def test_the_list_in_the_documentation_is_the_one_in_the_source() -> None:
    """To bring it in step: `python -m consumer.adapters.logs.reference > docs/logs.md`."""
    assert (ROOT / "docs" / "logs.md").read_text(encoding="utf-8") == "\n".join([*reference(), ""])
