"""What `check --connect` finds on real parts."""

import json
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import ClassVar

import pytest

from consumer.cli import connect
from consumer.cli.finding import Finding, fine, note
from consumer.ports import UNSENDABLE
from consumer.settings import Settings, load
from tests.testbed.postgres import Databases


class Vendor(BaseHTTPRequestHandler):
    """The token endpoint, for one right key, and a clock."""

    seconds_ahead = 0.0
    asked: ClassVar[list[tuple[str, str, str | None]]] = []

    def do_HEAD(self) -> None:
        self.asked.append((self.command, self.path, self.headers["Authorization"]))
        self.send_response(404)
        self.end_headers()

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((timestamp or time.time()) + self.seconds_ahead)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        right = self.path == "/v3/oauth/token/generate" and body == b'{"key":"k","secret":"right"}'
        self.send_response(200 if right else 401)
        self.end_headers()
        self.wfile.write(b'{"data": {"accessToken": "t", "ttlSeconds": 300}}' if right else b"{}")

    def log_message(self, *_: object) -> None:
        """Nothing."""


class IssuerAndRegistry(BaseHTTPRequestHandler):
    """An issuer that knows one secret, and a registry that knows its token and no schema."""

    def do_POST(self) -> None:
        right = self.headers["Authorization"] == f"Basic {b64encode(b'us:right').decode()}"
        self._answer(200 if right else 401, {"access_token": "t", "expires_in": 300} if right else {})

    def do_GET(self) -> None:
        right = self.headers["Authorization"] == "Bearer t"
        self._answer(404 if right else 401, {"error_code": 40403 if right else 401, "message": "no"})

    def _answer(self, status: int, told: dict[str, object]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def vendor() -> Iterator[str]:
    with serving(Vendor) as url:
        yield url


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def settings(**environ: str) -> Settings:
    right = {
        "CONSUMER_KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "CONSUMER_API__BASE_URL": "http://127.0.0.1:1",
        "CONSUMER_API__AUTH": "none",
    }
    return load(None, right | {f"CONSUMER_{name}": value for name, value in environ.items()})


def told(findings: Iterable[Finding]) -> dict[str, tuple[bool, str]]:
    return {finding.name: (finding.well, finding.text) for finding in findings}


@pytest.mark.registry
def test_a_registry_that_answers_is_fine_and_a_wrong_path_is_not(registry: str) -> None:
    right = told(connect._registry(settings(SCHEMAS__REGISTRY_URL=registry)))
    wrong = told(connect._registry(settings(SCHEMAS__REGISTRY_URL=f"{registry}/nowhere")))

    assert right == {"schemas.registry_url": (True, "the registry answers")}
    assert not wrong["schemas.registry_url"][0]


@pytest.mark.parametrize("broken", ["kept\nto-itself", "kept\x00to-itself", "k\u00e9pt-to-itself"])
def test_a_registry_token_that_breaks_after_the_settings_were_read_is_told_and_not_shown(
    broken: str, vendor: str, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("right")
    given = settings(SCHEMAS__REGISTRY_URL=vendor, SCHEMAS__REGISTRY_TOKEN_FILE=str(file))
    file.write_text(broken, encoding="utf-8")

    assert told(connect._registry(given)) == {"schemas.registry_token": (False, UNSENDABLE)}


def test_a_token_of_an_issuer_is_asked_for_and_shown_to_the_registry(tmp_path: Path) -> None:
    file = tmp_path / "oauth.json"

    def tried(url: str, secret: str) -> dict[str, tuple[bool, str]]:
        given = {"issuer.endpoint.url": f"{url}/token", "client.id": "us", "client.secret": secret, "scope": "s"}
        source = {"credentials.source": "OAUTHBEARER"}
        file.write_text(json.dumps({f"bearer.auth.{name}": value for name, value in (source | given).items()}))
        return told(connect._registry(settings(SCHEMAS__REGISTRY_URL=url, SCHEMAS__REGISTRY_OAUTH_FILE=str(file))))

    with serving(IssuerAndRegistry) as url:
        right, wrong = tried(url, "right"), tried(url, "wrong")
    away = tried("http://127.0.0.1:1", "right")

    shut_out = "the registry is of no use: its issuer gives no token ({}); see schemas.registry_oauth_file"
    assert right == {"schemas.registry_url": (True, "the registry answers")}
    assert wrong == {"schemas.registry_oauth_file": (False, shut_out.format("HTTP 401"))}
    assert away == {"schemas.registry_oauth_file": (False, shut_out.format("ConnectionRefusedError"))}


def test_a_token_is_fetched_to_try_the_credentials(vendor: str) -> None:
    def tried(secret: str) -> bool:
        oauth = {"API__AUTH": "oauth", "API__OAUTH_KEY": "k", "API__OAUTH_SECRET": secret}
        return told(connect._vendor(settings(API__BASE_URL=vendor, **oauth)))["api.oauth_key"][0]

    assert tried("right")
    assert not tried("wrong")


def test_basic_credentials_are_not_tried_as_that_would_spend_quota(vendor: str) -> None:
    basic = {"API__AUTH": "basic", "API__USERNAME": "u", "API__PASSWORD": "p"}

    (reached, *_, username) = connect._vendor(settings(API__BASE_URL=vendor, **basic))

    assert reached == fine("api.base_url", "the vendor can be reached")
    assert username == note("api.username", connect.UNTRIED)
    assert username.text.startswith("not tried, as only a call that spends quota would tell. The first call of run")


@pytest.mark.parametrize(("folder", "remedy"), [("/nope/x", "create it"), ("/proc/self", "let this user write to it")])
def test_a_ledger_whose_folder_takes_no_file_is_a_problem_with_its_remedy(folder: str, remedy: str) -> None:
    seen = told(connect._ledger(settings(LEDGER__URL=f"sqlite:///{folder}/ledger.db")))

    well, text = seen["ledger.url"]
    assert not well
    assert text.startswith(f"the folder {folder} takes no file (")
    assert f"; {remedy}, or name another" in text


def test_looking_at_the_ledgers_folder_leaves_nothing_there(tmp_path: Path) -> None:
    seen = told(connect._ledger(settings(LEDGER__URL=f"sqlite:///{tmp_path}/ledger.db")))

    assert seen["ledger.url"] == (True, "the ledger is not there yet or not current; run will see to it")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("ahead", "well"), [(0.0, True), (-20.0, True), (95.0, False), (-95.0, False)])
def test_a_clock_that_is_not_the_vendors_is_a_problem(
    vendor: str, monkeypatch: pytest.MonkeyPatch, ahead: float, *, well: bool
) -> None:
    monkeypatch.setattr(Vendor, "seconds_ahead", ahead)

    seen = told(connect._vendor(settings(API__BASE_URL=vendor)))

    assert seen["clock"][0] is well
    assert well or "this machine's clock is " in seen["clock"][1]


def test_the_clock_is_asked_for_without_credentials(vendor: str) -> None:
    Vendor.asked.clear()

    list(connect._vendor(settings(API__BASE_URL=vendor, API__AUTH="basic", API__USERNAME="u", API__PASSWORD="p")))  # noqa: S106 - no secret

    assert Vendor.asked == [("HEAD", "/", None)]


@pytest.mark.parametrize("date", [None, "yesterday"])
def test_a_vendor_that_tells_no_time_leaves_the_clock_to_the_person(date: str | None) -> None:
    assert connect._seconds(date) is None


@pytest.mark.postgres
@pytest.mark.parametrize(("behind", "well"), [(0.0, True), (95.0, False), (-95.0, False)])
def test_a_clock_that_is_not_the_databases_is_a_problem(
    postgres: Databases, monkeypatch: pytest.MonkeyPatch, behind: float, *, well: bool
) -> None:
    monkeypatch.setattr(connect, "time", SimpleNamespace(time=lambda: time.time() - behind))

    seen = told(connect._ledger(settings(LEDGER__URL=postgres.fresh())))

    assert seen["clock"][0] is well
    assert "the database's" in seen["clock"][1]
