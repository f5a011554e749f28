"""Which real part a test run takes: a given address, else Docker, else a process of our own."""

import os
from collections.abc import Mapping
from typing import Protocol

from tests.testbed.containers import ContainerBroker, ContainerPostgres, ContainerRegistry, docker_answers
from tests.testbed.kafka import KafkaBroker
from tests.testbed.missing import MissingPartError, give_up
from tests.testbed.postgres import PostgresServer
from tests.testbed.registry import SchemaRegistry
from tests.testbed.topics import Topics


class Broker(Protocol):
    """A broker, and what a test of faults may do to it."""

    @property
    def bootstrap(self) -> str: ...
    def create_topic(self, name: str, partitions: int) -> None: ...
    def start(self) -> None: ...
    def said(self, words: str) -> list[str]: ...
    def kill(self) -> None: ...
    def terminate(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def close(self) -> None: ...


class Server(Protocol):
    """A part that is only asked at its address."""

    @property
    def url(self) -> str: ...
    def start(self) -> None: ...
    def close(self) -> None: ...


class GivenBroker:
    """A broker that is somebody else's: it can be used, not broken."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap

    def create_topic(self, name: str, partitions: int) -> None:
        Topics(self.bootstrap).create(name, partitions)

    def start(self) -> None:
        if not Topics(self.bootstrap).answers():
            raise MissingPartError(f"nobody answers at TEST_KAFKA={self.bootstrap}")

    def said(self, words: str) -> list[str]:
        """Nothing that we could read."""
        del words
        return []

    def kill(self) -> None:
        give_up("broker to break", MissingPartError("the one at TEST_KAFKA is not ours"))

    terminate = pause = resume = kill

    def close(self) -> None:
        """It goes on without us."""


class GivenServer:
    """A part that runs at an address we were told."""

    def __init__(self, url: str) -> None:
        self.url = url

    def start(self) -> None:
        """It runs already."""

    def close(self) -> None:
        """It goes on without us."""


def shared_broker() -> Broker:
    given = os.environ.get("TEST_KAFKA")
    return GivenBroker(given) if given else own_broker()


def own_broker(more: Mapping[str, str] | None = None) -> Broker:
    """A broker nobody else uses; `more` are properties besides those of every broker."""
    return ContainerBroker(more) if docker_answers() else KafkaBroker(more=more)


def postgres_server() -> Server:
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        return GivenServer(given)
    return ContainerPostgres() if docker_answers() else PostgresServer()


def schema_registry() -> Server:
    given = os.environ.get("TEST_REGISTRY_URL")
    if given:
        return GivenServer(given)
    return ContainerRegistry() if docker_answers() else SchemaRegistry()
