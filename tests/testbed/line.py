"""A TCP line to a port of this machine that a test may delay, hold up, cut or take away, while others talk over it."""

import asyncio
import random
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from tests.testbed.ports import free_port
from tests.testbed.waiting import PAUSE

CHUNK = 65_536
FRESH = 2.0
"""Seconds for which nobody knows whether what was passed on was also read: a reset takes it out of the far end."""
AFTERMATH = 15.0
"""Seconds after a fault in which an end may still give up because of it."""
LAST_WORDS = 1.0
"""Seconds for an answer to what was passed on just before who asked hung up."""
WITHIN = 10.0
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: on, and no seconds."""

Mood = Literal["straight", "slow", "silent", "cutting", "gone"]
"""`slow` delays all, `silent` holds all back until the mood changes, `cutting` resets connections in mid-talk,
`gone` refuses new ones and resets the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a line carries. `delay`: the longest, in seconds; `cut`: the share of chunks that end their connection."""

    mood: Mood = "straight"
    delay: float = 0.0
    cut: float = 0.0


STRAIGHT = Manner()


@dataclass(slots=True, eq=False)
class _Talk:
    """One connection: both its ends, the answer that is being passed back, and those passed of late with their time."""

    asked: asyncio.StreamReader
    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    held: bytes = b""
    passed: deque[tuple[float, bytes]] = field(default_factory=deque)

    def has_passed(self, chunk: bytes, now: float) -> None:
        """The answer is on its way to who asked; forget those that have surely been read."""
        self.held = b""
        self.passed.append((now, chunk))
        while self.passed[0][0] < now - FRESH:
            self.passed.popleft()

    def unread(self, now: float) -> list[bytes]:
        """The answers that who asked may not have."""
        fresh = [chunk for when, chunk in self.passed if now - when < FRESH]
        return [*fresh, self.held] if self.held else fresh

    def cut(self) -> None:
        """Reset both ends."""
        _reset(self.near)
        _reset(self.far)


class Line:
    """Listens on `port` and talks to the port `to`; all of it on the loop of its `Lines`.

    `lost` are the answers that may not have been read by who asked, because of a fault.
    """

    def __init__(self, to: int, seed: int) -> None:
        self.port = free_port()
        self.to = to
        self.lost: list[bytes] = []
        self.manner = STRAIGHT
        self._chance = random.Random(seed)
        self._talks: set[_Talk] = set()
        self._server: asyncio.Server | None = None
        self._audible = asyncio.Event()
        self._audible.set()
        self._faulty_until = 0.0

    @property
    def hung_up(self) -> int:
        """How many who asked have gone while the line still holds what they said."""
        return sum(talk.asked.at_eof() for talk in tuple(self._talks))

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self.port)

    async def behave(self, manner: Manner) -> None:
        """Carry in another manner from now on."""
        if manner is not STRAIGHT or self.manner is not STRAIGHT:
            self._faulty_until = time.monotonic() + AFTERMATH
        self.manner = manner
        if manner.mood == "silent":
            self._audible.clear()
        else:
            self._audible.set()
        if manner.mood == "gone":
            await self.close()
        elif self._server is None:
            await self.open()

    async def close(self) -> None:
        """Refuse everybody from now on, and reset who talks."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for talk in tuple(self._talks):
            talk.cut()
        while self._talks:  # noqa: ASYNC110 - it is over at once
            await asyncio.sleep(PAUSE)

    async def _talk(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        try:
            far_reader, far = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            _reset(near)
            return
        talk = _Talk(reader, near, far)
        self._talks.add(talk)
        there = asyncio.ensure_future(self._carry(talk, reader, far))
        back = asyncio.ensure_future(self._carry(talk, far_reader, near))
        await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        if self._is_faulty() and reader.at_eof():
            await asyncio.wait({back}, timeout=LAST_WORDS)
        there.cancel()
        back.cancel()
        await asyncio.wait({there, back})
        self._ended(talk)

    async def _carry(self, talk: _Talk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction, until an end is closed or the line is cut."""
        is_answer = writer is talk.near
        try:
            while chunk := await reader.read(CHUNK):
                talk.held = chunk if is_answer else talk.held
                if self.manner.mood == "cutting" and self._chance.random() < self.manner.cut:
                    talk.cut()
                    return
                if await self._had_to_wait() and reader.at_eof():
                    # Who said it has hung up meanwhile and will say it again: it must not be heard twice.
                    return
                writer.write(chunk)
                await writer.drain()
                if is_answer:
                    talk.has_passed(chunk, time.monotonic())
        except OSError:
            return

    async def _had_to_wait(self) -> bool:
        waits = self.manner.mood in {"slow", "silent"}
        if self.manner.mood == "slow":
            await asyncio.sleep(self._chance.random() * self.manner.delay)
        await self._audible.wait()
        return waits

    def _is_faulty(self) -> bool:
        return self.manner is not STRAIGHT or time.monotonic() < self._faulty_until

    def _ended(self, talk: _Talk) -> None:
        self._talks.discard(talk)
        if self._is_faulty():
            self.lost += talk.unread(time.monotonic())
        talk.near.close()
        talk.far.close()


class Lines:
    """Any number of lines on a thread of their own."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._lines: list[Line] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lines", daemon=True)

    def to(self, port: int) -> Line:
        """A new line to this port, open."""
        line = Line(port, self._seed + len(self._lines))
        self._lines.append(line)
        self._until_done(line.open())
        return line

    def behave(self, lines: Iterable[Line], manner: Manner) -> None:
        """Carry in another manner, from when this returns."""
        for line in lines:
            self._until_done(line.behave(manner))

    def _until_done(self, doing: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(doing, self._loop).result(WITHIN)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for line in self._lines:
            self._until_done(line.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """End it with a reset, as a cut line does, and without a word."""
    socket_ = writer.get_extra_info("socket")
    if socket_ is not None and not writer.is_closing():
        socket_.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
