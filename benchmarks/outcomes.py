"""What a downstream reader sees of the outcomes, and when."""

import re
import threading
import time
from typing import Self

from confluent_kafka import Consumer, TopicPartition

from benchmarks.figures import Seen
from benchmarks.load import PARTITIONS
from tests.testbed.reader import as_bytes

EVENT = re.compile(rb"returned-(\d+)")
"""A return's event id as it stands in an outcome."""


class Outcomes:
    """Reads committed outcomes in a thread while it is entered, and notes when each was seen."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self.seen: list[Seen] = []
        self.numbers: set[int] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(bootstrap, topic))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _read(self, bootstrap: str, topic: str) -> None:
        reader = Consumer(
            {"bootstrap.servers": bootstrap, "group.id": f"{topic}-bench", "isolation.level": "read_committed"}
            | {"fetch.wait.max.ms": 10, "enable.auto.commit": False}
        )
        reader.assign([TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)])
        while not self._over.is_set():
            messages = [*reader.consume(1, 0.2), *reader.consume(1000, 0)]
            now = time.monotonic()
            for message in messages:
                if message.error() is None:
                    self._note(as_bytes(message.value()), now)
        reader.close()

    def _note(self, value: bytes | None, now: float) -> None:
        found = EVENT.search(value or b"")
        if found is None:
            raise ValueError(f"an outcome of no return: {value!r}")
        number = int(found[1])
        self.numbers.add(number)
        self.seen.append(Seen(number=number, at=now))
