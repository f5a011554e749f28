"""Who is measured: how each is started, in which environment, and how it is known to be ready."""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from benchmarks.arms import WINDOW, Order
from tests.testbed.get import get

ROOT = Path(__file__).parents[1]
RIVALS = ROOT / ".cache" / "rivals" / "bin" / "python"
PYRALLEL = ROOT / ".cache" / "pyrallel" / "bin" / "python"
SESSION = 6000
"""Milliseconds after which a killed member is out of its group, for all."""
LEDGERS = ("sqlite", "postgres")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a subject works: its topics by what is in them, the vendor's port, its own port, its ledger."""

    bootstrap: str
    topics: Mapping[str, str]
    vendor: int
    port: int
    ledger: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One that can do the work; `python` is the interpreter it needs."""

    name: str
    title: str
    order: Order
    python: Path
    command: Callable[[Place], Sequence[str]]
    settings: Callable[[Place], Mapping[str, str]]
    ready: Callable[[Place, int], bool]

    @property
    def is_ours(self) -> bool:
        return self.name in LEDGERS

    def missing(self) -> bool:
        """Whether its environment could not be made here."""
        return not self.python.exists()


def our_command(_: Place) -> Sequence[str]:
    return [sys.executable, "-m", "consumer", "run"]


def our_settings(place: Place) -> Mapping[str, str]:
    named = {f"CONSUMER_TOPICS__{name.upper()}": topic for name, topic in place.topics.items()}
    return named | {
        "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": place.bootstrap,
        "CONSUMER_KAFKA__GROUP_ID": place.topics["returns"],
        "CONSUMER_KAFKA__OPTIONS": json.dumps({"session.timeout.ms": SESSION}),
        "CONSUMER_LEDGER__URL": place.ledger,
        "CONSUMER_API__BASE_URL": f"http://127.0.0.1:{place.vendor}",
        "CONSUMER_API__AUTH": "none",
        "CONSUMER_API__QUOTA_PER_MINUTE": "0",
        "CONSUMER_API__CONCURRENCY": str(WINDOW),
        "CONSUMER_HTTP__HOST": "127.0.0.1",
        "CONSUMER_HTTP__PORT": str(place.port),
    }


def fed(place: Place, earns: int) -> bool:
    """Whether so many earn records are in the ledger and committed."""
    try:
        page = get(f"http://127.0.0.1:{place.port}/status")
    except OSError:
        return False
    partitions = json.loads(page.text)["kafka"]["partitions"]
    topic = place.topics["earns"]
    return sum(int(each["watermark"]) for each in partitions if each["topic"] == topic) >= earns


@cache
def administrator(bootstrap: str) -> AdminClient:
    """One client for all that is asked of a broker."""
    return AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})


def joined(place: Place, _: int) -> bool:
    """Whether the group has its partitions."""
    group = place.topics["returns"]
    try:
        found = administrator(place.bootstrap).describe_consumer_groups([group])[group].result()
    except KafkaException:
        return False
    return any(member.assignment.topic_partitions for member in found.members)


def ours(name: str, title: str) -> Subject:
    return Subject(
        name=name,
        title=title,
        order="merged",
        python=Path(sys.executable),
        command=our_command,
        settings=our_settings,
        ready=fed,
    )


def rival(title: str, module: str, order: Order, python: Path = RIVALS) -> Subject:
    """One of benchmarks/rivals; of those that work one by one there is one worker."""

    def command(place: Place) -> Sequence[str]:
        job = {
            "bootstrap": place.bootstrap,
            "group": place.topics["returns"],
            "returns": place.topics["returns"],
            "results": place.topics["results"],
            "vendor": f"http://127.0.0.1:{place.vendor}",
            "workers": 1 if order == "serial" else WINDOW,
            "session": SESSION,
        }
        return [str(python), "-m", f"benchmarks.rivals.{module}", json.dumps(job)]

    name = module.partition("_")[0] + ("-1" if order == "serial" and module != "naive" else "")
    return Subject(
        name=name, title=title, order=order, python=python, command=command, settings=lambda _: {}, ready=joined
    )


OURS = (ours("sqlite", "this service, SQLite"), ours("postgres", "this service, PostgreSQL"))
SUBJECTS = (
    *OURS,
    rival("naive loop", "naive", "serial"),
    rival("FastStream, one worker", "faststream_workers", "serial"),
    rival("FastStream, 200 workers", "faststream_workers", "none"),
    rival("arroyo, 200 threads", "arroyo_threads", "none"),
    rival("pyrallel-consumer", "pyrallel", "by key", PYRALLEL),
)


def environment(subject: Subject, place: Place) -> dict[str, str]:
    """Ours, without what is set for the service on this machine."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CONSUMER_")}
    return inherited | {"PYTHONPATH": str(ROOT)} | dict(subject.settings(place))
