"""Who we are to the brokers, beyond the operator's own properties: a password or a token that may change."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from consumer.adapters.kafka.telling import KafkaTelemetry
from consumer.ports import Unavailable

LOOK_AGAIN = 1.0
"""Seconds between two looks at a password that may have changed."""


class Rotated(Protocol):
    """A client of librdkafka, as far as its credentials go."""

    def set_sasl_credentials(self, username: str, password: str) -> None:
        """Connections made from now on use these."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Password:
    """For SASL PLAIN and SCRAM. `read` gives the password as it is now."""

    username: str
    read: Callable[[], str] = field(repr=False)

    def properties(self) -> Mapping[str, object]:
        """What a new client is made with."""
        return {"sasl.password": self.read()}


@dataclass(slots=True, kw_only=True)
class Tokens:
    """For SASL OAUTHBEARER. `ask` gives a token and its end in seconds since 1970, or raises Unavailable.

    The client asks on a thread of its own, after four fifths of a token's life; the first is had before it is made.
    """

    ask: Callable[[], tuple[str, float]] = field(repr=False)
    refusal: str | None = None
    """Why there is no token, if so."""

    def properties(self) -> Mapping[str, object]:
        """What a new client is made with. Raises Unavailable."""
        # Had here: while it is made, a client waits for ten seconds at most, and does not say why there is none.
        first = [self.ask()]
        return {
            "security.protocol": "sasl_ssl",
            "sasl.mechanism": "OAUTHBEARER",
            "oauth_cb": lambda _: first.pop() if first else self._next(),
        }

    def _next(self) -> tuple[str, float]:
        try:
            answer = self.ask()
        except Unavailable as silence:
            # The client keeps nothing of the exception; it asks again ten seconds later.
            self.refusal = silence.reason
            raise
        self.refusal = None
        return answer


Credentials = Password | Tokens | None
"""None is what the operator's properties say: a certificate, a password that stays, or nobody in particular."""


class Rotation:
    """Gives the clients a password that has changed. What is connected stays so until the broker asks again."""

    def __init__(self, credentials: Credentials, clients: Sequence[Rotated], telemetry: KafkaTelemetry) -> None:
        self._credentials = credentials
        self._clients = clients
        self._telemetry = telemetry
        self._looked_at = 0.0
        self._given: str | None = None

    def look(self) -> None:
        """Called often; reads the password now and then."""
        now = time.monotonic()
        if not isinstance(self._credentials, Password) or now - self._looked_at < LOOK_AGAIN:
            return
        self._looked_at = now
        password = self._credentials.read()
        if password == self._given:
            return
        for client in self._clients:
            client.set_sasl_credentials(self._credentials.username, password)
        if self._given is not None:
            self._telemetry.event("kafka_password_changed")
        self._given = password
