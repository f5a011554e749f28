"""The same parts as containers, for a machine that has Docker."""

import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from testcontainers.core.container import DockerContainer

from tests.testbed import kraft
from tests.testbed.ports import free_port
from tests.testbed.postgres import accepts_queries
from tests.testbed.registry import API, serves
from tests.testbed.registry import VERSION as REGISTRY_VERSION
from tests.testbed.topics import Topics
from tests.testbed.waiting import wait_until

SECONDS = 180
DATA = Path("/tmp/data")  # noqa: S108 - inside the container
STOP_SECONDS = 30


@cache
def docker_answers() -> bool:
    """Whether a Docker engine answers here."""
    command = shutil.which("docker")
    if command is None:
        return False
    asked = subprocess.run([command, "version", "--format", "{{.Server.Version}}"], capture_output=True, check=False)
    return asked.returncode == 0


class ContainerBroker:
    """Kafka in a container, at one port inside and outside, so that it can also call itself."""

    def __init__(self, more: Mapping[str, str] | None = None) -> None:
        plan = kraft.plan_cluster(1)
        node = plan.nodes[0]
        self.bootstrap = plan.bootstrap
        self._container = DockerContainer(f"apache/kafka:{kraft.VERSION}").with_bind_ports(node.port, node.port)
        self._container.with_env("CLUSTER_ID", plan.id)
        for name, value in (kraft.settings(plan, node, DATA) | dict(more or {})).items():
            self._container.with_env(f"KAFKA_{name.upper().replace('.', '_')}", value)
        self._started = False

    def create_topic(self, name: str, partitions: int) -> None:
        """Create a topic and return once every partition has its leader."""
        Topics(self.bootstrap).create(name, partitions)

    def start(self) -> None:
        """Start it, on the data it had if it ran before, and return once it serves."""
        if self._started:
            self._container.get_wrapped_container().start()
        else:
            self._container.start()
            self._started = True
        wait_until(Topics(self.bootstrap).answers, within=SECONDS, what="Kafka is ready")

    def said(self, words: str) -> list[str]:
        """The lines of its log with these words, of all its lives."""
        return [line for line in self._container.get_logs()[0].decode().splitlines() if words in line]

    def kill(self) -> None:
        """kill -9; `start` brings it back with what was on its disk."""
        self._container.get_wrapped_container().kill()

    def terminate(self) -> None:
        """An orderly stop."""
        self._container.get_wrapped_container().stop(timeout=STOP_SECONDS)

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing is answered."""
        self._container.get_wrapped_container().pause()

    def resume(self) -> None:
        """Let a paused broker go on."""
        self._container.get_wrapped_container().unpause()

    def close(self) -> None:
        """End it and throw its data away."""
        if self._started:
            self._container.stop()


class ContainerPostgres:
    """PostgreSQL in a container."""

    def __init__(self) -> None:
        port = free_port()
        self.url = f"postgresql://postgres:postgres@127.0.0.1:{port}/postgres"
        self._container = DockerContainer("postgres:18").with_bind_ports(5432, port)
        self._container.with_env("POSTGRES_PASSWORD", "postgres")

    def start(self) -> None:
        """Start it and return once it serves."""
        self._container.start()
        wait_until(lambda: accepts_queries(self.url), within=SECONDS, what="PostgreSQL is ready")

    def close(self) -> None:
        """End it and throw its data away."""
        self._container.stop()


class ContainerRegistry:
    """Apicurio in a container."""

    def __init__(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}{API}"
        self._container = DockerContainer(f"apicurio/apicurio-registry:{REGISTRY_VERSION}").with_bind_ports(8080, port)

    def start(self) -> None:
        """Start it and return once it serves."""
        self._container.start()
        wait_until(lambda: serves(self.url), within=SECONDS, what="the schema registry is ready")

    def close(self) -> None:
        """End it."""
        self._container.stop()
