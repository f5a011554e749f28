"""The service as a process of its own, beside a stub of the vendor, for as long as somebody measures it."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from benchmarks.arms import BASE
from benchmarks.faults import Faults
from benchmarks.load import PARTITIONS
from benchmarks.running import Stub, cpu_seconds
from benchmarks.subjects import OURS, Place, environment, our_command
from tests.testbed.get import get
from tests.testbed.parts import Broker
from tests.testbed.ports import free_port
from tests.testbed.process import Process, Program

LONGEST = 600.0
TOPICS = ("returns", "earns", "results", "dead_letters")
PAGE_SIZE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A service that is ready; `ready_after` so many seconds from its start, of which `ready_cpu` of its own CPU."""

    pid: int
    place: Place
    ready_after: float
    ready_cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a process holds of the machine; `memory` in MB."""

    memory: float
    files: int
    threads: int


def made_topics(broker: Broker) -> dict[str, str]:
    """Topics of names of their own."""
    topics = {name: f"{name}-{uuid4().hex[:8]}" for name in TOPICS}
    for topic in topics.values():
        broker.create_topic(topic, PARTITIONS)
    return topics


@contextmanager
def running(broker: Broker, topics: Mapping[str, str], changes: Mapping[str, str]) -> Iterator[Instance]:
    """Start the service, with the benchmark's settings and these changes, and end it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = Place(
            bootstrap=broker.bootstrap,
            topics=topics,
            vendor=free_port(),
            port=free_port(),
            ledger=f"sqlite:///{folder / 'ledger.db'}",
        )
        with closing(Stub(place.vendor, BASE, Faults(), folder)):
            begun = time.monotonic()
            process = Process(
                Program(
                    command=our_command(place),
                    folder=folder,
                    log=folder / "log",
                    environment={**environment(OURS[0], place), **changes},
                )
            )
            try:
                process.wait_until_ready("the service", lambda: is_ready(place.port), within=LONGEST)
                taken = time.monotonic() - begun
                yield Instance(pid=process.pid, place=place, ready_after=taken, ready_cpu=cpu_seconds(process.pid))
            finally:
                process.stop(within=60)


def is_ready(port: int) -> bool:
    try:
        return get(f"http://127.0.0.1:{port}/readyz").status == 200
    except OSError:
        return False


def size_of(pid: int) -> Size:
    """As it is now."""
    process = Path(f"/proc/{pid}")
    return Size(
        memory=int((process / "statm").read_text().split()[1]) * PAGE_SIZE / (1 << 20),
        files=sum(1 for _ in (process / "fd").iterdir()),
        threads=sum(1 for _ in (process / "task").iterdir()),
    )
