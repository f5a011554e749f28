"""Apache Kafka in KRaft mode as a process of our own, which a test may kill, pause and start again."""

import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from tests.testbed.cache import fetched
from tests.testbed.java import fingerprint, java
from tests.testbed.kraft import MISSED, VERSION, ClusterPlan, controller_alone, plan_cluster, settings
from tests.testbed.maven import fetch_jars
from tests.testbed.process import Process, Program
from tests.testbed.topics import Topics

OLDEST_JAVA = 17
SECONDS = 120
ARCHIVE = "kafka.jsa"
JARS = f"kafka-{VERSION}-saying"
LOGGED = "kafka.coordinator.transaction.TransactionMarkerChannelManager"
"""The one part of Kafka whose log is kept, as tests ask for it: what it does with the ends of transactions."""
LOGGING = ("-Dorg.slf4j.simpleLogger.defaultLogLevel=off", f"-Dorg.slf4j.simpleLogger.log.{LOGGED}=info")


class KafkaBroker:
    """One broker; a new one is a cluster of its own unless it is given a plan and its place in it.

    `more` are properties besides those of every broker.
    """

    def __init__(
        self,
        plan: ClusterPlan | None = None,
        place: int = 0,
        *,
        archive: str | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self._archive = archive
        self._more = more or {}
        self._plan = plan_cluster(1) if plan is None else plan
        self._node = self._plan.nodes[place]
        self._home = tempfile.TemporaryDirectory(prefix="kafka-")
        self._folder = Path(self._home.name)
        self._log = self._folder / "kafka.log"
        self._process: Process | None = None

    @property
    def bootstrap(self) -> str:
        """The address of this broker; it stays the same over a restart."""
        return f"127.0.0.1:{self._node.port}"

    def create_topic(self, name: str, partitions: int) -> None:
        """Create a topic and return once every partition has its leader."""
        Topics(self.bootstrap).create(name, partitions)

    def start(self) -> None:
        """Start it, on the data it had if it ran before, and return once it serves."""
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start it without waiting: the nodes of a cluster need each other."""
        configuration = self._folder / "server.properties"
        if not configuration.exists():
            chosen = settings(self._plan, self._node, self._folder / "data") | dict(self._more)
            configuration.write_text(_lines(chosen))
            self._format(configuration)
        self._run(configuration)

    def _run(self, configuration: Path) -> None:
        self._process = Process(
            Program(
                command=[*jvm(), self._archive or use_archive(), "-Xmx512m", "kafka.Kafka", str(configuration)],
                folder=self._folder,
                log=self._log,
            ),
        )

    def wait_until_ready(self) -> None:
        """Return once it answers a client."""
        topics = Topics(self.bootstrap)
        self._running().wait_until_ready("Kafka", topics.answers, within=SECONDS)

    def _format(self, configuration: Path) -> None:
        done = subprocess.run(
            [
                *(*jvm(), "-XX:TieredStopAtLevel=1", self._archive or use_archive()),
                *("kafka.tools.StorageTool", "format", f"--cluster-id={self._plan.id}", "-c", str(configuration)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"Kafka's storage cannot be formatted:\n{done.stdout}{done.stderr}")

    def _running(self) -> Process:
        if self._process is None:
            raise RuntimeError("this broker was never started")
        return self._process

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._running().exit_code

    def said(self, words: str) -> list[str]:
        """The lines of its log with these words, of all its lives."""
        return [line for line in self._log.read_text(errors="replace").splitlines() if words in line]

    def kill(self) -> None:
        """kill -9; `start` brings it back with what was on its disk."""
        self._running().kill()

    def miss(self) -> None:
        """Let the controller alone, of a killed node that is the only one, find out that its broker is gone.

        A broker that is back before that may lose the ends of transactions: docs/guarantees.md.
        """
        alone = self._folder / "controller.properties"
        alone.write_text(_lines(controller_alone(self._plan, self._node, self._folder / "data")))
        self._run(alone)
        self._running().wait_until_ready("the controller", self._controls, within=SECONDS)
        time.sleep(MISSED)
        self.kill()

    def _controls(self) -> bool:
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self._node.controller_port)) == 0

    def terminate(self) -> None:
        """An orderly stop."""
        self._running().stop(within=SECONDS)

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing is answered."""
        self._running().send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused broker go on."""
        self._running().send(signal.SIGCONT)

    def close(self) -> None:
        """End it and throw its data away."""
        if self._process is not None:
            self._process.kill()
        self._home.cleanup()


class KafkaCluster:
    """Several brokers, each replicating for the others."""

    def __init__(self, size: int = 3) -> None:
        plan = plan_cluster(size)
        self.bootstrap = plan.bootstrap
        self.brokers = tuple(KafkaBroker(plan, place) for place in range(size))

    def start(self) -> None:
        """Start all and return once each serves."""
        for broker in self.brokers:
            broker.launch()
        for broker in self.brokers:
            broker.wait_until_ready()

    def close(self) -> None:
        """End all and throw their data away."""
        for broker in self.brokers:
            broker.close()


def _lines(properties: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in properties.items())


def jvm() -> list[str]:
    """Java with Kafka's jars, fetched the first time."""
    jars = fetched(JARS, fetch_kafka)
    return [str(java(OLDEST_JAVA)), "-XX:+UseSerialGC", *LOGGING, "-cp", str(jars / "*")]


def fetch_kafka(folder: Path) -> None:
    fetch_jars(
        folder,
        f"org.apache.kafka:kafka_2.13:{VERSION}",
        f"org.apache.kafka:kafka-tools:{VERSION}",
        "org.slf4j:slf4j-simple:1.7.36",
    )


def use_archive() -> str:
    """The option that starts Kafka from its loaded classes, kept by an earlier run: a third of the work of a start."""
    name = f"{JARS}-classes-{fingerprint(java(OLDEST_JAVA))}"
    return f"-XX:SharedArchiveFile={fetched(name, keep_classes) / ARCHIVE}"


def keep_classes(folder: Path) -> None:
    """Run a broker once and let Java write down what it loaded."""
    with closing(KafkaBroker(archive=f"-XX:ArchiveClassesAtExit={folder / ARCHIVE}")) as broker:
        broker.start()
        broker.terminate()
