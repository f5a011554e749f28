"""A schema registry that speaks Confluent's protocol: Apicurio, as a process of our own."""

import os
import tarfile
import tempfile
from http import HTTPStatus
from pathlib import Path

from tests.testbed.cache import fetched
from tests.testbed.get import get
from tests.testbed.java import java
from tests.testbed.maven import fetch_artifact
from tests.testbed.ports import free_port
from tests.testbed.process import Process, Program

VERSION = "3.3.3"
OLDEST_JAVA = 21
SECONDS = 120
API = "/apis/ccompat/v7"


class SchemaRegistry:
    """A registry of our own; its schemas are gone when it ends."""

    def __init__(self) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="registry-")
        self._port = free_port()
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """What a schema registry client takes as its address; it stays the same over a restart."""
        return f"http://127.0.0.1:{self._port}{API}"

    def start(self) -> None:
        """Start it and return once it serves."""
        program = fetched(f"apicurio-registry-{VERSION}", fetch_registry)
        folder = Path(self._home.name)
        self._process = Process(
            Program(
                command=[str(java(OLDEST_JAVA)), "-Xmx512m", "-jar", str(next(program.rglob("quarkus-run.jar")))],
                environment=os.environ
                | {
                    "QUARKUS_HTTP_HOST": "127.0.0.1",
                    "QUARKUS_HTTP_PORT": str(self._port),
                    # Its own is 9000, which a second registry of this machine has already.
                    "QUARKUS_MANAGEMENT_HOST": "127.0.0.1",
                    "QUARKUS_MANAGEMENT_PORT": "0",
                    "APICURIO_STORAGE_KIND": "sql",
                    "APICURIO_STORAGE_SQL_KIND": "h2",
                },
                folder=folder,
                log=folder / "registry.log",
            ),
        )
        self._process.wait_until_ready("the schema registry", lambda: serves(self.url), within=SECONDS)

    def kill(self) -> None:
        """kill -9: who asks it now gets no answer."""
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """End it."""
        self.kill()
        self._home.cleanup()


def serves(url: str) -> bool:
    """Whether a registry answers at this address."""
    try:
        return get(f"{url}/subjects").status == HTTPStatus.OK
    except OSError:
        return False


def fetch_registry(folder: Path) -> None:
    fetch_artifact(folder, f"io.apicurio:apicurio-registry-app:{VERSION}:tar.gz:all")
    archive = next(folder.glob("*.tar.gz"))
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    archive.unlink()
