"""Of a log that grows each line is heard once, and whole; a traceback in it is a crash."""

from pathlib import Path

from tests.chaos.heard import Crash, Heard

DIED = '{"event": "died", "error": "x"}\n'


def test_what_is_said_is_heard_once_also_where_a_line_comes_in_two_pieces(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(f'no json\n{{"event": "outcome", "word": "died"}}\n{DIED}{DIED[:9]}')
    heard = Heard(log, ["died", "partitions_lost"])

    before = list(heard.events("died"))
    with log.open("a") as more:
        more.write(DIED[9:])

    assert [told["error"] for told in before] == ["x"]
    assert [told["error"] for told in heard.events("died")] == ["x", "x"]
    assert list(heard.events("partitions_lost")) == []


CRASH = """Exception in thread kafka:
Traceback (most recent call last):
  File "worker.py", line 120, in _run
    self._turn()
KeyError: 'e1'
"""


def test_a_traceback_is_a_crash_with_its_last_line_and_the_time_before_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(f"{CRASH}{DIED}" + '{"event": "outcome", "timestamp": "12:00"}\n' + CRASH[:80])
    heard = Heard(log, ["died"])

    before = list(heard.crashes())
    with log.open("a") as more:
        more.write(CRASH[80:])

    assert before == [Crash(after="its start", error="KeyError: 'e1'")]
    assert list(heard.crashes()) == [*before, Crash(after="12:00", error="KeyError: 'e1'")]


def test_what_a_library_says_and_the_stacks_of_one_that_hangs_are_no_crash(tmp_path: Path) -> None:
    log = tmp_path / "log"
    stacks = 'Timeout (0:00:30)!\nThread 0x00007f (most recent call first):\n  File "worker.py", line 120 in _run\n'
    inside = '{"event": "library", "exception": "Traceback (most recent call last):\\nKeyError"}\n'
    log.write_text(f"{inside}%0|1795673847.955|FATAL|producer-5| fenced\n{stacks}\nlast\n")
    heard = Heard(log, ["died"])

    assert list(heard.crashes()) == []
    assert heard.last_words == "last"
