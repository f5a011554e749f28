"""The service as a process of its own, beside a stub of the vendor, for as long as somebody measures it."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from benchmarks.load import PARTITIONS
from benchmarks.throughput import ROOT, cpu_seconds, environment
from tests.testbed.get import get
from tests.testbed.parts import Broker
from tests.testbed.ports import free_port
from tests.testbed.waiting import wait_until

LONGEST = 600.0
TOPICS = ("returns", "earns", "results", "dead_letters")
PAGE_SIZE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A service that is ready; `ready_after` so many seconds from its start, of which `ready_cpu` of its own CPU."""

    pid: int
    port: int
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
def running(broker: Broker, topics: dict[str, str], *, latency: float, changes: Mapping[str, str]) -> Iterator[Running]:
    """Start the service, with the benchmark's settings and these changes, and end it."""
    vendor, port = free_port(), free_port()
    settings = {**environment(broker.bootstrap, topics, vendor, port), **changes}
    home = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w") as log:
        stub = subprocess.Popen([sys.executable, "benchmarks/stub.py", str(vendor), str(latency)], cwd=ROOT)
        started = time.monotonic()
        service = subprocess.Popen(
            [sys.executable, "-m", "consumer", "run"], cwd=folder, env=settings, stdout=log, stderr=log
        )
        try:
            wait_until(lambda: is_ready(home), within=LONGEST, what="the service is ready")
            taken = time.monotonic() - started
            yield Running(pid=service.pid, port=port, ready_after=taken, ready_cpu=cpu_seconds(service.pid))
        finally:
            service.terminate()
            service.wait(60)
            stub.terminate()
            stub.wait(10)


def is_ready(home: str) -> bool:
    try:
        return get(f"{home}/readyz").status == 200
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
