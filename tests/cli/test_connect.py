"""What `check --connect` finds on real parts."""

from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest

from consumer.cli import connect
from consumer.cli.connect import Finding
from consumer.settings import Settings, load
from tests.testbed.parts import Broker


class Vendor(BaseHTTPRequestHandler):
    """The token endpoint, for one right key."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        right = self.path == "/v3/oauth/token/generate" and body == b'{"key":"k","secret":"right"}'
        self.send_response(200 if right else 401)
        self.end_headers()
        self.wfile.write(b'{"data": {"accessToken": "t", "ttlSeconds": 300}}' if right else b"{}")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def vendor() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Vendor) as server:
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


@pytest.mark.kafka
def test_a_missing_topic_is_named_with_how_to_create_it(kafka: Broker) -> None:
    there, missing = f"returns-{uuid4().hex}", f"results-{uuid4().hex}"
    kafka.create_topic(there, 3)

    seen = told(
        connect._kafka(
            settings(
                KAFKA__BOOTSTRAP_SERVERS=kafka.bootstrap,
                KAFKA__GROUP_ID=f"nobody-{uuid4().hex}",
                TOPICS__RETURNS=there,
                TOPICS__RESULTS=missing,
            )
        )
    )

    assert seen["kafka.bootstrap_servers"][0]
    assert seen["topics.returns"] == (True, f"the topic {there} has 3 partitions")
    well, text = seen["topics.results"]
    assert not well
    assert text.startswith(f"the topic {missing} is not there; create it: kafka-topics.sh --bootstrap-server ")
    assert f"--create --topic {missing}" in text
    assert seen["kafka.group_id"][0], seen["kafka.group_id"]


@pytest.mark.kafka
def test_looking_for_a_topic_does_not_create_it(kafka: Broker) -> None:
    missing = settings(KAFKA__BOOTSTRAP_SERVERS=kafka.bootstrap, TOPICS__EARNS=f"earns-{uuid4().hex}")

    first, second = told(connect._kafka(missing)), told(connect._kafka(missing))

    assert first["topics.earns"] == second["topics.earns"]
    assert not first["topics.earns"][0]


@pytest.mark.registry
def test_a_registry_that_answers_is_fine_and_a_wrong_path_is_not(registry: str) -> None:
    right = told(connect._registry(settings(SCHEMAS__REGISTRY_URL=registry)))
    wrong = told(connect._registry(settings(SCHEMAS__REGISTRY_URL=f"{registry}/nowhere")))

    assert right == {"schemas.registry_url": (True, "the registry answers")}
    assert not wrong["schemas.registry_url"][0]


def test_a_token_is_fetched_to_try_the_credentials(vendor: str) -> None:
    def tried(secret: str) -> bool:
        oauth = {"API__AUTH": "oauth", "API__OAUTH_KEY": "k", "API__OAUTH_SECRET": secret}
        return told(connect._vendor(settings(API__BASE_URL=vendor, **oauth)))["api.oauth_key"][0]

    assert tried("right")
    assert not tried("wrong")


def test_basic_credentials_are_not_tried_as_that_would_spend_quota(vendor: str) -> None:
    basic = {"API__AUTH": "basic", "API__USERNAME": "u", "API__PASSWORD": "p"}

    seen = told(connect._vendor(settings(API__BASE_URL=vendor, **basic)))

    assert seen["api.base_url"] == (True, "the vendor can be reached")
    assert seen["api.username"] == (True, "not checked: only a call that spends quota would tell")


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
