"""A way to a broker on which the answer to a produce request gets lost; nobody new gets through for a while then."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Self

from tests.testbed.ports import free_port

CHUNK = 65_536
PRODUCE = 0
"""The key of the request, as Kafka's protocol has it."""
HEAD = struct.Struct(">ih")
"""The length of what follows, and with it the request's key."""
KEY = 2
"""Bytes of the key, which the length counts."""


class LostAnswer:
    """Listens on `port` and talks to the port `to`; leaving it ends all talks."""

    def __init__(self, to: int) -> None:
        self.port = free_port()
        self._to = to
        self._listens = socket.create_server(("127.0.0.1", self.port))
        self._talks: list[socket.socket] = []
        self._loses = threading.Event()
        self._is_open = threading.Event()
        self._is_open.set()
        self.lost = threading.Event()
        """Whether a produce request came to the broker, and its answer not back."""

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listens.close()
        for end in self._talks:
            _close(end)

    def lose_one(self) -> None:
        """The answer to the next produce request is not to come, nor anybody new until `mend`."""
        self._loses.set()

    def mend(self) -> None:
        """Let everybody through again."""
        self._is_open.set()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listens.accept()
                self._talks.append(near)
                if self._is_open.is_set():
                    self._talk(near)
                else:
                    _close(near)

    def _talk(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self._to))
        except OSError:
            _close(near)
            return
        self._talks.append(far)
        deaf = threading.Event()
        for work in (self._ask, self._answer):
            threading.Thread(target=work, args=(near, far, deaf), daemon=True).start()

    def _ask(self, near: socket.socket, far: socket.socket, deaf: threading.Event) -> None:
        """Pass on one request after another."""
        with suppress(OSError):
            for key, request in _requests(near):
                if key == PRODUCE and self._loses.is_set():
                    self._loses.clear()
                    self._is_open.clear()
                    deaf.set()
                far.sendall(request)
        _close(far)

    def _answer(self, near: socket.socket, far: socket.socket, deaf: threading.Event) -> None:
        """Pass back what is answered; once it is to be lost, end the talk instead."""
        with suppress(OSError):
            while chunk := far.recv(CHUNK):
                if deaf.is_set():
                    break
                near.sendall(chunk)
        if deaf.is_set():
            self.lost.set()
        _close(near)


def _requests(end: socket.socket) -> Iterator[tuple[int, bytes]]:
    """Each request that comes, whole, with its key."""
    with end.makefile("rb") as asked:
        while len(head := asked.read(HEAD.size)) == HEAD.size:
            length, key = HEAD.unpack(head)
            yield key, head + asked.read(length - KEY)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
