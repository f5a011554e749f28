"""A password that changes, and tokens that end, as librdkafka's clients are given them."""

import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any, cast

import pytest
from confluent_kafka import KafkaError, Producer

from consumer.adapters.kafka import credentials, msk_iam
from consumer.adapters.kafka.assignment import Assignment
from consumer.adapters.kafka.attempt import Fatal
from consumer.adapters.kafka.clients import made
from consumer.adapters.kafka.credentials import Password, Rotation, Tokens
from consumer.adapters.kafka.watch import Listener
from consumer.core.progress import Window
from consumer.core.shut_door import NO_ROLE
from consumer.ports import Unavailable
from tests.contracts.kafka_stage import Told, a_config

NOWHERE = "127.0.0.1:1"


class Client:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.given: list[tuple[str, str]] = []

    def set_sasl_credentials(self, username: str, password: str) -> None:
        self.given.append((username, password))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look is a look at the file."""
    monkeypatch.setattr(credentials, "LOOK_AGAIN", 0.0)


def unavailable() -> tuple[str, float]:
    raise Unavailable("no role")


@pytest.mark.usefixtures("at_once")
def test_a_changed_password_is_given_to_every_client_once() -> None:
    texts, clients, told = ["first"], (Client(), Client()), Told()
    rotation = Rotation(Password(username="us", read=lambda: texts[-1]), clients, told)

    rotation.look()
    rotation.look()
    texts.append("second")
    rotation.look()
    rotation.look()

    assert [client.given for client in clients] == [[("us", "first"), ("us", "second")]] * 2
    assert told.events == [("kafka_password_changed", {})]


def test_a_password_is_not_read_at_every_turn() -> None:
    reads = iter(["text"])
    rotation = Rotation(Password(username="us", read=lambda: next(reads)), (Client(),), Told())

    for _ in range(100):
        rotation.look()

    assert list(reads) == []


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("given", [None, Tokens(ask=unavailable)])
def test_who_has_no_password_is_given_none(given: Tokens | None) -> None:
    client = Client()

    Rotation(given, (client,), Told()).look()

    assert client.given == []


def answer_of(tokens: Tokens) -> Callable[[str], tuple[str, float]]:
    return cast("Callable[[str], tuple[str, float]]", tokens.properties()["oauth_cb"])


def test_the_first_token_is_had_before_its_client_and_every_other_when_it_is_asked_for() -> None:
    answers = iter([("first", 1.0), ("second", 2.0), ("third", 3.0)])

    answer = answer_of(Tokens(ask=lambda: next(answers)))
    next(answers)

    assert [answer(""), answer("")] == [("first", 1.0), ("third", 3.0)]


def test_without_a_first_token_no_client_is_made_and_the_reason_is_told() -> None:
    config = a_config(NOWHERE, credentials=Tokens(ask=unavailable))

    with pytest.raises(Fatal) as refused:
        made(Producer, {"bootstrap.servers": NOWHERE}, config)

    assert str(refused.value) == f"{NO_ROLE}: no role"


def test_a_token_that_is_not_to_be_had_later_is_told_with_its_reason_until_there_is_one() -> None:
    answers: list[Any] = [("token", 1.0), Unavailable("no role"), ("token", 2.0)]

    def ask() -> tuple[str, float]:
        answer: tuple[str, float] | Unavailable = answers.pop(0)
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    tokens, told = Tokens(ask=ask), Told()
    listener = Listener(Assignment(Window(size=1)), told, tokens)
    complaint = KafkaError(KafkaError._AUTHENTICATION, "Failed to acquire SASL OAUTHBEARER token: raised")
    answer = answer_of(tokens)
    answer("")

    with pytest.raises(Unavailable):
        answer("")
    listener.on_error(complaint)
    answer("")

    (event,) = told.events
    assert (event[1]["remedy"], event[1]["reason"]) == (NO_ROLE, "no role")
    assert tokens.refusal is None


def test_awss_own_signer_gives_a_token_whose_end_is_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush-hush")
    now = time.time()

    token, ends = msk_iam.token("eu-west-1")

    url = urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    assert url.startswith("https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect")
    assert now < ends <= now + 901
    assert "hush-hush" not in url


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"AWS_PROFILE": "nobody"}, "The config profile (nobody) could not be found"),
        (
            {"AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/returns"},
            "[Errno 2] No such file or directory: '/nowhere'",
        ),
        ({"AWS_EC2_METADATA_DISABLED": "true"}, "AWS gives this process no credentials"),
    ],
)
def test_a_role_that_is_not_to_be_had_is_a_silence_with_the_reason(
    variables: dict[str, str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(Unavailable) as silence:
        msk_iam.token("eu-west-1")

    assert silence.value.reason == reason
