"""A line carries as it is told to, and knows which answers may not have been read."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.testbed.line import STRAIGHT, Line, Lines, Manner
from tests.testbed.waiting import wait_until

SECONDS = 10


class Echo:
    """Says back what it hears, and keeps it."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.heard: list[bytes] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                talk, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(talk,), daemon=True).start()

    def _answer(self, talk: socket.socket) -> None:
        with talk:
            try:
                while heard := talk.recv(1000):
                    self.heard.append(heard)
                    self.may_answer.wait(SECONDS)
                    talk.sendall(heard)
            except OSError:
                return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    with closing(Echo()) as echo:
        yield echo


@pytest.fixture
def lines() -> Iterator[Lines]:
    with Lines(seed=1) as lines:
        yield lines


def call(line: Line) -> socket.socket:
    return socket.create_connection(("127.0.0.1", line.port), timeout=SECONDS)


def test_a_straight_line_carries_both_ways_and_loses_nothing(echo: Echo, lines: Lines) -> None:
    line = lines.to(echo.port)

    with call(line) as talk:
        talk.sendall(b"hello")
        answer = talk.recv(100)

    assert answer == b"hello"
    assert line.lost == []


def test_a_cut_is_a_reset_and_the_answer_may_be_lost(echo: Echo, lines: Lines) -> None:
    line = lines.to(echo.port)

    with call(line) as talk:
        talk.sendall(b"hello")
        talk.recv(100)
        lines.behave([line], Manner(mood="cutting", cut=1.0))
        talk.sendall(b"again")
        with pytest.raises(ConnectionResetError):
            talk.recv(100)
    wait_until(lambda: line.lost != [], within=SECONDS, what="the line knows what was lost")

    assert echo.heard == [b"hello"]
    assert line.lost == [b"hello"]


def test_a_silent_line_holds_back_until_it_is_straight_again(echo: Echo, lines: Lines) -> None:
    line = lines.to(echo.port)
    lines.behave([line], Manner(mood="silent"))

    with call(line) as talk:
        talk.sendall(b"hello")
        before = list(echo.heard)
        lines.behave([line], STRAIGHT)
        answer = talk.recv(100)

    assert before == []
    assert answer == b"hello"


def test_what_was_said_by_one_who_hung_up_is_not_carried_any_more(echo: Echo, lines: Lines) -> None:
    line = lines.to(echo.port)
    with call(line) as talk:
        talk.sendall(b"first")
        talk.recv(100)
        lines.behave([line], Manner(mood="silent"))
        talk.sendall(b"second")

    with call(line) as other:
        wait_until(lambda: line.hung_up == 1, within=SECONDS, what="the line hears that one hung up")
        lines.behave([line], STRAIGHT)
        other.sendall(b"third")
        answer = other.recv(100)

    assert answer == b"third"
    assert echo.heard == [b"first", b"third"]


def test_an_answer_to_one_who_hung_up_just_when_it_was_heard_is_lost(echo: Echo, lines: Lines) -> None:
    line = lines.to(echo.port)
    echo.may_answer.clear()
    lines.behave([line], Manner(mood="slow"))
    with call(line) as talk:
        talk.sendall(b"hello")
        wait_until(lambda: echo.heard == [b"hello"], within=SECONDS, what="it is heard")

    wait_until(lambda: line.hung_up == 1, within=SECONDS, what="the line hears that it hung up")
    echo.may_answer.set()

    wait_until(lambda: line.lost == [b"hello"], within=SECONDS, what="the line knows that nobody has the answer")


def test_a_line_that_is_gone_refuses_and_comes_back_at_the_same_port(echo: Echo, lines: Lines) -> None:
    line = lines.to(echo.port)
    lines.behave([line], Manner(mood="gone"))

    with pytest.raises(ConnectionRefusedError):
        call(line)

    lines.behave([line], STRAIGHT)
    with call(line) as talk:
        talk.sendall(b"hello")
        answer = talk.recv(100)

    assert answer == b"hello"


def test_a_slow_line_carries_all_in_order(echo: Echo, lines: Lines) -> None:
    line = lines.to(echo.port)
    lines.behave([line], Manner(mood="slow", delay=0.05))

    with call(line) as talk:
        for word in (b"1", b"2", b"3"):
            talk.sendall(word)
        answers = b""
        while len(answers) < len(b"123"):
            answers += talk.recv(100)

    assert answers == b"123"
