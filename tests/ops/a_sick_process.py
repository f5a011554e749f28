"""The service, less patient, that falls ill in one way at SIGUSR1, or in none: `python a_sick_process.py WAY run`."""

import asyncio
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from confluent_kafka import Consumer

from consumer.adapters.kafka import worker
from consumer.adapters.revoke_api import HttpRevokeApi
from consumer.cli import main
from consumer.wiring import parts, watchdog

PATIENCE = 2.0
on_the_kafka_thread: list[Callable[[], object]] = []


def hang() -> None:
    threading.Event().wait()


def die() -> None:
    raise RuntimeError("this thread dies")


async def fail(*_: object) -> None:
    raise KeyError("this task fails")


async def never_end(*_: object) -> None:
    await asyncio.Event().wait()


class Ailing(Consumer):
    """Does what it is told to before it asks for records."""

    def poll(self, *args: Any, **options: Any) -> Any:
        self._suffer()
        return super().poll(*args, **options)

    def consume(self, *args: Any, **options: Any) -> Any:
        self._suffer()
        return super().consume(*args, **options)

    def _suffer(self) -> None:
        for ail in on_the_kafka_thread:
            ail()


def no_call_ends() -> None:
    HttpRevokeApi.revoke = never_end  # type: ignore[method-assign,assignment] # it never answers


def every_call_fails() -> None:
    HttpRevokeApi.revoke = fail  # type: ignore[method-assign,assignment] # with an error that nobody foresees


WAYS: dict[str, Callable[[], object]] = {
    "its loop is blocked": hang,
    "its Kafka thread hangs": lambda: on_the_kafka_thread.append(hang),
    "its Kafka thread dies": lambda: on_the_kafka_thread.append(die),
    "a call does not end": no_call_ends,
    "a task fails": every_call_fails,
    "not at all": lambda: None,
}

if __name__ == "__main__":
    way = WAYS[sys.argv[1]]
    signal.signal(signal.SIGUSR1, lambda *_: way())
    vars(worker)["Consumer"] = Ailing
    vars(parts)["POLL_STALLED_AFTER"] = parts.GRACE = PATIENCE
    vars(parts)["_max_poll_interval"] = lambda _: PATIENCE
    watchdog.BLOCKED_AFTER = PATIENCE
    watchdog.FEED_EVERY = PATIENCE / 4
    sys.argv = ["returns-consumer", *sys.argv[2:]]
    main()
