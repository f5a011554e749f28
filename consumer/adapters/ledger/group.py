"""Group commits: one thread takes what lanes ask for, writes it in one transaction, commits, reads, answers."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import perf_counter
from typing import Any, TypeVar

from sqlalchemy import Connection

from consumer.adapters.ledger.holding import Holding, Stopped
from consumer.adapters.ledger.schema import OldSchema
from consumer.adapters.ledger.stages import Kind, Stages, read_all, write_all

CLOSE_SECONDS = 3.0
"""How long closing waits for the group that the thread is at. A store that swallows all packets answers much later."""

Ready = TypeVar("Ready")
Waiting = asyncio.Future[Any] | Future[Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """Something asked, and who waits for it."""

    kind: Kind
    argument: Any
    waiting: Waiting


Group = Sequence[Operation]


class GroupCommit:
    """The ledger thread. What breaks it, an absent store excepted, is told to all who wait and ends it."""

    def __init__(
        self, *, begin: str, stages: Stages, holding: Holding, on_commit: Callable[[float, int], None]
    ) -> None:
        self._begin = begin
        self._stages = stages
        self._holding = holding
        self._on_commit = on_commit
        self._queue: SimpleQueue[Operation | None] = SimpleQueue()
        self._stopping = Event()
        self._ended = Event()
        self._failure: BaseException | None = None
        self._thread: Thread | None = None
        self._serving: Group = ()

    def start(self, prepare: Callable[[Connection], Ready], ready: Future[Ready]) -> None:
        """Start the thread, which first prepares the store; `ready` is told when it has, or why it cannot."""
        self._thread = Thread(target=self._run, args=(prepare, ready), name="ledger", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread after the group it is at, or give it up with that; whoever still waits is cancelled."""
        self._stopping.set()
        self._holding.stop()
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)
        self._ended.set()
        self._abandon([*self._serving, *self._queued()])

    def ask(self, kind: Kind, argument: object) -> asyncio.Future[Any]:
        """Ask from an event loop."""
        waiting: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._put(Operation(kind, argument, waiting))
        return waiting

    def ask_and_wait(self, kind: Kind, argument: object, seconds: float) -> Any:
        """Ask from any other thread, and wait for the answer; TimeoutError where it does not come in time."""
        waiting: Future[Any] = Future()
        self._put(Operation(kind, argument, waiting))
        return waiting.result(seconds)

    def _put(self, operation: Operation) -> None:
        self._queue.put(operation)
        if self._ended.is_set():
            self._abandon(self._queued())

    def _run(self, prepare: Callable[[Connection], Ready], ready: Future[Ready]) -> None:
        try:
            ready.set_result(self._holding.until_done("connect", prepare))
            self._serving = self._next_group()
            while self._serving and not self._stopping.is_set():
                self._serve(self._serving)
                self._serving = self._next_group()
        except Stopped:
            ready.cancel()
        except OldSchema as error:
            self._failure = error
            ready.set_exception(error)
        except BaseException as error:  # whatever ends the thread must reach those who wait; it is raised on
            self._failure = error
            if not ready.done():
                ready.set_exception(error)
            raise
        finally:
            self._holding.let_go()
            self._ended.set()
            self._abandon([*self._serving, *self._queued()])

    def _next_group(self) -> Group:
        """Wait for something to do, then take all there is; empty when the thread is to end."""
        first = self._queue.get()
        return () if first is None else [first, *self._queued()]

    def _queued(self) -> list[Operation]:
        found = []
        with suppress(Empty):
            while True:
                operation = self._queue.get_nowait()
                if operation is not None:
                    found.append(operation)
        return found

    def _serve(self, group: Group) -> None:
        asked: dict[Kind, list[Any]] = defaultdict(list)
        for operation in group:
            asked[operation.kind].append(operation.argument)
        started = perf_counter()
        written = self._holding.until_done("write", lambda at: write_all(at, self._begin, self._stages, asked))
        self._on_commit(perf_counter() - started, len(group))
        read: Callable[[Connection], Any] = lambda at: read_all(at, self._stages, written)  # noqa: E731 - typed here
        results = {kind: iter(each) for kind, each in self._holding.until_done("read", read).items()}
        _answer((operation.waiting, next(results[operation.kind])) for operation in group)

    def _abandon(self, group: Iterable[Operation]) -> None:
        """Tell those who wait that no answer comes."""
        failure = self._failure
        if failure is None:
            _tell_each((operation.waiting for operation in group), lambda waiting: waiting.cancel())
        else:
            _tell_each((operation.waiting for operation in group), lambda waiting: waiting.set_exception(failure))


def _answer(results: Iterable[tuple[Waiting, Any]]) -> None:
    """Hand the results over, with one call for each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = defaultdict(list)
    for waiting, result in results:
        if not isinstance(waiting, Future):
            by_loop[waiting.get_loop()].append((waiting, result))
        elif not waiting.done():
            waiting.set_result(result)
    for loop, answers in by_loop.items():
        # A loop that is closed has nobody left who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_resolve, answers)


def _resolve(answers: Iterable[tuple[asyncio.Future[Any], Any]]) -> None:
    for waiting, result in answers:
        if not waiting.done():
            waiting.set_result(result)


def _tell_each(all_waiting: Iterable[Waiting], tell: Callable[[Waiting], object]) -> None:
    for waiting in all_waiting:
        if isinstance(waiting, Future):
            if not waiting.done():
                tell(waiting)
        else:
            with suppress(RuntimeError):
                waiting.get_loop().call_soon_threadsafe(_tell_open, waiting, tell)


def _tell_open(waiting: asyncio.Future[Any], tell: Callable[[Waiting], object]) -> None:
    if not waiting.done():
        tell(waiting)
