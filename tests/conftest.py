"""The real parts as fixtures: one of each for the whole run, fresh topics and databases for each test."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import settings

from tests.testbed.kraft import RESTARTED
from tests.testbed.missing import MissingPartError, give_up
from tests.testbed.parts import Broker, Server, own_broker, postgres_server, schema_registry, shared_broker
from tests.testbed.postgres import Databases

# How long an example takes tells of the machine, not of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def started(name: str, part: Broker | Server) -> None:
    try:
        part.start()
    except MissingPartError as reason:
        give_up(name, reason)


@pytest.fixture(scope="session")
def kafka() -> Iterator[Broker]:
    """A broker for the whole run, for tests that leave it as it is."""
    with closing(shared_broker()) as broker:
        started("Kafka", broker)
        yield broker


@pytest.fixture
def breakable_kafka() -> Iterator[Broker]:
    """A broker of the test's own, which it may kill, pause and start again."""
    with closing(own_broker(RESTARTED)) as broker:
        started("Kafka", broker)
        yield broker


@pytest.fixture(scope="session")
def postgres() -> Iterator[Databases]:
    """`postgres.fresh()` is the address of a new database."""
    with closing(postgres_server()) as server:
        started("PostgreSQL", server)
        databases = Databases(server.url)
        yield databases
        databases.drop_all()


@pytest.fixture(scope="session")
def registry() -> Iterator[str]:
    """The address a schema registry client takes."""
    with closing(schema_registry()) as server:
        started("schema registry", server)
        yield server.url
