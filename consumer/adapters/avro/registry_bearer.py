"""The token that each request to the registry shows."""

from collections.abc import Callable, Mapping
from typing import Protocol

from consumer.adapters.avro.registry_access import RegistryAccess, Secret
from consumer.adapters.avro.registry_issuer import Issuer
from consumer.ports import UNSENDABLE, Unavailable, is_sendable

CLUSTER, POOL = "bearer.auth.logical.cluster", "bearer.auth.identity.pool.id"
"""The client wants the first; which cluster is meant only Confluent's own cloud asks."""


class Tokens(Protocol):
    """Where tokens come from."""

    def token(self) -> str:
        """The one to show now. Raises Unavailable."""
        ...

    def refused(self) -> None:
        """The registry did not take it."""
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...


class Given:
    """A token that stands in the settings, as it is now."""

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def token(self) -> str:
        """Read for each request."""
        shown = self._secret()
        if not is_sendable(shown):
            # The client's own error would have the token in its text.
            raise Unavailable("registry", words=f"schemas.registry_token {UNSENDABLE}")
        return shown

    def refused(self) -> None:
        """It is read again anyway."""

    def close(self) -> None:
        """Nothing is held."""


class Bearer:
    """What requests show. Got ready before a request, so that no fault of ours is taken for the registry's silence."""

    def __init__(self, tokens: Tokens, beside: Mapping[str, str]) -> None:
        self._tokens = tokens
        self._beside = beside
        self._token = ""

    def get_ready(self) -> None:
        """Have a token that is good now. Raises Unavailable."""
        self._token = self._tokens.token()

    def refused(self) -> None:
        """The registry did not take it; the next may be another."""
        self._tokens.refused()

    def close(self) -> None:
        """Let go of the connections."""
        self._tokens.close()

    def properties(self) -> Mapping[str, object]:
        """By which the registry's client shows it."""
        return {
            "bearer.auth.credentials.source": "CUSTOM",
            "bearer.auth.custom.provider.function": self._fields,
            "bearer.auth.custom.provider.config": {},
        }

    def _fields(self, _: object) -> dict[str, str]:
        return {"bearer.auth.token": self._token, **self._beside}


def bearer(access: RegistryAccess, clock: Callable[[], float]) -> Bearer | None:
    """The one of this way in; None where it is another."""
    if access.oauth:
        named = {CLUSTER: "", **{name: str(access.oauth[name]) for name in (CLUSTER, POOL) if name in access.oauth}}
        return Bearer(Issuer(access.oauth, timeout=access.timeout, clock=clock), named)
    return Bearer(Given(access.token), {CLUSTER: ""}) if access.token() else None
