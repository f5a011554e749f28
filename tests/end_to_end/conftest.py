"""What only the proofs of whole processes share."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.end_to_end.vendor import PASSWORD, USER
from tests.testbed.missing import MissingPartError, give_up
from tests.testbed.postgres import PostgresServer

HOSTS = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"


@pytest.fixture(scope="session")
def shut_database() -> Iterator[str]:
    """The address of a database, with a password that is not the right one."""
    with closing(PostgresServer(HOSTS)) as server:
        try:
            server.start()
        except MissingPartError as reason:
            give_up("PostgreSQL", reason)
        yield server.url.replace("postgres@", f"{USER}:{PASSWORD}@")
