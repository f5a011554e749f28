"""A real PostgreSQL behind TLS: only the right one is told the password, which stands in a file."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from consumer.adapters.ledger import Watcher, migrate, open_ledger
from consumer.cli import connect
from consumer.settings import load
from tests.cli.given_settings import RIGHT
from tests.testbed.certificates import Authority
from tests.testbed.missing import MissingPartError, give_up
from tests.testbed.postgres import PostgresServer
from tests.testbed.tls_front import PostgresFront, server_context

pytestmark = pytest.mark.postgres
PASSWORD = "hush-5432"  # noqa: S105 - of a server made for the test
HOSTS = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True)
class Place:
    """The server's host, port and database, and two authorities, of which the second did not sign for it."""

    at: str
    ca: Path
    other_ca: Path

    def url(self, ca: Path, *, mode: str = "verify-full") -> str:
        return f"postgresql://returns:{PASSWORD}@{self.at}?sslmode={mode}&sslrootcert={ca}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    authority = Authority(tmp_path_factory.mktemp("right"), "authority")
    other = Authority(tmp_path_factory.mktemp("wrong"), "other")
    with closing(PostgresServer(HOSTS)) as server:
        try:
            server.start()
        except MissingPartError as reason:
            give_up("PostgreSQL", reason)
        with psycopg.connect(server.url, autocommit=True) as administrator:
            administrator.execute(f"CREATE ROLE returns LOGIN PASSWORD '{PASSWORD}'")
            administrator.execute("CREATE DATABASE ledger OWNER returns")
        at = urlsplit(server.url)
        context = server_context(authority.pair("postgres"))
        with closing(PostgresFront((at.hostname or "", at.port or 0), context)) as front:
            yield Place(at=f"{urlsplit(front.url).netloc}/ledger", ca=authority.certificate, other_ca=other.certificate)


def found(url: str, folder: Path) -> tuple[bool, str]:
    """What `check --connect` says first of the ledger whose URL stands in a file; of its clock it speaks thereafter."""
    file = folder / "ledger-url"
    file.write_text(url + "\n")
    findings = [*connect._ledger(load(None, RIGHT | {"CONSUMER_LEDGER__URL_FILE": str(file)}))]
    assert not [each for each in findings if PASSWORD in each.text]
    finding, *_ = findings
    return finding.well, finding.text


def test_the_ledger_lives_behind_tls_with_its_password_in_a_file(place: Place, tmp_path: Path) -> None:
    migrate(place.url(place.ca))

    assert found(place.url(place.ca), tmp_path) == (True, "the ledger's schema is current")


@pytest.mark.parametrize("mode", ["verify-full", "verify-ca"])
def test_a_server_of_another_authority_is_refused(place: Place, tmp_path: Path, mode: str) -> None:
    well, text = found(place.url(place.other_ca, mode=mode), tmp_path)

    assert not well
    assert text.startswith("the ledger cannot be opened: ")
    assert "certificate verify failed" in text


def test_a_server_under_another_name_is_refused(place: Place, tmp_path: Path) -> None:
    url = place.url(place.ca).replace("@127.0.0.1:", "@localhost:")

    well, text = found(url, tmp_path)

    assert not well
    assert 'does not match host name "localhost"' in text


def test_a_wrong_password_is_refused_without_being_told(place: Place, tmp_path: Path) -> None:
    well, text = found(place.url(place.ca).replace(PASSWORD, "wrong"), tmp_path)

    assert not well
    assert "password authentication failed" in text


async def test_the_service_waits_and_says_why_while_the_server_is_not_the_right_one(place: Place) -> None:
    loop, told = asyncio.get_running_loop(), asyncio.Queue[str]()

    def held(reason: str) -> None:
        loop.call_soon_threadsafe(told.put_nowait, reason)

    watcher = Watcher(on_held=held)
    with closing(open_ledger(place.url(place.other_ca), watcher=watcher)) as ledger:
        starting = asyncio.create_task(ledger.start())
        reason = await told.get()

    assert "certificate verify failed" in reason
    assert PASSWORD not in reason
    with pytest.raises(asyncio.CancelledError):
        await starting
