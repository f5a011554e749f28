"""Whether a complaint of the client's is about who we are or who they are."""

import pytest

from consumer.core.shut_door import CREDENTIALS, NO_ROLE, NO_TLS, OUR_CERTIFICATE, THEIR_CERTIFICATE, remedy


@pytest.mark.parametrize(
    ("code", "message", "words"),
    [
        ("_AUTHENTICATION", "ssl://k:1/1: SASL authentication error: Authentication failed", CREDENTIALS),
        ("_AUTHENTICATION", 'k:1: SASL authentication error: {"status":"invalid_token"}', CREDENTIALS),
        ("_AUTHENTICATION", "Failed to acquire SASL OAUTHBEARER token: OAuth callback raised exception", NO_ROLE),
        (
            "_SSL",
            "k:1: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed",
            THEIR_CERTIFICATE,
        ),
        ("_SSL", "k:1: SSL handshake failed: error:0A00010B:SSL routines::wrong version number", NO_TLS),
        (
            "_SSL",
            "k:1: error:0A000412:SSL routines::ssl/tls alert bad certificate: SSL alert number 42",
            OUR_CERTIFICATE,
        ),
        ("_TRANSPORT", "k:1: Receive failed: ssl/tls alert certificate required: SSL alert 116", OUR_CERTIFICATE),
        ("_TRANSPORT", "k:1: Disconnected", None),
        ("_ALL_BROKERS_DOWN", "1/1 brokers are down", None),
    ],
)
def test_what_keeps_the_door_shut_is_told_with_its_remedy(code: str, message: str, words: str | None) -> None:
    assert remedy(code, message) == words
