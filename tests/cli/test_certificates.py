"""Certificates and keys are looked at before anything is connected to, and `check --connect` tells who is refused."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from consumer.cli import connect
from consumer.settings import load
from tests.cli.given_settings import RIGHT, problems
from tests.testbed.certificates import Authority, Pair
from tests.testbed.tls_front import TlsFront, server_context

PASSWORD = "unlocks"  # noqa: S105 - of a key made for the test


class Vendor(BaseHTTPRequestHandler):
    """Gives a token to everybody, and tells the time."""

    def do_HEAD(self) -> None:
        self.send_response(404)
        self.end_headers()

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"data": {"accessToken": "t"}}')

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("right"), "authority")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Vendor) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def own(pair: Pair, password: str | None = None) -> dict[str, str]:
    """Settings with our own certificate for the registry."""
    locked = {} if password is None else {"CONSUMER_SCHEMAS__REGISTRY_KEY_PASSWORD": password}
    return RIGHT | {
        "CONSUMER_SCHEMAS__REGISTRY_CERTIFICATE": str(pair.certificate),
        "CONSUMER_SCHEMAS__REGISTRY_KEY": str(pair.key),
        **locked,
    }


def test_a_key_is_taken_open_locked_or_in_the_file_of_its_certificate(authority: Authority) -> None:
    load(None, own(authority.pair("open")))
    load(None, own(authority.pair("locked", password=PASSWORD), PASSWORD))
    both = authority.pair("both").in_one_file()
    load(None, RIGHT | {"CONSUMER_SCHEMAS__REGISTRY_CERTIFICATE": str(both)})


@pytest.mark.parametrize("password", [None, "wrong"])
def test_a_locked_key_is_not_asked_for_at_the_terminal(authority: Authority, password: str | None) -> None:
    (line,) = problems(own(authority.pair("locked", password=PASSWORD), password))

    assert line.startswith("schemas.registry_certificate: ")
    assert line.endswith("; see that they belong together, and the password")
    assert "wrong" not in line


def test_a_key_of_another_certificate_is_refused(authority: Authority) -> None:
    strange = Pair(certificate=authority.pair("one").certificate, key=authority.pair("other").key)

    (line,) = problems(own(strange))

    assert line.startswith("schemas.registry_certificate: ")
    assert "(key values mismatch)" in line


def findings(authority: Authority, pair: Pair, port: int) -> dict[str, tuple[bool, str]]:
    """What the check says of a vendor with this certificate."""
    with closing(TlsFront(("127.0.0.1", port), server_context(pair))) as front:
        oauth = {"AUTH": "oauth", "OAUTH_KEY": "k", "OAUTH_SECRET": "s", "BASE_URL": front.url}
        named = oauth | {"CA": str(authority.certificate)}
        settings = load(None, RIGHT | {f"CONSUMER_API__{name}": value for name, value in named.items()})
        return {finding.name: (finding.well, finding.text) for finding in connect._vendor(settings)}


def test_a_vendor_of_the_right_authority_is_reached_asked_for_the_time_and_for_a_token(
    authority: Authority, port: int
) -> None:
    found = findings(authority, authority.pair("vendor"), port)

    assert {name: well for name, (well, _) in found.items()} == {
        "api.base_url": True,
        "clock": True,
        "api.oauth_key": True,
    }


def test_a_vendor_of_another_authority_is_told_with_the_remedy(authority: Authority, tmp_path: Path, port: int) -> None:
    found = findings(authority, Authority(tmp_path, "other").pair("vendor"), port)

    well, text = found.pop("api.base_url")
    assert found == {}
    assert not well
    assert text.startswith("the vendor cannot be reached: the certificate is refused: ")
    assert text.endswith("; name the file of the authority that signed it in api.ca")


@pytest.mark.parametrize(
    ("host", "age", "words"),
    [("127.0.0.2", timedelta(days=1), "IP address mismatch"), ("127.0.0.1", timedelta(days=3), "has expired")],
)
def test_a_certificate_that_is_not_the_vendors_own_or_is_over_is_told(
    authority: Authority, port: int, host: str, age: timedelta, words: str
) -> None:
    well, text = findings(authority, authority.pair("vendor", host=host, age=age), port)["api.base_url"]

    assert not well
    assert words in text
